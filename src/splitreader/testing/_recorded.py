"""The requests that came, in order of arrival."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from splitreader.testing._routes import Operation


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One request.

    Args:
        method: ``"POST"``.
        path: without the query.
        query: every parameter with all its values.
        headers: by lower-case name.
        body: the parsed JSON (the text, if it is none); for an upload the fields, ``file_name``, ``content_type``,
            ``size`` and ``sha256`` of the file; ``None`` without a body or while it has not come in full.
        at: when its headers had come, by ``time.monotonic()``.
        operation: what it asked for; ``None`` for a path or method that the API has not.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    at: float
    operation: Operation | None


class RequestLog:
    """Requests in order of arrival; a body may follow later."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Recorded] = []

    def add(self, request: Recorded) -> int:
        """Record a request whose headers have come; its number."""
        with self._lock:
            self._requests.append(request)
            return len(self._requests) - 1

    def add_body(self, number: int, body: Any) -> None:
        """Record the body of a request."""
        with self._lock:
            self._requests[number] = replace(self._requests[number], body=body)

    def snapshot(self) -> list[Recorded]:
        """All requests so far."""
        with self._lock:
            return list(self._requests)
