"""Engines: one interface, one result."""

from splitreader.engines._protocol import Engine, EngineAnswer, Packet, ProposedSegment
from splitreader.engines.embedded import EmbeddedEngine, split_pages
from splitreader.engines.llamacloud import LlamaCloudEngine

__all__ = ["EmbeddedEngine", "Engine", "EngineAnswer", "LlamaCloudEngine", "Packet", "ProposedSegment", "split_pages"]
