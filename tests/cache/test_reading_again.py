"""What a reader with a cache does the second time: the same Documents, without a process and without its engine."""

import asyncio
import logging
import pickle
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splitreader import (
    Cache,
    CacheError,
    CacheNotInstalled,
    EmbeddedEngine,
    EngineAnswer,
    EngineError,
    Example,
    InvalidConfiguration,
    LimitExceeded,
    Limits,
    LlamaCloudEngine,
    LLMEngine,
    ModelError,
    PageNotFound,
    PasswordMissing,
    ProposedSegment,
    SplitReader,
)
from splitreader.pdf import _process
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf, make_scan
from support.told_model import ToldModel, row

CATEGORIES = {"invoice": "A request for payment", "contract": "An agreement between parties"}
PAGES = ["INVOICE 1\nTotal due 5", "page 2 of 2\nTotal due 5", "AGREEMENT\nbetween the parties of this contract"]


class Counted(EmbeddedEngine):
    """The embedded engine, counted."""

    calls = 0

    @property
    def fingerprint(self):
        return f"counted {super().fingerprint}"

    def split(self, packet, config):
        type(self).calls += 1
        return super().split(packet, config)


class Model:
    """A language model that is never asked."""

    is_remote = False

    def __init__(self, name):
        self.name = name

    def complete(self, messages, schema): ...

    async def acomplete(self, messages, schema): ...


@pytest.fixture(autouse=True)
def _no_calls_yet():
    Counted.calls = 0


@pytest.fixture
def workers(monkeypatch):
    """The processes that were started."""
    started = []
    start = _process.start

    def counted(*args, **options):
        started.append(args)
        return start(*args, **options)

    monkeypatch.setattr(_process, "start", counted)
    return started


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(PAGES))
    return path


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def all_of(documents):
    """Everything that a Document holds, as text."""
    return [
        (document.id, document.text, repr(document.metadata), document.segment.model_dump_json(), document.page_texts)
        for document in documents
    ]


def locked(pages, path, *, password="open", owner=None):
    """An encrypted packet."""
    writer = pypdf.PdfWriter()
    plain = path.with_name("plain.pdf")
    plain.write_bytes(make_pdf(pages))
    writer.append(plain)
    writer.encrypt(password, owner, algorithm="AES-256")
    writer.write(path)
    return path


class TestTheSecondLoad:
    def test_starts_no_process_and_asks_no_engine(self, packet, folder, workers):
        plain = SplitReader(CATEGORIES).load(packet)
        first = SplitReader(CATEGORIES, engine=Counted(), cache=folder).load(packet)
        begun = len(workers)
        assert (Counted.calls, begun > 0) == (1, True)
        second = SplitReader(CATEGORIES, engine=Counted(), cache=folder).load(packet)
        assert (Counted.calls, len(workers)) == (1, begun)
        assert all_of(second) == all_of(first) == all_of(plain)

    def test_of_several_packets_side_by_side_starts_none_either(self, tmp_path, folder, workers):
        packets = tmp_path / "packets"
        packets.mkdir()
        for number in range(5):
            (packets / f"{number}.pdf").write_bytes(make_pdf([f"{page} {number}" for page in PAGES]))
        first = SplitReader(CATEGORIES, cache=folder, workers=2).load(packets)
        begun = len(workers)
        assert begun == 2
        assert all_of(SplitReader(CATEGORIES, cache=folder, workers=2).load(packets)) == all_of(first)
        assert len(workers) == begun

    def test_is_the_same_on_an_event_loop(self, packet, folder, workers):
        first = asyncio.run(SplitReader(CATEGORIES, engine=Counted(), cache=folder).aload(packet))
        begun = len(workers)
        assert all_of(asyncio.run(SplitReader(CATEGORIES, engine=Counted(), cache=folder).aload(packet))) == all_of(
            first
        )
        assert (Counted.calls, len(workers)) == (1, begun)

    def test_of_split_and_of_a_pickled_reader(self, packet, folder, workers):
        reader = SplitReader(CATEGORIES, cache=folder)
        result = reader.split(packet)
        begun = len(workers)
        assert pickle.loads(pickle.dumps(reader)).split(packet) == result
        assert asyncio.run(reader.asplit(packet)) == result
        assert len(workers) == begun

    def test_names_ids_and_metadata_anew(self, packet, folder, workers):
        SplitReader(CATEGORIES, cache=folder).load(packet)
        begun = len(workers)
        other = packet.rename(packet.with_name("renamed.pdf"))
        options = {"metadata": {"tenant": "a"}, "packet_id": "claim-1", "page_list": True}
        kept = SplitReader(CATEGORIES, cache=folder, **options).load(other)
        assert len(workers) == begun
        assert all_of(kept) == all_of(SplitReader(CATEGORIES, **options).load(other))

    def test_knows_other_bytes_of_the_same_name(self, packet, folder):
        reader = SplitReader(CATEGORIES, engine=Counted(), cache=folder)
        reader.load(packet)
        packet.write_bytes(make_pdf(PAGES[::-1]))
        assert all_of(reader.load(packet)) == all_of(SplitReader(CATEGORIES).load(packet))
        assert Counted.calls == 2

    def test_calls_progress_for_no_page(self, packet, folder):
        seen = []
        for _ in range(2):
            SplitReader(CATEGORIES, cache=folder, progress=seen.append).load(packet)
        assert [progress.page for progress in seen] == [1, 2, 3]

    def test_of_pages_parsed_elsewhere_asks_no_engine(self, folder):
        reader = SplitReader(CATEGORIES, engine=Counted(), cache=folder)
        first = reader.from_pages(PAGES, source="scan")
        assert all_of(reader.from_pages(PAGES, source="scan")) == all_of(first)
        assert Counted.calls == 1
        reader.from_pages([*PAGES, "more"], source="scan")
        assert Counted.calls == 2

    def test_documents_of_a_result_read_no_pdf_either(self, packet, folder, workers):
        reader = SplitReader(CATEGORIES, cache=folder)
        first = reader.load(packet)
        begun = len(workers)
        assert all_of(reader.documents(packet, reader.split(packet))) == all_of(first)
        assert len(workers) == begun


