"""Filters, descriptions and tools, with the store that LangChain brings."""

import builtins
import re

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import InMemoryVectorStore, VectorStore

from langchain_splitreader import SplitLoader, attribute_info, category_filter, packet_filter, retriever_tools
from splitreader import InvalidConfiguration

STRANGE = ["driver's license", "a/b", "a_b", "a b", "\N{PAGE FACING UP}", "\N{PARTY POPPER}", 'say "$ne"', "x" * 200]


def store_of(documents):
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
    store.add_documents(documents)
    return store


def document(category, text="text", **metadata):
    own = {"category": category, "source": "x.pdf", "pages": "1", "page_start": 1, "page_end": 1, "confidence_rank": 3}
    return Document(id=f"{category}-{text}", page_content=text, metadata={**own, "packet_id": "p", **metadata})


def test_the_sample_answers_only_from_the_asked_category(sample, sample_categories):
    store = store_of(SplitLoader(sample, sample_categories).load())
    for category in ("invoice", "contract", "bank_statement"):
        found = store.similarity_search("total", k=50, filter=category_filter(category, store="in_memory"))
        assert {document.metadata["category"] for document in found} == {category}
    both = category_filter(["invoice", "letter"], store=store)
    assert {d.metadata["category"] for d in store.similarity_search("x", k=50, filter=both)} == {"invoice", "letter"}
    page = category_filter(store=store, page=7)
    assert [d.metadata["category"] for d in store.similarity_search("x", k=50, filter=page)] == ["contract"]


def test_every_condition_counts():
    keep = document("a", page_start=2, page_end=4, confidence_rank=2)
    asked = {"category": "a", "min_confidence": "medium", "page": 3, "packet_id": "p"}
    holds = category_filter(store="in_memory", **asked)
    assert holds(keep)
    for change in (
        {"category": "b"},
        {"confidence_rank": 1},
        {"page_start": 4},
        {"page_end": 2},
        {"packet_id": "q"},
        {"page_start": "2"},
    ):
        assert not holds(keep.model_copy(update={"metadata": {**keep.metadata, **change}}))
    assert not holds(Document(page_content="of another loader"))


def test_filters_for_chroma_and_pgvector_are_data():
    for store in ("chroma", "pgvector"):
        assert category_filter("driver's license", store=store) == {"category": {"$eq": "driver's license"}}
        assert category_filter(["a", "b"], min_confidence="high", page=7, packet_id="p", store=store) == {
            "$and": [
                {"category": {"$in": ["a", "b"]}},
                {"confidence_rank": {"$gte": 3}},
                {"page_start": {"$lte": 7}},
                {"page_end": {"$gte": 7}},
                {"packet_id": {"$eq": "p"}},
            ]
        }
        assert packet_filter("p", store=store) == {"packet_id": {"$eq": "p"}}


def test_a_filter_of_nothing_and_an_unknown_store_are_refused():
    class Other(VectorStore):
        def similarity_search(self, query, k=4, **kwargs):
            return []

        @classmethod
        def from_texts(cls, texts, embedding, metadatas=None, **kwargs):
            return cls()

    with pytest.raises(InvalidConfiguration, match="name a category"):
        category_filter(store="chroma")
    for store in ("weaviate", Other()):
        with pytest.raises(InvalidConfiguration, match=r"no filters are known for .*category, confidence_rank"):
            category_filter("a", store=store)
    (tool,) = retriever_tools(Other(), ["a"], make_filter=lambda category: {"cat": category})
    assert tool.invoke({"query": "x"}) == ""


def test_a_subclass_of_a_store_is_that_store():
    class Mine(InMemoryVectorStore):
        pass

    assert category_filter("a", store=Mine(DeterministicFakeEmbedding(size=4)))(document("a"))


def test_without_qdrants_client_the_message_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("qdrant_client"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvalidConfiguration, match="pip install langchain-qdrant"):
        category_filter("a", store="qdrant")


