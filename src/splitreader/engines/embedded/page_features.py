"""What is kept of one page while its neighbour is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from splitreader._pages import PageLayout
from splitreader.engines.embedded.identifiers import find_identifiers, find_long_numbers
from splitreader.engines.embedded.page_numbers import PrintedNumber, find_page_numbers
from splitreader.engines.embedded.text import STOP_WORDS, caseless, ends_of_page, letter_runs, mask, tokens

LONGEST_LINE = 160
"""Lines are compared and quoted up to this many characters."""

_MOST_LINES = 120
_HEAD_LINES = 12
_TAIL_LINES = 6
_LEFT_BLANK = re.compile(
    r"^\W*(?:this |the )?(?:page |sheet )?(?:is )?(?:intentionally )(?:left )?blank\b", re.IGNORECASE
)
_WORDS_FIRST, _WORDS_LAST = 2_200, 600
_WORD_CHARACTERS = _WORDS_FIRST + _WORDS_LAST
_LABEL_LINES = 25
_LABELLED_LINE = 72
_IDENTIFIER_LINES = 20
_NUMBER_LINES = 40
_LABEL = re.compile(r"^([A-Za-z]{2,10})\s?:")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_FIRST_NUMBER = re.compile(r"^(\d{1,4})\b[\s.|\u2013\u2014-]{0,6}(.*)$")
_LAST_NUMBER = re.compile(r"^(.{0,110}?)[\s.|\u2013\u2014-]{0,6}(?<![\d.,/])(\d{1,4})$")
_ACCENTED = re.compile("[à-öø-ÿß]")
_EDGE_LETTERS = 8
_LONGEST_RUNNING_LINE = 110


@dataclass(frozen=True)
class PageFeatures:
    """One page with text, as the cues see it.

    Args:
        page: its number in the packet.
        words: its stemmed words in order, of the beginning and the end of the page.
        labels: words with a colon at the beginning of one of the first lines, such as ``from:``.
        subject_words: the distinct ones that say something.
        head_lines: its first lines that hold anything.
        tail_lines: its last ones.
        masked_head: the first lines with digits replaced.
        labelled_lines: its distinct lines that hold letters and are no prose, digits replaced.
        line_count: lines that hold anything, at most 120.
        length: characters of the page's text.
        numbers: printed page numbers.
        identifiers: labelled identifiers by kind.
        long_numbers: tokens that look like identifiers.
        size: width and height in points, where they are known.
        layout: how the text is set, where that is known.
    """

    page: int
    words: tuple[str, ...]
    labels: frozenset[str]
    subject_words: frozenset[str]
    head_lines: tuple[str, ...]
    tail_lines: tuple[str, ...]
    masked_head: tuple[str, ...]
    labelled_lines: frozenset[str]
    line_count: int
    length: int
    numbers: tuple[PrintedNumber, ...]
    identifiers: Mapping[str, frozenset[str]]
    long_numbers: frozenset[str]
    size: tuple[float, float] | None = None
    layout: PageLayout | None = None

    @cached_property
    def head_letters(self) -> tuple[str, ...]:
        """Of each first line its letters in one case, so that only its words count."""
        return tuple(map(_letters, self.head_lines))

    @cached_property
    def caseless_head(self) -> tuple[str, ...]:
        """The first lines as `caseless` gives them."""
        return tuple(map(caseless, self.head_lines))

    @cached_property
    def has_accents(self) -> bool:
        """Whether the first lines have Latin letters with accents."""
        return any(not line.isascii() and _ACCENTED.search(line.casefold()) for line in self.head_lines)

    @cached_property
    def edge_lines(self) -> frozenset[str]:
        """The letters of the outer lines, of those that have enough to be compared."""
        outer = (*self.head_letters[:4], *map(_letters, self.tail_lines[-3:]))
        return frozenset(letters for letters in outer if len(letters) >= _EDGE_LETTERS)

    @cached_property
    def edge_numbers(self) -> tuple[tuple[int, str], ...]:
        """The numbers that begin or end one of the outer lines, with the letters of the rest of the line."""
        return tuple(
            found
            for line in (*self.head_lines[:2], *self.tail_lines[-2:])
            if len(line) <= _LONGEST_RUNNING_LINE
            for found in _numbers_at_ends(line)
        )


def is_blank(text: str) -> bool:
    """Whether a page holds no text, or only says that it was left blank."""
    if not text or text.isspace():
        return True
    return len(text) < 120 and bool(_LEFT_BLANK.match(text))


def read_page(
    page: int, text: str, *, size: tuple[float, float] | None = None, layout: PageLayout | None = None
) -> PageFeatures:
    """The features of a page that is not blank; only its ends are looked at where it is long."""
    text = "\n".join(map(str.rstrip, text.replace("\u00a0", " ").split("\n"))).strip()
    head, tail = ends_of_page(text)
    lines = _lines(head)[:_MOST_LINES]
    tail_lines = _lines(tail)[-_TAIL_LINES:]
    words = tokens(head if len(head) <= _WORD_CHARACTERS else f"{head[:_WORDS_FIRST]}\n{tail[-_WORDS_LAST:]}")
    head_lines = tuple(lines[:_HEAD_LINES])
    masked = mask("\n".join(lines)).split("\n")
    numbered = [line for line, hidden in zip(lines, masked, strict=True) if "#" in hidden]
    return PageFeatures(
        page=page,
        words=tuple(words),
        labels=frozenset(
            match[1].lower() + ":" for line in lines[:_LABEL_LINES] if ":" in line and (match := _LABEL.match(line))
        ),
        subject_words=frozenset(word for word in set(words) - STOP_WORDS if len(word) > 2 and not word.isdigit()),
        head_lines=head_lines,
        tail_lines=tuple(tail_lines),
        masked_head=tuple(masked[:_HEAD_LINES]),
        labelled_lines=frozenset(
            line for line in set(masked) if len(line) <= _LABELLED_LINE and line[-1] != "." and _LETTERS.search(line)
        ),
        line_count=len(lines),
        length=len(text),
        numbers=find_page_numbers(head_lines, tail_lines),
        identifiers=find_identifiers("\n".join((*numbered[:_IDENTIFIER_LINES], *tail_lines))),
        long_numbers=find_long_numbers("\n".join(numbered[:_NUMBER_LINES])),
        size=size,
        layout=layout,
    )


def _numbers_at_ends(line: str) -> Iterator[tuple[int, str]]:
    if line[0].isdecimal() and (begins := _FIRST_NUMBER.match(line)):
        yield int(begins[1]), _letters(begins[2])
    if line[-1].isdecimal() and (ends := _LAST_NUMBER.match(line)):
        yield int(ends[2]), _letters(ends[1])


def _letters(line: str) -> str:
    return "".join(letter_runs(line.casefold()))


def _lines(text: str) -> list[str]:
    return [line[:LONGEST_LINE] for raw in text.split("\n") if (line := raw.strip())]
