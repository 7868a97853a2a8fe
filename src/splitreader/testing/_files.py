"""The files the API holds, and the presigned links to their bytes."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath

from splitreader.testing._wire import JSON, PROJECT_ID, Query, Refused, first, now_utc, one_page, timestamp


@dataclass(frozen=True, kw_only=True)
class ScriptedUpload:
    """A file as a script's function sees it. A parse job's id stands for an upload without data.

    Args:
        id: of the file, as the API gave it.
        name: of the file, as it was uploaded.
        data: its bytes.
    """

    id: str
    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file and what was said about it."""

    upload: ScriptedUpload
    content_type: str
    purpose: str | None
    external_file_id: str | None
    project_id: str
    modified: datetime

    def answer(self) -> JSON:
        """The file as the API describes it."""
        return {
            "id": self.upload.id,
            "name": self.upload.name,
            "project_id": self.project_id,
            "external_file_id": self.external_file_id,
            "file_type": PurePosixPath(self.upload.name).suffix.removeprefix(".").lower() or None,
            "last_modified_at": timestamp(self.modified),
            "expires_at": None,
            "purpose": self.purpose,
            "download_url": None,
        }


@dataclass(frozen=True, kw_only=True)
class Link:
    """A presigned link: who has its token may read the file until it ends."""

    token: str
    file_id: str
    until: float
    expires_at: str


class Files:
    """All files, in order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, StoredFile] = {}
        self._links: dict[str, Link] = {}

    def add(  # noqa: PLR0913  # a form has that many fields
        self,
        name: str,
        data: bytes,
        *,
        content_type: str | None = None,
        purpose: str | None = None,
        external_file_id: str | None = None,
        project_id: str | None = None,
    ) -> StoredFile:
        """Keep a file."""
        stored = StoredFile(
            upload=ScriptedUpload(id=str(uuid.uuid4()), name=name, data=data),
            content_type=content_type or "application/octet-stream",
            purpose=purpose,
            external_file_id=external_file_id,
            project_id=project_id or PROJECT_ID,
            modified=now_utc(),
        )
        with self._lock:
            self._files[stored.upload.id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        """One file.

        Raises:
            Refused: 404.
        """
        with self._lock:
            stored = self._files.get(file_id)
        if stored is None:
            raise Refused(404, f"File {file_id} not found")
        return stored

    def delete(self, file_id: str) -> None:
        """Forget a file; links to it end."""
        with self._lock:
            if self._files.pop(file_id, None) is None:
                raise Refused(404, f"File {file_id} not found")

    def snapshot(self) -> dict[str, JSON]:
        """All files as the API describes them."""
        with self._lock:
            return {file_id: stored.answer() for file_id, stored in self._files.items()}

    def page(self, query: Query) -> JSON:
        """The files that a list request asks for."""
        items = list(self.snapshot().values())
        if ids := query.get("file_ids"):
            items = [item for item in items if item["id"] in ids]
        for parameter, key in (("file_name", "name"), ("external_file_id", "external_file_id")):
            if (wanted := first(query, parameter)) is not None:
                items = [item for item in items if item[key] == wanted]
        for order in reversed((first(query, "order_by") or "").split(",")):
            name, _, direction = order.strip().partition(" ")
            items.sort(key=partial(_order_key, name), reverse=direction.strip() == "desc")
        return one_page(items, query)

    def link(self, file_id: str, seconds: float) -> Link:
        """A new presigned link."""
        self.get(file_id)
        link = Link(
            token=secrets.token_urlsafe(24),
            file_id=file_id,
            until=time.monotonic() + seconds,
            expires_at=timestamp(now_utc() + timedelta(seconds=seconds)),
        )
        with self._lock:
            self._links[link.token] = link
        return link

    def linked(self, token: str) -> StoredFile:
        """The file behind a presigned link.

        Raises:
            Refused: 403 for a token that is unknown or over, 404 for a file that is gone.
        """
        with self._lock:
            link = self._links.get(token)
        if link is None or time.monotonic() >= link.until:
            raise Refused(403, "Request has expired")
        return self.get(link.file_id)


def _order_key(name: str, item: JSON) -> str:
    return str(item.get(name) or "")
