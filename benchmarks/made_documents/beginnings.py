"""Parts that documents begin with: letterheads, titles, fields, addresses, captions, covers."""

from __future__ import annotations

from made_documents.drafts import Draft, Part, Piece

_CAPTION_WIDTH = 34


def letterhead(draft: Draft, _argument: str, _lines: int) -> None:
    """Who sends it."""
    issuer = draft.issuer
    if issuer.does("letterhead at foot"):
        draft.speaker.facts["foot"] = "letterhead"
        return
    name = draft.speaker.say("{me}")
    draft.speaker.facts["letterhead"] = name.upper() if issuer.habit("name in capitals", ("y", "", "")) else name
    if issuer.does("letterhead in one line"):
        draft.add(
            issuer.habit("one line", ("{letterhead} - {mystreet} - {mycity}", "{letterhead}, {mystreet}, {mycity}"))
        )
        return
    lines = ["{letterhead}"]
    if issuer.habit("slogan", ("", "", "", "y")):
        lines.append(draft.words("slogans"))
    lines += ["{mystreet}", "{mycity}"]
    if not issuer.does("short letterhead"):
        lines += [issuer.habit("contact", draft.speaker.choices("contacts"))]
    draft.add(*lines)


def title(draft: Draft, _argument: str, _lines: int) -> None:
    """What the document is called, as far as the issuer prints that."""
    issuer = draft.issuer
    if issuer.does("no title") and "always" not in draft.of_kind("title is"):
        return
    text = draft.speaker.say(issuer.habit("title", draft.choices["titles"]))
    draft.speaker.facts["title"] = text
    text = text.upper() if issuer.does("caps") and len(text) < 60 else text
    if issuer.does("title with number") and "ref" in draft.choices:
        text += draft.speaker.say(
            issuer.habit("numbered title", (" {ref}", " #{ref}", " No. {ref}", " Nr. {ref}", ": {ref}"))
        )
    words = text.split()
    if issuer.does("title in two lines") and len(words) > 2:
        draft.add(" ".join(words[:2]), " ".join(words[2:]), how="heading")
    else:
        draft.add(text, how="heading")


def fields(draft: Draft, argument: str, _lines: int) -> None:
    """Labelled values."""
    issuer, pairs = draft.issuer, []
    for number, field in enumerate(draft.choices[argument or "fields"]):
        labels, _, value = field.partition("=")
        if not labels.startswith("!") and issuer.habit(f"field {argument}{number}", ("", "y", "y")) == "":
            continue
        label = issuer.habit(f"label {argument}{number}", labels.lstrip("!").split("~"))
        pairs.append((draft.speaker.say(label), draft.speaker.say(value)))
    draft.pieces.append(Piece(tuple(labelled(draft, pairs)), how="whole"))


