"""Which pages of a document a chunk of its text covers."""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from splitreader._documents import PAGE_SEPARATOR
from splitreader._pages import format_pages

OFFSETS = "page_offsets"

CHUNK_NAMESPACE = uuid.UUID("5c0b9a3e-7b1d-5f43-8a26-1f6d0c9e2b74")
"""The uuid5 namespace of chunk ids. It never changes."""


def chunk_id(document_id: str, index: int) -> str:
    """The id of a chunk: the same for the same document and place.

    Args:
        document_id: of the document that it was cut from.
        index: of the chunk in the document, from 0.
    """
    return str(uuid.uuid5(CHUNK_NAMESPACE, f"{document_id} {index}"))


class ChunkLocator:
    """Finds the chunks of one document in its text, in their order.

    Args:
        text: of the whole document.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = 0
        self._end = 0

    def locate(self, chunk: str, hint: int | None = None) -> tuple[int, int] | None:
        """Where a chunk stands, as start and end in code points; None where it is not in the text as it is.

        Args:
            chunk: its text. Spaces around it don't count.
            hint: where somebody says it starts; believed if it is there and goes on from the chunk before. Otherwise
                the text is looked for where it goes on, that is, ends after the chunk before it (chunks may overlap);
                then after the start of that one, and then anywhere.
        """
        core = chunk.strip()
        if not core:
            return None
        lead = len(chunk) - len(chunk.lstrip())
        onward = max(self._start, self._end + 1 - len(core))
        if hint is not None and hint + lead >= onward and self._text.startswith(core, hint + lead):
            start = hint + lead
        else:
            after = self._end + len(self._text[self._end :]) - len(self._text[self._end :].lstrip())
            places = [after] if self._text.startswith(core, after) else []
            places += (self._text.find(core, begin) for begin in (onward, self._start, 0))
            start = next((place for place in places if place >= 0), -1)
        if start < 0:
            return None
        self._start, self._end = start + 1, start + len(core)
        return start, self._end


def narrow_pages(metadata: Mapping[str, Any], span: tuple[int, int] | None) -> dict[str, Any]:
    """A chunk's metadata: page_start, page_end, pages and page_list say which pages it covers.

    page_offsets goes: it is about the whole document. Where the chunk's place is not known, or there are no offsets,
    the document's range stays.

    Args:
        metadata: of the chunk, as it was taken over from its document.
        span: where the chunk's text starts and ends in the document's text, in code points.
    """
    narrowed = dict(metadata)
    offsets = _offsets(narrowed.pop(OFFSETS, None))
    if span is None or not offsets:
        return narrowed
    pages = _covered(offsets, *span)
    narrowed.update(page_start=pages[0], page_end=pages[-1], pages=format_pages(pages))
    if "page_list" in narrowed:
        narrowed["page_list"] = pages
    return narrowed


def offsets_fit(metadata: Mapping[str, Any], text: str) -> bool:
    """Whether the page offsets in the metadata are about this text.

    They are not in a chunk that was cut elsewhere and carries the offsets of the document it was cut from.
    """
    return all(
        offset == 0 or text.startswith(PAGE_SEPARATOR, offset - len(PAGE_SEPARATOR))
        for offset, _ in _offsets(metadata.get(OFFSETS))
    )


def _offsets(written: object) -> list[tuple[int, int]]:
    """``"1:0,2:1532"`` as pairs of offset and page, ascending; nothing if it is something else."""
    try:
        pairs = [item.split(":") for item in written.split(",")] if isinstance(written, str) else []
        return sorted((int(offset), int(page)) for page, offset in pairs)
    except ValueError:
        return []


def _covered(offsets: list[tuple[int, int]], start: int, end: int) -> list[int]:
    """The pages that the text from start to end touches, which neither begins nor ends with a space."""
    starts = [offset for offset, _ in offsets]
    first = max(bisect_right(starts, start) - 1, 0)
    last = max(bisect_right(starts, max(end - 1, start)) - 1, first)
    return [page for _, page in offsets[first : last + 1]]
