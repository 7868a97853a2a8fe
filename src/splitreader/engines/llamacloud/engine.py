"""LlamaCloud's hosted Split API as an engine. Packets leave this machine."""

from __future__ import annotations

import copy
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Unpack

from splitreader._config import UNCATEGORIZED, SplitConfig, quoted
from splitreader._errors import (
    InvalidConfiguration,
    JobCancelled,
    JobFailed,
    LimitExceeded,
    ServiceError,
    SplitReaderError,
)
from splitreader._fingerprints import fingerprint_of
from splitreader._threads import in_thread
from splitreader.engines._protocol import EngineAnswer, Packet
from splitreader.engines.llamacloud.clients import Clients
from splitreader.engines.llamacloud.fetching import fetched
from splitreader.engines.llamacloud.packets import OnePacket, check_file, file_of, proposed

if TYPE_CHECKING:
    import httpx

    from splitreader._limits import Limits
    from splitreader.client import AsyncSplitClient, ClientOptions, JobOptions, JobRecord, RequestLimiter, SplitClient
    from splitreader.sources import Abort, Source
    from splitreader.wire import SplitJob

logger = logging.getLogger(__name__)


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
        limiter: says when a request may be sent, instead of ``requests_per_minute``; for a limit that several processes
            share, such as `splitreader.ray.SharedLimiter`.
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
        limiter: RequestLimiter | None = None,
        http_client: httpx.Client | None = None,
        async_http_client: httpx.AsyncClient | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        from splitreader.client import Limiter, Settings, check_seconds

        if max_pages is not None and (not isinstance(max_pages, int) or max_pages < 1):
            raise InvalidConfiguration(f"max_pages is {quoted(max_pages)}; it must be 1 or more")
        check_seconds(max_seconds)
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
        self._record: JobRecord | None = None
        if limiter is not None and self._settings.requests_per_minute is not None:
            raise InvalidConfiguration(
                "limiter and requests_per_minute both say how many requests may be sent; give one"
            )
        self._shared_limiter = limiter
        self._limiter = limiter or Limiter(self._settings.requests_per_minute)
        self._clients = Clients()
        self._first = OnePacket()

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

    @property
    def reads_pages(self) -> bool:
        """False: the service reads the file itself."""
        return False

    @property
    def fingerprint(self) -> str:
        """What results depend on beside the packet and the config, as far as it can be known here."""
        settings = self._settings
        return fingerprint_of(
            base_url=settings.base_url,
            api=settings.api,
            project_id=settings.project_id,
            organization_id=settings.organization_id,
            configuration_id=self.configuration_id,
            job_id=self._job_id,
        )

    @property
    def requests_per_minute(self) -> int | None:
        """The limit that this engine keeps by itself; None where there is none, or it was given a limiter."""
        return None if self._shared_limiter is not None else self._settings.requests_per_minute

    def limited_by(self, limiter: RequestLimiter) -> LlamaCloudEngine:
        """This engine, but asking somebody else when it may send. The limiter goes into its pickles."""
        limited = copy.copy(self)
        limited._limiter = limited._shared_limiter = limiter  # noqa: SLF001  # its own class
        return limited

    def recorded(self, record: JobRecord) -> LlamaCloudEngine:
        """This engine for one packet: it takes up the job whose trace is in the record, and keeps one there.

        One that `resume` made is told its job already, and stays as it is.
        """
        if self._job_id is not None:
            return self
        kept = copy.copy(self)
        kept._record = record  # noqa: SLF001  # its own class
        kept._limiter, kept._clients = self._limiter, self._clients  # noqa: SLF001
        return kept

    def resume(self, job_id: str, *, delete_file: bool = False) -> LlamaCloudEngine:
        """This engine, but taking up a job that exists: nothing is uploaded, nothing is created, nothing is paid.

        Args:
            job_id: of the job, as `JobDeadline.job_id` has it. Give the engine the packet that the job is about, and
                no other: what the service has can't be compared with a file here.
            delete_file: delete the job's file when the job is over.
        """
        resumed = copy.copy(self)
        resumed._job_id = job_id  # noqa: SLF001  # its own class
        resumed._limiter, resumed._clients = self._limiter, self._clients  # noqa: SLF001
        resumed.delete_after = delete_file
        return resumed

    def check(self, config: SplitConfig) -> None:
        """Refuse what the service has no place for.

        Raises:
            InvalidConfiguration: ``target_pages`` on the beta API; a category with a ``partition_key``; categories or
                rules beside ``configuration_id``; or neither categories nor a ``configuration_id``.
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
        if self._async_http_client is not None and self._http_client is None:
            raise _other_client(packet, "http_client")
        self._check_packet(packet)
        file, name = file_of(packet)
        with _about(packet), self._client() as client:
            if self._job_id is not None:
                job = self._take_up(client, self._job_id)
                check_file(job, packet)
            else:
                job = client.run(
                    file,
                    config.categories or None,
                    name=name,
                    delete_after=self.delete_after,
                    max_seconds=self.max_seconds,
                    progress=self._progress,
                    record=self._record,
                    **self._job_options(config),
                )
        return self._answer(job)

    def check_async(self) -> None:
        """Refuse to be asked on an event loop without the client that was given for something else.

        Raises:
            InvalidConfiguration: there is an ``http_client``, and no ``async_http_client``.
        """
        if self._http_client is not None and self._async_http_client is None:
            raise InvalidConfiguration(
                "packets would be sent without the httpx client that was given, maybe for a proxy: several at once and "
                "asyncio need async_http_client; give it, too, or split one at a time: split_many(workers=1)"
            )

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """`split` on the event loop.

        Raises:
            InvalidConfiguration: as `split`, and when an ``http_client`` was given without an ``async_http_client``.
            LimitExceeded, JobError, ServiceError: as `split`.
        """
        self.check(config)
        if self._http_client is not None and self._async_http_client is None:
            raise _other_client(packet, "async_http_client")
        await in_thread(lambda: self._check_packet(packet))
        file, name = file_of(packet)
        with _about(packet):
            async with self._async_client() as client:
                if self._job_id is not None:
                    job = await self._atake_up(client, self._job_id)
                    check_file(job, packet)
                else:
                    job = await client.run(
                        file,
                        config.categories or None,
                        name=name,
                        delete_after=self.delete_after,
                        max_seconds=self.max_seconds,
                        progress=self._progress,
                        record=self._record,
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
        if self._async_http_client is not None and self._http_client is None:
            raise InvalidConfiguration(
                f"{source.name} would be downloaded without the httpx client that was given, maybe for a proxy; give "
                "http_client, too",
                source=source.name,
            )
        with self._client() as client:
            return fetched(client, source, limits, abort)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in ("_clients", "_first", "_limiter")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from splitreader.client import Limiter

        vars(self).update(state)
        self._limiter = self._shared_limiter or Limiter(self._settings.requests_per_minute)
        self._clients = Clients()
        self._first = OnePacket()

    def _take_up(self, client: SplitClient, job_id: str) -> SplitJob:
        """Wait for a job that exists; its file goes with the job's end, if that is wanted."""
        doomed: str | None = None
        try:
            job = client.wait(job_id, max_seconds=self.max_seconds, progress=self._progress)
            doomed = job.file_id
        except (JobFailed, JobCancelled) as error:
            doomed = error.file_id
            raise
        finally:
            if self.delete_after and doomed is not None:
                with _only_logged(doomed):
                    client.delete_file(doomed)
        return job

    async def _atake_up(self, client: AsyncSplitClient, job_id: str) -> SplitJob:
        """`_take_up` on the event loop."""
        doomed: str | None = None
        try:
            job = await client.wait(job_id, max_seconds=self.max_seconds, progress=self._progress)
            doomed = job.file_id
        except (JobFailed, JobCancelled) as error:
            doomed = error.file_id
            raise
        finally:
            if self.delete_after and doomed is not None:
                with _only_logged(doomed):
                    await client.delete_file(doomed)
        return job

    def _check_packet(self, packet: Packet) -> None:
        if self._job_id is not None:
            self._first.claim(packet, self._job_id)
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
            segments=[proposed(segment) for segment in segments],
            job_id=job.id,
            raw=job.model_dump(mode="json"),
            categories=sorted(theirs - {UNCATEGORIZED}) if self.brings_categories else (),
        )

    @contextmanager
    def _client(self) -> Iterator[SplitClient]:
        from splitreader.client import SplitClient

        def make() -> SplitClient:
            return SplitClient(
                settings=self._settings,
                limiter=self._limiter,
                http_client=self._http_client,
                tls=self._clients.tls(),
            )

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

        tls = await in_thread(self._clients.tls)  # which takes some hundredths of a second to read

        def make() -> AsyncSplitClient:
            return AsyncSplitClient(
                settings=self._settings, limiter=self._limiter, http_client=self._async_http_client, tls=tls
            )

        loop = get_running_loop()
        client = self._clients.enter_loop(loop, make)
        try:
            yield client
        finally:
            if (unused := self._clients.leave_loop(loop)) is not None:
                await unused.aclose()


def _other_client(packet: Packet, name: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"{packet.name} would be sent without the httpx client that was given, maybe for a proxy; give {name}, too",
        source=packet.name,
    )


@contextmanager
def _about(packet: Packet) -> Iterator[None]:
    """Errors in here are about this packet."""
    try:
        yield
    except SplitReaderError as error:
        error.source = error.source or packet.name
        raise


@contextmanager
def _only_logged(file_id: str) -> Iterator[None]:
    """A file that can't be deleted is logged: the result counts."""
    try:
        yield
    except ServiceError as error:
        logger.warning("file %s stays on the service: %s", file_id, error)
