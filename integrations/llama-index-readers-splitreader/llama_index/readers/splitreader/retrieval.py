"""Retrieval by category: filters, a description for auto-retrieval, and a tool for each category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.indices.base import BaseIndex
from llama_index.core.tools import QueryEngineTool
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters, MetadataInfo
from llama_index.core.vector_stores.types import VectorStoreInfo

from splitreader import CategoriesLike, Category, Confidence, SplitConfig
from splitreader.routing import FIELDS, Condition, category_field, conditions, tool_names

_OPERATORS = {
    "==": FilterOperator.EQ,
    ">=": FilterOperator.GTE,
    "<=": FilterOperator.LTE,
    "in": FilterOperator.IN,
}


def category_filter(
    category: str | Sequence[str] | None = None,
    *,
    min_confidence: Confidence | None = None,
    page: int | None = None,
    packet_id: str | None = None,
) -> MetadataFilters:
    """Filters for a retriever or query engine: ``index.as_retriever(filters=category_filter("invoice"))``.

    Args:
        category: one, or several of which any will do.
        min_confidence: what is less sure is left out.
        page: of the packet, 1-based; inexact for segments with gaps.
        packet_id: of the packet.

    Raises:
        splitreader.InvalidConfiguration: nothing is asked for, or a value can't be.
    """
    asked = conditions(category, min_confidence=min_confidence, page=page, packet_id=packet_id)
    return MetadataFilters(filters=[_filter(condition) for condition in asked])


def packet_filter(packet_id: str) -> MetadataFilters:
    """Filters that let only one packet through."""
    return category_filter(packet_id=packet_id)


def vector_store_info(
    categories: CategoriesLike, *, content_info: str = "Documents that were found in packets, one PDF holding many"
) -> VectorStoreInfo:
    """What VectorIndexAutoRetriever tells its model about the index.

    Args:
        categories: that the packets were split into; their descriptions help the model.
        content_info: what the index holds, in words.
    """
    fields = (category_field(_categories(categories)), *FIELDS)
    return VectorStoreInfo(
        content_info=content_info,
        metadata_info=[
            MetadataInfo(name=field.name, type=field.type, description=field.description) for field in fields
        ],
    )


def category_query_engine_tools(
    index: BaseIndex[Any], categories: CategoriesLike, **options: Any
) -> list[QueryEngineTool]:
    """A tool for each category that searches only there, for RouterQueryEngine and agents.

    Args:
        index: of the nodes.
        categories: that the packets were split into; their descriptions tell the model which tool to take.
        options: for ``index.as_query_engine``: ``llm``, ``similarity_top_k`` ...
    """
    return [
        QueryEngineTool.from_defaults(
            query_engine=index.as_query_engine(filters=category_filter(tool.category), **options),
            name=tool.name,
            description=tool.description,
        )
        for tool in tool_names(_categories(categories))
    ]


def _categories(categories: CategoriesLike) -> tuple[Category, ...]:
    return SplitConfig.build(categories).categories


def _filter(condition: Condition) -> MetadataFilter:
    """The condition in LlamaIndex's form. A text goes as a list of one: LanceDB's store quotes only lists."""
    if condition.operator == "==" and isinstance(condition.value, str):
        return MetadataFilter(key=condition.key, value=[condition.value], operator=FilterOperator.IN)
    return MetadataFilter(key=condition.key, value=condition.value, operator=_OPERATORS[condition.operator])
