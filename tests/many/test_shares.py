"""The pages of one large scan, read by several processes."""

import psutil
import pytest

from many.conftest import CATEGORIES, told
from splitreader import LimitExceeded, Limits, SplitReader, WorkerDied, WorkerError, WorkerTimeout
from splitreader.pdf import _shares
from splitreader.pdf._frames import Frame
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._shares import in_order, share_of
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf, make_scan

PAGES = 6
NUMBERS = range(1, PAGES + 1)

OCR = """
import numpy

class Found:
    def __init__(self, text):
        self.boxes = numpy.array([[[0, 0], [100, 0], [100, 10], [0, 10]]])
        self.txts, self.scores = [text], [1.0]

class RapidOCR:
    def __init__(self, params):
        pass

    def __call__(self, image):
        return Found(f"INVOICE of {int((image < 128).sum())} dark dots")
"""
"""Stands in the place of RapidOCR: reads at once, and nothing twice alike."""


@pytest.fixture(scope="module")
def scan():
    return make_scan(["INVOICE " * page for page in NUMBERS])


@pytest.fixture(autouse=True)
def _quick_ocr(tmp_path, monkeypatch):
    """Worker processes find modules where this process does."""
    package = tmp_path / "modules" / "rapidocr"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(OCR)
    monkeypatch.syspath_prepend(package.parent)


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 7])
def test_every_page_is_read_once_and_comes_in_order(parts):
    pages = list(range(1, 101))
    shares = [share_of(pages, part, parts) for part in range(parts)]
    assert sorted(page for share in shares for page in share) == pages
    assert list(in_order([iter_of(share) for share in shares], len(pages))) == pages


def iter_of(pages):
    yield from pages


@pytest.mark.parametrize("parts", [2, 3, 4])
@pytest.mark.parametrize("every", [1, 2, 3, 4])
def test_pages_of_one_kind_are_dealt_evenly(parts, every):
    """Where the backs of pages are blank, every second page takes long."""
    slow = set(range(1, 121, every))
    loads = [len(slow.intersection(share_of(range(1, 121), part, parts))) for part in range(parts)]
    assert max(loads) - min(loads) <= 3


def test_a_share_that_ends_too_early_ends_all_and_every_share_is_closed():
    closed = []

    def share(pages):
        try:
            yield from pages
        finally:
            closed.append(pages)

    assert list(in_order([share([1, 3]), share([2])], 4)) == [1, 2, 3]
    assert len(closed) == 2


def noting_processes(seen):
    return lambda step: seen.append((step.page, len(psutil.Process().children())))


def test_a_scan_is_read_by_two_processes_and_nothing_else_changes(scan):
    steps = {1: [], 2: []}
    texts = {}
    for workers, seen in steps.items():
        reader = SplitReader(CATEGORIES, workers=workers, progress=noting_processes(seen))
        texts[workers] = told(reader.lazy_packets(scan))
    assert texts[2] == texts[1]
    assert "dark dots" in str(texts[1])
    assert steps == {workers: [(page, workers) for page in range(1, PAGES + 1)] for workers in (1, 2)}


async def test_the_last_scan_of_many_packets_is_shared_too(scan, tmp_path):
    packets = [make_pdf(["one"]), scan]
    expected = told(SplitReader(CATEGORIES, workers=1).lazy_packets(packets))
    seen = []
    reader = SplitReader(CATEGORIES, workers=4, progress=noting_processes(seen))
    assert told([packet async for packet in reader.asplit_many(packets)]) == expected
    assert seen[-1][1] > 2


def test_no_more_processes_are_started_than_there_is_work_for(scan):
    """Each of them loads the models for OCR."""
    seen = []
    SplitReader(CATEGORIES, workers=5, progress=noting_processes(seen)).split(scan)
    assert {count for _, count in seen} == {2}


@pytest.mark.parametrize(("pages", "parts"), [(5, 1), (6, 2), (11, 2), (12, 3), (30, 6), (100, 8)])
def test_a_process_more_for_every_six_scans(pages, parts, monkeypatch):
    monkeypatch.setattr(_shares, "_seems_scanned", lambda document, number: True)
    assert _shares.parts_worth(None, range(1, pages + 1), at_most=8) == parts


@pytest.mark.parametrize("parts", [0, -1, 4, True, "2", 2.0, None, [2]])
def test_parts_that_no_honest_process_says(scan, parts, monkeypatch):
    texts = PDFWorker.texts

    def lying(worker, *args, **options):
        for frame in texts(worker, *args, **options):
            yield Frame(frame.kind, {**frame.fields, "parts": parts}) if frame.kind == "opened" else frame

    monkeypatch.setattr(PDFWorker, "texts", lying)
    with pytest.raises(WorkerError, match="sent what can't be"):
        SplitReader(CATEGORIES, workers=3).split(scan)


def test_text_and_few_pages_are_not_worth_a_process(scan):
    for packet in (
        make_pdf(["some words that are a text layer, as long as one that is no stamp"] * 30),
        make_scan([""]),
    ):
        seen = []
        SplitReader(CATEGORIES, workers=3, progress=noting_processes(seen)).split(packet)
        assert {count for _, count in seen} == {1}


def test_the_death_of_one_process_is_an_error_of_the_packet(scan):
    def kill(step):
        if step.page == 1:
            max(psutil.Process().children(), key=lambda process: process.create_time()).kill()

    with pytest.raises(WorkerDied, match="SIGKILL"):
        SplitReader(CATEGORIES, workers=2, progress=kill).split(scan)
    assert psutil.Process().children() == []


@pytest.mark.skipif(not hasattr(psutil.Process, "suspend"), reason="needs stopped processes")
def test_a_process_that_hangs_is_given_up(scan):
    def stop(step):
        if step.page == 1:
            max(psutil.Process().children(), key=lambda process: process.create_time()).suspend()

    reader = SplitReader(CATEGORIES, workers=2, progress=stop, limits=Limits(page_seconds=5, ocr_page_seconds=5))
    with pytest.raises(WorkerTimeout, match="no progress within 5 s"):
        reader.split(scan)
    assert psutil.Process().children() == []


def test_the_limit_of_text_counts_all_processes(scan):
    whole = sum(len(page.text) for document in SplitReader(CATEGORIES).load(scan) for page in document.page_texts)
    assert SplitReader(CATEGORIES, workers=2, limits=Limits(max_text=whole)).split(scan)
    with pytest.raises(LimitExceeded, match=f"page {PAGES} went beyond"):
        SplitReader(CATEGORIES, workers=2, limits=Limits(max_text=whole - 1)).split(scan)


def test_an_ocr_function_sees_all_pages_in_order(scan):
    pages = []

    def read(picture):
        pages.append(picture.page)
        return "text"

    SplitReader(["a"], engine=ScriptedEngine([]), ocr=read, workers=2).load(scan)
    assert pages == list(range(1, PAGES + 1))
