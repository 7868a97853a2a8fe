"""Whether an engine knows when it may be wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from splitreader.evaluation._scores import Judged, PacketScore

BINS = 10
PRECISIONS = (0.95, 0.99)


@dataclass(frozen=True)
class Bin:
    """Segments of about the same score, or of one confidence.

    Args:
        label: which.
        count: how many.
        score: their mean score; None where the engine gives none.
        right: the share that is right.
    """

    label: str
    count: int
    score: float | None
    right: float


@dataclass(frozen=True)
class Automation:
    """What could go through unseen.

    The threshold is set on one half of the groups and read on the other, both ways round.

    Args:
        wanted: the precision that was wanted where the threshold was set.
        share: of the segments above the threshold, where it was read.
        precision: that they had there; None where none was above.
    """

    wanted: float
    share: float
    precision: float | None


@dataclass(frozen=True)
class Calibration:
    """How scores and confidences compare with what is right.

    Args:
        error: expected calibration error: the mean distance of score and share right, over ten bins of score, weighted
            by their counts; None where the engine gives no scores.
        reliability: the bins.
        by_confidence: the same for high, medium and low.
        automation: for each wanted precision; empty where the sources of the segments with a score make no two halves.
        curve: share of segments (best scores first) and their precision, up to 50 points.
    """

    error: float | None
    reliability: tuple[Bin, ...]
    by_confidence: tuple[Bin, ...]
    automation: tuple[Automation, ...]
    curve: tuple[tuple[float, float], ...]


def calibrate(scores: Sequence[PacketScore]) -> Calibration:
    """Compare the scores of all predicted segments with what is right."""
    judged = [item for score in scores for item in score.judged]
    scored = [item for item in judged if item.score is not None]
    bins = [_bin(f"{n / BINS:.1f}-{(n + 1) / BINS:.1f}", [i for i in scored if _bin_of(i) == n]) for n in range(BINS)]
    reliability = tuple(found for found in bins if found is not None)
    levels = [_bin(level, [item for item in judged if item.confidence == level]) for level in ("high", "medium", "low")]
    gaps = [found.count * abs(found.right - (found.score or 0)) for found in reliability]
    return Calibration(
        error=sum(gaps) / len(scored) if scored else None,
        reliability=reliability,
        by_confidence=tuple(found for found in levels if found is not None),
        automation=_automations(scores),
        curve=_curve(scored),
    )


def _score(item: Judged) -> float:
    return item.score or 0.0


def _bin_of(item: Judged) -> int:
    return min(int(_score(item) * BINS), BINS - 1)


def _bin(label: str, items: Sequence[Judged]) -> Bin | None:
    if not items:
        return None
    scores = [item.score for item in items if item.score is not None]
    mean = sum(scores) / len(scores) if scores else None
    return Bin(label, len(items), mean, sum(item.right for item in items) / len(items))


def _automations(scores: Sequence[PacketScore]) -> tuple[Automation, ...]:
    halves: tuple[list[Judged], list[Judged]] = ([], [])
    for score in scores:
        side = hashlib.sha256(score.group.encode()).digest()[0] % 2
        halves[side].extend(item for item in score.judged if item.score is not None)
    return tuple(_automation(halves, wanted) for wanted in PRECISIONS) if all(halves) else ()


def _automation(halves: tuple[list[Judged], list[Judged]], wanted: float) -> Automation:
    through = [
        item for here, there in (halves, halves[::-1]) for item in there if _score(item) >= _threshold(here, wanted)
    ]
    total = len(halves[0]) + len(halves[1])
    precision = sum(item.right for item in through) / len(through) if through else None
    return Automation(wanted, len(through) / total, precision)


def _threshold(items: Sequence[Judged], wanted: float) -> float:
    """The lowest score above which the wanted share is right; more than 1 where there is none."""
    best, right = 2.0, 0
    ordered = sorted(items, key=_score, reverse=True)
    for count, item in enumerate(ordered, start=1):
        right += item.right
        is_last_of_score = count == len(ordered) or _score(ordered[count]) < _score(item)
        if is_last_of_score and right / count >= wanted:
            best = _score(item)
    return best


def _curve(items: Sequence[Judged]) -> tuple[tuple[float, float], ...]:
    ordered = sorted(items, key=_score, reverse=True)
    points, right = [], 0
    step = max(len(ordered) // 50, 1)
    for count, item in enumerate(ordered, start=1):
        right += item.right
        if count % step == 0 or count == len(ordered):
            points.append((count / len(ordered), right / count))
    return tuple(points)
