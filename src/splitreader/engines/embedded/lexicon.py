"""What kinds of documents usually print: titles and typical words, found by the words of a category's name.

The kinds stand in ``genres.txt``, three lines each: ``names``, ``titles`` and ``words``, phrases separated by ``|``. A
category whose name holds all words of one of the names gets the kind's evidence. Titles count where a page begins,
words anywhere on it; the words that tell most end in ``!``, and a word that ends in ``:`` is a label at the beginning
of a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from splitreader.engines.embedded.text import label, tokens

Phrase = tuple[str, ...]
"""The stemmed words of a name, a title or another phrase."""


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind of document.

    Args:
        names: what it is called.
        titles: what it prints as its title.
        words: what it says.
        telling: those of the words that tell most.
    """

    names: tuple[Phrase, ...]
    titles: tuple[Phrase, ...]
    words: tuple[Phrase, ...]
    telling: frozenset[Phrase]


@cache
def genres() -> tuple[Genre, ...]:
    """The built-in kinds of documents, in a fixed order."""
    text = files(__package__).joinpath("genres.txt").read_text(encoding="utf-8")
    found = []
    for block in text.split("\n\n")[1:]:
        rows = dict(line.split(": ", 1) for line in block.strip().splitlines())
        words = rows["words"].split(" | ")
        found.append(
            Genre(
                names=_phrases(rows["names"].split(" | ")),
                titles=_phrases(rows["titles"].split(" | ")),
                words=_phrases(words),
                telling=frozenset(_phrases([word for word in words if word.endswith("!")])),
            )
        )
    return tuple(found)


def genres_named(name: Phrase) -> tuple[Genre, ...]:
    """The kinds that a category's name speaks of; the most specific names win.

    ``bank statement`` is found for "Bank_Statement_2024"; ``statement`` isn't, as its words are part of the other's.
    """
    words = frozenset(name)
    matched = [(genre, frozenset(key)) for genre in genres() for key in genre.names if words.issuperset(key)]
    return tuple(dict.fromkeys(genre for genre, key in matched if not any(key < other for _, other in matched)))


def _phrases(written: list[str]) -> tuple[Phrase, ...]:
    phrases = (item.rstrip("!") for item in written)
    return tuple(dict.fromkeys(label(item) if item.endswith(":") else tuple(tokens(item)) for item in phrases))
