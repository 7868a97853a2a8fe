"""The documents of one page: a letter, a till receipt and a claim form."""

from __future__ import annotations

from layout import (
    GREY,
    HAIRLINE,
    HALDANE,
    HEIGHT,
    INK,
    PAGE_SIZE,
    WIDTH,
    Face,
    Point,
    draw_column,
    money,
    paragraphs,
    prose,
    put,
    put_lines,
    rule,
    sign,
)
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

LETTER_BODY = """
On February 26 your company delivered and installed four patient chairs at our practice (order 88-1506). We had
chosen Brightmoor because your sales office promised delivery in a single morning and a quiet, tidy
installation. I am sorry to say that neither promise was kept.

The crew arrived at 2:40 p.m. instead of 8:00 a.m., so that we had to send eleven patients home. The upholstery
of the second chair is torn along the left armrest, and the foot control of the fourth chair does not respond. A
wall in treatment room 3 was scraped over a length of about four feet.

I telephoned your service desk on February 27 and again on March 3. Both times I was told that someone would
call back within a day. Nobody has.

Please let me know by March 21 when a technician will replace the armrest and the foot control, and how you
intend to settle the repair of the wall. Photographs of the damage are enclosed. I would much prefer to resolve
this between ourselves, and I look forward to hearing from you.
"""

RECEIPT_ITEMS: tuple[tuple[str, int], ...] = (
    ("Gel pens 0.5 black 4pk", 7_49),
    ("Spiral notebook A5", 4_25),
    ("Spiral notebook A5", 4_25),
    ("Packing tape 2in", 3_89),
    ("Bubble mailer no.2 10pk", 8_99),
    ("AA batteries 8pk", 9_79),
    ("Birthday card", 3_50),
)

FORM_ROWS: tuple[tuple[tuple[str, str, float], ...], ...] = (
    (
        ("Policy number", "SH-771-40925-6", 0.34),
        ("Type of policy", "Commercial property", 0.36),
        ("Phone", "(555) 010-0158", 0.3),
    ),
    (
        ("Address of the insured premises", "95 Quarry Road, Stonebridge Park, OH", 0.7),
        ("Postal code", "43997", 0.3),
    ),
    (("Date of loss", "03/08/2025", 0.34), ("Time", "6:15 a.m.", 0.2), ("Cause", "Burst pipe, staff kitchen", 0.46)),
)
FORM_LOSSES: tuple[tuple[str, str, int], ...] = (
    ("Vinyl flooring, 140 sq ft", "2021", 1_260_00),
    ("Base cabinets (2), water damage", "2018", 845_00),
    ("Emergency plumber, call-out and repair", "-", 412_50),
    ("Dehumidifier rental, 5 days", "-", 175_00),
)


def draw_letter(sheet: Canvas) -> None:
    """A letter of complaint."""
    sheet.setPageSize(PAGE_SIZE)
    margin, text = 82, Face("Times-Roman", 11.5)
    column = WIDTH - 2 * margin
    put(sheet, (WIDTH / 2, HEIGHT - 78), "Pellworth Dental Group", Face("Times-Bold", 19), "center")
    address = "2207 Corley Avenue, Suite 4  -  Alder Falls, OH 43998  -  (555) 010-0119"
    put(sheet, (WIDTH / 2, HEIGHT - 94), address, Face("Times-Roman", 9.5, GREY), "center")
    rule(sheet, (margin, HEIGHT - 104), column, GREY)
    put(sheet, (margin, HEIGHT - 144), "March 10, 2025", text)
    to = (
        "Ms. Ingrid Sallow",
        "Customer Relations",
        "Brightmoor Medical Furniture",
        "700 Harness Street",
        "Eastwick Mills, OH 43995",
    )
    y = put_lines(sheet, (margin, HEIGHT - 176), to, text)
    put(sheet, (margin, y - 16), "Re: Late and damaged delivery, order 88-1506", Face("Times-Bold", 11.5))
    put(sheet, (margin, y - 46), "Dear Ms. Sallow:", text)
    body = [Paragraph(part, prose(text, leading=16, space_after=10)) for part in paragraphs(LETTER_BODY)]
    y = draw_column(sheet, body, (margin, y - 58), column)
    put(sheet, (margin, y - 16), "Sincerely,", text)
    sign(sheet, (margin + 6, y - 54), ((12, 20), (22, -8), (36, 10), (48, -2), (58, 8), (84, 0), (122, 7)))
    y = put_lines(sheet, (margin, y - 78), ("Marian Pellworth, DDS", "Managing Partner"), text)
    put(sheet, (margin, y - 14), "Enclosures: 6 photographs", Face("Times-Italic", 10.5))
    sheet.showPage()


