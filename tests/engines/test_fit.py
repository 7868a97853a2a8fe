import json
import os
import pickle
import stat

import pytest
from pydantic import ValidationError

from splitreader import (
    EmbeddedEngine,
    Example,
    InvalidConfiguration,
    OutputError,
    PageText,
    SplitConfig,
    SplitReader,
    SplitResult,
    split_pages,
)
from splitreader.engines.embedded import learned as learned_module
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.fitted_weights import FARTHEST, learn_weights
from splitreader.engines.embedded.page_features import read_page
from splitreader.engines.embedded.prototypes import LONGEST_TITLE, MOST_TERMS
from splitreader.engines.embedded.weights import built_in_weights

NAMES = ["form blue", "form green", "invoice"]
CONFIG = SplitConfig.build(NAMES)
SURNAMES = ["Abara", "Bellini", "Castro", "Dahl", "Eriksen", "Fischer", "Girard", "Haas"]


def blue(number):
    return (
        f"Berthing record {number}\nVessel arrived with pilot {SURNAMES[number % 8]} aboard\n"
        "Draught fore and aft measured at the quay. Mooring lines and tugs ordered by the harbour master.\n"
        "Cargo hatches were inspected before unloading; ballast water was reported to the port captain."
    )


def green(number):
    return (
        f"Orchard survey {number}\nGrower {SURNAMES[number % 8]} showed the plots\n"
        "Apple trees pruned, blossom counted by row. Bees seen near the hives; frost damage on young shoots.\n"
        "Soil samples taken beside the irrigation ditch; scab and mildew were absent from the leaves."
    )


def examples(count=3):
    return [
        Example.document(name, [page(number)])
        for number in range(count)
        for name, page in (("form blue", blue), ("form green", green))
    ]


def categories(result):
    return [segment.category for segment in result.segments for _ in segment.pages]


MIXED = [blue(4), green(5), blue(6), green(7)]
RIGHT = ["form blue", "form green"] * 2


def test_two_kinds_that_are_confused_become_right_after_three_examples_each():
    assert categories(split_pages(MIXED, CONFIG)) != RIGHT
    assert categories(split_pages(MIXED, CONFIG, engine=EmbeddedEngine().fit(examples()))) == RIGHT


def test_words_are_enough_where_no_line_is_a_title():
    def untitled(page, number):
        return f"{SURNAMES[number]}\n" + page(number).partition("\n")[2]

    pairs = [(name, page, number) for number in range(4) for name, page in (("form blue", blue), ("form green", green))]
    engine = EmbeddedEngine().fit([Example.document(name, [untitled(page, number)]) for name, page, number in pairs])
    assert not any(prototype.titles for prototype in engine.learned.prototypes)
    for name, page, _ in pairs[:2]:
        assert categories(split_pages([untitled(page, 7)], CONFIG)) != [name]
        assert categories(split_pages([untitled(page, 7)], CONFIG, engine=engine)) == [name]


def test_later_pages_are_known_as_well():
    pages = [[f"Front {number}\nHello {number}", page(number)] for number in range(3) for page in (blue, green)]
    given = [Example.document(name, text) for text, name in zip(pages, NAMES[:2] * 3, strict=True)]
    packet = ["Front 9\nHello 9\nPage 1 of 2", green(9) + "\nPage 2 of 2"]
    config = SplitConfig.build(NAMES, allow_uncategorized="forbid")
    assert categories(split_pages(packet, config)) != ["form green"] * 2
    assert categories(split_pages(packet, config, engine=EmbeddedEngine().fit(given))) == ["form green"] * 2


def test_a_line_that_examples_begin_with_is_a_title():
    texts = [f"Zettel {number}\nof the day\n{SURNAMES[number]}" for number in range(8)]
    given = [Example.document("form blue", [text]) for text in texts[:4]]
    engine = EmbeddedEngine().fit([*given, *(Example.document("invoice", [green(n)]) for n in range(3))])
    (segment,) = split_pages([texts[6]], CONFIG, engine=engine).segments
    assert segment.category == "form blue"
    assert '"Zettel 6" is a title of "form blue"' in segment.evidence


def test_evidence_quotes_words_of_the_examples():
    (segment,) = split_pages([blue(5)], CONFIG, engine=EmbeddedEngine().fit(examples())).segments
    assert any(line.startswith("typical words: ") for line in segment.evidence)


def test_the_engine_that_was_fitted_is_unchanged_and_forgets_nothing():
    plain = EmbeddedEngine()
    before = split_pages(MIXED, CONFIG, engine=plain)
    fitted = plain.fit(examples())
    assert plain == EmbeddedEngine()
    assert plain.learned is None
    assert split_pages(MIXED, CONFIG, engine=plain) == before
    fitted.fit([Example.document("invoice", ["INVOICE\nTotal"])])
    assert categories(split_pages(MIXED, CONFIG, engine=fitted)) == RIGHT
    with pytest.raises(AttributeError):
        fitted.learned = None


