"""The title a page begins with, and which category it belongs to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from splitreader.engines.embedded.lexicon import Genre, Phrase, genres
from splitreader.engines.embedded.text import STOP_WORDS, tokens

WEAKEST_TITLE = 0.3
"""A weaker title is not called one in evidence."""

_LINES = 8
_MOST_WORDS = 16
_MOST_CHARACTERS = 120
_FIRST_LINES = 3
_FOREIGN_STRENGTH = 0.6
_COMPOUND_LETTERS = 5
_ACRONYM_LETTERS = range(3, 6)
_NAME, _GENRE, _INITIALS = 1.0, 0.9, 0.8
_SECTION = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.):]?\s|(?:article|section|clause|chapter|part|§)\s?[\dIVX]+\b)", re.IGNORECASE
)

_Claims: TypeAlias = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class TitleHit:
    """A title in one of a page's first lines.

    Args:
        line: the whole line.
        strength: 1 for a line in capitals that is the title and nothing else, down to 0.
        category: the position of the category it belongs to; None for a kind that was not declared.
    """

    line: str
    strength: float
    category: int | None


@dataclass(frozen=True, slots=True)
class PageTitles:
    """The titles a page begins with.

    Args:
        of_category: the strongest one of each category that has one.
        foreign: the strongest one of a kind that was not declared.
    """

    of_category: dict[int, TitleHit]
    foreign: TitleHit | None

    @property
    def best(self) -> TitleHit | None:
        """The strongest title of all; a declared one wins unless it is clearly weaker."""
        best = max(self.of_category.values(), key=lambda hit: hit.strength, default=None)
        if self.foreign is not None and (best is None or self.foreign.strength > best.strength + 0.1):
            return self.foreign
        return best


class TitleIndex:
    """Finds titles: names of categories, their acronyms, and the titles of the built-in kinds of documents.

    Args:
        names: each category's name as words.
        key_words: the words of each name that tell it from others.
        kinds: the built-in kinds each category speaks of.
    """

    def __init__(self, names: Sequence[Phrase], key_words: Sequence[Phrase], kinds: Sequence[Sequence[Genre]]) -> None:
        owners: dict[Phrase, dict[int, float]] = {}
        for index, (name, keys, found) in enumerate(zip(names, key_words, kinds, strict=True)):
            for title in (title for genre in found for title in genre.titles):
                owners.setdefault(title, {})[index] = _GENRE
            initials = _initials(name)
            if len(initials) in _ACRONYM_LETTERS:
                owners.setdefault((initials,), {})[index] = _INITIALS
            for phrase in (name, keys):
                owners.setdefault(phrase, {})[index] = _NAME
        claimed: dict[str, dict[Phrase, _Claims]] = {}
        for phrase, claims in owners.items():
            sharing = 1.0 / math.sqrt(max(1, len(claims)))
            weighted = tuple((index, weight * sharing) for index, weight in sorted(claims.items()))
            claimed.setdefault(phrase[0], {})[phrase] = weighted
        built_in = _built_in_titles()
        self._by_first_word: dict[str, Sequence[tuple[Phrase, _Claims]]] = dict(built_in)
        for word, own in claimed.items():
            both = {**dict(built_in.get(word, ())), **own}
            self._by_first_word[word] = sorted(both.items(), key=lambda item: (-len(item[0]), item[0]))
        single = [(keys[0], index) for index, keys in enumerate(key_words) if len(keys) == 1]
        self._endings = [(word, index) for word, index in single if len(word) >= _COMPOUND_LETTERS]
        self._any_ending = tuple(word for word, _ in self._endings)
        self._acronyms = {word: index for word, index in single if len(word) in _ACRONYM_LETTERS and word.isalpha()}

    def find(self, lines: Iterable[str]) -> PageTitles:
        """The titles in a page's first lines. Numbered sections and labelled values are none."""
        titles: dict[int, TitleHit] = {}
        foreign: TitleHit | None = None
        for position, line in zip(range(_LINES), lines, strict=False):
            if len(line) > _MOST_CHARACTERS or _SECTION.match(line):
                continue
            words = tokens(line)
            if not 0 < len(words) <= _MOST_WORDS:
                continue
            claims = list(self._claims(words))
            if not claims:
                continue
            look = _look(line) * (1.0 if position < _FIRST_LINES else 0.8)
            for strength, index in claims:
                hit = TitleHit(line, look * strength, index)
                if index is None:
                    wins = hit.strength >= _FOREIGN_STRENGTH and (foreign is None or hit.strength > foreign.strength)
                    foreign = hit if wins and ":" not in line else foreign
                elif index not in titles or hit.strength > titles[index].strength:
                    titles[index] = hit
        return PageTitles(titles, foreign)

    def _claims(self, words: Sequence[str]) -> Iterable[tuple[float, int | None]]:
        """What each phrase in a line is worth, and for whom; a phrase inside a longer one is worth half."""
        covered = 0
        holds_none = self._by_first_word.keys().isdisjoint(words)
        for start, word in enumerate(() if holds_none else words):
            for phrase, claims in self._by_first_word.get(word, ()):
                if tuple(words[start : start + len(phrase)]) != phrase:
                    continue
                inside = start + len(phrase) <= covered
                covered = max(covered, start + len(phrase))
                strength = _coverage(len(phrase), len(words)) * (0.5 if inside else 1.0)
                if not claims and not inside:
                    yield strength, None
                for index, weight in claims:
                    yield strength * weight, index
        compounds = [word for word in words if word.endswith(self._any_ending)]
        for ending, index in self._endings if compounds else ():
            if any(word.endswith(ending) and len(word) > len(ending) + 2 for word in compounds):
                yield 0.8 * _coverage(1, len(words)), index
        if self._acronyms and 2 < len(words) <= 8 and (index := self._acronyms.get(_initials(words), -1)) >= 0:
            yield 0.7, index


@cache
def _built_in_titles() -> Mapping[str, tuple[tuple[Phrase, _Claims], ...]]:
    """The titles of all kinds of documents by their first words, the longest first; nobody claims them."""
    by_first_word: dict[str, list[tuple[Phrase, _Claims]]] = {}
    for title in sorted(
        {title for genre in genres() for title in genre.titles}, key=lambda title: (-len(title), title)
    ):
        by_first_word.setdefault(title[0], []).append((title, ()))
    return {word: tuple(titles) for word, titles in by_first_word.items()}


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words if word not in STOP_WORDS) if len(words) > 2 else ""


def _look(line: str) -> float:
    """1 for capitals, less for a line that reads like a sentence."""
    letters = [character for character in line if character.isalpha()]
    if not letters:
        return 0.6
    if line[0].islower() or line[-1] in ",;":
        return 0.35
    words = line.split()
    capitals = sum(character.isupper() for character in letters) / len(letters)
    initials = sum(word[0].isupper() for word in words) / len(words)
    look = 1.0 if capitals > 0.7 else 0.9 if initials > 0.6 else 0.7
    return look * (0.6 if line[-1] == "." else 1.0)


def _coverage(matched: int, words: int) -> float:
    """How much of the line the title is; a long title in a longer line still counts."""
    return min(1.0, 0.25 + 0.75 * matched / words + 0.1 * (matched - 1))
