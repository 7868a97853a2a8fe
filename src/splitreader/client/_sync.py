"""The client for code without an event loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from splitreader._config import AllowUncategorized, CategoriesLike
from splitreader._errors import ServiceUnreachable
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


class SplitClient:
    """A client of the Split API. It can be shared between threads; jobs waited for together are looked at together.

    Use it in a ``with`` statement, or `close` it.

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
        http_client: httpx.Client | None = None,
        limiter: RequestLimiter | None = None,
        settings: Settings | None = None,
        tls: ssl.SSLContext | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        import httpx

        settings = settings or Settings.resolve(**options)
        self._service = Service(
            settings=settings, limiter=limiter or Limiter(settings.requests_per_minute), make_event=threading.Event
        )
        self._exchange = Exchange(settings, None if http_client is None else http_client.timeout)
        self._owns_http = http_client is None
        self._http = http_client or httpx.Client(
            verify=True if tls is None else tls, limits=httpx.Limits(max_connections=100)
        )

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(base_url={self._service.settings.base_url!r}, api={self._service.settings.api!r})"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, unless they are those of your own httpx client."""
        if self._owns_http:
            self._http.close()

    def upload_file(
        self,
        file: UploadLike,
        *,
        name: str | None = None,
        purpose: str = "split",
        external_file_id: str | None = None,
        files_api: FilesApi = "beta",
    ) -> CloudFile:
        """Upload a file; memory does not grow with it.

        Args:
            file: its path, or its bytes.
            name: what the service will call it; default: the path's last part, or ``"packet.pdf"``.
            purpose: what it is for.
            external_file_id: your own name for it.
            files_api: ``"beta"``, the current form, or ``"v1"``, the Split guide's, which knows neither purpose nor
                external id.

        Raises:
            SourceError: the file can't be read.
            ServiceError: see its tree.
        """
        upload = new_upload(file, name=name, purpose=purpose, external_file_id=external_file_id, files_api=files_api)
        return self._run(_files.upload_file(self._service, upload)).file

    def get_file(self, file_id: str) -> CloudFile:
        """What the service knows of a file.

        Raises:
            UnknownId: there is no such file.
            ServiceError: see its tree.
        """
        return self._run(_files.get_file(self._service, file_id))

    def list_files(self, **filters: Unpack[_files.FileListFilters]) -> Iterator[CloudFile]:
        """The files that the filters let through, as many pages as there are; see `FileFilters`.

        Raises:
            ServiceError: see its tree.
        """
        wanted: FileFilters | None = FileFilters(**filters)
        while wanted is not None:
            listing = self._run(_files.list_files_page(self._service, wanted))
            yield from listing.items
            wanted = wanted.after(listing)

    def file_content(self, file_id: str, *, expires_at_seconds: int | None = None) -> PresignedURL:
        """Where the file's bytes can be had for a while. Whoever has the URL can read them.

        Raises:
            UnknownId: there is no such file.
            ServiceError: see its tree.
        """
        return self._run(_files.file_content(self._service, file_id, expires_at_seconds))

    def download_file(self, file_id: str) -> Iterator[bytes]:
        """The file's bytes, piece by piece. They are fetched without key and cookie.

        Raises:
            UnknownId: there is no such file.
            ServiceUnavailable: the link to its bytes was refused.
            ServiceError: see its tree; also half way, there is no second try then.
        """
        import httpx

        link = self.file_content(file_id)
        problem: Lost | None = None
        try:
            response = self._http.send(
                httpx.Request("GET", link.url, extensions={"timeout": self._exchange.timeout().as_dict()}),
                stream=True,
                auth=None,
                follow_redirects=False,
            )
            try:
                if not response.is_success:
                    raise refused_download(file_id, response.status_code)
                yield from response.iter_bytes()
            finally:
                response.close()
        except (httpx.RequestError, httpx.InvalidURL) as error:
            problem = lost(error, self._service.settings)
        if problem is not None:
            raise ServiceUnreachable(f"the file {file_id!r} could not be downloaded ({problem}); try again")

    def delete_file(self, file_id: str) -> None:
        """Delete a file.

        Raises:
            UnknownId: there is no such file.
            ServiceError: see its tree.
        """
        self._run(_files.delete_file(self._service, file_id))

    def create_job(
        self, file: FileLike, categories: CategoriesLike | None = None, **options: Unpack[JobOptions]
    ) -> SplitJob:
        """Start a split job, once: a lost answer starts no second one.

        Args:
            file: that was uploaded; with v1 also the id of a completed parse job.
            categories: what to split into; None with ``configuration_id``.
            options: see `JobOptions`.

        Raises:
            InvalidConfiguration: an option is wrong, or the form has no place for it; nothing was sent.
            CreateUnknown: the job may exist, and could not be found.
            ServiceError: see its tree; there is no job.
        """
        job = new_job(self._service.settings.api, file, categories, **options)
        return self._run(create_job(self._service, job))

    def get_job(self, job_id: str) -> SplitJob:
        """A job as it is now.

        Raises:
            UnknownId: there is no such job.
            ServiceError: see its tree.
        """
        return self._run(_waiting.get_job(self._service, job_id))

    def list_jobs(self, **filters: Unpack[JobFilters]) -> Iterator[SplitJob]:
        """The jobs that the filters let through, as many pages as there are; see `Filters`.

        Raises:
            ServiceError: see its tree.
        """
        wanted: Filters | None = Filters(**filters)
        while wanted is not None:
            listing = self._run(list_jobs_page(self._service, wanted))
            yield from listing.items
            wanted = wanted.after(listing)

    def cancel_job(self, job_id: str) -> SplitJob:
        """Cancel a job. The beta API can't; what it answers is raised as it is.

        Raises:
            RequestRefused: the job is over, or the API can't cancel.
            ServiceError: see its tree.
        """
        return self._run(_jobs.cancel_job(self._service, job_id))

    def delete_job(self, job_id: str) -> None:
        """Delete a job that is over. The beta API can't; what it answers is raised as it is.

        Raises:
            RequestRefused: the job is not over, or the API can't delete.
            ServiceError: see its tree.
        """
        self._run(_jobs.delete_job(self._service, job_id))

    def wait(self, job_id: str, *, max_seconds: float = WAIT_SECONDS, progress: OnProgress | None = None) -> SplitJob:
        """Wait until a job is completed.

        Looks at once, then with growing gaps. Jobs that other threads wait for with this client are looked at
        together.

        Args:
            job_id: of the job.
            max_seconds: give up after that; the job goes on.
            progress: called with the job at each look.

        Returns:
            The job with its result.

        Raises:
            JobFailed, JobCancelled: it came to no result.
            JobDeadline: it still runs; wait for it again.
            ServiceError: see its tree; the job goes on.
        """
        return self._run(_waiting.wait(self._service, job_id, max_seconds=max_seconds, progress=progress))

    def run(  # noqa: PLR0913  # options, all by name
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
        """Upload, create, wait: a file goes in, a completed job comes out.

        Args:
            file: a path or bytes to upload, or a `FileId` or `CloudFile` that is there already. Text is a path.
            categories: what to split into; None with ``configuration_id``.
            name: what the service will call the file.
            delete_after: delete the file that was uploaded here when the job is over; it is kept when `max_seconds`
                are, so that the job can be waited for again.
            max_seconds: for waiting.
            progress: called with the job at each look.
            record: where the job's trace is kept, so that a run of another process takes the job up instead of
                starting a second one. It stays there at the end; drop it when the result is safe.
            options: see `JobOptions`.

        Raises:
            InvalidConfiguration, SourceError: nothing was sent.
            JobError, ServiceError: see their trees.
        """
        planned = _jobs.plan(
            self._service.settings.api,
            file,
            categories,
            name=name,
            delete_after=delete_after,
            options=options,
            record=record,
        )
        return self._run(_recorded.run_planned(self._service, planned, max_seconds=max_seconds, progress=progress))

    def create_configuration(
        self,
        name: str,
        categories: CategoriesLike,
        *,
        allow_uncategorized: AllowUncategorized | bool = "include",
        custom_instructions: str | None = None,
        min_pages_per_split: int | None = None,
    ) -> SavedConfiguration:
        """Save categories and rules on the service, for ``configuration_id``.

        Raises:
            InvalidConfiguration: an option is wrong.
            ServiceError: see its tree.
        """
        parameters = saved_parameters(
            categories,
            allow_uncategorized=allow_uncategorized,
            custom_instructions=custom_instructions,
            min_pages_per_split=min_pages_per_split,
        )
        return self._run(_configurations.create_configuration(self._service, name, parameters))

    def get_configuration(self, configuration_id: str) -> SavedConfiguration:
        """A saved configuration.

        Raises:
            UnknownId: there is none with this id.
            ServiceError: see its tree.
        """
        return self._run(_configurations.get_configuration(self._service, configuration_id))

    def list_configurations(self, *, page_size: int | None = None) -> Iterator[SavedConfiguration]:
        """The saved configurations for splitting, as many pages as there are.

        Raises:
            ServiceError: see its tree.
        """
        token: str | None = None
        while True:
            listing = self._run(_configurations.list_configurations_page(self._service, page_size, token))
            yield from listing.items
            if (token := next_page(listing, token)) is None:
                return

    def update_configuration(  # noqa: PLR0913  # options, all by name
        self,
        configuration_id: str,
        *,
        name: str | None = None,
        categories: CategoriesLike | None = None,
        allow_uncategorized: AllowUncategorized | bool = "include",
        custom_instructions: str | None = None,
        min_pages_per_split: int | None = None,
    ) -> SavedConfiguration:
        """Change a saved configuration: its name, or all of its categories and rules, or both.

        Raises:
            InvalidConfiguration: an option is wrong, or there is nothing to change.
            ServiceError: see its tree.
        """
        parameters = _configurations.changed_parameters(
            categories,
            allow_uncategorized=allow_uncategorized,
            custom_instructions=custom_instructions,
            min_pages_per_split=min_pages_per_split,
        )
        return self._run(_configurations.update_configuration(self._service, configuration_id, name, parameters))

    def delete_configuration(self, configuration_id: str) -> None:
        """Delete a saved configuration.

        Raises:
            UnknownId: there is none with this id.
            ServiceError: see its tree.
        """
        self._run(_configurations.delete_configuration(self._service, configuration_id))

    def _run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end in this thread."""
        try:
            step = next(flow)
            while True:
                try:
                    outcome = self._perform(step)
                except Exception as error:  # noqa: BLE001  # handed to the flow, which decides
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
        finally:
            flow.close()

    def _perform(self, step: Step) -> Any:
        if isinstance(step, Send):
            return self._send(step)
        if isinstance(step, Do):
            return step.call()
        if step.event is None:
            return time.sleep(step.seconds or 0)
        assert isinstance(step.event, threading.Event)
        return step.event.wait(step.seconds)

    def _send(self, step: Send) -> Answer:
        import httpx

        arguments = self._exchange.arguments(step, is_async=False)
        problem: Answer | Lost
        try:
            with self._http.stream(**arguments) as response:
                body = Body(arguments["timeout"].read)
                for piece in response.iter_bytes():
                    body.add(piece)
                return body.answer(response)
        except httpx.RequestError as error:
            problem = lost(error, self._service.settings)
        except httpx.HTTPStatusError as error:  # raised by a hook of the user's own client
            problem = answered(error.response)
        if isinstance(problem, Answer):
            return problem
        raise problem  # out here: in there it would carry httpx's error along, whose frames hold the key