class TestAnotherQuestion:
    @pytest.mark.parametrize(
        "options",
        [
            {"categories": {**CATEGORIES, "invoice": "Something else"}},
            {"categories": [{"name": "invoice", "partition_key": "number"}, "contract"]},
            {"min_pages_per_split": 2},
            {"allow_uncategorized": "forbid"},
            {"target_pages": "1-2"},
            {"engine": EmbeddedEngine().fit([Example.document("invoice", PAGES[:1])])},
        ],
        ids=lambda options: next(iter(options)),
    )
    def test_asks_the_engine_and_reads_no_pdf(self, packet, folder, workers, options):
        SplitReader(CATEGORIES, cache=folder).load(packet)
        begun = len(workers)
        options = {"categories": CATEGORIES, **options}
        kept = SplitReader(cache=folder, **options).load(packet)
        assert len(workers) == begun
        assert all_of(kept) == all_of(SplitReader(**options).load(packet))

    def test_of_another_version_of_the_engine_is_answered_anew(self, packet, folder, workers):
        def answered(fingerprint, category):
            engine = ScriptedEngine([(category, [1, 2, 3])])
            engine.fingerprint = fingerprint
            result = SplitReader(CATEGORIES, engine=engine, cache=folder).split(packet)
            return engine.calls, result.segments[0].category

        assert answered("1", "invoice") == (1, "invoice")
        assert answered("1", "contract") == (0, "invoice")
        assert answered("2", "contract") == (1, "contract")
        assert answered("1", "contract") == (0, "invoice")

    def test_of_another_version_of_the_code_is_answered_anew(self, packet, folder, monkeypatch, workers):
        SplitReader(CATEGORIES, engine=Counted(), cache=folder).load(packet)
        begun = len(workers)
        from splitreader.engines.embedded import engine

        monkeypatch.setattr(engine, "code_digest", lambda package: f"new {package}")
        SplitReader(CATEGORIES, engine=Counted(), cache=folder).load(packet)
        assert (Counted.calls, len(workers)) == (2, begun)
        from splitreader import _keeping

        monkeypatch.setattr(_keeping, "version_of", lambda package: "999")
        SplitReader(CATEGORIES, engine=Counted(), cache=folder).load(packet)
        assert (Counted.calls, len(workers)) == (3, begun + 1)

    def test_about_some_pages_reads_only_those_once(self, packet, folder, workers):
        for _ in range(2):
            SplitReader(CATEGORIES, cache=folder, target_pages="2-3").load(packet)
        assert len(workers) == 1
        whole = SplitReader(CATEGORIES, cache=folder).load(packet)
        assert len(workers) == 2
        assert all_of(whole) == all_of(SplitReader(CATEGORIES).load(packet))

    def test_about_a_page_that_is_not_there_is_refused_as_ever(self, packet, folder):
        SplitReader(CATEGORIES, cache=folder).load(packet)
        with pytest.raises(PageNotFound):
            SplitReader(CATEGORIES, cache=folder, target_pages="9").load(packet)

    def test_limits_on_pages_count_for_a_result_that_was_kept(self, packet, folder):
        SplitReader(CATEGORIES, cache=folder).split(packet)
        with pytest.raises(LimitExceeded):
            SplitReader(CATEGORIES, cache=folder, limits=Limits(max_pages=2)).split(packet)
        with pytest.raises(LimitExceeded):
            asyncio.run(SplitReader(CATEGORIES, cache=folder, limits=Limits(max_pages=2)).asplit(packet))
        assert SplitReader(CATEGORIES, cache=folder, limits=Limits(max_pages=3)).split(packet).page_count == 3

    def test_about_more_pages_parsed_elsewhere_than_the_wanted_ones_is_another_one(self, folder):
        reader = SplitReader(CATEGORIES, cache=folder, target_pages="1-2")
        plain = SplitReader(CATEGORIES, target_pages="1-2")
        for pages in (PAGES, [*PAGES, "more"]):
            assert all_of(reader.from_pages(pages, source="scan")) == all_of(plain.from_pages(pages, source="scan"))

    @pytest.mark.parametrize("limits", [Limits(max_pages=2), Limits(max_text=10)])
    def test_limits_count_for_what_was_kept(self, packet, folder, limits):
        SplitReader(CATEGORIES, cache=folder).load(packet)
        with pytest.raises(LimitExceeded):
            SplitReader(CATEGORIES, cache=folder, limits=limits, min_pages_per_split=2).load(packet)

    def test_about_scans_without_ocr_is_another_one(self, tmp_path, folder):
        scan = tmp_path / "scan.pdf"
        scan.write_bytes(make_scan(["INVOICE 7"]))

        def read(picture):
            return "read by me"

        read.fingerprint = "mine 1"
        assert [d.text for d in SplitReader(CATEGORIES, cache=folder, ocr="off").load(scan)] == [""]
        for ocr in (read, read):
            assert [d.text for d in SplitReader(CATEGORIES, cache=folder, ocr=ocr).load(scan)] == ["read by me"]
        assert [d.text for d in SplitReader(CATEGORIES, cache=folder, ocr="off").load(scan)] == [""]


