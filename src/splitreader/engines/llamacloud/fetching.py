"""Files of the service that come down, so that their pages can be read here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from splitreader._errors import DownloadFailed, ServiceUnavailable, ServiceUnreachable, SourceUnreadable
from splitreader._limits import Limits
from splitreader.sources import Abort, Source, spool

if TYPE_CHECKING:
    from splitreader.client import SplitClient

FETCHES = 3
"""How often a file is downloaded anew when the connection breaks half way."""


def fetched(client: SplitClient, source: Source, limits: Limits, abort: Abort) -> Source:
    """A source with a file id, as a private temporary file; see `LlamaCloudEngine.fetch`."""
    assert source.file_id is not None
    ends = time.monotonic() + limits.download_seconds
    for attempt in range(1, FETCHES + 1):
        try:
            pieces = _watched(client.download_file(source.file_id.id), source.name, ends, abort)
            file = spool(pieces, name=source.name, max_bytes=limits.max_bytes)
            break
        except (ServiceUnreachable, ServiceUnavailable):
            if attempt == FETCHES:
                raise
    return replace(source, path=file.path, spool=file)


def _watched(pieces: Iterator[bytes], name: str, ends: float, abort: Abort) -> Iterator[bytes]:
    """The pieces of a download, as long as nobody calls it off and it does not take too long."""
    for piece in pieces:
        if abort.called:
            raise SourceUnreadable(f"the download of {name} was called off", source=name)
        if time.monotonic() > ends:
            raise DownloadFailed(f"the download of {name} took too long; raise Limits.download_seconds", source=name)
        yield piece
