"""Split jobs: from a file to its result, and what else can be done with them."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from splitreader._config import CategoriesLike
from splitreader._errors import (
    CreateUnknown,
    InvalidConfiguration,
    JobCancelled,
    JobFailed,
    RequestRefused,
    ServiceError,
    SplitReaderError,
)
from splitreader.client._answers import parse
from splitreader.client._creating import create_job
from splitreader.client._files import (
    FileFilters,
    Uploaded,
    UploadLike,
    delete_file,
    list_files_page,
    new_upload,
    upload_file,
)
from splitreader.client._job_bodies import JobOptions, NewJob, new_job
from splitreader.client._record import JobRecord
from splitreader.client._requests import Request, in_path, parameters
from splitreader.client._retrying import may_have_worked, send
from splitreader.client._service import Service
from splitreader.client._settings import Api
from splitreader.client._steps import Flow
from splitreader.client._upload import Upload
from splitreader.client._waiting import OnProgress, check_seconds, get_job, wait
from splitreader.sources import FileId
from splitreader.wire import CloudFile, SplitJob

logger = logging.getLogger("splitreader.client")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A file to split.

    Args:
        upload: the file; None where the job names one that is there already.
        job: what to do with it.
        delete_after: delete the uploaded file when no job needs it any more. It is kept while a job may run.
        record: where the job's trace is kept; None for nowhere.
    """

    upload: Upload | None
    job: NewJob
    delete_after: bool
    record: JobRecord | None = None


def plan(  # noqa: PLR0913  # options, all by name
    api: Api,
    file: UploadLike | FileId | CloudFile,
    categories: CategoriesLike | None,
    *,
    name: str | None,
    delete_after: bool,
    options: JobOptions,
    record: JobRecord | None = None,
) -> Plan:
    """What `run_job` will do.

    Raises:
        InvalidConfiguration: an option is wrong.
        SourceError: the file can't be looked at.
    """
    if record is not None and options.get("transaction_id") is not None:
        raise InvalidConfiguration("a record brings a transaction_id of its own; leave one of them out")
    if isinstance(file, (FileId, CloudFile)):
        return Plan(upload=None, job=new_job(api, file, categories, **options), delete_after=False, record=record)
    job = new_job(api, "not-uploaded-yet", categories, **options)
    upload = new_upload(file, name=name, external_file_id=f"splitreader-{uuid.uuid4()}")
    return Plan(upload=upload, job=job, delete_after=delete_after, record=record)


def run_job(
    service: Service,
    planned: Plan,
    *,
    max_seconds: float,
    progress: OnProgress | None = None,
    source: str | None = None,
) -> Flow[SplitJob]:
    """Upload a file, split it, and wait for the result.

    Args:
        service: where.
        planned: what.
        max_seconds: for waiting.
        progress: called with the job at each look.
        source: of the packet, for errors.

    Raises:
        JobError, ServiceError: see their trees.
    """
    check_seconds(max_seconds)
    service = service.scoped(planned.job.project_id, planned.job.organization_id)
    upload, job = planned.upload, planned.job
    uploaded: Uploaded | None = None
    running = ""
    try:
        if upload is not None:
            uploaded = yield from upload_file(service, upload, source=source)
            job = job.of_file(uploaded.file.id)
        created = yield from create_job(service, job, source=source)
        running = created.id
        done = yield from wait(
            service,
            created.id,
            max_seconds=max_seconds,
            progress=progress,
            source=source,
            file_id=job.file_id,
            is_new=True,
        )
    except (JobFailed, JobCancelled):
        yield from _delete(service, planned, uploaded)
        raise
    except CreateUnknown:
        raise
    except SplitReaderError as error:
        if uploaded is None and may_have_worked(error):
            yield from _delete_by_name(service, planned)
        elif not running:
            yield from _delete(service, planned, uploaded)
        raise
    except BaseException:
        _tell_what_stays(upload, uploaded, running)
        raise
    yield from _delete(service, planned, uploaded)
    return done


def cancel_job(service: Service, job_id: str) -> Flow[SplitJob]:
    """Cancel a job. One that is cancelled already, maybe by a request whose answer was lost, is no error."""
    request = _about(service, "cancel the split job", "POST", job_id, "/cancel")
    try:
        answer = yield from send(service, request, job_id=job_id)
    except RequestRefused as error:
        if error.status_code != 409:
            raise
        job = yield from get_job(service, job_id)
        if job.status != "cancelled":
            raise
        return job
    return parse(answer, SplitJob, request, service)


def delete_job(service: Service, job_id: str) -> Flow[None]:
    """Delete a job that is over."""
    yield from send(service, _about(service, "delete the split job", "DELETE", job_id), job_id=job_id)


def _about(service: Service, what: str, method: str, job_id: str, tail: str = "") -> Request:
    settings = service.settings
    return Request(
        what=what,
        method=method,
        path=f"{service.path}/{in_path(job_id)}{tail}",
        parameters=parameters(("project_id", settings.project_id), ("organization_id", settings.organization_id)),
        empty_json=True,
    )


def _delete(service: Service, planned: Plan, uploaded: Uploaded | None) -> Flow[None]:
    """Delete what was uploaded, if that is wanted. Whatever goes wrong here is logged: the result counts."""
    if uploaded is None or not planned.delete_after:
        return
    if uploaded.is_doubtful:
        yield from _delete_by_name(service, planned)
    else:
        yield from delete_upload(service, uploaded.file.id)


def _delete_by_name(service: Service, planned: Plan) -> Flow[None]:
    name = None if planned.upload is None else planned.upload.external_file_id
    if name is not None and planned.delete_after:
        yield from delete_uploads(service, name)


def delete_uploads(service: Service, name: str) -> Flow[None]:
    """Delete all that an upload may have left: a request whose answer was lost may have worked. Errors are logged."""
    try:
        found = yield from uploads(service, name)
    except ServiceError as error:
        logger.warning("files with the external id %s may stay on the service: %s", name, error)
        return
    for file_id in found:
        yield from delete_upload(service, file_id)


def uploads(service: Service, name: str) -> Flow[list[str]]:
    """The ids of the files that an upload has left on the service."""
    filters: FileFilters | None = FileFilters(external_file_id=name)
    found: list[str] = []
    while filters is not None:
        listing = yield from list_files_page(service, filters)
        found += [file.id for file in listing.items if file.external_file_id == name]
        filters = filters.after(listing)
    return found


def delete_upload(service: Service, file_id: str) -> Flow[None]:
    """Delete a file that was uploaded here. An error is logged: the result counts."""
    try:
        yield from delete_file(service, file_id)
    except ServiceError as error:
        logger.warning("file %s stays on the service: %s", file_id, error)


def _tell_what_stays(upload: Upload | None, uploaded: Uploaded | None, running: str) -> None:
    """Log what goes on or stays behind when a run is called off."""
    if running:
        logger.warning("job %s goes on although nobody waits for it any more; take it up again by its id", running)
    elif uploaded is not None:
        logger.warning("called off: file %s stays on the service, and a job for it may exist", uploaded.file.id)
    elif upload is not None:
        logger.warning("called off: a file with the external id %s may be on the service", upload.external_file_id)
