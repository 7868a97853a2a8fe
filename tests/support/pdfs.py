"""Small PDFs with known text."""

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas


def make_pdf(pages: Sequence[str], *, fields: bool = False) -> bytes:
    """A PDF with one page for each text; the same texts give the same bytes.

    With `fields`, page n has a text field ``field-n`` that holds ``value-n`` and a link annotation.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for number, text in enumerate(pages, start=1):
        lines = canvas.beginText(60, 780)
        for line in text.splitlines():
            lines.textLine(line)
        canvas.drawText(lines)
        if fields:
            canvas.acroForm.textfield(
                name=f"field-{number}", value=f"value-{number}", x=60, y=100, width=200, height=20
            )
            canvas.linkURL("https://example.com/", (60, 50, 200, 70))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def make_scan(pages: Sequence[str], *, turned: int = 0, stamp: str = "") -> bytes:
    """A PDF whose pages are pictures of text, turned by so many degrees; `stamp` is a thin text layer on each."""
    import pypdfium2

    document = pypdfium2.PdfDocument(make_pdf(pages))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for page in document:
        picture = page.render(scale=150 / 72).to_pil().rotate(turned, expand=True)
        size = (A4[1], A4[0]) if turned % 180 else A4
        canvas.setPageSize(size)
        canvas.drawImage(ImageReader(picture), 0, 0, *size)
        canvas.drawString(20, 20, stamp)
        canvas.showPage()
    document.close()
    canvas.save()
    return buffer.getvalue()
