"""Blocking calls beside an event loop. asyncio is imported where it is used: who never awaits never loads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], *, abort: Callable[[], None] | None = None) -> T:
    """Run a blocking call in a thread.

    Args:
        call: what to run.
        abort: makes it end soon, from this thread. When the caller is cancelled it is called, and the thread waited
            for; without it the thread is left to itself.
    """
    import asyncio

    def guarded() -> T:
        try:
            return call()
        except StopIteration as error:  # a future can't hold one: whoever awaits it would wait for ever
            raise RuntimeError("a function that was called in a thread raised StopIteration") from error

    task = asyncio.ensure_future(asyncio.to_thread(guarded))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        # looked at, so that the loop does not log what a call that nobody waits for ended with
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        if abort is not None:
            abort()
            await asyncio.wait([task])
        raise
