"""Segments read by a reader of their category."""

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
from llama_index.core.schema import Document, MediaResource

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
        with _explained(document):
            path = await asyncio.to_thread(cut)
            return _of_segment(document, await reader.aload_data(path), extra_info, path)
    finally:
        left.set()
        await asyncio.to_thread(files.close)


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
        metadata = {**deepcopy(dict(extra_info or {})), **packet_pages(document, own, FIRST_PAGE)}
        found.append(_as_part(part, read_id(document, index), metadata, folder))
    if not found:
        logger.warning("the segment reader of %s gave nothing; its own text is taken", _place(document))
    return found or [to_llama_index(document, extra_info)]


def _as_part(part: Document, identifier: str, metadata: dict[str, Any], folder: str) -> Document:
    """A copy with another id and metadata; pictures, templates, and what the reader hides from models stay."""
    update: dict[str, Any] = {"id_": identifier, "metadata": metadata, "relationships": {}}
    for keys in ("excluded_embed_metadata_keys", "excluded_llm_metadata_keys"):
        hidden = [key for key in metadata if key not in MODEL_KEYS]
        update[keys] = list(dict.fromkeys([*hidden, *getattr(part, keys)]))
    for kind in ("image_resource", "audio_resource", "video_resource"):
        resource = getattr(part, kind)
        if resource is not None and resource.path is not None and folder in str(resource.path):  # which will be gone
            data = resource.path.read_bytes()
            update[kind] = MediaResource(data=data, mimetype=resource.mimetype)
    return part.model_copy(update=update)


@contextmanager
def _explained(document: SegmentDocument) -> Iterator[None]:
    """What a reader of somebody else's raises says which segment it could not read."""
    try:
        yield
    except Exception as error:
        error.add_note(f"{_place(document)}, could not be read by its segment reader")
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
