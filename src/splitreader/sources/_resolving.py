"""From what a user hands in to sources."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from splitreader._errors import InvalidConfiguration, SourceError, SourceNotFound, SourceUnreadable
from splitreader.sources._cloud_stores import find_in_store
from splitreader.sources._deadline import Abort
from splitreader.sources._finding import find_by_pattern, find_in_folder, is_pattern
from splitreader.sources._source import BinaryStream, FileId, Source
from splitreader.sources._urls import is_web_url, other_scheme, url_name

PacketLike: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryStream | FileId | Source"
"""One packet, or a folder or pattern of packets, as a user may hand it in."""

SourceLike: TypeAlias = "PacketLike | Iterable[PacketLike]"
"""Everything `SplitReader.load` takes."""

OnSourceError: TypeAlias = Callable[[SourceError], None]

UNREAD_STREAM = "(stream)"
"""The name of a stream that was given none, until it is read."""

_SINGLE = (str, os.PathLike, bytes, bytearray, memoryview, FileId, Source)


def resolve_sources(
    given: SourceLike,
    *,
    name: str | None = None,
    on_error: OnSourceError | None = None,
    abort: Abort | None = None,
) -> list[Source]:
    """Every packet that `given` names, in the order given; the files of a folder or pattern in sorted order.

    Nothing is downloaded, no stream is read; folders and patterns of cloud stores are listed.

    Args:
        given: a path, a folder (searched recursively for ``*.pdf``), a pattern such as ``"in/**/*.pdf"``, an http(s)
            URL, the same of a cloud store (``s3://``, ``gs://`` ...), bytes, a binary stream, a `FileId`, or several
            of these. A string is an existing path first, then a URL, then a pattern; never a file id.
        name: what to call the packet; only when `given` is one packet.
        on_error: is told of each of the things given that is not there, and the others come back; None raises.
        abort: calls off the listing of a cloud store.

    Raises:
        SourceNotFound: nothing is there, a folder holds no PDF, or a pattern matches no file.
        SourceUnreadable: a folder can't be read, or it is neither file nor folder.
        DownloadFailed: a URL is malformed, or may not be read, or its store can't be asked.
        InvalidConfiguration: `given` is of a type that can't be read, a name is given for several packets, or the
            library for a cloud store is not installed.
    """
    report = _raise if on_error is None else on_error
    if isinstance(given, _SINGLE) or _is_stream(given):
        sources = _resolve_one(given, report, abort)
    elif isinstance(given, Iterable):
        sources = [source for item in given for source in _resolve_one(item, report, abort)]
    else:
        raise _unsupported(given)
    if name is None or not sources:
        return sources
    if len(sources) != 1:
        raise InvalidConfiguration(
            f"name={name!r} names one packet, but {len(sources)} were given; name them one by one"
        )
    return [replace(sources[0], name=name)]


def one_source(given: object, *, name: str | None = None, abort: Abort | None = None) -> Source:
    """The one packet that `given` names.

    Raises:
        SourceNotFound: nothing is there.
        InvalidConfiguration: `given` is several packets, or of a type that can't be read.
    """
    if not (isinstance(given, _SINGLE) or _is_stream(given)):
        raise InvalidConfiguration(
            f"this takes one packet, a path, URL, stream or bytes, and got {type(given).__name__}"
        )
    if isinstance(given, (str, os.PathLike)) and _exists(given, Path.is_dir):
        raise InvalidConfiguration(f"this takes one packet, and {given} is a folder; use load or lazy_load")
    sources = resolve_sources(given, abort=abort)  # type: ignore[arg-type]  # one of the types it takes
    if len(sources) != 1:
        raise InvalidConfiguration(
            f"this takes one packet, and {given!r} matches {len(sources)} files; use load or lazy_load"
        )
    return sources[0] if name is None else replace(sources[0], name=name)


def is_file(given: str | os.PathLike[str]) -> bool:
    """Whether there is a file at a path; False also for text that can't be a path."""
    return _exists(given, Path.is_file)


def texts_source(texts: Sequence[str], *, name: str | None) -> Source:
    """A stand-in for a packet of which only the page texts are known: its bytes are the texts, as JSON."""
    data = json.dumps(list(texts)).encode()
    return Source(name=name, data=data) if name else resolve_sources(data)[0]


def bytes_name(sha256: str) -> str:
    """What bytes with this hash are called if they were given no name."""
    return f"sha256:{sha256[:16]}"


def _resolve_one(given: object, report: OnSourceError, abort: Abort | None) -> list[Source]:
    match given:
        case Source():
            return [given]
        case FileId():
            return [Source(name=f"llamacloud:{given.id}", file_id=given)]
        case bytes() | bytearray() | memoryview():
            data = bytes(given)
            return [Source(name=bytes_name(hashlib.sha256(data).hexdigest()), data=data)]
        case str() | os.PathLike():
            return _resolve_text(given, report, abort)
    if not _is_stream(given):
        raise _unsupported(given)
    assert isinstance(given, BinaryStream)
    return [Source(name=UNREAD_STREAM, stream=_binary(given))]


def _resolve_text(given: str | os.PathLike[str], report: OnSourceError, abort: Abort | None) -> list[Source]:
    """What is at a path; or, for a string that is none, what it says."""
    if _exists(given, Path.is_dir):
        return find_in_folder(Path(given), report)
    if _exists(given, Path.is_file):
        return [Source(name=Path(given).as_posix(), path=Path(given).absolute())]
    try:
        if isinstance(given, str) and is_web_url(given):
            return [Source(name=url_name(given), url=given)]
        if isinstance(given, str) and other_scheme(given) is not None:
            return find_in_store(given, abort)
        if isinstance(given, str) and is_pattern(given):
            return find_by_pattern(given)
        raise _nothing_at(given)
    except SourceError as error:
        report(error)
        return []


def _nothing_at(given: str | os.PathLike[str]) -> SourceError:
    text = os.fspath(given)
    if _exists(given, Path.exists):
        return SourceUnreadable(f"{text!r} is neither a file nor a folder; open it and give the stream", source=text)
    return SourceNotFound(f"there is no file or folder {text!r} (looked in {Path.cwd()}); check the path", source=text)


def _exists(given: str | os.PathLike[str], kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(Path(given))
    except (OSError, ValueError):  # too long for a path, or with a character that no path has
        return False


def _is_stream(given: object) -> bool:
    return not isinstance(given, type) and callable(getattr(given, "read", None))


def _binary(stream: BinaryStream) -> BinaryStream:
    """The stream, unless it is one that can't give bytes."""
    if isinstance(stream, io.TextIOBase) or isinstance(getattr(stream, "encoding", None), str):
        raise InvalidConfiguration('a text stream holds no PDF; open the file in binary mode, open(path, "rb")')
    if inspect.iscoroutinefunction(stream.read):
        raise InvalidConfiguration(
            f"{type(stream).__name__}.read is a coroutine; give the plain stream (as UploadFile.file), or the bytes"
        )
    return stream


def _raise(error: SourceError) -> None:
    raise error


def _unsupported(given: object) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"can't read a packet from {type(given).__name__}; give a path, a folder, a pattern, a URL, bytes, "
        "a binary stream, a FileId, or a list of these"
    )
