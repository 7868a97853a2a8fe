"""Filters of vector stores by category, confidence, page and packet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from langchain_core.documents import Document
from langchain_core.vectorstores import VectorStore

from splitreader import Confidence, InvalidConfiguration
from splitreader.routing import Condition, conditions

if TYPE_CHECKING:
    from qdrant_client import models

StoreName: TypeAlias = Literal["chroma", "in_memory", "pgvector", "qdrant"]
"""The vector stores for which filters can be written."""

_CLASSES: dict[str, StoreName] = {
    "Chroma": "chroma",
    "InMemoryVectorStore": "in_memory",
    "PGVector": "pgvector",
    "QdrantVectorStore": "qdrant",
}
_OPERATORS = {"==": "$eq", ">=": "$gte", "<=": "$lte", "in": "$in"}


@overload
def category_filter(
    category: str | Sequence[str] | None = None,
    *,
    store: Literal["in_memory"],
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> Callable[[Document], bool]: ...


@overload
def category_filter(
    category: str | Sequence[str] | None = None,
    *,
    store: Literal["chroma", "pgvector"],
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> dict[str, Any]: ...


@overload
def category_filter(
    category: str | Sequence[str] | None = None,
    *,
    store: Literal["qdrant"],
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> models.Filter: ...


@overload
def category_filter(
    category: str | Sequence[str] | None = None,
    *,
    store: StoreName | VectorStore,
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> Any: ...


def category_filter(
    category: str | Sequence[str] | None = None,
    *,
    store: StoreName | VectorStore,
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> Any:
    """What a vector store takes as ``filter``: ``store.similarity_search(query, filter=category_filter(...))``.

    Args:
        category: one, or several of which any will do.
        store: the vector store, or the name of its kind: ``"chroma"``, ``"in_memory"``, ``"pgvector"``, ``"qdrant"``.
        min_confidence: what is less sure is left out.
        page: of the packet, 1-based; inexact for segments with gaps.
        packet_id: of the packet.

    Raises:
        splitreader.InvalidConfiguration: nothing is asked for, a value can't be, or the store is of another kind.
    """
    asked = conditions(category, min_confidence=min_confidence, page=page, packet_id=packet_id)
    kind = _kind(store)
    if kind == "in_memory":
        return lambda document: all(_holds(condition, document.metadata) for condition in asked)
    if kind == "qdrant":
        return _for_qdrant(asked, getattr(store, "metadata_payload_key", "metadata"))
    clauses = [{condition.key: {_OPERATORS[condition.operator]: condition.value}} for condition in asked]
    return clauses[0] if len(clauses) == 1 else {"$and": clauses}


def packet_filter(packet_id: str, *, store: StoreName | VectorStore) -> Any:
    """A filter that lets only one packet through; see `category_filter`."""
    return category_filter(packet_id=packet_id, store=store)


def _kind(store: StoreName | VectorStore) -> StoreName:
    for name in (store,) if isinstance(store, str) else (base.__name__ for base in type(store).__mro__):
        for class_name, kind in _CLASSES.items():
            if name in (kind, class_name):
                return kind
    raise InvalidConfiguration(
        f"no filters are known for {store if isinstance(store, str) else type(store).__name__}; they are for "
        f"{', '.join(_CLASSES)}; for another store write them with the keys category, confidence_rank, page_start, "
        "page_end and packet_id"
    )


def _holds(condition: Condition, metadata: dict[str, Any]) -> bool:
    value = metadata.get(condition.key)
    if condition.operator == "==":
        return bool(value == condition.value)
    if condition.operator == "in":
        return value in condition.value
    if not isinstance(value, (int, float)):
        return False
    return bool(value >= condition.value if condition.operator == ">=" else value <= condition.value)


def _for_qdrant(asked: Sequence[Condition], metadata_key: str) -> models.Filter:
    try:
        from qdrant_client import models
    except ImportError as error:
        raise InvalidConfiguration(
            "filters for Qdrant need its client; install it with: pip install langchain-qdrant"
        ) from error

    def field(condition: Condition) -> models.FieldCondition:
        key = f"{metadata_key}.{condition.key}"
        if condition.operator == "==":
            return models.FieldCondition(key=key, match=models.MatchValue(value=condition.value))
        if condition.operator == "in":
            return models.FieldCondition(key=key, match=models.MatchAny(any=condition.value))
        low, high = (condition.value, None) if condition.operator == ">=" else (None, condition.value)
        return models.FieldCondition(key=key, range=models.Range(gte=low, lte=high))

    return models.Filter(must=[field(condition) for condition in asked])
