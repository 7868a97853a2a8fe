"""The best cut in which every document has at least so many pages."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from splitreader.engines.embedded.decoder import log_probabilities


@dataclass(frozen=True, slots=True)
class LeastPages:
    """How long documents must be.

    Args:
        pages: how many pages each position stands for: itself and the blank ones kept with it.
        least: for every category the fewest pages of its documents. A packet shorter than that is one document.
        barred: for every position the categories it can't have; at least one category must be barred nowhere.
    """

    pages: Sequence[int]
    least: Sequence[int]
    barred: Sequence[Collection[int]]


def best_long_cut(
    start_log_odds: Sequence[float],
    first: Sequence[Sequence[float]],
    body: Sequence[Sequence[float]],
    rule: LeastPages,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The starts and the categories of the best cut whose documents are long enough; exact.

    A document that is long enough either goes on for one more position or has just become so; with running sums the
    second costs as little as the first, so the whole takes time in proportion to positions x categories.

    Args:
        start_log_odds: for every position, the log-odds that it starts a document; the first one always does.
        first: for every position, the log-score of each category if it is a first page.
        body: for every position, the log-score of each category if it continues a document.
        rule: how long documents must be.
    """
    count, length = len(first[0]), len(first)
    pages_before = [0, *accumulate(rule.pages)]
    needed = [min(fewest, pages_before[-1]) for fewest in rule.least]
    sums: list[Sequence[float]] = [[0.0] * count]  # of going on at all positions before
    begins = array("d")
    scores, since = [-math.inf] * count, [0] * count
    candidates = [0] * count  # starts before these were tried already, or are barred
    best_scores, best_categories = array("d", [0.0]), array("h", [-1])  # of the cuts of all before a position
    sinces: list[array[int]] = [array("i")]
    for position in range(length):
        end = position + 1
        begin, go_on = log_probabilities(start_log_odds[position]) if position else (0.0, 0.0)
        begins.append(begin)
        steps = [go_on + more for more in body[position]] if position else [0.0] * count
        sums.append(array("d", [total + step for total, step in zip(sums[-1], steps, strict=True)]))
        for category in range(count):
            score = scores[category] + steps[category]
            if category in rule.barred[position]:
                score, candidates[category] = -math.inf, end
            start = candidates[category]
            while start < end and pages_before[end] - pages_before[start] >= needed[category]:
                gone_on = sums[end][category] - sums[start + 1][category]
                fresh = best_scores[start] + begins[start] + first[start][category] + gone_on
                if fresh > score:
                    score, since[category] = fresh, start
                start += 1
            candidates[category], scores[category] = start, score
        best = max(range(count), key=scores.__getitem__)
        best_scores.append(scores[best])
        best_categories.append(best)
        sinces.append(array("i", since))
    starts: list[int] = []
    categories: list[int] = []
    end = length
    while end:
        categories.append(best_categories[end])
        end = sinces[end][best_categories[end]]
        starts.append(end)
    return tuple(reversed(starts)), tuple(reversed(categories))
