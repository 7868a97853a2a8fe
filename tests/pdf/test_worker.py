import gc
import os
import re
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import psutil
import pytest

from splitreader import DamagedPDF, Limits, NotAPDF, PasswordMissing, SourceChanged, WorkerDied, WorkerTimeout
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.pdf._texts import clean_text
from splitreader.sources import Source, resolve_sources
from support.pdfs import make_pdf


def source_of(data: bytes) -> Source:
    return Source(name="p.pdf", data=data)


def read(worker, source, **reading):
    return list(PDFPacket(source, worker, Reading(**reading)).pages())


def encrypted(data: bytes, password: str) -> bytes:
    import io

    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def content_bomb(size: int) -> bytes:
    """A small PDF whose only page has a content stream of `size` bytes when inflated."""
    packer = zlib.compressobj(9)
    stream = b"".join([packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)]) + packer.flush()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, o) for n, o in enumerate(objects, start=1))
    return body + b"trailer<</Root 1 0 R>>"


def test_pages_come_in_order_with_their_size_in_points():
    with PDFWorker() as worker:
        pages = read(worker, source_of(make_pdf(["one\ntwo", "", "three"])))
    assert [(page.page, page.text, page.text_source) for page in pages] == [
        (1, "one\ntwo", "text-layer"),
        (2, "", "none"),
        (3, "three", "text-layer"),
    ]
    assert [round(page.width) for page in pages] == [595] * 3
    assert [round(page.height) for page in pages] == [842] * 3


def test_more_pages_than_fit_between_two_openings():
    texts = [f"page number {n}" for n in range(1, 251)]
    with PDFWorker() as worker:
        assert [page.text for page in read(worker, source_of(make_pdf(texts)))] == texts


def test_one_worker_reads_packet_after_packet_also_after_an_error(tmp_path):
    path = tmp_path / "good.pdf"
    path.write_bytes(make_pdf(["good"]))
    (good,) = resolve_sources(path)
    with PDFWorker() as worker:
        assert read(worker, good)[0].text == "good"
        first = worker.pid
        with pytest.raises(NotAPDF):
            read(worker, source_of(b"no pdf"))
        assert read(worker, good)[0].text == "good"
        assert worker.pid == first


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotAPDF),
        (b"PK\x03\x04 a zip", NotAPDF),
        (b"\n" * 2000 + b"%PDF-1.4", NotAPDF),
        (make_pdf(["text"] * 3)[:900], DamagedPDF),
        (b"%PDF-1.4\nnothing more", DamagedPDF),
        (encrypted(make_pdf(["text"]), "secret"), PasswordMissing),
    ],
    ids=["empty", "zip", "header too late", "cut in half", "header only", "encrypted"],
)
def test_what_is_no_readable_pdf_is_an_error_that_names_it(data, error):
    with PDFWorker() as worker, pytest.raises(error, match=r"p\.pdf") as caught:
        read(worker, source_of(data))
    assert caught.value.source == "p.pdf"


def test_junk_before_the_header_and_an_empty_user_password_are_fine():
    with PDFWorker() as worker:
        assert read(worker, source_of(b"junk\n" * 100 + make_pdf(["text"])))[0].text == "text"
        assert read(worker, source_of(encrypted(make_pdf(["text"]), "")))[0].text == "text"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Root", b"/Toor"),
        (b"/Count 3", b"/Count 1"),
        (b"/Count 3", b"/Count 5"),
        (b"/Kids [ 3 0 R", b"/Kids [ 99 0 R 3 0 R"),
    ],
    ids=["no root", "count too small", "count too large", "a page that is not there"],
)
def test_what_pdfium_gets_wrong_is_read_by_pypdf_and_no_page_is_lost(old, new):
    broken = make_pdf(["first", "second", "third"]).replace(old, new, 1)
    assert new in broken
    with PDFWorker() as worker:
        pages = read(worker, source_of(broken))
    assert [(page.page, page.text.strip()) for page in pages] == [(1, "first"), (2, "second"), (3, "third")]


def test_a_file_that_changes_between_hash_and_reading_is_an_error(tmp_path):
    path = tmp_path / "p.pdf"
    path.write_bytes(make_pdf(["old"]))
    (source,) = resolve_sources(path)
    assert source.sha256
    path.write_bytes(make_pdf(["new and longer"]))
    with PDFWorker() as worker, pytest.raises(SourceChanged):
        read(worker, source)


def test_a_page_tree_with_inner_nodes_in_the_middle_loses_no_page():
    nested = make_pdf([f"page {n}" for n in range(1, 6)])
    kids = re.search(rb"/Kids \[ (\d+ 0 R) (\d+ 0 R) (\d+ 0 R) (\d+ 0 R) (\d+ 0 R) \]", nested)
    first, *inner, last = kids.groups()
    node = b"\n99 0 obj\n<< /Type /Pages /Count 1 /Kids [ %s ] >>\nendobj\n" % b" ".join(inner)
    broken = nested.replace(kids[0], b"/Kids [ %s 99 0 R %s ]" % (first, last)).replace(b"/Count 5", b"/Count 3", 1)
    broken = broken.replace(b"\nxref\n", node + b"\nxref\n", 1)
    with PDFWorker() as worker:
        assert [page.text.strip() for page in read(worker, source_of(broken))] == [f"page {n}" for n in range(1, 6)]


