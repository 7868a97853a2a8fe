"""The offline engine: category scores, boundary cues and a decoder, all in the standard library."""

from splitreader.engines.embedded.engine import EmbeddedEngine, split_pages
from splitreader.engines.embedded.examples import Example

__all__ = ["EmbeddedEngine", "Example", "split_pages"]
