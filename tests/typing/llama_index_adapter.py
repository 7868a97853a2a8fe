"""Type-checked, never run: what users of LlamaIndex may write, and what they get."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from llama_index.core import VectorStoreIndex
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode, Document, TransformComponent
from llama_index.core.tools import QueryEngineTool
from llama_index.core.vector_stores import MetadataFilters, VectorStoreInfo

from llama_index.readers.splitreader import (
    Category,
    CategoryRouter,
    Drop,
    EmbeddedEngine,
    LlamaCloudEngine,
    LlamaIndexModel,
    LLMEngine,
    NarrowPages,
    PacketSplitEvent,
    PassThrough,
    Route,
    Routed,
    RoutingEvent,
    RoutingReport,
    SplitPDFReader,
    category_filter,
    category_query_engine_tools,
    packet_filter,
    vector_store_info,
)
from splitreader import Engine, SplitReader
from splitreader.engines.llm import Model

categories = [Category(name="invoice", description="A request for payment"), Category(name="letter")]
reader = SplitPDFReader(categories, ocr="off", on_error="skip")
assert_type(reader.core(), SplitReader)
assert_type(reader.lazy_load_data("packet.pdf", {"tenant": "t"}), Iterator[Document])
assert_type(reader.alazy_load_data("folder"), AsyncIterator[Document])
pages: list[Document] = reader.load_data("packet.pdf")
documents: list[Document] = reader.split_documents(pages)

offline: Engine = EmbeddedEngine()
hosted: Engine = LlamaCloudEngine(api_key="llx-1")
model: Model = LlamaIndexModel(MockLLM(), name="mock", is_remote=False)
asking: Engine = LLMEngine(model)
SplitPDFReader(reader=SplitReader(categories, engine=asking), segment_readers={"letter": reader})

router = CategoryRouter(
    {
        "invoice": Route(transformations=[SentenceSplitter()], min_confidence="medium"),
        "letter": [SentenceSplitter(), NarrowPages()],
        "advert": Drop(),
    },
    default=PassThrough(),
    categories=categories,
)
step: TransformComponent = router
assert_type(router(documents), list[BaseNode])
nodes, report = router.route(documents)
assert_type(nodes, list[BaseNode])
assert_type(report, RoutingReport)
assert_type(report.of_way("review"), tuple[Routed, ...])
assert_type(NarrowPages()(nodes), list[BaseNode])


def handle(event: BaseEvent) -> None:
    if isinstance(event, PacketSplitEvent):
        assert_type(event.page_count, int)
        assert_type(event.categories, list[str])
    elif isinstance(event, RoutingEvent):
        assert_type(event.report, RoutingReport)


assert_type(category_filter(["invoice", "letter"], min_confidence="high", page=3), MetadataFilters)
assert_type(packet_filter("packet-1"), MetadataFilters)
assert_type(vector_store_info(categories, content_info="Letters of a law firm"), VectorStoreInfo)


def tools_of(index: VectorStoreIndex, **options: Any) -> list[QueryEngineTool]:
    tools = category_query_engine_tools(index, categories, **options)
    assert_type(tools, list[QueryEngineTool])
    return tools


async def asynchronous() -> None:
    loaded: list[Document] = await reader.aload_data("packet.pdf")
    assert_type(await router.aroute(loaded), tuple[list[BaseNode], RoutingReport])
