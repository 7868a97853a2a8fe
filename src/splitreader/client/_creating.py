"""Creating a split job, so that a lost answer starts no second one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from splitreader._errors import CreateUnknown, InvalidServiceAnswer, ServiceError
from splitreader.client._answers import parse
from splitreader.client._job_bodies import NewJob
from splitreader.client._listing import Filters, list_jobs_page
from splitreader.client._requests import Request, parameters
from splitreader.client._retrying import Missed, failure, pause, send_once
from splitreader.client._service import Service
from splitreader.client._steps import Flow, Lost, Rest
from splitreader.wire import SplitJob

logger = logging.getLogger("splitreader.client")

LOOK_UPS = 3
"""How often a job whose creation was not answered is looked for."""

LOOK_UP_PAUSE = 1.0
"""Seconds between two of them."""

MARGIN = timedelta(seconds=2)
"""How much earlier than it was asked for a job may have been created: ``Date`` counts whole seconds."""


@dataclass(frozen=True)
class _Doubt:
    """A job that may exist.

    Args:
        sent_at: when it was asked for, by our clock.
        why: nobody knows.
    """

    sent_at: datetime
    why: str


def create_job(service: Service, job: NewJob, *, source: str | None = None) -> Flow[SplitJob]:
    """Create a job.

    What the service certainly did not take (no connection, 408, 429) is repeated. v1 knows a repeated request by its
    transaction id, so there everything else is repeated, too. Beta doesn't: there a job whose answer was lost (a reset,
    a time-out, 5xx, an answer that can't be read) is looked for by its file and time.

    Returns:
        The job as it was created, or as it was found.

    Raises:
        CreateUnknown: the job may exist, and could not be found.
        ServiceError: refused; there is no job.
    """
    service.creating[job.file_id] += 1
    try:
        created = yield from _create(service, job, source)
    finally:
        service.creating[job.file_id] -= 1
    service.handed_out.add(created.id)
    return created


def _create(service: Service, job: NewJob, source: str | None) -> Flow[SplitJob]:
    request = _request(service, job)
    doubt: _Doubt | None = None
    for attempt in range(service.settings.max_retries + 1):
        sent_at = datetime.now(UTC)
        outcome = yield from _try(service, request)
        if isinstance(outcome, SplitJob):
            logger.info("job %s was created for file %s", outcome.id, job.file_id)
            return outcome
        missed = outcome
        if _is_refusal(outcome, request):
            break
        if outcome.may_have_worked:
            doubt = doubt or _Doubt(sent_at, str(outcome))
            if job.transaction_id is None:
                found = yield from _look_up(service, job, doubt)
                if found is not None:
                    logger.info("job %s was created for file %s, the answer was lost", found.id, job.file_id)
                    return found
                if not job.retry_unknown:
                    break
        if attempt < service.settings.max_retries and not (yield from pause(service, request, outcome, attempt)):
            break
    if doubt is not None and not _disproves(missed, job):
        raise _unknown(service, job, doubt, source)
    raise failure(service, request, missed, source=source)


def _request(service: Service, job: NewJob) -> Request:
    settings = service.settings
    return Request(
        what="create the split job",
        method="POST",
        path=service.path,
        parameters=parameters(
            ("project_id", job.project_id or settings.project_id),
            ("organization_id", job.organization_id or settings.organization_id),
        ),
        json=job.body,
        retry_conflict=job.transaction_id is not None,
    )


def _try(service: Service, request: Request) -> Flow[SplitJob | Missed]:
    outcome = yield from send_once(service, request)
    if isinstance(outcome, Missed):
        return outcome
    try:
        return parse(outcome, SplitJob, request, service)
    except InvalidServiceAnswer as error:
        return Missed(None, Lost(str(error), sent=True))


def _is_refusal(missed: Missed, request: Request) -> bool:
    """Whether the service said no, and would say so again."""
    if missed.answer is None:
        return False
    status = missed.answer.status
    return status < 500 and status not in (408, 429) and not (status == 409 and request.retry_conflict)


def _disproves(missed: Missed, job: NewJob) -> bool:
    """Whether a refusal says that the request before, whose answer was lost, made no job either.

    Only that the body is wrong would have been said to that one, too; credits and keys may have changed in between.
    """
    return job.transaction_id is not None and missed.answer is not None and missed.answer.status in (400, 422)


def _look_up(service: Service, job: NewJob, doubt: _Doubt) -> Flow[SplitJob | None]:
    """The job that was asked for, if the service has it and it can be no other.

    An answer does not tell all rules of a job. So a job that this client has handed out already is no candidate, two
    candidates are none, and nothing is found while this client creates another job for the file.
    """
    if service.creating[job.file_id] > 1:
        return None
    try:
        yield from learn_time(service)
        since = service.by_its_clock(doubt.sent_at) - MARGIN
        for attempt in range(LOOK_UPS):
            if attempt > 0:
                yield Rest(service.jittered(LOOK_UP_PAUSE))
            found = yield from candidates(service, job, since)
            if len(found) == 1:
                return found[0]
    except ServiceError as error:
        logger.warning("the job for file %s could not be looked for: %s", job.file_id, error)
    return None


def learn_time(service: Service) -> Flow[None]:
    """Know the service's time, if no answer has told it yet."""
    if service.ahead is None:
        yield from list_jobs_page(service, Filters(page_size=1))


def candidates(service: Service, job: NewJob, since: datetime) -> Flow[list[SplitJob]]:
    """The jobs on the service that could be one that was asked for, without those that were handed out already.

    Args:
        service: where.
        job: as it was asked for.
        since: when, by the service's clock, or earlier.
    """
    wanted: Filters | None = Filters(
        created_at_on_or_after=since, project_id=job.project_id, organization_id=job.organization_id
    )
    seen: dict[str, SplitJob] = {}
    while wanted is not None:
        listing = yield from list_jobs_page(service, wanted)
        seen.update({found.id: found for found in listing.items if _is_it(found, job, since)})
        wanted = wanted.after(listing)
    return [found for found in seen.values() if found.id not in service.handed_out]


def _is_it(found: SplitJob, job: NewJob, since: datetime) -> bool:
    created_at = found.created_at
    if isinstance(created_at, datetime) and created_at.tzinfo is not None and created_at < since:
        return False
    categories = [(category.name, category.description) for category in found.categories]
    return (
        found.file_id == job.file_id
        and (job.configuration_id is None or found.configuration_id == job.configuration_id)
        and (not job.categories or categories == [(category.name, category.description) for category in job.categories])
    )


def _unknown(service: Service, job: NewJob, doubt: _Doubt, source: str | None) -> CreateUnknown:
    sent_at = service.by_its_clock(doubt.sent_at)
    remedy = (
        "look for it with list_jobs; retry_unknown=True creates it again, and may pay twice"
        if job.transaction_id is None
        else f"create_job({job.file_id!r}, ...) with the same categories and transaction_id={job.transaction_id!r} "
        "gives that job and starts no second one; take it up by its id"
    )
    return CreateUnknown(
        f"whether a split job was created for file {job.file_id} at {sent_at.isoformat(timespec='seconds')} is not "
        f"known ({doubt.why}); {remedy}",
        file_id=job.file_id,
        sent_at=sent_at,
        transaction_id=job.transaction_id,
        source=source,
    )
