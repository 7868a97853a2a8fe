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
    documents, since it trusts the chunks' ``start_char_idx``. A chunk without one keeps the range of its document.
    """

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this component."""
        return "NarrowPages"

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:  # noqa: ARG002  # the base class has it
        """The same nodes, their metadata narrowed."""
        for node in nodes:
            start = getattr(node, "start_char_idx", None)
            text = node.get_content(metadata_mode=MetadataMode.NONE)
            node.metadata = narrow_pages(node.metadata, None if start is None else (start, start + max(len(text), 1)))
        return list(nodes)


def narrow(outputs: Sequence[BaseNode], document: BaseNode) -> None:
    """Narrow the pages of all nodes that came of one document, in their order."""
    locator = ChunkLocator(document.get_content(metadata_mode=MetadataMode.NONE))
    for node in outputs:
        text = node.get_content(metadata_mode=MetadataMode.NONE)
        span = locator.locate(text, getattr(node, "start_char_idx", None))
        node.metadata = narrow_pages(node.metadata, span)


def as_node(node: BaseNode) -> BaseNode:
    """A Document as a node whose SOURCE it is; a node as it is.

    Stores and docstores find a node again by its SOURCE: embedded Documents without one can't be deleted any more.
    """
    if not isinstance(node, Document):
        return node
    return TextNode(
        id_=str(uuid.uuid5(WHOLE_NAMESPACE, node.node_id)),
        text=node.text,
        embedding=node.embedding,
        metadata=dict(node.metadata),
        excluded_embed_metadata_keys=list(node.excluded_embed_metadata_keys),
        excluded_llm_metadata_keys=list(node.excluded_llm_metadata_keys),
        relationships={NodeRelationship.SOURCE: node.as_related_node_info()},
        start_char_idx=0,
        end_char_idx=len(node.text),
    )