def test_the_order_of_the_examples_does_not_matter():
    one, other = EmbeddedEngine().fit(examples()), EmbeddedEngine().fit(reversed(examples()))
    assert one == other
    assert hash(one) == hash(other)
    assert one != EmbeddedEngine().fit(examples(2))


def test_repr_is_short_and_the_name_stays():
    engine = EmbeddedEngine().fit(examples())
    assert repr(engine) == "EmbeddedEngine(fitted to 6 documents of 2 categories)"
    assert (engine.name, engine.is_remote) == ("embedded", False)
    assert repr(examples()[0]) == "Example(form blue 1)"


def test_categories_without_an_example_keep_their_pages():
    pages = ["INVOICE\nInvoice number: 7\nBill to: Ann\nSubtotal 9.00\nAmount due 10.00", *MIXED]
    assert categories(split_pages(pages, CONFIG, engine=EmbeddedEngine().fit(examples()))) == ["invoice", *RIGHT]


def test_what_was_learned_of_undeclared_categories_is_passed_over_with_a_warning(caplog):
    engine = EmbeddedEngine().fit(examples())
    config = SplitConfig.build(["letter", "invoice"])
    assert split_pages(MIXED, config, engine=engine) == split_pages(MIXED, config)
    assert "none of that is a category here" in caplog.text


def test_numbers_keys_and_copies_are_not_learned(tmp_path):
    text = "Blue form of the depot\nIBAN DE89370400440532013000\ntoken ghpAbC123xYz789QwErTy\nwidgets stored"
    engine = EmbeddedEngine().fit([Example.document("blue", [text])] * 3 + [Example.document("green", ["Green list"])])
    engine.save(tmp_path / "engine.json")
    kept = (tmp_path / "engine.json").read_text().lower()
    assert "depot" in kept
    assert not any(secret in kept for secret in ("de8937", "ghpabc"))
    assert "fitted to 2 documents of 2 categories" in repr(engine)


@pytest.mark.parametrize("name", ["", " ", "Uncategorized", "x" * 201])
def test_names_that_no_category_can_have_are_refused(name):
    with pytest.raises(InvalidConfiguration, match="can't be an example"):
        Example.packet(["one", "two"], [(name, [1]), ("b", [2])])


def test_words_of_any_length_can_be_learned_from():
    assert EmbeddedEngine().fit([Example.document("a", ["x" * 80 + " " + "y" * 80 + " depot stored"])])


def test_more_examples_count_more():
    def share(count):
        engine = EmbeddedEngine().fit(examples(count))
        return split_pages([blue(9)], CONFIG, engine=engine).segments[0].score

    assert share(1) < share(3) < share(8)


def test_no_page_is_lost():
    pages = ["", MIXED[0], " ", MIXED[1], MIXED[2], ""]
    result = split_pages(pages, CONFIG, engine=EmbeddedEngine().fit(examples()))
    assert sorted(page for segment in result.segments for page in segment.pages) == [1, 2, 3, 4, 5, 6]


def test_a_reader_takes_a_fitted_engine():
    reader = SplitReader(NAMES, engine=EmbeddedEngine().fit(examples()))
    assert [document.metadata["category"] for document in reader.from_pages(MIXED, source="a.pdf")] == RIGHT


def test_it_can_be_pickled():
    engine = EmbeddedEngine().fit(examples())
    assert pickle.loads(pickle.dumps(engine)) == engine


