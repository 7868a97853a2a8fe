"""Split jobs, under beta and under v1. Both see the same jobs, each in its own words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Depends, HTTPException, Query

from splitreader.server._services import Served
from splitreader.server.access.caller import AUTHENTICATED, Called
from splitreader.server.routes.answers import beta_job_answer, listing, v1_job_answer
from splitreader.server.routes.bodies import BetaJobBody, V1JobBody
from splitreader.server.routes.creating import create_job
from splitreader.server.routes.queries import Ids, Moment, PageSize, PageToken, page_size_of
from splitreader.server.storage import StoredJob
from splitreader.wire import JobStatus, Listing, SplitJob

beta_router = APIRouter(prefix="/api/v1/beta/split/jobs", tags=["split (beta)"], dependencies=AUTHENTICATED)
v1_router = APIRouter(prefix="/api/v1/split/jobs", tags=["split"], dependencies=AUTHENTICATED)


class JobFilters(TypedDict):
    """Which jobs, as `JobStore.list` takes it."""

    status: JobStatus | None
    job_ids: list[str] | None
    created_from: datetime | None
    created_to: datetime | None
    page_size: int
    page_token: str | None


async def job_filters(  # noqa: PLR0913  # one for each filter
    *,
    status: Annotated[JobStatus | None, Query(description="Only jobs that are so.")] = None,
    job_ids: Ids = None,
    created_at_on_or_after: Annotated[Moment | None, Query(description="Created then or later.")] = None,
    created_at_on_or_before: Annotated[Moment | None, Query(description="Created then or earlier.")] = None,
    page_size: PageSize = None,
    page_token: PageToken = None,
) -> JobFilters:
    """Which jobs a request asks for."""
    return JobFilters(
        status=status,
        job_ids=job_ids,
        created_from=created_at_on_or_after,
        created_to=created_at_on_or_before,
        page_size=page_size_of(page_size),
        page_token=page_token,
    )


Filters = Annotated[JobFilters, Depends(job_filters)]


@beta_router.post("", status_code=201, response_model_exclude_unset=True)
def create_beta_job(body: BetaJobBody, caller: Called, services: Served) -> SplitJob:
    """Split a file. The flat form (categories at the top) forbids uncategorized pages unless it says otherwise."""
    return beta_job_answer(create_job(services, caller, body))


@v1_router.post("", status_code=201, response_model_exclude_unset=True)
def create_v1_job(body: V1JobBody, caller: Called, services: Served) -> SplitJob:
    """Split a file. The same `transaction_id` again answers the job that it has started."""
    return v1_job_answer(create_job(services, caller, body))


@beta_router.get("", response_model_exclude_unset=True)
def list_beta_jobs(filters: Filters, caller: Called, services: Served) -> Listing[SplitJob]:
    """The project's jobs, newest first."""
    return listing(services.storage.jobs.list(caller.project_id, **filters), beta_job_answer)


@v1_router.get("", response_model_exclude_unset=True)
def list_v1_jobs(filters: Filters, caller: Called, services: Served) -> Listing[SplitJob]:
    """The project's jobs, newest first."""
    return listing(services.storage.jobs.list(caller.project_id, **filters), v1_job_answer)


@beta_router.get("/{split_job_id}", response_model_exclude_unset=True)
def get_beta_job(split_job_id: str, caller: Called, services: Served) -> SplitJob:
    """One job."""
    return beta_job_answer(_found(services.storage.jobs.get(caller.project_id, split_job_id), split_job_id))


@v1_router.get("/{split_job_id}", response_model_exclude_unset=True)
def get_v1_job(split_job_id: str, caller: Called, services: Served) -> SplitJob:
    """One job."""
    return v1_job_answer(_found(services.storage.jobs.get(caller.project_id, split_job_id), split_job_id))


@v1_router.post("/{split_job_id}/cancel", response_model_exclude_unset=True)
def cancel_job(split_job_id: str, caller: Called, services: Served) -> SplitJob:
    """Cancel a job that waits or runs. The body may be empty."""
    job = _found(services.storage.jobs.cancel(caller.project_id, split_job_id), split_job_id)
    services.runner.cancel(job.id)
    return v1_job_answer(job)


@v1_router.delete("/{split_job_id}")
def delete_job(split_job_id: str, caller: Called, services: Served) -> dict[str, Any]:
    """Delete a job that has ended, with its result."""
    if not services.storage.jobs.delete(caller.project_id, split_job_id):
        raise _not_found(split_job_id)
    return {}


def _found(job: StoredJob | None, job_id: str) -> StoredJob:
    if job is None:
        raise _not_found(job_id)
    return job


def _not_found(job_id: str) -> HTTPException:
    return HTTPException(404, f"Split job {job_id} not found")
