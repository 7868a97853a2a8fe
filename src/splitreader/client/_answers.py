"""From answers to models, and to errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from splitreader._config import in_one_line
from splitreader._errors import (
    CreditsExhausted,
    InvalidServiceAnswer,
    KeyRefused,
    RateLimited,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    UnknownId,
)
from splitreader.client._requests import Request
from splitreader.client._retry_after import retry_after
from splitreader.client._service import Service
from splitreader.client._steps import Answer
from splitreader.wire._model import WireModel

Model = TypeVar("Model", bound=WireModel)

QUOTED_AT_MOST = 200
"""Characters of an answer that a message shows."""

_ERRORS: dict[int, tuple[type[ServiceError], str]] = {
    401: (KeyRefused, "check the key, and that it belongs to this base URL and region"),
    402: (CreditsExhausted, "add credits to the account, or use the embedded engine"),
    403: (KeyRefused, "check that the key may use this project and organization"),
    404: (UnknownId, "check the id, the project, and whether it is beta's or v1's"),
    408: (ServiceUnavailable, "try again later"),
    429: (RateLimited, "try again later, or set requests_per_minute="),
}


def parse(answer: Answer, model: type[Model], request: Request, service: Service) -> Model:
    """The answer's body as a model.

    Raises:
        InvalidServiceAnswer: it is no JSON, or lacks fields.
    """
    found = _read(answer, model)
    if not isinstance(found, _Complaint):
        return found
    raise InvalidServiceAnswer(
        f"the answer of {service.settings.base_url} to the request to {request.what} is {found.text}: "
        f"{_excerpt(answer, service)}; check the base URL, and report it if it is right",
        status_code=answer.status,
        job_id=found.job_id,
    )


@dataclass(frozen=True)
class _Complaint:
    """What is wrong with a body.

    Args:
        text: says it.
        job_id: the body's id, if it has one.
    """

    text: str
    job_id: str | None = None


def _read(answer: Answer, model: type[Model]) -> Model | _Complaint:
    """The body as a model. Nothing is raised from here, where the body could be seen in a traceback."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return _Complaint("no JSON")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        job_id = content.get("id") if isinstance(content, dict) else None
        text = f"not what it should be ({in_one_line(error)})"
        return _Complaint(text, job_id if isinstance(job_id, str) else None)


def error_of(
    answer: Answer, request: Request, service: Service, *, job_id: str | None = None, source: str | None = None
) -> ServiceError:
    """The error that an answer with a status of 300 or more stands for."""
    default = (ServiceUnavailable, "try again later") if answer.status >= 500 else (RequestRefused, "mend the request")
    kind, remedy = _ERRORS.get(answer.status, default)
    about = "" if job_id is None else f" for job {job_id}"
    return kind(
        f"{service.settings.base_url} answered {answer.status} to the request to {request.what}{about}: "
        f"{_excerpt(answer, service)}; {remedy}",
        status_code=answer.status,
        retry_after=retry_after(answer.headers, service.now()),
        job_id=job_id,
        source=source,
    )


def _excerpt(answer: Answer, service: Service) -> str:
    """What the service says, in one line of at most 200 characters, without our key."""
    text = _detail(answer) or answer.body.decode("utf-8", "replace")
    line = " ".join(service.settings.masked(text).split())
    return (line if len(line) <= QUOTED_AT_MOST else f"{line[: QUOTED_AT_MOST - 3]}...") or "(nothing)"


def _detail(answer: Answer) -> str | None:
    """FastAPI's ``detail``: a text, or a list of ``{loc, msg, type}``."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    detail: Any = content.get("detail") if isinstance(content, dict) else None
    if isinstance(detail, list):
        return "; ".join(_complaint(item) for item in detail)
    return detail if isinstance(detail, str) else None


def _complaint(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    where = item.get("loc")
    place = ".".join(str(part) for part in where) if isinstance(where, list) else ""
    return f"{place}: {item.get('msg', '')}" if place else str(item.get("msg", ""))