def draw_receipt(sheet: Canvas) -> None:
    """A till receipt on an 80 mm roll."""
    width, height, edge = 80 * mm, 200 * mm, 6 * mm
    sheet.setPageSize((width, height))
    plain, bold = Face("Courier", 8.5), Face("Courier-Bold", 8.5)
    middle = width / 2
    put(sheet, (middle, height - 38), "CORNER & QUILL", Face("Courier-Bold", 15), "center")
    shop = ("Stationery - Cards - Gifts", "31 Lantern Row, Alder Falls, OH", "Tel (555) 010-0163")
    y = put_lines(sheet, (middle, height - 54), shop, plain, "center")
    y = put_lines(sheet, (middle, y - 8), ("SALES RECEIPT",), bold, "center")
    y = _receipt_rows(sheet, y - 6, [("03/12/2025  12:47", "Till 02"), ("Receipt 0219-4471", "Clerk Ines")], plain)
    y = _receipt_rows(sheet, _dashes(sheet, y, edge), [(name, money(price)) for name, price in RECEIPT_ITEMS], plain)
    subtotal = sum(price for _, price in RECEIPT_ITEMS)
    tax = (subtotal * 7 + 50) // 100
    sums = [("Subtotal (7 items)", money(subtotal)), ("Sales tax 7%", money(tax))]
    y = _receipt_rows(sheet, _dashes(sheet, y, edge), sums, plain)
    y = _receipt_rows(sheet, y - 4, [("TOTAL", f"${money(subtotal + tax)}")], Face("Courier-Bold", 13))
    paid = [
        ("Debit card", money(subtotal + tax)),
        ("Card no.", "**** **** **** 2086"),
        ("Approval", "604418"),
        ("Change", "0.00"),
    ]
    y = _receipt_rows(sheet, _dashes(sheet, y, edge), paid, plain)
    thanks = ("Thank you for shopping with us!", "Returns within 14 days", "with this receipt.")
    y = put_lines(sheet, (middle, _dashes(sheet, y, edge) - 6), thanks, plain, "center")
    sheet.setFillColor(INK)
    barcode = Code128("02194471", barHeight=30, barWidth=1.1)
    barcode.drawOn(sheet, middle - barcode.width / 2, y - 40)
    put(sheet, (middle, y - 52), "0219 4471", plain, "center")
    sheet.showPage()


def _receipt_rows(sheet: Canvas, y: float, rows: list[tuple[str, str]], face: Face) -> float:
    for left, right in rows:
        put(sheet, (6 * mm, y), left, face)
        put(sheet, (74 * mm, y), right, face, "right")
        y -= face.size * 1.5
    return y


def _dashes(sheet: Canvas, y: float, edge: float) -> float:
    sheet.setDash(3, 2)
    rule(sheet, (edge, y), 80 * mm - 2 * edge, GREY)
    sheet.setDash()
    return y - 14


def draw_claim_form(sheet: Canvas) -> None:
    """An insurer's form with a filled text field, a checkbox and a link."""
    sheet.setPageSize(PAGE_SIZE)
    margin = 54
    column = WIDTH - 2 * margin
    put(sheet, (margin, HEIGHT - 66), "Property Claim Form", Face("Helvetica-Bold", 20))
    put(sheet, (WIDTH - margin, HEIGHT - 58), "Summit Hollow Mutual Insurance", Face("Times-Bold", 13), "right")
    put(
        sheet,
        (WIDTH - margin, HEIGHT - 72),
        "Claims Department, P.O. Box 610, Orrin, OH 43996",
        Face(size=8, color=GREY),
        "right",
    )
    put(
        sheet,
        (margin, HEIGHT - 92),
        "Please complete every section in block letters or type. Form SH-12 (rev. 2024)",
        Face(size=8.5, color=GREY),
    )
    y = _section(sheet, (margin, HEIGHT - 124), "1  Policyholder and loss", column)
    y = _name_field(sheet, (margin, y), column)
    for row in FORM_ROWS:
        y = _boxes(sheet, (margin, y), row, column)
    y = _section(sheet, (margin, y - 24), "2  What are you claiming for?", column)
    y = _losses(sheet, (margin, y), column)
    y = _section(sheet, (margin, y - 24), "3  Declaration", column)
    y = _declaration(sheet, (margin, y), column)
    _claim_signature(sheet, (margin, y - 54))
    _claim_link(sheet, (margin, 44))
    sheet.showPage()


def _section(sheet: Canvas, at: Point, title: str, column: float) -> float:
    x, y = at
    sheet.setFillColor(HexColor("#7a2e2e"))
    sheet.rect(x, y - 6, column, 19, stroke=0, fill=1)
    put(sheet, (x + 8, y), title, Face("Helvetica-Bold", 10, HexColor("#ffffff")))
    return y - 6


