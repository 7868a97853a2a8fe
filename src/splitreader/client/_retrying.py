"""Requests, repeated where that is safe."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace

from splitreader._errors import InvalidServiceAnswer, ServiceUnavailable, ServiceUnreachable
from splitreader.client._answers import error_of
from splitreader.client._requests import Request
from splitreader.client._retry_after import retry_after
from splitreader.client._service import Service
from splitreader.client._steps import Answer, Do, Flow, Lost, Rest, Send

logger = logging.getLogger("splitreader.client")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LONGEST_RETRY_AFTER = 120.0
"""Seconds; who is told to wait longer is told so by an error instead."""


class OutOfTime(Exception):
    """A request could not be answered before the caller's deadline.

    Args:
        failure: what the request came to the last time it was sent; None if it was not, or is still under way.
    """

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.failure = failure


@dataclass(frozen=True)
class Missed:
    """What a request came to, if not to an answer that counts.

    Args:
        answer: the refusal or failure; None if none came.
        lost: why none came.
    """

    answer: Answer | None
    lost: Lost | None

    @property
    def may_have_worked(self) -> bool:
        """Whether the service may have done what was asked."""
        if self.answer is None:
            return self.lost is not None and self.lost.sent
        return self.answer.status >= 500

    def seconds_asked(self, service: Service) -> float | None:
        """The seconds that the service asked to wait."""
        return None if self.answer is None else retry_after(self.answer.headers, service.now())

    def __str__(self) -> str:
        return f"status {self.answer.status}" if self.answer is not None else str(self.lost)


def send(
    service: Service, request: Request, *, until: float = math.inf, job_id: str | None = None, source: str | None = None
) -> Flow[Answer]:
    """Send a request that may be repeated, and repeat it if need be.

    Repeated are requests without an answer, and the statuses 408, 429, 5xx, and 409 where it may go away.

    Args:
        service: to send it to.
        request: may reach the service more than once.
        until: on the client's clock; after that, nothing is sent.
        job_id: for errors.
        source: for errors.

    Returns:
        The answer, with a status below 300.

    Raises:
        ServiceError: refused, or still failing after all repeats.
        OutOfTime: `until` is over, or would be before the next repeat.
    """
    may_be_done = False
    earlier: Missed | None = None
    for attempt in range(service.settings.max_retries + 1):
        try:
            outcome = yield from send_once(service, request, until=until)
        except OutOfTime:
            raise OutOfTime(failure(service, request, earlier) if earlier else None) from None
        if isinstance(outcome, Answer):
            return replace(outcome, repeats=attempt)
        if may_be_done and request.method == "DELETE" and outcome.answer is not None and outcome.answer.status == 404:
            return outcome.answer  # a request before, whose answer was lost, has done it
        earlier = missed = outcome
        may_be_done = may_be_done or missed.may_have_worked
        if not _may_go_away(outcome, request):
            break
        if attempt < service.settings.max_retries and not (yield from pause(service, request, outcome, attempt, until)):
            break
    raise failure(service, request, missed, job_id=job_id, source=source)


def send_once(service: Service, request: Request, *, until: float = math.inf) -> Flow[Answer | Missed]:
    """Send a request, once.

    Raises:
        OutOfTime: `until` is over.
    """
    delay: float | None = yield Do(lambda: service.limiter.reserve(service.clock(), until))
    if delay is None:
        raise OutOfTime
    if delay > 0:
        yield Rest(delay)
    left = until - service.clock()
    if left <= 0:
        raise OutOfTime
    try:
        answer: Answer = yield Send(request, None if left == math.inf else left)
    except Lost as lost:
        if service.clock() >= until:
            raise OutOfTime from None
        return Missed(None, lost)
    service.note_time(answer)
    return answer if answer.status < 300 else Missed(answer, None)


def pause(service: Service, request: Request, missed: Missed, attempt: int, until: float = math.inf) -> Flow[bool]:
    """Wait before a repeat, as long as the service asks, else longer with each attempt.

    Returns:
        False, at once, if the service asks for more patience than there is.

    Raises:
        OutOfTime: `until` would be over.
    """
    asked = missed.seconds_asked(service)
    if asked is not None and asked > LONGEST_RETRY_AFTER:
        return False
    seconds = asked if asked is not None else service.jittered(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE))
    if service.clock() + seconds >= until:
        raise OutOfTime(failure(service, request, missed))
    logger.info("to %s again in %.1f s: %s", request.what, seconds, missed)
    yield Rest(seconds)
    return True


def failure(
    service: Service, request: Request, missed: Missed, *, job_id: str | None = None, source: str | None = None
) -> Exception:
    """The error for a request that came to nothing."""
    if missed.answer is not None:
        return error_of(missed.answer, request, service, job_id=job_id, source=source)
    about = "" if job_id is None else f" for job {job_id}"
    return ServiceUnreachable(
        f"{service.settings.base_url} could not be reached to {request.what}{about} ({missed.lost}); "
        "check the network and the base URL, and try again",
        job_id=job_id,
        source=source,
    )


def may_have_worked(error: Exception) -> bool:
    """Whether the service may have done what a request asked for, although this error came of it."""
    return isinstance(error, (ServiceUnreachable, ServiceUnavailable, InvalidServiceAnswer))


def _may_go_away(missed: Missed, request: Request) -> bool:
    if missed.answer is None:
        return True
    status = missed.answer.status
    return status in (408, 429) or status >= 500 or (status == 409 and request.retry_conflict)
