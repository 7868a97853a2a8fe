"""Reading a segment's own PDF with another reader."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging import getLogger
from pathlib import Path
from typing import Any

from splitreader._documents import SegmentDocument
from splitreader._files import segment_paths, write_file
from splitreader._pages import format_pages
from splitreader._reader import SplitReader
from splitreader.routing._metadata import foreign_metadata, own_metadata

READ_NAMESPACE = uuid.UUID("a1d7c2b4-5d0e-5c62-8f0a-3b9b7c9f4e21")
"""The uuid5 namespace of what another reader made of a segment. It never changes."""

_log = getLogger(__name__)


@contextmanager
def segment_pdf(document: SegmentDocument, reader: SplitReader) -> Iterator[Path]:
    """The segment's pages as a PDF in a private temporary folder, gone after the block.

    The file was last changed in 1970, whenever it is made: some readers put that time in their metadata.

    Args:
        document: that knows its packet.
        reader: that made it; it has the packet's password, if there is one.

    Raises:
        SourceGone, SourceChanged, PacketError: the segment can't be cut from its packet.
    """
    folder = tempfile.mkdtemp(prefix="splitreader-")  # 0700
    try:
        (path,) = segment_paths(Path(folder), [document.segment.category])
        write_file(path, reader.to_pdf(document), overwrite=False)
        os.utime(path, (0, 0))
        yield path
    finally:
        _remove(folder)


def _remove(folder: str) -> None:
    """Remove it; what can't be removed is told, since it holds pages of somebody's packet."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        if os.path.lexists(folder):
            _log.warning("the temporary folder %s could not be removed (%s); remove it", folder, error)


def read_id(document: SegmentDocument, index: int) -> str:
    """The id of the part that another reader made of a segment: the same for the same segment and place.

    Args:
        document: the segment.
        index: of the part, from 0.
    """
    return str(uuid.uuid5(READ_NAMESPACE, f"{document.id} {index}"))


def packet_pages(
    document: SegmentDocument, metadata: Mapping[str, Any], first_page: Mapping[str, int]
) -> dict[str, Any]:
    """Our metadata for what another reader made of a segment, and its page numbers as the packet counts them.

    Args:
        document: the segment.
        metadata: what the reader says of its part.
        first_page: the reader's keys for page numbers, and the number that each gives the first page (0 or 1).
            A ``page`` that is the same as its ``page_label`` counts from 1 whatever stands here.

    Returns:
        The segment's metadata without offsets, narrowed to the page if the reader tells one, over the reader's own
        metadata, which loses the keys that only splitreader writes; the reader's page numbers are replaced by the
        packet's. A number that is no page of the segment is dropped with a warning.
    """
    merged = foreign_metadata(metadata)
    page: int | None = None
    for key, told in first_page.items():
        value = metadata.get(key)
        if value is None or (isinstance(value, str) and _number(value) is None):
            continue  # a label such as "iv"
        first = 1 if key == "page" and _number(value) == _number(metadata.get("page_label")) else told
        index = _index(value, first, len(document.segment.pages))
        if index is None:
            merged.pop(key, None)
            _log.warning(
                "%s=%r, said of a part of pages %s of %s, is no page of it; it is left out",
                key,
                value,
                document.metadata["pages"],
                document.metadata["source"],
            )
        else:
            number = document.segment.pages[index]
            merged[key] = str(number) if isinstance(metadata[key], str) else number - 1 + first
            page = number if page is None else page
    merged.update(own_metadata({key: value for key, value in document.metadata.items() if key != "page_offsets"}))
    if page is not None:
        merged.update(page_start=page, page_end=page, pages=format_pages([page]))
        if "page_list" in merged:
            merged["page_list"] = [page]
    return merged


def _index(value: object, first: int, count: int) -> int | None:
    """The place of a page in the segment; None if this is no page number of it."""
    number = _number(value)
    return number - first if number is not None and 0 <= number - first < count else None


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
