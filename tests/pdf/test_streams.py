"""What a library writes to standard output and error in the worker process, and what a PDF that took it over would."""

import gc
import os
import threading
import tracemalloc

import psutil
import pytest

from splitreader import Limits, WorkerDied, WorkerError
from splitreader.pdf._frames import read_frame
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.sources import Source
from support.pdfs import make_pdf, make_scan


def read(worker, data):
    return [page.text for page in PDFPacket(Source(name="p.pdf", data=data), worker, Reading()).pages()]


@pytest.fixture(scope="module")
def scan():
    return make_scan(["one page"])


def test_what_a_library_prints_does_not_get_between_the_answers(ocr_library, scan):
    ocr_library('print(\'loading\', flush=True); os.write(1, b\'{"kind": "end", "size": 0}\\n\')')
    with PDFWorker() as worker:
        assert read(worker, scan) == ["read"]


class TestStandardError:
    complains = "for _ in range(1000): os.write(2, b'out of paper\\n' * 2500)\n"
    """More than 32 MB."""

    def test_may_be_endless_and_costs_the_caller_nothing(self, ocr_library, scan):
        ocr_library(
            self.complains + "import stat; text = 'on disk' if stat.S_ISREG(os.fstat(2).st_mode) else 'passing'"
        )
        tracemalloc.start()
        try:
            with PDFWorker() as worker:
                assert read(worker, scan) == ["passing"]
            assert tracemalloc.get_traced_memory()[1] < 4 << 20
        finally:
            tracemalloc.stop()

    @pytest.mark.skipif(os.name == "nt", reason="no such signals")
    def test_ends_in_the_error_when_the_worker_dies(self, ocr_library, scan):
        ocr_library(self.complains + "os.write(2, b'no ink\\n'); os.kill(os.getpid(), signal.SIGKILL)")
        with PDFWorker() as worker:
            with pytest.raises(WorkerDied, match=r"p\.pdf died \(SIGKILL: no ink\)"):
                read(worker, scan)
            assert read(worker, make_pdf(["good"])) == ["good"]


def close(worker):
    worker.close()


def kill(worker):
    worker._process.kill()
    worker._process.wait()
    assert read(worker, make_pdf(["the next one"])) == ["the next one"]


@pytest.mark.parametrize("end", [close, kill, None], ids=["closed", "killed", "forgotten"])
def test_no_thread_and_no_pipe_is_left(end):
    gc.collect()
    before = set(threading.enumerate())
    worker = PDFWorker()
    read(worker, make_pdf(["good"]))
    threads = set(threading.enumerate()) - before
    assert {thread.name for thread in threads} == {"splitreader-watchdog", "splitreader-stderr"}
    process = psutil.Process(worker.pid)
    if end is not None:
        end(worker)
    del worker
    gc.collect()
    for thread in threads:
        thread.join(20)
    assert not [thread for thread in threads if thread.is_alive()]
    assert not process.is_running()


@pytest.mark.skipif(not hasattr(psutil.Process, "num_fds"), reason="counts no descriptors")
def test_no_descriptor_is_left_after_many_workers():
    def use_one():
        before = set(threading.enumerate())
        with PDFWorker() as worker:
            read(worker, make_pdf(["good"]))
            threads = set(threading.enumerate()) - before
        for thread in threads:
            thread.join(20)

    use_one()
    before = psutil.Process().num_fds()
    for _ in range(3):
        use_one()
    assert psutil.Process().num_fds() == before


@pytest.mark.parametrize(
    "answer",
    [
        b"no JSON\n",
        b"[]\n",
        b"[" * 200_000 + b"\n",
        b"x" * (2 << 20),
        b'{"kind": "page", "page": 1}\n',
        b'{"kind": "page", "page": 1, "size": -1}\n',
        b'{"kind": "picture", "page": 1, "size": 99999999999999}\n',
    ],
    ids=["no JSON", "no object", "nested", "no end", "no size", "negative", "larger than the process"],
)
def test_a_worker_that_was_taken_over_can_only_send_answers(answer, ocr_library, tmp_path, scan):
    check_taken_over(answer, "gave no answer that can be understood", ocr_library, tmp_path, scan)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"kind": "page", "page": "x", "size": 2}\nhi',
        b'{"kind": "page", "page": 1, "colour": "red", "size": 2}\nhi',
        b'{"kind": "page", "page": 1, "size": 1}\n\xff',
        b'{"kind": "picture", "size": 2}\nhi',
    ],
    ids=["no page", "strange field", "no text", "no picture"],
)
def test_answers_that_say_what_can_not_be_are_refused(answer, ocr_library, tmp_path, scan):
    check_taken_over(answer, "sent what can't be", ocr_library, tmp_path, scan)


def check_taken_over(answer, complaint, ocr_library, tmp_path, scan):
    (tmp_path / "answer").write_bytes(answer)
    ocr_library(
        "frame = sys._getframe()\n"
        "while 'answers' not in frame.f_locals: frame = frame.f_back\n"
        f"answers = frame.f_locals['answers']; answers.write(open({str(tmp_path / 'answer')!r}, 'rb').read())\n"
        "answers.flush(); __import__('threading').Event().wait()"
    )
    with PDFWorker(Limits(ocr_page_seconds=30)) as worker:
        with pytest.raises(WorkerError, match=complaint) as caught:
            read(worker, scan)
        assert caught.value.source == "p.pdf"
        assert read(worker, make_pdf(["good"])) == ["good"]


def test_a_payload_that_is_refused_is_not_read():
    import io

    stream = io.BytesIO(b'{"kind": "page", "size": 5}\nhello')

    def refuse(frame, size):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read_frame(stream, expect=refuse)
    assert stream.read() == b"hello"
