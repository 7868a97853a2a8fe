"""Split jobs: from a file to its result, and what else can be done with them."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from splitreader._config import CategoriesLike
from splitreader._errors import CreateUnknown, JobCancelled, JobFailed, ServiceError, SplitReaderError
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
from splitreader.client._requests import Request, in_path, parameters
from splitreader.client._retrying import send
from splitreader.client._service import Service
from splitreader.client._settings import Api
from splitreader.client._steps import Flow
from splitreader.client._upload import Upload
from splitreader.client._waiting import OnProgress, check_seconds, wait
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
    """

    upload: Upload | None
    job: NewJob
    delete_after: bool


def plan(  # noqa: PLR0913  # options, all by name
    api: Api,
    file: UploadLike | FileId | CloudFile,
    categories: CategoriesLike | None,
    *,
    name: str | None,
    delete_after: bool,
    options: JobOptions,
) -> Plan:
    """What `run_job` will do.

    Raises:
        InvalidConfiguration: an option is wrong.
        SourceError: the file can't be looked at.
    """
    if isinstance(file, (FileId, CloudFile)):
        return Plan(upload=None, job=new_job(api, file, categories, **options), delete_after=False)
    job = new_job(api, "not-uploaded-yet", categories, **options)
    upload = new_upload(file, name=name, external_file_id=f"splitreader-{uuid.uuid4()}")
    return Plan(upload=upload, job=job, delete_after=delete_after)


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
    job = planned.job
    uploaded: Uploaded | None = None
    if planned.upload is not None:
        uploaded = yield from upload_file(service, planned.upload, source=source)
        job = job.of_file(uploaded.file.id)
    doomed = uploaded if planned.delete_after else None
    running = ""
    try:
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
        yield from _delete(service, doomed, planned.upload)
        raise
    except CreateUnknown:
        raise
    except SplitReaderError:
        if not running:
            yield from _delete(service, doomed, planned.upload)
        raise
    except BaseException:
        if running:
            logger.warning("job %s goes on although nobody waits for it any more; take it up again by its id", running)
        raise
    yield from _delete(service, doomed, planned.upload)
    return done


def cancel_job(service: Service, job_id: str) -> Flow[SplitJob]:
    """Cancel a job."""
    request = _about(service, "cancel the split job", "POST", job_id, "/cancel")
    answer = yield from send(service, request, job_id=job_id)
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


def _delete(service: Service, uploaded: Uploaded | None, upload: Upload | None) -> Flow[None]:
    """Delete what was uploaded. Whatever goes wrong here is logged: the result counts."""
    if uploaded is None or upload is None:
        return
    try:
        ids = [uploaded.file.id]
        name = dict(upload.fields).get("external_file_id")
        if uploaded.is_doubtful and name is not None:
            listing = yield from list_files_page(service, FileFilters(external_file_id=name))
            ids += [file.id for file in listing.items if file.id not in ids and file.external_file_id == name]
        for file_id in ids:
            yield from delete_file(service, file_id)
    except ServiceError as error:
        logger.warning("file %s stays on the service: %s", uploaded.file.id, error)
