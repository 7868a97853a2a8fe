"""LlamaCloud's hosted Split API as an engine. Packets leave this machine."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack
from weakref import WeakKeyDictionary

from splitreader._config import UNCATEGORIZED, SplitConfig, quoted
from splitreader._errors import (
    DownloadFailed,
    InvalidConfiguration,
    LimitExceeded,
    ServiceUnavailable,
    ServiceUnreachable,
    SourceUnreadable,
    SplitReaderError,
)
from splitreader._limits import Limits
from splitreader._result import CONFIDENCE_RANK
from splitreader._threads import in_thread
from splitreader.engines._protocol import EngineAnswer, Packet, ProposedSegment
from splitreader.sources import Abort, Source, spool

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    import httpx

    from splitreader.client import AsyncSplitClient, ClientOptions, JobOptions, SplitClient
    from splitreader.wire import JobSegment, SplitJob

FETCHES = 3
"""How often a file is downloaded anew when the connection breaks half way."""


class LlamaCloudEngine:
    """Splits packets by LlamaCloud's Split API. Every packet given to it is uploaded there, and paid for there.

    It can be shared between threads, tasks and event loops, and pickled if the key comes from the environment.

    Args:
        configuration_id: a saved configuration, instead of the reader's categories.
        delete_after: delete the files that it uploaded itself when their job is over. A file is kept while its job may
            still run: after `JobDeadline`, `CreateUnknown` or a connection that stays broken.
        max_pages: refuse longer packets before they are uploaded.
        max_seconds: wait for one job so long; then `JobDeadline` is raised, and `resume` takes the job up again.
        retry_unknown: where the answer to a job's creation got lost and the job can't be found, create it again, even
            if that pays twice. Only beta has this doubt; ``api="v1"`` never pays twice.
        progress: called with the `SplitJob` at each look at it.
        http_client, async_http_client: your own httpx clients, for proxies and certificates; they stay open.
        options: see `splitreader.client.ClientOptions`: ``api_key``, ``api``, ``region``, ``base_url`` ...

    Raises:
        InvalidConfiguration: an option is wrong, or there is no key; nothing was sent.
    """

    def __init__(  # noqa: PLR0913  # options, all by name
        self,
        *,
        configuration_id: str | None = None,
        delete_after: bool = True,
        max_pages: int | None = None,
        max_seconds: float = 3600.0,
        retry_unknown: bool = False,
        progress: Callable[[SplitJob], None] | None = None,
        http_client: httpx.Client | None = None,
        async_http_client: httpx.AsyncClient | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        from splitreader.client import Limiter, Settings

        if max_pages is not None and (not isinstance(max_pages, int) or max_pages < 1):
            raise InvalidConfiguration(f"max_pages is {quoted(max_pages)}; it must be 1 or more")
        if not isinstance(max_seconds, (int, float)) or not max_seconds > 0:
            raise InvalidConfiguration(f"max_seconds is {quoted(max_seconds)}; it must be seconds above 0")
        self.configuration_id = configuration_id
        self.delete_after = delete_after
        self.max_pages = max_pages
        self.max_seconds = max_seconds
        self._settings = Settings.resolve(**options)
        self._retry_unknown = retry_unknown
        self._progress = progress
        self._http_client = http_client
        self._async_http_client = async_http_client
        self._job_id: str | None = None
        self._limiter = Limiter(self._settings.requests_per_minute)
        self._clients = _Clients()

    def __repr__(self) -> str:
        return f"LlamaCloudEngine(base_url={self._settings.base_url!r}, api={self._settings.api!r})"

    @property
    def name(self) -> str:
        """``"llamacloud"``."""
        return "llamacloud"

    @property
    def is_remote(self) -> bool:
        """True: packets leave this machine."""
        return True

    @property
    def brings_categories(self) -> bool:
        """Whether a saved configuration has the categories, so that the reader needs none."""
        return self.configuration_id is not None

    def resume(self, job_id: str, *, delete_file: bool = False) -> LlamaCloudEngine:
        """This engine, but taking up a job that exists: nothing is uploaded, nothing is created, nothing is paid.

        Args:
            job_id: of the job, as `JobDeadline.job_id` has it. Give the engine the packet that the job is about.
            delete_file: delete the job's file when the job is over.
        """
        resumed = copy.copy(self)
        resumed._job_id = job_id  # noqa: SLF001  # its own class
        resumed.delete_after = delete_file
        return resumed

    def check(self, config: SplitConfig) -> None:
        """Refuse what the service has no place for.

        Raises:
            InvalidConfiguration: ``target_pages`` on the beta API; categories or rules beside ``configuration_id``; or
                neither categories nor a ``configuration_id``.
        """
        from splitreader.client import new_job

        new_job(self._settings.api, "not-uploaded-yet", config.categories or None, **self._job_options(config))

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Upload a packet, split it there, and wait.

        Raises:
            InvalidConfiguration: an option it can't honour, or the packet is no file.
            LimitExceeded: it has more than `max_pages`.
            JobError, ServiceError: see their trees; ``job_id`` and ``file_id`` tell what is on the service.
        """
        self.check(config)
        self._check_pages(packet)
        file, name = _file_of(packet)
        with _about(packet), self._client() as client:
            if self._job_id is not None:
                job = client.wait(self._job_id, max_seconds=self.max_seconds, progress=self._progress)
                if self.delete_after and job.file_id is not None:
                    client.delete_file(job.file_id)
            else:
                job = client.run(
                    file,
                    config.categories or None,
                    name=name,
                    delete_after=self.delete_after,
                    max_seconds=self.max_seconds,
                    progress=self._progress,
                    **self._job_options(config),
                )
        return self._answer(job)

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` on the event loop."""
        self.check(config)
        await in_thread(lambda: self._check_pages(packet))
        file, name = _file_of(packet)
        with _about(packet):
            async with self._async_client() as client:
                if self._job_id is not None:
                    job = await client.wait(self._job_id, max_seconds=self.max_seconds, progress=self._progress)
                    if self.delete_after and job.file_id is not None:
                        await client.delete_file(job.file_id)
                else:
                    job = await client.run(
                        file,
                        config.categories or None,
                        name=name,
                        delete_after=self.delete_after,
                        max_seconds=self.max_seconds,
                        progress=self._progress,
                        **self._job_options(config),
                    )
        return self._answer(job)

    def fetch(self, source: Source, limits: Limits, abort: Abort) -> Source:
        """Download a file of the service, so that its pages can be read here. It goes to a private temporary file.

        Args:
            source: with a file id.
            limits: ``max_bytes`` and ``download_seconds``.
            abort: calls it off.

        Returns:
            The same source, local.

        Raises:
            UnknownId: there is no such file.
            LimitExceeded, DownloadFailed: it is too large, or takes too long.
            ServiceError: see its tree.
        """
        assert source.file_id is not None
        ends = time.monotonic() + limits.download_seconds
        with self._client() as client:
            for attempt in range(1, FETCHES + 1):
                try:
                    pieces = _watched(client.download_file(source.file_id.id), source.name, ends, abort)
                    file = spool(pieces, name=source.name, max_bytes=limits.max_bytes)
                    break
                except (ServiceUnreachable, ServiceUnavailable):
                    if attempt == FETCHES:
                        raise
        return replace(source, path=file.path, spool=file)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in ("_clients", "_limiter")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from splitreader.client import Limiter

        vars(self).update(state)
        self._limiter = Limiter(self._settings.requests_per_minute)
        self._clients = _Clients()

    def _check_pages(self, packet: Packet) -> None:
        if self.max_pages is not None and self._job_id is None and packet.page_count > self.max_pages:
            raise LimitExceeded(
                f"{packet.name} has {packet.page_count} pages, and at most {self.max_pages} may be sent to LlamaCloud; "
                "raise max_pages of the engine, or split it with the embedded engine",
                source=packet.name,
            )

    def _job_options(self, config: SplitConfig) -> JobOptions:
        return {
            "configuration_id": self.configuration_id,
            "allow_uncategorized": None if self.brings_categories else config.allow_uncategorized,
            "custom_instructions": config.custom_instructions,
            "min_pages_per_split": config.min_pages_per_split,
            "target_pages": config.target_pages,
            "retry_unknown": self._retry_unknown,
        }

    def _answer(self, job: SplitJob) -> EngineAnswer:
        assert job.result is not None  # a completed job has one, or the client raises
        segments = job.result.segments
        theirs = {category.name for category in job.categories} | {segment.category for segment in segments}
        return EngineAnswer(
            segments=[_proposed(segment) for segment in segments],
            job_id=job.id,
            raw=job.model_dump(mode="json"),
            categories=sorted(theirs - {UNCATEGORIZED}) if self.brings_categories else (),
        )

    @contextmanager
    def _client(self) -> Iterator[SplitClient]:
        from splitreader.client import SplitClient

        def make() -> SplitClient:
            return SplitClient(settings=self._settings, limiter=self._limiter, http_client=self._http_client)

        client = self._clients.enter(make)
        try:
            yield client
        finally:
            if (unused := self._clients.leave()) is not None:
                unused.close()

    @asynccontextmanager
    async def _async_client(self) -> AsyncIterator[AsyncSplitClient]:
        from asyncio import get_running_loop

        from splitreader.client import AsyncSplitClient

        def make() -> AsyncSplitClient:
            return AsyncSplitClient(settings=self._settings, limiter=self._limiter, http_client=self._async_http_client)

        loop = get_running_loop()
        client = self._clients.enter_loop(loop, make)
        try:
            yield client
        finally:
            if (unused := self._clients.leave_loop(loop)) is not None:
                await unused.aclose()


class _Clients:
    """The clients of one engine: one for all threads, one for each event loop, open while somebody uses them.

    So that packets split side by side share connections and looks, and nothing has to be closed by hand.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: SplitClient | None = None
        self._users = 0
        self._of_loops: WeakKeyDictionary[AbstractEventLoop, tuple[AsyncSplitClient, int]] = WeakKeyDictionary()

    def enter(self, make: Callable[[], SplitClient]) -> SplitClient:
        """The client of the threads; must be left again."""
        with self._lock:
            if self._client is None:
                self._client = make()
            self._users += 1
            return self._client

    def leave(self) -> SplitClient | None:
        """The client that is to be closed, if nobody uses it any more."""
        with self._lock:
            self._users -= 1
            if self._users > 0:
                return None
            client, self._client = self._client, None
            return client

    def enter_loop(self, loop: AbstractEventLoop, make: Callable[[], AsyncSplitClient]) -> AsyncSplitClient:
        """The client of a loop; must be left again."""
        with self._lock:
            client, users = self._of_loops.get(loop) or (make(), 0)
            self._of_loops[loop] = client, users + 1
            return client

    def leave_loop(self, loop: AbstractEventLoop) -> AsyncSplitClient | None:
        """The loop's client that is to be closed, if nobody uses it any more."""
        with self._lock:
            client, users = self._of_loops[loop]
            if users > 1:
                self._of_loops[loop] = client, users - 1
                return None
            del self._of_loops[loop]
            return client


@contextmanager
def _about(packet: Packet) -> Iterator[None]:
    """Errors in here are about this packet."""
    try:
        yield
    except SplitReaderError as error:
        error.source = error.source or packet.name
        raise


def _file_of(packet: Packet) -> tuple[Any, str | None]:
    """What to upload, and what to call it: a path, bytes, or the id of a file that is there.

    Raises:
        InvalidConfiguration: there is no file.
    """
    source = packet.source
    if source is not None and source.file_id is not None:
        return source.file_id, None
    if source is None or not source.is_local:
        raise InvalidConfiguration(
            f"{packet.name} is no file, only page texts, and LlamaCloud splits files; give from_pages the packet's "
            "path as source=, or use the embedded engine",
            source=packet.name,
        )
    name = source.file_name if source.file_name.lower().endswith(".pdf") else "packet.pdf"
    return source.data if source.path is None else source.path, name


def _proposed(segment: JobSegment) -> ProposedSegment:
    """The segment; a confidence that nobody knows counts as low."""
    known: dict[str, Any] = {name: name for name in CONFIDENCE_RANK}
    said = segment.confidence_category
    evidence = () if said in known else (f"LlamaCloud's confidence was {quoted(said)}",)
    return ProposedSegment(
        category=segment.category, pages=segment.pages, confidence=known.get(said, "low"), evidence=evidence
    )


def _watched(pieces: Iterator[bytes], name: str, ends: float, abort: Abort) -> Iterator[bytes]:
    for piece in pieces:
        if abort.called:
            raise SourceUnreadable(f"the download of {name} was called off", source=name)
        if time.monotonic() > ends:
            raise DownloadFailed(f"the download of {name} took too long; raise Limits.download_seconds", source=name)
        yield piece
