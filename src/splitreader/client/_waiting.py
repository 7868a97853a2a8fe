"""Waiting for a job: when to look, and what each look means."""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from splitreader._config import quoted
from splitreader._errors import (
    InvalidConfiguration,
    InvalidServiceAnswer,
    JobCancelled,
    JobDeadline,
    JobFailed,
    RateLimited,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    ServiceUnreachable,
    UnknownId,
)
from splitreader.client._answers import QUOTED_AT_MOST, parse
from splitreader.client._looks import Ticket
from splitreader.client._requests import Request, in_path, parameters
from splitreader.client._retrying import OutOfTime, send
from splitreader.client._service import Service
from splitreader.client._steps import Flow, Rest
from splitreader.wire import Listing, SplitJob

logger = logging.getLogger("splitreader.client")

SHORTEST_GAP = 0.4
LONGEST_GAP = 10.0
GAP_SHARE = 0.2
"""The gap before the next look, as a share of the time that the job has taken: what it may be late by."""

NEW_FOR = 10.0
"""Seconds in which a job that was created just now may still be unknown where it is looked for."""

MOST_REFUSALS = 3
"""Refused questions about several jobs, one after the other, after which no more are asked."""

LAST_LOOK = 1.0
"""Seconds before the deadline at which a job is looked at once more."""

LONGEST_WAIT = 366 * 86_400.0
"""Seconds."""

OnProgress = Callable[[SplitJob], None]

_PASSING = (ServiceUnavailable, ServiceUnreachable, RateLimited)
"""Errors that may be over before the deadline: the job goes on meanwhile."""


def wait(  # noqa: PLR0913  # options, all by name
    service: Service,
    job_id: str,
    *,
    max_seconds: float,
    progress: OnProgress | None = None,
    source: str | None = None,
    file_id: str | None = None,
    is_new: bool = False,
) -> Flow[SplitJob]:
    """Look at a job until it is completed.

    Args:
        service: where it runs.
        job_id: of the job.
        max_seconds: give up after that; the job goes on.
        progress: called with the job as it is at each look.
        source: of the packet, for errors.
        file_id: of the file, for errors.
        is_new: it was created just now, so the first look is not at once.

    Returns:
        The completed job, with its result.

    Raises:
        InvalidConfiguration: `max_seconds` is no time.
        JobFailed, JobCancelled, JobDeadline: it came to no result.
        ServiceError: it can't be looked at; the job goes on.
    """
    check_seconds(max_seconds)
    begin = service.clock()
    deadline = begin + max_seconds
    at = begin + min(service.jittered(SHORTEST_GAP), max_seconds / 2) if is_new else begin
    status = "not known"
    failed: Exception | None = None
    while True:
        try:
            job = yield from look(service, job_id, at=at, until=deadline)
        except OutOfTime as over:
            failed = over.failure or failed
            yield Rest(max(0.0, deadline - service.clock()))
            break
        except ServiceError as error:
            now = service.clock()
            at = now + max(service.jittered(_gap(now - begin)), error.retry_after or 0.0)
            if _is_passing(error, is_early=is_new and now - begin < NEW_FOR) and at < deadline:
                logger.info("job %s will be looked at again: %s", job_id, error)
                failed = error
                continue
            raise _about_the_job(error, job_id, is_new=is_new) from None
        failed = None
        if job.status != status:
            logger.debug("job %s is %s", job_id, job.status)
            status = job.status
        if progress is not None:
            progress(job)
        if job.is_terminal:
            return _completed(job, service, source)
        now = service.clock()
        at = now + service.jittered(_gap(now - begin))
        if at >= deadline - LAST_LOOK > now:
            at = deadline - LAST_LOOK
    if isinstance(failed, (ServiceUnavailable, ServiceUnreachable)):
        raise _about_the_job(failed, job_id, is_new=is_new)
    raise JobDeadline(
        f"job {job_id} was not done after {max_seconds:g} s (its status was {status}); it goes on: "
        "wait for it again by its id, nothing is paid twice",
        job_id=job_id,
        file_id=file_id,
        source=source,
    )


def _is_passing(error: ServiceError, *, is_early: bool) -> bool:
    return isinstance(error, _PASSING) or (is_early and isinstance(error, UnknownId))


def _gap(elapsed: float) -> float:
    """Seconds until the next look at a job that has taken so long."""
    return min(max(SHORTEST_GAP, GAP_SHARE * elapsed), LONGEST_GAP)


def check_seconds(max_seconds: object) -> None:
    """See that it is a time that ends.

    Raises:
        InvalidConfiguration: it is not.
    """
    if (
        isinstance(max_seconds, bool)
        or not isinstance(max_seconds, (int, float))
        or not 0 < max_seconds <= LONGEST_WAIT
    ):
        raise InvalidConfiguration(
            f"max_seconds is {quoted(max_seconds)}; it must be seconds above 0, and at most a year"
        )


