"""Page numbers as documents print them: "Page 1 of 3", "Seite 2 von 4", "- 2 -", "3/7", a bare 4, a roman iv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from splitreader.engines.embedded.text import pattern

MOST_PAGES = 2_000
"""A larger number is not a page number."""

_LINES_LOOKED_AT = 4
_LONGEST_BARE_LINE = 24
_LONGEST_WITHOUT_DIGIT = 20
_YEARS = range(1900, MOST_PAGES + 1)

_WORD = (
    r"p\s?a\s?g\s?e|s\s?e\s?i\s?t\s?e|p\s?(?:á|a\u0301?)\s?g\s?i\s?n\s?a|p(?:á|a\u0301?)g|pg|bladzijde|blad|blatt|hoja|"
    r"sida|strona|strana|sivu|oldal|стр|страница|σελίδα|sayfa|halaman|trang"
)
"""Words for a page; extracted text may split their letters."""

_ONLY_WITH_TOTAL = (
    r"pages|seiten|p(?:á|a\u0301?)ginas|pagina['\u2019]s|pagine|hojas|bladzijden|folio|p(?=\s?\d{1,4}\s?/)"
)
"""A count or another number unless a total follows: "Pages: 3" on a fax, the folio of a Mexican invoice."""

_SHORT = r"(?-i:S|Bl|Str|Fl)(?=\.)|str(?=\.)|p(?=\.)|blz|bldz|side|sheet|feuille|feuillet|foglio|folha"
"""Abbreviations and words that mean other things as well: page numbers where a total follows or they stand alone."""

_OF_WORDS = (
    r"[o0]\s?f(?:\s(?:the\s)?total)?|out\sof|v\s?o\s?n(?:\sinsgesamt)?|v\.|van(?:\s(?:in\stotaal|de))?|"
    r"(?:de|sur|di|su)(?:\s(?:un|u?m)\stotale?\s(?:de|di))?|av|af|z|из|от|aus|dari|/"
)
_OF = rf"{_OF_WORDS}|\|"
_NO = r"(?:number|n[o°º]\.?|n\.\s?[°º]|nr\.?|num\.?|n[uú]m\.)"
_WORDED = (
    rf"(?i)(?<![\w.])(?:(?P<word>{_WORD})|(?P<counted>{_ONLY_WITH_TOTAL})|(?P<short>{_SHORT}))(?![^\W\d_])\.?"
    rf"\s{{0,3}}[:#|\u2013\u2014-]?\s{{0,3}}(?:{_NO}\s{{0,2}}[:.]?\s{{0,2}})?"
    rf"(?P<number>\d{{1,4}}(?!\d)|[lI|](?=\s{{0,3}}(?:{_OF})\s{{0,3}}[\dlI])|[lI](?=\W{{0,4}}$))"
    rf"(?:\s{{0,3}}(?:{_OF})\s{{0,3}}(?P<total>\d{{1,4}}|[lI](?![^\W_]))(?!\d|[/-]\d|[.,]\d))?(?![.,]\d|-\d)"
)
_AFTER_BAR = rf"(?i)(?<![\w.,/-])(\d{{1,3}})\s{{0,2}}\|\s{{0,2}}(?:{_WORD})(?![^\W_])(?!\.?\s?\d)"
_CJK = (
    r"第\s{0,2}(\d{1,4})\s{0,2}[页頁ページ]{1,3}(?:.{0,6}?[共全/]\s{0,2}(\d{1,4})\s{0,2}[页頁ページ]{1,3})?"
    r"|(\d{1,4})\s?쪽"
)
_DIGIT = re.compile(r"\d")

_POINTING = (
    r"(?:see|continued(?:\son)?|cont['\u2019.]?d?|on|siehe|vgl\.?|auf|fortsetzung|weiter|voir|cf\.?|suite|sur|"
    r"v[eé]ase|ver|v[eé]a|sigue(?:\sen)?|contin[uú]a(?:\sen)?|zie|op|vervolg|vedi|segue)"
)
_POINTS_ELSEWHERE = rf"(?i)\b{_POINTING}\s(?:(?:the|der|die|la|de|a|à|en\sla|à\sla|a\sla|alla|na)\s)?$"
"""What stands before the number of another page, even if its total follows."""

_IN_SENTENCE = re.compile(
    r"\b(?:of|to|at|from|this|and|in|by|the|von|zur|der|die|dieser|diese|bis|ab|und|cette|deze|esta|questa|nella|"
    r"alla|desta|van|(?-i:à|a|en|la|de|et|les|las|y|te|di|e|na|da))\s$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s(?:of|to|shall|der|des|dieser|von|de|du|des|del|van|di|do|da|della)\s[^\W\d]", re.IGNORECASE)
"""What stands after the number of another page: page 3 of the agreement."""

_LEFT_ALONE = re.compile(r"(?:^|[|•·\u2013\u2014\t([-]|\s\s)\s?$")
_RIGHT_ALONE = re.compile(r"\s{0,3}(?:$|[|•·\u2013\u2014\t)\]-]|\s\s)")

_BARE_TOTAL = (
    rf"(?i)^\W{{0,4}}(\d{{1,4}})\s{{0,2}}(?:{_OF_WORDS})\s{{0,2}}(\d{{1,4}})"
    rf"(?:\s(?:{_ONLY_WITH_TOTAL}|{_WORD}))?\W{{0,4}}$"
)
_BEFORE = r"^(?:[-\u2013—•|.\[(~]\s{0,3}){0,3}"
_AFTER = r"(?:\s{0,3}[-\u2013—•|.\])~]){0,3}$"
_BARE = re.compile(rf"{_BEFORE}(\d{{1,3}}){_AFTER}")
_ORDINAL = rf"(?i){_BEFORE}(\d{{1,3}})\s?(?:\.|e|[eè]me|ère|re|ª|de|ste)?\s{{1,2}}(?:{_WORD}){_AFTER}"
_OF_ANNEX = re.compile(rf"{_BEFORE}[A-H]\s?[-\u2013]\s?(\d{{1,3}}){_AFTER}")
_ROMAN = re.compile(rf"{_BEFORE}([ivx]{{1,6}})(?:\s{{0,3}}[-\u2013—•|\])~]){{0,3}}$")
_ROMAN_WORDED = rf"(?i)^\W{{0,3}}(?:{_WORD})\s?[.:]?\s([ivx]{{1,6}})\W{{0,3}}$"
_ROMAN_FORM = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_VALUE = {"i": 1, "v": 5, "x": 10}


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

    Numbers of other pages ("continued on page 3", "siehe Seite 4"), dates such as 1/3/2024 and fractions such as 3/4 in
    a sentence are no page numbers.
    """
    found: list[PrintedNumber] = []
    for line in (*tail_lines[-_LINES_LOOKED_AT:], *head_lines[:_LINES_LOOKED_AT]):
        if _DIGIT.search(line):
            _add_worded(found, line)
            if not line.isascii():
                for match in pattern(_CJK).finditer(line):
                    _add(found, match[1] or match[3], match[2], "total" if match[2] else "word", match[0])
            if len(line) <= _LONGEST_BARE_LINE and (alone := pattern(_BARE_TOTAL).match(line)):
                _add(found, alone[1], alone[2], "total", alone[0])
        elif len(line) <= _LONGEST_WITHOUT_DIGIT:
            _add_worded(found, line)  # "Page I of I": scanned text takes 1 for a letter
            if roman := pattern(_ROMAN_WORDED).match(line):
                _add(found, str(_roman(roman[1].lower())), None, "word", roman[0])
    for line in (*tail_lines[-2:], *head_lines[:2]):
        if len(line) <= _LONGEST_BARE_LINE:
            _add_bare(found, line)
    order = {"total": 0, "word": 1, "bare": 2}
    return tuple(sorted(found, key=lambda number: order[number.form]))


