"""A tool for each category, for agents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import Callbacks  # StructuredTool reads the annotations
from langchain_core.documents import Document
from langchain_core.prompts import BasePromptTemplate, PromptTemplate, aformat_document, format_document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.vectorstores import VectorStore
from pydantic import BaseModel, Field

from langchain_splitreader.filters import category_filter
from splitreader import CategoriesLike, Confidence, InvalidConfiguration, SplitConfig
from splitreader.routing import ToolName, tool_names

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
    uncategorized: bool = False,
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
        document_prompt: how a Document is shown to the model; what it asks for and a Document's metadata does not have
            is shown as "not known".
        make_filter: from a category to what the store takes as ``filter``; not with `min_confidence` and `packet_id`,
            which are then its business.
        uncategorized: whether there is a tool for the documents that fit none of the categories, too.

    Raises:
        splitreader.InvalidConfiguration: the store is of another kind, a value can't be, or would not count.
    """
    if make_filter is not None and (min_confidence is not None or packet_id is not None):
        raise InvalidConfiguration(
            "with make_filter, min_confidence and packet_id would not count; write them into the filters that it makes"
        )

    def filter_of(category: str) -> Any:
        if make_filter is not None:
            return make_filter(category)
        return category_filter(category, store=vector_store, min_confidence=min_confidence, packet_id=packet_id)

    return [
        _tool(
            tool,
            vector_store.as_retriever(search_kwargs={"k": k, "filter": filter_of(tool.category)}),
            document_prompt or _WITH_SOURCE,
        )
        for tool in tool_names(SplitConfig.build(categories).categories, prefix=prefix, uncategorized=uncategorized)
    ]


class _Query(BaseModel):
    query: str = Field(description="query to look up in retriever")


def _tool(tool: ToolName, retriever: BaseRetriever, prompt: BasePromptTemplate[str]) -> BaseTool:
    """LangChain's ``create_retriever_tool``, but that a Document whose metadata lacks a key is no error."""

    def search(query: str, callbacks: Callbacks = None) -> tuple[str, list[Document]]:
        found = retriever.invoke(query, config={"callbacks": callbacks})
        return "\n\n".join(format_document(_shown(document, prompt), prompt) for document in found), found

    async def asearch(query: str, callbacks: Callbacks = None) -> tuple[str, list[Document]]:
        found = await retriever.ainvoke(query, config={"callbacks": callbacks})
        return "\n\n".join([await aformat_document(_shown(document, prompt), prompt) for document in found]), found

    return StructuredTool(
        name=tool.name,
        description=tool.description,
        func=search,
        coroutine=asearch,
        args_schema=_Query,
        response_format="content_and_artifact",
    )


def _shown(document: Document, prompt: BasePromptTemplate[str]) -> Document:
    absent = {key: "not known" for key in prompt.input_variables if key != "page_content"}
    return document.model_copy(update={"metadata": {**absent, **document.metadata}})
