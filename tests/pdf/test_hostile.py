"""Each hostile file ends in its own error or a result, within its limits, and a good packet works after it."""

import threading

import psutil
import pytest

from splitreader import (
    DamagedPDF,
    LimitExceeded,
    Limits,
    NotAPDF,
    PasswordMissing,
    SplitReader,
    WorkerDied,
    WorkerTimeout,
)
from splitreader.pdf import _memory
from support import hostile
from support.hostile import HOSTILE
from support.pdfs import make_pdf

LIMITS = Limits(page_seconds=30, ocr_page_seconds=90, max_seconds=180)
SLACK = 200 << 20
"""Bytes for the caller itself, which holds the file, and for what the worker had before the limit."""


READ = type(None)
BOMB = (WorkerDied,) if _memory.CAN_LIMIT else (WorkerDied, WorkerTimeout, READ)
"""Where the system holds no process to its memory, a bomb may be over before anybody looks."""
SLOW_BOMB = (*BOMB, WorkerTimeout)
"""It needs seconds to fill its memory here; a slow machine comes to the deadline first."""

OUTCOMES = {
    bytes: NotAPDF,
    hostile.cut_in_half: DamagedPDF,
    hostile.flate_bomb: BOMB,
    hostile.nested_flate_bomb: BOMB,
    hostile.object_stream_bomb: DamagedPDF,
    hostile.xobject_laughs: SLOW_BOMB,
    hostile.many_operators: SLOW_BOMB,
    hostile.form_that_draws_itself: READ,
    hostile.nested_arrays: READ,
    hostile.nested_dictionaries_in_content: READ,
    hostile.one_page_200_000_times: LimitExceeded,
    hostile.cyclic_page_tree: DamagedPDF,
    hostile.deep_page_tree: DamagedPDF,
    hostile.huge_page: READ,
    hostile.huge_image: READ,
    hostile.previous_table_is_this_one: READ,
    hostile.zip_called_pdf: READ,  # a PDF lies in it as it is, and junk before the header is allowed
    hostile.encrypted: PasswordMissing,
    hostile.length_beyond_the_end: READ,
    hostile.table_of_billions: DamagedPDF,
    hostile.random_bytes_with_a_header: DamagedPDF,
}
"""What each comes to, with OCR and without: an error, or the one page that is there."""


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
    errors = [failure.error for failure in failures]
    assert isinstance(errors[0] if errors else None, OUTCOMES[make])
    assert all("hostile.pdf" in str(error) for error in errors)
    read = [document.metadata["pages"] for document in documents[:-1]]
    assert read == ([] if errors else ["1"])
    assert memory.peak <= max(LIMITS.memory, LIMITS.ocr_memory if ocr == "auto" else 0) + SLACK
    assert psutil.Process().children(recursive=True) == []
