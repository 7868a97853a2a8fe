"""Split PDF packets into their documents, for LangChain."""

from langchain_splitreader._loader import SplitLoader
from splitreader import Category, EmbeddedEngine

__all__ = ["Category", "EmbeddedEngine", "SplitLoader"]
