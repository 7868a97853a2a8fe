"""A new job, in any form of the API."""

from __future__ import annotations

import logging
from typing import Any, Literal

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError

from splitreader._errors import InvalidConfiguration
from splitreader.server._services import Services
from splitreader.server.access.keys import Caller
from splitreader.server.jobs import check_parameters
from splitreader.server.routes.bodies import BetaJobBody, V1JobBody
from splitreader.server.routes.forms import invalid
from splitreader.server.storage import NewJob, StoredJob, UnknownFile

logger = logging.getLogger("splitreader.server")


def create_job(services: Services, caller: Caller, body: BetaJobBody | V1JobBody) -> StoredJob:
    """Create the job that a body asks for, or find the one that was created with its transaction id.

    Raises:
        HTTPException: 404 for a file or configuration that the caller's project does not have.
        RequestValidationError: the engine can't do what is asked.
        QueueFull: too many jobs wait.
    """
    api: Literal["beta", "v1"]
    if isinstance(body, BetaJobBody):
        api, file_id, transaction_id = "beta", body.document_input.value, None
    else:
        api, file_id, transaction_id = "v1", body.file_input, body.transaction_id
    jobs = services.storage.jobs
    if transaction_id is not None and (known := jobs.of_transaction(caller.project_id, transaction_id)) is not None:
        return known
    new = NewJob(
        project_id=caller.project_id,
        user_id=caller.user_id,
        api=api,
        file_id=file_id,
        parameters=_parameters(services, caller, body),
        configuration_id=body.configuration_id,
        transaction_id=transaction_id,
    )
    try:
        job, is_new = jobs.create(new, max_queue=services.settings.max_queue)
    except UnknownFile:
        raise HTTPException(404, f"File {file_id} not found") from None
    if is_new:
        logger.info("job created", extra={"job_id": job.id, "project_id": job.project_id, "api": api})
        services.runner.wake()
    return job


def check(services: Services, parameters: dict[str, Any], loc: tuple[str, ...]) -> None:
    """See that the engine can do what is asked.

    Raises:
        RequestValidationError: it can't.
    """
    try:
        check_parameters(services.engine, parameters)
    except InvalidConfiguration as error:
        raise RequestValidationError([invalid(loc, str(error))]) from error


def _parameters(services: Services, caller: Caller, body: BetaJobBody | V1JobBody) -> dict[str, Any]:
    parameters = body.parameters()
    loc: tuple[str, ...] = ("body", "configuration") if body.configuration is not None else ("body",)
    if parameters is None:
        saved = services.storage.configurations.get(caller.project_id, body.configuration_id or "")
        if saved is None:
            raise HTTPException(404, f"Configuration {body.configuration_id} not found")
        parameters = {key: value for key, value in saved.parameters.items() if key != "product_type"}
        loc = ("body", "configuration_id")
    check(services, parameters, loc)
    return parameters
