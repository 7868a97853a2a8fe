"""Engines: one interface, one result."""

from splitreader.engines._protocol import Engine, EngineAnswer, Packet, ProposedSegment
from splitreader.engines.embedded import EmbeddedEngine, split_pages

__all__ = ["EmbeddedEngine", "Engine", "EngineAnswer", "Packet", "ProposedSegment", "split_pages"]
