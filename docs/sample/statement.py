"""A bank statement: three pages of one account's transactions."""

from __future__ import annotations

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
    paragraphs,
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
ACCENT = HexColor("#23406e")
LEDGER = Ledger(widths=(54, 222, 76, 76, 76), numbers=2, accent=ACCENT, row_height=18)
HEAD = ("Date", "Description", "Withdrawals", "Deposits", "Balance")
BANK = "Orrin Valley Savings Bank"
ACCOUNT = "0048-2217-906"
PERIOD = "February 1, 2025 - February 28, 2025"
OPENING = 48_213_77

MOVES: tuple[tuple[int, str, int], ...] = (
    (3, "Card settlement 4410 batch 0201", 1_846_20),
    (3, "Deposit, branch 12, checks (7)", 2_315_00),
    (3, "Rent, Corley Avenue Properties", -6_450_00),
    (3, "Check 3081", -412_75),
    (4, "Card settlement 4410 batch 0203", 2_107_45),
    (4, "ACH credit Meridian Oak Health Plan", 5_980_10),
    (4, "Direct debit Alder Falls Water Dept", -138_62),
    (5, "Card settlement 4410 batch 0204", 1_562_80),
    (5, "Check 3082", -1_205_00),
    (5, "Transfer to savings 0048-2217-914", -2_500_00),
    (6, "Card settlement 4410 batch 0205", 1_933_15),
    (6, "ACH credit Tallow Creek Benefits", 3_214_66),
    (6, "Direct debit Northlight Internet", -189_99),
    (7, "Card settlement 4410 batch 0206", 2_251_90),
    (7, "Payroll 02/07, 9 payments", -18_742_38),
    (7, "Payroll taxes, electronic payment", -5_116_04),
    (10, "Card settlement 4410 batch 0207", 2_684_35),
    (10, "Deposit, branch 12, checks (11)", 3_872_50),
    (10, "Check 3083", -640_00),
    (10, "Supplies, Tamarisk Lane", -2_918_44),
    (11, "Card settlement 4410 batch 0210", 1_498_00),
    (11, "ACH credit Meridian Oak Health Plan", 6_402_73),
    (11, "Check 3085", -85_00),
    (12, "Card settlement 4410 batch 0211", 1_777_60),
    (12, "Lab fees, Ivory & Crown Dental Lab", -3_340_00),
    (12, "Direct debit Buckhorn Electric", -611_27),
    (13, "Card settlement 4410 batch 0212", 2_046_85),
    (13, "Cash deposit, branch 12", 935_00),
    (13, "Check 3084", -1_150_00),
    (14, "Card settlement 4410 batch 0213", 2_390_40),
    (14, "ACH credit Tallow Creek Benefits", 2_788_19),
    (14, "Equipment lease, Sable Finance 11/36", -1_874_50),
    (18, "Card settlement 4410 batch 0214", 2_915_75),
    (18, "Deposit, branch 12, checks (9)", 3_140_25),
    (18, "Refund to card ending 7702", -215_00),
    (18, "Check 3086", -327_40),
    (18, "Direct debit Lattice Practice Software", -459_00),
    (19, "Card settlement 4410 batch 0218", 1_684_90),
    (19, "ACH credit Meridian Oak Health Plan", 4_875_32),
    (19, "Check 3087", -990_00),
    (20, "Card settlement 4410 batch 0219", 1_829_55),
    (20, "Waste removal, Clearhaven Medical", -274_80),
    (20, "Check 3089", -56_20),
    (21, "Card settlement 4410 batch 0220", 2_468_10),
    (21, "Payroll 02/21, 9 payments", -18_655_91),
    (21, "Payroll taxes, electronic payment", -5_092_77),
    (24, "Card settlement 4410 batch 0221", 2_733_45),
    (24, "Deposit, branch 12, checks (8)", 2_960_00),
    (24, "Check 3088", -1_430_00),
    (24, "Direct debit Northlight Telephone", -164_35),
    (25, "Card settlement 4410 batch 0224", 1_911_70),
    (25, "ACH credit Meridian Oak Health Plan", 5_540_88),
    (25, "Insurance premium, Summit Hollow", -1_286_00),
    (26, "Card settlement 4410 batch 0225", 1_645_25),
    (26, "Check 3090", -720_00),
    (26, "ACH credit Tallow Creek Benefits", 3_067_41),
    (27, "Card settlement 4410 batch 0226", 2_082_30),
    (27, "Cash deposit, branch 12", 810_00),
    (27, "Card processing fees, February", -1_038_16),
    (27, "Check 3091", -248_00),
    (28, "Card settlement 4410 batch 0227", 2_196_65),
    (28, "Lab fees, Ivory & Crown Dental Lab", -2_905_00),
    (28, "Transfer to savings 0048-2217-914", -2_500_00),
    (28, "Monthly service charge", -18_00),
    (28, "Interest paid", 12_46),
)

