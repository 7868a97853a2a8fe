"""A remote engine asked from threads, so that waiting for it can be called off."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from splitreader._flow import AskEngine
from splitreader.engines._protocol import EngineAnswer
from splitreader.sources import Abort

if TYPE_CHECKING:
    import asyncio


class EngineLoop:
    """An event loop in a thread of its own, in which the engine is asked. A thread that sleeps can't be called off.

    Args:
        abort: calls off the asking, too.
    """

    def __init__(self, abort: Abort) -> None:
        self._abort = abort
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="splitreader-engine", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def ask(self, step: AskEngine) -> EngineAnswer:
        """Ask the engine, from any other thread.

        Raises:
            concurrent.futures.CancelledError: it was called off.
        """
        import asyncio

        assert self._loop is not None
        future = asyncio.run_coroutine_threadsafe(step.engine.asplit(step.packet, step.config), self._loop)

        def call_off() -> None:
            future.cancel()

        with self._abort.waking(call_off):
            return future.result()

    def _run(self) -> None:
        import asyncio

        async def live() -> None:
            self._loop = asyncio.get_running_loop()
            self._end = asyncio.Event()
            self._begun.set()
            await self._end.wait()

        asyncio.run(live())
