"""No more requests a minute than allowed."""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import Protocol

MINUTE = 60.0


class RequestLimiter(Protocol):
    """Whoever says when a request may be sent: `Limiter`, or one that several processes share."""

    def reserve(self, now: float, until: float = math.inf, /) -> float | None:
        """Seconds to wait before the next request, which counts as sent then; None, and nothing counts, if too late.

        Args:
            now: on the caller's monotonic clock.
            until: on the same clock.
        """
        ...


class Limiter:
    """Hands out times to send at, at most `per_minute` within any minute. Safe between threads.

    Args:
        per_minute: None for no limit.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._per_minute = per_minute
        self._lock = threading.Lock()
        self._times: deque[float] = deque()

    def reserve(self, now: float, until: float = math.inf) -> float | None:
        """Seconds to wait before the next request, which counts as sent then; None, and nothing counts, if too late."""
        if self._per_minute is None:
            return 0.0 if now < until else None
        with self._lock:
            at = now
            if len(self._times) == self._per_minute:
                at = max(now, self._times[0] + MINUTE)
            if at >= until:
                return None
            if len(self._times) == self._per_minute:
                self._times.popleft()
            self._times.append(at)
            return at - now
