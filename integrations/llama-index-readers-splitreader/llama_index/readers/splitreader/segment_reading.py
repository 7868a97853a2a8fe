"""Segments read by a reader of their category, and pages that another reader has read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path
from types import NoneType
from typing import Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document, MetadataMode

from splitreader import MODEL_KEYS, UNCATEGORIZED, InvalidConfiguration, SegmentDocument, SplitReader
from splitreader.routing import packet_pages, read_id, segment_pdf

logger = logging.getLogger(__name__)

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
    with _explained(document), segment_pdf(document, core) as path:
        return _of_segment(document, reader.load_data(path), extra_info, path)


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
    files, left = ExitStack(), threading.Event()

    def cut() -> Path:
        path = files.enter_context(segment_pdf(document, core))
        if left.is_set():  # who waited was cancelled
            files.close()
        return path

    try:
        path = await asyncio.to_thread(cut)
        with _explained(document):
            return _of_segment(document, await reader.aload_data(path), extra_info, path)
    finally:
        left.set()
        await asyncio.to_thread(files.close)


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


def shared_metadata(pages: Sequence[Document]) -> dict[str, Any]:
    """What the metadata of all pages of a packet says alike, page numbers aside: tenant, access list ..."""
    first, *others = [page.metadata for page in pages]
    return {
        key: value
        for key, value in first.items()
        if key not in FIRST_PAGE and all(key in other and other[key] == value for other in others)
    }


def is_twin(documents: Sequence[SegmentDocument], before: Sequence[SegmentDocument]) -> bool:
    """Whether a packet is the same as one before it, which came first and so stands for both.

    Args:
        documents: of the packet.
        before: of the packet that has the same first id: this one or another.

    Raises:
        InvalidConfiguration: it is another packet, but its documents have the same ids.
    """
    if before is documents:
        return False
    name, other = documents[0].metadata["source"], before[0].metadata["source"]
    if [document.text for document in documents] != [document.text for document in before]:
        raise InvalidConfiguration(
            f"{other} and {name} have the same packet_id, so their documents would have the same ids; give a "
            "SplitReader as reader= whose packet_id is a function of Source"
        )
    logger.info("%s has the same pages as %s; it is left out", name, other)
    return True


def check_readers(readers: Mapping[str, Any] | None, categories: Sequence[str]) -> dict[str, BaseReader]:
    """The readers by category, if each is for a category that can occur.

    Args:
        readers: as the user gave them.
        categories: those that packets are split into; none where the engine brings its own.

    Raises:
        InvalidConfiguration: one is for another, or is no reader.
    """
    if not isinstance(readers, (Mapping, NoneType)):
        raise InvalidConfiguration(
            f"segment_readers= is {type(readers).__name__}; give {{category: reader}} (from_dict() wants the readers "
            "again that to_dict() could not store)"
        )
    checked = dict(readers or {})
    for category, reader in checked.items():
        if categories and category not in (*categories, UNCATEGORIZED):
            raise InvalidConfiguration(f"segment_readers has {category!r}, which no packet is split into")
        if not isinstance(reader, BaseReader):
            raise InvalidConfiguration(f"segment_readers has no reader for {category!r}, but {type(reader).__name__}")
    return checked


def _of_segment(
    document: SegmentDocument, parts: Sequence[Document], extra_info: Mapping[str, Any] | None, path: Path
) -> list[Document]:
    """The parts that a reader made of the PDF at `path`, as parts of the packet.

    Metadata that names the temporary file goes: it changes every time. A segment of which nothing came stays itself.
    """
    folder = path.parent.name
    found = []
    for index, part in enumerate(parts):
        own = {key: value for key, value in part.metadata.items() if folder not in str(value)}
        text = part.get_content(metadata_mode=MetadataMode.NONE)
        metadata = packet_pages(document, own, FIRST_PAGE)
        found.append(_document(read_id(document, index), text, metadata, extra_info))
    if not found:
        logger.warning("the segment reader of %s gave nothing; its own text is taken", _place(document))
    return found or [to_llama_index(document, extra_info)]


@contextmanager
def _explained(document: SegmentDocument) -> Iterator[None]:
    """What a reader of somebody else's raises says which segment it could not read."""
    try:
        yield
    except Exception as error:
        error.add_note(f"the segment reader failed for {_place(document)}")
        raise


def _place(document: SegmentDocument) -> str:
    metadata = document.metadata
    return f"{document.segment.category!r}, pages {metadata['pages']} of {metadata['source']}"


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
