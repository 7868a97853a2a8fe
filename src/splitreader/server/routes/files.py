"""Files."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool

from splitreader.server._services import Served, Services
from splitreader.server.access.caller import AUTHENTICATED, Called, check_project
from splitreader.server.access.keys import Caller
from splitreader.server.access.links import link_path
from splitreader.server.routes.answers import file_answer, listing
from splitreader.server.routes.bodies import FileFilterBody, FileQueryBody
from splitreader.server.routes.file_names import harmless_name
from splitreader.server.routes.forms import UploadForm, invalid, read_form
from splitreader.server.routes.queries import Ids, PageSize, PageToken, page_size_of
from splitreader.server.storage import StoredFile
from splitreader.wire import CloudFile, Listing, PresignedURL

router = APIRouter(prefix="/api/v1", tags=["files"], dependencies=AUTHENTICATED)

Purpose = Literal["user_data", "parse", "extract", "split", "classify", "sheet", "agent_app"]
MOST_LINK_SECONDS = 7 * 24 * 3600
Expand = Annotated[list[str] | None, Query(max_length=20, description="download_url adds a link to the bytes.")]

_FILE = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


def _form(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/beta/files",
    status_code=201,
    response_model_exclude_unset=True,
    openapi_extra=_form(
        ["purpose", "file"],
        {
            "purpose": {"type": "string", "enum": list(get_args(Purpose))},
            "file": _FILE,
            "external_file_id": {"type": "string"},
        },
    ),
)
async def upload_file(request: Request, caller: Called, services: Served) -> CloudFile:
    """Upload a file; it goes to the disk as it comes."""
    return await _upload(request, caller, services, file_field="file", names={"purpose", "external_file_id"})


@router.post(
    "/files",
    response_model_exclude_unset=True,
    openapi_extra=_form(["upload_file"], {"upload_file": _FILE, "external_file_id": {"type": "string"}}),
)
async def upload_file_as_in_the_guide(
    request: Request, caller: Called, services: Served, external_file_id: str | None = None
) -> CloudFile:
    """Upload a file, in the older form of the guide."""
    given = {"purpose": "user_data"}
    if external_file_id is not None:
        given["external_file_id"] = external_file_id
    return await _upload(request, caller, services, file_field="upload_file", names={"external_file_id"}, given=given)


@router.get("/beta/files", response_model_exclude_unset=True)
def list_files(  # noqa: PLR0913  # one for each filter
    *,
    request: Request,
    caller: Called,
    services: Served,
    file_ids: Ids = None,
    file_name: str | None = None,
    external_file_id: str | None = None,
    order_by: Annotated[str | None, Query(max_length=1000)] = None,
    expand: Expand = None,
    page_size: PageSize = None,
    page_token: PageToken = None,
) -> Listing[CloudFile]:
    """The project's files."""
    asked = FileQueryBody(
        filter=FileFilterBody(file_ids=file_ids, file_name=file_name, external_file_id=external_file_id),
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
    )
    return _list(request, caller, services, asked, with_links=_wants_link(expand))


@router.post("/beta/files/query", deprecated=True, response_model_exclude_unset=True)
def query_files(request: Request, body: FileQueryBody, caller: Called, services: Served) -> Listing[CloudFile]:
    """The project's files; GET /api/v1/beta/files does the same. A `page_size` above 1000 means 1000."""
    return _list(request, caller, services, body, with_links=False)


@router.get("/beta/files/{file_id}", response_model_exclude_unset=True)
def get_file(request: Request, file_id: str, caller: Called, services: Served, expand: Expand = None) -> CloudFile:
    """One file."""
    stored = _file(services, caller, file_id)
    return file_answer(stored, _link(request, services, stored) if _wants_link(expand) else None)


@router.delete("/beta/files/{file_id}", status_code=204)
def delete_file(file_id: str, caller: Called, services: Served) -> Response:
    """Delete a file. Jobs that were created with it go on."""
    if not services.storage.files.delete(caller.project_id, file_id):
        raise HTTPException(404, f"File {file_id} not found")
    return Response(status_code=204)


