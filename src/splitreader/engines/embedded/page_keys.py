"""The value of a partition key that a page prints: "Invoice number: A-1" has "A-1"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from splitreader._config import Category
from splitreader.engines.embedded.key_labels import Label, Line, find_labels, read_line
from splitreader.engines.embedded.key_values import LONGEST_VALUE, ends_cell, find_values, match_value, same_value
from splitreader.engines.embedded.key_words import FILLERS, KeyWords, read_key
from splitreader.engines.embedded.text import ends_of_page

_NOTHING: Mapping[int, str] = MappingProxyType({})
_MOST_LINES = 200
_LONGEST_LINE = 300
_LONGEST_HEADER = 110
_HEAD_LINES = 20
_LIST_LINES = 3

_AFTER_LABEL = re.compile(
    r"[\s.,\u00b0\u00ba)*-]*(?:\([^()]{1,40}\))?(?:(?<=\s)(?:is|ist|ending in|ends in|ending)\b)?"
    r"[\s.:#=\u00b0\u00ba\u2013-]*"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A value, how doubtful it is (0 is best), and its line."""

    value: str
    doubt: int
    line: int


class KeyFinder:
    """Finds on a page the values of the categories' partition keys.

    Args:
        categories: those without a key cost nothing.
    """

    def __init__(self, categories: Sequence[Category]) -> None:
        self._keys = {
            index: read_key(category.partition_key)
            for index, category in enumerate(categories)
            if category.partition_key is not None
        }
        self._subjects = frozenset(
            phrase[0] for words in self._keys.values() for phrase in words.phrases if len(phrase) == 1
        )

    def find(self, text: str) -> Mapping[int, str]:
        """The value of each category's key as the page prints it, at most 80 characters; only the page's ends count.

        A page that prints several values has none, except where the first one alone stands labelled at its head.
        """
        if not self._keys:
            return _NOTHING
        head, tail = ends_of_page(text)
        shown = unicodedata.normalize("NFC", head if head.endswith(tail) else f"{head}\n{tail}")
        raw = [line[:_LONGEST_LINE] for line in shown.splitlines() if line and not line.isspace()]
        lines = [read_line(line, self._subjects) for line in raw[:_MOST_LINES]]
        found = {index: value for index, key in self._keys.items() if (value := _value_of(key, lines))}
        return found or _NOTHING


def _value_of(key: KeyWords, lines: Sequence[Line]) -> str:
    found = [
        candidate
        for number, line in enumerate(lines)
        for label in find_labels(key, line)
        if (candidate := _beside(key, line, label, number) or _below(key, lines, label, number))
    ]
    if not found:
        return ""
    least = min(candidate.doubt for candidate in found)
    first, *others = [candidate for candidate in found if candidate.doubt == least]
    if rivals := [other.line for other in others if not same_value(other.value, first.value)]:
        is_clear = least <= 1 and first.line < _HEAD_LINES
        if not is_clear or rivals[0] < max(_HEAD_LINES, first.line + _LIST_LINES + 1):
            return ""
    return first.value[:LONGEST_VALUE].strip()


def _beside(key: KeyWords, line: Line, label: Label, number: int) -> _Found | None:
    """The value behind the label."""
    between = _AFTER_LABEL.match(line.text, label.end)
    if between is None or (between.end() == label.end and line.text[label.end - 1] not in "#\u2116"):
        return None
    gap, rest = between[0], line.text[between.end() :]
    is_marked = ":" in gap or "=" in gap
    value = match_value(key.kind, rest)
    if not value or not (is_marked or _stands_unmarked(key, label, gap, value)):
        return None
    ends = ends_cell(rest[len(value) :])
    if label.is_full:
        is_prose = not is_marked and not ends and (not label.begins or line.text[label.start].islower())
        return None if is_prose else _Found(value, 0 if label.begins else 1, number)
    if ends and (is_marked or (label.begins and _digits(value) >= 3)):
        return _Found(value, 2 if label.begins and is_marked else 3, number)
    return None


