"""Engines: one interface, one result."""

from splitreader.engines._protocol import Engine, EngineAnswer, Packet, ProposedSegment
from splitreader.engines.embedded import EmbeddedEngine, Example, split_pages
from splitreader.engines.llamacloud import LlamaCloudEngine

__all__ = [
    "EmbeddedEngine",
    "Engine",
    "EngineAnswer",
    "Example",
    "LlamaCloudEngine",
    "Packet",
    "ProposedSegment",
    "split_pages",
]
