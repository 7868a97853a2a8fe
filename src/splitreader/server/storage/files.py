"""Uploaded files: rows in the database, bytes in blobs by content hash."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, or_, select

from splitreader.server.storage.blobs import Blobs
from splitreader.server.storage.database import Database, now
from splitreader.server.storage.incoming import IncomingFile
from splitreader.server.storage.paging import Key, newest_first, one_of, one_page
from splitreader.server.storage.refusals import InvalidOrder
from splitreader.server.storage.rows import NewFile, Page, StoredFile
from splitreader.server.storage.tables import UNFINISHED, files, jobs

NEWEST_FIRST = newest_first(files.c.created_at, files.c.seq)
CREATED_AT, SEQ = NEWEST_FIRST
ORDERABLE: dict[str, ColumnElement[Any]] = {
    "created_at": CREATED_AT.column,
    "last_modified_at": CREATED_AT.column,
    "name": files.c.name,
    "external_file_id": func.coalesce(files.c.external_file_id, ""),
    "purpose": files.c.purpose,
    "id": files.c.id,
}


class FileStore:
    """The uploaded files.

    Args:
        database: for the rows.
        blobs: for the bytes.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    def incoming(self) -> IncomingFile:
        """Take a new file in; use it with ``with``.

        Raises:
            StorageError: the disk is full, or fails.
        """
        return IncomingFile(self._blobs, self._register)

    def get(self, project_id: str, file_id: str) -> StoredFile | None:
        """One file; None if the project has no such."""
        with self._database.reading() as connection:
            return find_file(connection, project_id, file_id)

    def list(
        self,
        project_id: str,
        *,
        file_ids: Sequence[str] | None = None,
        name: str | None = None,
        external_file_id: str | None = None,
        order_by: str | None = None,
        page_size: int = 50,
        page_token: str | None = None,
    ) -> Page[StoredFile]:
        """The project's files, newest first. Pages are stable while files come and go.

        Args:
            project_id: whose files.
            file_ids: only these; None for all, empty for none.
            name: only files with exactly this name.
            external_file_id: only files with exactly this one.
            order_by: as the API has it: ``"name"``, ``"created_at desc, name"``; of created_at, last_modified_at,
                name, external_file_id, purpose, id.
            page_size: at least 1.
            page_token: of the page before, which was asked for in the same order.

        Raises:
            InvalidPageToken: the token is none of this list's.
            InvalidOrder: `order_by` can't be read.
        """
        query = select(files).where(files.c.project_id == project_id)
        if file_ids is not None:
            query = query.where(one_of(files.c.id, file_ids))
        if name is not None:
            query = query.where(files.c.name == name)
        if external_file_id is not None:
            query = query.where(files.c.external_file_id == external_file_id)
        keys = read_order(order_by)
        with self._database.reading() as connection:
            return one_page(connection, query, keys, _file_of, page_size=page_size, page_token=page_token)

    def delete(self, project_id: str, file_id: str) -> bool:
        """Delete a file; False if the project has no such. Its bytes stay while an unfinished job needs them."""
        with self._database.alone():
            with self._database.writing() as connection:
                found = connection.execute(
                    delete(files)
                    .where(files.c.project_id == project_id, files.c.id == file_id)
                    .returning(files.c.sha256)
                ).scalar_one_or_none()
                if found is None:
                    return False
                needed = is_needed(connection, found)
            if not needed:  # after the commit: a crash in between leaves a blob too much, which opening deletes
                self._blobs.free(found)
        return True

    def path_of(self, sha256: str) -> Path:
        """Where the bytes with this hash are. Open them before anything can delete the file."""
        return self._blobs.path_of(sha256)

    def _register(self, written: Path, new: NewFile) -> StoredFile:
        stored = StoredFile(id=f"dfl-{uuid.uuid4().hex}", created_at=now(), **asdict(new))
        with self._database.alone():  # so that nobody frees the blob before it has its row
            self._blobs.place(written, new.sha256)
            with self._database.writing() as connection:
                connection.execute(insert(files).values(**asdict(stored)))
        return stored


def find_file(connection: Connection, project_id: str, file_id: str) -> StoredFile | None:
    """One file; None if the project has no such."""
    query = select(files).where(files.c.project_id == project_id, files.c.id == file_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _file_of(row)


def is_needed(connection: Connection, sha256: str) -> bool:
    """Whether a file or an unfinished job has these bytes."""
    of_file = select(files.c.seq).where(files.c.sha256 == sha256).exists()
    of_job = select(jobs.c.seq).where(jobs.c.status.in_(UNFINISHED), jobs.c.sha256 == sha256).exists()
    return bool(connection.execute(select(or_(of_file, of_job))).scalar_one())


def needed_hashes(connection: Connection) -> set[str]:
    """The hashes of all bytes that a file or an unfinished job has."""
    of_jobs = select(jobs.c.sha256).where(jobs.c.status.in_(UNFINISHED))
    return set(connection.execute(select(files.c.sha256).union(of_jobs)).scalars())


def read_order(text: str | None) -> builtins.list[Key]:
    """The keys that ``order_by`` names; without it the newest first.

    Raises:
        InvalidOrder: it can't be read.
    """
    if text is None or not text.strip():
        return [*NEWEST_FIRST]
    keys: list[Key] = []
    for part in text.split(","):
        name, *direction = part.split()[:3] or [""]
        if name not in ORDERABLE or direction not in ([], ["asc"], ["desc"]) or name in {key.name for key in keys}:
            raise InvalidOrder(
                "order_by takes fields separated by commas, each once and perhaps followed by desc; "
                f"it knows {', '.join(ORDERABLE)}"
            )
        keys.append(Key(name=name, column=ORDERABLE[name], descending=direction == ["desc"]))
    return [*keys, SEQ]


def _file_of(row: RowMapping) -> StoredFile:
    return StoredFile(**{column: row[column] for column in StoredFile.__slots__})
