"""A file that is being uploaded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeAlias

from splitreader.server.storage.blobs import Blobs, disk_errors
from splitreader.server.storage.rows import NewFile, StoredFile

Register: TypeAlias = Callable[[Path, NewFile], StoredFile]
"""Gives a file that is written and synced its place and its row."""


class IncomingFile:
    """A file that is being uploaded: `write` its bytes, then `keep` it. Left without `keep`, it is dropped.

    For one thread at a time. Made by `FileStore.incoming`.
    """

    def __init__(self, blobs: Blobs, register: Register) -> None:
        self._register = register
        self._path = blobs.new_path()
        self._hash = hashlib.sha256()
        self._size = 0
        with disk_errors():
            self._stream: BinaryIO | None = _open_private(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.drop()

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            StorageError: the disk is full, or fails.
        """
        stream = self._open_stream()
        with disk_errors():
            stream.write(data)
        self._hash.update(data)
        self._size += len(data)

    def keep(self, *, project_id: str, name: str, purpose: str, external_file_id: str | None = None) -> StoredFile:
        """Make it a file. Whatever happens, afterwards the whole file is there with its row, or nothing.

        Args:
            project_id: see `StoredFile`.
            name: see `StoredFile`.
            purpose: see `StoredFile`.
            external_file_id: see `StoredFile`.

        Raises:
            StorageError: the disk or the database failed; the upload is dropped.
        """
        stream = self._open_stream()
        new = NewFile(
            project_id=project_id,
            name=name,
            purpose=purpose,
            external_file_id=external_file_id,
            sha256=self._hash.hexdigest(),
            size=self._size,
        )
        try:
            with disk_errors():
                stream.flush()
                os.fsync(stream.fileno())
                stream.close()
            return self._register(self._path, new)
        finally:
            self.drop()

    def drop(self) -> None:
        """Forget it; nothing happens if it has been kept."""
        if self._stream is None:
            return
        stream, self._stream = self._stream, None
        with disk_errors():
            try:
                stream.close()
            finally:
                self._path.unlink(missing_ok=True)

    def _open_stream(self) -> BinaryIO:
        if self._stream is None:
            raise ValueError("the upload has been kept or dropped already")
        return self._stream


def _open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")