def test_a_large_packet_in_memory_works_after_a_small_one(caplog):
    """Its padding also keeps pypdf busy for longer than its time; PDFium doesn't mind."""
    padding = b"\n%" + b"x" * (350 << 20)
    with PDFWorker(Limits(memory=250 << 20)) as worker:
        assert read(worker, source_of(make_pdf(["small"])))[0].text == "small"
        assert read(worker, source_of(make_pdf(["large"]) + padding))[0].text == "large"
    assert "could not be verified" in caplog.text


@pytest.mark.slow
def test_a_memory_bomb_ends_in_an_error_and_the_next_packet_works():
    with PDFWorker(Limits(memory=400 << 20)) as worker:
        with pytest.raises(WorkerDied, match=r"p\.pdf"):
            read(worker, source_of(content_bomb(900 << 20)))
        assert read(worker, source_of(make_pdf(["good"])))[0].text == "good"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no such signals")
class TestFailures:
    pages = make_pdf(["text " * 50] * 400)

    def caller(self, code):
        """Another Python process, whose standard output is a pipe."""
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        return subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], stdout=subprocess.PIPE, env=environment)

    def begun(self, worker):
        packet = PDFPacket(source_of(self.pages), worker, Reading())
        walk = packet.pages()
        next(walk)
        return walk

    def test_a_worker_that_dies_is_an_error_for_this_packet_only(self):
        with PDFWorker() as worker:
            walk = self.begun(worker)
            os.kill(worker.pid, signal.SIGKILL)
            with pytest.raises(WorkerDied, match=r"p\.pdf.*SIGKILL"):
                list(walk)
            assert len(read(worker, source_of(self.pages))) == 400

    def test_a_worker_that_hangs_is_killed_at_its_deadline(self):
        with PDFWorker(Limits(page_seconds=5)) as worker:
            walk = self.begun(worker)
            hung = psutil.Process(worker.pid)
            hung.suspend()
            with pytest.raises(WorkerTimeout, match=r"p\.pdf.*5 s"):
                list(walk)
            assert not hung.is_running()
            assert len(read(worker, source_of(self.pages))) == 400

    def test_a_walk_that_is_dropped_half_way_leaves_the_worker_usable(self):
        with PDFWorker() as worker:
            walk = self.begun(worker)
            assert len(read(worker, source_of(self.pages))) == 400
            walk.close()
            del walk
            gc.collect()
            assert read(worker, source_of(make_pdf(["good"])))[0].text == "good"

    def test_no_process_is_left_when_the_worker_is_closed_or_forgotten(self):
        worker = PDFWorker()
        walk = self.begun(worker)
        processes = [psutil.Process(worker.pid)]
        worker.close()
        assert worker.pid is None
        other = PDFWorker()
        read(other, source_of(make_pdf(["good"])))
        processes.append(psutil.Process(other.pid))
        del other, walk
        gc.collect()
        assert not [process for process in processes if process.is_running()]

    def test_the_worker_ends_with_its_caller_even_when_that_is_killed(self):
        code = (
            "import sys, time; from support.pdfs import make_pdf; from splitreader.sources import Source\n"
            "from splitreader.pdf._process import PDFWorker\n"
            "worker = PDFWorker(); frames = worker.texts(Source(name='p', data=make_pdf(['text ' * 50] * 400)))\n"
            "next(frames); print(worker.pid, flush=True); time.sleep(60)"
        )
        caller = self.caller(code)
        worker = psutil.Process(int(caller.stdout.readline()))
        caller.kill()
        caller.wait()
        caller.stdout.close()
        psutil.wait_procs([worker], timeout=20)
        assert not worker.is_running()

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
    def test_the_worker_ends_although_a_fork_of_its_killed_caller_lives_on(self):
        code = (
            "import os, time; from support.pdfs import make_pdf; from splitreader.sources import Source\n"
            "from splitreader.pdf._process import PDFWorker\n"
            "worker = PDFWorker(); frames = worker.texts(Source(name='p', data=make_pdf(['text ' * 50] * 400)))\n"
            "next(frames); child = os.fork()\n"
            "if child: print(worker.pid, child, flush=True)\n"
            "time.sleep(60)"
        )
        caller = self.caller(code)
        worker, fork = (psutil.Process(int(pid)) for pid in caller.stdout.readline().split())
        caller.kill()
        caller.wait()
        caller.stdout.close()
        psutil.wait_procs([worker], timeout=20)
        assert not worker.is_running()
        fork.kill()

    def test_abort_from_another_thread_ends_the_wait_and_starts_nothing_new(self):
        import threading

        with PDFWorker() as worker:
            walk = self.begun(worker)
            psutil.Process(worker.pid).suspend()
            threading.Thread(target=worker.abort).start()
            with pytest.raises(WorkerDied):
                list(walk)
            with pytest.raises(WorkerDied, match="called off"):
                read(worker, source_of(self.pages))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("exam\x02ple", "exam-\nple"),
        ("nul\x00 bell\x07 tab\t", "nul bell tab\t"),
        ("lone \ud800 surrogate \ufffe", "lone  surrogate "),
        ("größe 🧾", "größe 🧾"),
    ],
)
def test_text_is_cleaned(raw, clean):
    assert clean_text(raw) == clean
    clean_text(raw).encode()
