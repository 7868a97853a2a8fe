"""Page numbers as documents print them: "Page 1 of 3", "Seite 2 von 4", "- 2 -", "3/7", a bare 4."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_PAGES = 2_000
"""A larger number is not a page number."""

_LINES_LOOKED_AT = 4
_LONGEST_BARE_LINE = 24

_WORDS = (
    r"pages?|pg|p\.|seite|pagina|pag|página|pág|sida|side|strona|str\.|strana|sivu|oldal|blatt|sheet|folio|стр|страница|"
    r"σελίδα|sayfa|halaman|trang"
)
_OF = r"of|von|de|di|sur|van|av|af|z|out of|из|от|aus|dari"
_WORDED = re.compile(
    rf"\b(?:{_WORDS})(?![^\W\d_])\.?\s{{0,3}}[:#]?\s{{0,3}}(?:n[o°º]\.?\s?)?(\d{{1,4}})(?!\d|[.,]\d|-\d)"
    rf"(?:\s{{0,3}}(?:\b(?:{_OF})\b|/)\s{{0,3}}(\d{{1,4}})(?!\d|/\d|[.,]\d))?(\s{{0,3}}/)?",
    re.IGNORECASE,
)
_CJK = re.compile(
    r"第\s{0,2}(\d{1,4})\s{0,2}[页頁ページ]{1,3}(?:.{0,6}?[共全/]\s{0,2}(\d{1,4})\s{0,2}[页頁ページ]{1,3})?|(\d{1,4})\s?쪽"
)
_DIGIT = re.compile(r"\d")
_IN_SENTENCE = re.compile(r"\b(?:see|on|of|to|at|from|this|and|in|by|the)\s$", re.IGNORECASE)
_BARE_TOTAL = re.compile(
    r"^\W{0,4}(\d{1,4})\s{0,2}(?:/|\bof\b|\bvon\b|\bde\b|\bsur\b)\s{0,2}(\d{1,4})\W{0,4}$", re.IGNORECASE
)
_BARE = re.compile(r"^(?:[-\u2013—•|.\[(~]\s{0,3}){0,3}(\d{1,3})(?:\s{0,3}[-\u2013—•|.\])~]){0,3}$")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A page number as it stands on a page.

    Args:
        number: which page of its document this is.
        total: how many pages the document says it has; None where it doesn't.
        form: ``"total"`` (Page 1 of 3), ``"word"`` (Page 1) or ``"bare"`` (- 1 -).
        printed: the words on the page, for evidence.
    """

    number: int
    total: int | None
    form: str
    printed: str

    def stands_in(self, line: str) -> bool:
        """Whether a line is this page number or, for those with words, holds it."""
        return line == self.printed if self.form == "bare" else self.printed in line


def find_page_numbers(head_lines: Sequence[str], tail_lines: Sequence[str]) -> tuple[PrintedNumber, ...]:
    """The page numbers in the first and last lines of a page, the surest form first; usually none or one.

    Numbers inside running text, dates such as 1/3/2024 and fractions such as 3/4 in a sentence are no page numbers.
    """
    found: list[PrintedNumber] = []
    edges = [line for line in (*tail_lines[-_LINES_LOOKED_AT:], *head_lines[:_LINES_LOOKED_AT]) if _DIGIT.search(line)]
    for line in edges:
        for match in _WORDED.finditer(line):
            if match[2]:
                _add(found, match[1], match[2], "total", match[0])
            elif not (match[3] or _IN_SENTENCE.search(line, 0, match.start())):
                _add(found, match[1], None, "word", match[0])
        if not line.isascii():
            for match in _CJK.finditer(line):
                _add(found, match[1] or match[3], match[2], "total" if match[2] else "word", match[0])
        if len(line) <= _LONGEST_BARE_LINE and (alone := _BARE_TOTAL.match(line)):
            _add(found, alone[1], alone[2], "total", alone[0])
    for line in (*tail_lines[-2:], *head_lines[:2]):
        if len(line) <= _LONGEST_BARE_LINE and (alone := _BARE.match(line)):
            _add(found, alone[1], None, "bare", alone[0])
    order = {"total": 0, "word": 1, "bare": 2}
    return tuple(sorted(found, key=lambda number: order[number.form]))


def _add(found: list[PrintedNumber], number: str, total: str | None, form: str, printed: str) -> None:
    value = int(number)
    whole = int(total) if total else None
    if not 1 <= value <= MOST_PAGES or (whole is not None and not value <= whole <= MOST_PAGES):
        return
    candidate = PrintedNumber(value, whole, form, printed.strip())
    if all((other.number, other.total, other.form) != (value, whole, form) for other in found):
        found.append(candidate)
