"""A LangChain embedding model as it is."""

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from pydantic import Field

from langchain_splitreader import EmbeddedEngine, PacketSplitter, SplitLoader
from splitreader import EngineError

CATEGORIES = {"ship": "Vessels and harbours", "orchard": "Trees and fields"}
PAGES = [Document(text, metadata={"source": "a.pdf", "page": page}) for page, text in enumerate(["one two", "three"])]


class Counting(DeterministicFakeEmbedding):
    size: int = 8
    seen: list[list[str]] = Field(default_factory=list)

    def embed_documents(self, texts):
        self.seen.append(texts)
        return super().embed_documents(texts)


def test_the_model_gets_the_categories_and_then_the_pages():
    embeddings = Counting()
    splitter = PacketSplitter(CATEGORIES, engine=EmbeddedEngine(embedding=embeddings.embed_documents))
    documents = splitter.split_documents(PAGES)
    assert embeddings.seen == [["ship: Vessels and harbours", "orchard: Trees and fields"], ["one two", "three"]]
    assert sum(document.metadata["page_count"] for document in documents) == 2


def test_a_loader_takes_it(sample):
    plain = DeterministicFakeEmbedding(size=8)
    loader = SplitLoader(sample, CATEGORIES, engine=EmbeddedEngine(embedding=plain.embed_documents))
    assert [d.metadata["category"] for d in loader.load()] == [d.metadata["category"] for d in loader.load()]


def test_a_model_that_fails_says_so():
    def fail(texts):
        raise TimeoutError("no answer")

    splitter = PacketSplitter(CATEGORIES, engine=EmbeddedEngine(embedding=fail))
    with pytest.raises(EngineError, match="TimeoutError, see its cause"):
        splitter.split_documents(PAGES)
