"""Whether the server works."""

from __future__ import annotations

import logging

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from splitreader._errors import StorageError
from splitreader.server._services import Served

logger = logging.getLogger("splitreader.server")

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """``"ok"``, or there is no answer of this kind."""

    status: str


@router.get("/healthz")
def health(services: Served) -> Health:
    """Whether the server can do its work; 503 where its database does not answer. Needs no key."""
    try:
        services.storage.check()
    except StorageError as error:
        logger.error("the storage failed: %s", error)  # noqa: TRY400  # the message says all
        raise HTTPException(503, "The database does not answer") from error
    return Health(status="ok")
