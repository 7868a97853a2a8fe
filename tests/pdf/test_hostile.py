"""Each hostile file ends in its error or a result, within its limits, and a good packet works after it."""

import threading

import psutil
import pytest

from splitreader import Limits, PacketError, SplitReader
from support.hostile import HOSTILE
from support.pdfs import make_pdf

LIMITS = Limits(page_seconds=10, ocr_page_seconds=60, max_seconds=90)
SLACK = 200 << 20
"""Bytes for the caller itself, which holds the file, and for what the worker had before the limit."""


class PeakMemory:
    """Watches, from a thread, by how much the memory of this process and all its children grows."""

    def __enter__(self):
        self.peak = 0
        self._before = psutil.Process().memory_info().rss
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _watch(self):
        while not self._done.wait(0.02):
            total = max(0, psutil.Process().memory_info().rss - self._before)
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, total)


@pytest.mark.slow
@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
@pytest.mark.parametrize("ocr", ["off", "auto"])
def test_a_hostile_file_ends_and_the_next_packet_works(make, ocr, tmp_path):
    path = tmp_path / "hostile.pdf"
    path.write_bytes(make())
    good = make_pdf(["a good packet"])
    failures = []
    reader = SplitReader(["a"], ocr=ocr, limits=LIMITS, on_error=failures.append)
    with PeakMemory() as memory:
        documents = reader.load([path, good])
    assert documents[-1].text == "a good packet"
    assert all(isinstance(failure.error, PacketError) for failure in failures)
    assert all("hostile.pdf" in str(failure.error) for failure in failures)
    assert len(failures) + len({document.metadata["source"] for document in documents}) == 2
    assert memory.peak <= max(LIMITS.memory, LIMITS.ocr_memory if ocr == "auto" else 0) + SLACK
    assert psutil.Process().children(recursive=True) == []
