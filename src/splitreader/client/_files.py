"""Files on the service."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration, SourceNotFound, SourceUnreadable
from splitreader.client._answers import parse
from splitreader.client._listing import next_page
from splitreader.client._requests import Request, in_path, parameters
from splitreader.client._retrying import send
from splitreader.client._service import Service
from splitreader.client._steps import Flow
from splitreader.client._upload import Upload
from splitreader.wire import CloudFile, Listing, PresignedURL

FilesApi: TypeAlias = Literal["beta", "v1"]
UploadLike: TypeAlias = str | os.PathLike[str] | bytes

FILES = "/api/v1/beta/files"
GUIDE_FILES = "/api/v1/files"
"""The Split guide's way to upload."""


class FileListFilters(TypedDict, total=False):
    """Which files to list; the keys are the fields of `FileFilters`."""

    file_ids: Sequence[str] | None
    file_name: str | None
    external_file_id: str | None
    order_by: str | None
    expand: Sequence[str] | None
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, kw_only=True)
class FileFilters:
    """Which files to list.

    Args:
        file_ids: these.
        file_name, external_file_id: that are called so.
        order_by, expand: sent as they are.
        page_size: how many a request brings; None leaves it to the service.
        page_token: where to begin; None for the beginning.
    """

    file_ids: Sequence[str] | None = None
    file_name: str | None = None
    external_file_id: str | None = None
    order_by: str | None = None
    expand: Sequence[str] | None = None
    page_size: int | None = None
    page_token: str | None = None

    def after(self, listing: Listing[CloudFile]) -> FileFilters | None:
        """The same for the page after this one; None after the last."""
        token = next_page(listing, self.page_token)
        return None if token is None else replace(self, page_token=token)


def new_upload(
    file: UploadLike,
    *,
    name: str | None = None,
    purpose: str = "split",
    external_file_id: str | None = None,
    files_api: FilesApi = "beta",
) -> Upload:
    """The body that uploads a file.

    Args:
        file: its path, or its bytes.
        name: what the service will call it; default: the path's last part, or ``"packet.pdf"``.
        purpose: what it is for.
        external_file_id: the user's own name for it.
        files_api: ``"beta"``, the current form, or ``"v1"``, the Split guide's, which knows no purpose and no external
            id.

    Raises:
        InvalidConfiguration: an option is wrong.
        SourceNotFound, SourceUnreadable: the file can't be looked at.
    """
    if files_api not in ("beta", "v1"):
        raise InvalidConfiguration(f'files_api is {quoted(files_api)}; it must be "beta" or "v1"')
    if files_api == "v1" and external_file_id is not None:
        raise InvalidConfiguration('the guide\'s way to upload has no external_file_id; use files_api="beta"')
    content: Path | bytes
    if isinstance(file, (bytes, bytearray, memoryview)):
        content = bytes(file)
        size = len(content)
    elif isinstance(file, (str, os.PathLike)):
        content = Path(file)
        size = _size(content)
    else:
        raise InvalidConfiguration(f"can't upload {type(file).__name__}; give a path or bytes")
    fields = [] if files_api == "v1" else [("purpose", purpose)]
    if external_file_id is not None:
        fields.append(("external_file_id", external_file_id))
    return Upload(
        file=content,
        size=size,
        name=name or (content.name if isinstance(content, Path) else "packet.pdf"),
        form_field="upload_file" if files_api == "v1" else "file",
        fields=tuple(fields),
    )


@dataclass(frozen=True)
class Uploaded:
    """A file that was uploaded.

    Args:
        file: as the service has it.
        is_doubtful: a request before had no answer, so there may be a second one.
    """

    file: CloudFile
    is_doubtful: bool


def upload_file(service: Service, upload: Upload, *, source: str | None = None) -> Flow[Uploaded]:
    """Upload a file. One whose answer was lost is uploaded again; the first may stay on the service."""
    request = Request(
        what=f"upload {quoted(upload.name)}",
        method="POST",
        path=GUIDE_FILES if upload.form_field == "upload_file" else FILES,
        parameters=_scope(service),
        upload=upload,
    )
    answer = yield from send(service, request, source=source)
    return Uploaded(parse(answer, CloudFile, request, service), is_doubtful=answer.repeats > 0)


def get_file(service: Service, file_id: str) -> Flow[CloudFile]:
    """What the service knows of a file."""
    request = _about("get the file", "GET", file_id, service)
    answer = yield from send(service, request)
    return parse(answer, CloudFile, request, service)


def list_files_page(service: Service, filters: FileFilters) -> Flow[Listing[CloudFile]]:
    """One page of the files that the filters let through."""
    request = Request(
        what="list the files",
        method="GET",
        path=FILES,
        parameters=parameters(
            ("file_ids", None if filters.file_ids is None else list(filters.file_ids)),
            ("file_name", filters.file_name),
            ("external_file_id", filters.external_file_id),
            ("order_by", filters.order_by),
            ("expand", None if filters.expand is None else list(filters.expand)),
            ("page_size", filters.page_size),
            ("page_token", filters.page_token),
        )
        + _scope(service),
        retry_conflict=True,
    )
    answer = yield from send(service, request)
    return parse(answer, Listing[CloudFile], request, service)


def file_content(service: Service, file_id: str, expires_at_seconds: int | None = None) -> Flow[PresignedURL]:
    """Where the file's bytes can be had."""
    about = _about("get the content of the file", "GET", file_id, service, "/content")
    request = replace(about, parameters=parameters(("expires_at_seconds", expires_at_seconds)) + about.parameters)
    answer = yield from send(service, request)
    return parse(answer, PresignedURL, request, service)


def delete_file(service: Service, file_id: str) -> Flow[None]:
    """Delete a file. One that is deleted already when a repeated request arrives counts as deleted."""
    request = _about("delete the file", "DELETE", file_id, service)
    yield from send(service, request)


def _about(what: str, method: str, file_id: str, service: Service, tail: str = "") -> Request:
    return Request(
        what=f"{what} {quoted(file_id)}",
        method=method,
        path=f"{FILES}/{in_path(file_id)}{tail}",
        parameters=_scope(service),
        retry_conflict=method == "GET",
    )


def _scope(service: Service) -> tuple[tuple[str, str], ...]:
    settings = service.settings
    return parameters(("project_id", settings.project_id), ("organization_id", settings.organization_id))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError as error:
        raise SourceNotFound(f"there is no file {path}; check the path", source=str(path)) from error
    except OSError as error:
        raise SourceUnreadable(f"{path} can't be looked at ({error.strerror or error})", source=str(path)) from error
