"""An agent whose chat model is a script: what it is told, and what comes back to it."""

from pathlib import Path

import pytest
import yaml
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.vectorstores import InMemoryVectorStore

from langchain_splitreader import SplitLoader, retriever_tools

SAMPLE = Path(__file__).parents[4] / "docs" / "sample"
agents = pytest.importorskip("langchain.agents", reason="langchain is not installed")


class ScriptedModel(GenericFakeChatModel):
    """Answers in turn, and remembers the tools it was given."""

    bound: list = []  # noqa: RUF012  # pydantic copies it

    def bind_tools(self, tools, **kwargs):
        self.bound.extend(tools)
        return self


def scripted(tool):
    call = {"name": tool, "args": {"query": "What is due?"}, "id": "call-1"}
    return ScriptedModel(messages=iter([AIMessage(content="", tool_calls=[call]), AIMessage(content="done")]))


@pytest.fixture(scope="module")
def tools(sample):
    categories = yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
    store.add_documents(SplitLoader(sample, categories).load())
    return retriever_tools(store, categories, k=20)


async def test_the_agent_calls_the_tool_of_the_category_and_reads_only_that(tools):
    model = scripted("search_invoice")
    agent = agents.create_agent(model, tools)
    for result in (
        agent.invoke({"messages": [("user", "Which invoices are due?")]}),
        await agents.create_agent(scripted("search_invoice"), tools).ainvoke({"messages": [("user", "And?")]}),
    ):
        (message,) = [m for m in result["messages"] if isinstance(m, ToolMessage)]
        assert message.name == "search_invoice"
        assert message.status == "success"
        assert [found.metadata["category"] for found in message.artifact] == ["invoice", "invoice"]
        assert "pages 1-2)" in message.content
        assert result["messages"][-1].content == "done"
    assert {tool.name for tool in model.bound} == {tool.name for tool in tools}


def test_langgraphs_tool_node_runs_them(tools):
    langgraph = pytest.importorskip("langgraph.graph", reason="langgraph is not installed")
    from langgraph.prebuilt import ToolNode

    graph = langgraph.StateGraph(langgraph.MessagesState)
    graph.add_node("tools", ToolNode(tools))
    graph.set_entry_point("tools")
    call = AIMessage(content="", tool_calls=[{"name": "search_contract", "args": {"query": "x"}, "id": "1"}])
    (message,) = graph.compile().invoke({"messages": [call]})["messages"][1:]
    assert [found.metadata["category"] for found in message.artifact] == ["contract"]
    assert all(isinstance(found, Document) for found in message.artifact)
