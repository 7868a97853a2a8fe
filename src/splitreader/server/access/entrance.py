"""What every request passes first: Host, Origin, key or cookie, size. Pure ASGI: nothing of a body is read before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from splitreader._errors import StorageError
from splitreader.server.access.hosts import is_allowed, is_same_origin
from splitreader.server.access.keys import LOCAL, Caller, KeyRing
from splitreader.server.access.sessions import COOKIE, caller_of_session

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from splitreader.server._settings import ServerSettings
    from splitreader.server.storage import Storage

logger = logging.getLogger("splitreader.server")

JSON_BODY = 4 << 20
"""Bytes of a body that is no upload."""

FORM_OVERHEAD = 1 << 20
"""Bytes that a form may have beside its file."""

SILENCE_SECONDS = 60.0
"""How long a body that has begun may keep us waiting for its next bytes."""

UPLOADS = frozenset({"/api/v1/files", "/api/v1/beta/files"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WORTH_CUTTING = 1 << 16


class Entrance:
    """Lets a request in, or answers it.

    Args:
        app: what is behind it.
        settings: hosts and sizes.
        keys: None lets everybody in as the local project.
        storage: gives the storage once the server has opened it.
    """

    def __init__(
        self, app: ASGIApp, *, settings: ServerSettings, keys: KeyRing | None, storage: Callable[[], Storage]
    ) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._storage = storage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(headers, receive, send, limit=self._limit(scope))
        refusal = await self._refusal(scope, headers)
        if refusal is None and body.is_too_large:
            refusal = _refused(413, _too_large(body.limit))
        if refusal is None:
            await self._app(scope, body.receive, body.send)
        else:
            await refusal(scope, body.receive, body.send)

    async def _refusal(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not is_allowed(hosts[0], self._settings.hosts):
            return _refused(400, "The Host header names no host of this server; start it with --allow-host NAME")
        origins = headers.getlist("origin")
        if scope["method"] not in _SAFE and not all(
            is_same_origin(origin, scope["scheme"], hosts[0]) for origin in origins
        ):
            return _refused(403, "A page of another origin may not change anything here")
        if not scope["path"].startswith("/api/"):
            return None
        try:
            caller = await self._caller(headers)
        except StorageError as error:
            logger.error("the storage failed: %s", error)  # noqa: TRY400  # the message says all
            return _refused(503, "The server can't read or write its data at the moment")
        if caller is None:
            return _refused(401, "Invalid API key, or none", {"WWW-Authenticate": "Bearer"})
        scope.setdefault("state", {})["caller"] = caller
        return None

    async def _caller(self, headers: Headers) -> Caller | None:
        if self._keys is None:
            return LOCAL
        if (authorization := headers.get("authorization")) is not None:
            scheme, _, key = authorization.partition(" ")
            return self._keys.find(key.strip()) if scheme.lower() == "bearer" else None
        token = session_token(headers)
        if not token:
            return None
        return await run_in_threadpool(caller_of_session, self._storage().sessions, self._keys, token)

    def _limit(self, scope: Scope) -> int:
        is_upload = scope["method"] == "POST" and scope["path"] in UPLOADS
        return self._settings.max_upload + FORM_OVERHEAD if is_upload else JSON_BODY


class _Body:
    """A request's body on its way in: not more than its limit; what is not read is cut off, not waited for."""

    def __init__(self, headers: Headers, receive: Receive, send: Send, *, limit: int) -> None:
        self._receive = receive
        self._send = send
        self.limit = limit
        length = headers.get("content-length", "")
        self._announced = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
        self._is_open = self._announced != 0 and ("transfer-encoding" in headers or bool(length))
        self._read = 0
        self._is_given_up = False

    @property
    def is_too_large(self) -> bool:
        return self._announced is not None and self._announced > self.limit

    async def receive(self) -> Message:
        message = await self._next()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self._is_open = bool(message.get("more_body", False))
            if self._read > self.limit:
                raise HTTPException(413, _too_large(self.limit))
        return message

    async def _next(self) -> Message:
        if not self._is_open:
            return await self._receive()  # tells when the client goes, whenever that is
        try:
            return await asyncio.wait_for(self._receive(), SILENCE_SECONDS)
        except TimeoutError:
            self._is_given_up = True
            raise HTTPException(408, f"No more of the body came within {SILENCE_SECONDS:g} seconds") from None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Cache-Control", "no-store")
            if self._is_given_up or self._is_cut():
                headers["Connection"] = "close"
        await self._send(message)

    def _is_cut(self) -> bool:
        """Whether so much is left unread that the connection is better closed than read on."""
        return self._is_open and (self._announced is None or self._announced - self._read > _WORTH_CUTTING)


def session_token(headers: Headers) -> str | None:
    """The value of the session cookie of a request."""
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE:
                return value.strip('"')
    return None


def _too_large(limit: int) -> str:
    return f"The body is too large; this server takes {limit} bytes"


def _refused(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)
