"""The bytes of a file, for whoever has a link to them."""

from __future__ import annotations

import mimetypes
import time
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse

from splitreader.server._services import Served
from splitreader.server.access.links import is_signed
from splitreader.server.routes.file_names import disposition_of

router = APIRouter(tags=["files"])

_SAFE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff", "text/plain"})


@router.get("/content/{project_id}/{file_id}", response_class=FileResponse)
def download(
    project_id: str,
    file_id: str,
    services: Served,
    expires: Annotated[int, Query(ge=0, le=1 << 40)],
    signature: Annotated[str, Query(max_length=200)],
) -> FileResponse:
    """A file's bytes. The link comes from GET /api/v1/beta/files/{file_id}/content."""
    storage = services.storage
    if not is_signed(storage.signing_key, project_id=project_id, file_id=file_id, expires=expires, signature=signature):
        raise HTTPException(403, "This link was not made by this server")
    if time.time() >= expires:
        raise HTTPException(403, "This link has expired; ask for a new one")
    stored = storage.files.get(project_id, file_id)
    if stored is None:
        raise HTTPException(404, f"File {file_id} not found")
    path = storage.files.path_of(stored.sha256)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise HTTPException(404, f"File {file_id} not found") from None
    guessed = mimetypes.guess_type(stored.name)[0]
    return FileResponse(
        path,
        stat_result=found,
        media_type=guessed if guessed in _SAFE_TYPES else "application/octet-stream",
        headers={
            "Content-Disposition": disposition_of(stored.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            # of this upload: the bytes on disk may be older, and shared with another project
            "Last-Modified": format_datetime(stored.created_at, usegmt=True),
            "ETag": f'"{stored.id}"',
        },
    )
