"""Keys for LangChain's indexing API."""

from __future__ import annotations

import json
import uuid

from langchain_core.documents import Document

KEY_NAMESPACE = uuid.UUID("e3c1f0d2-46a7-5b8d-9c55-72d1a0be8f36")
"""The uuid5 namespace of keys for the indexing API. It never changes."""


def key_encoder(document: Document) -> str:
    """The key of a Document for ``langchain_core.indexing.index(..., key_encoder=key_encoder)``.

    It depends on ``segment_id`` and the text, and on nothing else: a new confidence, score or file name adds nothing
    again and deletes nothing. (What is in the store keeps its old metadata then.) So chunks of one segment with the
    same text become one entry, with the metadata and pages of the first. It is a uuid, as Qdrant demands.

    A Document of another loader, without ``segment_id``, is told by its ``source`` and ``page``.

    Args:
        document: a segment, or a chunk of one.
    """
    metadata = document.metadata
    others = [metadata.get("source"), metadata.get("page")]
    place = [metadata["segment_id"]] if "segment_id" in metadata else others
    return str(uuid.uuid5(KEY_NAMESPACE, json.dumps([*place, document.page_content], default=str)))
