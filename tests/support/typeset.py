"""PDFs whose pages differ in how they are set."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

EMBEDDED = {"Vera": "Vera.ttf", "VeraBd": "VeraBd.ttf"}
"""Fonts that come with reportlab; of these a file holds a subset."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One page.

    Args:
        text: its lines.
        font: of all of them.
        size: in points.
        first_size: of the first line; None for `size`.
        paper: width and height in points.
        top: how far below the upper edge the first line's baseline stands.
        turned: the page's /Rotate.
    """

    text: str
    font: str = "Helvetica"
    size: float = 9
    first_size: float | None = None
    paper: tuple[float, float] = A4
    top: float = 50
    turned: int = 0


def typeset(sheets: Sequence[Sheet]) -> bytes:
    """A PDF with these pages; the same sheets give the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for sheet in sheets:
        if sheet.font in EMBEDDED:
            registerFont(TTFont(sheet.font, EMBEDDED[sheet.font]))
        canvas.setPageSize(sheet.paper)
        canvas.setPageRotation(sheet.turned)
        at = sheet.paper[1] - sheet.top
        for number, line in enumerate(sheet.text.split("\n")):
            size = sheet.first_size or sheet.size if number == 0 else sheet.size
            canvas.setFont(sheet.font, size)
            canvas.drawString(36, at, line)
            at -= 1.2 * size
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def print_pages(pages: Sequence[str]) -> bytes:
    """A PDF with one page for each text, small enough for seventy lines of 130 letters."""
    return typeset([Sheet(text=page, size=8, top=30) for page in pages])
