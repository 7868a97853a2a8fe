"""Parts that documents end with: totals, closings, signatures, terms, annexes, copies."""

from __future__ import annotations

from made_documents.beginnings import labelled
from made_documents.bodies import BODIES
from made_documents.drafts import Draft, Part, Piece


def totals(draft: Draft, _argument: str, _lines: int) -> None:
    """Sums."""
    issuer, pairs = draft.issuer, []
    for number, total in enumerate(draft.choices["totals"]):
        labels, _, value = total.partition("=")
        if not labels.startswith("!") and issuer.habit(f"total {number}", ("", "y", "y")) == "":
            continue
        label = issuer.habit(f"total label {number}", labels.lstrip("!").split("~"))
        pairs.append((draft.speaker.say(label), draft.speaker.say(value)))
    if issuer.does("values last"):
        lines = labelled(draft, pairs)
    else:
        mark = issuer.habit("total mark", (": ", " ", " ", "  "))
        lines = [f"{label}{mark}{value}" for label, value in pairs]
    draft.pieces.append(Piece(tuple(lines), how="whole"))


def notes(draft: Draft, _argument: str, _lines: int) -> None:
    """Words at the end that every document of the issuer has."""
    for number, note in enumerate(draft.of_kind("notes", draft.speaker.choices("notes"))):
        if draft.issuer.habit(f"note {number}", ("", "", "y")):
            draft.add_text(draft.speaker.say(note))


def closing(draft: Draft, _argument: str, _lines: int) -> None:
    """The end of a letter."""
    who = ["{clerk}", draft.issuer.habit("post", draft.speaker.choices("posts")), "{me}"]
    lines = [draft.words("closings"), *who[: int(draft.issuer.habit("signed with", ("1", "2", "2", "3")))]]
    draft.add(*lines, how="whole")
    if draft.issuer.habit("has enclosures", ("", "", "y")):
        draft.add(draft.words("enclosures"))


def signatures(draft: Draft, _argument: str, _lines: int) -> None:
    """Where the parties sign."""
    speaker, issuer = draft.speaker, draft.issuer
    lines = []
    if issuer.habit("has a witness", ("", "y")):
        lines.append(speaker.say(draft.words("witness")))
    for who in ("{me}", "{client}"):
        if issuer.does("bare signatures"):
            lines += ["_" * 28, speaker.say(who)]
            continue
        lines.append(speaker.say(who))
        lines += speaker.say(draft.words("signature_lines")).split(" // ")
    if issuer.habit("signatures apart", ("", "", "", "y")) and draft.pages > 2:
        draft.turn_page()
    draft.pieces.append(Piece(tuple(lines), how="whole"))


def terms(draft: Draft, _argument: str, _lines: int) -> None:
    """Terms and conditions on a page of their own."""
    if draft.pages < 2:
        return
    draft.turn_page()
    if draft.issuer.habit("terms titled", ("y", "y", "")):
        draft.add(draft.words("terms_titles"), how="heading")
    for number in range(1, draft.random.randint(8, 16)):
        mark = draft.issuer.habit("terms marks", ("9. ", "9) ", "", "§ 9 ")).replace("9", str(number))
        draft.add_text(mark + draft.speaker.say("{terms_sentence} {terms_sentence}"))


def annex(draft: Draft, _argument: str, _lines: int) -> None:
    """Exhibits and schedules, each on new pages."""
    if draft.pages < 3:
        return
    form = draft.words("annex_titles")
    for number in range(draft.random.choice((1, 1, 2, 3)) if draft.pages > 5 else 1):
        draft.turn_page()
        draft.add(form.replace("@", chr(65 + number)), how="heading")
        if draft.random.random() < 0.7:
            draft.add(draft.speaker.phrase("annex_names"), how="heading")
        _annexed(draft)


def _annexed(draft: Draft) -> None:
    part = draft.random.choice(("prose", "rows", "lines", "prose"))
    lines = draft.random.randint(6, 40)
    if part == "rows":
        cells = draft.random.choice(draft.speaker.choices("annex_rows")).split(" ; ")
        rows = tuple(tuple(draft.speaker.say(cell) for cell in cells) for _ in range(lines))
        draft.pieces.append(Piece(rows=rows, how="rows"))
    elif part == "lines":
        for number in range(1, lines // 3 + 2):
            draft.add_text(f"{number}. " + draft.speaker.phrase("annex_sentence"))
    else:
        BODIES["prose"](draft, draft.of_kind("prose", ("terms_sentence",))[0], lines)


def instructions(draft: Draft, _argument: str, lines: int) -> None:
    """What the makers of a form say to those who fill it in, on new pages and always the same."""
    if draft.pages < 2:
        return
    draft.turn_page()
    if titles := draft.of_kind("instruction_titles"):
        draft.add(draft.issuer.habit("instruction title", titles), how="heading")
    for _ in range(max(lines // 3, draft.random.randint(6, 14))):
        draft.add_text(draft.speaker.phrase("instruction_sentence"))


def copies(draft: Draft, _argument: str, _lines: int) -> None:
    """The same form again for others, on new pages: Copy C after Copy B."""
    form = [piece for piece in draft.pieces if piece.how != "break"]
    for number in range(1, draft.pages):
        draft.turn_page()
        labels = draft.choices["copies"]
        draft.add(labels[number % len(labels)])
        draft.pieces += form[1:]


def service(draft: Draft, _argument: str, _lines: int) -> None:
    """A certificate of service."""
    if draft.pages > 1 and draft.issuer.habit("service apart", ("y", "y", "")):
        draft.turn_page()
    draft.add("CERTIFICATE OF SERVICE", how="heading")
    draft.add_text(draft.speaker.phrase("service_sentence"))
    draft.add(draft.words("court_signature"))


def references(draft: Draft, _argument: str, _lines: int) -> None:
    """A list of papers."""
    draft.add(draft.words("reference_titles"), how="heading")
    form = draft.issuer.habit("reference mark", ("[9] ", "9. ", ""))
    for number in range(1, draft.random.randint(8, 12 + 6 * min(draft.pages, 6))):
        draft.add_text(form.replace("9", str(number)) + draft.speaker.phrase("citation"))


def turn(draft: Draft, _argument: str, _lines: int) -> None:
    """A page break."""
    draft.turn_page()


ENDINGS: dict[str, Part] = {
    "totals": totals,
    "notes": notes,
    "closing": closing,
    "signatures": signatures,
    "terms": terms,
    "annex": annex,
    "instructions": instructions,
    "copies": copies,
    "service": service,
    "references": references,
    "turn": turn,
}