class TestWhatIsNotKept:
    def test_errors(self, tmp_path, folder):
        calls = []

        def fail(packet):
            calls.append(packet)
            if len(calls) == 1:
                raise EngineError("not today")
            return EngineAnswer(segments=[ProposedSegment(category="invoice", pages=[1, 2, 3], confidence="high")])

        packet = tmp_path / "packet.pdf"
        packet.write_bytes(make_pdf(PAGES))
        engine = ScriptedEngine(fail)
        engine.fingerprint = "1"
        reader = SplitReader(CATEGORIES, engine=engine, cache=folder)
        with pytest.raises(EngineError):
            reader.split(packet)
        assert len(reader.split(packet).segments) == 1

    @pytest.mark.parametrize("kind", ["sync", "async"])
    def test_what_fell_back_because_a_model_failed(self, packet, folder, kind):
        ills = iter([ModelError("429, for a while")])

        def says(item):
            if item["page"] == 3 and (ill := next(ills, None)) is not None:
                raise ill
            return row(item["page"], "contract" if item["page"] == 3 else "invoice", starts=item["page"] != 2)

        model = ToldModel(says)
        engine = LLMEngine(model, window=2, overlap=0, max_concurrent=1)
        reader = SplitReader(CATEGORIES, engine=engine, cache=folder)

        def split():
            return reader.split(packet) if kind == "sync" else asyncio.run(reader.asplit(packet))

        assert split().usage["fallback_pages"] == "3"
        assert "fallback_pages" not in split().usage
        assert len(model.asked) == 4
        assert "cached" in split().usage
        assert len(model.asked) == 4

    def test_but_what_a_limit_left_unasked_is(self, packet, folder):
        model = ToldModel(lambda item: row(item["page"], "invoice", starts=True))
        whole = SplitReader(CATEGORIES, engine=LLMEngine(model, window=2, overlap=0)).split(packet).usage
        limit = whole["input_tokens"] + whole["output_tokens"] - 1
        engine = LLMEngine(model, window=2, overlap=0, max_tokens_per_packet=limit)
        first, second = (SplitReader(CATEGORIES, engine=engine, cache=folder).split(packet) for _ in range(2))
        assert first.usage["unasked_pages"] == "3"
        assert second.usage == {"cached": first.usage}

    def test_a_packet_that_needed_a_password(self, tmp_path, folder, workers):
        secret = locked(["INVOICE top secret"], tmp_path / "locked.pdf")
        for calls in (1, 2):
            documents = SplitReader(CATEGORIES, engine=Counted(), cache=folder, password="open").load(secret)
            assert "top secret" in documents[0].text
            assert (Counted.calls, len(workers)) == (calls, calls)
        with pytest.raises(PasswordMissing):
            SplitReader(CATEGORIES, cache=folder).load(secret)

    def test_nor_pages_parsed_elsewhere_of_a_packet_that_may_need_one(self, tmp_path, folder):
        secret = locked(["INVOICE top secret"], tmp_path / "locked.pdf")
        for password, source, calls in (("open", secret, 2), (None, secret, 1), ("open", "a name", 1)):
            Counted.calls = 0
            reader = SplitReader(CATEGORIES, engine=Counted(), cache=folder, password=password)
            for _ in range(2):
                reader.from_pages(["INVOICE top secret"], source=source)
            assert Counted.calls == calls

    def test_but_one_that_needed_none_is_kept_whatever_password_was_given(self, tmp_path, packet, folder, workers):
        free = locked(PAGES, tmp_path / "free.pdf", password="", owner="owner")
        for path, password in ((packet, "open"), (free, None)):
            for _ in range(2):
                SplitReader(CATEGORIES, cache=folder, password=password).load(path)
        assert len(workers) == 2

    def test_usage_is_told_as_what_it_was_then(self, packet, folder):
        def paid(packet):
            segment = ProposedSegment(category="invoice", pages=[1, 2, 3], confidence="high")
            return EngineAnswer(segments=[segment], usage={"cost": 0.5})

        engine = ScriptedEngine(paid)
        engine.fingerprint = "1"
        reader = SplitReader(CATEGORIES, engine=engine, cache=folder)
        first, second = reader.split(packet), reader.split(packet)
        assert (first.usage, second.usage) == ({"cost": 0.5}, {"cached": {"cost": 0.5}})
        assert second.segments == first.segments

    def test_a_usage_that_is_no_json_is_logged_and_the_result_counts(self, packet, folder, caplog):
        def odd(packet):
            segment = ProposedSegment(category="invoice", pages=[1, 2, 3], confidence="high")
            return EngineAnswer(segments=[segment], usage={"what": object()})

        engine = ScriptedEngine(odd)
        engine.fingerprint = "1"
        reader = SplitReader(CATEGORIES, engine=engine, cache=folder)
        assert [reader.split(packet).segments[0].pages for _ in range(2)] == [(1, 2, 3)] * 2
        assert engine.calls == 2
        assert "can't be kept" in caplog.text


