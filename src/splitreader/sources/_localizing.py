"""Make a source local: download it, or read it from its stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from splitreader._errors import InvalidConfiguration, NotAPDF, SourceUnreadable
from splitreader._limits import Limits
from splitreader.sources._addresses import checked_addresses
from splitreader.sources._cloud_stores import fetch_from_store
from splitreader.sources._deadline import Abort
from splitreader.sources._download import download
from splitreader.sources._resolving import UNREAD_STREAM, bytes_name
from splitreader.sources._source import BinaryStream, Source
from splitreader.sources._spool import SpooledFile, spool, too_large
from splitreader.sources._urls import is_web_url

_READ_AT_ONCE = 1 << 20


def localize(source: Source, limits: Limits, *, allow_private: bool, abort: Abort | None = None) -> Source:
    """The source as a file or bytes. Blocks while it is downloaded or read from its stream.

    What was not local before goes to a temporary file that only this user can read. It is deleted with the last
    reference to the source that comes back, at the latest at exit, and at once when this fails.

    Args:
        source: of any kind but a file id. A stream is read from where it stands, once.
        limits: ``max_bytes`` for every source, ``download_seconds`` for URLs.
        allow_private: download also from addresses that are not on the public internet.
        abort: calls it off; a stream that blocks in its ``read`` does not notice until it has read.

    Returns:
        A local source; the same object if it was local.

    Raises:
        LimitExceeded: it is larger than ``max_bytes``.
        DownloadFailed: the URL can't be read, or may not be.
        SourceNotFound: a URL of a cloud store has nothing there.
        NotAPDF: something else was downloaded, or the stream is empty.
        SourceGone, SourceUnreadable: the file can't be looked at, the stream can't be read, or there is no room.
        InvalidConfiguration: it is a file id, the stream does not give bytes, or the library for a cloud store is not
            installed.
    """
    if source.url is not None and not source.is_local:
        if not is_web_url(source.url):
            file = fetch_from_store(source.url, name=source.name, limits=limits, abort=abort or Abort())
            return replace(source, path=file.path, spool=file)
        file = download(
            source.url,
            name=source.name,
            limits=limits,
            check=partial(checked_addresses, allow_private=allow_private),
            abort=abort,
        )
        return replace(source, path=file.path, spool=file)
    if source.stream is not None:
        return _read_stream(source, source.stream, limits, abort or Abort())
    if not source.is_local:
        raise InvalidConfiguration(
            f"{source.name} is a file of LlamaCloud, which only the engine that works there can read; give the PDF",
            source=source.name,
        )
    size = source.size
    if limits.max_bytes is not None and size is not None and size > limits.max_bytes:
        raise too_large(source.name, f"{size:,} bytes", limits.max_bytes)
    return source


def _read_stream(source: Source, stream: BinaryStream, limits: Limits, abort: Abort) -> Source:
    file: SpooledFile = spool(_chunks(stream, source.name, abort), name=source.name, max_bytes=limits.max_bytes)
    name = bytes_name(file.sha256) if source.name == UNREAD_STREAM else source.name
    return replace(source, name=name, path=file.path, stream=None, spool=file)


def _chunks(stream: BinaryStream, name: str, abort: Abort) -> Iterator[bytes]:
    empty = True
    while True:
        if abort.called:
            raise SourceUnreadable(f"reading {name} was called off", source=name)
        try:
            chunk: object = stream.read(_READ_AT_ONCE)
        except Exception as error:  # a stream can be anything, and so can its errors
            raise SourceUnreadable(
                f"{name} can't be read ({type(error).__name__}: {str(error)[:200]}); open it again", source=name
            ) from error
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise InvalidConfiguration(
                f"{name} gives {type(chunk).__name__}, not bytes; open it in binary and blocking mode", source=name
            )
        if not chunk:
            break
        empty = False
        yield bytes(chunk)
    if empty:
        raise NotAPDF(
            f"{name} gave no bytes; if it was read before, rewind it with seek(0) or open it again", source=name
        )