def _stands_unmarked(key: KeyWords, label: Label, gap: str, value: str) -> bool:
    """Whether what follows a label without a colon can be its value: any number, but not any words."""
    if key.kind in ("number", "date"):
        return True
    if not _looks_like_value(key, value):
        return False
    if key.kind == "name" and _digits(value):  # the next box of a form
        return False
    return "  " in gap or "\t" in gap or (key.kind == "name" and label.is_full and label.begins)


def _below(key: KeyWords, lines: Sequence[Line], label: Label, number: int) -> _Found | None:
    """The value under the label: in a box of a form, or in a table with one row. More rows are a list."""
    if number + 1 == len(lines) or not (label.is_full or key.kind in ("name", "text")):
        return None
    line = lines[number]
    between = _AFTER_LABEL.match(line.text, label.end)
    rest = line.text[between.end() :] if between else ""
    if label.begins and _is_cell_end(line, label, rest):
        value, next_value = (_in_column(key, line, label, row) for row in _rows(lines, number))
        doubt = 1
    elif key.kind in ("number", "date") and len(line.cells()) == 1 and _is_header(line.text):
        value, next_value = (_in_row(key, label, row, is_last=not rest.strip()) for row in _rows(lines, number))
        doubt = 2
    else:
        return None
    after = _rows(lines, number)[1]
    is_list = next_value and (key.kind in ("number", "date") or len(after.cells()) > 1)
    if not value or is_list or not _looks_like_value(key, value):
        return None
    name = line.text[label.start : label.end]
    is_title = name.islower() or (name.isupper() and value.isupper())  # "EMPLOYEE / CONFIDENTIALITY AGREEMENT"
    if not label.is_full and is_title and ":" not in line.text[label.end :]:
        return None
    return _Found(value, doubt if label.is_full else 2, number)


def _rows(lines: Sequence[Line], number: int) -> tuple[Line, Line]:
    """The two lines below; an empty one where there is none."""
    return lines[number + 1], lines[number + 2] if number + 2 < len(lines) else Line("")


def _is_cell_end(line: Line, label: Label, rest: str) -> bool:
    end = next((end for start, end in line.cells() if start <= label.start < end), len(line.text))
    return not rest.strip() or len(line.text) - len(rest) > end


def _in_column(key: KeyWords, line: Line, label: Label, row: Line) -> str:
    """The value in the row's cell under the label: the one with the same number, or else in the same columns."""
    heads, cells = line.cells(), row.cells()
    first = last = next(number for number, (start, end) in enumerate(heads) if start <= label.start < end)
    while key.kind == "name" and last + 1 < len(heads) and _goes_on(key, line, heads[last + 1]):
        last += 1  # "first name" and "last name" are two columns of one value
    if len(cells) == len(heads):
        under = cells[first : last + 1]
    else:
        under = [cell for cell in cells if cell[0] < heads[last][1] and cell[1] > heads[first][0]]
        if len(under) > last - first + 1:
            return ""
    text = " ".join(row.text[start:end] for start, end in under)
    value = match_value(key.kind, text, in_table=True)
    return value if len(value) + 2 >= len(text.strip()) else ""


def _goes_on(key: KeyWords, line: Line, cell: tuple[int, int]) -> bool:
    words = {token.word for token in line.tokens if cell[0] <= token.start < cell[1]}
    return words <= FILLERS | key.generic


def _in_row(key: KeyWords, label: Label, row: Line, *, is_last: bool) -> str:
    """The value in a row whose cells only single spaces divide: its first, its last, or the only one."""
    text = row.text.strip()
    words = text.split()
    if len(words) < 2 or 2 * sum(_digits(word) > 0 for word in words) < len(words):
        return ""
    values = find_values(key.kind, text)
    if is_last:
        return values[-1] if values and text.endswith(values[-1]) else ""
    if label.begins:
        return values[0] if values and text.startswith(values[0]) else ""
    long = [value for value in values if _digits(value) >= 3]
    return long[0] if len(long) == 1 else ""


def _is_header(text: str) -> bool:
    return len(text) <= _LONGEST_HEADER and not _digits(text) and not text.lstrip()[0].islower()


def _looks_like_value(key: KeyWords, value: str) -> bool:
    """Words are one if they are no prose, and not the rest of the label."""
    if key.kind in ("number", "date"):
        return True
    return not value[0].islower() and not FILLERS | key.generic >= set(value.casefold().split())


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
