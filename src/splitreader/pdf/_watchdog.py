"""A thread that ends a process which makes no progress, or grows beyond its memory."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from splitreader.pdf import _memory

LOOKS_EVERY = 0.25
"""Seconds between two looks at the clock; a deadline is overrun by at most this much."""

WEIGHS_EVERY = 4
"""Looks between two looks at the memory, which start a process each."""


class Watchdog:
    """Kills a process when one answer takes too long, or when it holds too much memory.

    A thread, because pipes can't be waited for with a limit on every system; one for the life of the process,
    because starting one for each page would cost more than reading the page.

    Args:
        process: to be watched.
        weigh: whether to look at its memory, too: where the system doesn't limit it by itself.
    """

    def __init__(self, process: subprocess.Popen[bytes], *, weigh: bool = not _memory.CAN_LIMIT) -> None:
        self._process = process
        self._weigh = weigh
        self._deadline: float | None = None
        self._stopped = threading.Event()
        self.memory: int | None = None
        """Bytes the process may hold; None for no limit."""
        self.bit: Literal["late", "large"] | None = None
        """Why the process was killed."""
        threading.Thread(target=self._run, name="splitreader-watchdog", daemon=True).start()

    @contextmanager
    def expecting(self, seconds: float) -> Iterator[None]:
        """The process has `seconds` for what is awaited inside the block; outside of blocks the clock stands still."""
        self._deadline = time.monotonic() + seconds
        try:
            yield
        finally:
            self._deadline = None

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def _run(self) -> None:
        looks = 0
        while not self._stopped.wait(LOOKS_EVERY):
            looks += 1
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._bite("late")
            elif self._weigh and self.memory is not None and looks % WEIGHS_EVERY == 0:
                held = _memory.resident_memory(self._process.pid)
                if held is not None and held > self.memory:
                    self._bite("large")
            if self.bit:
                return

    def _bite(self, reason: Literal["late", "large"]) -> None:
        self.bit = reason
        self._process.kill()
