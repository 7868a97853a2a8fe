"""What the sample documents share: type, money, tables, and text that flows over pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Table, TableStyle

Align: TypeAlias = Literal["left", "center", "right"]
Point: TypeAlias = tuple[float, float]

PAGE_SIZE: tuple[float, float] = letter
WIDTH, HEIGHT = PAGE_SIZE
INK = HexColor("#1d1f24")
GREY = HexColor("#6b7078")
HAIRLINE = HexColor("#c3c7cd")

HALDANE: tuple[Point, ...] = ((14, 12), (24, -4), (38, 8), (52, 0), (70, 6), (96, 2), (128, 9))
"""The signature of Ruth Haldane, who signs two of the documents."""


@dataclass(frozen=True)
class Face:
    """A font at a size in a colour."""

    font: str = "Helvetica"
    size: float = 9.5
    color: Color = INK


PLAIN = Face()
BOLD = Face("Helvetica-Bold")
SMALL = Face(size=8, color=GREY)


def money(cents: int) -> str:
    """Cents as an amount: ``123456`` is ``"1,234.56"``."""
    return f"{cents / 100:,.2f}"


def put(sheet: Canvas, at: Point, text: str, face: Face = PLAIN, align: Align = "left") -> None:
    """Draw one line of text with its baseline at a point."""
    sheet.setFont(face.font, face.size)
    sheet.setFillColor(face.color)
    draw = {"left": sheet.drawString, "center": sheet.drawCentredString, "right": sheet.drawRightString}[align]
    draw(*at, text)


def put_lines(sheet: Canvas, at: Point, lines: Iterable[str], face: Face = PLAIN, align: Align = "left") -> float:
    """Draw lines below each other; returns the baseline of the line that would follow."""
    x, y = at
    for line in lines:
        put(sheet, (x, y), line, face, align)
        y -= face.size * 1.35
    return y


def rule(sheet: Canvas, start: Point, length: float, color: Color = HAIRLINE, thickness: float = 0.7) -> None:
    """Draw a horizontal line."""
    sheet.setStrokeColor(color)
    sheet.setLineWidth(thickness)
    sheet.line(*start, start[0] + length, start[1])


def sign(sheet: Canvas, at: Point, strokes: Sequence[Point]) -> None:
    """Draw a handwritten-looking signature: a curve through offsets from a point."""
    x, y = at
    pen = sheet.beginPath()
    pen.moveTo(x, y)
    last = (0.0, 0.0)
    for dx, dy in strokes:
        lean = (dx - last[0]) / 2
        pen.curveTo(x + last[0] + lean, y + last[1] + 9, x + dx - lean, y + dy - 7, x + dx, y + dy)
        last = (dx, dy)
    sheet.setStrokeColor(HexColor("#22357a"))
    sheet.setLineWidth(1.1)
    sheet.drawPath(pen, stroke=1, fill=0)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text that parts them by blank lines, each as one line."""
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]


def prose(face: Face, leading: float, space_after: float = 0) -> ParagraphStyle:
    """A paragraph style in a face."""
    return ParagraphStyle(
        "prose",
        fontName=face.font,
        fontSize=face.size,
        textColor=face.color,
        leading=leading,
        spaceAfter=space_after,
        allowWidows=0,
        allowOrphans=0,
    )


@dataclass(frozen=True)
class Ledger:
    """How a table of amounts looks: its columns from `numbers` on are right-aligned."""

    widths: tuple[float, ...]
    numbers: int
    accent: Color
    row_height: float = 16

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
        """A table whose head is repeated on every page it reaches."""
        look = TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8.5),
                ("TEXTCOLOR", (0, 0), (-1, 0), HexColor("#ffffff")),
                ("BACKGROUND", (0, 0), (-1, 0), self.accent),
                ("FONT", (0, 1), (-1, -1), "Helvetica", 8.5),
                ("TEXTCOLOR", (0, 1), (-1, -1), INK),
                ("ALIGN", (self.numbers, 0), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, HAIRLINE),
            ]
        )
        heights = [self.row_height + 2, *(self.row_height for _ in rows)]
        return Table([list(head), *map(list, rows)], self.widths, heights, repeatRows=1, style=look)

    def totals(self, rows: Sequence[tuple[str, str]]) -> Table:
        """Labels and amounts under the last column, the last row in bold."""
        label, amount = 130, self.widths[-1] + 10
        look = TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Helvetica", 9.5),
                ("FONT", (0, -1), (-1, -1), "Helvetica-Bold", 10.5),
                ("TEXTCOLOR", (0, 0), (-1, -1), INK),
                ("ALIGN", (2, 0), (2, -1), "RIGHT"),
                ("LINEABOVE", (1, -1), (-1, -1), 1, self.accent),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
        return Table([["", *row] for row in rows], (sum(self.widths) - label - amount, label, amount), style=look)


def paginate(story: Iterable[Flowable], width: float, first: float, later: float) -> list[list[Flowable]]:
    """Deal flowables out to pages: `first` is the height of the first page's column, `later` of the others."""
    pages: list[list[Flowable]] = [[]]
    room = first
    queue = deque(story)
    while queue:
        item = queue.popleft()
        height = item.wrap(width, room)[1]
        if height <= room:
            pages[-1].append(item)
            room -= height + item.getSpaceAfter()
            continue
        head, *rest = item.split(width, room) or [None, item]
        if head:
            pages[-1].append(head)
        while not head and pages[-1] and pages[-1][-1].getKeepWithNext():
            rest.insert(0, pages[-1].pop())
        if not pages[-1]:
            raise ValueError(f"{item!r} is higher than a page")
        queue.extendleft(reversed(rest))
        pages.append([])
        room = later
    return pages


def draw_column(sheet: Canvas, items: Iterable[Flowable], top_left: Point, width: float) -> float:
    """Draw flowables below each other; returns the height at which the next would start."""
    x, y = top_left
    for item in items:
        y -= item.wrapOn(sheet, width, y)[1]
        item.drawOn(sheet, x, y)
        y -= item.getSpaceAfter()
    return y
