"""The offline engine: category scores, boundary cues and a decoder, all in the standard library."""

from splitreader.engines.embedded.engine import EmbeddedEngine, split_pages

__all__ = ["EmbeddedEngine", "split_pages"]
