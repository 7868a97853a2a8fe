"""What is said once, however many processes and threads would say it."""

from __future__ import annotations

import threading


class OnlyOnce:
    """Whether this is the first time that something is said. Safe to use from threads."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, what: str) -> bool:
        with self._lock:
            is_new = what not in self._said
            self._said.add(what)
            return is_new
