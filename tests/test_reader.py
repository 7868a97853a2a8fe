import logging
import pickle
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splitreader import (
    DamagedPDF,
    EmbeddedEngine,
    EngineAnswer,
    InvalidConfiguration,
    InvalidEngineResult,
    OutputExists,
    PageText,
    ProposedSegment,
    SourceNotFound,
    SplitReader,
    SplitResult,
)
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf, make_scan

ALL_AS_A = lambda packet: EngineAnswer(  # noqa: E731
    segments=[ProposedSegment(category="a", pages=range(1, packet.page_count + 1), confidence="high")]
)


def children():
    return psutil.Process().children(recursive=True)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "packets"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"{number}.pdf").write_bytes(make_pdf([f"packet {number} page {page}" for page in range(number)]))
    return folder


class TestTheSamplePacket:
    @pytest.mark.slow
    def test_comes_out_exact_with_its_scans(self, sample_packet, sample_categories, sample_truth):
        packet = next(SplitReader(sample_categories).lazy_packets(sample_packet))
        assert [{"category": s.category, "pages": list(s.pages)} for s in packet.result.segments] == sample_truth
        assert all(segment.score is not None and segment.evidence for segment in packet.result.segments)
        assert [d.metadata["text_source"] for d in packet.documents] == ["text-layer"] * 7 + ["ocr"]
        assert "DN-33127" in packet.documents[-1].text

    def test_comes_out_exact(self, sample, sample_categories, sample_truth):
        result = SplitReader(sample_categories).split(sample)
        assert [{"category": s.category, "pages": list(s.pages)} for s in result.segments] == sample_truth[:-1]

    def test_every_way_to_documents_gives_the_same(self, sample, sample_categories):
        reader = SplitReader(sample_categories)
        documents = reader.load(sample)
        assert reader.documents(sample, reader.split(sample)) == documents
        assert list(reader.lazy_load([sample])) == documents
        pages = sorted((page for document in documents for page in document.page_texts), key=lambda page: page.page)
        assert reader.from_pages(pages, source=sample) == documents
        assert [d.id for d in reader.from_pages([p.text for p in pages], source=str(sample))] == [
            d.id for d in documents
        ]
        assert [d.id for d in reader.load(sample.read_bytes())] == [d.id for d in documents]


def test_split_then_documents_then_write_pdfs_is_one_engine_call(sample, sample_categories, tmp_path):
    class Counting(EmbeddedEngine):
        calls = 0

        def split(self, packet, config):
            Counting.calls += 1
            return super().split(packet, config)

    reader = SplitReader(sample_categories, engine=Counting())
    result = reader.split(sample)
    documents = reader.documents(sample, result)
    paths = reader.write_pdfs(sample, tmp_path / "out", result)
    assert Counting.calls == 1
    assert len(documents) == len(paths) == len(result.segments)


class TestLazyLoad:
    def test_reads_nothing_before_it_is_asked(self):
        assert iter(SplitReader(["a"]).lazy_load("nowhere.pdf"))
        with pytest.raises(SourceNotFound):
            next(SplitReader(["a"]).lazy_load("nowhere.pdf"))

    def test_holds_one_packet_at_a_time(self, folder):
        engine = ScriptedEngine(ALL_AS_A)
        documents = SplitReader(["a"], engine=engine).lazy_load(folder)
        for number in (1, 2, 3):
            assert next(documents).metadata["source"] == f"{number}.pdf"
            assert engine.calls == number
        assert next(documents, None) is None

    def test_does_not_keep_a_packet_that_its_consumer_has_dropped(self, folder):
        alive = []
        held = weakref.WeakSet()

        def note(packet):
            alive.append(len(held))
            return ALL_AS_A(packet)

        for document in SplitReader(["a"], engine=ScriptedEngine(note)).lazy_load(folder):
            held.add(document.segment)
            del document
        assert alive == [0, 0, 0]

    def test_yields_the_packets_before_the_one_that_failed(self, folder):
        (folder / "2.pdf").write_bytes(make_pdf(["x"] * 3)[:900])
        documents = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A)).lazy_load(folder)
        assert next(documents).metadata["source"] == "1.pdf"
        with pytest.raises(DamagedPDF, match=r"2\.pdf"):
            next(documents)

    def test_leaves_no_process_when_it_is_done_or_dropped_half_way(self, folder):
        before = children()
        reader = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A))
        documents = reader.lazy_load(folder)
        next(documents)
        assert len(children()) == len(before) + 1
        documents.close()
        reader.load(folder)
        assert children() == before

    def test_uses_one_worker_process_for_all_packets(self, folder):
        seen = set()
        for _ in SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A)).lazy_load(folder):
            seen |= {process.pid for process in children()}
        assert len(seen) == 1


