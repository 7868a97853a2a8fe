"""What a router did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Routed:
    """The way of one input.

    Args:
        id: of the input.
        category: of the input; None where it has none.
        pages: of the input, as its metadata has them; None where it has none.
        way: the category whose route it took, or ``"default"`` or ``"review"``.
        why: it went there.
        outputs: how many came of it; 0 for what was dropped, and for what a step made nothing of.
    """

    id: str
    category: str | None
    pages: str | None
    way: str
    why: str
    outputs: int


@dataclass(frozen=True)
class RoutingReport:
    """The way of every input, in order.

    Args:
        inputs: one entry for each.
        strays: outputs that could be traced to no input; they come last.
    """

    inputs: tuple[Routed, ...]
    strays: int = 0

    @property
    def without_output(self) -> tuple[Routed, ...]:
        """The inputs of which nothing came."""
        return tuple(entry for entry in self.inputs if entry.outputs == 0)

    def of_way(self, way: str) -> tuple[Routed, ...]:
        """The inputs that went one way, such as ``"review"``."""
        return tuple(entry for entry in self.inputs if entry.way == way)
