"""Engines: one interface, one result."""

from splitreader.engines._protocol import Engine, EngineAnswer, Packet, ProposedSegment
from splitreader.engines.embedded import EmbeddedEngine, Example, split_pages
from splitreader.engines.llamacloud import LlamaCloudEngine
from splitreader.engines.llm import LLMEngine, OpenAIModel

__all__ = [
    "EmbeddedEngine",
    "Engine",
    "EngineAnswer",
    "Example",
    "LLMEngine",
    "LlamaCloudEngine",
    "OpenAIModel",
    "Packet",
    "ProposedSegment",
    "split_pages",
]
