"""A service agreement whose numbered clauses flow over four pages, and the blank back of its last sheet."""

from __future__ import annotations

from collections.abc import Iterable

from layout import (
    GREY,
    HALDANE,
    HEIGHT,
    PAGE_SIZE,
    WIDTH,
    Face,
    Ledger,
    Point,
    draw_column,
    paginate,
    paragraphs,
    prose,
    put,
    rule,
    sign,
)
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Spacer

MARGIN = 76
COLUMN = WIDTH - 2 * MARGIN
LEDGER = Ledger(widths=(230, 130, 100), numbers=2, accent=HexColor("#4a4a4a"), row_height=18)
BODY = Face("Times-Roman", 11.5)
LEADING = 16.2
SIGNATURE_ROOM = 150

AGREEMENT = """
This Service Agreement (the "Agreement") is made on January 20, 2025 between <b>Oakmere Animal Clinic</b>, 95
Quarry Road, Stonebridge Park, OH 43997 (the "Client"), and <b>Lumenvale Cleaning Services LLC</b>, 12 Foundry
Court, Alder Falls, OH 43999 (the "Contractor"). The Client and the Contractor are each a "Party" and together
the "Parties".

The Client operates a veterinary clinic and wishes to have its premises cleaned and disinfected by a
professional firm. The Contractor has the staff, the equipment and the experience to do so. The Parties
therefore agree as follows.

# Services

The Contractor shall clean and disinfect the reception area, four examination rooms, the surgery, the kennel
wing, the staff kitchen and the washrooms at the Client's premises (the "Services").

The Services shall be carried out on Monday to Saturday between 7:00 p.m. and 11:00 p.m. The surgery shall in
addition be disinfected on Wednesdays between 1:00 p.m. and 2:00 p.m.

The Contractor shall keep a log of the Services in the staff kitchen. Each entry shall state the date, the
rooms, the products used and the name of the person who did the work.

# Term

This Agreement begins on February 1, 2025 and continues for twenty-four months. It then renews for periods of
twelve months unless a Party gives notice at least sixty days before the end of a period.

The first three months are a trial period, during which either Party may end this Agreement with fourteen days'
notice and without giving a reason.

# Staff

The Contractor shall employ only persons who are trained in the handling of disinfectants and who have passed a
background check. The Contractor shall give the Client a list of these persons and keep it up to date.

The Client may ask for the replacement of a person for good cause. The Contractor shall provide a replacement
within five working days.

The Contractor's staff remain employees of the Contractor at all times. Nothing in this Agreement makes them
employees, agents or partners of the Client.

The Contractor shall not pass on the Services, or any part of them, to a subcontractor without the prior written
consent of the Client. A consent for one case is not a consent for another.

# Equipment and Materials

The Contractor shall supply all equipment and all cleaning products. Products used in the kennel wing must be
labelled as safe for animals and be approved by the Client beforehand.

The Client shall provide water, electricity, a lockable storage room and the disposal of ordinary waste. Medical
waste and sharps are not part of the Services and must not be handled by the Contractor.

The Contractor is responsible for the safe storage of its chemicals and shall keep a current safety data sheet
for every product in the storage room.

# Health and Safety

The Contractor shall observe the laws and regulations on safety at work and the clinic's own rules on hygiene
and infection control, a copy of which it has received.

Accidents, spills and damage of any kind shall be reported to the Client on the same day and entered in the log.
Rooms marked as closed for isolation must not be entered until the Client has released them.

The Contractor's staff shall wear protective clothing in the kennel wing and shall not open any cage or run,
feed an animal, or move one.

# Fees

The Client shall pay the Contractor the fees set out in the table below. The fees include labor, travel,
equipment and materials; sales tax is added where it applies.

# Billing and Payment

The Contractor shall bill the Client at the end of each calendar month. Undisputed amounts are payable within
thirty days after the bill has been received.

If the Client disputes an amount, it shall say so in writing within fifteen days, pay the part that is not in
dispute, and work with the Contractor in good faith to settle the rest.

The fees may be adjusted once a year, on February 1, by no more than the change of the regional consumer price
index over the preceding calendar year.

# Quality

The Parties shall inspect the premises together once in every quarter and shall record the result. Defects found
shall be remedied within two working days and at no charge.

If the Services are not performed on an agreed day, the Client may deduct one twenty-sixth of the monthly fee
for that day, unless the Client itself has prevented the work.

The Contractor shall name a supervisor who can be reached by telephone on every working day between 8:00 a.m.
and 11:30 p.m.

# Access, Keys and Confidentiality

The Client shall provide the Contractor with two sets of keys and one alarm code. The Contractor shall report a
lost key at once and shall bear the cost of replacing the locks concerned.

The Contractor shall not read, copy or remove any record of the Client, its customers or its patients, and shall
keep confidential whatever its staff learn on the premises. This duty continues for three years after the end of
this Agreement.

# Insurance and Liability

The Contractor shall maintain general liability insurance of at least $1,000,000 per occurrence and workers'
compensation insurance as required by law, and shall provide certificates on request.

Each Party is liable to the other for damage it causes by negligence or by breach of this Agreement. Except for
injury to persons and for willful misconduct, the liability of a Party in any contract year is limited to the
fees payable for that year. Neither Party is liable for loss of profit.

# Events Beyond Control

A Party is not in breach of this Agreement as long as it is prevented from performing by an event that it could
neither foresee nor avoid, such as a flood, a fire, an epidemic or an order of a public authority.

The Party concerned shall tell the other without delay and resume its duties as soon as the event is over. No
fee is due for Services that are not performed.

# Termination

Either Party may terminate this Agreement with immediate effect if the other Party commits a material breach and
does not remedy it within twenty days after written notice, or becomes insolvent.

At the end of this Agreement the Contractor shall return all keys, remove its equipment and hand over the log.
The Client shall pay for all Services performed up to that day.

# General Provisions

Notices under this Agreement must be in writing and are deemed received on the third business day after they
have been mailed to the address given above.

Neither Party may assign this Agreement without the written consent of the other. Changes are valid only if they
are in writing and signed by both Parties.

If a provision is found to be invalid, the remaining provisions stay in force. This Agreement is the entire
understanding of the Parties and is governed by the laws of the State of Ohio.

If a dispute arises, the Parties shall first try to settle it through mediation in Alder Falls before either of
them brings it before a court.
"""

