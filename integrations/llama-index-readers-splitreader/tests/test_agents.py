"""Models that choose: auto-retrieval, a router over query engines, agents. Their answers are scripted."""

import json
import re

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
from llama_index.core.base.llms.types import ToolCallBlock
from llama_index.core.llms import ChatMessage, CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback
from llama_index.core.llms.mock import MockFunctionCallingLLM, MockLLM
from llama_index.core.query_engine import RouterQueryEngine
from llama_index.core.retrievers import VectorIndexAutoRetriever
from llama_index.core.selectors import LLMSingleSelector

from llama_index.readers.splitreader import CategoryRouter, category_query_engine_tools, vector_store_info
from splitreader import Category
from support.for_llama_index import WordEmbedding, split

CATEGORIES = {"invoice": "A request for payment", "driver's license": None, "a/b": "One", "a_b": "Other", "🧾": None}
NAMES = ["search_invoice", "search_driver_s_license", "search_a_b", "search_a_b_2", "search_category"]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # LlamaIndex's own, in agents


class ScriptedLLM(CustomLLM):
    """Answers by a function of the prompt, and keeps the prompts."""

    answers: list[str]
    prompts: list[str] = []  # noqa: RUF012  # pydantic copies it

    @property
    def metadata(self):
        return LLMMetadata()

    @llm_completion_callback()
    def complete(self, prompt, **kwargs):
        self.prompts.append(prompt)
        return CompletionResponse(text=self.answers[min(len(self.prompts), len(self.answers)) - 1])

    @llm_completion_callback()
    def stream_complete(self, prompt, **kwargs):
        answer = self.complete(prompt)
        yield CompletionResponse(text=answer.text, delta=answer.text)


@pytest.fixture
def index():
    texts = [f"The amount on the page of {category} is 5." for category in CATEGORIES]
    documents = split(texts, *((category, [page]) for page, category in enumerate(CATEGORIES, start=1)))
    return VectorStoreIndex(CategoryRouter({})(documents), embed_model=WordEmbedding())


@pytest.fixture
def tools(index):
    return category_query_engine_tools(index, CATEGORIES, llm=MockLLM(), similarity_top_k=10)


def categories_of(response):
    return [hit.node.metadata["category"] for hit in response.source_nodes]


class TestTools:
    def test_each_searches_its_category_only(self, tools):
        assert [tool.metadata.name for tool in tools] == NAMES
        for tool, category in zip(tools, CATEGORIES, strict=True):
            assert categories_of(tool.query_engine.query("amount")) == [category]

    def test_say_what_they_are_for(self, tools):
        assert tools[0].metadata.description == (
            "Searches only the documents of the category 'invoice': A request for payment"
        )

    def test_have_names_that_models_take(self, index):
        hard = [Category(name="x" * 200), Category(name="x" * 199 + "y"), Category(name="Größe / 大小")]
        names = [tool.metadata.name for tool in category_query_engine_tools(index, hard, llm=MockLLM())]
        assert len(set(names)) == 3
        assert all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in names)
        tools = category_query_engine_tools(index, hard, llm=MockLLM())
        assert tools[0].metadata.to_openai_tool()["function"]["name"] == names[0]

    async def test_search_async_too(self, tools):
        assert categories_of(await tools[2].query_engine.aquery("amount")) == ["a/b"]


@pytest.mark.parametrize("choice", range(len(CATEGORIES)))
def test_a_router_query_engine_takes_the_tool_that_its_model_chose(tools, choice):
    llm = ScriptedLLM(answers=[json.dumps([{"choice": choice + 1, "reason": "it fits"}])])
    engine = RouterQueryEngine(LLMSingleSelector.from_defaults(llm=llm), tools, llm=MockLLM())
    assert categories_of(engine.query("What is the amount?")) == [list(CATEGORIES)[choice]]
    assert "category 'invoice': A request for payment" in llm.prompts[0]


class TestAutoRetrieval:
    @pytest.mark.parametrize("category", CATEGORIES)
    def test_searches_what_its_model_asks_for(self, index, category):
        asked = {
            "query": "amount",
            "filters": [{"key": "category", "value": category, "operator": "=="}],
            "top_k": None,
        }
        retriever = self.retriever(index, ScriptedLLM(answers=[f"```json\n{json.dumps(asked)}\n```"]))
        assert [hit.node.metadata["category"] for hit in retriever.retrieve("the amount")] == [category]

    def test_tells_its_model_of_every_category_and_field(self, index):
        llm = ScriptedLLM(answers=['```json\n{"query": "x", "filters": []}\n```'])
        self.retriever(index, llm).retrieve("the amount on page 3")
        for word in ("'invoice' (A request for payment)", "page_start", "confidence_rank", "packet_id"):
            assert word in json.loads(json.dumps(llm.prompts[0])).replace('\\"', '"')

    def test_filters_by_pages(self, index):
        asked = {
            "query": "amount",
            "filters": [
                {"key": "page_start", "value": 3, "operator": "<="},
                {"key": "page_end", "value": 3, "operator": ">="},
            ],
        }
        retriever = self.retriever(index, ScriptedLLM(answers=[f"```json\n{json.dumps(asked)}\n```"]))
        assert [hit.node.metadata["category"] for hit in retriever.retrieve("page 3")] == ["a/b"]

    def retriever(self, index, llm):
        info = vector_store_info(CATEGORIES, content_info="Mail of May")
        assert info.content_info == "Mail of May"
        return VectorIndexAutoRetriever(index, vector_store_info=info, llm=llm, similarity_top_k=10)


class TestAgents:
    """The model reads the question, finds the tool by its description, and calls it by its name."""

    @pytest.mark.parametrize("category", CATEGORIES)
    async def test_a_function_agent_picks_the_tool_of_the_category(self, tools, category):
        def answer(messages, tools=None, **kwargs):
            if messages[-1].role == "tool":
                return ChatMessage(role="assistant", content=f"Found: {messages[-1].content}")
            name = next(tool.metadata.name for tool in tools if repr(category) in tool.metadata.description)
            block = ToolCallBlock(tool_call_id="1", tool_name=name, tool_kwargs={"input": "amount"})
            return ChatMessage(role="assistant", blocks=[block])

        agent = FunctionAgent(tools=tools, llm=MockFunctionCallingLLM(response_generator=answer), streaming=False)
        response = await agent.run(f"What is the amount on the {category}?")
        (call,) = response.tool_calls
        assert call.tool_name == NAMES[list(CATEGORIES).index(category)]
        assert categories_of(call.tool_output.raw_output) == [category]
        assert "Found:" in str(response)

    async def test_a_react_agent_picks_the_tool_of_the_category(self, tools):
        llm = ScriptedLLM(
            answers=[
                'Thought: I need a tool.\nAction: search_driver_s_license\nAction Input: {"input": "amount"}',
                "Thought: I can answer without using any more tools.\nAnswer: It is 5.",
            ]
        )
        response = await ReActAgent(tools=tools, llm=llm, streaming=False).run("What does the license say?")
        (call,) = response.tool_calls
        assert categories_of(call.tool_output.raw_output) == ["driver's license"]
        assert str(response) == "It is 5."
        assert all(name in llm.prompts[0] for name in NAMES)