def look(service: Service, job_id: str, *, at: float, until: float) -> Flow[SplitJob]:
    """Look at a job at a time, or earlier if somebody else looks then.

    Raises:
        OutOfTime: `until` came first.
        ServiceError: the service can't be asked.
    """
    board = service.board
    ticket = Ticket(job_id=job_id, at=at, event=service.make_event())
    board.enter(ticket)
    try:
        while ticket.outcome is None:
            ticket.event.clear()
            now = service.clock()
            if now >= until:
                raise OutOfTime
            if batch := board.lead(ticket, now):
                try:
                    yield from _ask(service, batch, until)
                finally:
                    board.settle()
            elif ticket.outcome is None:
                yield Rest((until if board.is_led else min(at, until)) - now, ticket.event)
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        return ticket.outcome
    finally:
        board.leave(ticket)


def get_job(service: Service, job_id: str, *, until: float = math.inf) -> Flow[SplitJob]:
    """Look at one job, now."""
    settings = service.settings
    request = Request(
        what="get the split job",
        method="GET",
        path=f"{service.path}/{in_path(job_id)}",
        parameters=parameters(("project_id", settings.project_id), ("organization_id", settings.organization_id)),
        retry_conflict=True,
    )
    answer = yield from send(service, request, until=until, job_id=job_id)
    return parse(answer, SplitJob, request, service)


def _ask(service: Service, batch: list[Ticket], until: float) -> Flow[None]:
    """Look at the jobs of all tickets; each gets its outcome."""
    seen: dict[str, SplitJob | Exception] = {}
    ids = list(dict.fromkeys(ticket.job_id for ticket in batch))
    try:
        if len(ids) > 1 and service.board.refusals < MOST_REFUSALS:
            seen.update((yield from _look_together(service, ids, until)))
        for job_id in ids:
            if job_id in seen:
                continue
            try:
                seen[job_id] = yield from get_job(service, job_id, until=until)
            except ServiceError as error:
                seen[job_id] = error
                if isinstance(error, _PASSING):
                    break  # the others are asked about by whoever's time comes next
    except ServiceError as error:  # of the question about all of them
        seen = dict.fromkeys(ids, error)
    for ticket in batch:
        outcome = seen.get(ticket.job_id)
        ticket.outcome = copy.copy(outcome) if isinstance(outcome, Exception) else outcome


def _look_together(service: Service, ids: list[str], until: float) -> Flow[dict[str, SplitJob]]:
    """Look at several jobs by one request. What it does not answer, or not in full, has to be asked one by one."""
    settings = service.settings
    request = Request(
        what="look at the split jobs",
        method="GET",
        path=service.path,
        parameters=parameters(
            ("job_ids", ids),
            ("page_size", len(ids)),
            ("project_id", settings.project_id),
            ("organization_id", settings.organization_id),
        ),
        retry_conflict=True,
    )
    try:
        answer = yield from send(service, request, until=until)
        items = parse(answer, Listing[Any], request, service).items
    except (RequestRefused, InvalidServiceAnswer) as error:
        service.board.refusals += 1
        logger.warning("jobs are looked at one by one: %s", error)
        return {}
    service.board.refusals = 0
    found: dict[str, SplitJob] = {}
    for item in items:
        with suppress(ValidationError):
            job = SplitJob.model_validate(item)
            if job.id in ids and (job.status != "completed" or job.result is not None):
                found[job.id] = job
    return found


def _completed(job: SplitJob, service: Service, source: str | None) -> SplitJob:
    """The job, if it has a result.

    Raises:
        JobFailed, JobCancelled: it has none and never will.
        InvalidServiceAnswer: it is completed without a result.
    """
    if job.status == "failed":
        why = " ".join(service.settings.masked(job.error_message or "no reason given").split())
        raise JobFailed(
            f"job {job.id} failed: {why[:QUOTED_AT_MOST]}; try again, or another engine",
            job_id=job.id,
            file_id=job.file_id,
            source=source,
        )
    if job.status == "cancelled":
        raise JobCancelled(
            f"job {job.id} was cancelled; create a new one if the packet is still to be split",
            job_id=job.id,
            file_id=job.file_id,
            source=source,
        )
    if job.result is None:
        raise InvalidServiceAnswer(
            f"job {job.id} is completed, but the answer holds no result; get the job again, or report it",
            job_id=job.id,
            source=source,
        )
    return job


def _about_the_job(error: ServiceError, job_id: str, *, is_new: bool) -> ServiceError:
    """The error, and what is with the job: of one that nobody knows and we did not create, nothing is known."""
    told = copy.copy(error)
    told.job_id = job_id
    if is_new or not isinstance(error, UnknownId):
        told.args = (f"{error}; job {job_id} goes on as far as is known, wait for it again by its id",)
    return told
