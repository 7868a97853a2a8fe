"""Type-checked, never run: what users of LangChain may write, and what they get."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, assert_type

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document
from langchain_core.documents.base import Blob
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter
from qdrant_client import models

from langchain_splitreader import (
    Category,
    CategoryRouter,
    Drop,
    EmbeddedEngine,
    LangChainModel,
    LlamaCloudEngine,
    LLMEngine,
    NarrowPages,
    PacketSplitter,
    PassThrough,
    Route,
    Routed,
    RoutingReport,
    SplitBlobParser,
    SplitLoader,
    attribute_info,
    category_filter,
    key_encoder,
    packet_filter,
    retriever_tools,
)
from splitreader import Engine, SplitReader
from splitreader.engines.llm import Model

categories = [Category(name="invoice", description="A request for payment"), Category(name="letter")]
splitter = RecursiveCharacterTextSplitter(chunk_size=200)

parser = SplitBlobParser(categories, ocr="off")
assert_type(parser.lazy_parse(Blob.from_data(b"%PDF", mime_type="application/pdf")), Iterator[Document])
loader = SplitLoader(["a.pdf", b"bytes"], categories, segment_loaders={"letter": parser}, on_error="skip")
base: BaseLoader = loader
assert_type(loader.load(), list[Document])
assert_type(loader.alazy_load(), AsyncIterator[Document])
assert_type(PacketSplitter(categories, first_page=0).split_documents(loader.load()), list[Document])

offline: Engine = EmbeddedEngine()
hosted: Engine = LlamaCloudEngine(api_key="llx-1")


def asking(chat_model: BaseChatModel) -> SplitLoader:
    model: Model = LangChainModel(chat_model, name="mine", is_remote=False)
    engine: Engine = LLMEngine(model)
    return SplitLoader("packet.pdf", reader=SplitReader(categories, engine=engine))


def shortened(documents: list[Document]) -> list[Document]:
    return documents[:1]


router = CategoryRouter(
    {"invoice": Route(splitter, min_confidence="medium"), "letter": [shortened, splitter], "advert": Drop()},
    default=PassThrough(),
    categories=categories,
)
chunks, report = router.route(loader.lazy_load())
assert_type(chunks, list[Document])
assert_type(report, RoutingReport)
assert_type(report.without_output, tuple[Routed, ...])
assert_type(router.as_runnable(), Runnable[Sequence[Document], list[Document]])
assert_type(NarrowPages().transform_documents(chunks), Sequence[Document])
assert_type([key_encoder(chunk) for chunk in chunks], list[str])

assert_type(category_filter("invoice", store="in_memory"), Callable[[Document], bool])
assert_type(category_filter(["invoice", "letter"], store="chroma", page=3), dict[str, Any])
assert_type(category_filter(min_confidence="high", store="qdrant"), models.Filter)


def searched(store: InMemoryVectorStore) -> list[Document]:
    of_packet = packet_filter("packet-1", store=store)
    assert_type(retriever_tools(store, categories, k=2, min_confidence="medium"), list[BaseTool])
    return store.similarity_search("total", filter=of_packet)


described: list[dict[str, str]] = attribute_info(categories, plain=True)


async def asynchronous() -> None:
    assert_type(await router.aroute(await loader.aload()), tuple[list[Document], RoutingReport])
