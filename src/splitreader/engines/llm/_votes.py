"""The model's votes as log-odds, added to what the embedded engine read from the same pages.

A vote counts as much as its likelihood ratio: a model that is wrong about a page in one of ten cases says "start" nine
times as often where a document starts as where none does, so its vote is worth log 9. The error rate is assumed, not
fitted, and it is cautious: a model that is better is trusted too little rather than too much, and cues that are sure
of themselves (a printed "1 of 3") stand against a single vote.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from splitreader.engines.embedded.reading import ReadPage
from splitreader.engines.llm._answers import PageAnswer

ERROR_RATE = 0.1
"""How often a model is assumed to be wrong about a page's start, and about its category."""

START_VOTE = math.log((1 - ERROR_RATE) / ERROR_RATE)
"""What a vote for a start adds to its log-odds; a vote against it takes as much away."""

CATEGORY_VOTE = math.log((1 - ERROR_RATE) / ERROR_RATE)
"""What a vote adds to its category. A wrong one is mostly the one that is likeliest beside the right one, so the error
is not shared out among all the others."""

MOST_CONTEXT = 2
"""More pages than these on one side of a page do not make a vote count more."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one answer says of one page.

    Args:
        answer: that is.
        before: pages right before it that the model saw; none before the first of a packet.
        after: and right after it.
    """

    answer: PageAnswer
    before: int
    after: int

    @property
    def start_weight(self) -> int:
        """How much it counts beside other votes on the start; nothing where the page before was not shown."""
        return 0 if self.before == 0 else self.category_weight

    @property
    def category_weight(self) -> int:
        """How much it counts beside other votes on the category."""
        return 1 + min(self.before, MOST_CONTEXT) + min(self.after, MOST_CONTEXT)


def with_votes(page: ReadPage, votes: Sequence[Vote], categories: Sequence[str]) -> ReadPage:
    """The page with the votes on it.

    Several votes of one model on one page are no independent witnesses, so they are averaged. Where they differ, the
    one that saw more of what is around the page decides, with less weight than if both agreed.

    Args:
        page: as it was read.
        votes: on it.
        categories: names in the order of the page's scores.
    """
    if not votes:
        return page
    heard = sum(vote.start_weight for vote in votes)
    for_start = sum(vote.start_weight * (1 if vote.answer.starts else -1) for vote in votes)
    total = sum(vote.category_weight for vote in votes)
    shares = [
        sum(vote.category_weight for vote in votes if vote.answer.category == name) / total for name in categories
    ]
    return replace(
        page,
        log_odds=page.log_odds + (START_VOTE * for_start / heard if heard else 0.0),
        first=_added(page.first, shares),
        body=_added(page.body, shares),
    )


def is_disputed(votes: Sequence[Vote]) -> bool:
    """Whether another vote that counts says otherwise than the leading one on the start."""
    starts = leading(votes).answer.starts
    return any(vote.start_weight and vote.answer.starts != starts for vote in votes)


def leading(votes: Sequence[Vote]) -> Vote:
    """The vote that saw the most; the first of equals."""
    return max(votes, key=lambda vote: (vote.start_weight, vote.category_weight))


def _added(scores: Sequence[float], shares: Sequence[float]) -> array[float]:
    """Scores with the votes; the best is 0 again."""
    added = [score + CATEGORY_VOTE * share for score, share in zip(scores, shares, strict=True)]
    best = max(added)
    return array("f", [score - best for score in added])
