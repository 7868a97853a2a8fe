"""Reads the lists, sentences and kinds of documents that stand in ``words/``, ``prose/`` and ``kinds/``.

All have one form: ``key: one | two``, where every indented line that follows holds further choices of the same key. A
line in brackets begins a kind of document; lines that begin with ``#`` are comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Choices = Mapping[str, tuple[str, ...]]
"""What may be said for each key."""

LANGUAGES = ("en", "de", "fr", "es", "nl")

BUCKETS = ((1, 1), (2, 2), (3, 6), (7, 25))
"""Numbers of pages that are drawn alike, first and last."""

_FOLDER = Path(__file__).parent
_INHERITED = ("parts", "lengths", "numbers", "running", "layout")


@dataclass(frozen=True)
class Kind:
    """A kind of document in one language.

    Args:
        key: the category.
        lang: the language.
        choices: everything its block in the file says.
    """

    key: str
    lang: str
    choices: Choices

    @property
    def lengths(self) -> tuple[float, ...]:
        """How often documents of this kind have a length of each bucket."""
        return tuple(float(weight) for weight in self.choices["lengths"][0].split())

    @property
    def label(self) -> list[str]:
        """The name of the category and what it holds."""
        return [self.choices["name"][0], self.choices["about"][0]]

    def number(self, key: str, default: float) -> float:
        """A number of the block."""
        return float(self.choices[key][0]) if key in self.choices else default


@cache
def phrases(lang: str) -> Choices:
    """The words and sentences of a language."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in ("words", "prose"):
        for _, block in _blocks(_FOLDER / folder / f"{lang}.txt"):
            found.update(block)
    return found


@cache
def kinds(lang: str) -> Mapping[str, Kind]:
    """The kinds of documents of a language; what a block doesn't say of the layout, the English one does."""
    english = {} if lang == "en" else kinds("en")
    found = {}
    for key, block in _blocks(_FOLDER / "kinds" / f"{lang}.txt"):
        base = english[key].choices if key in english else {}
        layout = {name: base[name] for name in _INHERITED if name in base}
        found[key] = Kind(key, lang, {**layout, **block})
    return found


def _blocks(path: Path) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    title, key, block = "", "", dict[str, list[str]]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            if block:
                yield title, {name: tuple(values) for name, values in block.items()}
            title, block = line.strip("[] "), {}
            continue
        if not line[0].isspace():
            key = line.partition(":")[0]
            if key in block:
                raise ValueError(f"{path.name}: {key} stands twice in [{title}]")
            block[key] = []
        said = line if line[0].isspace() else line[len(key) + 1 :]
        block[key] += [choice.strip() for choice in said.split(" | ") if choice.strip()]
    yield title, {name: tuple(values) for name, values in block.items()}
