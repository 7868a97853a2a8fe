"""Drafts: what a document says, in pieces, before it is laid out on pages."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from made_documents.issuers import Issuer
from made_documents.speaking import Speaker
from made_documents.word_files import Choices


@dataclass(frozen=True)
class Piece:
    """Something that is laid out as one.

    Args:
        lines: lines of text; empty for a table and a page break.
        rows: the rows of a table.
        columns: the heads of its columns.
        how: ``"flow"`` (may be cut anywhere), ``"whole"``, ``"heading"`` (not at the foot of a page), ``"rows"`` or
            ``"break"``.
    """

    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    columns: tuple[str, ...] = ()
    how: str = "flow"

    @property
    def height(self) -> int:
        """How many lines it takes."""
        return len(self.lines) + len(self.rows)


BREAK = Piece(how="break")


@dataclass
class Draft:
    """A document in the making.

    Args:
        issuer: who makes it.
        speaker: fills templates with this document's facts.
        pages: how many pages it should get.
        pieces: what it says so far.
        forms: the boxes of forms it has filled in.
    """

    issuer: Issuer
    speaker: Speaker
    pages: int
    pieces: list[Piece] = field(default_factory=list)
    forms: dict[str, Piece] = field(default_factory=dict)

    @property
    def random(self) -> random.Random:
        """What the document is drawn from."""
        return self.speaker.random

    @property
    def choices(self) -> Choices:
        """What its kind may say."""
        return self.issuer.kind.choices

    def add(self, *templates: str, how: str = "flow") -> None:
        """Lines, each filled; `` // `` divides a template into lines."""
        lines = tuple(line for text in templates for line in self.speaker.say(text).split(" // ") if line)
        if lines:
            self.pieces.append(Piece(lines, how=how))

    def add_text(self, text: str, *, indent: str = "", width: int = 0) -> int:
        """A paragraph, cut into lines; returns how many."""
        width = (width or self.issuer.width) - len(indent)
        lines = wrap(text, width, self.random if self.issuer.does("hyphenates") else None)
        if self.issuer.does("blank lines"):
            lines.append("")
        self.pieces.append(Piece(tuple(indent + line for line in lines)))
        return len(lines)

    def turn_page(self) -> None:
        """What follows stands on a new page."""
        self.pieces.append(BREAK)

    def of_kind(self, key: str, default: Sequence[str] = ()) -> Sequence[str]:
        """What the kind may say for a key, or else a default."""
        return self.choices.get(key, tuple(default))

    def words(self, name: str) -> str:
        """A phrase of the language that all documents of the issuer use."""
        return self.issuer.habit(name, self.speaker.choices(name))


Part: TypeAlias = Callable[[Draft, str, int], None]
"""Adds pieces to a draft, given the part's argument and how many lines it should fill."""


def write(draft: Draft, recipe: str, parts: Mapping[str, Part], lines: int) -> None:
    """Add every part of a recipe, in order.

    ``name:argument`` is a part, ``*`` behind it makes it fill the lines the others leave, ``?.3`` leaves it out of
    seven documents in ten.
    """
    steps = [_step(text) for text in recipe.split()]
    steps = [step for step in steps if draft.random.random() < step[3]]
    shares = {at: draft.random.uniform(0.3, 1) for at, step in enumerate(steps) if step[2]}
    fixed = sum(piece.height for piece in draft.pieces)
    for at, (name, argument, grows, _) in enumerate(steps):
        budget = 0
        if grows:
            ahead = sum(6 for later in steps[at + 1 :] if not later[2])
            left = lines - fixed - ahead
            budget = max(3, int(left * shares[at] / sum(share for index, share in shares.items() if index >= at)))
        parts[name](draft, argument, budget)
        fixed = sum(piece.height for piece in draft.pieces)


def wrap(text: str, width: int, hyphens: random.Random | None = None) -> list[str]:
    """Lines of at most so many letters; with a generator, some words are divided."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) < width:
            line = f"{line} {word}" if line else word
            continue
        if hyphens and len(word) > 8 and hyphens.random() < 0.6:
            cut = hyphens.randint(3, len(word) - 4)
            lines.append(f"{line} {word[:cut]}-".strip())
            line = word[cut:]
            continue
        if line:
            lines.append(line)
        line = word
    return [*lines, line] if line else lines


def _step(text: str) -> tuple[str, str, bool, float]:
    body, _, share = text.partition("?")
    grows = body.endswith("*")
    name, _, argument = body.rstrip("*").partition(":")
    return name, argument, grows, float(share) if share else 1.0
