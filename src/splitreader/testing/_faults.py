"""Faults on order: what the next requests of an operation meet instead of a good answer."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from splitreader.testing._routes import Operation
from splitreader.testing._wire import JSON_TYPE, Answer, error_answer


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a request meets. Fields can be combined; those left alone change nothing.

    Args:
        status: answered instead of the good answer.
        body: answered instead of the good answer's body: a dict as JSON, text as HTML, bytes as they are.
        headers: added to the answer; they win over its own.
        delay: seconds before the request is worked on, or with ``after`` before the finished work is answered.
        reset: the connection is reset instead of an answer; an upload's body is then not read.
        after: the work is done first (the job exists) and only then does the request fail: the lost answer.
        drip: the body comes one byte every ``drip`` seconds.
        cut: half of the body is sent, then the connection is closed.
    """

    status: int | None = None
    body: bytes | str | dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    reset: bool = False
    after: bool = False
    drip: float | None = None
    cut: bool = False

    @property
    def instead(self) -> bool:
        """Whether the work is never done."""
        return not self.after and (self.reset or self.status is not None)

    def applied(self, answer: Answer | None) -> Answer:
        """The answer with this fault's status, body and headers; ``None`` if the work was not done."""
        if answer is None or self.status is not None:
            answer = error_answer(500 if self.status is None else self.status)
        if isinstance(self.body, dict):
            answer = replace(answer, body=json.dumps(self.body).encode(), content_type=JSON_TYPE)
        elif isinstance(self.body, str):
            answer = replace(answer, body=self.body.encode(), content_type="text/html; charset=utf-8")
        elif self.body is not None:
            answer = replace(answer, body=self.body, content_type="application/octet-stream")
        return replace(answer, headers={**answer.headers, **self.headers})


NO_FAULT = Fault()


@dataclass
class _Ordered:
    fault: Fault
    left: int | None


class Faults:
    """One queue of faults for each operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: defaultdict[Operation, deque[_Ordered]] = defaultdict(deque)

    def order(self, operation: Operation, fault: Fault, times: int | None) -> None:
        """The next ``times`` requests of the operation that have no fault yet meet this one; ``None``: for ever."""
        with self._lock:
            self._queues[operation].append(_Ordered(fault, times))

    def clear(self, operation: Operation) -> None:
        """No more faults for the operation."""
        with self._lock:
            self._queues[operation].clear()

    def take(self, operation: Operation | None) -> Fault:
        """The fault of a request that has just come."""
        with self._lock:
            if operation is None or not (queue := self._queues[operation]):
                return NO_FAULT
            ordered = queue[0]
            if ordered.left is not None:
                ordered.left -= 1
                if not ordered.left:
                    queue.popleft()
            return ordered.fault


def check_times(times: int | None) -> None:
    """See that something can happen so often; None is for ever.

    Raises:
        ValueError: it is below 1.
    """
    if times is not None and times < 1:
        raise ValueError(f"times must be at least 1, or None for ever; it is {times}")
