"""What a flow of the client asks its driver for.

A flow is a generator: it yields a step and is sent what came of it. It does no I/O, so the sync and the async client
drive the same flows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from splitreader.client._requests import Request

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the service answered.

    Args:
        status: the HTTP status.
        headers: with lower-case names.
        body: the whole body.
        repeats: how many requests before this one came to nothing.
    """

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    repeats: int = 0


class Lost(Exception):
    """There was no answer. Raised by a driver into the flow.

    Attributes:
        sent: whether the service may have got the request.
    """

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class Event(Protocol):
    """`threading.Event` or `asyncio.Event`."""

    def set(self) -> None:
        """Wake who waits for it."""
        ...

    def clear(self) -> None:
        """From now on, wait."""
        ...


@dataclass(frozen=True)
class Send:
    """Send a request; sent back is its `Answer`, or `Lost` is raised.

    Args:
        request: what to send.
        timeout: seconds of silence after which the answer counts as lost, if less than the client's own.
    """

    request: Request
    timeout: float | None = None


@dataclass(frozen=True)
class Rest:
    """Wait.

    Args:
        seconds: at most so long; None for as long as it takes.
        event: at most until this is set.
    """

    seconds: float | None
    event: Event | None = None


@dataclass(frozen=True)
class Do:
    """Call something that may block, such as for a file; sent back is what it returns."""

    call: Callable[[], Any]


Step: TypeAlias = Send | Rest | Do
Flow: TypeAlias = Generator[Step, Any, T]
