"""Nodes that know the packet pages they cover, and where they come from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from llama_index.core.schema import BaseNode, Document, MetadataMode, NodeRelationship, TextNode, TransformComponent

from splitreader.routing import ChunkLocator, narrow_pages

WHOLE_NAMESPACE = uuid.UUID("c0a6d3de-6a5e-5b0c-9c39-6f1b3d1f7a52")
"""The uuid5 namespace of nodes that are a whole document. It never changes."""


class NarrowPages(TransformComponent):
    """Makes the metadata of each chunk say which packet pages the chunk covers.

    For pipelines without a `CategoryRouter`, which does the same; it goes right after the node parser that cut the
    documents, since it trusts the chunks' ``start_char_idx`` (of chunks without a PARENT; others are looked for in it).
    A chunk whose place is not known keeps the range of its document.
    """

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "NarrowPages"

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:  # noqa: ARG002  # the base class has it
        """Copies of the nodes, their metadata narrowed."""
        places: dict[str, tuple[ChunkLocator, int]] = {}
        found: list[BaseNode] = []
        for node in nodes:
            text, start = _text(node), getattr(node, "start_char_idx", None)
            if node.parent_node:  # whose text the start is about, more often than not
                locator, begin = places.get(node.parent_node.node_id, (ChunkLocator(""), 0))
                inside = locator.locate(text)
                start = inside and begin + inside[0] - _lead(text)
            if start is not None:
                places[node.node_id] = ChunkLocator(text), start
            found.append(_narrowed(node, _span(text, start)))
        return found


def narrow(outputs: Sequence[BaseNode], document: BaseNode) -> list[BaseNode]:
    """Copies of all nodes that came of one document, in their order, their pages narrowed.

    A node that is the whole Document keeps its pages, the blank ones included.

    Args:
        outputs: of the document. Where one has a PARENT among them, it is looked for in the parent's text.
        document: a Document, or a node that was cut from one and knows where it began.
    """
    text = _text(document)
    is_whole = isinstance(document, Document)
    start = 0 if is_whole else getattr(document, "start_char_idx", None)
    if start is None:
        return [_narrowed(node, None) for node in outputs]
    places = {document.node_id: (ChunkLocator(text), start)}
    reached = -1
    found = []
    told = _told(outputs, text) if is_whole else {}
    for node in outputs:
        chunk = _text(node)
        if is_whole and chunk.strip() == text.strip():
            found.append(_narrowed(node, None))
            continue
        parent, hint = node.parent_node, getattr(node, "start_char_idx", None)
        locator, begin = places.get(parent.node_id if parent else "", places[document.node_id])
        # after two parsers a hint is about the chunk between; chunks come in order, so one that goes back is such a one
        trusted = parent is None and chunk != text and hint is not None and hint > reached
        span = told.get(node.node_id) or locator.locate(chunk, hint if trusted else None)
        if span is not None:
            reached = reached if parent else span[0]
            span = begin + span[0], begin + span[1]
            places[node.node_id] = ChunkLocator(chunk), span[0] - _lead(chunk)
        found.append(_narrowed(node, span))
    return found


def _told(outputs: Sequence[BaseNode], text: str) -> dict[str, tuple[int, int]]:
    """Where chunks stand, as their ``start_char_idx`` says, in whatever order; nothing unless all can be believed.

    They can if each chunk is there and no two are at one place: those that count from a chunk between are not so.
    """
    chunks = [node for node in outputs if node.parent_node is None and _text(node).strip()]
    spans = [_span(_text(node), getattr(node, "start_char_idx", None)) for node in chunks]
    told = {node.node_id: span for node, span in zip(chunks, spans, strict=True) if span is not None}
    fits = all(text.startswith(_text(node).strip(), told[node.node_id][0]) for node in chunks if node.node_id in told)
    return told if fits and len(set(told.values())) == len(chunks) else {}


def without_offsets(node: BaseNode) -> BaseNode:
    """A copy that keeps the pages of its document: nobody knows which of its offsets are about the node."""
    return _narrowed(node, None)


def as_node(node: BaseNode, owner: BaseNode | None) -> BaseNode:
    """A Document as a node whose SOURCE is its owner; a node without a SOURCE gets it; others stay as they are.

    Stores and docstores find a node again by its SOURCE: embedded Documents without one can't be deleted any more.

    Args:
        node: that came out of a route.
        owner: the input that it came of; None if that is not known.
    """
    source = (owner.source_node or owner.as_related_node_info()) if owner else None
    if not isinstance(node, Document):
        if source is not None and node.source_node is None and source.node_id != node.node_id:
            node.relationships[NodeRelationship.SOURCE] = source
        return node
    name = str(uuid.uuid5(WHOLE_NAMESPACE, node.node_id))
    if node.image_resource or node.audio_resource or node.video_resource:  # which a TextNode can't hold
        related = {**node.relationships, NodeRelationship.SOURCE: source or node.as_related_node_info()}
        return node.model_copy(update={"id_": name, "relationships": related})
    return TextNode(
        id_=name,
        text=node.text,
        embedding=node.embedding,
        metadata=dict(node.metadata),
        excluded_embed_metadata_keys=list(node.excluded_embed_metadata_keys),
        excluded_llm_metadata_keys=list(node.excluded_llm_metadata_keys),
        text_template=node.text_template,
        metadata_template=node.metadata_template,
        metadata_seperator=node.metadata_separator,
        relationships={NodeRelationship.SOURCE: source or node.as_related_node_info()},
        start_char_idx=0,
        end_char_idx=len(node.text),
    )


def _narrowed(node: BaseNode, span: tuple[int, int] | None) -> BaseNode:
    return node.model_copy(update={"metadata": narrow_pages(node.metadata, span)})


def _text(node: BaseNode) -> str:
    return node.get_content(metadata_mode=MetadataMode.NONE)


def _span(text: str, start: int | None) -> tuple[int, int] | None:
    """Where a text that starts there stands, without the spaces around it."""
    core = text.strip()
    return None if start is None or not core else (start + _lead(text), start + _lead(text) + len(core))


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip())
