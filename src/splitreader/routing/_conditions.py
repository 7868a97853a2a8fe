"""What a search may be narrowed to, as data that each framework writes in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._result import CONFIDENCE_RANK, Confidence

Operator: TypeAlias = Literal["==", ">=", "<=", "in"]


@dataclass(frozen=True)
class Condition:
    """One condition on the metadata; several are joined by "and".

    Args:
        key: of the metadata.
        operator: how it is compared.
        value: with what; a list for ``"in"``.
    """

    key: str
    operator: Operator
    value: Any


def conditions(
    category: str | Sequence[str] | None = None,
    *,
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> list[Condition]:
    """The conditions for what is asked for.

    Args:
        category: one, or several of which any will do.
        min_confidence: that of the segment.
        page: of the packet, 1-based: what begins there or before and ends there or after. Inexact for segments with
            gaps.
        packet_id: of the packet.

    Raises:
        InvalidConfiguration: nothing is asked for, or a value can't be.
    """
    found = [] if category is None else [_of_category(category)]
    if min_confidence is not None:
        if not isinstance(min_confidence, str) or min_confidence not in CONFIDENCE_RANK:
            raise InvalidConfiguration(
                f'min_confidence is {quoted(min_confidence)}; it must be "high", "medium" or "low"'
            )
        found.append(Condition("confidence_rank", ">=", CONFIDENCE_RANK[min_confidence]))
    if page is not None:
        if not isinstance(page, int) or isinstance(page, bool) or page < 1:
            raise InvalidConfiguration(f"page is {quoted(page)}; pages count from 1")
        found += [Condition("page_start", "<=", page), Condition("page_end", ">=", page)]
    if packet_id is not None:
        if not isinstance(packet_id, str):
            raise InvalidConfiguration(f"packet_id is {quoted(packet_id)}; it must be text")
        found.append(Condition("packet_id", "==", packet_id))
    if not found:
        raise InvalidConfiguration("a filter that lets everything through is none; name a category, a page or a packet")
    return found


def _of_category(category: object) -> Condition:
    if isinstance(category, str):
        return Condition("category", "==", category)
    names = list(category) if isinstance(category, Iterable) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidConfiguration(f"category is {quoted(category)}; give a name, or a list of names")
    return Condition("category", "in", names)
