"""The metadata keys that a model may search by, described for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from splitreader._config import UNCATEGORIZED, Category


@dataclass(frozen=True)
class MetadataField:
    """One key.

    Args:
        name: the key.
        type: of its values.
        description: for a language model.
    """

    name: str
    type: Literal["string", "integer", "float"]
    description: str


FIELDS = (
    MetadataField("page_start", "integer", "First page of the document or chunk within its packet, from 1"),
    MetadataField("page_end", "integer", "Last page of the document or chunk within its packet, from 1"),
    MetadataField("page_count", "integer", "Number of pages of the document"),
    MetadataField("confidence_rank", "integer", "How sure the category is: 1 low, 2 medium, 3 high"),
    MetadataField("source", "string", "File that the packet came from"),
    MetadataField("packet_id", "string", "Id of the packet that the document is part of"),
)
"""All but the category, which depends on the user's own."""


def category_field(categories: Iterable[Category]) -> MetadataField:
    """The key ``category``, with the categories that it may hold, also that of what fits none."""
    written = [
        repr(category.name) if category.description is None else f"{category.name!r} ({category.description})"
        for category in categories
    ]
    written.append(f"{UNCATEGORIZED!r} (what fits none of the others)")
    return MetadataField("category", "string", f"Kind of document, one of: {', '.join(written)}")
