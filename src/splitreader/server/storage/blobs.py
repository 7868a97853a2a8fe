"""Bytes on disk, by their hash."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path

from splitreader._errors import StorageError

SHA256 = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The folders ``blobs`` and ``incoming`` of a data folder.

    A blob is complete from the moment it has its name: it is written and synced under another one.

    Args:
        folder: the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs"
        self._incoming = folder / "incoming"

    def path_of(self, sha256: str) -> Path:
        """Where the blob with this hash is, or would be.

        Raises:
            ValueError: it is no sha256 in hex.
        """
        if not SHA256.fullmatch(sha256):
            raise ValueError("a blob is named by a sha256 in hex")
        return self._blobs / sha256[:2] / sha256

    def new_path(self) -> Path:
        """Where to write a file whose hash is not known yet."""
        return self._incoming / f"{uuid.uuid4().hex}.part"

    def place(self, written: Path, sha256: str) -> None:
        """Give a file that is written and synced its name as a blob.

        Raises:
            StorageError: the disk failed.
        """
        path = self.path_of(sha256)
        with disk_errors():
            if not path.parent.exists():
                path.parent.mkdir(mode=0o700)
                sync_folder(self._blobs)
            if path.exists():
                written.unlink()  # the same bytes
            else:
                written.replace(path)
                sync_folder(path.parent)

    def free(self, sha256: str) -> None:
        """Delete a blob, if it is there.

        Raises:
            StorageError: the disk failed.
        """
        with disk_errors():
            self.path_of(sha256).unlink(missing_ok=True)

    def clean(self, used: AbstractSet[str]) -> int:
        """Make the folders, delete half-written files and all blobs but those that are used.

        Returns:
            How many files were deleted.

        Raises:
            StorageError: the disk failed.
        """
        deleted = 0
        with disk_errors():
            for folder in (self._incoming, self._blobs):
                folder.mkdir(mode=0o700, exist_ok=True)
            for path in self._incoming.iterdir():
                path.unlink()
                deleted += 1
            for path in self._blobs.glob("*/*"):
                if path.name not in used:
                    path.unlink()
                    deleted += 1
        return deleted


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn the system's errors into ours.

    Raises:
        StorageError: what was done here failed.
    """
    try:
        yield
    except OSError as error:
        where = "" if error.filename is None else f" at {error.filename}"
        raise StorageError(
            f"the server's data folder failed{where} ({error.strerror or error}); check the disk and its free space"
        ) from error


def sync_folder(folder: Path) -> None:
    """See that the names in a folder survive a crash of the machine; Windows does that by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
