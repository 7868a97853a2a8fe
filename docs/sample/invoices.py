"""Two invoices of one supplier: a long one over two pages and a short one."""

from __future__ import annotations

from dataclasses import dataclass

from layout import (
    BOLD,
    GREY,
    HEIGHT,
    PAGE_SIZE,
    SMALL,
    WIDTH,
    Face,
    Ledger,
    draw_column,
    money,
    paginate,
    prose,
    put,
    put_lines,
    rule,
)
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Spacer

MARGIN = 54
COLUMN = WIDTH - 2 * MARGIN
ACCENT = HexColor("#1f5a4c")
LEDGER = Ledger(widths=(68, 226, 46, 42, 58, 64), numbers=3, accent=ACCENT)
HEAD = ("Item no.", "Description", "Unit", "Qty", "Unit price", "Amount")
TAX_PERCENT = 7

TERMS = (
    "<b>Payment terms:</b> net 30 days. Please quote the invoice number with your transfer or check. "
    "Overdue amounts bear interest of 1.5% per month. Report damaged or missing goods within 10 days of delivery."
)
REMIT = (
    "<b>Remit to:</b> Tamarisk Lane Supply Co., Accounts Receivable, P.O. Box 3120, Alder Falls, OH 43999. "
    "Questions about this invoice: billing@tamarisklane.example or (555) 010-0142."
)


@dataclass(frozen=True)
class Item:
    """A line of an invoice; the price is in cents."""

    number: str
    description: str
    unit: str
    quantity: int
    price: int

    @property
    def amount(self) -> int:
        """The price of all units, in cents."""
        return self.quantity * self.price

    def row(self) -> tuple[str, ...]:
        """The line as the cells of a table."""
        return (self.number, self.description, self.unit, str(self.quantity), money(self.price), money(self.amount))


@dataclass(frozen=True)
class Invoice:
    """An invoice; shipping is in cents."""

    number: str
    date: str
    due: str
    order: str
    customer: tuple[str, ...]
    items: tuple[Item, ...]
    shipping: int
    numbered: bool

    def totals(self) -> list[tuple[str, str]]:
        """Labels and amounts from the subtotal to what is due."""
        subtotal = sum(item.amount for item in self.items)
        tax = (subtotal * TAX_PERCENT + 50) // 100
        return [
            ("Subtotal", money(subtotal)),
            (f"Sales tax ({TAX_PERCENT}%)", money(tax)),
            ("Shipping and handling", money(self.shipping)),
            ("TOTAL DUE (USD)", money(subtotal + tax + self.shipping)),
        ]


def _letterhead(sheet: Canvas, invoice: Invoice) -> None:
    right = WIDTH - MARGIN
    put(sheet, (right, HEIGHT - 70), "INVOICE", Face("Helvetica-Bold", 24, ACCENT), "right")
    put(sheet, (MARGIN, HEIGHT - 66), "Tamarisk Lane Supply Co.", Face("Times-Bold", 17))
    put_lines(
        sheet,
        (MARGIN, HEIGHT - 81),
        ("Office, clinic and breakroom supplies", "418 Tamarisk Lane, Alder Falls, OH 43999", "Tax ID 00-4418207"),
        SMALL,
    )
    rule(sheet, (MARGIN, HEIGHT - 114), COLUMN, ACCENT, 2)
    put(sheet, (MARGIN, HEIGHT - 136), "BILL TO", Face("Helvetica-Bold", 8, GREY))
    put_lines(sheet, (MARGIN, HEIGHT - 150), invoice.customer)
    facts = {
        "Invoice number": invoice.number,
        "Invoice date": invoice.date,
        "Your order": invoice.order,
        "Due date": invoice.due,
    }
    for line, (label, value) in enumerate(facts.items()):
        y = HEIGHT - 136 - 15 * line
        put(sheet, (right - 190, y), label, Face(color=GREY))
        put(sheet, (right, y), value, BOLD, "right")


def _continuation_head(sheet: Canvas, invoice: Invoice) -> None:
    put(sheet, (MARGIN, HEIGHT - 60), f"Invoice {invoice.number} (continued)", Face("Helvetica-Bold", 12, ACCENT))
    put(sheet, (WIDTH - MARGIN, HEIGHT - 60), "Tamarisk Lane Supply Co.", Face("Times-Bold", 12), "right")
    rule(sheet, (MARGIN, HEIGHT - 70), COLUMN, ACCENT, 2)


def _footer(sheet: Canvas, note: str) -> None:
    rule(sheet, (MARGIN, 50), COLUMN)
    put(sheet, (MARGIN, 38), "Tamarisk Lane Supply Co.  |  tamarisklane.example  |  (555) 010-0140", SMALL)
    put(sheet, (WIDTH - MARGIN, 38), note, SMALL, "right")


def _story(invoice: Invoice) -> list[Flowable]:
    small_print = prose(Face(size=8.5), leading=12, space_after=8)
    return [
        LEDGER.table(HEAD, [item.row() for item in invoice.items]),
        Spacer(1, 10),
        LEDGER.totals(invoice.totals()),
        Spacer(1, 22),
        Paragraph(TERMS, small_print),
        Paragraph(REMIT, small_print),
    ]


def _draw(sheet: Canvas, invoice: Invoice) -> None:
    tops = HEIGHT - 226, HEIGHT - 90
    pages = paginate(_story(invoice), COLUMN, first=tops[0] - 66, later=tops[1] - 66)
    for number, items in enumerate(pages, start=1):
        sheet.setPageSize(PAGE_SIZE)
        if number == 1:
            _letterhead(sheet, invoice)
        else:
            _continuation_head(sheet, invoice)
        draw_column(sheet, items, (MARGIN, tops[number > 1]), COLUMN)
        _footer(sheet, f"Page {number} of {len(pages)}" if invoice.numbered else "Thank you for your order")
        sheet.showPage()


