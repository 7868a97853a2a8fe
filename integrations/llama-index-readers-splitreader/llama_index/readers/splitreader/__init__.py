"""Split PDF packets into their documents, for LlamaIndex: read, route, retrieve."""

from llama_index.readers.splitreader.base import SplitPDFReader
from llama_index.readers.splitreader.events import PacketSplitEvent, RoutingEvent
from llama_index.readers.splitreader.llm import LlamaIndexModel
from llama_index.readers.splitreader.nodes import NarrowPages
from llama_index.readers.splitreader.retrieval import (
    category_filter,
    category_query_engine_tools,
    packet_filter,
    vector_store_info,
)
from llama_index.readers.splitreader.router import CategoryRouter, Route
from splitreader import Category, EmbeddedEngine, LlamaCloudEngine, LLMEngine
from splitreader.routing import Drop, PassThrough, Routed, RoutingReport

__all__ = [
    "Category",
    "CategoryRouter",
    "Drop",
    "EmbeddedEngine",
    "LLMEngine",
    "LlamaCloudEngine",
    "LlamaIndexModel",
    "NarrowPages",
    "PacketSplitEvent",
    "PassThrough",
    "Route",
    "Routed",
    "RoutingEvent",
    "RoutingReport",
    "SplitPDFReader",
    "category_filter",
    "category_query_engine_tools",
    "packet_filter",
    "vector_store_info",
]
