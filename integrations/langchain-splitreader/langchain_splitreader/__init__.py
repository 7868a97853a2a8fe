"""Split PDF packets into their documents, for LangChain: load, route, retrieve."""

from langchain_splitreader.blob_parsers import SplitBlobParser
from langchain_splitreader.document_loaders import SplitLoader
from langchain_splitreader.filters import category_filter, packet_filter
from langchain_splitreader.indexing import key_encoder
from langchain_splitreader.llm import LangChainModel
from langchain_splitreader.narrowing import NarrowPages
from langchain_splitreader.packet_splitter import PacketSplitter
from langchain_splitreader.router import CategoryRouter
from langchain_splitreader.routes import Route
from langchain_splitreader.self_query import attribute_info
from langchain_splitreader.tools import retriever_tools
from splitreader import Category, EmbeddedEngine, LlamaCloudEngine, LLMEngine
from splitreader.routing import Drop, PassThrough, Routed, RoutingReport

__all__ = [
    "Category",
    "CategoryRouter",
    "Drop",
    "EmbeddedEngine",
    "LLMEngine",
    "LangChainModel",
    "LlamaCloudEngine",
    "NarrowPages",
    "PacketSplitter",
    "PassThrough",
    "Route",
    "Routed",
    "RoutingReport",
    "SplitBlobParser",
    "SplitLoader",
    "attribute_info",
    "category_filter",
    "key_encoder",
    "packet_filter",
    "retriever_tools",
]
