"""What running text says about a page break: sentences and tables that go on, letters that begin and end."""

from __future__ import annotations

from collections.abc import Sequence

from splitreader.engines.embedded import flow_words
from splitreader.engines.embedded.flow_words import any_of
from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.page_pair import LATER_SECTION, LETTER, Cue, Pair
from splitreader.engines.embedded.text import caseless, pattern, quote

CONTINUED = "(?i)" + any_of(flow_words.CONTINUED)
ATTACHED = f"(?i)^{any_of(flow_words.ATTACHED)}"

_SIGNED_OFF = rf"\b{any_of(flow_words.SIGNED_OFF)}\b|/s/"
_FOLLOWS = "(?i)" + any_of(flow_words.FOLLOWS)
_LATER_SECTION = (
    rf"(?i)^(?:{any_of(flow_words.LATER_SECTION)}\s{{0,2}}(?:n[.°º]+\s?)?(?:[2-9]|1\d|[ivx]{{2,5}}\b)"
    rf"|(?:cl[aá]usula\s)?{any_of(flow_words.LATER_ORDINAL)}\s?[.:)\u2013-])"
)
_ADDRESSED = f"(?i)^{any_of(flow_words.ADDRESSED)}"
_SIGNATURE = f"(?i)^{any_of(flow_words.SIGNATURE)}"
_CONTACT = "(?i)" + any_of(flow_words.CONTACT)
_CLOSING = f"(?im)^{any_of(flow_words.CLOSING)}"
_OPEN_ENDS = frozenset(word for words in flow_words.OPEN_ENDS.values() for word in words.split())
_OPENING_MARKS = "\"'“”„\u2018\u2019\u201a«»\u2039\u203a(¿¡ "


def flow_cue(pair: Pair) -> Cue | None:
    """A sentence or a list of sections that runs over the page break, or an annex."""
    if pair.is_same_form:
        return None
    for look in (
        _says_continued,
        _begins_inside_sentence,
        _begins_with_section,
        _begins_with_signatures,
        _says_more_follows,
        _ends_inside,
    ):
        if (cue := look(pair)) is not None:
            return cue
    return None


def table_cue(pair: Pair) -> Cue | None:
    """The page begins with a row of the table that the page before ends with."""
    firsts = zip(pair.after.head_lines[:2], pair.after.masked_head, strict=False)
    shapes = [shape for line, masked in firsts if "#" in masked and len(shape := _shape(line)) > 2]
    if shapes:
        rows = {_shape(line) for line in pair.before.tail_lines}
        if any(shape in rows for shape in shapes):
            return Cue("table", -2.0, f"page {pair.after.page} begins with a row like the last ones of the page before")
    return None


def salutation_cue(pair: Pair) -> Cue | None:
    """A letter, memo or message begins: Dear, To, From, Subject."""
    lines = [line for line in pair.after.head_lines if pattern(_ADDRESSED).match(line)]
    if not lines:
        return None
    strength = 1.6 if len(lines) == 1 else 2.2
    return Cue("salutation", strength, f"page {pair.after.page} begins like a letter, {quote(lines[0])}")


def sender_cue(pair: Pair) -> Cue | None:
    """A letterhead or the head of a CV: an address, a telephone number or an e-mail in the first lines."""
    if not pair.after.head_lines[0][:1].isupper():
        return None
    before = frozenset(pair.before.head_lines)
    for line, masked in zip(pair.after.head_lines[:6], pair.after.masked_head, strict=False):
        if line in before or not (
            "@" in line or "www." in masked or ("#" in masked and pattern(_CONTACT).search(line))
        ):
            continue
        return Cue("sender", 0.9, f"page {pair.after.page} begins with a sender, {quote(line)}")
    return None


def ending_cue(pair: Pair) -> Cue | None:
    """The page before ends like a document: signed off, or much shorter than a page."""
    page = pair.after.page
    if pair.blank_between:
        return Cue("ending", 1.0, f"a blank page stands before page {page}")
    tail = "\n".join(pair.before.tail_lines)
    if pattern(_CLOSING).search(tail):
        return Cue("ending", 1.4, f"the page before page {page} ends like a letter")
    if is_signed_off(tail):
        return Cue("ending", 0.6, f"the page before page {page} ends like a document")
    if pair.before.length < 0.4 * pair.after.length and pair.before.length < 1200:
        return Cue("ending", 0.5, f"the page before page {page} is short")
    return None


