"""The sample packet through loader, router and real stores in memory."""

import warnings

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from langchain_splitreader import (
    CategoryRouter,
    LlamaCloudEngine,
    PassThrough,
    SplitLoader,
    category_filter,
    key_encoder,
    packet_filter,
    retriever_tools,
)
from splitreader.testing import ScriptedSplitAPI

EMBEDDING = DeterministicFakeEmbedding(size=16)
STRANGE = ["driver's license", "a/b", "a_b", "\N{PARTY POPPER}", 'say "$ne"']


def chroma():
    module = pytest.importorskip("langchain_chroma", reason="langchain-chroma is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        store = module.Chroma("splitreader-test", EMBEDDING)
        store.reset_collection()
    return store


def qdrant():
    module = pytest.importorskip("langchain_qdrant", reason="langchain-qdrant is not installed")
    from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    client.create_collection("test", models.VectorParams(size=16, distance=models.Distance.COSINE))
    return module.QdrantVectorStore(client, "test", EMBEDDING)


def qdrant_with_its_own_keys():
    module = pytest.importorskip("langchain_qdrant", reason="langchain-qdrant is not installed")
    store = qdrant()
    return module.QdrantVectorStore(store.client, "test", EMBEDDING, metadata_payload_key="about")


@pytest.fixture(params=[lambda: InMemoryVectorStore(EMBEDDING), chroma, qdrant, qdrant_with_its_own_keys])
def store(request):
    return request.param()


@pytest.fixture(scope="module")
def chunks(sample):
    return read_and_routed(sample)


def read_and_routed(sample):
    categories = ["invoice", "contract", "bank_statement", "letter", "receipt", "claim_form"]
    splitter = RecursiveCharacterTextSplitter(chunk_size=400, chunk_overlap=40)
    router = CategoryRouter({"invoice": PassThrough()}, default=[splitter], categories=categories)
    return router.transform_documents(SplitLoader(sample, categories).load())


def texts(documents):
    """What was found; Qdrant's hits have no ids."""
    return sorted(document.page_content for document in documents)


def found(store, **asked):
    return store.similarity_search("the total", k=200, filter=category_filter(store=store, **asked))


def test_filtered_search_answers_only_from_what_is_asked(store, chunks):
    for chunk in chunks:
        if chunk.metadata["category"] == "letter":
            chunk.metadata |= {"confidence": "medium", "confidence_rank": 2}
    store.add_documents(chunks)

    def where(holds):
        return texts(chunk for chunk in chunks if holds(chunk.metadata))

    for category in {chunk.metadata["category"] for chunk in chunks}:
        assert texts(found(store, category=category)) == where(lambda m, wanted=category: m["category"] == wanted)
    several = found(store, category=["invoice", "letter"])
    assert texts(several) == where(lambda m: m["category"] in ("invoice", "letter"))
    on_page = found(store, page=7)
    assert texts(on_page) == where(lambda m: m["page_start"] <= 7 <= m["page_end"])
    assert any(hit.metadata["pages"] == "7" for hit in on_page)
    high = where(lambda m: m["confidence"] == "high")
    assert texts(found(store, min_confidence="high")) == high
    assert 0 < len(high) < len(chunks)
    packet_id = chunks[0].metadata["packet_id"]
    assert len(store.similarity_search("x", k=200, filter=packet_filter(packet_id, store=store))) == len(chunks)
    assert store.similarity_search("x", k=200, filter=packet_filter("other", store=store)) == []
    every = found(store, category="contract", page=7, min_confidence="low", packet_id=packet_id)
    assert every
    assert {(hit.metadata["category"], hit.metadata["packet_id"]) for hit in every} == {("contract", packet_id)}


def test_categories_with_any_name_are_told_apart(store):
    store.add_documents(
        [
            Document(
                id=f"00000000-0000-0000-0000-00000000000{number}",
                page_content=f"text {number}",
                metadata={"category": category, "source": "x.pdf", "pages": "1"},
            )
            for number, category in enumerate(STRANGE)
        ]
    )
    for number, tool in enumerate(retriever_tools(store, STRANGE)):
        assert tool.invoke({"query": "x"}) == f"text {number}\n(x.pdf, pages 1)"


async def test_a_tool_can_be_called_on_a_loop(chunks):
    store = chroma()
    store.add_documents(chunks)
    (tool,) = [tool for tool in retriever_tools(store, ["contract", "invoice"]) if tool.name == "search_contract"]
    call = {"name": tool.name, "args": {"query": "x"}, "id": "1", "type": "tool_call"}
    message = await tool.ainvoke(call)
    assert {document.metadata["category"] for document in message.artifact} == {"contract"}


@pytest.mark.parametrize("cleanup", ["incremental", "full"])
def test_three_runs_add_and_delete_only_in_the_first(store, sample, cleanup):
    records = InMemoryRecordManager("test")
    records.create_schema()
    options = {"cleanup": cleanup, "source_id_key": "source", "key_encoder": key_encoder}
    runs = []
    for _ in range(3):
        chunks = read_and_routed(sample)
        runs.append(index(chunks, records, store, **options))
    first = {}
    for chunk in chunks:
        first.setdefault(key_encoder(chunk), chunk.metadata)
    assert [(run["num_added"], run["num_deleted"]) for run in runs] == [(len(first), 0), (0, 0), (0, 0)]
    assert len(found(store, page=7)) == sum(
        metadata["page_start"] <= 7 <= metadata["page_end"] for metadata in first.values()
    )


def test_with_another_job_of_the_hosted_engine_nothing_is_added_again(store, sample):
    jobs = []

    def script(upload, body):
        jobs.append(upload)
        return [("invoice", range(1, 8), "high"), ("contract", range(8, 15), "low" if len(jobs) > 1 else "medium")]

    records = InMemoryRecordManager("test")
    records.create_schema()
    options = {"cleanup": "incremental", "source_id_key": "source", "key_encoder": key_encoder}
    runs = []
    with ScriptedSplitAPI(script) as api:
        for _ in range(2):
            engine = LlamaCloudEngine(api_key=api.key, base_url=api.url)
            run = index(SplitLoader(sample, ["invoice", "contract"], engine=engine), records, store, **options)
            runs.append((run["num_added"], run["num_deleted"]))
    assert len(jobs) == 2
    assert runs == [(2, 0), (0, 0)]
