"""What a page strip shows, before it is drawn: runs of pages, how they look, and what is said about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol, TypeAlias

from splitreader._config import UNCATEGORIZED
from splitreader._pages import format_pages

PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#882255", "#F0E442")
"""Okabe and Ito's colours, which the colour-blind tell apart, with Tol's wine for their black."""

GREY = "#C8C8C8"
"""For pages without a category."""

MARKS: Mapping[str, str] = {"high": "", "medium": "~", "low": "?"}
"""Confidence where there is no colour to show it."""

MOST_CELLS = 10
"""A longer run is folded: its first pages, how many more there are, its last page."""

MOST_RUNS = 120
"""Of a strip with more runs only the first and last are drawn."""

_FIRST_CELLS = 6
_LAST_RUNS = 10
_MOST_EVIDENCE = 300
_MOST_NAME = 100
_DARK = frozenset({"#0072B2", "#882255"})

Kind: TypeAlias = Literal["category", "uncategorized", "omitted"]


class SegmentLike(Protocol):
    """What the strip needs of a `Segment`."""

    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def pages(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def confidence(self) -> Literal["high", "medium", "low"]: ...  # noqa: D102
    @property
    def score(self) -> float | None: ...  # noqa: D102
    @property
    def evidence(self) -> tuple[str, ...]: ...  # noqa: D102


class SplitLike(Protocol):
    """What the strip needs of a `SplitResult`."""

    @property
    def segments(self) -> Sequence[SegmentLike]: ...  # noqa: D102
    @property
    def omitted_pages(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def page_count(self) -> int: ...  # noqa: D102
    @property
    def engine(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Look:
    """How a category is drawn.

    Args:
        kind: a declared category, none, or pages left out.
        colour: of its cells.
        ink: what can be read on that colour.
        letter: tells categories of one colour apart; empty for the first of each colour.
    """

    kind: Kind
    colour: str = GREY
    ink: str = "#000000"
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring pages of one document, or neighbouring pages that were left out.

    Args:
        pages: without a gap.
        look: how they are drawn.
        segment: the document; None for pages left out.
        number: which document it is, from 1; 0 for pages left out.
        is_start: whether the document begins here; False where other pages stand inside it.
    """

    pages: range
    look: Look
    segment: SegmentLike | None
    number: int
    is_start: bool

    @property
    def name(self) -> str:
        """The category in one line that can be shown."""
        return "left out" if self.segment is None else shown(self.segment.category, _MOST_NAME)

    @property
    def mark(self) -> str:
        """The confidence as a character."""
        return MARKS[self.segment.confidence] if self.segment else ""

    def cells(self) -> list[range]:
        """Its pages one by one; where there are many, one range in the middle stands for most of them."""
        pages = self.pages
        if len(pages) <= MOST_CELLS:
            return [pages[position : position + 1] for position in range(len(pages))]
        firsts = [pages[position : position + 1] for position in range(_FIRST_CELLS)]
        return [*firsts, pages[_FIRST_CELLS:-1], pages[-1:]]

    def description(self) -> list[str]:
        """What is known about the document, a sentence a line."""
        if self.segment is None:
            return [f"{_pages(self.pages)}: left out"]
        lines = [
            f"document {self.number}: {self.name}",
            f"{_pages(self.segment.pages)}, {self.segment.confidence} confidence"
            + ("" if self.segment.score is None else f", score {self.segment.score:.2f}"),
        ]
        evidence = shown("; ".join(self.segment.evidence), _MOST_EVIDENCE)
        return [*lines, evidence] if evidence else lines


@dataclass(frozen=True, slots=True)
class FoldedRuns:
    """The middle of a strip that has too many runs to draw.

    Args:
        pages: all pages of these runs.
        documents: how many documents begin there.
    """

    pages: range
    documents: int

    @property
    def words(self) -> str:
        """What stands in their place."""
        return f"… {self.documents:,} more documents, pages {format_pages(self.pages)}"


def all_runs(result: SplitLike) -> Iterator[Run]:
    """All runs in the order of the pages; every page is in exactly one."""
    owners = [0] * (result.page_count + 1)
    for number, segment in enumerate(result.segments, start=1):
        for page in segment.pages:
            owners[page] = number
    look_of = looks(result)
    for number, group in groupby(range(1, result.page_count + 1), key=owners.__getitem__):
        members = list(group)
        pages = range(members[0], members[-1] + 1)
        if number == 0:
            yield Run(pages, Look("omitted"), None, 0, is_start=True)
        else:
            segment = result.segments[number - 1]
            yield Run(pages, look_of[segment.category], segment, number, is_start=pages[0] == segment.pages[0])


def strip_runs(result: SplitLike) -> list[Run | FoldedRuns]:
    """The whole strip in the order of the pages; every page is in exactly one run or fold."""
    runs = list(all_runs(result))
    if len(runs) <= MOST_RUNS:
        return [*runs]
    firsts, middle, lasts = (
        runs[: MOST_RUNS - _LAST_RUNS],
        runs[MOST_RUNS - _LAST_RUNS : -_LAST_RUNS],
        runs[-_LAST_RUNS:],
    )
    folded = FoldedRuns(
        range(middle[0].pages[0], middle[-1].pages[-1] + 1), sum(run.is_start and run.number > 0 for run in middle)
    )
    return [*firsts, folded, *lasts]


def looks(result: SplitLike) -> dict[str, Look]:
    """How each category is drawn, in the order in which they first appear."""
    found: dict[str, Look] = {}
    declared = 0
    for category in dict.fromkeys(segment.category for segment in result.segments):
        if category == UNCATEGORIZED:
            found[category] = Look("uncategorized")
            continue
        lap, colour = divmod(declared, len(PALETTE))
        declared += 1
        ink = "#FFFFFF" if PALETTE[colour] in _DARK else "#000000"
        found[category] = Look("category", PALETTE[colour], ink, chr(ord("a") + lap % 26) if lap else "")
    return found


def caption(result: SplitLike) -> str:
    """The strip in one line."""
    parts = [count(result.page_count, "page"), count(len(result.segments), "document")]
    if omitted := result.omitted_pages:
        parts.append(f"{count(len(omitted), 'page')} left out ({shown(format_pages(omitted), _MOST_NAME)})")
    return f"{', '.join(parts)}; split by {shown(result.engine, _MOST_NAME)}"


def count(number: int, thing: str) -> str:
    """``1 page``, ``1,000 pages``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def shown(text: str, most: int) -> str:
    """A text of others in one printable line: no control characters, no direction marks, at most so many characters."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _pages(pages: Sequence[int]) -> str:
    return f"{'page' if len(pages) == 1 else 'pages'} {shown(format_pages(pages), _MOST_NAME)}"
