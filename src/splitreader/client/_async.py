"""The client for event loops: the same flows as the sync one's, driven without blocking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from splitreader._config import AllowUncategorized, CategoriesLike
from splitreader._errors import ServiceUnreachable
from splitreader._threads import in_thread
from splitreader.client import _configurations, _files, _jobs, _recorded, _waiting
from splitreader.client._creating import create_job
from splitreader.client._files import FileFilters, FilesApi, UploadLike, new_upload
from splitreader.client._http import Body, Exchange, answered, lost, refused_download
from splitreader.client._job_bodies import FileLike, JobOptions, new_job, saved_parameters
from splitreader.client._limiter import Limiter, RequestLimiter
from splitreader.client._listing import Filters, JobFilters, list_jobs_page, next_page
from splitreader.client._record import JobRecord
from splitreader.client._service import Service
from splitreader.client._settings import ClientOptions, Settings
from splitreader.client._steps import Answer, Do, Flow, Lost, Send, Step
from splitreader.client._waiting import OnProgress
from splitreader.sources import FileId
from splitreader.wire import CloudFile, PresignedURL, SavedConfiguration, SplitJob

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")

WAIT_SECONDS = 3600.0


class AsyncSplitClient:
    """`SplitClient` for one event loop; its tasks can share it.

    Use it in an ``async with`` statement, or `aclose` it.

    Args:
        http_client: your own httpx client, for proxies and certificates; it stays open. Its time-outs count where
            `options` has none.
        limiter: shared with other clients; default: one of its own.
        settings: options that were settled before, instead of `options`.
        tls: whom to trust; default: as httpx does.
        options: see `ClientOptions`.

    Raises:
        InvalidConfiguration: an option is wrong, or there is no key.
    """

    def __init__(
        self,
        *,
        http_client: httpx.AsyncClient | None = None,
        limiter: RequestLimiter | None = None,
        settings: Settings | None = None,
        tls: ssl.SSLContext | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        import asyncio

        import httpx

        settings = settings or Settings.resolve(**options)
        self._service = Service(
            settings=settings, limiter=limiter or Limiter(settings.requests_per_minute), make_event=asyncio.Event
        )
        self._exchange = Exchange(settings, None if http_client is None else http_client.timeout)
        self._owns_http = http_client is None
        self._http = http_client or httpx.AsyncClient(
            verify=True if tls is None else tls, limits=httpx.Limits(max_connections=100)
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(base_url={self._service.settings.base_url!r}, api={self._service.settings.api!r})"
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they are those of your own httpx client."""
        if self._owns_http:
            await self._http.aclose()

    async def upload_file(
        self,
        file: UploadLike,
        *,
        name: str | None = None,
        purpose: str = "split",
        external_file_id: str | None = None,
        files_api: FilesApi = "beta",
    ) -> CloudFile:
        """`SplitClient.upload_file` for an event loop: the same arguments and errors."""
        upload = await in_thread(
            lambda: new_upload(file, name=name, purpose=purpose, external_file_id=external_file_id, files_api=files_api)
        )
        return (await self._run(_files.upload_file(self._service, upload))).file

    async def get_file(self, file_id: str) -> CloudFile:
        """`SplitClient.get_file` for an event loop: the same arguments and errors."""
        return await self._run(_files.get_file(self._service, file_id))

    async def list_files(self, **filters: Unpack[_files.FileListFilters]) -> AsyncIterator[CloudFile]:
        """`SplitClient.list_files` for an event loop: the same arguments and errors."""
        wanted: FileFilters | None = FileFilters(**filters)
        while wanted is not None:
            listing = await self._run(_files.list_files_page(self._service, wanted))
            for item in listing.items:
                yield item
            wanted = wanted.after(listing)

    async def file_content(self, file_id: str, *, expires_at_seconds: int | None = None) -> PresignedURL:
        """`SplitClient.file_content` for an event loop: the same arguments and errors."""
        return await self._run(_files.file_content(self._service, file_id, expires_at_seconds))

    async def download_file(self, file_id: str) -> AsyncIterator[bytes]:
        """The file's bytes, piece by piece. They are fetched without key and cookie.

        Raises:
            UnknownId: there is no such file.
            ServiceUnavailable: the link to its bytes was refused.
            ServiceError: see its tree; also half way, there is no second try then.
        """
        import httpx

        link = await self.file_content(file_id)
        problem: Lost | None = None
        try:
            response = await self._http.send(
                httpx.Request("GET", link.url, extensions={"timeout": self._exchange.timeout().as_dict()}),
                stream=True,
                auth=None,
                follow_redirects=False,
            )
            try:
                if not response.is_success:
                    raise refused_download(file_id, response.status_code)
                async for piece in response.aiter_bytes():
                    yield piece
            finally:
                await response.aclose()
        except (httpx.RequestError, httpx.InvalidURL) as error:
            problem = lost(error, self._service.settings)
        if problem is not None:
            raise ServiceUnreachable(f"the file {file_id!r} could not be downloaded ({problem}); try again")

    async def delete_file(self, file_id: str) -> None:
        """`SplitClient.delete_file` for an event loop: the same arguments and errors."""
        await self._run(_files.delete_file(self._service, file_id))

    async def create_job(
        self, file: FileLike, categories: CategoriesLike | None = None, **options: Unpack[JobOptions]
    ) -> SplitJob:
        """`SplitClient.create_job` for an event loop: the same arguments and errors."""
        job = new_job(self._service.settings.api, file, categories, **options)
        return await self._run(create_job(self._service, job))

    async def get_job(self, job_id: str) -> SplitJob:
        """`SplitClient.get_job` for an event loop: the same arguments and errors."""
        return await self._run(_waiting.get_job(self._service, job_id))

    async def list_jobs(self, **filters: Unpack[JobFilters]) -> AsyncIterator[SplitJob]:
        """`SplitClient.list_jobs` for an event loop: the same arguments and errors."""
        wanted: Filters | None = Filters(**filters)
        while wanted is not None:
            listing = await self._run(list_jobs_page(self._service, wanted))
            for item in listing.items:
                yield item
            wanted = wanted.after(listing)

    async def cancel_job(self, job_id: str) -> SplitJob:
        """`SplitClient.cancel_job` for an event loop: the same arguments and errors."""
        return await self._run(_jobs.cancel_job(self._service, job_id))

    async def delete_job(self, job_id: str) -> None:
        """`SplitClient.delete_job` for an event loop: the same arguments and errors."""
        await self._run(_jobs.delete_job(self._service, job_id))

    async def wait(
        self, job_id: str, *, max_seconds: float = WAIT_SECONDS, progress: OnProgress | None = None
    ) -> SplitJob:
        """`SplitClient.wait` for an event loop: the same arguments and errors."""
        return await self._run(_waiting.wait(self._service, job_id, max_seconds=max_seconds, progress=progress))

    async def run(  # noqa: PLR0913  # options, all by name
        self,
        file: UploadLike | FileId | CloudFile,
        categories: CategoriesLike | None = None,
        *,
        name: str | None = None,
        delete_after: bool = False,
        max_seconds: float = WAIT_SECONDS,
        progress: OnProgress | None = None,
        record: JobRecord | None = None,
        **options: Unpack[JobOptions],
    ) -> SplitJob:
        """`SplitClient.run` for an event loop: the same arguments and errors."""
        planned = await in_thread(
            lambda: _jobs.plan(
                self._service.settings.api,
                file,
                categories,
                name=name,
                delete_after=delete_after,
                options=options,
                record=record,
            )
        )
        return await self._run(
            _recorded.run_planned(self._service, planned, max_seconds=max_seconds, progress=progress)
        )

    async def create_configuration(
        self,
        name: str,
        categories: CategoriesLike,
        *,
        allow_uncategorized: AllowUncategorized | bool = "include",
        custom_instructions: str | None = None,
        min_pages_per_split: int | None = None,
    ) -> SavedConfiguration:
        """`SplitClient.create_configuration` for an event loop: the same arguments and errors."""
        parameters = saved_parameters(
            categories,
            allow_uncategorized=allow_uncategorized,
            custom_instructions=custom_instructions,
            min_pages_per_split=min_pages_per_split,
        )
        return await self._run(_configurations.create_configuration(self._service, name, parameters))

    async def get_configuration(self, configuration_id: str) -> SavedConfiguration:
        """`SplitClient.get_configuration` for an event loop: the same arguments and errors."""
        return await self._run(_configurations.get_configuration(self._service, configuration_id))

    async def list_configurations(self, *, page_size: int | None = None) -> AsyncIterator[SavedConfiguration]:
        """`SplitClient.list_configurations` for an event loop: the same arguments and errors."""
        token: str | None = None
        while True:
            listing = await self._run(_configurations.list_configurations_page(self._service, page_size, token))
            for item in listing.items:
                yield item
            if (token := next_page(listing, token)) is None:
                return

    async def update_configuration(  # noqa: PLR0913  # options, all by name
        self,
        configuration_id: str,
        *,
        name: str | None = None,
        categories: CategoriesLike | None = None,
        allow_uncategorized: AllowUncategorized | bool = "include",
        custom_instructions: str | None = None,
        min_pages_per_split: int | None = None,
    ) -> SavedConfiguration:
        """`SplitClient.update_configuration` for an event loop: the same arguments and errors."""
        parameters = _configurations.changed_parameters(
            categories,
            allow_uncategorized=allow_uncategorized,
            custom_instructions=custom_instructions,
            min_pages_per_split=min_pages_per_split,
        )
        return await self._run(_configurations.update_configuration(self._service, configuration_id, name, parameters))

    async def delete_configuration(self, configuration_id: str) -> None:
        """`SplitClient.delete_configuration` for an event loop: the same arguments and errors."""
        await self._run(_configurations.delete_configuration(self._service, configuration_id))

    async def _run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end on this event loop."""
        try:
            step = next(flow)
            while True:
                try:
                    outcome = await self._perform(step)
                except Exception as error:  # noqa: BLE001  # handed to the flow, which decides
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
        finally:
            flow.close()

    async def _perform(self, step: Step) -> Any:
        import asyncio

        if isinstance(step, Send):
            return await self._send(step)
        if isinstance(step, Do):
            return await in_thread(step.call)
        if step.event is None:
            return await asyncio.sleep(step.seconds or 0)
        assert isinstance(step.event, asyncio.Event)
        with suppress(TimeoutError):
            async with asyncio.timeout(step.seconds):
                return await step.event.wait()
        return False

    async def _send(self, step: Send) -> Answer:
        import httpx

        arguments = self._exchange.arguments(step, is_async=True)
        problem: Answer | Lost
        try:
            async with self._http.stream(**arguments) as response:
                body = Body(arguments["timeout"].read)
                async for piece in response.aiter_bytes():
                    body.add(piece)
                return body.answer(response)
        except httpx.RequestError as error:
            problem = lost(error, self._service.settings)
        except httpx.HTTPStatusError as error:  # raised by a hook of the user's own client
            problem = answered(error.response)
        if isinstance(problem, Answer):
            return problem
        raise problem  # out here: in there it would carry httpx's error along, whose frames hold the key
