"""Private temporary files for what does not come as a file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path

from splitreader._errors import LimitExceeded, SourceUnreadable


class SpooledFile:
    """A file that only this user can read, deleted with the last reference to this object, at the latest at exit.

    Raises:
        OSError: the system refuses.
    """

    def __init__(self) -> None:
        folder = tempfile.mkdtemp(prefix="splitreader-")  # 0700
        self.path = Path(folder, "packet.pdf")
        self.sha256 = ""
        self._finalizer = weakref.finalize(self, _remove, folder, os.getpid())

    def write(self, chunks: Iterable[bytes]) -> None:
        """Write the whole file and hash it."""
        digest = hashlib.sha256()
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            for chunk in chunks:
                digest.update(chunk)
                stream.write(chunk)
        self.sha256 = digest.hexdigest()

    def delete(self) -> None:
        """Delete the file now."""
        self._finalizer()


def spool(chunks: Iterable[bytes], *, name: str, max_bytes: int | None) -> SpooledFile:
    """Write chunks to a file of their own. Nothing stays behind when this fails, or the iterable does.

    Args:
        chunks: the bytes; errors in making them pass through, except `OSError`.
        name: of the source, for messages.
        max_bytes: give up beyond this; None for no limit.

    Raises:
        LimitExceeded: there are more bytes.
        SourceUnreadable: they can't be stored.
    """
    file: SpooledFile | None = None
    with contextlib.ExitStack() as stack:
        try:
            file = SpooledFile()
            stack.callback(file.delete)
            file.write(_counted(chunks, name=name, max_bytes=max_bytes))
        except OSError as error:
            raise SourceUnreadable(
                f"{name} can't be stored in {tempfile.gettempdir()} ({error.strerror or error}); "
                "make room there, or set TMPDIR to another folder",
                source=name,
            ) from error
        stack.pop_all()
    return file


def too_large(name: str, size: str, max_bytes: int) -> LimitExceeded:
    """The error for a packet above ``Limits.max_bytes``; `size` says how large it is, in words."""
    return LimitExceeded(
        f"{name} has {size}, and at most {max_bytes:,} are allowed; raise Limits.max_bytes or leave it out",
        source=name,
    )


def _counted(chunks: Iterable[bytes], *, name: str, max_bytes: int | None) -> Iterable[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if max_bytes is not None and total > max_bytes:
            raise too_large(name, f"at least {total:,} bytes", max_bytes)
        yield chunk


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:  # a forked child has a copy of the reference, but the file is its parent's
        shutil.rmtree(folder, ignore_errors=True)
