"""What the storage keeps, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from splitreader.wire import JobStatus

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """An uploaded file. Its bytes are a blob, which several files may share.

    Args:
        id: ``"dfl-..."``.
        project_id: whose it is.
        name: as uploaded, made harmless for display; never a path on this machine.
        external_file_id: the uploader's own name for it.
        purpose: what it was uploaded for.
        sha256: of its bytes, in hex.
        size: in bytes.
        created_at: when, in UTC.
    """

    id: str
    project_id: str
    name: str
    external_file_id: str | None
    purpose: str
    sha256: str
    size: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredJob:
    """A split job.

    Args:
        id: ``"spl-..."``.
        project_id, user_id: whose it is.
        api: which form of the API it was created with.
        status: where it stands.
        file_id: of what is split.
        file_name: of it, for messages and logs.
        sha256: of the bytes that are split; they stay until the job has ended, also if the file is deleted.
        parameters: ``categories``, ``splitting_strategy``, ``target_pages`` ... as asked for, validated.
        configuration_id: of the saved configuration it was made with.
        transaction_id: the caller's own name for the request, unique within the project.
        segments: the result, once it is completed: ``category``, ``confidence_category`` and ``pages`` of each.
        error_message: why it failed.
        attempts: how often it was begun.
        created_at, updated_at: when, in UTC.
    """

    id: str
    project_id: str
    user_id: str
    api: Literal["beta", "v1"]
    status: JobStatus
    file_id: str
    file_name: str
    sha256: str
    parameters: Mapping[str, Any]
    configuration_id: str | None
    transaction_id: str | None
    segments: tuple[Mapping[str, Any], ...] | None
    error_message: str | None
    attempts: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewFile:
    """What a file is made from; see `StoredFile` for the fields."""

    project_id: str
    name: str
    purpose: str
    external_file_id: str | None
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewJob:
    """What a job is made from; see `StoredJob` for the fields. Name and hash come from the file's row."""

    project_id: str
    user_id: str
    api: Literal["beta", "v1"]
    file_id: str
    parameters: Mapping[str, Any]
    configuration_id: str | None = None
    transaction_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredSession:
    """Somebody who came with a key and goes on with a cookie.

    Args:
        token_hash: sha256 of the cookie's value, in hex.
        key_hash: sha256 of the key it was got for; the session dies with the key.
        project_id: whose things it opens.
        expires_at: when, in UTC.
    """

    token_hash: str
    key_hash: str
    project_id: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredConfiguration:
    """A saved configuration.

    Args:
        id: ``"cfg-..."``.
        project_id: whose it is.
        name: for people.
        version: set anew with each update.
        parameters: with ``product_type``.
        created_at, updated_at: when, in UTC.
    """

    id: str
    project_id: str
    name: str
    version: str
    parameters: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Row]):
    """One page of a list.

    Args:
        items: of this page.
        next_token: asks for the next one; None on the last.
    """

    items: tuple[Row, ...]
    next_token: str | None