def draw_long_invoice(sheet: Canvas) -> None:
    """An invoice of many lines, over two numbered pages."""
    items = (
        Item("TL-1101", "Copy paper, letter, 20 lb, white", "case", 12, 41_80),
        Item("TL-1107", "Copy paper, legal, 20 lb, white", "case", 2, 48_25),
        Item("TL-1120", "Cardstock, 65 lb, ivory", "ream", 4, 14_60),
        Item("TL-1204", "Appointment cards, 2-sided, box of 500", "box", 6, 27_90),
        Item("TL-1210", "Window envelopes no. 10, box of 500", "box", 5, 31_40),
        Item("TL-1215", "Catalog envelopes 9 x 12, box of 100", "box", 3, 22_75),
        Item("TL-1302", "Patient chart folders, end tab", "box", 8, 36_10),
        Item("TL-1309", "Year labels 2025, roll of 500", "roll", 4, 9_85),
        Item("TL-1315", "Alphabet labels A-Z, set", "set", 2, 44_00),
        Item("TL-1402", "Ballpoint pens, medium, blue", "dozen", 10, 6_45),
        Item("TL-1406", "Permanent markers, fine, black", "dozen", 3, 11_20),
        Item("TL-1411", "Highlighters, assorted, pack of 6", "pack", 5, 7_35),
        Item("TL-1418", "Sticky notes 3 x 3, pack of 24", "pack", 4, 18_90),
        Item("TL-1503", "Toner cartridge, black, high yield", "each", 3, 118_00),
        Item("TL-1504", "Toner cartridge, cyan", "each", 1, 124_50),
        Item("TL-1505", "Toner cartridge, magenta", "each", 1, 124_50),
        Item("TL-1506", "Toner cartridge, yellow", "each", 1, 124_50),
        Item("TL-1512", "Thermal paper rolls, 80 mm", "carton", 2, 52_30),
        Item("TL-2101", "Nitrile gloves, small, box of 200", "box", 20, 13_15),
        Item("TL-2102", "Nitrile gloves, medium, box of 200", "box", 30, 13_15),
        Item("TL-2103", "Nitrile gloves, large, box of 200", "box", 15, 13_15),
        Item("TL-2110", "Face masks, level 3, box of 50", "box", 40, 8_70),
        Item("TL-2116", "Patient bibs, 3-ply, case of 500", "case", 4, 39_95),
        Item("TL-2121", "Chair sleeves, half size, box of 225", "box", 6, 24_40),
        Item("TL-2130", "Surface wipes, canister of 160", "each", 36, 9_60),
        Item("TL-2134", "Hand sanitizer, 1 gallon refill", "each", 4, 28_85),
        Item("TL-2140", "Sharps container, 1 quart", "each", 12, 6_15),
        Item("TL-2203", "Paper cups, 5 oz, case of 1,000", "case", 3, 34_70),
        Item("TL-2207", "Cotton rolls, box of 2,000", "box", 4, 19_25),
        Item("TL-3101", "Ground coffee, medium roast, 2 lb", "bag", 6, 17_50),
        Item("TL-3104", "Black tea, box of 100", "box", 3, 8_95),
        Item("TL-3110", "Paper towels, 2-ply, case of 30", "case", 4, 38_60),
        Item("TL-3112", "Bath tissue, 2-ply, case of 80", "case", 3, 57_20),
        Item("TL-3118", "Trash liners, 33 gal, case of 250", "case", 2, 42_15),
        Item("TL-3125", "Dish soap, 38 oz", "each", 6, 5_40),
        Item("TL-4102", "Waiting room chair, grey fabric", "each", 4, 149_00),
        Item("TL-4110", "Brochure holder, 6 pockets, acrylic", "each", 2, 36_75),
        Item("TL-4115", "Wall clock, 12 in, battery", "each", 1, 29_90),
    )
    customer = (
        "Pellworth Dental Group",
        "Attn: Accounts Payable",
        "2207 Corley Avenue, Suite 4",
        "Alder Falls, OH 43998",
    )
    _draw(
        sheet,
        Invoice("TLS-20481", "March 4, 2025", "April 3, 2025", "PO 7713", customer, items, 64_00, numbered=True),
    )


def draw_short_invoice(sheet: Canvas) -> None:
    """The same supplier's invoice to another customer, on one page that prints no page number."""
    items = (
        Item("TL-1101", "Copy paper, letter, 20 lb, white", "case", 3, 41_80),
        Item("TL-1512", "Thermal paper rolls, 80 mm", "carton", 1, 52_30),
        Item("TL-2102", "Nitrile gloves, medium, box of 200", "box", 12, 13_15),
        Item("TL-2130", "Surface wipes, canister of 160", "each", 18, 9_60),
        Item("TL-2405", "Slip leads, nylon, pack of 50", "pack", 2, 33_80),
        Item("TL-2411", "Pet carrier, cardboard, bundle of 12", "bundle", 3, 46_25),
        Item("TL-3110", "Paper towels, 2-ply, case of 30", "case", 2, 38_60),
    )
    customer = ("Oakmere Animal Clinic", "Attn: Ruth Haldane", "95 Quarry Road", "Stonebridge Park, OH 43997")
    _draw(
        sheet,
        Invoice("TLS-20517", "March 11, 2025", "April 10, 2025", "PO 0318-B", customer, items, 22_50, numbered=False),
    )
