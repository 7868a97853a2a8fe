"""The processes of one call, lent to one packet at a time."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from splitreader._limits import Limits
from splitreader._many._how import Size
from splitreader._pipeline import Tools
from splitreader.pdf._only_once import OnlyOnce
from splitreader.pdf._process import PDFWorker
from splitreader.sources import Abort


class Crew:
    """Lends each packet a worker, and those that no other packet will want, as helpers. Safe to use from threads.

    A process starts when it is first needed and stays for the packets that come.

    Args:
        limits: what one packet may take of each process.
        size: how much is done at once.
        packets: how many will come.
        splitter: the engine as the workers want it; None where it is asked here.
    """

    def __init__(self, limits: Limits, size: Size, *, packets: int = 1, splitter: bytes | None = None) -> None:
        self.downloads = Abort()
        log_once = OnlyOnce()
        self._workers = [PDFWorker(limits, log_once=log_once) for _ in range(size.processes)]
        self._idle = list(self._workers)
        self._at_once = size.packets
        self._waiting = packets
        self._running = 0
        self._splitter = splitter
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, Exception):
            self.abort()  # threads that an interrupt left behind must not start another process
        self.close()

    def lend(self) -> Tools:
        """Tools for the next packet."""
        with self._lock:
            self._waiting -= 1
            self._running += 1
            worker = self._idle.pop()
            others = max(0, min(self._waiting, self._at_once - self._running))
            spare = max(0, len(self._idle) - others) // (others + 1)
            helpers = tuple(self._idle.pop() for _ in range(spare))
        return Tools(worker, self.downloads, helpers, self._splitter)

    def take_back(self, tools: Tools) -> None:
        """The packet is done."""
        with self._lock:
            self._running -= 1
            self._idle.extend((*tools.helpers, tools.worker))  # lent next: the one that has its modules loaded

    def abort(self) -> None:
        """End whatever is being read, from any thread; nothing more begins."""
        self.downloads()
        for worker in self._workers:
            worker.abort()

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.close()
