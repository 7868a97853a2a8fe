"""Write scan-1.jpg and scan-2.jpg, the two scanned pages of the sample packet: a delivery note of two pages.

They are files of their own, made once, because the bytes of a picture depend on the libraries that draw it;
make_packet.py only puts them on pages. Needs pypdfium2 and Pillow.
"""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
from layout import BOLD, HEIGHT, PAGE_SIZE, PLAIN, SMALL, WIDTH, Face, put, put_lines, rule
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).resolve().parent
DOTS_PER_INCH = 130
QUALITY = 45
TILT = 0.5
"""Degrees; no one lays a page quite straight on a scanner."""

LEFT, RIGHT = 72.0, WIDTH - 72.0
ITEMS: tuple[tuple[str, str, str], ...] = (
    ("P-1180", "Patient chair, grey, left armrest", "1"),
    ("P-1181", "Patient chair, grey, right armrest", "1"),
    ("F-2044", "Foot control with cable", "2"),
    ("U-0310", "Upholstery set, vinyl, grey", "4"),
    ("B-7001", "Floor bracket, steel", "16"),
    ("S-0009", "Screw set M8, 20 pieces", "4"),
)


def draw_items(sheet: Canvas, top: float, items: tuple[tuple[str, str, str], ...]) -> float:
    """Rows of article, description and quantity; returns the height below them."""
    for x, head in ((LEFT, "Article"), (LEFT + 90, "Description"), (RIGHT - 60, "Delivered")):
        put(sheet, (x, top), head, BOLD)
    rule(sheet, (LEFT, top - 6), RIGHT - LEFT)
    for row, (article, description, quantity) in enumerate(items):
        y = top - 26 - 22 * row
        put(sheet, (LEFT, y), article, PLAIN)
        put(sheet, (LEFT + 90, y), description, PLAIN)
        put(sheet, (RIGHT - 20, y), quantity, PLAIN, "right")
    return top - 26 - 22 * len(items)


def draw_note(sheet: Canvas) -> None:
    """The delivery note."""
    put(sheet, (LEFT, HEIGHT - 80), "Brightmoor Clinic Furniture", Face("Helvetica-Bold", 14))
    put(sheet, (LEFT, HEIGHT - 120), "DELIVERY NOTE", Face("Helvetica-Bold", 20))
    put_lines(
        sheet,
        (LEFT, HEIGHT - 150),
        ("Delivery note number: DN-33127", "Order: 88-1506", "Ship to: Haldane Dental Practice, 8 Mill Row"),
    )
    draw_items(sheet, HEIGHT - 230, ITEMS[:4])
    put(sheet, (RIGHT, 50), "Page 1 of 2", SMALL, "right")
    sheet.showPage()
    put(sheet, (LEFT, HEIGHT - 80), "Delivery note number: DN-33127, continued", BOLD)
    below = draw_items(sheet, HEIGHT - 120, ITEMS[4:])
    put(sheet, (LEFT, below - 30), "Goods received in full and in good order, subject to inspection.", PLAIN)
    put(sheet, (LEFT, below - 90), "Received by:", PLAIN)
    put(sheet, (RIGHT, 50), "Page 2 of 2", SMALL, "right")
    sheet.showPage()


def scan(page: pypdfium2.PdfPage) -> Image.Image:
    """The page as a grey, slightly tilted picture."""
    picture: Image.Image = page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("L")
    return picture.rotate(TILT, resample=Image.Resampling.BICUBIC, fillcolor=255)


def main() -> None:
    """Write the two files."""
    buffer = io.BytesIO()
    sheet = Canvas(buffer, pagesize=PAGE_SIZE)
    draw_note(sheet)
    sheet.save()
    for number, page in enumerate(pypdfium2.PdfDocument(buffer.getvalue()), start=1):
        scan(page).save(HERE / f"scan-{number}.jpg", quality=QUALITY)


if __name__ == "__main__":
    main()
