"""Segments read by a reader of their category, and pages that another reader has read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document, MetadataMode

from splitreader import MODEL_KEYS, InvalidConfiguration, SegmentDocument, SplitReader
from splitreader.routing import packet_pages, read_id, segment_pdf

FIRST_PAGE = {"page_label": 1, "page_number": 1, "page_no": 1, "page": 1}
"""The keys in which LlamaIndex's readers tell the page of a Document, and the number of a first page."""


def to_llama_index(document: SegmentDocument, extra_info: Mapping[str, Any] | None = None) -> Document:
    """The segment as a Document; only category and pages reach a model."""
    return _document(document.id, document.text, document.metadata, extra_info)


def read_segment(
    document: SegmentDocument,
    readers: Mapping[str, BaseReader],
    core: SplitReader,
    extra_info: Mapping[str, Any] | None,
) -> list[Document]:
    """The segment as the reader of its category reads it; without such a reader as it is."""
    reader = readers.get(document.segment.category)
    if reader is None:
        return [to_llama_index(document, extra_info)]
    with segment_pdf(document, core) as path:
        return _of_segment(document, reader.load_data(path), extra_info)


async def aread_segment(
    document: SegmentDocument,
    readers: Mapping[str, BaseReader],
    core: SplitReader,
    extra_info: Mapping[str, Any] | None,
) -> list[Document]:
    """`read_segment` for an event loop: cutting runs in a thread, the reader in its own async way."""
    import asyncio

    reader = readers.get(document.segment.category)
    if reader is None:
        return [to_llama_index(document, extra_info)]
    opened = segment_pdf(document, core)
    path = await asyncio.to_thread(opened.__enter__)
    try:
        return _of_segment(document, await reader.aload_data(path), extra_info)
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


def packets_of_pages(pages: Sequence[Document]) -> Iterator[tuple[str | None, list[Document]]]:
    """The pages of each packet, in the order given: pages of one file are one packet.

    Args:
        pages: one Document a page, of LlamaParse, Docling, PDFReader ...
    """
    packets: dict[str | None, list[Document]] = {}
    for page in pages:
        name = page.metadata.get("file_path") or page.metadata.get("file_name") or page.metadata.get("source")
        packets.setdefault(name if isinstance(name, str) else None, []).append(page)
    yield from packets.items()


def texts_of(pages: Sequence[Document]) -> list[str]:
    """The texts of the pages."""
    return [page.get_content(metadata_mode=MetadataMode.NONE) for page in pages]


def check_readers(readers: Mapping[str, Any] | None, categories: Sequence[str]) -> dict[str, BaseReader]:
    """The readers by category, if each is for a category that can occur.

    Raises:
        InvalidConfiguration: one is for another, or is no reader.
    """
    checked = dict(readers or {})
    for category, reader in checked.items():
        if category not in (*categories, "uncategorized"):
            raise InvalidConfiguration(f"segment_readers has {category!r}, which no packet is split into")
        if not isinstance(reader, BaseReader):
            raise InvalidConfiguration(f"segment_readers has no reader for {category!r}, but {type(reader).__name__}")
    return checked


def _of_segment(
    document: SegmentDocument, parts: Sequence[Document], extra_info: Mapping[str, Any] | None
) -> list[Document]:
    return [
        _document(
            read_id(document, index),
            part.get_content(metadata_mode=MetadataMode.NONE),
            packet_pages(document, part.metadata, FIRST_PAGE),
            extra_info,
        )
        for index, part in enumerate(parts)
    ]


def _document(identifier: str, text: str, own: Mapping[str, Any], extra_info: Mapping[str, Any] | None) -> Document:
    metadata = {**deepcopy(dict(extra_info or {})), **own}
    hidden = [key for key in metadata if key not in MODEL_KEYS]
    return Document(
        id_=identifier,
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=list(hidden),
    )
