"""A tool for each category, for agents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.prompts import BasePromptTemplate, PromptTemplate
from langchain_core.tools import BaseTool, create_retriever_tool
from langchain_core.vectorstores import VectorStore

from langchain_splitreader.filters import category_filter
from splitreader import CategoriesLike, Confidence, SplitConfig
from splitreader.routing import tool_names

_WITH_SOURCE = PromptTemplate.from_template("{page_content}\n({source}, pages {pages})")


def retriever_tools(  # noqa: PLR0913  # options, all by name
    vector_store: VectorStore,
    categories: CategoriesLike,
    *,
    k: int = 4,
    min_confidence: Confidence | None = None,
    packet_id: str | None = None,
    prefix: str = "search_",
    document_prompt: BasePromptTemplate[str] | None = None,
    make_filter: Callable[[str], Any] | None = None,
) -> list[BaseTool]:
    """A tool for each category that searches only there, for ``langchain.agents.create_agent`` and LangGraph.

    Its answer names source and pages of what it found; the Documents themselves are the tool message's artifact.

    Args:
        vector_store: Chroma, Qdrant, PGVector or InMemoryVectorStore; others with `make_filter`.
        categories: that the packets were split into; their descriptions tell the model which tool to take.
        k: how many Documents a search finds.
        min_confidence: what is less sure is left out.
        packet_id: of the only packet to search.
        prefix: of the tools' names.
        document_prompt: how a Document is shown to the model.
        make_filter: from a category to what the store takes as ``filter``; `min_confidence` and `packet_id` are then
            its business.

    Raises:
        splitreader.InvalidConfiguration: the store is of another kind, or a value can't be.
    """

    def filter_of(category: str) -> Any:
        if make_filter is not None:
            return make_filter(category)
        return category_filter(category, store=vector_store, min_confidence=min_confidence, packet_id=packet_id)

    return [
        create_retriever_tool(
            vector_store.as_retriever(search_kwargs={"k": k, "filter": filter_of(tool.category)}),
            tool.name,
            tool.description,
            document_prompt=document_prompt or _WITH_SOURCE,
            response_format="content_and_artifact",
        )
        for tool in tool_names(SplitConfig.build(categories).categories, prefix=prefix)
    ]