FEES = (
    ("Evening cleaning, Monday to Saturday", "monthly", "$2,480.00"),
    ("Midday disinfection of the surgery", "monthly", "$310.00"),
    ("Window cleaning, inside and outside", "per quarter", "$265.00"),
    ("Floor stripping and sealing", "per year", "$1,150.00"),
    ("Extra work ordered by the Client", "per hour", "$38.50"),
)

RENN: tuple[Point, ...] = ((10, 18), (20, -6), (30, 14), (44, -2), (60, 4), (74, 1), (110, 5))


def _clauses(texts: Iterable[str]) -> list[Flowable]:
    heading = prose(Face("Times-Bold", 12), leading=17, space_after=3)
    heading.keepWithNext = 1
    body = prose(BODY, leading=LEADING, space_after=7)
    body.leftIndent, body.alignment = 32, TA_JUSTIFY
    body.bulletFontName, body.bulletFontSize = BODY.font, BODY.size
    story: list[Flowable] = []
    clause = part = 0
    for text in texts:
        if text.startswith("# "):
            clause, part = clause + 1, 0
            story.append(Paragraph(f"{clause}.&nbsp;&nbsp;{text[2:]}", heading))
            continue
        part += 1
        story.append(Paragraph(text, body, bulletText=f"{clause}.{part}"))
        if "the table below" in text:
            story += [Spacer(1, 4), LEDGER.table(("Service", "Charged", "Fee"), FEES), Spacer(1, 16)]
    return story


def _story() -> list[Flowable]:
    body = prose(BODY, leading=LEADING, space_after=9)
    body.alignment = TA_JUSTIFY
    texts = paragraphs(AGREEMENT)
    opening = [Paragraph(text, body) for text in texts[:2]]
    closing = Paragraph(
        "IN WITNESS WHEREOF, the Parties have signed this Agreement through their authorized representatives.", body
    )
    return [*opening, Spacer(1, 4), *_clauses(texts[2:]), Spacer(1, 6), closing, Spacer(1, SIGNATURE_ROOM)]


def _title(sheet: Canvas) -> None:
    put(sheet, (WIDTH / 2, HEIGHT - 96), "SERVICE AGREEMENT", Face("Times-Bold", 20), "center")
    put(sheet, (WIDTH / 2, HEIGHT - 116), "Agreement No. LV-2025-014", Face("Times-Italic", 11, GREY), "center")


def _signatures(sheet: Canvas, top: float) -> None:
    signers = (
        ("For the Client", "Oakmere Animal Clinic", "Ruth Haldane, Practice Manager", "January 20, 2025"),
        ("For the Contractor", "Lumenvale Cleaning Services LLC", "Tobias Renn, Managing Member", "January 22, 2025"),
    )
    for column, (role, party, name, date) in enumerate(signers):
        x = MARGIN + column * (COLUMN / 2 + 10)
        put(sheet, (x, top - 14), role, Face("Times-Italic", 11))
        put(sheet, (x, top - 30), party, Face("Times-Bold", 11))
        sign(sheet, (x + 8, top - 74), (HALDANE, RENN)[column])
        rule(sheet, (x, top - 82), COLUMN / 2 - 20, GREY)
        put(sheet, (x, top - 96), name, BODY)
        put(sheet, (x, top - 112), f"Date: {date}", BODY)


def draw_contract(sheet: Canvas) -> None:
    """The agreement, then a page with nothing on it."""
    tops = HEIGHT - 146, HEIGHT - 76
    pages = paginate(_story(), COLUMN, first=tops[0] - 84, later=tops[1] - 84)
    for number, items in enumerate(pages, start=1):
        sheet.setPageSize(PAGE_SIZE)
        if number == 1:
            _title(sheet)
        end = draw_column(sheet, items, (MARGIN, tops[number > 1]), COLUMN)
        if number == len(pages):
            _signatures(sheet, end + SIGNATURE_ROOM)
        footer = f"Service Agreement - Page {number} of {len(pages)}"
        put(sheet, (WIDTH / 2, 44), footer, Face("Times-Roman", 9, GREY), "center")
        sheet.showPage()
    sheet.setPageSize(PAGE_SIZE)
    sheet.showPage()
