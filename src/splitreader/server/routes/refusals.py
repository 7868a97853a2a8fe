"""Errors, as the API words them."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from splitreader._errors import StorageError
from splitreader.server.storage import InvalidOrder, InvalidPageToken, NameTaken, QueueFull, WrongStatus

logger = logging.getLogger("splitreader.server")

RETRY_SECONDS = 5
_MOST = 100


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request can't be read"},
    401: {"model": Problem, "description": "No key, or a wrong one"},
    403: {"model": Problem, "description": "From a page of another origin, or a link that is wrong or over"},
    404: {"model": Problem, "description": "No such thing in the key's project"},
    408: {"model": Problem, "description": "The body did not come to its end"},
    409: {"model": Problem, "description": "Not in this state"},
    413: {"model": Problem, "description": "Too large"},
    429: {"model": Problem, "description": "Too many jobs wait; Retry-After says when to come again"},
    503: {"model": Problem, "description": "The data can't be read or written at the moment"},
}
"""How any route may answer, for the description."""


class PlainJSON(JSONResponse):
    """JSON in ASCII: also what is no valid Unicode, which a request may hold, can be answered."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def add_refusals(app: FastAPI) -> None:
    """Let an application answer errors as the API does."""

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return PlainJSON({"detail": error.detail}, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        return PlainJSON({"detail": _complaints(error.errors())}, 422)

    @app.exception_handler(QueueFull)
    async def queue_is_full(_: Request, __: QueueFull) -> JSONResponse:
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return PlainJSON({"detail": "Too many jobs are waiting; try again later"}, 429, headers=headers)

    @app.exception_handler(WrongStatus)
    async def wrong_status(_: Request, error: WrongStatus) -> JSONResponse:
        return PlainJSON({"detail": str(error)}, 409)

    @app.exception_handler(NameTaken)
    async def name_taken(_: Request, error: NameTaken) -> JSONResponse:
        return PlainJSON({"detail": str(error)}, 409)

    @app.exception_handler(InvalidPageToken)
    async def invalid_token(_: Request, __: InvalidPageToken) -> JSONResponse:
        return PlainJSON({"detail": "Invalid page token"}, 400)

    @app.exception_handler(InvalidOrder)
    async def invalid_order(_: Request, error: InvalidOrder) -> JSONResponse:
        return PlainJSON({"detail": [{"loc": ["query", "order_by"], "msg": str(error), "type": "value_error"}]}, 422)

    @app.exception_handler(StorageError)
    async def storage_failed(_: Request, error: StorageError) -> JSONResponse:
        logger.error("the storage failed: %s", error)
        return PlainJSON({"detail": "The server can't read or write its data at the moment"}, 503)

    @app.exception_handler(Exception)
    async def internal_error(_: Request, __: Exception) -> JSONResponse:
        return PlainJSON({"detail": "Internal Server Error"}, 500)


def _complaints(errors: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "loc": [part if isinstance(part, int) else str(part)[:200] for part in item["loc"]],
            "msg": str(item["msg"]).removeprefix("Value error, ")[:500],
            "type": str(item["type"]),
        }
        for item in errors[:_MOST]
    ]