def labelled(draft: Draft, pairs: list[tuple[str, str]]) -> list[str]:
    """Labels and values in the issuer's way."""
    issuer = draft.issuer
    if issuer.does("values last") and len(pairs) > 2:
        return [label for label, _ in pairs] + [value for _, value in pairs]
    if issuer.does("values first"):
        return [f"{value} {label}" for label, value in pairs]
    if issuer.does("labels above"):
        at = int(issuer.habit("label groups", ("1", "2", "3", "4")))
        lines = []
        for first in range(0, len(pairs), at):
            group = pairs[first : first + at]
            lines += [" ".join(label for label, _ in group), " ".join(value for _, value in group)]
        return lines
    mark = issuer.habit("label mark", (": ", ": ", " ", ":", " : "))
    if issuer.does("wide gaps"):
        return [f"{label + mark.rstrip():<24}{value}" for label, value in pairs]
    lines = [f"{label}{mark}{value}" for label, value in pairs]
    if issuer.habit("fields abreast", ("", "", "", "y")):
        lines = [" ".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
    return lines


def parties(draft: Draft, argument: str, _lines: int) -> None:
    """Addresses with a label, such as Bill To and Ship To."""
    issuer, blocks = draft.issuer, []
    for number, labels in enumerate(draft.choices[argument or "parties"]):
        if number and issuer.habit(f"party {number}", ("", "y")) == "":
            continue
        label = "" if issuer.does("no labels") else issuer.habit(f"party label {number}", labels.split("~"))
        name = draft.speaker.say(issuer.habit("client is", ("{clientfirm}", "{clientfirm}", "{client}")))
        address = ["{clientstreet}", "{clientcity}"] if number == 0 or issuer.habit("same place", ("", "y")) else []
        address = address or [draft.speaker.phrase("street"), draft.speaker.phrase("cityline")]
        blocks.append([label, name, *(draft.speaker.say(line) for line in address)])
    if issuer.does("parties abreast") and len(blocks) > 1:
        lines = [" ".join(filter(None, row)) for row in zip(*blocks, strict=True)]
    else:
        lines = [line for block in blocks for line in block]
    draft.pieces.append(Piece(tuple(filter(None, lines)), how="whole"))


def recipient(draft: Draft, _argument: str, _lines: int) -> None:
    """The address and the date of a letter."""
    issuer = draft.issuer
    address = ["{client}", "{clientfirm}", "{clientstreet}", "{clientcity}"]
    if issuer.habit("addressed to", ("person", "both")) == "person":
        address.pop(1)
    if issuer.does("letterhead at foot") or issuer.habit("window", ("", "", "y")):
        address = [issuer.habit("sender line", ("{me} - {mystreet} - {mycity}", "{me}", "")), *address]
    day = issuer.habit("dated", draft.speaker.choices("dated"))
    lines = [day, *address] if issuer.habit("date first", ("", "y")) else [*address, day]
    draft.add(*lines)


def mail_head(draft: Draft, _argument: str, _lines: int) -> None:
    """From, To, Date and Subject."""
    speaker = draft.speaker
    heads = [head.split("=", 1) for head in speaker.choices("mail_heads")]
    order = draft.issuer.habit("order of heads", ("0123", "0213", "0132", "2013"))
    lines = [f"{heads[int(at)][0]}: {speaker.say(heads[int(at)][1])}" for at in order]
    draft.add(*lines, how="whole")


def caption(draft: Draft, _argument: str, _lines: int) -> None:
    """The head of a paper filed with a court."""
    speaker, issuer = draft.speaker, draft.issuer
    mark = issuer.habit("caption mark", (")", "§", "|", ""))
    left = ["{client},", "Plaintiff,", "v.", "{clientfirm},", "Defendant."]
    right = ["", "Case No. {ref}", "", "{judgeline}", ""]
    lines = [
        f"{speaker.say(one):<{_CAPTION_WIDTH if issuer.does('wide gaps') else 0}} {mark} {speaker.say(other)}".rstrip()
        for one, other in zip(left, right, strict=True)
    ]
    draft.add(issuer.habit("court", speaker.choices("court")), issuer.habit("district", speaker.choices("district")))
    draft.pieces.append(Piece(tuple(lines)))


def cover(draft: Draft, _argument: str, _lines: int) -> None:
    """A page with a title and little else."""
    if draft.pages < 4:
        return
    text = draft.speaker.say(draft.issuer.habit("title", draft.choices["titles"]))
    draft.speaker.facts["title"] = text
    extra = ["{me}", "{today}", "{month}", "{client}", draft.words("slogans")]
    draft.add(
        text.upper() if draft.issuer.does("caps") else text, *draft.random.sample(extra, draft.random.randint(1, 4))
    )
    draft.turn_page()


def contents(draft: Draft, _argument: str, _lines: int) -> None:
    """A table of contents."""
    if draft.pages < 5:
        return
    draft.add(draft.words("contents_titles"), how="heading")
    page = 2
    for number, heading in enumerate(draft.of_kind("headings")[:18], start=1):
        text = draft.speaker.say(heading)
        gap = " " if draft.issuer.does("columns apart") else " " + "." * max(4, 60 - len(text)) + " "
        draft.add(f"{number}. {text}{gap}{page}")
        page += draft.random.randint(0, 2)
    if draft.issuer.habit("contents apart", ("y", "y", "")):
        draft.turn_page()


def salutation(draft: Draft, _argument: str, _lines: int) -> None:
    """Dear so-and-so, with a subject where there is one."""
    if "topic" in draft.speaker.facts and draft.issuer.habit("has a subject", ("y", "y", "")):
        draft.add(draft.issuer.habit("subject mark", draft.speaker.choices("subject_marks")) + " {topic}")
    draft.add(draft.issuer.habit("salutation", draft.speaker.choices("salutations")))


BEGINNINGS: dict[str, Part] = {
    "letterhead": letterhead,
    "title": title,
    "fields": fields,
    "parties": parties,
    "recipient": recipient,
    "mailhead": mail_head,
    "caption": caption,
    "cover": cover,
    "contents": contents,
    "salutation": salutation,
}
