"""Workers that run the jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from splitreader._errors import SplitReaderError
from splitreader._result import SplitResult
from splitreader.engines._protocol import Engine
from splitreader.server._settings import ServerSettings
from splitreader.server.jobs.attempt import Attempt, End
from splitreader.server.jobs.work import Work, segments_of, stack_of
from splitreader.server.storage import Storage, StoredJob

T = TypeVar("T")

logger = logging.getLogger("splitreader.server")

RETRY_SECONDS = 5.0
"""How long a worker waits before it tries a failing disk again."""


class JobRunner:
    """Runs pending jobs, ``settings.workers`` side by side, as tasks of the event loop it is started in.

    Args:
        storage: where the jobs are; open as long as the runner works.
        engine: who splits.
        settings: workers, limits, deadlines.
    """

    def __init__(self, storage: Storage, engine: Engine, settings: ServerSettings) -> None:
        self._storage = storage
        self._engine = engine
        self._settings = settings
        self._loop: asyncio.AbstractEventLoop | None = None
        # of its own, so that an engine that fills the loop's threads does not keep jobs from being ended
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="splitreader-jobs")
        self._stopping = asyncio.Event()
        self._handing_back = False
        self._calls: list[asyncio.Event] = []
        self._workers: list[asyncio.Task[None]] = []
        self._attempts: dict[str, Attempt] = {}

    async def start(self) -> None:
        """Begin to work; what waits already is begun at once."""
        self._loop = asyncio.get_running_loop()
        self._calls = [asyncio.Event() for _ in range(self._settings.workers)]
        self._workers = [asyncio.create_task(self._work(call)) for call in self._calls]

    def wake(self) -> None:
        """Say that a job was created. From any thread; nothing happens before `start` and after `stop`."""
        self._in_loop(self._wake)

    def cancel(self, job_id: str) -> None:
        """End a job's work, once its row is cancelled. From any thread; nothing happens if it does not run."""
        self._in_loop(lambda: self._call_off(job_id))

    def begin_no_more(self) -> None:
        """Leave what waits to the next start; what runs goes on. From the event loop's thread, before `stop`."""
        self._stopping.set()
        self._wake()

    async def stop(self) -> None:
        """Begin no more jobs; let those that run go on for ``settings.grace_seconds``, then hand them back.

        Once more does nothing.
        """
        self.begin_no_more()
        if self._workers:
            await asyncio.wait(self._workers, timeout=self._settings.grace_seconds)
            self._handing_back = True
            for job_id in list(self._attempts):
                self._call_off(job_id)
            await asyncio.wait(self._workers)
        self._loop = None
        self._threads.shutdown()

    def _in_loop(self, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(call)

    def _wake(self) -> None:
        for call in self._calls:
            call.set()

    def _call_off(self, job_id: str) -> None:
        if (attempt := self._attempts.get(job_id)) is not None:
            attempt.call_off()

    async def _work(self, call: asyncio.Event) -> None:
        """Take one job after the other until the runner stops. Never cancelled, so that no claim gets lost."""
        while not self._stopping.is_set():
            call.clear()  # before the claim: a job that is created from here on sets it again
            job = await self._insist(self._storage.jobs.claim)
            if job is not None:
                await self._do(job)
            elif not self._stopping.is_set():
                await call.wait()

    async def _do(self, job: StoredJob) -> None:
        """Bring a job that was claimed to its end, or back."""
        began = time.monotonic()
        path = self._storage.files.path_of(job.sha256)
        work = Work(job=job, path=path, engine=self._engine, settings=self._settings)
        attempt = Attempt(job.id, self._if_wanted(work), seconds=self._settings.job_seconds)
        self._attempts[job.id] = attempt
        if self._handing_back:
            attempt.call_off()
        end = await attempt.end()
        del self._attempts[job.id]
        status = await self._settle(work, end)
        fields: dict[str, Any] = {
            "job_id": job.id,
            "status": status,
            "seconds": round(time.monotonic() - began, 3),
            "pages": end.page_count if isinstance(end, SplitResult) else None,
        }
        logger.info("job %s: %s", job.id, status, extra=fields)

    async def _if_wanted(self, work: Work) -> SplitResult | None:
        """Do the work, unless the job was cancelled after its claim and before it could be called off."""
        job = await self._in_thread(lambda: self._storage.jobs.get(work.job.project_id, work.job.id))
        return await work.run() if job is not None and job.status == "processing" else None

    async def _settle(self, work: Work, end: End) -> str:
        """Write down how an attempt ended; what became of the job, for the log."""
        jobs, job_id = self._storage.jobs, work.job.id
        if isinstance(end, SplitResult):
            segments = segments_of(end)
            done = await self._insist(lambda: jobs.finish(job_id, segments))
            return "completed" if done else "cancelled"
        if self._handing_back and end != "late":  # errors, too: they may come of being called off
            done = await self._insist(lambda: jobs.hand_back(job_id))
            return "handed back" if done else "cancelled"
        if end == "unwanted" or end == "called off":  # noqa: PLR1714  # mypy can follow this
            return "cancelled"
        if isinstance(end, BaseException) and not isinstance(end, SplitReaderError):
            logger.error("job %s: internal error\n%s", job_id, stack_of(end), extra={"job_id": job_id})
        message = work.message_of(end)
        done = await self._insist(lambda: jobs.fail(job_id, message))
        return "failed" if done else "cancelled"

    async def _insist(self, call: Callable[[], T]) -> T | None:
        """Call the storage until it answers; None if the runner stops before, and opening puts it in order."""
        while True:
            try:
                return await self._in_thread(call)
            except SplitReaderError as error:
                logger.error("the storage failed: %s", error)  # noqa: TRY400  # the message says all
            except Exception as error:  # noqa: BLE001  # a worker must not end
                logger.error("the storage failed\n%s", stack_of(error))  # noqa: TRY400  # the stack is there
            if self._stopping.is_set():
                return None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), RETRY_SECONDS)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
