import io
import threading

import PIL.Image
import pytest

from splitreader import Limits, OCRFailed, OCRNotInstalled, SourceChanged, SplitReader
from splitreader._pages import PageText
from splitreader.pdf._ocr import Box, lines_of, read_picture
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.sources import Source
from support.pdfs import make_pdf, make_scan

TEXT = "INVOICE\nNumber 4711 for garden chairs\nAmount due: 250 dollars"


def read(data: bytes, *, limits=None, **reading) -> list[PageText]:
    with PDFWorker(limits) as worker:
        return list(PDFPacket(Source(name="p.pdf", data=data), worker, Reading(**reading)).pages())


def words(text: str) -> list[str]:
    return text.replace(":", " ").split()


@pytest.mark.slow
class TestRapidOCR:
    @pytest.mark.parametrize("turned", [0, 90, 180, 270])
    def test_reads_a_scan_whichever_way_up_it_lies(self, turned):
        (page,) = read(make_scan([TEXT], turned=turned))
        assert words(page.text) == words(TEXT)
        assert page.text_source == "ocr"

    def test_keeps_lines_and_leaves_text_pages_and_blank_pages_alone(self):
        import pypdf

        writer = pypdf.PdfWriter()
        for data in (make_pdf(["with a text layer", ""]), make_scan([TEXT])):
            writer.append(io.BytesIO(data))
        buffer = io.BytesIO()
        writer.write(buffer)
        pages = read(buffer.getvalue())
        assert [page.text_source for page in pages] == ["text-layer", "none", "ocr"]
        assert pages[0].text == "with a text layer"
        assert len(pages[2].text.splitlines()) == 3

    def test_reads_pages_whose_text_layer_is_only_a_stamp(self):
        (page,) = read(make_scan([TEXT], stamp="SCANNED 0001"))
        assert page.text_source == "ocr"
        assert "chairs" in page.text

    def test_has_a_deadline_of_its_own(self):
        (page,) = read(make_scan([TEXT]), limits=Limits(page_seconds=3, ocr_page_seconds=120))
        assert page.text_source == "ocr"

    def test_segments_say_where_their_text_comes_from(self):
        documents = SplitReader({"invoice": "A request for payment"}).load(make_scan([TEXT]))
        assert [document.metadata["text_source"] for document in documents] == ["ocr"]
        assert documents[0].metadata["category"] == "invoice"


class TestNotInstalled:
    def test_pages_that_need_it_are_all_named_with_the_cure(self, without_ocr):
        with pytest.raises(OCRNotInstalled, match=r"pages 1-2 of p\.pdf .*pip install 'splitreader\[ocr\]'") as caught:
            read(make_scan(["one", "two"]))
        assert caught.value.pages == (1, 2)

    def test_a_thin_layer_is_not_taken_for_the_page(self, without_ocr):
        with pytest.raises(OCRNotInstalled):
            read(make_scan([TEXT], stamp="SCANNED 0001"))

    def test_text_and_blank_pages_need_none(self, without_ocr):
        assert [page.text for page in read(make_pdf(["text", ""]))] == ["text", ""]


class TestWhatIsAScan:
    def moved(self, origin):
        import pypdf
        from pypdf.generic import RectangleObject

        writer = pypdf.PdfWriter(io.BytesIO(make_scan([TEXT])))
        page = writer.pages[0]
        page.add_transformation(pypdf.Transformation().translate(*origin))
        page.mediabox = page.cropbox = RectangleObject((origin[0], origin[1], origin[0] + 595, origin[1] + 842))
        buffer = io.BytesIO()
        writer.write(buffer)
        return buffer.getvalue()

    @pytest.mark.parametrize("origin", [(0, 0), (2000, 2000), (-600, -800)])
    def test_wherever_its_page_box_lies(self, origin):
        assert read(self.moved(origin), ocr="off")[0].image_only

    def test_letters_as_outlines(self):
        from reportlab.pdfgen.canvas import Canvas

        buffer = io.BytesIO()
        canvas = Canvas(buffer)
        for number in range(40):
            canvas.rect(60 + 8 * number, 700, 4, 9, fill=1)
        canvas.save()
        assert read(buffer.getvalue(), ocr="off")[0].image_only

    def test_not_a_blank_page(self):
        assert not read(make_pdf([""]), ocr="off")[0].image_only