def test_identical_packets_are_split_once_and_the_others_logged(folder, caplog):
    (folder / "0 again.pdf").write_bytes((folder / "3.pdf").read_bytes())
    engine = ScriptedEngine(ALL_AS_A)
    with caplog.at_level(logging.INFO):
        documents = SplitReader(["a"], engine=engine).load(folder)
    assert [d.metadata["source"] for d in documents] == ["0 again.pdf", "1.pdf", "2.pdf"]
    assert engine.calls == 3
    assert "3.pdf has the same bytes as 0 again.pdf" in caplog.text


def test_two_loads_at_once_do_not_disturb_each_other(folder):
    reader = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A))
    expected = reader.load(folder)
    with ThreadPoolExecutor(4) as pool:
        assert all(documents == expected for documents in pool.map(lambda _: reader.load(folder), range(4)))


def test_a_reader_can_be_pickled(sample, sample_categories):
    reader = pickle.loads(pickle.dumps(SplitReader(sample_categories, metadata={"tenant": "t"})))
    assert reader.load(sample) == SplitReader(sample_categories, metadata={"tenant": "t"}).load(sample)


def test_its_repr_names_categories_and_engine():
    assert repr(SplitReader(["a", "b"])) == "SplitReader(categories=['a', 'b'], engine=EmbeddedEngine())"


def test_progress_counts_every_page_in_the_thread_that_reads(folder):
    seen = []
    reader = SplitReader(["a"], progress=lambda step: seen.append((step, threading.current_thread())))
    reader.split(folder / "3.pdf")
    assert [(step.page, step.pages_read, step.pages_wanted, Path(step.source).name) for step, _ in seen] == [
        (page, page, 3, "3.pdf") for page in (1, 2, 3)
    ]
    assert {thread for _, thread in seen} == {threading.current_thread()}


def test_scans_need_no_text_for_an_engine_that_reads_none():
    engine = ScriptedEngine([("a", [1, 2])])
    assert SplitReader(["a"], engine=engine).split(make_scan(["one", "two"])).page_count == 2


class TestFromPages:
    def test_numbers_texts_and_keeps_what_page_texts_say(self):
        reader = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A))
        (document,) = reader.from_pages([PageText(page=1, text="one", text_source="ocr"), "two", ""])
        assert document.text == "one\n\ntwo\n\n"
        assert document.metadata["text_source"] == "mixed"
        assert document.metadata["source"].startswith("sha256:")

    def test_a_name_that_is_no_file_is_only_a_name(self):
        reader = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A))
        (document,) = reader.from_pages(["one"], source="mail/7.pdf")
        assert (document.metadata["source"], document.metadata["file_name"]) == ("mail/7.pdf", "7.pdf")
        (other,) = reader.from_pages(["one"], source="mail/8.pdf")
        assert other.id == document.id

    def test_a_path_must_be_there(self):
        with pytest.raises(SourceNotFound):
            SplitReader(["a"]).from_pages(["one"], source=Path("nowhere.pdf"))

    @pytest.mark.parametrize("numbers", [(2, 1), (1, 3), (1, 1)])
    def test_pages_out_of_order_are_refused(self, numbers):
        pages = [PageText(page=number, text="x") for number in numbers]
        with pytest.raises(InvalidConfiguration, match="every page of the packet once"):
            SplitReader(["a"]).from_pages(pages)

    @pytest.mark.parametrize("pages", ["INVOICE", b"INVOICE", [1], [None]])
    def test_what_is_no_list_of_texts_is_refused(self, pages):
        with pytest.raises(InvalidConfiguration, match="page"):
            SplitReader(["a"]).from_pages(pages)

    def test_text_that_no_store_can_take_is_mended(self):
        (document,) = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A)).from_pages(["lone \ud800 surrogate"])
        assert document.text == "lone ? surrogate"
        document.to_json_line().encode()

    def test_too_few_pages_for_a_result_are_refused(self, folder):
        reader = SplitReader(["a"], engine=ScriptedEngine(ALL_AS_A))
        result = reader.split(folder / "3.pdf")
        with pytest.raises(InvalidConfiguration, match=r"3 pages, but .*2\.pdf has 2"):
            reader.documents(folder / "2.pdf", result)