@router.get("/beta/files/{file_id}/content", response_model_exclude_unset=True)
def get_content(
    request: Request,
    file_id: str,
    caller: Called,
    services: Served,
    expires_at_seconds: Annotated[
        int | None, Query(ge=1, le=MOST_LINK_SECONDS, description="How long the link is good for.")
    ] = None,
) -> PresignedURL:
    """A link to the file's bytes that needs no key, for a while."""
    return _link(request, services, _file(services, caller, file_id), expires_at_seconds)


async def _upload(  # noqa: PLR0913  # what both forms differ in
    request: Request,
    caller: Caller,
    services: Services,
    *,
    file_field: str,
    names: set[str],
    given: dict[str, str] | None = None,
) -> CloudFile:
    incoming = await run_in_threadpool(services.storage.files.incoming)
    try:
        form = await read_form(request, incoming, file_field=file_field, max_bytes=services.settings.max_upload)
        name = _check_form(form, file_field, names)
        fields = {**(given or {}), **form.fields}
        if fields.get("purpose") not in get_args(Purpose):
            message = f"Input should be one of {', '.join(get_args(Purpose))}"
            raise RequestValidationError([invalid(("body", "purpose"), message, "enum")])
        stored = await run_in_threadpool(
            incoming.keep,
            project_id=caller.project_id,
            name=harmless_name(name),
            purpose=fields["purpose"],
            external_file_id=fields.get("external_file_id") or None,
        )
    finally:
        await run_in_threadpool(incoming.drop)
    return file_answer(stored)


def _check_form(form: UploadForm, file_field: str, names: set[str]) -> str:
    required = {"purpose"} & names
    problems = [invalid(("body", name), "Field required", "missing") for name in sorted(required - form.fields.keys())]
    problems += [
        invalid(("body", name), "Extra inputs are not permitted", "extra_forbidden")
        for name in sorted(form.fields.keys() - names)
    ]
    if form.file_name is None:
        problems.append(invalid(("body", file_field), "Field required", "missing"))
    if form.file_name is None or problems:
        raise RequestValidationError(problems)
    return form.file_name


def _list(
    request: Request, caller: Caller, services: Services, asked: FileQueryBody, *, with_links: bool
) -> Listing[CloudFile]:
    wanted = asked.filter or FileFilterBody()
    check_project(caller, wanted.project_id)
    page = services.storage.files.list(
        caller.project_id,
        file_ids=wanted.file_ids,
        name=wanted.file_name,
        external_file_id=wanted.external_file_id,
        order_by=asked.order_by,
        page_size=page_size_of(asked.page_size),
        page_token=asked.page_token,
    )
    return listing(page, lambda stored: file_answer(stored, _link(request, services, stored) if with_links else None))


def _file(services: Services, caller: Caller, file_id: str) -> StoredFile:
    stored = services.storage.files.get(caller.project_id, file_id)
    if stored is None:
        raise HTTPException(404, f"File {file_id} not found")
    return stored


def _wants_link(expand: list[str] | None) -> bool:
    if unknown := set(expand or ()) - {"download_url"}:
        message = f"Input should be download_url, not {min(unknown)[:80]}"
        raise RequestValidationError([invalid(("query", "expand"), message, "enum")])
    return bool(expand)


def _link(request: Request, services: Services, stored: StoredFile, seconds: int | None = None) -> PresignedURL:
    expires = int(time.time()) + (seconds or services.settings.link_seconds)
    path = link_path(services.storage.signing_key, project_id=stored.project_id, file_id=stored.id, expires=expires)
    base = f"{request.url.scheme}://{request.headers['host']}{request.scope.get('root_path', '')}"
    return PresignedURL(url=base + path, expires_at=datetime.fromtimestamp(expires, UTC))
