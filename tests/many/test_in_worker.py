"""The engine in the process that reads: the same answers, and nothing believed of what comes from there."""

import importlib
import json
import logging
import pickle
import re
import textwrap

import pytest

from many.conftest import CATEGORIES, invoice, told
from splitreader import EmbeddedEngine, Example, OCRNotInstalled, SplitConfig, SplitReader, WorkerError
from splitreader.engines._in_worker import pickled_splitter, understood
from splitreader.pdf import _splitting
from splitreader.pdf._frames import Frame, write_frame
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.sources import Source
from support.pdfs import make_pdf, make_scan

CONFIG = SplitConfig.build(CATEGORIES)


class Fails(EmbeddedEngine):
    """Says that it runs in the worker, and can't be loaded there: this module is not on its path."""

    runs_in_worker = True


def fitted():
    return EmbeddedEngine().fit(
        [Example.document("invoice", invoice(number)) for number in range(3)]
        + [Example.packet(invoice(7) + invoice(8), [("invoice", [1]), ("invoice", [2])])]
    )


@pytest.fixture
def asked_here(monkeypatch):
    """The packets about which the engine is asked in this process."""
    asked = []
    split = EmbeddedEngine.split

    def noting(self, packet, config):
        asked.append(packet.name)
        return split(self, packet, config)

    monkeypatch.setattr(EmbeddedEngine, "split", noting)
    return asked


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"engine": fitted()},
        {"target_pages": "1-2"},
        {"min_pages_per_split": 2, "allow_uncategorized": "omit"},
    ],
    ids=["plain", "fitted", "target pages", "least pages"],
)
def test_answers_are_those_that_the_engine_gives_here(folder, options, asked_here):
    reader = SplitReader(CATEGORIES, on_error="skip", **options)
    expected = told(reader.split_many(folder, workers=1))
    assert asked_here
    asked_here.clear()
    assert told(reader.split_many(folder, workers=2)) == expected
    assert asked_here == []


def test_engines_with_functions_stay_here(folder, asked_here):
    engine = EmbeddedEngine(embedding=lambda texts: [[1.0, 0.0] for _ in texts])
    assert not engine.runs_in_worker
    reader = SplitReader(CATEGORIES, on_error="skip", engine=engine)
    assert told(reader.split_many(folder, workers=2)) == told(reader.split_many(folder, workers=1))
    assert len(asked_here) == 18


def test_an_ocr_function_works_here_and_so_does_the_engine(asked_here):
    packets = [make_scan(["one"]), make_scan(["two"])]
    reader = SplitReader(CATEGORIES, ocr=lambda picture: "INVOICE\nInvoice number 1")
    documents = [document for packet in reader.split_many(packets, workers=2) for document in packet.documents]
    assert [document.text for document in documents] == ["INVOICE\nInvoice number 1"] * 2
    assert len(asked_here) == 2


def test_pages_that_nobody_could_read_are_named(without_ocr):
    with pytest.raises(OCRNotInstalled, match="pages 1-2"):
        list(SplitReader(CATEGORIES).split_many([make_scan(["one", "two"]), make_pdf(["three"])], workers=2))


def test_an_engine_that_can_not_run_there_is_asked_here(folder, asked_here, caplog):
    reader = SplitReader(CATEGORIES, engine=Fails(), on_error="skip")
    expected = told(SplitReader(CATEGORIES, on_error="skip").split_many(folder, workers=1))
    with caplog.at_level(logging.WARNING, "splitreader"):
        assert told(reader.split_many(folder, workers=2)) == expected
    assert asked_here
    (said,) = [record.getMessage() for record in caplog.records if "in the process" in record.getMessage()]
    assert re.search(r"could not split 0\d\.pdf in the process that reads it \(ModuleNotFoundError\)", said)


def test_an_engine_that_fails_there_is_asked_here_and_says_so_once(tmp_path, monkeypatch, caplog, asked_here):
    """A module of that name is in the way of the worker only."""
    code = """
        from splitreader.engines.embedded import EmbeddedEngine

        class OnlyHere(EmbeddedEngine):
            runs_in_worker = True
            here = None

            def split(self, packet, config):
                if OnlyHere.here is None:
                    raise KeyError("a secret of page one")
                return super().split(packet, config)
        """
    (tmp_path / "only_here.py").write_text(textwrap.dedent(code))
    monkeypatch.syspath_prepend(tmp_path)
    only_here = importlib.import_module("only_here")
    only_here.OnlyHere.here = True
    reader = SplitReader(CATEGORIES, engine=only_here.OnlyHere())
    packets = [make_pdf([f"packet {number}"]) for number in range(6)]
    with caplog.at_level(logging.WARNING, "splitreader"):
        assert len(list(reader.split_many(packets, workers=2))) == len(asked_here) == 6
    (said,) = [record.getMessage() for record in caplog.records if "in the process" in record.getMessage()]
    assert "(KeyError)" in said
    assert "secret" not in caplog.text


