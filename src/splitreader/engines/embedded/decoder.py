"""The most likely cut of a packet (Viterbi), and how sure it is (forward-backward).

A state is a category. Each page either starts a document, which may have any category, or continues the one before it
and keeps its category.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Cut:
    """A decoded packet.

    Args:
        starts: positions at which documents start; the first is 0.
        categories: one a start.
        start_probabilities: for every position, how likely a document starts there.
    """

    starts: tuple[int, ...]
    categories: tuple[int, ...]
    start_probabilities: tuple[float, ...]


def decode(start_log_odds: Sequence[float], first: Sequence[Sequence[float]], body: Sequence[Sequence[float]]) -> Cut:
    """The best cut of pages into documents with categories.

    Args:
        start_log_odds: for every page, the log-odds that it starts a document; the first page always does.
        first: for every page, the log-score of each category if it is a first page.
        body: for every page, the log-score of each category if it continues a document.
    """
    if not start_log_odds:
        return Cut((), (), ())
    starts, categories = _viterbi(start_log_odds, first, body)
    return Cut(starts, categories, _start_probabilities(start_log_odds, first, body))


def _viterbi(
    start_log_odds: Sequence[float], first: Sequence[Sequence[float]], body: Sequence[Sequence[float]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    count = len(first[0])
    scores = list(first[0])
    came_from = array("h", [-1])
    started = [bytes([1]) * count]
    for position in range(1, len(start_log_odds)):
        begin, go_on = log_probabilities(start_log_odds[position])
        best = max(range(count), key=scores.__getitem__)
        offset = scores[best] + begin
        fresh = [offset + score for score in first[position]]
        kept = [score + go_on + more for score, more in zip(scores, body[position], strict=True)]
        started.append(bytes(new > old for new, old in zip(fresh, kept, strict=True)))
        scores = [max(new, old) for new, old in zip(fresh, kept, strict=True)]
        top = max(scores)
        scores = [score - top for score in scores]
        came_from.append(best)
    state = max(range(count), key=scores.__getitem__)
    starts: list[int] = []
    categories: list[int] = []
    for position in range(len(start_log_odds) - 1, -1, -1):
        if started[position][state]:
            starts.append(position)
            categories.append(state)
            state = came_from[position]
    return tuple(reversed(starts)), tuple(reversed(categories))


def _start_probabilities(
    start_log_odds: Sequence[float], first: Sequence[Sequence[float]], body: Sequence[Sequence[float]]
) -> tuple[float, ...]:
    """Forward-backward in probabilities, scaled at every page so that nothing underflows."""
    length, count = len(start_log_odds), len(first[0])
    begin_weights: list[array[float]] = []
    forward: list[array[float]] = []
    carried = [1.0 / count] * count
    for position in range(length):
        begin, go_on = (0.0, -math.inf) if position == 0 else log_probabilities(start_log_odds[position])
        fresh = array("d", _shares(first[position], begin))
        kept = _scaled(body[position], go_on)
        begin_weights.append(fresh)
        mixed = [new + old * share for new, old, share in zip(fresh, carried, kept, strict=True)]
        total = sum(mixed)
        carried = [value / total for value in mixed]
        forward.append(array("d", carried))
    probabilities = [1.0] * length
    backward = [1.0] * count
    for position in range(length - 1, 0, -1):
        _, go_on = log_probabilities(start_log_odds[position])
        kept = _scaled(body[position], go_on)
        begins = sum(new * value for new, value in zip(begin_weights[position], backward, strict=True))
        goes_on = [old * value for old, value in zip(kept, backward, strict=True)]
        continued = sum(before * value for before, value in zip(forward[position - 1], goes_on, strict=True))
        probabilities[position] = begins / (begins + continued)
        backward = [begins + value for value in goes_on]
        top = max(backward)
        backward = [value / top for value in backward]
    return tuple(probabilities)


def segment_bounds(starts: Sequence[int], length: int) -> list[tuple[int, int]]:
    """First and one past last position of each document."""
    return list(pairwise([*starts, length]))


def log_probabilities(log_odds: float) -> tuple[float, float]:
    """The logs of p and of 1 - p."""
    if log_odds >= 0:
        rest = math.log1p(math.exp(-log_odds))
        return -rest, -log_odds - rest
    rest = math.log1p(math.exp(log_odds))
    return log_odds - rest, -rest


def _shares(scores: Sequence[float], offset: float) -> list[float]:
    """Scores as probabilities that sum to ``exp(offset)``."""
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    factor = math.exp(offset) / sum(weights)
    return [weight * factor for weight in weights]


def _scaled(scores: Sequence[float], offset: float) -> list[float]:
    """Scores as weights; the best has ``exp(offset)``."""
    if offset == -math.inf:
        return [0.0] * len(scores)
    top = max(scores)
    return [math.exp(score - top + offset) for score in scores]