def test_attribute_info_describes_every_key_that_can_be_searched_by(sample):
    plain = attribute_info({"invoice": "A bill", "driver's license": None}, plain=True)
    assert plain[0]["name"] == "category"
    assert "'invoice' (A bill)" in plain[0]["description"]
    assert '"driver\'s license"' in plain[0]["description"]
    assert all(set(field) == {"name", "type", "description"} for field in plain)
    (loaded, *_) = SplitLoader(sample, ["invoice"]).load()
    kinds = {"string": str, "integer": int, "float": float}
    for field in plain:
        assert isinstance(loaded.metadata[field["name"]], kinds[field["type"]])


def test_attribute_info_is_langchains_own_where_that_is_installed():
    schema = pytest.importorskip("langchain_classic.chains.query_constructor.schema", reason="langchain-classic")
    infos = attribute_info(["invoice"])
    assert all(isinstance(info, schema.AttributeInfo) for info in infos)
    assert [info.model_dump() for info in infos] == attribute_info(["invoice"], plain=True)


def test_attribute_info_is_dicts_where_langchain_classic_is_not_installed(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "langchain_classic", None)
    monkeypatch.setitem(__import__("sys").modules, "langchain_classic.chains.query_constructor.schema", None)
    assert attribute_info(["invoice"]) == attribute_info(["invoice"], plain=True)
    with pytest.raises(InvalidConfiguration, match="pip install langchain-classic"):
        attribute_info(["invoice"], plain=False)


def test_tools_have_names_that_models_take_and_search_their_own_category():
    store = store_of([document(category, f"about {number}") for number, category in enumerate(STRANGE)])
    tools = retriever_tools(store, STRANGE, k=50)
    assert len({tool.name for tool in tools}) == len(STRANGE)
    for number, tool in enumerate(tools):
        assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", tool.name)
        assert repr(STRANGE[number]) in tool.description
        assert tool.invoke({"query": "x"}) == f"about {number}\n(x.pdf, pages 1)"


async def test_a_tool_gives_content_and_documents_both_ways():
    store = store_of([document("a", "one"), document("b", "two")])
    (tool, _) = retriever_tools(store, {"a": "First", "b": None}, prefix="find_")
    assert tool.name == "find_a"
    assert "First" in tool.description
    call = {"name": "find_a", "args": {"query": "x"}, "id": "1", "type": "tool_call"}
    for message in (tool.invoke(call), await tool.ainvoke(call)):
        assert "one" in message.content
        assert "two" not in message.content
        assert [found.metadata["category"] for found in message.artifact] == ["a"]


def test_tools_can_be_narrowed_to_a_packet_and_a_confidence():
    store = store_of(
        [
            document("a", "keep"),
            document("a", "unsure", confidence_rank=1),
            document("a", "elsewhere", packet_id="q"),
        ]
    )
    (tool,) = retriever_tools(store, ["a"], min_confidence="medium", packet_id="p")
    assert tool.invoke({"query": "x"}).startswith("keep")
    assert "unsure" not in tool.invoke({"query": "x"})
    assert "elsewhere" not in tool.invoke({"query": "x"})


@pytest.mark.parametrize("narrowed", [{"min_confidence": "high"}, {"packet_id": "p"}])
def test_what_would_not_count_beside_make_filter_is_refused(narrowed):
    with pytest.raises(InvalidConfiguration, match="with make_filter, min_confidence and packet_id would not count"):
        retriever_tools(store_of([]), ["a"], make_filter=lambda category: None, **narrowed)


def test_what_fits_no_category_has_a_tool_if_asked_for():
    store = store_of([document("a", "one"), document("uncategorized", "two")])
    assert len(retriever_tools(store, ["a"])) == 1
    _, tool = retriever_tools(store, ["a"], uncategorized=True)
    assert tool.name == "search_uncategorized"
    assert tool.invoke({"query": "x"}) == "two\n(x.pdf, pages 1)"
    assert "'uncategorized'" in attribute_info(["a"], plain=True)[0]["description"]


async def test_a_hit_without_source_and_pages_is_shown_all_the_same():
    store = store_of([Document(page_content="bare", metadata={"category": "a"})])
    (tool,) = retriever_tools(store, ["a"])
    call = {"name": "search_a", "args": {"query": "x"}, "id": "1", "type": "tool_call"}
    for message in (tool.invoke(call), await tool.ainvoke(call)):
        assert message.content == "bare\n(not known, pages not known)"
        assert message.artifact[0].metadata == {"category": "a"}