class TestWritePdfs:
    result = SplitResult(
        segments=[
            {"category": "driver's license", "pages": [2], "confidence": "high"},
            {"category": "../../etc/Passwörter\x00 🧾", "pages": [3], "confidence": "low"},
            {"category": "n" * 200, "pages": [4], "confidence": "low"},
            {"category": "🧾", "pages": [5], "confidence": "low"},
        ],
        omitted_pages=[1],
        page_count=5,
        engine="test",
    )

    @pytest.fixture
    def packet(self, tmp_path):
        path = tmp_path / "packet.pdf"
        path.write_bytes(make_pdf(["one", "two", "three", "four", "five"]))
        return path

    def test_names_are_safe_short_and_in_order(self, packet, tmp_path):
        out = tmp_path / "deep" / "out"
        paths = SplitReader(["a"]).write_pdfs(packet, out, self.result)
        assert [path.name for path in paths] == [
            "01-driver-s-license.pdf",
            "02-etc-passwörter.pdf",
            "03-" + "n" * 53 + ".pdf",
            "04-segment.pdf",
        ]
        assert all(len(path.name) <= 60 and path.parent == out for path in paths)
        assert sorted(out.iterdir()) == sorted(paths)
        assert [pypdf.PdfReader(path).pages[0].extract_text().strip() for path in paths] == [
            "two",
            "three",
            "four",
            "five",
        ]

    def test_nothing_is_replaced_unless_asked(self, packet, tmp_path):
        (tmp_path / "04-segment.pdf").write_text("mine")
        reader = SplitReader(["a"])
        with pytest.raises(OutputExists, match=r"04-segment\.pdf"):
            reader.write_pdfs(packet, tmp_path, self.result)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["04-segment.pdf", "packet.pdf"]
        reader.write_pdfs(packet, tmp_path, self.result, overwrite=True)
        assert (tmp_path / "04-segment.pdf").read_bytes().startswith(b"%PDF-")

    def test_a_result_of_another_packet_is_refused_before_anything_is_written(self, tmp_path):
        with pytest.raises(InvalidConfiguration, match=r"5 pages, but .* has 1"):
            SplitReader(["a"]).write_pdfs(make_pdf(["one"]), tmp_path / "out", self.result)
        assert not list((tmp_path / "out").glob("*"))


def test_split_wants_one_packet(folder):
    with pytest.raises(InvalidConfiguration, match="use load"):
        SplitReader(["a"]).split(folder)


PAGE = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)


@settings(deadline=None)
@given(st.lists(PAGE, max_size=12), st.sampled_from(["include", "forbid", "omit"]))
def test_the_embedded_engine_keeps_every_page_of_random_texts(pages, allow):
    documents = SplitReader(["invoice", "contract"], allow_uncategorized=allow).from_pages(pages)
    kept = [page for document in documents for page in document.segment.pages]
    assert len(set(kept)) == len(kept)
    if allow != "omit":
        assert sorted(kept) == list(range(1, len(pages) + 1))
    for document in documents:
        assert document.text == "\n\n".join(pages[page - 1] for page in document.segment.pages)


@settings(deadline=None)
@given(st.integers(1, 8), st.lists(st.lists(st.integers(-1, 10), max_size=5), max_size=5))
def test_an_engine_that_answers_wrongly_loses_no_page_or_is_an_error(page_count, proposals):
    script = [("a", pages) for pages in proposals]
    reader = SplitReader(["a"], engine=ScriptedEngine(script))
    claimed = [page for pages in proposals for page in pages]
    if len(set(claimed)) < len(claimed) or not set(claimed) <= set(range(1, page_count + 1)) or [] in proposals:
        with pytest.raises(InvalidEngineResult):
            reader.from_pages(["text"] * page_count)
        return
    documents = reader.from_pages(["text"] * page_count)
    assert sorted(page for d in documents for page in d.segment.pages) == list(range(1, page_count + 1))
    assert len({d.id for d in documents}) == len(documents)