class TestExamples:
    def test_a_corrected_result_is_an_example(self):
        wrong = split_pages(MIXED, CONFIG)
        right = wrong.with_segments(
            [{"category": name, "pages": [page]} for page, name in enumerate(RIGHT, start=1)], omitted_pages=[]
        )
        pages = [blue(1), green(2), blue(3), green(1)]
        engine = EmbeddedEngine().fit([Example.corrected(pages, right)])
        assert categories(split_pages(MIXED, CONFIG, engine=engine)) == RIGHT

    def test_documents_of_a_reader_bring_their_pages(self):
        packet = SplitReader(NAMES).from_pages(MIXED, source="a.pdf")
        result = SplitResult.model_validate(
            {
                "segments": [
                    {"category": name, "pages": (page,), "confidence": "high"} for page, name in enumerate(RIGHT, 1)
                ],
                "page_count": 4,
                "engine": "embedded",
            }
        )
        assert Example.corrected(packet, result) == Example.corrected(MIXED, result)

    def test_pages_that_were_left_out_are_nobodys(self):
        packet = SplitReader(NAMES, target_pages="2-4").from_pages(MIXED, source="a.pdf")
        result = split_pages(MIXED, SplitConfig.build(NAMES, target_pages="2-4"))
        example = Example.corrected(packet, result)
        assert [page.text for page in example.pages] == ["", *MIXED[1:]]

    def test_a_result_of_another_packet_is_refused(self):
        with pytest.raises(InvalidConfiguration, match="4 pages, but 1 are given"):
            Example.corrected(["a"], split_pages(MIXED, CONFIG))

    @pytest.mark.parametrize(
        ("pages", "segments", "said"),
        [
            (["a"], [("invoice", [2])], "no page 2"),
            (["a", "b"], [("invoice", [1, 2]), ("letter", [2])], "pages 2 are in more than one"),
            (["a"], [], "segments"),
            ([], [("invoice", [1])], "pages"),
            (["a"], [("", [1])], "segments"),
            (["a"], [("invoice", [])], "segments"),
        ],
    )
    def test_what_can_not_be_is_refused(self, pages, segments, said):
        with pytest.raises(InvalidConfiguration, match=said):
            Example.packet(pages, segments)
        with pytest.raises((ValidationError, InvalidConfiguration)):
            Example(pages=pages, segments=segments)

    def test_one_text_instead_of_a_list_is_refused(self):
        with pytest.raises(InvalidConfiguration, match="a list with a text for each page"):
            Example.document("invoice", "INVOICE")

    def test_page_texts_are_taken(self):
        page = PageText(page=1, text="a", width=612.0, height=792.0)
        assert Example.document("invoice", [page]).pages == (page,)

    @pytest.mark.parametrize(
        "given",
        [[], [Example.document("invoice", [" "])], [Example.document("uncategorized", ["INVOICE"])]],
        ids=["nothing", "blank", "uncategorized"],
    )
    def test_nothing_to_learn_is_refused(self, given):
        with pytest.raises(InvalidConfiguration, match="no document with text that has a category"):
            EmbeddedEngine().fit(given)

    def test_something_else_is_refused(self):
        with pytest.raises(InvalidConfiguration, match="an example is str"):
            EmbeddedEngine().fit(["INVOICE"])

    def test_too_many_are_refused(self):
        with pytest.raises(InvalidConfiguration, match="5,001 examples are more than 5,000"):
            EmbeddedEngine().fit(examples(1)[:1] * 5_001)


class TestWhatIsKept:
    def test_of_three_or_more_only_what_two_share(self):
        text = EmbeddedEngine().fit(examples()).learned.model_dump_json()
        assert "harbour" in text
        assert not any(name.casefold() in text for name in SURNAMES)

    def test_it_is_limited_and_masked(self):
        words = " ".join(
            f"{first}{second}{third}o" for first in "bcdfghjk" for second in "aeiou" for third in "lmnprst"
        )
        text = f"Account 1234567 of Ann\n{'long ' * 40}\n{words}"
        engine = EmbeddedEngine().fit([Example.document("invoice", [text])] * 3)
        (prototype,) = engine.learned.prototypes
        assert len(prototype.first.terms) == MOST_TERMS
        assert prototype.titles == {"account # of ann": 1.0}
        assert all(len(line) <= LONGEST_TITLE for line in prototype.titles)
        assert "1234567" not in engine.learned.model_dump_json()


class TestWeights:
    def packet(self, number):
        pages = [f"{blue(number)}\nContinued", f"{green(number)}\nContinued", blue(number + 1)]
        return Example.packet(pages, [("form blue", [1]), ("form green", [2]), ("form blue", [3])])

    def test_single_documents_leave_them_alone(self):
        assert EmbeddedEngine().fit(examples()).learned.weights is None

    def test_packets_move_them_a_little_and_more_packets_more(self):
        base = built_in_weights()
        few, many = (learn_weights([self.packet(number) for number in range(count)]) for count in (2, 12))
        assert 0 < few.prior - base.prior < many.prior - base.prior < 2

    def test_packets_of_long_documents_move_them_the_other_way(self):
        pages = [f"INVOICE\nInvoice number: {1001 + number}\n{name}" for number, name in enumerate(SURNAMES)]
        packet = Example.packet([*pages, green(1)], [("invoice", range(1, 9)), ("form green", [9])])
        learned, base = learn_weights([packet] * 4), built_in_weights()
        assert learned.cues["identifier"].start < base.cues["identifier"].start
        assert base.cues["identifier"].start - learned.cues["identifier"].start <= FARTHEST + 1e-9

    def test_packets_that_are_split_rightly_hardly_move_them(self):
        pages = [
            f"INVOICE\nInvoice number: {number}\nPage {page} of 2" for number in (1001, 2002, 3003) for page in (1, 2)
        ]
        segments = [("invoice", [1, 2]), ("invoice", [3, 4]), ("invoice", [5, 6])]
        assert abs(learn_weights([Example.packet(pages, segments)] * 20).prior - built_in_weights().prior) < 0.1

    def test_no_cue_turns_round(self):
        pages = [f"Page {number} of 6\n{blue(number)}" for number in range(1, 7)]
        packet = Example.packet(pages, [(NAMES[page % 2], [page]) for page in range(1, 7)])
        weights = learn_weights([packet] * 50)
        assert weights.cues["page number"].go_on < built_in_weights().cues.get("page number").go_on
        assert min(min(cue.start, cue.go_on) for cue in weights.cues.values()) >= 0


