"""A thread that ends a process which makes no progress."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOKS_EVERY = 0.25
"""Seconds between two looks at the clock; a deadline is overrun by at most this much."""


class Watchdog:
    """Kills a process when one answer takes too long.

    A thread, because pipes can't be waited for with a limit on every system; one for the life of the process,
    because starting one for each page would cost more than reading the page.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._deadline: float | None = None
        self._stopped = threading.Event()
        self.bit = False
        """Whether the process was killed for being late."""
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
        while not self._stopped.wait(LOOKS_EVERY):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self.bit = True
                self._process.kill()
                return
