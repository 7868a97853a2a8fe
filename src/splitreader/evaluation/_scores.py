"""What is right and wrong in one packet, as counts that can be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from splitreader._result import Confidence, SplitResult
from splitreader.evaluation._truth import TruePacket


class _Part(Protocol):
    @property
    def category(self) -> str: ...
    @property
    def pages(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A predicted segment and whether it is right.

    Args:
        score: the engine's; None where it gives none.
        confidence: the engine's.
        right: same pages and category as a true one.
    """

    score: float | None
    confidence: Confidence
    right: bool


@dataclass(frozen=True, kw_only=True)
class PacketScore:
    """One packet's counts.

    Args:
        name, group: of the packet.
        pages, pages_right: pages that count, and those whose category is right.
        boundaries_true, boundaries_found, boundaries_right: pages on which a document starts, the first page apart: in
            truth, as predicted, and both.
        segments_true, segments_found: documents, in truth and as predicted.
        segments_right, segments_right_category: with exactly the same pages; and with the category right, too.
        overlaps: IoU of each pair of a true and a predicted document above 0.5.
        cut_up: true documents that lie in more than one predicted one.
        run_together: predicted documents that hold pages of more than one true one.
        confusion: pages by true and predicted category.
        judged: each predicted segment.
        error: why there is no prediction; then everything is missed.
    """

    name: str
    group: str
    pages: int
    pages_right: int = 0
    boundaries_true: int = 0
    boundaries_found: int = 0
    boundaries_right: int = 0
    segments_true: int = 0
    segments_found: int = 0
    segments_right: int = 0
    segments_right_category: int = 0
    overlaps: tuple[float, ...] = ()
    cut_up: int = 0
    run_together: int = 0
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    judged: tuple[Judged, ...] = ()
    error: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether every document has exactly its pages and its category."""
        return self.error is None and self.segments_right_category == self.segments_true == self.segments_found


def score_packet(truth: TruePacket, result: SplitResult | None, *, error: str | None = None) -> PacketScore:
    """Compare a prediction with the truth. Pages that are in no true segment count nowhere.

    Args:
        truth: of the packet.
        result: the prediction; None where there is none, which misses everything.
        error: why there is none.
    """
    counted = {page for segment in truth.segments for page in segment.pages}
    true = [(segment.category, frozenset(segment.pages)) for segment in truth.segments]
    found = _found(() if result is None else result.segments, counted)
    true_of = {page: index for index, (_, pages) in enumerate(true) for page in pages}
    found_of = {page: index for index, (_, pages) in enumerate(found) for page in pages}
    confusion = Counter(
        (true[true_of[page]][0], found[found_of[page]][0] if page in found_of else "(no segment)") for page in counted
    )
    ordered = sorted(counted)
    starts_true = _starts(ordered, true_of)
    starts_found = _starts(ordered, found_of)
    exact = {pages for _, pages in true}
    right = set(true)
    return PacketScore(
        name=truth.name,
        group=truth.group,
        pages=len(counted),
        pages_right=sum(times for (ours, theirs), times in confusion.items() if ours == theirs),
        boundaries_true=len(starts_true),
        boundaries_found=len(starts_found),
        boundaries_right=len(starts_true & starts_found),
        segments_true=len(true),
        segments_found=len(found),
        segments_right=sum(pages in exact for _, pages in found),
        segments_right_category=sum(item in right for item in found),
        overlaps=tuple(
            overlap
            for _, ours in true
            for _, theirs in found
            if (overlap := len(ours & theirs) / len(ours | theirs)) > 0.5
        ),
        cut_up=sum(len({found_of.get(page, -page) for page in pages}) > 1 for _, pages in true),
        run_together=sum(len({true_of[page] for page in pages}) > 1 for _, pages in found),
        confusion=confusion,
        judged=() if result is None else _judged(result, counted, right),
        error=error,
    )


def _found(segments: Sequence[_Part], counted: set[int]) -> list[tuple[str, frozenset[int]]]:
    """The predicted segments, without pages that don't count."""
    parts = [(segment.category, frozenset(counted.intersection(segment.pages))) for segment in segments]
    return [(category, pages) for category, pages in parts if pages]


def _starts(pages: Sequence[int], segment_of: dict[int, int]) -> set[int]:
    """The pages that are in another segment than the page before."""
    return {page for before, page in pairwise(pages) if segment_of.get(before, -1) != segment_of.get(page, -1)}


def _judged(result: SplitResult, counted: set[int], right: set[tuple[str, frozenset[int]]]) -> tuple[Judged, ...]:
    return tuple(
        Judged(
            score=segment.score,
            confidence=segment.confidence,
            right=(segment.category, frozenset(counted.intersection(segment.pages))) in right,
        )
        for segment in result.segments
        if counted.intersection(segment.pages)
    )