class TestFiles:
    @pytest.fixture
    def engine(self):
        return EmbeddedEngine().fit([*examples(), TestWeights().packet(1)])

    @pytest.fixture
    def file(self, engine, tmp_path):
        engine.save(tmp_path / "model.json")
        return tmp_path / "model.json"

    def test_what_is_loaded_is_what_was_saved(self, engine, file):
        loaded = EmbeddedEngine.load(file)
        assert loaded == engine
        assert split_pages(MIXED, CONFIG, engine=loaded) == split_pages(MIXED, CONFIG, engine=engine)

    @pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
    def test_only_the_owner_may_read_it(self, file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_it_is_replaced_whole_and_nothing_is_left_beside_it(self, engine, file, monkeypatch):
        before = file.read_bytes()

        def fail(*args, **kwargs):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(learned_module.json, "dump", fail)
        with pytest.raises(OutputError, match=r"can't write .*model.json \(No space left on device\)"):
            engine.save(file)
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir()] == ["model.json"]

    def test_a_folder_that_is_not_there_is_told(self, engine, tmp_path):
        with pytest.raises(OutputError, match="can't write"):
            engine.save(tmp_path / "nowhere" / "model.json")

    def test_an_engine_that_learned_nothing_has_nothing_to_save(self, tmp_path):
        with pytest.raises(InvalidConfiguration, match="call fit first"):
            EmbeddedEngine().save(tmp_path / "model.json")

    def test_a_file_that_is_not_there_is_told(self, tmp_path):
        with pytest.raises(InvalidConfiguration, match=r"can't read .*no\.json"):
            EmbeddedEngine.load(tmp_path / "no.json")

    def test_a_folder_is_no_file(self, tmp_path):
        with pytest.raises(InvalidConfiguration, match=r"can't read .*; check the path"):
            EmbeddedEngine.load(tmp_path)

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "{}", '{"format": "other"}', "\x00\x01", "[" * 100_000, '{"a": NaN}', '{"prior": -0.9}'],
    )
    def test_something_else_is_refused(self, text, tmp_path):
        (tmp_path / "model.json").write_text(text)
        with pytest.raises(InvalidConfiguration, match="is no file of a fitted embedded engine"):
            EmbeddedEngine.load(tmp_path / "model.json")

    def test_another_version_is_refused(self, file):
        file.write_text(json.dumps({**json.loads(file.read_text()), "version": 99}))
        with pytest.raises(InvalidConfiguration, match="has version 99, this splitreader reads version 1"):
            EmbeddedEngine.load(file)

    def test_a_change_is_noticed(self, file):
        content = json.loads(file.read_text())
        content["learned"]["prototypes"][0]["documents"] = 50
        file.write_text(json.dumps(content))
        with pytest.raises(InvalidConfiguration, match="was changed after it was written"):
            EmbeddedEngine.load(file)

    def test_values_that_can_not_be_are_refused_even_with_a_right_digest(self, file):
        content = json.loads(file.read_text())
        content["learned"]["prototypes"][0]["documents"] = 0
        content["digest"] = learned_module._digest(content["learned"])
        file.write_text(json.dumps(content))
        with pytest.raises(InvalidConfiguration, match="documents"):
            EmbeddedEngine.load(file)

    def test_half_a_file_is_refused(self, file):
        file.write_bytes(file.read_bytes()[:-200])
        with pytest.raises(InvalidConfiguration, match="is no file of a fitted"):
            EmbeddedEngine.load(file)


@pytest.mark.parametrize(
    "lines", [("Berthing record 9", "Orchard survey 9"), ("Orchard survey 9", "Berthing record 9")]
)
def test_of_two_learned_titles_as_strong_the_one_above_is_the_pages_title(lines):
    prototypes = EmbeddedEngine().fit(examples()).learned.prototypes
    scorer = CategoryScorer(CONFIG.categories, prototypes)
    titles = scorer.score(read_page(1, "\n".join(lines))).titles
    assert len({hit.strength for hit in titles.of_category.values()}) == 1 < len(titles.of_category)
    assert titles.best.line == lines[0]
