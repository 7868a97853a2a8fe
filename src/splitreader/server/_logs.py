"""Logs as JSON lines: what was asked for and what came of it, without names, keys, queries or page text."""

from __future__ import annotations

import json
import logging
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("splitreader.server.access")

_ID = re.compile(r"(spl|dfl|cfg)-[0-9a-f]{32}")
_ID_FIELDS = {"spl": "job_id", "dfl": "file_id", "cfg": "configuration_id"}
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JSONLines(logging.Formatter):
    """One JSON object a record: time, level, logger, message, and the record's ``extra`` fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {key: value for key, value in vars(record).items() if key not in _OF_EVERY_RECORD}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


class AccessLog:
    """Logs each request once it is answered: its route, not its path; of ids only those this server makes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 500
        is_logged = False

        def log() -> None:
            nonlocal is_logged
            if not is_logged:
                is_logged = True
                logger.info("request", extra=_fields(scope, status, time.monotonic() - began))

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not message.get("more_body", False):
                log()  # before the last bytes go: who has the answer finds its line in the log
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            log()


def _fields(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    route = getattr(scope.get("route"), "path", None)
    fields: dict[str, Any] = {
        "method": scope["method"],
        "route": route,
        "status": status,
        "seconds": round(seconds, 4),
    }
    for value in scope.get("path_params", {}).values():
        if match := _ID.fullmatch(str(value)):
            fields[_ID_FIELDS[match[1]]] = value
    if (caller := scope.get("state", {}).get("caller")) is not None:
        fields["project_id"] = caller.project_id
    return fields
