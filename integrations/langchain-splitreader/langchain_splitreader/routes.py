"""What is done with the documents of a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from langchain_splitreader.steps import Step, is_step
from splitreader import Confidence, InvalidConfiguration
from splitreader.routing import Drop, PassThrough


@dataclass(frozen=True)
class Route:
    """What is done with the documents of one category.

    Args:
        transformations: text splitters, document transformers, functions: one after the other. One alone needs no list.
        min_confidence: documents that are less sure go to review instead; None takes them all.

    Raises:
        splitreader.InvalidConfiguration: one of them is none.
    """

    transformations: Sequence[Step] | Step
    min_confidence: Confidence | None = None

    def __post_init__(self) -> None:
        if not all(is_step(step) for step in self.steps):
            raise InvalidConfiguration(
                f"a route has {self.transformations!r}; it takes text splitters, document transformers and functions "
                "of Documents"
            )

    @property
    def steps(self) -> tuple[Step, ...]:
        """The transformations, in order."""
        given = self.transformations
        return tuple(given) if isinstance(given, Sequence) else (given,)


RouteLike: TypeAlias = Route | Drop | PassThrough | Sequence[Step] | Step
"""A route as a user may write it: a list of transformations is a `Route`."""


def as_route(given: RouteLike, whose: str) -> Route | Drop | PassThrough:
    """A route as it is kept.

    Raises:
        InvalidConfiguration: it is none.
    """
    if isinstance(given, (Route, Drop, PassThrough)):
        return given
    if isinstance(given, type) or not (isinstance(given, Sequence) or is_step(given)):
        raise InvalidConfiguration(
            f"the route of {whose} is {given!r}; give a Route, a transformation, a list of them, Drop() or "
            "PassThrough()"
        )
    return Route(given)