def _frame(sheet: Canvas, corner: Point, width: float, height: float) -> None:
    sheet.setStrokeColor(HAIRLINE)
    sheet.setLineWidth(0.7)
    sheet.rect(*corner, width, height)


def _boxes(sheet: Canvas, at: Point, boxes: tuple[tuple[str, str, float], ...], column: float) -> float:
    x, top = at
    for label, value, share in boxes:
        _frame(sheet, (x, top - 36), column * share, 36)
        put(sheet, (x + 6, top - 12), label, Face(size=7.5, color=GREY))
        put(sheet, (x + 6, top - 28), value, Face("Courier", 10))
        x += column * share
    return top - 36


def _name_field(sheet: Canvas, at: Point, column: float) -> float:
    x, top = at
    _frame(sheet, (x, top - 42), column, 42)
    put(sheet, (x + 6, top - 12), "Name of the policyholder", Face(size=7.5, color=GREY))
    sheet.acroForm.textfield(
        name="policyholder",
        tooltip="Name of the policyholder",
        value="Oakmere Animal Clinic, Ruth Haldane",
        x=x + 6,
        y=top - 37,
        width=column - 12,
        height=20,
        fontName="Courier",
        fontSize=10,
        borderWidth=0,
        fillColor=HexColor("#f1f4fb"),
        textColor=INK,
        forceBorder=False,
    )
    return top - 42


def _losses(sheet: Canvas, at: Point, column: float) -> float:
    x, y = at
    right = x + column
    for text, offset in (("Item or expense", 6), ("Year bought", 300)):
        put(sheet, (x + offset, y - 15), text, Face("Helvetica-Bold", 8.5))
    put(sheet, (right - 6, y - 15), "Amount claimed ($)", Face("Helvetica-Bold", 8.5), "right")
    y -= 22
    typed = Face("Courier", 10)
    for item, year, amount in FORM_LOSSES:
        rule(sheet, (x, y), column)
        put(sheet, (x + 6, y - 14), item, typed)
        put(sheet, (x + 300, y - 14), year, typed)
        put(sheet, (right - 6, y - 14), money(amount), typed, "right")
        y -= 21
    rule(sheet, (x, y), column, INK, 1)
    put(sheet, (x + 6, y - 15), "Total claimed", Face("Helvetica-Bold", 9.5))
    total = money(sum(amount for _, _, amount in FORM_LOSSES))
    put(sheet, (right - 6, y - 15), total, Face("Courier-Bold", 10.5), "right")
    return y - 22


def _declaration(sheet: Canvas, at: Point, column: float) -> float:
    x, top = at
    sheet.acroForm.checkbox(
        name="photos_enclosed",
        tooltip="Photographs and bills are enclosed",
        checked=True,
        buttonStyle="check",
        x=x + 6,
        y=top - 26,
        size=13,
        borderWidth=1,
        borderColor=GREY,
        fillColor=HexColor("#ffffff"),
        textColor=INK,
    )
    put(sheet, (x + 26, top - 23), "Photographs of the damage and copies of all bills are enclosed.")
    text = (
        "I declare that the information given in this form is true and complete to the best of my knowledge. I "
        "understand that a false statement may lead to the rejection of the claim, and I authorize the insurer to "
        "inspect the premises and to obtain estimates from third parties."
    )
    return draw_column(sheet, [Paragraph(text, prose(Face(size=9), leading=13))], (x, top - 40), column)


def _claim_signature(sheet: Canvas, at: Point) -> None:
    x, y = at
    rule(sheet, (x, y), 260, GREY)
    sign(sheet, (x + 12, y + 6), HALDANE)
    put(sheet, (x, y - 12), "Signature of the policyholder", Face(size=7.5, color=GREY))
    rule(sheet, (x + 320, y), 130, GREY)
    put(sheet, (x + 324, y + 5), "03/14/2025", Face("Courier", 10))
    put(sheet, (x + 320, y - 12), "Date", Face(size=7.5, color=GREY))


def _claim_link(sheet: Canvas, at: Point) -> None:
    x, y = at
    link, face = "https://claims.summithollow.example/track", Face(size=8.5, color=HexColor("#1a4fa3"))
    lead = "Follow your claim online: "
    put(sheet, at, lead, Face(size=8.5))
    start = x + sheet.stringWidth(lead, face.font, face.size)
    put(sheet, (start, y), link, face)
    sheet.linkURL(link, (start, y - 3, start + sheet.stringWidth(link, face.font, face.size), y + 9))
