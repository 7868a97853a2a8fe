"""An end to Python code that takes too long, inside the worker process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


class OutOfTime(BaseException):
    """The time is over. No Exception, for the code that is to be ended may catch those."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the block after so many seconds, where the system has alarms; only in the main thread, and not nested.

    Raises:
        OutOfTime: the block took too long.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: object) -> NoReturn:  # noqa: ARG001  # as signal wants it
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
