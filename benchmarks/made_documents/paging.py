"""Lays a draft out on pages: fills them, repeats headers and column heads, prints page numbers."""

from __future__ import annotations

from dataclasses import dataclass

from made_documents.drafts import Draft, Piece

_NUMBERED_FORMS = {"slash": ("%n/%m", "%n / %m", "%n/%m"), "dashes": ("- %n -", "-%n-", "~ %n ~"), "bare": ("%n",)}


@dataclass
class _Sheet:
    """A page while it is filled: rows of one table stand together until they are printed."""

    lines: list[str]
    height: int = 0


def pages_of(draft: Draft, room: int) -> list[str]:
    """The text of each page.

    Args:
        draft: the document.
        room: how many lines a page has for the body.
    """
    sheets = [_Sheet([])]
    for piece in draft.pieces:
        if piece.how == "break":
            if sheets[-1].lines:
                sheets.append(_Sheet([]))
        elif piece.how == "rows":
            _set_rows(draft, piece, sheets, room)
        else:
            _set_lines(piece, sheets, room)
    bodies = [sheet.lines for sheet in sheets if sheet.lines]
    if draft.issuer.does("blank page after") and len(bodies) > 1:
        bodies.insert(draft.random.randint(1, len(bodies)), [])
    return _decorated(draft, bodies)


def _set_lines(piece: Piece, sheets: list[_Sheet], room: int) -> None:
    size = len(piece.lines)
    left = room - sheets[-1].height
    is_whole = piece.how == "whole" and size <= room
    if sheets[-1].lines and ((is_whole and size > left) or (piece.how == "heading" and size + 2 > left) or left <= 0):
        sheets.append(_Sheet([]))
    if piece.how == "whole":
        sheets[-1].lines += piece.lines
        sheets[-1].height += size
        return
    for line in piece.lines:
        if sheets[-1].height >= room:
            sheets.append(_Sheet([]))
        if line or sheets[-1].lines:
            sheets[-1].lines.append(line)
            sheets[-1].height += 1


def _set_rows(draft: Draft, piece: Piece, sheets: list[_Sheet], room: int) -> None:
    issuer, rows = draft.issuer, list(piece.rows)
    is_first = True
    while rows:
        sheet = sheets[-1]
        if room - sheet.height < 3:
            sheets.append(_Sheet([]))
            continue
        has_head = bool(piece.columns) and (is_first or issuer.does("columns repeat"))
        carried = issuer.does("carries over") and "carried" in draft.choices
        if carried and not is_first:
            sheet.lines.append(draft.speaker.say(draft.words("brought_forward")))
        taken = rows[: room - sheet.height - 2]
        rows = rows[len(taken) :]
        sheet.lines += _table_lines(draft, piece.columns if has_head else (), taken)
        sheet.height += len(taken) + 2
        if rows and carried:
            sheet.lines.append(draft.speaker.say(draft.words("carried_forward")))
        is_first = False


def _table_lines(draft: Draft, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    issuer, lines = draft.issuer, list[str]()
    table = [heads, *rows] if heads else rows
    if issuer.does("columns apart"):
        most = max(len(row) for row in table)
        return [row[at] for at in range(most) for row in table if at < len(row) and row[at]]
    if issuer.does("cells apart"):
        return [cell for row in table for cell in row if cell]
    for row in table:
        gap = "   " if issuer.does("wide gaps") else " "
        lines.append(gap.join(cell for cell in row if cell))
    return lines


def _decorated(draft: Draft, bodies: list[list[str]]) -> list[str]:
    issuer, pages = draft.issuer, []
    first_number = (
        draft.random.randint(2, 400) if issuer.does("offset numbers") and issuer.number_form in {"bare", "word"} else 1
    )
    stamp = draft.random.randint(1, 90000)
    full = [line for piece in draft.pieces[: draft.random.choice((2, 3))] for line in piece.lines][:16]
    for at, body in enumerate(bodies):
        number = _number(draft, at + first_number, len(bodies))
        if at == 0 and issuer.does("first page without number") and "%m" not in issuer.number_form:
            number = ""
        if not body and draft.random.random() < 0.7:
            pages.append(draft.random.choice(("", "", " ", draft.speaker.choices("blank_pages")[0])))
            continue
        head = _head(draft, at, full)
        foot = _foot(draft)
        _place(draft, number, head, foot)
        if issuer.does("stamps"):
            foot.append(f"{issuer.habit('stamp', ('ABC', 'DEF-', 'PROD', 'EXH'))}{stamp + at:06d}")
        lines = [*foot, *head, *body] if issuer.does("prints foot first") else [*head, *body, *foot]
        if issuer.does("trailing spaces"):
            lines = [line + " " for line in lines]
        pages.append("\n".join(lines))
    return pages


def _head(draft: Draft, at: int, full: list[str]) -> list[str]:
    issuer, say = draft.issuer, draft.speaker.say
    head = []
    if at and issuer.running == "full":
        head = list(full)
    elif at or issuer.habit("running from the first", ("", "", "y")):
        facts = draft.speaker.facts
        title = facts.get("title", "{me}")
        texts = {
            "firm": "{me}",
            "title": title,
            "titleref": title + issuer.habit("joint", (" ", " - ", " / ")) + "{ref}",
        }
        if issuer.running in texts:
            head = [say(texts[issuer.running])]
    if at and issuer.does("reference on every page") and "ref" in draft.choices:
        head.append(say(issuer.habit("ref label", draft.choices["ref"]) + " {ref}"))
    if at and issuer.does("says continued"):
        head.append(draft.words("continued"))
    return head


def _foot(draft: Draft) -> list[str]:
    issuer = draft.issuer
    footer = issuer.footer if "title" in draft.speaker.facts else issuer.footer.replace("{title}", "{me}")
    foot = [draft.speaker.say(footer)] if footer else []
    if "foot" in draft.speaker.facts:
        foot += [draft.speaker.say(line) for line in ("{me} - {mystreet} - {mycity}", "{myphone} {mymail}")]
    return foot


def _number(draft: Draft, number: int, total: int) -> str:
    issuer = draft.issuer
    if not issuer.number_form:
        return ""
    forms = _NUMBERED_FORMS.get(issuer.number_form) or draft.speaker.choices(f"number_{issuer.number_form}")
    return issuer.habit("number form", forms).replace("%n", str(number)).replace("%m", str(total))


def _place(draft: Draft, number: str, head: list[str], foot: list[str]) -> None:
    issuer = draft.issuer
    if not number:
        return
    if issuer.does("numbers in head"):
        if head and issuer.does("number in running line"):
            head[0] = f"{head[0]} {number}"
        else:
            head.insert(0, number)
    elif foot and issuer.does("number in footer line"):
        foot[-1] = f"{foot[-1]} {number}"
    else:
        foot.insert(draft.random.choice((0, len(foot))) if issuer.does("stamps") else len(foot), number)
