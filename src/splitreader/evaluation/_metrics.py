"""From the counts of packets to metrics with intervals."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from splitreader.evaluation._scores import PacketScore

RESAMPLES = 1000
SEED = 20_260_101


@dataclass(frozen=True)
class Estimate:
    """A metric.

    Args:
        value: over all packets; None where it has no meaning (no boundary to find).
        low, high: the middle 95 % of its values when the groups of packets are drawn anew, with replacement.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Metrics:
    """All metrics of one evaluation.

    Args:
        estimates: by name, see `METRICS`.
        packets, groups, pages: how much they stand on.
        failures: packets without a prediction; they count as missed.
        confusion: pages by true and predicted category.
    """

    estimates: dict[str, Estimate]
    packets: int
    groups: int
    pages: int
    failures: int
    confusion: Counter[tuple[str, str]]


def measure(scores: Sequence[PacketScore], *, resamples: int = RESAMPLES) -> Metrics:
    """The metrics over all packets, each page, boundary and segment counted once.

    Intervals come from a bootstrap over the groups: packets that share their origin are drawn together.
    """
    groups: dict[str, list[PacketScore]] = defaultdict(list)
    for score in scores:
        groups[score.group].append(score)
    drawn = _resampled(list(groups.values()), resamples) if len(groups) > 1 else []
    confusion: Counter[tuple[str, str]] = Counter()
    for score in scores:
        confusion.update(score.confusion)
    return Metrics(
        estimates={name: _estimate(formula, scores, drawn) for name, formula in _FORMULAS.items()},
        packets=len(scores),
        groups=len(groups),
        pages=sum(score.pages for score in scores),
        failures=sum(score.error is not None for score in scores),
        confusion=confusion,
    )


def _resampled(groups: list[list[PacketScore]], resamples: int) -> list[list[PacketScore]]:
    generator = random.Random(SEED)  # noqa: S311  # no secret; the same intervals every time
    return [[score for group in generator.choices(groups, k=len(groups)) for score in group] for _ in range(resamples)]


def _estimate(
    formula: Callable[[Sequence[PacketScore]], float | None],
    scores: Sequence[PacketScore],
    drawn: Sequence[Sequence[PacketScore]],
) -> Estimate:
    values = sorted(value for sample in drawn if (value := formula(sample)) is not None)
    if not values:
        return Estimate(formula(scores))
    return Estimate(formula(scores), values[int(0.025 * len(values))], values[int(0.975 * (len(values) - 1))])


def _ratio(top: str, bottom: str) -> Callable[[Sequence[PacketScore]], float | None]:
    def formula(scores: Sequence[PacketScore]) -> float | None:
        return _share(_sum(scores, top), _sum(scores, bottom))

    return formula


def _f1(right: str, found: str, true: str) -> Callable[[Sequence[PacketScore]], float | None]:
    def formula(scores: Sequence[PacketScore]) -> float | None:
        return _share(2 * _sum(scores, right), _sum(scores, found) + _sum(scores, true))

    return formula


def _panoptic_quality(scores: Sequence[PacketScore]) -> float | None:
    """Sum of IoU over matches, by matches plus half of what matches nothing: Kirillov et al., arXiv:1801.00868."""
    overlaps = [overlap for score in scores for overlap in score.overlaps]
    return _share(2 * sum(overlaps), _sum(scores, "segments_true") + _sum(scores, "segments_found"))


def _without_error(scores: Sequence[PacketScore]) -> float | None:
    return _share(sum(score.is_exact for score in scores), len(scores))


def _sum(scores: Sequence[PacketScore], name: str) -> int:
    return sum(getattr(score, name) for score in scores)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


_FORMULAS: dict[str, Callable[[Sequence[PacketScore]], float | None]] = {
    "page_category": _ratio("pages_right", "pages"),
    "boundary_precision": _ratio("boundaries_right", "boundaries_found"),
    "boundary_recall": _ratio("boundaries_right", "boundaries_true"),
    "boundary_f1": _f1("boundaries_right", "boundaries_found", "boundaries_true"),
    "segment_f1": _f1("segments_right", "segments_found", "segments_true"),
    "segment_category_f1": _f1("segments_right_category", "segments_found", "segments_true"),
    "panoptic_quality": _panoptic_quality,
    "packets_without_error": _without_error,
    "over_splitting": _ratio("cut_up", "segments_true"),
    "under_splitting": _ratio("run_together", "segments_found"),
}

METRICS: dict[str, str] = {
    "page_category": "pages with the right category",
    "boundary_precision": "predicted starts of documents that are right, the first page apart",
    "boundary_recall": "true starts of documents that were found, the first page apart",
    "boundary_f1": "both together",
    "segment_f1": "documents with exactly their pages",
    "segment_category_f1": "documents with exactly their pages and their category",
    "panoptic_quality": "documents by overlap (PQ, IoU above 0.5)",
    "packets_without_error": "packets in which every document has its pages and its category",
    "over_splitting": "true documents that were cut up (less is better)",
    "under_splitting": "predicted documents that run several together (less is better)",
}
"""The metrics and what they say. All lie between 0 and 1."""
