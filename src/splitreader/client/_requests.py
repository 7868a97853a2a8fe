"""Requests to the Split API, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader.client._upload import Upload

Parameters: TypeAlias = tuple[tuple[str, str], ...]

JSON_TYPE = "application/json"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request.

    Args:
        what: what it does, for messages: "create the split job".
        method: the HTTP method.
        path: below the base URL.
        parameters: of the query, in order; a key may come several times.
        json: the body.
        upload: the body, for uploads.
        empty_json: send a JSON content type with an empty body, as the vendor's SDK does where there is none.
        retry_conflict: whether a 409 may go away by itself.
    """

    what: str
    method: str
    path: str
    parameters: Parameters = ()
    json: Mapping[str, Any] | None = None
    upload: Upload | None = None
    empty_json: bool = False
    retry_conflict: bool = False


def parameters(*pairs: tuple[str, object]) -> Parameters:
    """A query without what is None; a list or tuple becomes a key for each of its items."""
    found: list[tuple[str, str]] = []
    for key, value in pairs:
        if value is None:
            continue
        values: Iterable[object] = value if isinstance(value, (list, tuple)) else (value,)
        found.extend((key, _text(item)) for item in values)
    return tuple(found)


def in_path(identifier: str) -> str:
    """An id as one part of a path: whatever it holds, it leads nowhere else.

    Raises:
        InvalidConfiguration: it is none.
    """
    if not isinstance(identifier, str) or identifier in ("", ".", ".."):
        raise InvalidConfiguration(f"the id is {quoted(identifier)}; give one that the service gave")
    return quote(identifier, safe="")


def _text(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat() if callable(isoformat) else value)