def _add_worded(found: list[PrintedNumber], line: str) -> None:
    for match in pattern(_WORDED).finditer(line):
        number, total = (_digits(match["number"]), match["total"] and _digits(match["total"]))
        if total and "|" in match[0] and not int(number) <= int(total) <= MOST_PAGES:
            total = None  # the bar parts the number from something else
        if total:
            if not pattern(_POINTS_ELSEWHERE).search(line, 0, match.start()):
                _add(found, number, total, "total", match[0])
        elif not match["counted"] and int(number) not in _YEARS and _is_own(line, match):
            _add(found, number, None, "word", match[0])
    if "|" in line and (after := pattern(_AFTER_BAR).search(line)):
        _add(found, after[1], None, "word", after[0])


def _is_own(line: str, match: re.Match[str]) -> bool:
    """Whether a number after a word for a page is this page's own: it points to no other and stands in no sentence."""
    start, end = match.span()
    if match["short"] and not (_LEFT_ALONE.search(line, 0, start) and _RIGHT_ALONE.match(line, end)):
        return False
    if pattern(_POINTS_ELSEWHERE).search(line, 0, start) or _IN_SENTENCE.search(line, 0, start):
        return False
    return not (line[end : end + 4].lstrip().startswith("/") or _GOES_ON.match(line, end))


def _add_bare(found: list[PrintedNumber], line: str) -> None:
    if alone := _BARE.match(line):
        _add(found, alone[1], None, "bare", alone[0])
    elif alone := pattern(_ORDINAL).match(line):
        _add(found, alone[1], None, "word", alone[0])
    elif (alone := _OF_ANNEX.match(line)) and int(alone[1]) > 1:  # A-1 begins an annex, not a document
        _add(found, alone[1], None, "bare", alone[0])
    elif (alone := _ROMAN.match(line)) and line.strip("x"):  # x and xxx are a mark and a gap to fill in
        _add(found, str(_roman(alone[1])), None, "bare", alone[0])


def _digits(number: str) -> str:
    return number if number.isdecimal() else "1"  # l, I or |, and in any case the Turkish ones


def _roman(letters: str) -> int:
    """The value of a roman number below 40; 0 for letters that are none."""
    if not _ROMAN_FORM.fullmatch(letters):
        return 0
    values = [_ROMAN_VALUE[letter] for letter in letters]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _add(found: list[PrintedNumber], number: str, total: str | None, form: str, printed: str) -> None:
    value = int(number)
    whole = int(total) if total else None
    if not 1 <= value <= MOST_PAGES or (whole is not None and not value <= whole <= MOST_PAGES):
        return
    candidate = PrintedNumber(value, whole, form, printed.strip())
    if all((other.number, other.total, other.form) != (value, whole, form) for other in found):
        found.append(candidate)
