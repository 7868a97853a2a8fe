"""The offline engine: category scores, boundary cues and a decoder, all in the standard library."""

from splitreader.engines.embedded.engine import EmbeddedEngine, split_pages
from splitreader.engines.embedded.examples import Example
from splitreader.engines.embedded.learned import Learned
from splitreader.engines.embedded.page_vectors import Embedding

__all__ = ["EmbeddedEngine", "Embedding", "Example", "Learned", "split_pages"]
