"""Query parameters that several lists share."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000

PageSize: TypeAlias = Annotated[
    int | None, Query(ge=0, le=MAX_PAGE_SIZE, description=f"Default {DEFAULT_PAGE_SIZE}, also for 0.")
]
PageToken: TypeAlias = Annotated[
    str | None, Query(max_length=10_000, description="next_page_token of the page before.")
]
Ids: TypeAlias = Annotated[list[str] | None, Query(max_length=1000, description="Only these; repeat the parameter.")]


_LOST_PLUS = re.compile(r"(\S{10}[T ]\S+) (\d\d:?\d\d)")


def _with_plus(value: object) -> object:
    match = _LOST_PLUS.fullmatch(value) if isinstance(value, str) else None
    return value if match is None else "+".join(match.groups())


def _in_utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is too far away") from None


Moment: TypeAlias = Annotated[datetime, BeforeValidator(_with_plus), AfterValidator(_in_utc)]
"""A time; without a zone it is UTC, and a plus that was not written as %2B is one."""


def page_size_of(asked: int | None) -> int:
    """How many items a page has."""
    return min(asked or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
