"""Labels on a page: the lines with their words, and where a partition key is named in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from splitreader.engines.embedded.key_words import FILLERS, LINKS, KeyWords, split_compound, word_set
from splitreader.engines.embedded.text import fold, stem

_TOKEN = re.compile(r"([^\W_]+)(?:['\u2019]s\b)?|([#\u2116])")
_INSIDE_LABEL = re.compile(r"(?!.*  )[ .,\-/'\u2019\u00b0\u00ba(]{0,3}")
_CELL = re.compile(r"[^\s|](?:[^\s|]|[^\S\t](?=[^\s|]))*")
_LEAD = re.compile(r"(?:\W*(?:\w|\d\d?\w?|\w/\w)[.)]?\s+)?(?:(?:your|our|the|[^\W\d_]+['\u2019]s)\s+)?", re.IGNORECASE)
"""The letter or number of a box on a form, and whose value it is."""

_OTHERS = word_set(
    "previous prior original old related former last next other parent bank alte vorherige precedente"
    " anterior vorige replaces corrected"
)
"""Before a label they say that the value is that of something else."""


MOST_FILLERS = 12
"""Words such as "number", "no." and "of" that may follow each other in one label; a hostile line has thousands."""


@dataclass(frozen=True, slots=True)
class Token:
    """A folded, stemmed word of a line and its columns."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is printed.

    Args:
        text: the line.
        tokens: its words.
        near: for each word whether nothing but a space or a dot divides it from the one before.
    """

    text: str
    tokens: tuple[Token, ...] = ()
    near: tuple[bool, ...] = ()

    def cells(self) -> list[tuple[int, int]]:
        """The columns of its cells: parts that two spaces, tabs or bars divide."""
        return [match.span() for match in _CELL.finditer(self.text)]


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a line.

    Args:
        start: its first column.
        end: the column after it.
        is_full: whether it says what it labels: "invoice number", not "invoice" alone.
        begins: whether a line or a cell begins with it.
    """

    start: int
    end: int
    is_full: bool
    begins: bool


def read_line(text: str, subjects: Collection[str]) -> Line:
    """A line of a page; ``subjects`` are the words that compounds with "number" or "date" may begin with."""
    folded = text.lower() if text.isascii() else "".join(map(_folded, text))
    read = []
    for match in _TOKEN.finditer(folded):
        *before, last = split_compound(match[1] or match[2], subjects)
        start = match.start()
        for part in before:
            read.append(Token(stem(part), start, start + len(part)))
            start += len(part)
        read.append(Token(stem(last), start, match.end()))
    gaps = (text[before.end : token.start] for before, token in pairwise(read))
    return Line(text, tuple(read), (False, *(_INSIDE_LABEL.fullmatch(gap) is not None for gap in gaps)))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """One character for one, so that columns stay."""
    if character in "\u00ba\u00aa":  # as in "n.º"; a letter to Unicode
        return "\u00b0"
    folded = fold(character)
    return folded if len(folded) == 1 else character.lower()[0]


def find_labels(key: KeyWords, line: Line) -> Iterator[Label]:
    """Where the line names the key; not where it names that of something else ("previous invoice number")."""
    position = 0
    while position < len(line.tokens):
        end, is_full = position, False
        if line.tokens[position].word in key.first_words:
            inner = _after_generic(key, line, position)
            ends = [_match(key, phrase, line, position, inner) for phrase in key.phrases]
            end, is_full = max(ends, key=lambda found: (found[1], found[0]))
        if end == position:
            position += 1
            continue
        first = line.tokens[position]
        before = line.tokens[position - 1].word if position else ""
        if before not in _OTHERS and (is_full or before not in LINKS):  # "a number of invoices" labels none
            yield Label(first.start, line.tokens[end - 1].end, is_full, _begins_cell(line.text[: first.start]))
        position = end


def _after_generic(key: KeyWords, line: Line, start: int) -> int:
    """The token after "number", "no. of the" and the like; 0 where none begins here, or it counts something."""
    if line.tokens[start].word not in key.generic:
        return 0
    linked = _pass(line, start + 1, key.generic)
    inner = _pass(line, linked, LINKS)
    is_count = key.kind == "number" and inner > linked and line.tokens[linked].word == "of"
    return 0 if is_count or (inner == linked and line.near[start]) else inner


def _match(key: KeyWords, phrase: tuple[str, ...], line: Line, start: int, inner: int) -> tuple[int, bool]:
    """The token after a label that begins here, and whether the label is full; the same token where there is none.

    ``inner`` is what `_after_generic` says of the same place.
    """
    fillers = FILLERS | key.generic if key.kind == "name" else key.generic
    if inner and (end := _pass_phrase(line, inner, phrase)):
        return _pass(line, end, fillers), True
    end = _pass_phrase(line, start, phrase) if phrase else 0
    if not end:
        return start, False
    after = _pass(line, end, fillers)
    if not key.generic or any(token.word in key.generic for token in line.tokens[end:after]):
        return after, True
    return end, False


def _pass(line: Line, position: int, words: Collection[str]) -> int:
    last = min(len(line.tokens), position + MOST_FILLERS)
    while position < last and line.near[position] and line.tokens[position].word in words:
        position += 1
    return position


def _pass_phrase(line: Line, start: int, phrase: tuple[str, ...]) -> int:
    """The token after the phrase; 0 where it is not here."""
    end = start + len(phrase)
    if end > len(line.tokens) or any(line.tokens[start + place].word != word for place, word in enumerate(phrase)):
        return 0
    return end if all(line.near[start + 1 : end]) else 0


def _begins_cell(before: str) -> bool:
    if before.endswith(("  ", "\t", "|", "| ", ":", ": ", " - ", " \u2013 ")):
        return True
    return _LEAD.fullmatch(before.lstrip()) is not None
