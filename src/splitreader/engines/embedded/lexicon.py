"""What kinds of documents usually print: titles and typical words, found by the words of a category's name.

The kinds stand in ``genres.txt``, three lines each: ``names``, ``titles`` and ``words``, phrases separated by ``|``. A
category whose name holds all words of one of the names gets the kind's evidence. Titles count where a page begins,
words anywhere on it; the words that tell most end in ``!``, and a word that ends in ``:`` is a label at the beginning
of a line. ``genres_de.txt`` and its like add what documents in other languages print; there ``kind`` is the first of a
kind's names in ``genres.txt``. Phrases stand there without accents and small words, as `tokens` and names have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from splitreader.engines.embedded.text import label, tokens

_LANGUAGES = ("de", "fr", "es", "nl", "it", "pt")

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
    """The built-in kinds of documents, in a fixed order, each in all languages."""
    kinds = {rows["names"][0]: rows for rows in _blocks("genres.txt")}
    for language in _LANGUAGES:
        for rows in _blocks(f"genres_{language}.txt"):
            kind = kinds[rows["kind"][0]]
            for row in ("names", "titles", "words"):
                kind[row] += rows[row]
    return tuple(
        Genre(
            names=_phrases(rows["names"]),
            titles=_phrases(rows["titles"]),
            words=_phrases(rows["words"]),
            telling=frozenset(_phrases([word for word in rows["words"] if word.endswith("!")])),
        )
        for rows in kinds.values()
    )


def genres_named(name: Phrase) -> tuple[Genre, ...]:
    """The kinds that a category's name speaks of; the most specific names win.

    ``bank statement`` is found for "Bank_Statement_2024"; ``statement`` isn't, as its words are part of the other's.
    """
    words = frozenset(name)
    matched = [(genre, key) for genre, key in _keys() if words.issuperset(key)]
    return tuple(dict.fromkeys(genre for genre, key in matched if not any(key < other for _, other in matched)))


@cache
def _keys() -> tuple[tuple[Genre, frozenset[str]], ...]:
    return tuple((genre, frozenset(key)) for genre in genres() for key in genre.names)


def _blocks(file_name: str) -> list[dict[str, list[str]]]:
    text = files(__package__).joinpath(file_name).read_text(encoding="utf-8")
    blocks = (block.strip().splitlines() for block in text.split("\n\n")[1:])
    return [{row: items.split(" | ") for row, items in (line.split(": ", 1) for line in block)} for block in blocks]


def _phrases(written: list[str]) -> tuple[Phrase, ...]:
    phrases = (item.rstrip("!") for item in written)
    return tuple(dict.fromkeys(label(item) if item.endswith(":") else tuple(tokens(item)) for item in phrases))