class TestAtConstruction:
    def test_an_engine_must_say_what_its_results_depend_on(self, folder):
        with pytest.raises(InvalidConfiguration, match=r"engine scripted can't be kept.*fingerprint"):
            SplitReader(CATEGORIES, engine=ScriptedEngine([]), cache=folder)

    def test_so_must_an_engine_made_from_one_of_ours(self, folder):
        class Mine(EmbeddedEngine):
            pass

        class Cloud(LlamaCloudEngine):
            pass

        class Asked(LLMEngine):
            pass

        class Named(Counted):
            pass

        for engine in (Mine(), Cloud(api_key="k"), Asked(Model("a")), Named()):
            name = type(engine).__name__
            with pytest.raises(InvalidConfiguration, match=rf"engine {engine.name} can't be kept.*{name}.*fingerprint"):
                SplitReader(CATEGORIES, engine=engine, cache=folder)
        SplitReader(CATEGORIES, engine=Counted(), cache=folder)

    def test_so_must_an_embedding_and_an_ocr_function(self, folder):
        with pytest.raises(InvalidConfiguration, match=r"embedding= must say.*fingerprint"):
            SplitReader(CATEGORIES, engine=EmbeddedEngine(lambda texts: [[1.0]] * len(texts)), cache=folder)
        with pytest.raises(InvalidConfiguration, match=r"ocr= must say.*fingerprint"):
            SplitReader(CATEGORIES, ocr=lambda picture: "", cache=folder)

    def test_a_named_embedding_is_another_engine(self):
        def near(texts):
            return [[1.0]] * len(texts)

        near.fingerprint = "near 1"
        first = EmbeddedEngine(near).fingerprint
        near.fingerprint = "near 2"
        assert len({first, EmbeddedEngine(near).fingerprint, EmbeddedEngine().fingerprint}) == 3

    def test_every_option_that_decides_is_in_a_fingerprint(self):
        def cloud(**options):
            return LlamaCloudEngine(api_key="k", **options).fingerprint

        llm = {LLMEngine(Model("a"), **options).fingerprint for options in ({}, {"window": 4}, {"head": 500})}
        assert len(llm | {LLMEngine(Model("b")).fingerprint}) == 4
        assert LLMEngine(Model("a"), cache="x", max_concurrent=2).fingerprint in llm
        clouds = [{}, {"api": "v1"}, {"region": "eu"}, {"configuration_id": "c"}, {"project_id": "p"}]
        assert len({cloud(**options) for options in clouds}) == len(clouds)
        assert cloud() == LlamaCloudEngine(api_key="another", max_pages=3).fingerprint

    @pytest.mark.parametrize("cache", ["", 3, Cache], ids=repr)
    def test_a_cache_that_is_no_path_is_refused(self, cache):
        with pytest.raises(InvalidConfiguration, match="cache is"):
            SplitReader(CATEGORIES, cache=cache)

    def test_a_limit_below_a_megabyte_is_refused(self, folder):
        with pytest.raises(InvalidConfiguration, match="max_bytes"):
            Cache(folder, max_bytes=1000)

    def test_a_file_in_the_place_of_the_folder_is_refused(self, packet):
        with pytest.raises(CacheError, match=r"packet\.pdf"):
            SplitReader(CATEGORIES, cache=packet)

    def test_missing_packages_are_named_with_the_command(self, folder, monkeypatch):
        import sys

        monkeypatch.delitem(sys.modules, "splitreader.cache._database", raising=False)
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        with pytest.raises(CacheNotInstalled, match=r"pip install 'splitreader\[cache\]'"):
            SplitReader(CATEGORIES, cache=folder)


