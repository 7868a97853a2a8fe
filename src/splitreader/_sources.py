"""From what a user hands in to `Source`: a name, a content hash, a way to read it."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath
from typing import Literal, TypeAlias

from splitreader._errors import InvalidConfiguration, SourceChanged, SourceGone, SourceNotFound, SourceUnreadable

logger = logging.getLogger(__name__)

PacketLike: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | Source"
"""One packet, or a folder of packets, as a user may hand it in."""

SourceLike: TypeAlias = "PacketLike | Iterable[PacketLike]"
"""Everything `SplitReader.load` takes."""

Duplicates: TypeAlias = Literal["drop", "keep"]


@dataclass(frozen=True, kw_only=True)
class FileState:
    """What tells cheaply that a file is still the one that was hashed."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileState:
        """The state in a result of `os.stat` or `os.fstat`."""
        return cls(size=status.st_size, mtime_ns=status.st_mtime_ns)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One packet: a file on disk, or bytes in memory.

    Args:
        name: what metadata calls it: the path as given, or relative to the folder it was found in, with forward
            slashes; ``"sha256:<16 hex>"`` for bytes without a name.
        path: where the file is; None for bytes.
        data: the bytes; None for a file.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)

    @property
    def file_name(self) -> str:
        """The last part of the name."""
        return PurePath(self.name).name or self.name

    @cached_property
    def size(self) -> int:
        """Bytes."""
        if self.data is not None:
            return len(self.data)
        return self.state().size

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hex. Reads the whole file once.

        Raises:
            SourceGone, SourceUnreadable: the file can't be read any more.
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

    def file(self) -> Path:
        """The path of a source that is a file."""
        if self.path is None:
            raise TypeError(f"{self.name} is bytes in memory, not a file")
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
        now = Source(name=self.name, path=self.path, data=self.data).sha256
        if now != sha256:
            raise SourceChanged(
                f"{self.name} has changed since it was split (sha256 {sha256[:16]} then, {now[:16]} now); "
                "split it again",
                source=self.name,
            )

    def _unreadable(self, error: OSError) -> SourceGone | SourceUnreadable:
        if isinstance(error, FileNotFoundError):
            return SourceGone(f"{self.name} is not there any more; put it back or split another file", source=self.name)
        return SourceUnreadable(
            f"{self.name} can't be read ({error.strerror or error}); check the file and its permissions",
            source=self.name,
        )


def resolve_sources(given: SourceLike, *, name: str | None = None) -> list[Source]:
    """Every packet that `given` names, in the order given; the files of a folder in sorted order.

    Args:
        given: a path, a folder (searched recursively for ``*.pdf``), bytes, or several of these.
        name: what to call the packet; only when `given` is one packet.

    Raises:
        SourceNotFound: nothing is there, or a folder holds no PDF.
        InvalidConfiguration: `given` is of a type that can't be read, or a name is given for several packets.
    """
    if isinstance(given, (str, os.PathLike, bytes, bytearray, memoryview, Source)):
        sources = _resolve_one(given)
    elif isinstance(given, Iterable):
        sources = [source for item in given for source in _resolve_one(item)]
    else:
        raise _unsupported(given)
    if name is None:
        return sources
    if len(sources) != 1:
        raise InvalidConfiguration(
            f"name={name!r} names one packet, but {len(sources)} were given; name them one by one"
        )
    return [Source(name=name, path=sources[0].path, data=sources[0].data)]


def one_source(given: object, *, name: str | None = None) -> Source:
    """The one packet that `given` names.

    Raises:
        SourceNotFound: nothing is there.
        InvalidConfiguration: `given` is several packets, or of a type that can't be read.
    """
    if not isinstance(given, (str, os.PathLike, bytes, bytearray, memoryview, Source)):
        raise InvalidConfiguration(f"this takes one packet, a path or bytes, and got {type(given).__name__}")
    if isinstance(given, (str, os.PathLike)) and Path(given).is_dir():
        raise InvalidConfiguration(f"this takes one packet, and {given} is a folder; use load or lazy_load")
    return resolve_sources(given, name=name)[0]


def texts_source(texts: Sequence[str], *, name: str | None) -> Source:
    """A stand-in for a packet of which only the page texts are known: its bytes are the texts, as JSON."""
    data = json.dumps(list(texts)).encode()
    return Source(name=name, data=data) if name else resolve_sources(data)[0]


def unique_sources(sources: Iterable[Source], *, duplicates: Duplicates) -> Iterator[Source]:
    """The sources without those whose bytes another one has, too.

    Of identical packets the first in sorted order of their names stays, whatever the order they came in; the others
    are logged. Only files of equal size are read to compare them. With ``"keep"`` only the very same source, given
    twice, is left out.
    """
    everything = list(sources)
    if duplicates == "keep":
        yield from {(source.name, source.path, source.data): source for source in everything}.values()
        return
    same_size: dict[int, list[int]] = defaultdict(list)
    for index, source in enumerate(everything):
        same_size[source.size].append(index)
    for index, source in enumerate(everything):
        rivals = same_size[source.size]
        if len(rivals) > 1:
            twins = [other for other in rivals if everything[other].sha256 == source.sha256]
            first = min(twins, key=lambda other: (everything[other].name, other))
            if first != index:
                logger.info("%s has the same bytes as %s; it is left out", source.name, everything[first].name)
                continue
        yield source


def _resolve_one(given: object) -> list[Source]:
    if isinstance(given, Source):
        return [given]
    if isinstance(given, (bytes, bytearray, memoryview)):
        data = bytes(given)
        return [Source(name=f"sha256:{hashlib.sha256(data).hexdigest()[:16]}", data=data)]
    if not isinstance(given, (str, os.PathLike)):
        raise _unsupported(given)
    path = Path(given)
    if path.is_dir():
        return _resolve_folder(path)
    if not path.exists():
        raise SourceNotFound(
            f"there is no file or folder {str(given)!r} (looked in {Path.cwd()}); check the path", source=str(given)
        )
    return [Source(name=path.as_posix(), path=path.absolute())]


def _resolve_folder(folder: Path) -> list[Source]:
    def refuse(error: OSError) -> None:
        raise SourceUnreadable(
            f"the folder {error.filename} can't be read ({error.strerror}); check its permissions", source=str(folder)
        ) from error

    found = [
        Path(root, file)
        for root, _, files in os.walk(folder, onerror=refuse)
        for file in files
        if file.lower().endswith(".pdf")
    ]
    if not found:
        raise SourceNotFound(f"the folder {folder} holds no file that ends in .pdf", source=str(folder))
    named = sorted((path.relative_to(folder).as_posix(), path) for path in found)
    return [Source(name=name, path=path.absolute()) for name, path in named]


def _unsupported(given: object) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"can't read a packet from {type(given).__name__}; give a path, a folder, bytes, or a list of these"
    )
