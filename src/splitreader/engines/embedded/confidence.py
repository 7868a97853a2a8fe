"""How sure a segment is: what its score is made of, and the levels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from splitreader._result import Confidence
from splitreader.engines.embedded.decoder import Cut, segment_bounds
from splitreader.engines.embedded.reading import ReadPage

HIGH_CONFIDENCE = 0.8
"""Segments with this score or more are "high"."""

MEDIUM_CONFIDENCE = 0.5
"""Segments with this score or more are "medium", those below "low"."""


@dataclass(frozen=True, slots=True)
class SegmentParts:
    """The probabilities that a segment's score is made of.

    Args:
        begins: that a document starts on its first page.
        ends: that one starts on the page after it.
        together: that none starts on the likeliest page in between.
        category: that its pages, taken as one document, are of its category.
    """

    begins: float
    ends: float
    together: float
    category: float


def segment_parts(cut: Cut, pages: Sequence[ReadPage]) -> list[SegmentParts]:
    """The parts of each segment of a cut."""
    starts = (*cut.start_probabilities, 1.0)
    return [
        SegmentParts(
            begins=starts[start],
            ends=starts[end],
            together=min((1.0 - inner for inner in starts[start + 1 : end]), default=1.0),
            category=_category_probability(category, pages[start:end]),
        )
        for (start, end), category in zip(segment_bounds(cut.starts, len(pages)), cut.categories, strict=True)
    ]


def confidence_of(score: float) -> Confidence:
    """The confidence level of a score."""
    if score >= HIGH_CONFIDENCE:
        return "high"
    return "medium" if score >= MEDIUM_CONFIDENCE else "low"


def _category_probability(category: int, pages: Sequence[ReadPage]) -> float:
    totals = list(pages[0].first)
    for page in pages[1:]:
        totals = [total + score for total, score in zip(totals, page.body, strict=True)]
    top = max(totals)
    return math.exp(totals[category] - top) / sum(math.exp(total - top) for total in totals)
