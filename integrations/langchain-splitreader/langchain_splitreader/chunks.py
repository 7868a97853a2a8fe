"""What comes out of a route: whose it is, its id, its metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from langchain_core.documents import Document

from langchain_splitreader.narrowing import start_index
from splitreader.routing import ChunkLocator, chunk_id, narrow_pages, offsets_fit, own_metadata

MARK = "_splitreader_input"
"""The metadata key that tells, inside a route, which input a Document comes from. Text splitters copy metadata."""

_IDENTITY = ("segment_id", "packet_id", "source", "file_name", "category", "confidence", "confidence_rank")
"""The keys that its chunks have from an input whatever a step wrote; all others are a step's to change."""


def marked(document: Document, index: int) -> Document:
    """A copy to be changed by steps, which knows what it is a copy of."""
    return document.model_copy(update={"metadata": {**own_metadata(document.metadata), MARK: index}})


def owners(inputs: Mapping[int, Document], outputs: Sequence[Document]) -> list[int | None]:
    """For each output the index of the input that it comes of: by its mark, or else its segment id.

    Args:
        inputs: that went through a route together, by their index.
        outputs: of the route.
    """
    if len(inputs) == 1:
        return [*inputs] * len(outputs)
    by_segment = {inputs[index].metadata.get("segment_id"): index for index in reversed(list(inputs))}
    by_segment.pop(None, None)
    found: list[int | None] = []
    for output in outputs:
        mark = output.metadata.get(MARK)
        known = isinstance(mark, int) and mark in inputs
        found.append(mark if known else by_segment.get(output.metadata.get("segment_id")))
    return found


def finished(document: Document, outputs: Sequence[Document], numbers: Counter[str]) -> list[Document]:
    """The outputs that come of one input, each with an id, the metadata to find it by, and the pages it covers.

    Args:
        document: the input.
        outputs: in order.
        numbers: how many chunks there are of each segment so far; counts on.
    """
    locator = ChunkLocator(document.page_content)
    whole = offsets_fit(document.metadata, document.page_content)
    base = identity(document)
    kept = {key: document.metadata[key] for key in _IDENTITY if key in document.metadata}
    chunks = []
    for output in outputs:
        metadata = own_metadata({**document.metadata, **unmarked(output, document).metadata, **kept})
        span = locator.locate(output.page_content, start_index(output.metadata)) if whole else None
        identifier = output.id
        if base is not None:
            identifier = chunk_id(base, numbers[base])
            numbers[base] += 1
        chunks.append(output.model_copy(update={"id": identifier, "metadata": narrow_pages(metadata, span)}))
    return chunks


def identity(document: Document) -> str | None:
    """What the ids of a document's chunks depend on: its id, or its segment's."""
    segment_id = document.metadata.get("segment_id")
    return document.id or (segment_id if isinstance(segment_id, str) else None)


def unmarked(output: Document, document: Document | None = None) -> Document:
    """A copy without the mark; with that of the input, if this route is a step of another router's."""
    metadata = {key: value for key, value in output.metadata.items() if key != MARK}
    if document is not None and MARK in document.metadata:
        metadata[MARK] = document.metadata[MARK]
    return output.model_copy(update={"metadata": metadata})
