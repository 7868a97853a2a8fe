"""Parts that fill documents: prose, sections, tables, records, slides, quoted messages, boxes of forms."""

from __future__ import annotations

import re
from itertools import count

from made_documents.beginnings import labelled
from made_documents.drafts import Draft, Part, Piece

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII")
_LONGEST_TABLE = 4000


def prose(draft: Draft, argument: str, lines: int) -> None:
    """Paragraphs."""
    name = argument or draft.choices["prose"][0]
    width = 44 if "narrow" in draft.of_kind("layout") and draft.issuer.habit("two columns", ("y", "y", "")) else 0
    lines = lines or draft.random.randint(2, 6)
    while lines > 0:
        lines -= draft.add_text(_paragraph(draft, name), width=width)


def say(draft: Draft, argument: str, _lines: int) -> None:
    """Lines of the kind, as they stand."""
    for template in draft.choices[argument]:
        text = draft.speaker.say(template)
        if len(text) > draft.issuer.width:
            draft.add_text(text)
        else:
            draft.add(text)


def pick(draft: Draft, argument: str, _lines: int) -> None:
    """One line of the kind, the same in all documents of the issuer."""
    draft.add_text(draft.speaker.say(draft.issuer.habit(argument, draft.choices[argument])))


def sections(draft: Draft, argument: str, lines: int) -> None:
    """Sections with a heading and paragraphs, some in steps (a), (b)."""
    issuer, name = draft.issuer, argument or draft.choices["prose"][0]
    headings = list(draft.choices["headings"])
    if "in order" not in draft.of_kind("layout"):
        draft.random.shuffle(headings)
    size = draft.random.randint(3, 16)
    said = set[str]()
    for number in count(1):
        heading = draft.speaker.say(headings[(number - 1) % len(headings)])
        if heading in said:
            heading = draft.speaker.phrase("further_heading")
        said.add(heading)
        if issuer.does("sections on new pages") and number > 1:
            draft.turn_page()
        left = min(lines, draft.random.randint(2, 2 * size))
        lines -= left + 1
        if not issuer.does("clauses unnumbered"):
            heading = (
                _numbered(issuer.habit("heading number", draft.speaker.choices("heading_numbers")), number) + heading
            )
        if issuer.habit("run-in headings", ("", "", "y")):
            left -= draft.add_text(f"{heading}. {_paragraph(draft, name)}")
        else:
            draft.add(heading.upper() if issuer.habit("headings in capitals", ("", "y")) else heading, how="heading")
        for step in count():
            if left <= 0:
                break
            mark = f"({chr(97 + step % 26)}) " if issuer.habit("steps", ("", "", "y")) else ""
            left -= draft.add_text(mark + _paragraph(draft, name))
        if lines <= 0:
            return


def table(draft: Draft, argument: str, lines: int) -> None:
    """A table of the kind; ``argument`` begins the names of its keys."""
    issuer, prefix = draft.issuer, f"{argument}_" if argument else ""
    which = int(issuer.habit(f"columns of {prefix}", [str(at) for at in range(len(draft.choices[f"{prefix}cells"]))]))
    heads = draft.choices[f"{prefix}columns"][which].split(" ; ")
    cells = draft.choices[f"{prefix}cells"][which].split(" ; ")
    heads = [draft.speaker.say(issuer.habit(f"head {prefix}{at}", head.split("~"))) for at, head in enumerate(heads)]
    rows: list[tuple[str, ...]] = []
    lines = min(max(lines, 1), _LONGEST_TABLE) if lines else draft.random.randint(2, 6)
    details = draft.of_kind(f"{prefix}details")
    numbers = count(1)
    while len(rows) < lines:
        draft.speaker.facts["row"] = str(next(numbers))
        rows.append(tuple(draft.speaker.say(cell) for cell in cells))
        if details and issuer.does("details in rows") and draft.random.random() < 0.5:
            rows.append((draft.speaker.say(draft.random.choice(details)),))
    draft.pieces.append(Piece(rows=tuple(rows), columns=tuple(heads), how="rows"))


