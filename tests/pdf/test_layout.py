"""What a PDF says about how its pages are set."""

import io

import pypdf
import pytest
from pypdf.generic import NameObject, RectangleObject
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from splitreader import PageText, Segment, SplitReader, SplitResult
from splitreader.pdf._packet import PDFPacket
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import Reading
from splitreader.sources import Source
from support.pdfs import make_pdf, make_scan
from support.typeset import Sheet, typeset

TEXT = "The contractor delivers the overview.\nCorrections follow on request within days.\nAll else is agreed."


def read(data: bytes, **reading) -> list[PageText]:
    with PDFWorker() as worker:
        return list(PDFPacket(Source(name="p.pdf", data=data), worker, Reading(**reading)).pages())


def layouts(data: bytes, **reading):
    return [page.layout for page in read(data, **reading)]


def changed(data: bytes, change) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(data))
    for page in writer.pages:
        change(page)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def with_font_name(data: bytes, name: str) -> bytes:
    def rename(page):
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            font[NameObject("/BaseFont")] = NameObject(f"/{name}")
            if "/FontDescriptor" in font:
                font["/FontDescriptor"].get_object()[NameObject("/FontName")] = NameObject(f"/{name}")

    return changed(data, rename)


def canvas_of(*texts: str, sideways: set[int]) -> bytes:
    """A PDF whose pages have these texts; some are printed up the page's side, and the page is turned to show them."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for number, text in enumerate(texts, start=1):
        left, top = 40, A4[1] - 50
        if number in sideways:
            canvas.rotate(90)
            top = -50
        canvas.setFont("Helvetica", 9)
        for line, words in enumerate(text.split("\n")):
            canvas.drawString(left, top - 12 * line, words)
        canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(io.BytesIO(buffer.getvalue()))
    for number in sideways:
        writer.pages[number - 1].rotate(90)
    turned = io.BytesIO()
    writer.write(turned)
    return turned.getvalue()


class TestLayout:
    def test_has_fonts_sizes_and_where_the_text_begins(self):
        plain, large, low = layouts(
            typeset([Sheet(text=TEXT), Sheet(text=TEXT, first_size=24), Sheet(text=TEXT, size=12, top=300)])
        )
        assert plain.fonts == large.fonts == low.fonts == ("Helvetica",)
        assert 9 <= plain.text_size <= 11
        assert plain.first_size == plain.text_size
        assert large.text_size == plain.text_size
        assert 24 <= large.first_size <= 30
        assert 12 <= low.text_size <= 15
        assert 38 <= plain.top <= 45
        assert 285 <= low.top <= 295

    def test_of_a_font_of_which_the_file_holds_a_subset_leaves_out_its_mark(self):
        data = typeset([Sheet(text=TEXT, font="Vera"), Sheet(text=TEXT, font="VeraBd")])
        assert b"+BitstreamVeraSans-Roman" in data
        assert [layout.fonts for layout in layouts(data)] == [("BitstreamVeraSans-Roman",), ("BitstreamVeraSans-Bold",)]

    def test_is_none_for_blank_pages(self):
        first, blank, spaces, last = layouts(make_pdf(["first", "", "   ", "last"]))
        assert (blank, spaces) == (None, None)
        assert first == last

    @pytest.mark.parametrize("stamp", ["", "SCANNED 0001"])
    def test_is_none_for_scans(self, stamp):
        scan = make_scan([TEXT], stamp=stamp)
        assert layouts(scan, ocr="off") == [None]
        (page,) = read(scan, ocr=lambda _: "what somebody read")
        assert (page.text, page.layout) == ("what somebody read", None)

    def test_of_the_page_itself_leaves_its_neighbours_alone(self):
        portrait, wide = read(typeset([Sheet(text=TEXT), Sheet(text=TEXT, font="Times-Roman", paper=landscape(A4))]))
        assert (portrait.width < portrait.height, wide.width > wide.height) == (True, True)
        assert (portrait.layout.fonts, wide.layout.fonts) == (("Helvetica",), ("Times-Roman",))
        assert wide.layout.top == pytest.approx(portrait.layout.top, abs=2)

    def test_has_eight_fonts_at_most(self):
        buffer = io.BytesIO()
        canvas = Canvas(buffer, invariant=1)
        families = [
            *("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique", "Courier", "Courier-Bold"),
            *("Courier-Oblique", "Courier-BoldOblique", "Times-Roman", "Times-Bold", "Times-Italic"),
        ]
        for number, font in enumerate(families):
            canvas.setFont(font, 9)
            canvas.drawString(36 + 3 * 7 * number, 700, "ab")
        canvas.save()
        (layout,) = layouts(buffer.getvalue())
        assert len(layout.fonts) == 8
        assert set(layout.fonts) < set(families)


class TestTurnedPages:
    def test_have_no_layout_but_the_text_of_upright_ones(self):
        data = typeset([Sheet(text=TEXT, first_size=18)] * 4)
        writer = pypdf.PdfWriter(io.BytesIO(data))
        for page, angle in zip(writer.pages, (0, 90, 180, 270), strict=True):
            page.rotate(angle)
        buffer = io.BytesIO()
        writer.write(buffer)
        upright, *turned = read(buffer.getvalue())
        assert [page.width > page.height for page in turned] == [True, False, True]
        for page in turned:
            assert sorted(page.text.split()) == sorted(upright.text.split())
            assert page.layout is None

    def test_stay_in_their_document(self):
        packet = canvas_of(*(f"Page {number} of 3\n{TEXT}" for number in (1, 2, 3)), sideways={2})
        assert [page.width > page.height for page in read(packet)] == [False, True, False]
        assert [s.pages for s in SplitReader({"contract": None}).split(packet).segments] == [(1, 2, 3)]


class TestHostileFonts:
    def test_do_no_harm(self):
        clean = typeset([Sheet(text=TEXT, font="Vera")])
        names = [
            "A" * 300,
            "A" * 64,
            "A" * 2_000,
            "Bad\x01\x02\x1b[31m\nName",
            "\N{RIGHT-TO-LEFT OVERRIDE}live",
            "\N{LATIN SMALL LETTER E WITH ACUTE}" * 60,
            "++++++++",
            "ABCDEF+",
            "",
        ]
        writer = pypdf.PdfWriter()
        for name in names:
            writer.append(io.BytesIO(with_font_name(clean, name)))
        buffer = io.BytesIO()
        writer.write(buffer)
        (same,) = read(clean)
        pages = read(buffer.getvalue())
        assert len(pages) == len(names)
        for page in pages:
            assert page.text == same.text
            assert (page.layout.top, page.layout.text_size) == (same.layout.top, same.layout.text_size)
            assert all(0 < len(font) <= 64 for font in page.layout.fonts)
        for segment in SplitReader({"contract": None}).split(buffer.getvalue()).segments:
            assert "".join(segment.evidence).isprintable()


class TestBoxes:
    def test_of_a_page_whose_margins_are_cut_off_move_its_top(self):
        plain = typeset([Sheet(text=TEXT)])

        def cut_off(page):
            page.cropbox = RectangleObject((0, 0, A4[0], A4[1] - 20))

        (before,), (after,) = layouts(plain), layouts(changed(plain, cut_off))
        assert after.top == pytest.approx(before.top - 20, abs=0.1)


def test_a_cut_pdf_has_the_layouts_of_the_packet(tmp_path):
    sheets = [
        Sheet(text=TEXT, first_size=20),
        Sheet(text=TEXT, font="Vera"),
        Sheet(text=""),
        Sheet(text=TEXT, font="VeraBd", size=13, paper=landscape(A4)),
        Sheet(text=TEXT, font="Times-Roman", top=200),
    ]
    packet = typeset(sheets)
    groups = [(1, 2), (3, 4), (5,)]
    result = SplitResult(
        segments=[Segment(category="a", pages=group, confidence="high") for group in groups],
        page_count=5,
        engine="by hand",
    )
    paths = SplitReader(["a"]).write_pdfs(packet, tmp_path, result)
    whole = layouts(packet)
    assert len({layout.fonts for layout in whole if layout}) == 4
    assert [layouts(path.read_bytes()) for path in paths] == [[whole[page - 1] for page in group] for group in groups]
