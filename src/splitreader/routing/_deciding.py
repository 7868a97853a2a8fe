"""Which way a document goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from splitreader._config import UNCATEGORIZED, quoted
from splitreader._errors import InvalidConfiguration
from splitreader._result import CONFIDENCE_RANK, Confidence

DEFAULT = "default"
"""The way of documents whose category has no route."""

REVIEW = "review"
"""The way of documents that a person should look at."""


@dataclass(frozen=True)
class Way:
    """Which way a document goes, and why.

    Args:
        name: the category whose route it takes, or `DEFAULT`, or `REVIEW`.
        category: that category; None for default and review.
        why: in words.
    """

    name: str
    category: str | None
    why: str


class Drop(BaseModel):
    """A route that ends here: its documents go no further, and stand in the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["drop"] = "drop"


class PassThrough(BaseModel):
    """A route without steps: its documents come out whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["pass-through"] = "pass-through"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What decides.

    Args:
        gates: for each category with a route of its own, the least confidence it takes; None for any.
    """

    gates: Mapping[str, Confidence | None]

    def way_of(self, metadata: Mapping[str, Any], text: str) -> Way:
        """The way of a document. One without text, or less sure than its route's gate, goes to review.

        Args:
            metadata: of the document; one that did not come from splitreader has no category.
            text: of the document.
        """
        category = metadata.get("category")
        if not text.strip():
            return Way(REVIEW, None, "no text")
        if not isinstance(category, str) or category not in self.gates:
            return Way(DEFAULT, None, "no route for its category")
        gate = self.gates[category]
        rank = metadata.get("confidence_rank")
        if gate is not None and (not isinstance(rank, int) or rank < CONFIDENCE_RANK[gate]):
            return Way(REVIEW, None, f"confidence {metadata.get('confidence', 'not known')}, below {gate}")
        return Way(category, category, "route of its category")


def check_routes(routed: Iterable[str], declared: Iterable[str] | None, gates: Mapping[str, object]) -> None:
    """See that every route is for a category that can occur, and every gate is one.

    Args:
        routed: the categories with a route.
        declared: those that the packets are split into; None where they are not known.
        gates: the least confidence of each route.

    Raises:
        InvalidConfiguration: a route or a gate that could never count.
    """
    if declared is not None:
        known = {*declared, UNCATEGORIZED}
        if strangers := [category for category in routed if category not in known]:
            raise InvalidConfiguration(
                f"there is a route for {quoted(strangers[0])}, which no packet is split into; the categories are "
                f"{quoted(sorted(known))}"
            )
    for category, gate in gates.items():
        if gate is not None and gate not in CONFIDENCE_RANK:
            raise InvalidConfiguration(
                f'min_confidence of {quoted(category)} is {quoted(gate)}; it must be "high", "medium", "low" or None'
            )
