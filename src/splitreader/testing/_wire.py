"""What all operations share: answers, refusals, timestamps, pages of a list."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeAlias

JSON: TypeAlias = dict[str, Any]
Query: TypeAlias = Mapping[str, Sequence[str]]

JSON_TYPE = "application/json"
PROJECT_ID = "11111111-1111-4111-8111-111111111111"
USER_ID = "scripted-user"
DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000


class Refused(Exception):
    """The request is answered with an error status and a ``detail``."""

    def __init__(self, status: int, detail: str | list[JSON]) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A whole answer, ready to be sent."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(content: object, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status=status, body=json.dumps(content).encode(), content_type=JSON_TYPE)


def error_answer(status: int, detail: str | list[JSON] | None = None) -> Answer:
    """An error as the API words it; the status's own phrase where there is no detail."""
    if detail is None:
        try:
            detail = HTTPStatus(status).phrase
        except ValueError:
            detail = f"status {status}"
    return json_answer({"detail": detail}, status)


def problem(loc: Sequence[str | int], msg: str, kind: str = "value_error") -> JSON:
    """One entry of a 422's ``detail``."""
    return {"loc": list(loc), "msg": msg, "type": kind}


def now_utc() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with a Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def first(query: Query, name: str) -> str | None:
    """The value of a query parameter that is given once."""
    values = query.get(name)
    return values[0] if values else None


def query_moment(query: Query, name: str) -> datetime | None:
    """A query parameter as a moment; without a time zone it is UTC."""
    text = first(query, name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Refused(422, [problem(["query", name], "Input should be a valid datetime", "datetime_parsing")]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def one_page(items: Sequence[JSON], query: Query) -> JSON:
    """The page of a list that ``page_size`` and ``page_token`` ask for. A size below 1 means the default."""
    size = DEFAULT_PAGE_SIZE
    if (text := first(query, "page_size")) is not None:
        try:
            size = int(text)
        except ValueError:
            where = ["query", "page_size"]
            raise Refused(422, [problem(where, "Input should be a valid integer", "int_parsing")]) from None
        size = min(size, MAX_PAGE_SIZE) if size > 0 else DEFAULT_PAGE_SIZE
    start = _start(first(query, "page_token"))
    end = start + size
    return {
        "items": list(items[start:end]),
        "next_page_token": _token(end) if end < len(items) else None,
        "total_size": None,
    }


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from:"))
    except (binascii.Error, ValueError):
        raise Refused(400, "Invalid page token") from None
