"""An end to waiting: after so many seconds, or when another thread calls it off."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self


class Abort:
    """Calls off, from any thread, the calls of `localize` that were given it. It stays called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []
        self._called = False

    def __call__(self) -> None:
        with self._lock:
            self._called = True
            waiting = list(self._waiting)
        for wake in waiting:
            wake()

    @property
    def called(self) -> bool:
        """Whether it has been called."""
        return self._called

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Generator[None]:
        """Within this block, a call also calls `wake`; if it has been called already, at once."""
        with self._lock:
            self._waiting.append(wake)
            called = self._called
        try:
            if called:
                wake()
            yield
        finally:
            with self._lock:
                self._waiting.remove(wake)


class Deadline:
    """The time that one download has, on a clock that no one can set.

    A read timeout alone doesn't end a server that sends one byte now and then, so a timer shuts the connection down,
    whatever it waits for.

    Args:
        seconds: from entering the block on.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self.cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._cut = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None

    @property
    def over(self) -> bool:
        """Whether the time is up, or the connection was cut."""
        return self._cut or self._ends <= time.monotonic()

    def at_most(self, seconds: float) -> float:
        """That many seconds, or what is left if that is less; never 0."""
        return max(min(seconds, self._ends - time.monotonic()), 0.001)

    def cut(self) -> None:
        """Shut down the connection now and each one to come, from any thread; whoever reads from it is woken."""
        with self._lock:
            self._cut = True
            self._shut_down()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """To be called by httpx as its ``trace`` extension: learns of the socket as soon as there is one."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._cut:
                    self._shut_down()

    def _shut_down(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # not connected any more
                # not the method of SSLSocket: that one forgets its TLS state under the reader's hands
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
