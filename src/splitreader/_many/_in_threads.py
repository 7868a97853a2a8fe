"""Packets side by side without an event loop: a thread for each, which waits for its process."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from splitreader._documents import SplitPacket
from splitreader._failures import Failure, handle
from splitreader._flow import AskHere, ask_here, run
from splitreader._many._common import Work, check_asked_in_loop, plan, progress_bar
from splitreader._many._engine_loop import EngineLoop
from splitreader._many._how import AHEAD, How
from splitreader._pipeline import Call, Pipeline
from splitreader.sources import Source

T = TypeVar("T")
Outcome = SplitPacket | Failure | None

LOOK_UP_SECONDS = 1.0
"""How long a wait may be: Windows hears Ctrl-C between two of them only."""


def split_all(pipeline: Pipeline, call: Call, how: How) -> Generator[SplitPacket]:
    """Split the packets of a call; see `SplitReader.split_many`."""
    work = plan(pipeline, call, how)
    if work.at_once > 1 and pipeline.engine.is_remote:
        check_asked_in_loop(pipeline.engine)
    outcomes = _one_by_one(work) if work.at_once < 2 else _beside(work, ordered=how.ordered)
    bar = progress_bar(show_progress=how.show_progress, total=len(call.sources))
    with work.crew, bar as tick, closing(outcomes):
        for outcome in outcomes:
            tick()
            if isinstance(outcome, Failure):
                handle(outcome, pipeline.on_error)
            elif outcome is not None:
                yield outcome
            del outcome  # held no longer than needed: the next one is read while this frame waits


def _one_by_one(work: Work) -> Generator[Outcome]:
    """Nothing begins before it is asked for."""
    for source in work.call.sources:
        yield _split(work, source)


def _split(
    work: Work, source: Source, turn: AbstractContextManager[Any] | None = None, ask: AskHere = ask_here
) -> Outcome:
    tools = work.crew.lend()
    try:
        return run(work.pipeline.load(source, work.call, tools), turn=turn, ask=ask)
    finally:
        work.crew.take_back(tools)


def _beside(work: Work, *, ordered: bool) -> Generator[Outcome]:
    """As they were given they are settled one after the other; else whoever comes first, first."""
    turns = _Turns()
    arrivals = threading.Lock()

    def abort() -> None:
        turns.close()
        work.crew.abort()

    with EngineLoop(work.crew.downloads) if work.pipeline.engine.is_remote else nullcontext() as loop:
        ask = ask_here if loop is None else loop.ask

        def split(number: int, source: Source) -> Outcome:
            try:
                return _split(work, source, turns.turn(number) if ordered else arrivals, ask)
            finally:
                turns.end(number)

        calls = (partial(split, number, source) for number, source in enumerate(work.call.sources))
        yield from _ahead(calls, threads=work.at_once, ordered=ordered, abort=abort)


def _ahead(calls: Iterable[Callable[[], T]], *, threads: int, ordered: bool, abort: Callable[[], None]) -> Generator[T]:
    """What the calls return, as many of them running or done ahead as may be.

    Args:
        calls: in the order in which they begin.
        threads: how many run at once.
        ordered: whether results come in the order of the calls.
        abort: makes running calls end soon, and those that wait for calls that never begin; called when nobody wants
            any more.
    """
    waiting = iter(calls)
    window: deque[Future[T]] = deque()
    with _Threads(threads) as pool:
        try:
            while True:
                while len(window) < AHEAD * threads and (call := next(waiting, None)) is not None:
                    window.append(pool.submit(call))
                if not window:
                    return
                done = _first_done(window, ordered=ordered)
                window.remove(done)
                outcome = [done.result()]
                del done
                yield outcome.pop()
        finally:
            try:
                for future in reversed(window):  # what has begun does not wait for what will not
                    future.cancel()
            finally:
                if window:
                    abort()


def _first_done(window: Sequence[Future[T]], *, ordered: bool) -> Future[T]:
    awaited = [window[0]] if ordered else list(window)
    while not (done := wait(awaited, timeout=LOOK_UP_SECONDS, return_when=FIRST_COMPLETED).done):
        pass
    return next(future for future in awaited if future in done)


class _Threads:
    """A few threads that do what they are given, in order, and end with the block.

    Daemons, unlike those of `concurrent.futures`: a program may end in the middle of a load that it has forgotten.
    """

    def __init__(self, size: int) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"splitreader-packet-{number}", daemon=True)
            for number in range(size)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Do this when its turn comes."""
        future: Future[T] = Future()
        self._calls.put(partial(_fulfil, future, call))
        return future

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            del call


def _fulfil(future: Future[T], call: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001  # raised again where the result is asked for
        future.set_exception(error)


class _Turns:
    """Lets threads through one after the other, by their numbers from 0 on, until it is closed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._current = 0
        self._ended: set[int] = set()
        self._is_closed = False

    @contextmanager
    def turn(self, number: int) -> Generator[None]:
        """Wait until all before have ended, and end.

        Raises:
            concurrent.futures.CancelledError: nobody is let through any more.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._is_closed or self._current == number)
            if self._is_closed:
                raise CancelledError
        try:
            yield
        finally:
            self.end(number)

    def end(self, number: int) -> None:
        """Nobody waits for this one any more."""
        with self._condition:
            if number >= self._current:
                self._ended.add(number)
            while self._current in self._ended:
                self._ended.remove(self._current)
                self._current += 1
            self._condition.notify_all()

    def close(self) -> None:
        """Let nobody through any more: who is before them may never begin."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()
