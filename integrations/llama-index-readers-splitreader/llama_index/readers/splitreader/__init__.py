"""Split PDF packets into their documents, for LlamaIndex."""

from llama_index.readers.splitreader.base import SplitPDFReader
from splitreader import Category, EmbeddedEngine

__all__ = ["Category", "EmbeddedEngine", "SplitPDFReader"]