class Reads:
    """Frames as `text_frames` gives them, and what the caller gets of them."""

    def __init__(self, *, parts=1, error=None):
        self.sent = []
        self._error = error
        self._opened = Frame("opened", {"page_count": 2, "verified": True, "parts": parts})

    def frames(self):
        yield self._opened
        yield Frame("page", {"page": 1}, b"one")
        if self._error is not None:
            raise self._error
        yield Frame("page", {"page": 2}, b"two")

    def split(self, splitter):
        _splitting.split_while_reading(self.frames(), "p", splitter, self.sent.append)
        return [(frame.kind, frame.payload) for frame in self.sent if frame.kind != "splitting"]


PAGES = [("opened", b""), ("page", b"one"), ("page", b"two")]


def test_all_pages_are_sent_whatever_the_engine_does():
    def reads_all(packet):
        return b",".join(page.text.encode() for page in packet.pages())

    def reads_one(packet):
        return next(packet.pages()).text.encode()

    def fails(packet):
        next(packet.pages())
        raise MemoryError

    assert Reads().split(reads_all) == [*PAGES, ("answer", b"one,two")]
    assert Reads().split(reads_one) == [*PAGES, ("answer", b"one")]
    assert Reads().split(fails) == Reads().split(None) == [*PAGES, ("answer", b"")]
    assert Reads(parts=2).split(reads_all) == [*PAGES, ("answer", b"")]
    assert Reads().split(lambda packet: bytes(_splitting.LARGEST_ANSWER + 1)) == [*PAGES, ("answer", b"")]


@pytest.mark.parametrize("swallows", [True, False])
def test_what_reading_ends_with_is_not_taken_for_the_engines_error(swallows):
    def splitter(packet):
        try:
            return b"".join(page.text.encode() for page in packet.pages())
        except MemoryError:
            if swallows:
                return b"an answer"
            raise

    reads = Reads(error=MemoryError())
    with pytest.raises(MemoryError):
        reads.split(splitter)
    assert [frame.kind for frame in reads.sent] == ["opened", "page"]


def answer(**changes):
    segment = {
        "category": "invoice",
        "pages": [1],
        "confidence": "high",
        "score": 0.5,
        "key": None,
        "evidence": ["page 1"],
    }
    return {"segments": [{**segment, **changes.pop("segment", {})}], "omitted_pages": [], "usage": {}, **changes}


def test_an_honest_answer_is_understood():
    assert understood(json.dumps(answer()).encode()).segments[0].pages == (1,)


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff",
        b"[" * 100_000,
        b"null",
        b"[]",
        answer(raw="more"),
        answer(segments=None),
        answer(omitted_pages=["x"]),
        answer(segment={"score": float("nan")}),
        answer(segment={"score": 2}),
        answer(segment={"pages": "12"}),
        answer(segment={"confidence": "sure"}),
        answer(segment={"evidence": ["x" * 1001]}),
        answer(segment={"evidence": ["x"] * 51}),
        answer(segment={"key": 7}),
        answer(segment={"category": None}),
    ],
)
def test_an_answer_that_can_not_be_is_an_error_of_the_packet(sent, monkeypatch):
    monkeypatch.setattr(PDFWorker, "texts", lambda *_, **__: frames())
    data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()

    def frames():
        yield Frame("opened", {"page_count": 1, "verified": True, "parts": 1, "encrypted": False})
        yield Frame("page", {"page": 1, "text_source": "text-layer"}, b"text")
        yield Frame("answer", payload=data)

    packet = PDFPacket(Source(name="p.pdf", data=b""), PDFWorker(), Reading(), splitter=b"engine")
    with pytest.raises(WorkerError, match=r"p\.pdf"):
        packet.worker_answer(understood)


@pytest.mark.parametrize("why", [7, "", "a secret", "x" * 81, "\x1b[2J", ["KeyError"]])
def test_a_reason_that_is_no_name_of_a_type_is_an_error_of_the_packet(why, monkeypatch):
    def frames():
        yield Frame("opened", {"page_count": 1, "verified": True, "parts": 1, "encrypted": False})
        yield Frame("page", {"page": 1, "text_source": "text-layer"}, b"text")
        yield Frame("answer", {"failed": why})

    monkeypatch.setattr(PDFWorker, "texts", lambda *_, **__: frames())
    packet = PDFPacket(Source(name="p.pdf", data=b""), PDFWorker(), Reading(), splitter=b"engine")
    with pytest.raises(WorkerError, match=r"p\.pdf"):
        packet.worker_answer(understood)


def test_the_engine_crosses_to_a_process_once(folder, monkeypatch):
    sent = []

    def noting(stream, frame):
        sent.append(frame.kind)
        write_frame(stream, frame)

    monkeypatch.setattr("splitreader.pdf._process.write_frame", noting)
    list(SplitReader(CATEGORIES, on_error="skip").split_many(folder, workers=2))
    assert sent.count("splitter") <= 4  # each process, and one more for each that a damaged packet ended
    assert sent.count("texts") == 9


def test_a_splitter_is_an_engine_and_its_configuration():
    splitter = pickled_splitter(EmbeddedEngine(), CONFIG)
    pages = type("Pages", (), {"page_count": 1, "name": "p", "pages": lambda self: iter(())})()
    assert json.loads(pickle.loads(splitter)(pages)) == {
        "segments": [],
        "omitted_pages": [],
        "usage": {},
        "is_final": True,
    }
