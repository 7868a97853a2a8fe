"""One packet: a name, a content hash, a way to read it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, Protocol, Self, runtime_checkable

from splitreader._errors import SourceChanged, SourceGone, SourceUnreadable
from splitreader._limits import MEGABYTE
from splitreader.sources._file_state import FileState
from splitreader.sources._spool import SpooledFile

PICKLED_AT_MOST = 64 * MEGABYTE
"""Bytes of a download or stream that go into a pickle; its temporary file is of this process and can't go along."""


@runtime_checkable
class BinaryStream(Protocol):
    """Anything with a ``read(size)`` that gives bytes: an open file, a pipe, an upload, `io.BytesIO`."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(frozen=True)
class FileId:
    """A file that was uploaded to LlamaCloud before. Only the engine that works there can read it.

    Args:
        id: LlamaCloud's id of the file.
    """

    id: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """One packet: a file on disk or bytes in memory, which are local, or a URL, a stream, a file id, which are not yet.

    What was downloaded is equal to the source it was downloaded from. Sources can be pickled, except streams; a
    download or stream that has been read goes into the pickle as its bytes, without the URL, if they are at most 64 MB.

    Args:
        name: what metadata calls it: the path as given, or relative to the folder or the fixed part of the pattern it
            was found by, with forward slashes; a URL without user, query and fragment; ``"llamacloud:<id>"``;
            ``"sha256:<16 hex>"`` for bytes and streams without a name.
        path: where the file is.
        data: the bytes in memory.
        url: where to download it; may hold a password, so it is in no message.
        file_id: which file of LlamaCloud it is.
        stream: what to read it from, once.
        spool: keeps the temporary file at `path` as long as this source is there.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    file_id: FileId | None = None
    stream: BinaryStream | None = field(default=None, repr=False)
    spool: SpooledFile | None = field(default=None, repr=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Source):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        if self.stream is not None:
            raise TypeError(
                f"{self.name} is a stream that has not been read; it can't be pickled, give bytes or a path"
            )
        if self.spool is None:
            return dict(vars(self))
        size = self.state().size
        if size > PICKLED_AT_MOST:
            raise TypeError(
                f"{self.name} was read into a temporary file of {size:,} bytes, and at most {PICKLED_AT_MOST:,} go "
                "into a pickle; save it as a file and give its path"
            )
        data = self._read()
        return dict(vars(Source(name=self.name, data=data, file_id=self.file_id)))  # no URL: it may hold a password

    @property
    def is_local(self) -> bool:
        """Whether its bytes are here: a file, or in memory."""
        return self.path is not None or self.data is not None

    @property
    def file_name(self) -> str:
        """The last part of the name. Not safe as a file name of its own: a URL may hold any characters."""
        parts = [part for part in PurePath(self.name).parts if part != ".."]
        return PurePath(*parts).name or self.name

    @cached_property
    def size(self) -> int | None:
        """Bytes; None for a source that is not local.

        Raises:
            SourceGone, SourceUnreadable: the file can't be looked at.
        """
        if self.data is not None:
            return len(self.data)
        return self.state().size if self.path is not None else None

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hex. Reads the whole file once.

        Raises:
            SourceGone, SourceUnreadable: the file can't be read any more.
            TypeError: the source is not local.
        """
        return self._hashed[0]

    @property
    def hashed_state(self) -> FileState | None:
        """The state of the file when `sha256` was computed; None for bytes."""
        return self._hashed[1]

    @cached_property
    def _hashed(self) -> tuple[str, FileState | None]:
        if self.data is not None:
            return hashlib.sha256(self.data).hexdigest(), None
        try:
            with self.file().open("rb") as stream:
                state = FileState.of(os.fstat(stream.fileno()))
                return hashlib.file_digest(stream, "sha256").hexdigest(), state
        except OSError as error:
            raise self._unreadable(error) from error

    @property
    def _identity(self) -> tuple[object, ...]:
        if self.url is not None:
            return self.name, self.url
        return self.name, self.path, self.data, self.file_id, None if self.stream is None else id(self.stream)

    def file(self) -> Path:
        """The path of a source that is a file.

        Raises:
            TypeError: it is bytes, or is not local yet.
        """
        if self.path is None:
            what = "bytes in memory, not a file" if self.data is not None else "not local; localize it first"
            raise TypeError(f"{self.name} is {what}")
        return self.path

    def state(self) -> FileState:
        """The state of the file now.

        Raises:
            SourceGone, SourceUnreadable: it can't be looked at.
        """
        try:
            return FileState.of(self.file().stat())
        except OSError as error:
            raise self._unreadable(error) from error

    def check_unchanged(self, sha256: str) -> None:
        """Read the source again and compare.

        Raises:
            SourceChanged: the bytes are others than those with the given hash.
            SourceGone, SourceUnreadable: it can't be read any more.
        """
        now = replace(self).sha256
        if now != sha256:
            raise SourceChanged(
                f"{self.name} has changed since it was split (sha256 {sha256[:16]} then, {now[:16]} now); "
                "split it again",
                source=self.name,
            )

    def _read(self) -> bytes:
        try:
            return self.file().read_bytes()
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> SourceGone | SourceUnreadable:
        if isinstance(error, FileNotFoundError):
            return SourceGone(f"{self.name} is not there any more; put it back or split another file", source=self.name)
        return SourceUnreadable(
            f"{self.name} can't be read ({error.strerror or error}); check the file and its permissions",
            source=self.name,
        )
