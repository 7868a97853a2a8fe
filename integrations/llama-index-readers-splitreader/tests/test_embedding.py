"""A LlamaIndex embedding model as it is."""

import pytest
from llama_index.core import MockEmbedding
from llama_index.core.schema import Document
from pydantic import Field

from llama_index.readers.splitreader import EmbeddedEngine, SplitPDFReader
from splitreader import EngineError, SplitReader

CATEGORIES = {"ship": "Vessels and harbours", "orchard": "Trees and fields"}
PAGES = [Document(text=text, metadata={"file_name": "a.pdf"}) for text in ("one two", "three")]


class Counting(MockEmbedding):
    seen: list[str] = Field(default_factory=list)

    def _get_text_embeddings(self, texts):
        self.seen.extend(texts)
        return [[float(len(text)), 1.0] for text in texts]


def reader(embedding):
    return SplitPDFReader(reader=SplitReader(CATEGORIES, engine=EmbeddedEngine(embedding=embedding)))


def test_the_model_gets_the_categories_and_then_the_pages():
    model = Counting(embed_dim=2)
    documents = reader(model.get_text_embedding_batch).split_documents(PAGES)
    assert model.seen == ["ship: Vessels and harbours", "orchard: Trees and fields", "one two", "three"]
    assert sum(document.metadata["page_count"] for document in documents) == 2


def test_vectors_that_are_all_alike_change_nothing():
    plain = SplitPDFReader(CATEGORIES).split_documents(PAGES)
    embedded = reader(MockEmbedding(embed_dim=8).get_text_embedding_batch).split_documents(PAGES)
    assert [document.metadata for document in embedded] == [document.metadata for document in plain]


def test_a_model_that_fails_says_so():
    def fail(texts):
        raise TimeoutError("no answer")

    with pytest.raises(EngineError, match="TimeoutError, see its cause"):
        reader(fail).split_documents(PAGES)