def similarity_cue(pair: Pair) -> Cue | None:
    """Few or many shared words; few words on the page say little."""
    smaller = pair.fewer_words
    if smaller < 8:
        return None
    share = pair.shared_words / smaller
    if share < 0.14:
        return Cue(
            "similarity", 1.0 if smaller >= 12 else 0.4, f"page {pair.after.page} shares few words with the page before"
        )
    if share > 0.4 and not pair.is_same_form:
        return Cue("similarity", -0.8, f"page {pair.after.page} shares many words with the page before")
    return None


def is_signed_off(text: str) -> bool:
    """Whether totals, signatures or the like stand in a text."""
    return pattern(_SIGNED_OFF).search(caseless(text)) is not None


def _says_continued(pair: Pair) -> Cue | None:
    lines = pair.after.head_lines[:3]
    if not (_may_go_on(lines) and any(pattern(CONTINUED).search(line) for line in lines)):
        return None
    return Cue("flow", -3.0, f"page {pair.after.page} says that it continues")


def _begins_inside_sentence(pair: Pair) -> Cue | None:
    first = _first_line(pair.after)
    if len(first) <= 30 or not _starts_lower(first):
        return None
    strength = -1.2 if _last_line(pair.before).endswith((".", "!", "?", ":")) else -2.8
    return Cue("flow", strength, f"page {pair.after.page} begins inside a sentence, {quote(first)}")


def _begins_with_section(pair: Pair) -> Cue | None:
    first = _first_line(pair.after)
    if pattern(LATER_SECTION).match(first) or pattern(_LATER_SECTION).match(first):
        return Cue("flow", -1.8, f"page {pair.after.page} begins with a later section, {quote(first)}")
    if pattern(ATTACHED).match(first):
        return Cue("flow", -1.2, f"page {pair.after.page} begins with an attachment, {quote(first)}")
    return None


def _begins_with_signatures(pair: Pair) -> Cue | None:
    if pair.title is not None or sum(bool(pattern(_SIGNATURE).match(line)) for line in pair.after.head_lines) < 2:
        return None
    return Cue("flow", -1.8, f"page {pair.after.page} begins with signatures")


def _says_more_follows(pair: Pair) -> Cue | None:
    lines = pair.before.tail_lines[-3:]
    line = next((line for line in lines if pattern(_FOLLOWS).search(line)), None) if _may_go_on(lines) else None
    if line is None:
        return None
    return Cue("flow", -2.5, f"the page before says that more follows, {quote(line)}")


def _ends_inside(pair: Pair) -> Cue | None:
    last = _last_line(pair.before)
    if len(last) <= 30:
        return None
    open_end = last.rsplit(None, 1)[-1] in _OPEN_ENDS or (last.endswith("-") and last[-2:-1].islower())
    if not open_end and (len(last) <= 60 or not last[-1].islower()):
        return None
    return Cue("flow", -1.0, f"the page before ends inside a sentence, {quote(last[-60:])}")


def _may_go_on(lines: Sequence[str]) -> bool:
    """False where neither `CONTINUED` nor `_FOLLOWS` can be found, which take a hundred times as long."""
    lowered = caseless("\n".join(lines))
    return any(stem in lowered for stem in flow_words.GOES_ON_STEMS)


def _starts_lower(line: str) -> bool:
    """Whether a line begins like the middle of a sentence, in any alphabet; addresses on the web are no sentence."""
    text = line.lstrip(_OPENING_MARKS)
    first = text.split(None, 1)[0] if text else ""
    if not first[:1].islower() or "@" in first or "." in first[:-1] or ":" in first:
        return False
    second = text[1:2]
    if second in {"'", "\u2019", " "}:  # l'article, à la
        return text[2:3].islower()
    return second.islower() or "\u0300" <= second <= "\u036f"


def _first_line(page: PageFeatures) -> str:
    """The first line that is not a page number or another short run of digits."""
    printed = [number.printed for number in page.numbers]
    return next(
        (line for line in page.head_lines[:4] if LETTER.search(line) and line not in printed), page.head_lines[0]
    )


def _last_line(page: PageFeatures) -> str:
    """The last line that holds no page number."""
    for line in reversed(page.tail_lines):
        if LETTER.search(line) and not any(number.stands_in(line) for number in page.numbers):
            return line
    return ""


def _shape(line: str) -> str:
    """What kinds of words a line has, in order, runs as one: 9 for those with digits, a for others."""
    shape = ""
    for word in line.split():
        kind = "a" if word.isalpha() or not any(character.isdigit() for character in word) else "9"
        if not shape.endswith(kind):
            shape += kind
    return shape
