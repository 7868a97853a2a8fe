"""The session cookie, for pages in a browser."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel

from splitreader.server._services import Served
from splitreader.server.access.caller import AUTHENTICATED, Called
from splitreader.server.access.entrance import session_token
from splitreader.server.access.sessions import COOKIE, begin_session, end_session

router = APIRouter(prefix="/api/v1/session", tags=["session"], dependencies=AUTHENTICATED)


class SessionAnswer(BaseModel):
    """What a session opens, and until when."""

    project_id: str
    organization_id: str
    expires_at: datetime


@router.post("", status_code=201)
def begin(request: Request, response: Response, caller: Called, services: Served) -> SessionAnswer:
    """Exchange a key for a cookie."""
    settings = services.settings
    if caller.key_hash is None:
        raise HTTPException(409, "This server has no keys: everything is open to this machine, without a session")
    if "authorization" not in request.headers:
        raise HTTPException(401, "A session is begun with a key", {"WWW-Authenticate": "Bearer"})
    token, expires_at = begin_session(services.storage.sessions, caller, seconds=settings.session_seconds)
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_seconds,
        path="/",
        secure=_is_secure(request, always=settings.secure_cookies),
        httponly=True,
        samesite="strict",
    )
    return SessionAnswer(project_id=caller.project_id, organization_id=caller.organization_id, expires_at=expires_at)


@router.delete("", status_code=204)
def end(request: Request, services: Served) -> Response:
    """End the cookie's session."""
    if (token := session_token(request.headers)) is not None:
        end_session(services.storage.sessions, token)
    response = Response(status_code=204)
    secure = _is_secure(request, always=services.settings.secure_cookies)
    response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")
    return response


def _is_secure(request: Request, *, always: bool) -> bool:
    return always or request.url.scheme == "https"
