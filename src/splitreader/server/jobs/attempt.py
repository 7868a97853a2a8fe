"""One attempt at a job: a task that can be called off and has a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Literal, TypeAlias

from splitreader._result import SplitResult

logger = logging.getLogger("splitreader.server")

LETTING_GO_SECONDS = 10.0
"""How long work that was cancelled may take to end; then it is left to itself."""

End: TypeAlias = SplitResult | BaseException | Literal["unwanted", "called off", "late"]
"""How an attempt ends: with a result, with an error, or without either."""


class Attempt:
    """The work on one job.

    Args:
        job_id: for the log.
        work: gives a result, or None if none is wanted any more.
        seconds: how long it may take.
    """

    def __init__(self, job_id: str, work: Coroutine[Any, Any, SplitResult | None], *, seconds: float) -> None:
        self._job_id = job_id
        self._task = asyncio.create_task(work)
        self._called_off = asyncio.Event()
        self._seconds = seconds

    def call_off(self) -> None:
        """End the work soon. From the event loop's thread."""
        self._called_off.set()

    async def end(self) -> End:
        """Wait until the work has ended, or was ended."""
        called_off = asyncio.create_task(self._called_off.wait())
        done, _ = await asyncio.wait(
            [self._task, called_off], timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
        )
        called_off.cancel()
        if self._task.done():
            return _outcome(self._task)
        self._task.cancel()
        await self._let_go()
        return "called off" if called_off in done else "late"

    async def _let_go(self) -> None:
        """Wait for a cancelled task, but not for ever: an engine may not listen."""
        await asyncio.wait([self._task], timeout=LETTING_GO_SECONDS)
        if self._task.done():
            _outcome(self._task)
            return
        logger.error("the engine can't be ended, it is left to itself", extra={"job_id": self._job_id})
        self._task.add_done_callback(_outcome)


def _outcome(task: asyncio.Task[SplitResult | None]) -> End:
    """How a task ended; looked at, so that the loop does not complain of an error nobody saw."""
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception() or task.result() or "unwanted"
