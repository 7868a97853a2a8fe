"""Packets side by side in an event loop: a task for each. asyncio is imported where it is used, as in `_flow`."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from splitreader._documents import SplitPacket
from splitreader._failures import Failure, handle
from splitreader._flow import arun
from splitreader._many._common import Work, check_asked_in_loop, plan, progress_bar
from splitreader._many._how import AHEAD, How
from splitreader._pipeline import Call, Pipeline
from splitreader._threads import in_thread
from splitreader.sources import Abort, Source

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Outcome = SplitPacket | Failure | None


async def asplit_all(pipeline: Pipeline, find: Callable[[Abort], Call], how: How) -> AsyncGenerator[SplitPacket]:
    """Split the packets that are found; see `SplitReader.asplit_many`.

    Args:
        pipeline: the options.
        find: looks the packets up. It is told when nobody waits for it any more.
        how: how much at once, and in which order.
    """
    check_asked_in_loop(pipeline.engine)
    call = await _found(find)
    work = plan(pipeline, call, how)
    outcomes = _one_by_one(work) if work.at_once < 2 else _beside(work, ordered=how.ordered)
    try:
        with progress_bar(show_progress=how.show_progress, total=len(call.sources)) as tick:
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    tick()
                    if isinstance(outcome, Failure):
                        await in_thread(partial(handle, outcome, pipeline.on_error), abort=work.crew.abort)
                    elif outcome is not None:
                        yield outcome
                    del outcome
    finally:
        await in_thread(work.crew.close, abort=lambda: None)


async def _found(find: Callable[[Abort], Call]) -> Call:
    """A thread that looks through a slow folder can't be ended, so nobody waits for it when the caller is cancelled."""
    import asyncio

    abort = Abort()
    try:
        return await in_thread(partial(find, abort))
    except asyncio.CancelledError:
        abort()
        raise


async def _one_by_one(work: Work) -> AsyncGenerator[Outcome]:
    """Nothing begins before it is asked for."""
    for source in work.call.sources:
        yield await _split(work, source)


async def _split(work: Work, source: Source, turn: AbstractAsyncContextManager[Any] | None = None) -> Outcome:
    tools = work.crew.lend()
    try:
        return await arun(work.pipeline.load(source, work.call, tools), abort=tools.abort, turn=turn)
    finally:
        work.crew.take_back(tools)


def _beside(work: Work, *, ordered: bool) -> AsyncGenerator[Outcome]:
    """As they were given they are settled one after the other; else whoever comes first, first."""
    import asyncio

    turns = _Turns()
    arrivals = asyncio.Lock()

    async def split(number: int, source: Source) -> Outcome:
        try:
            return await _split(work, source, turns.turn(number) if ordered else arrivals)
        finally:
            turns.end(number)

    calls = (partial(split, number, source) for number, source in enumerate(work.call.sources))
    return _ahead(calls, at_once=work.at_once, ordered=ordered)


async def _ahead(calls: Iterable[Callable[[], Awaitable[T]]], *, at_once: int, ordered: bool) -> AsyncGenerator[T]:
    """What the calls return, as many of them running or done ahead as may be."""
    import asyncio

    slots = asyncio.Semaphore(at_once)

    async def slotted(call: Callable[[], Awaitable[T]]) -> T:
        async with slots:
            return await call()

    waiting = iter(calls)
    window: deque[asyncio.Task[T]] = deque()
    try:
        while True:
            while len(window) < AHEAD * at_once and (call := next(waiting, None)) is not None:
                window.append(asyncio.create_task(slotted(call)))
            if not window:
                return
            awaited = [window[0]] if ordered else list(window)
            done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            first = next(task for task in awaited if task in done)
            window.remove(first)
            outcome = [first.result()]
            del awaited, done, first
            yield outcome.pop()
    finally:
        for task in window:
            task.cancel()
        if window:
            await asyncio.wait(window)
        for task in window:
            task.cancelled() or task.exception()  # looked at, so that the loop does not complain


class _Turns:
    """Lets tasks through one after the other, by their numbers from 0 on."""

    def __init__(self) -> None:
        self._current = 0
        self._ended: set[int] = set()
        self._waiting: dict[int, asyncio.Event] = {}

    @asynccontextmanager
    async def turn(self, number: int) -> AsyncIterator[None]:
        """Wait until all before have ended, and end."""
        import asyncio

        if self._current != number:
            event = self._waiting[number] = asyncio.Event()
            await event.wait()
        try:
            yield
        finally:
            self.end(number)

    def end(self, number: int) -> None:
        """Nobody waits for this one any more."""
        if number >= self._current:
            self._ended.add(number)
        while self._current in self._ended:
            self._ended.remove(self._current)
            self._current += 1
        if (event := self._waiting.pop(self._current, None)) is not None:
            event.set()
