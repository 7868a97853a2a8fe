"""Which pages a model is asked about, and which it sees beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The pages of one question. Positions are those of the pages with text.

    Args:
        shown: positions that the model sees, ascending.
        asked: those of them that it is asked about.
    """

    shown: tuple[int, ...]
    asked: tuple[int, ...]


def overlapping(length: int, *, size: int, overlap: int) -> list[Window]:
    """Windows over all positions; neighbours share `overlap` of them.

    Args:
        length: how many positions there are.
        size: of a window, more than `overlap`.
        overlap: positions that two neighbours share.
    """
    windows = []
    first = 0
    while first < length:
        shown = tuple(range(first, min(first + size, length)))
        windows.append(Window(shown, shown))
        if shown[-1] == length - 1:
            break
        first += size - overlap
    return windows


def around(asked: Sequence[int], *, size: int) -> list[Window]:
    """Windows that hold these positions, each with the one before it, so that a start can be seen.

    Pages from different places of the packet share a window: what every question repeats is sent less often.

    Args:
        asked: positions, ascending.
        size: the most positions a window asks about.
    """
    windows = []
    for first in range(0, len(asked), size):
        inside = tuple(asked[first : first + size])
        before = {position - 1 for position in inside if position}
        windows.append(Window(tuple(sorted(before.union(inside))), inside))
    return windows


def context_of(position: int, window: Window) -> tuple[int, int]:
    """How many pages right before and right after a position the window shows."""
    place = window.shown.index(position)
    before = after = 0
    while place - before > 0 and window.shown[place - before - 1] == position - before - 1:
        before += 1
    while place + after + 1 < len(window.shown) and window.shown[place + after + 1] == position + after + 1:
        after += 1
    return before, after
