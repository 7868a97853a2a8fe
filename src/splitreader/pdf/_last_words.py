"""What a process says on its standard error, of which only the end is kept."""

from __future__ import annotations

import os
import threading
from typing import IO

KEPT = 4096
"""Bytes. A PDF can make a library complain for ever, and neither memory nor a disk should hold that."""

FINISH_SECONDS = 5.0
"""For the rest of what a dead process has said. A fork of the caller may hold the pipe open for longer than that."""


class LastWords:
    """Reads a pipe to its end in a thread, so that who writes to it never waits, and closes it.

    A thread, for what a process says while it crashes can't be had from anywhere else, and a caller that waits for an
    answer can't read both pipes on every system. It ends with the process.

    Args:
        stream: the end of the pipe to be read.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._run, name="splitreader-stderr", daemon=True)
        self._thread.start()

    def line(self) -> str:
        """The last line of a process that has ended; empty where it said nothing."""
        self._thread.join(FINISH_SECONDS)
        lines = self._kept.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _run(self) -> None:
        with self._stream:
            while said := os.read(self._stream.fileno(), 1 << 16):  # what there is, not what would fill a buffer
                self._kept = (self._kept + said)[-KEPT:]