def test_threads_can_share_a_reader(tmp_path, folder):
    packets = [make_pdf([f"{page} {number}" for page in PAGES]) for number in range(4)]
    reader = SplitReader(CATEGORIES, cache=folder)
    with ThreadPoolExecutor(4) as pool:
        first = list(pool.map(reader.split, packets * 2))
    assert first == [SplitReader(CATEGORIES).split(packet) for packet in packets] * 2


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    pages=st.lists(
        st.sampled_from(["INVOICE 12\nTotal due", "Page 1 of 2\nAGREEMENT", "page 2 of 2", "", "\x00 ünïcode 合同"]),
        min_size=1,
        max_size=5,
    ),
    options=st.fixed_dictionaries(
        {},
        optional={
            "allow_uncategorized": st.sampled_from(["include", "forbid", "omit"]),
            "min_pages_per_split": st.integers(1, 3),
            "target_pages": st.just("1"),
        },
    ),
)
def test_results_and_documents_are_the_same_without_a_cache_and_with_one_cold_and_warm(
    tmp_path_factory, pages, options
):
    folder = tmp_path_factory.mktemp("kept")
    packet = make_pdf(pages)
    plain = SplitReader(CATEGORIES, **options)
    kept = SplitReader(CATEGORIES, cache=folder / "cache", **options)
    assert plain.split(packet) == kept.split(packet) == kept.split(packet)
    assert all_of(plain.load(packet)) == all_of(kept.load(packet)) == all_of(kept.load(packet))


def test_what_was_not_found_is_not_logged(packet, folder, caplog):
    caplog.set_level(logging.INFO, logger="splitreader.cache")
    SplitReader(CATEGORIES, cache=folder).load(packet)
    assert not caplog.records
