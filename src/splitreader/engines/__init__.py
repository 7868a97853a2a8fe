"""Engines: one interface, one result."""

from splitreader.engines._protocol import Engine, EngineAnswer, Packet, ProposedSegment
from splitreader.engines.embedded import EmbeddedEngine, Embedding, Example, Learned, split_pages
from splitreader.engines.llamacloud import LlamaCloudEngine
from splitreader.engines.llm import LLMEngine, OpenAIModel

__all__ = [
    "EmbeddedEngine",
    "Embedding",
    "Engine",
    "EngineAnswer",
    "Example",
    "LLMEngine",
    "Learned",
    "LlamaCloudEngine",
    "OpenAIModel",
    "Packet",
    "ProposedSegment",
    "split_pages",
]
