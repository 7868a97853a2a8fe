"""Values of partition keys: what they look like, and when two of them are the same."""

from __future__ import annotations

import re

from splitreader.engines.embedded.key_words import Kind, word_set
from splitreader.engines.embedded.text import fold

LONGEST_VALUE = 80
"""Characters of a value that are kept."""

_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])")
_NUMBER = re.compile(
    r"(?:[A-Z]{1,5} (?=\d))?(?:[*\u2022]+ ?)?(?=[^\W_]|[*\u2022])(?:[\w*\u2022/.\u2013-]|:(?=\d)){1,40}"
)
_DIGIT_GROUPS = re.compile(r"(?: \d{3,4}(?=\s|$)){1,5}")
_DATE_LIKE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})")
_NO_NUMBER = re.compile(r"\d+\.\d\d|.*(?:@|www\.|__).*")
"""Amounts, and addresses on the web."""
_NOT_BEFORE = re.compile(r"[,.]?\d|%|/\d| (?:of|von|de|sur) \d")

_MONTH = r"[^\W\d_]{3,10}\.?"
_DATE = (
    rf"(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}|{_MONTH} \d{{1,2}},? \d{{4}}"
    rf"|\d{{1,2}}\.? (?:de )?{_MONTH},?(?: de)? \d{{4}}|{_MONTH},? \d{{4}}|\d{{1,2}}/\d{{4}})"
)
_DATES = re.compile(rf"(?:from |von |du )?({_DATE}(?: ?(?:-|\u2013|to|through|bis|au|al) ?{_DATE})?)")

_GAP = re.compile(r"\s{2,}|\t|\||\s*_{3,}|\s[-\u2013]\s")
_NEXT_LABEL = re.compile(r"(?:\S+ )?\S+\s?:")
_WORD = re.compile(r"[^\W_]+")
_MASK = re.compile(r"^(?:[*\u2022.-]|x{2,})+(?=\w{3})", re.IGNORECASE)
_LOOKALIKES = str.maketrans("oil", "011")
_TITLES = word_set("mr mrs ms dr")
_MOST_WORDS = 10

LABEL_STARTERS = word_set(
    "date dob id number no nr num mrn age sex gender phone tel telephone fax email address account acct"
    " invoice policy claim case order ssn page period due total amount balance terms ship zip street city"
    " state employer employee employees patient customer signature title department position occupation"
    " provider physician telefon datum fecha payer payers recipient recipients rate pay hours gross net"
    " reference ref po vendor supplier tax wages"
)
"""Words with which the next label begins, where a value ends without a colon before or a wide gap after it."""


def match_value(kind: Kind, text: str, *, in_table: bool = False) -> str:
    """The value with which a text begins; empty where it begins with none. In a table a date is no number."""
    if kind == "number":
        value = _number(text, in_groups=True)
        return "" if in_table and _DATE_LIKE.fullmatch(value) else value
    if kind == "date":
        found = _DATES.match(text)
        return found[1] if found else ""
    return _words(text)


def find_values(kind: Kind, text: str) -> list[str]:
    """All numbers or dates in a row of a table whose cells only single spaces divide, in order."""
    found = []
    while text:
        value = _number(text, in_groups=False) if kind == "number" else match_value(kind, text)
        if value and not (kind == "number" and _DATE_LIKE.fullmatch(value)):
            found.append(value)
        text = text[len(value) :].partition(" ")[2]
    return found


def _number(text: str, *, in_groups: bool) -> str:
    """A number, also one that is printed in groups of digits."""
    if iban := _IBAN.match(text):
        return iban[0]
    found = _NUMBER.match(text)
    if found is None:
        return ""
    value = found[0].rstrip("-./\u2013_")
    end = len(value)
    is_plain = value.replace("*", "").replace("\u2022", "").lstrip("Xx ").isdigit()
    if in_groups and is_plain and (more := _DIGIT_GROUPS.match(text, end)):
        value, end = text[: more.end()], more.end()
    if not any(character.isdigit() for character in value) or _NO_NUMBER.fullmatch(value):
        return ""
    return "" if _NOT_BEFORE.match(text, end) else value


def _words(text: str) -> str:
    """Words up to a wide gap, the end of the line or the next label."""
    if gap := _GAP.search(text):
        text = text[: gap.start()]
    for word in _WORD.finditer(text):
        before = text[: word.start()].rstrip()
        if word[0].casefold() in LABEL_STARTERS and not before.endswith((",", "'", "\u2019")):
            text = before
            break
    if ":" in text:
        text = text[: text.index(":")].rpartition(" ")[0]
    value = text.strip().strip(",;-\u2013*_").strip()
    if len(_WORD.findall(value)) > _MOST_WORDS or sum(character.isalpha() for character in value) < 2:
        return ""
    return value


def ends_cell(text: str) -> bool:
    """Whether what follows a value belongs to something else: nothing, a wide gap, the next label."""
    if not text.strip() or _GAP.match(text):
        return True
    following = _WORD.match(text.lstrip(" ,;"))
    return bool(_NEXT_LABEL.match(text.lstrip())) or (following is not None and following[0].lower() in LABEL_STARTERS)


def normalized(value: str) -> str:
    """A value for comparison: without case, accents, spaces and outer punctuation.

    Of one with a digit, letters that look like digits are these digits, as OCR takes one for the other; one without is
    its words in the order of the alphabet, so that "Doe, Jane" and "Jane Doe" are one.
    """
    folded = fold(value)
    if any(character.isdigit() for character in folded):
        return "".join(folded.split()).replace("\u2013", "-").strip(".,;:#-/()[]'\"").translate(_LOOKALIKES)
    return " ".join(sorted(word for word in _WORD.findall(folded) if word not in _TITLES))


def same_value(one: str, other: str) -> bool:
    """Whether two printed values are the same: also where one is shortened.

    "****6789" is the end of "123456789", "1001" that of "INV-1001", "123456" is "12-3456", and "Jane Doe" is "Jane Q.
    Doe".
    """
    first, second = normalized(one), normalized(other)
    if first == second:
        return True
    if " " in first + second or not any(character.isdigit() for character in first + second):
        return _same_name(first.split(), second.split())
    return _is_end(first, second) or _is_end(second, first) or _without_marks(first, second)


def _same_name(first: list[str], second: list[str]) -> bool:
    """The same words; an initial may be missing."""
    initials, others = ({word for word in words if len(word) == 1} for words in (first, second))
    full = [word for word in first if len(word) > 1]
    return bool(full) and full == [word for word in second if len(word) > 1] and not (initials and others)


def _is_end(short: str, long: str) -> bool:
    masked = _MASK.match(short)
    tail = short[masked.end() :] if masked else short
    if not long.endswith(tail) or not tail.isdigit() or len(tail) < 3:
        return False
    return masked is not None or not long[: -len(tail)][-1:].isdigit()


def _without_marks(first: str, second: str) -> bool:
    """The same, one of them written without any dashes or dots."""
    plain = ["".join(_WORD.findall(value)) for value in (first, second)]
    return plain[0] == plain[1] and (first in plain or second in plain)