NOTICES = """
<b>Balance your account.</b> Compare this statement with your records: add deposits that do not appear here,
subtract checks and withdrawals that are still outstanding, and the result should agree with your register.

<b>In case of errors or questions about electronic transfers</b> call (555) 010-0177 or write to the address
on the first page within 60 days after we sent the first statement on which the error appeared. Tell us your name, the
account number, the amount in question, and why you believe there is an error or need more information.

<b>Interest.</b> The annual percentage yield earned in this period was 0.33%. Interest is computed on the daily
collected balance and credited on the last business day of the month.
"""


def _rows() -> list[tuple[str, ...]]:
    balance = OPENING
    rows: list[tuple[str, ...]] = [("02/01/25", "Opening balance", "", "", money(balance))]
    for day, description, amount in MOVES:
        balance += amount
        out, into = (money(-amount), "") if amount < 0 else ("", money(amount))
        rows.append((f"02/{day:02}/25", description, out, into, money(balance)))
    rows.append(("02/28/25", "Closing balance", "", "", money(balance)))
    return rows


def _summary() -> list[tuple[str, str]]:
    deposits = sum(amount for _, _, amount in MOVES if amount > 0)
    withdrawals = sum(amount for _, _, amount in MOVES if amount < 0)
    return [
        ("Opening balance", money(OPENING)),
        ("Total deposits", money(deposits)),
        ("Total withdrawals", money(-withdrawals)),
        ("Closing balance", money(OPENING + deposits + withdrawals)),
    ]


def _first_head(sheet: Canvas) -> None:
    right = WIDTH - MARGIN
    sheet.setFillColor(ACCENT)
    sheet.rect(0, HEIGHT - 84, WIDTH, 84, stroke=0, fill=1)
    white = HexColor("#ffffff")
    put(sheet, (MARGIN, HEIGHT - 52), BANK, Face("Times-Bold", 20, white))
    put(sheet, (right, HEIGHT - 52), "Account Statement", Face("Helvetica", 15, white), "right")
    put(sheet, (MARGIN, HEIGHT - 68), "1 Mill Square, Orrin, OH 43996  |  (555) 010-0170", Face(size=8, color=white))
    facts = {"Statement period": PERIOD, "Account number": ACCOUNT, "Account type": "Business Interest Checking"}
    for line, (label, value) in enumerate(facts.items()):
        y = HEIGHT - 112 - 15 * line
        put(sheet, (right - 270, y), label, Face(color=GREY))
        put(sheet, (right, y), value, BOLD, "right")
    owner = ("PELLWORTH DENTAL GROUP", "2207 CORLEY AVENUE, SUITE 4", "ALDER FALLS, OH 43998")
    put_lines(sheet, (MARGIN, HEIGHT - 112), owner, Face(size=9))
    _summary_box(sheet, HEIGHT - 172)


def _summary_box(sheet: Canvas, top: float) -> None:
    sheet.setFillColor(HexColor("#e9eef6"))
    sheet.rect(MARGIN, top - 46, COLUMN, 46, stroke=0, fill=1)
    step = COLUMN / 4
    for column, (label, amount) in enumerate(_summary()):
        x = MARGIN + 10 + column * step
        put(sheet, (x, top - 17), label, SMALL)
        put(sheet, (x, top - 35), f"${amount}", Face("Helvetica-Bold", 12, ACCENT))


def _later_head(sheet: Canvas) -> None:
    put(sheet, (MARGIN, HEIGHT - 52), BANK, Face("Times-Bold", 13, ACCENT))
    put(sheet, (WIDTH - MARGIN, HEIGHT - 46), f"Account number {ACCOUNT}", SMALL, "right")
    put(sheet, (WIDTH - MARGIN, HEIGHT - 57), f"Statement period {PERIOD}", SMALL, "right")
    rule(sheet, (MARGIN, HEIGHT - 66), COLUMN, ACCENT, 1.5)


def _story() -> list[Flowable]:
    notice = prose(Face(size=8, color=GREY), leading=11.5, space_after=8)
    return [LEDGER.table(HEAD, _rows()), Spacer(1, 26), *(Paragraph(text, notice) for text in paragraphs(NOTICES))]


def draw_bank_statement(sheet: Canvas) -> None:
    """A month of a business account, with a running balance."""
    tops = HEIGHT - 240, HEIGHT - 86
    pages = paginate(_story(), COLUMN, first=tops[0] - 66, later=tops[1] - 66)
    for number, items in enumerate(pages, start=1):
        sheet.setPageSize(PAGE_SIZE)
        if number == 1:
            _first_head(sheet)
        else:
            _later_head(sheet)
        draw_column(sheet, items, (MARGIN, tops[number > 1]), COLUMN)
        put(sheet, (MARGIN, 38), "Deposits are insured up to the limits set by law.", SMALL)
        put(sheet, (WIDTH - MARGIN, 38), f"Page {number} of {len(pages)}", SMALL, "right")
        sheet.showPage()