def records(draft: Draft, argument: str, lines: int) -> None:
    """Blocks of some lines each: jobs of a CV, items of minutes, notes of a day. ``+`` begins lines that may repeat."""
    key = argument or "record"
    bullet = draft.issuer.habit("bullet", ("- ", "• ", "", "* ", "o "))
    templates = draft.choices[key]
    for number in count(1):
        draft.speaker.facts["count"] = str(number)
        template = draft.issuer.habit(f"{key} form", templates)
        for part, line in enumerate(template.split(" // ")):
            for _ in range(draft.random.randint(1, 4) if line.startswith("+") else 1):
                text = draft.speaker.say(line.lstrip("+"))
                if part == 0:
                    draft.add(text, how="heading")
                    lines -= 1
                else:
                    lines -= draft.add_text((bullet if line.startswith("+") else "") + text)
        if lines <= 0:
            return


def boxes(draft: Draft, argument: str, _lines: int) -> None:
    """The labelled boxes of a form, the same labels in every form of the issuer; a second time, the same values."""
    if argument in draft.forms:
        draft.pieces.append(draft.forms[argument])
        return
    pairs = []
    for box in draft.choices[argument or "boxes"]:
        label, _, value = box.partition("=")
        empty = draft.random.random() < 0.15 and not label.startswith("!")
        pairs.append((label.lstrip("!"), "" if empty else draft.speaker.say(value)))
    if draft.issuer.habit("way of boxes", ("apart", "apart", "own")) == "own":
        lines = labelled(draft, pairs)
    elif draft.issuer.habit("values at", ("end", "below", "below")) == "end":
        lines = [label for label, _ in pairs] + [value for _, value in pairs if value]
    else:
        lines = [line for pair in pairs for line in pair if line]
    draft.forms[argument] = Piece(tuple(lines), how="whole")
    draft.pieces.append(draft.forms[argument])


def slides(draft: Draft, _argument: str, lines: int) -> None:
    """Slides: a page each, with a heading and a few points."""
    bullet = draft.issuer.habit("bullet", ("• ", "- ", "", "> "))
    wanted = max(1, draft.pages - 1)
    for number in range(wanted if lines else 1):
        if number:
            draft.turn_page()
        draft.add(draft.speaker.say(draft.random.choice(draft.choices["headings"])), how="heading")
        for _ in range(draft.random.choice((0, 2, 3, 3, 4, 5, 7))):
            text = draft.speaker.phrase(draft.choices["prose"][0])
            draft.add_text(bullet + text, width=60)


def thread(draft: Draft, _argument: str, lines: int) -> None:
    """The messages an e-mail answers, quoted."""
    mark = draft.issuer.habit("quote mark", ("> ", "", "", "| "))
    while lines > 0:
        head = draft.issuer.habit("quote head", draft.speaker.choices("quote_heads"))
        draft.add(head)
        lines -= head.count(" // ") + 1
        for _ in range(draft.random.randint(1, 4)):
            lines -= draft.add_text(_paragraph(draft, draft.choices["prose"][0]), indent=mark)
        draft.add(mark + draft.speaker.say("{first}"))


def _paragraph(draft: Draft, name: str) -> str:
    sentences = draft.random.choice((1, 1, 2, 2, 3, 4, 5))
    return " ".join(draft.speaker.phrase(name) for _ in range(sentences))


def _numbered(form: str, number: int) -> str:
    roman = _ROMAN[number - 1] if number <= len(_ROMAN) else str(number)
    said = (
        form.replace("9.0", f"{number}.0").replace("9", str(number)) if "9" in form else re.sub(r"\bI\b", roman, form)
    )
    return said + " "


BODIES: dict[str, Part] = {
    "prose": prose,
    "say": say,
    "pick": pick,
    "sections": sections,
    "table": table,
    "records": records,
    "boxes": boxes,
    "slides": slides,
    "thread": thread,
}
