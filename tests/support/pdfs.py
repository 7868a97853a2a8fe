"""Small PDFs with known text."""

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

TINY_GREY = bytes([200, 120, 200, 120]) * 3


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


def make_scan(pages: int) -> bytes:
    """A PDF whose pages are images without text."""
    from PIL import Image

    image = ImageReader(Image.frombytes("RGB", (2, 2), TINY_GREY))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for _ in range(pages):
        canvas.drawImage(image, 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
