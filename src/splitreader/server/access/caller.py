"""Whose request it is, for routes; and that it stays within what is theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from splitreader.server.access.keys import Caller
from splitreader.server.access.sessions import COOKIE

_BEARER = Security(HTTPBearer(auto_error=False, description="A key of this server."))
_COOKIE = Security(APIKeyCookie(name=COOKIE, auto_error=False, description="From POST /api/v1/session."))

ProjectId = Annotated[str | None, Query(description="The key's own project; any other is not found.")]
OrganizationId = Annotated[str | None, Query(description="The key's own organization; any other is not found.")]


async def caller_of(request: Request, project_id: ProjectId = None, organization_id: OrganizationId = None) -> Caller:
    """The caller that the entrance has found.

    Raises:
        HTTPException: 401 if it has found none; 404 for a project or organization that is not the caller's.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise HTTPException(401, "Invalid API key, or none", {"WWW-Authenticate": "Bearer"})
    check_project(caller, project_id)
    if organization_id is not None and organization_id.lower() != caller.organization_id:
        raise HTTPException(404, "Organization not found")
    return caller


def check_project(caller: Caller, project_id: str | None) -> None:
    """Let only the caller's own project pass.

    Raises:
        HTTPException: 404 for any other.
    """
    if project_id is not None and project_id.lower() != caller.project_id:
        raise HTTPException(404, "Project not found")


Called = Annotated[Caller, Depends(caller_of)]
AUTHENTICATED = [_BEARER, _COOKIE, Depends(caller_of)]
"""The dependencies of every router under /api."""
