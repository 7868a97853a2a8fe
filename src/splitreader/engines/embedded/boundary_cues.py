"""What speaks for or against a new document between two pages: numbers, titles, forms, headers.

Each cue gives log-odds and a sentence. `flow_cues` has those that look at running text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from splitreader.engines.embedded.flow_cues import (
    ATTACHED,
    CONTINUED,
    ending_cue,
    flow_cue,
    is_signed_off,
    salutation_cue,
    sender_cue,
    similarity_cue,
    table_cue,
)
from splitreader.engines.embedded.layout_cues import font_cue, heading_cue, size_cue
from splitreader.engines.embedded.page_pair import LATER_SECTION, LETTER, Cue, Pair
from splitreader.engines.embedded.text import pattern, quote
from splitreader.engines.embedded.titles import WEAKEST_TITLE

PRIOR = -0.9
"""Log-odds of a start where no cue speaks: documents of packets have two to four pages on average."""

NEIGHBOURS_ONLY = frozenset({"page number", "flow", "table", "cover", "fonts"})
"""Cues that say nothing for a continuation where pages between the two were not selected."""

_MOST_OF_A_GAP = 3.0

CueFunction: TypeAlias = Callable[[Pair], Cue | None]

_SHARED_BY_MANY = frozenset({"account number", "customer number", "patient number", "employee number", "reference"})
"""Identifiers that other documents of one packet often print as well."""


def boundary_cues(pair: Pair) -> tuple[Cue, ...]:
    """Every cue that says something about the second page, the strongest first."""
    found = [cue for look in CUES if (cue := look(pair)) is not None]
    if pair.is_apart:
        found = [cue for cue in found if cue.log_odds > 0 or cue.name not in NEIGHBOURS_ONLY]
    return tuple(sorted(found, key=lambda cue: -abs(cue.log_odds)))


def page_number_cue(pair: Pair) -> Cue | None:
    """Printed page numbers: n + 1 continues, 1 starts, anything after "n of n" starts."""
    for look in (_number_follows, _number_is_one, _number_was_last, _number_is_missing, _number_jumps):
        if (cue := look(pair)) is not None:
            return cue
    return None


def title_cue(pair: Pair) -> Cue | None:
    """A title in the first lines; a running header, which the page before has as well, is none."""
    hit = pair.title
    if hit is None or hit.strength < WEAKEST_TITLE:
        return None
    is_running_header = hit.line in pair.before.head_lines and not (pair.changed_identifier or pair.is_same_form)
    if is_running_header or any(pattern(look).search(hit.line) for look in (CONTINUED, ATTACHED, LATER_SECTION)):
        return None
    return Cue("title", 3.4 * hit.strength, f"page {pair.after.page} begins with the title {quote(hit.line)}")


def identifier_cue(pair: Pair) -> Cue | None:
    """A labelled number that changes, or stays."""
    if pair.changed_identifier:
        kind, old, new = pair.changed_identifier
        return Cue("identifier", 3.3, f"{kind} changes from {quote(old)} to {quote(new)}")
    if pair.kept_identifier:
        kind, value = pair.kept_identifier
        strength = -0.6 if kind in _SHARED_BY_MANY else -1.6
        return Cue("identifier", strength, f"page {pair.after.page} has the same {kind}, {quote(value)}")
    return None


def template_cue(pair: Pair) -> Cue | None:
    """The same form again with other values."""
    if not pair.is_same_form:
        return None
    return Cue("template", 3.2, f"page {pair.after.page} is laid out like the page before, with other values")


def header_cue(pair: Pair) -> Cue | None:
    """The same header or footer on both pages and nothing that tells them apart: one document goes on."""
    if pair.is_same_form or pair.changed_identifier:
        return None
    cue = _repeated_line_cue(pair)
    return cue if cue is not None and salutation_cue(pair) is None else None


def cover_cue(pair: Pair) -> Cue | None:
    """The page before is a cover: a title and little else, and this page has the same title or none."""
    before, after, title = pair.before, pair.after, pair.title_before
    if title is None or title.strength < 0.2 or before.identifiers:
        return None
    is_cover = before.length <= 300 and before.line_count <= 8 and sum("#" in line for line in before.masked_head) <= 2
    is_other = pair.title is not None and pair.title.strength > 0.5 and pair.title.category != title.category
    if not is_cover or is_other or after.length < 4 * before.length:
        return None
    return Cue("cover", -3.5, f"the page before page {after.page} is a cover, {quote(title.line)}")


def gap_cue(pair: Pair) -> Cue | None:
    """Pages between the two were not selected: the more, the likelier one of them or this one starts a document."""
    if not pair.is_apart:
        return None
    steps = min(pair.missing + 1, 50)  # each is a chance to start, as likely as PRIOR says
    start_somewhere = math.log(math.expm1(steps * math.log1p(math.exp(PRIOR))))
    return Cue(
        "gap",
        min(_MOST_OF_A_GAP, start_somewhere - PRIOR),
        f"pages between page {pair.before.page} and page {pair.after.page} are left out",
    )


CUES: tuple[CueFunction, ...] = (
    page_number_cue,
    title_cue,
    identifier_cue,
    template_cue,
    salutation_cue,
    sender_cue,
    ending_cue,
    similarity_cue,
    flow_cue,
    table_cue,
    header_cue,
    cover_cue,
    gap_cue,
    size_cue,
    font_cue,
    heading_cue,
)
"""Every cue; each looks at a pair on its own."""


def _number_follows(pair: Pair) -> Cue | None:
    number = pair.follower
    if number is None:
        return None
    one = next((other for other in pair.after.numbers if other.number == 1), None)
    if one is not None and one.total not in (None, number.total):
        return None
    strength = {"total": -6.0, "word": -4.0, "bare": -3.0}[number.form]
    return Cue(
        "page number", strength, f"page {pair.after.page} prints {quote(number.printed)}, the number after the last"
    )


def _number_is_one(pair: Pair) -> Cue | None:
    number = next((other for other in pair.after.numbers if other.number == 1), None)
    if number is None:
        return None
    strength = {"total": 5.0, "word": 3.5, "bare": 1.5}[number.form]
    return Cue("page number", strength, f"page {pair.after.page} prints {quote(number.printed)}")


def _number_was_last(pair: Pair) -> Cue | None:
    last = next((number for number in pair.before.numbers if number.total == number.number), None)
    if last is None or (pair.after.numbers and pair.after.numbers[0].total == last.total):
        return None
    return Cue("page number", 3.5, f"the page before is the last of its document, {quote(last.printed)}")


def _number_is_missing(pair: Pair) -> Cue | None:
    if pair.after.numbers or not pair.before.numbers:
        return None
    number = pair.before.numbers[0]
    if number.total is not None:
        return Cue("page number", -1.0, f"the page before prints {quote(number.printed)}, so more should follow")
    return Cue("page number", 0.5, f"page {pair.after.page} has no page number, unlike the page before")


def _number_jumps(pair: Pair) -> Cue | None:
    if not pair.after.numbers:
        return None
    number, page = pair.after.numbers[0], pair.after.page
    if not pair.before.numbers:
        strength = {"total": -2.5, "word": -2.0, "bare": -0.6}[number.form]
        return Cue("page number", strength, f"page {page} prints {quote(number.printed)}, not the first of a document")
    old = pair.before.numbers[0]
    if (number.form, number.number, number.total) == (old.form, old.number, old.total):
        return None
    strength = {"total": 1.5, "word": 1.0, "bare": 0.4}[number.form]
    return Cue(
        "page number", strength, f"page {page} prints {quote(number.printed)}, which does not follow the page before"
    )


def _repeated_line_cue(pair: Pair) -> Cue | None:
    before, after = pair.before, pair.after
    if line := _shared_line(before.head_lines[:3], after.head_lines[:3]):
        return Cue("header", -1.4, f"page {after.page} repeats the line {quote(line)} of the page before")
    line = _shared_line(before.tail_lines[-1:], after.tail_lines[-1:])
    if line and not is_signed_off(line):
        return Cue("header", -0.8, f"page {after.page} ends with the line {quote(line)}, like the page before")
    if before.masked_head[:1] == after.masked_head[:1] and LETTER.search(after.head_lines[0]):
        return Cue("header", -0.5, f"page {after.page} begins like the page before, {quote(after.head_lines[0])}")
    return None


def _shared_line(before: Sequence[str], after: Sequence[str]) -> str:
    """The first line, of ten or more letters, that stands in both, to the letter."""
    return next((line for line in after if line in before and len(LETTER.findall(line)) >= 10), "")
