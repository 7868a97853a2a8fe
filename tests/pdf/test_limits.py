import pytest

from splitreader import LimitExceeded, Limits, SplitReader
from splitreader.pdf import _memory
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.sources import Source
from support.hostile import deflated, one_page, pdf, stream
from support.pdfs import make_pdf, make_scan

TEXT = " ".join(["a line that stands on every page; größer"] * 20)


def read(worker, data, **reading):
    return list(PDFPacket(Source(name="p.pdf", data=data), worker, Reading(**reading)).pages())


def shared_text(page_count: int) -> bytes:
    """A PDF whose pages all show the same content stream."""
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(page_count))
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, page_count),
        stream(b"BT /F 1 Tf (" + TEXT.encode("latin-1") + b") Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 800]/Contents 3 0 R/Resources<</Font<</F 4 0 R>>>>>>"]
        * page_count,
    )


class TestText:
    def test_is_limited_as_a_whole_and_the_next_packet_of_the_call_works(self, tmp_path):
        path = tmp_path / "multiplied.pdf"
        path.write_bytes(shared_text(60))
        failures = []
        reader = SplitReader(["a"], limits=Limits(max_text=10_000), on_error=failures.append)
        documents = reader.load([path, make_pdf(["good"])])
        assert [document.text for document in documents] == ["good"]
        (failure,) = failures
        assert isinstance(failure.error, LimitExceeded)
        assert failure.error.source == failure.source
        page = 10_000 // len(TEXT.encode()) + 1
        for part in ("multiplied.pdf", "10000 bytes", f"page {page} ", "Limits(max_text=...)"):
            assert part in str(failure.error)

    def test_counts_bytes_of_one_packet_and_the_limit_itself_is_allowed(self):
        size = 3 * len(TEXT.encode())
        with PDFWorker(Limits(max_text=size)) as worker:
            for _ in range(2):
                assert [page.text for page in read(worker, shared_text(3))] == [TEXT] * 3
        with PDFWorker(Limits(max_text=size - 1)) as worker, pytest.raises(LimitExceeded, match="page 3"):
            read(worker, shared_text(3))

    def test_may_have_no_limit(self):
        with PDFWorker(Limits(max_text=None)) as worker:
            assert len(read(worker, shared_text(60))) == 60

    def test_is_not_what_cutting_sends_nor_a_picture(self):
        with PDFWorker(Limits(max_text=10)) as worker:
            source = Source(name="p.pdf", data=make_pdf(["text"]))
            assert next(iter(worker.cut(source, [[1]], page_count=1))).startswith(b"%PDF-")
            (page,) = read(worker, make_scan(["one page"]), ocr=lambda picture: "text of the function")
            assert page.text == "text of the function"


@pytest.mark.parametrize(("old", "new"), [(b"/Root", b"/Toor"), (b"/Count 3", b"/Count 1")])
def test_pages_that_only_pypdf_sees_are_counted(old, new):
    broken = make_pdf(["first", "second", "third"]).replace(old, new, 1)
    assert new in broken
    with PDFWorker(Limits(max_pages=2)) as worker, pytest.raises(LimitExceeded, match=r"p\.pdf has 3 pages.*2 allowed"):
        read(worker, broken)
    with PDFWorker(Limits(max_pages=3)) as worker:
        assert len(read(worker, broken)) == 3


@pytest.mark.skipif(not _memory.CAN_LIMIT, reason="the system holds no process to its memory")
class TestMemoryForOCR:
    @pytest.mark.parametrize(("memory", "ocr_memory"), [(1000, 1500), (1500, 1000)])
    def test_is_never_less_than_without(self, memory, ocr_memory, ocr_library):
        ocr_library("import resource; text = str(resource.getrlimit(resource.RLIMIT_AS)[0] >> 20)")
        scan = make_scan(["one page"])
        with PDFWorker(Limits(memory=memory << 20, ocr_memory=ocr_memory << 20)) as worker:
            (page,) = read(worker, scan)
        assert int(page.text) == 1500 + (2 * len(scan) >> 20)

    def test_is_kept_while_the_models_are_loaded(self, ocr_library):
        """Else they alone would fill the next packet's memory."""
        ocr_library("sys.models = bytearray(500 << 20)")
        large = one_page(stream(deflated(60 << 20), b"/Filter/FlateDecode"))
        with PDFWorker(Limits(memory=500 << 20, ocr_memory=1500 << 20)) as worker:
            assert len(read(worker, large)) == 1
            first = worker.pid
            assert read(worker, make_scan(["one page"]))[0].text == "read"
            assert len(read(worker, large)) == 1
            assert worker.pid == first
