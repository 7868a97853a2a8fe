"""Lists that come in pages, by keys: a row that comes or goes moves no other to another page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, RowMapping, Select, and_, func, or_, select, type_coerce

from splitreader.server.storage.refusals import InvalidPageToken
from splitreader.server.storage.rows import Page

Row = TypeVar("Row")

LARGEST = 2**63 - 1
"""Of SQLite's integers."""

FULL = 100_000
"""The weight at which a page ends before it has as many items as it may: its answer is made in memory."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a list is ordered by.

    Args:
        name: for the token.
        column: never null; a number or a text.
        descending: largest first.
    """

    name: str
    column: ColumnElement[Any]
    descending: bool = False


def newest_first(created_at: ColumnElement[Any], seq: ColumnElement[int]) -> tuple[Key, ...]:
    """The usual order: by time of creation, and among equals by insertion."""
    return (
        Key(name="created_at", column=type_coerce(created_at, Integer), descending=True),
        Key(name="seq", column=seq, descending=True),
    )


def one_of(column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column has one of any number of values; SQL's own IN takes only so many."""
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(each.c.value))


def one_page(
    connection: Connection,
    query: Select[Any],
    keys: Sequence[Key],
    build: Callable[[RowMapping], Row],
    *,
    page_size: int,
    page_token: str | None,
    weigh: Callable[[Row], int] = lambda _: 0,
) -> Page[Row]:
    """One page of a query's rows.

    Args:
        connection: to read with.
        query: what to list, in no order.
        keys: the order; the last one is different in every row.
        build: makes an item of a row.
        page_size: at least 1.
        page_token: of the page before.
        weigh: how much of a page an item takes; from `FULL` on nothing is added to it.

    Raises:
        InvalidPageToken: the token is not of this order.
    """
    query = query.add_columns(*[key.column.label(_label(number)) for number, key in enumerate(keys)])
    if page_token is not None:
        query = query.where(_after(keys, _read_token(page_token, keys)))
    query = query.order_by(*[key.column.desc() if key.descending else key.column.asc() for key in keys])
    items: list[Row] = []
    weight = 0
    position: list[Any] = []
    with connection.execute(query.limit(page_size + 1)) as rows:
        for row in rows.mappings():
            if len(items) == page_size or weight >= FULL:
                return Page(items=tuple(items), next_token=_token(keys, position))
            item = build(row)
            items.append(item)
            weight += weigh(item)
            position = [row[_label(number)] for number in range(len(keys))]
    return Page(items=tuple(items), next_token=None)


def _label(number: int) -> str:
    return f"page_key_{number}"


def _after(keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a row comes after the one with these values."""
    choices = []
    for number, key in enumerate(keys):
        equal = [before.column == value for before, value in zip(keys[:number], values, strict=False)]
        beyond = key.column < values[number] if key.descending else key.column > values[number]
        choices.append(and_(*equal, beyond))
    return or_(*choices)


def _order(keys: Sequence[Key]) -> str:
    return ",".join(f"{key.name} desc" if key.descending else key.name for key in keys)


def _token(keys: Sequence[Key], values: Sequence[Any]) -> str:
    text = json.dumps([_order(keys), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(token: str, keys: Sequence[Key]) -> list[Any]:
    try:
        padded = token + "=" * (-len(token) % 4)
        read = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        order = read[0]
        values = list(read[1:])
    except (binascii.Error, ValueError, TypeError, LookupError, RecursionError):
        raise _invalid() from None
    if order != _order(keys) or len(values) != len(keys):
        raise _invalid()
    if not all(_fits(value, key) for value, key in zip(values, keys, strict=True)):
        raise _invalid()
    return values


def _fits(value: object, key: Key) -> bool:
    if isinstance(key.column.type, Integer):
        return isinstance(value, int) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST
    return isinstance(value, str) and _is_unicode(value)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _invalid() -> InvalidPageToken:
    return InvalidPageToken("page_token is none of this list's; ask again without it, in the same order")
