"""Partition by value: a decoded cut is cut again where the value of a category's partition key changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from splitreader.engines.embedded.decoder import Cut, segment_bounds
from splitreader.engines.embedded.key_values import normalized, same_value
from splitreader.engines.embedded.reading import ReadPage
from splitreader.engines.embedded.text import quote

SURE = 0.97
"""How likely a document starts where the value changes; where it stays the same, the rest of it."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A cut after its values were looked at. Positions are those of pages with text.

    Args:
        cut: with the starts that the values ask for, and their probabilities.
        keys: for every position the value of its document; None where there is none.
        changes: for every start at which the value changes, the sentence that says so.
        kept: for every start that was taken back because the value stays the same, and every change of the value that
            is no start because a document would be too short, the sentence that says so.
    """

    cut: Cut
    keys: Sequence[str | None]
    changes: Mapping[int, str] = field(default_factory=dict)
    kept: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Value:
    """A value as it is printed, and the number of the first page that does."""

    text: str
    page: int


def partition(
    cut: Cut, pages: Sequence[ReadPage], partition_keys: Sequence[str | None], *, least: int, lengths: Sequence[int]
) -> Partition:
    """Cut documents where the value of their category's key changes, and join neighbours where it stays the same.

    A page without a value has that of the page before it in its document, or else of the next one that has one. Where
    the value on one side of a start is not known, the start stays as it was decoded, and so it does where the printed
    page numbers begin anew or pages in between were not selected. No document is made shorter than ``least`` pages.

    Args:
        cut: what was decoded.
        pages: the pages with text, one a position.
        partition_keys: of each category; categories beyond have none.
        least: the smallest number of pages of a document.
        lengths: for every position, how many pages it stands for.
    """
    if not any(partition_keys):
        return Partition(cut, [None] * len(pages))
    of_category = dict(enumerate(partition_keys))
    categories: list[int] = []
    values: list[_Value | None] = []
    for (start, end), category in zip(segment_bounds(cut.starts, len(pages)), cut.categories, strict=True):
        categories += [category] * (end - start)
        values += _carried(pages[start:end], category)
    keys = [None if value is None else value.text for value in values]

    decoded = frozenset(cut.starts)
    changes: dict[int, str] = {}
    stays: dict[int, str] = {}
    for position in range(1, len(pages)):
        old, new = values[position - 1], values[position]
        if old is None or new is None or categories[position - 1] != categories[position]:
            continue
        name = quote(of_category[categories[position]] or "")[1:-1]
        if not same_value(old.text, new.text):
            changes[position] = f"the {name} changes from {quote(old.text)} to {quote(new.text)} on page {new.page}"
            if new.page != pages[position].page:
                changes[position] += f", and page {pages[position].page} goes with that"
            continue
        values[position] = max(old, new, key=lambda value: len(normalized(value.text)))  # the one printed in full
        if position in decoded and not _begins_anew(pages, position, lengths):
            stays[position] = f"kept together: the {name} stays {quote(old.text)} on page {pages[position].page}"

    fixed = sorted(decoded - stays.keys())
    held = {
        position: f"kept together although {changes.pop(position)}: at least {least} pages a document were asked for"
        for position in _too_short(fixed, sorted(changes.keys() - decoded), least, lengths)
    }
    starts = sorted({*fixed, *changes})
    probabilities = list(cut.start_probabilities)
    for position in (*changes, *held):
        probabilities[position] = max(probabilities[position], SURE)
    for position in stays:
        probabilities[position] = min(probabilities[position], 1.0 - SURE)
    partitioned = replace(
        cut,
        starts=tuple(starts),
        categories=tuple(categories[start] for start in starts),
        start_probabilities=tuple(probabilities),
    )
    return Partition(partitioned, keys, changes, stays | held)


def _begins_anew(pages: Sequence[ReadPage], position: int, lengths: Sequence[int]) -> bool:
    """Whether a start is no matter of the value: the page numbers begin anew, or pages before it were not selected."""
    before, page = pages[position - 1], pages[position]
    return page.page > before.page + lengths[position - 1] or any(cue.name == "page number" for cue in page.cues)


def _carried(pages: Sequence[ReadPage], category: int) -> Iterator[_Value | None]:
    """The value of each page of a document: its own, that of the page before, or the first there is."""
    first = next((page for page in pages if category in page.keys), None)
    value = None if first is None else _Value(first.keys[category], first.page)
    for page in pages:
        own = page.keys.get(category)
        if own is not None and value is not None and own != value.text:
            value = _Value(own, page.page)
        yield value


def _too_short(fixed: Sequence[int], wanted: Sequence[int], least: int, lengths: Sequence[int]) -> list[int]:
    """The wanted starts, from left to right, that would make a document of fewer than ``least`` pages."""
    before = [0, *accumulate(lengths)]
    last = 0
    refused = []
    for position in wanted:
        following = bisect_right(fixed, position)
        last = max(last, fixed[following - 1])
        end = fixed[following] if following < len(fixed) else len(lengths)
        if min(before[position] - before[last], before[end] - before[position]) < least:
            refused.append(position)
        else:
            last = position
    return refused