def test_a_file_that_is_replaced_while_it_is_read_is_an_error(tmp_path):
    path = tmp_path / "p.pdf"
    path.write_bytes(make_scan(["one", "two"]))
    replacement = tmp_path / "other.pdf"
    replacement.write_bytes(make_scan(["other"] * 2))

    def replace(picture):
        if picture.page == 1:
            replacement.replace(path)
        return "text"

    with pytest.raises(SourceChanged):
        SplitReader(["a"], ocr=replace).load(path)


def test_after_an_ocr_failure_the_page_is_not_taken_for_another():
    def fail_on_two(picture):
        if picture.page == 2:
            raise ZeroDivisionError
        return "text"

    with PDFWorker() as worker:
        packet = PDFPacket(Source(name="p", data=make_scan(["1", "2", "3"])), worker, Reading(ocr=fail_on_two))
        for _ in range(2):
            with pytest.raises(OCRFailed, match="page 2"):
                list(packet.pages())


class TestOff:
    def test_goes_on_without_the_text_of_scans(self):
        (page,) = read(make_scan([TEXT]), ocr="off")
        assert (page.text, page.text_source, page.image_only) == ("", "none", True)

    def test_keeps_a_stamp(self):
        (page,) = read(make_scan([TEXT], stamp="SCANNED 0001"), ocr="off")
        assert (page.text.strip(), page.text_source) == ("SCANNED 0001", "text-layer")


class TestOwnFunction:
    def test_gets_a_picture_of_each_scan_in_the_calling_thread(self):
        seen = []

        def read_it(picture):
            seen.append((picture, threading.current_thread()))
            return f"text of page {picture.page}"

        pages = read(make_scan(["one", "two"]), ocr=read_it)
        assert [(page.text, page.text_source) for page in pages] == [
            ("text of page 1", "ocr"),
            ("text of page 2", "ocr"),
        ]
        picture = PIL.Image.open(io.BytesIO(seen[0][0].png))
        assert max(picture.size) >= 1600
        assert (seen[0][0].source, seen[0][0].page, round(seen[0][0].width)) == ("p.pdf", 1, 595)
        assert {thread for _, thread in seen} == {threading.current_thread()}
        assert "png" not in repr(seen[0][0])

    def test_is_not_asked_about_text(self):
        def refuse(picture):
            raise AssertionError

        assert read(make_pdf(["text", ""]), ocr=refuse)[0].text == "text"

    def test_errors_name_the_page(self):
        def fail(picture):
            raise ZeroDivisionError("no ink")

        with pytest.raises(OCRFailed, match=r"page 1 of p\.pdf .*ZeroDivisionError: no ink") as caught:
            read(make_scan(["one"]), ocr=fail)
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def test_must_give_text(self):
        with pytest.raises(OCRFailed, match="it gave NoneType"):
            read(make_scan(["one"]), ocr=lambda picture: None)


def box(text, left, top, *corner, score=0.95):
    return Box(left, top, *corner, text, score)


def test_boxes_of_one_height_are_one_line_from_left_to_right():
    boxes = [
        box("Total", 10, 100, 60, 120),
        box("5.00", 300, 103, 340, 122),
        box("INVOICE", 10, 10, 90, 40),
        box("due", 70, 99, 100, 119),
    ]
    assert lines_of(boxes) == "INVOICE\nTotal due 5.00"
    assert lines_of([]) == ""


class TestTurning:
    """A recognizer that reads well only when the picture's mark is at the top left."""

    def picture(self, turned):
        picture = PIL.Image.new("L", (60, 100), 255)
        picture.putpixel((0, 0), 0)
        return picture.rotate(turned, expand=True)

    def recognize(self, picture):
        upright = picture.size == (60, 100)
        good = upright and picture.getpixel((0, 0)) == 0
        if upright:
            return [box("right" if good else "wrong", 0, 0, 50, 10, score=0.95 if good else 0.4)]
        return [box("sideways", 0, 0, 10, 50, score=0.9)]

    @pytest.mark.parametrize("turned", [0, 90, 180, 270])
    def test_finds_the_right_way_up(self, turned):
        assert read_picture(self.picture(turned), self.recognize) == "right"

    def test_an_empty_picture_has_no_text(self):
        assert read_picture(self.picture(0), lambda picture: []) == ""
