"""Calls that may block for ever, and a caller who does not wait for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from splitreader.sources._deadline import Abort

T = TypeVar("T")


class GivenUp(Exception):
    """The time is up, or it was called off. The message is the rest of a sentence."""


class Patience:
    """Runs calls one after the other in a thread of their own, until the time is up or somebody calls it off.

    A call that blocks can't be ended from outside: its thread is left behind, and ends with the call, or the program.

    Args:
        seconds: for all calls together, from entering the block on.
        abort: calls them off.
        advice: what to do where the time is too short.
    """

    def __init__(self, seconds: float, abort: Abort, *, advice: str) -> None:
        self._seconds = seconds
        self._advice = advice
        self._ends = time.monotonic() + seconds
        self._abort = abort
        self._calls: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._outcomes: SimpleQueue[tuple[Any, BaseException | None] | None] = SimpleQueue()
        self._last: Callable[[], Any] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        threading.Thread(target=self._work, name="splitreader-store", daemon=True).start()
        self._open.enter_context(self._abort.waking(lambda: self._outcomes.put(None)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()
        self._calls.put(None)

    def run(self, call: Callable[[], T]) -> T:
        """What the call returns, or raises.

        Raises:
            GivenUp: it took too long, or was called off.
        """
        self._calls.put(call)
        try:
            outcome = self._outcomes.get(timeout=max(self._ends - time.monotonic(), 0))
        except Empty:
            outcome = None
        if outcome is None:
            raise GivenUp(self._reason())
        value, error = outcome
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]  # of the call that was put in last

    def finally_do(self, call: Callable[[], Any]) -> None:
        """Call this in the thread when the block ends and the thread is free."""
        self._last = call

    def _reason(self) -> str:
        if self._abort.called:
            return "it was called off"
        return f"it took longer than {self._seconds:g} s; {self._advice}"

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                self._outcomes.put((call(), None))
            except BaseException as error:  # noqa: BLE001  # handed to the caller
                self._outcomes.put((None, error))
        if self._last is not None:
            with suppress(Exception):  # it was only read
                self._last()
