"""Read, route, index, filter: in every vector store answers come only from what was asked for."""

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter, TokenTextSplitter
from llama_index.core.vector_stores import SimpleVectorStore

from llama_index.readers.splitreader import CategoryRouter, SplitPDFReader, category_filter, packet_filter
from splitreader import InvalidConfiguration
from splitreader.testing import ScriptedEngine
from support.for_llama_index import WordEmbedding, split

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the stores' own packages
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # sockets of their event loops
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning"),  # of Qdrant in memory
]

HARD = ("driver's license", "a/b", "a_b", "🧾", 'say "x"')
EVERYTHING = 100


def chroma(tmp_path):
    chromadb = pytest.importorskip("chromadb", reason="chromadb is not installed")
    module = pytest.importorskip("llama_index.vector_stores.chroma", reason="its LlamaIndex package is not installed")
    settings = chromadb.Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(tmp_path / "chroma"), settings=settings)
    return module.ChromaVectorStore(chroma_collection=client.create_collection("packets"))


def qdrant(tmp_path):
    client = pytest.importorskip("qdrant_client", reason="qdrant-client is not installed")
    module = pytest.importorskip("llama_index.vector_stores.qdrant", reason="its LlamaIndex package is not installed")
    return module.QdrantVectorStore("packets", client=client.QdrantClient(":memory:"))


def lancedb(tmp_path):
    pytest.importorskip("lancedb", reason="lancedb is not installed")
    pytest.importorskip("pandas", reason="pandas, which LanceDB's LlamaIndex package wants, is not installed")
    module = pytest.importorskip("llama_index.vector_stores.lancedb", reason="its LlamaIndex package is not installed")
    return module.LanceDBVectorStore(uri=str(tmp_path / "lancedb"), mode="overwrite")


def simple(tmp_path):
    return SimpleVectorStore()


@pytest.fixture(params=[simple, chroma, qdrant, lancedb], ids=lambda make: make.__name__)
def store(request, tmp_path):
    return request.param(tmp_path)


def index_of(nodes, store):
    from llama_index.core import StorageContext

    context = StorageContext.from_defaults(vector_store=store)
    return VectorStoreIndex(nodes, storage_context=context, embed_model=WordEmbedding())


def search(index, filters, query="total amount due", top=EVERYTHING):
    try:
        hits = index.as_retriever(filters=filters, similarity_top_k=top).retrieve(query)
    except Warning as nothing:  # LanceDB's package raises it
        if "query results are empty" not in str(nothing):
            raise
        hits = []
    return [hit.node for hit in hits]


@pytest.fixture
def nodes(documents):
    router = CategoryRouter(
        {
            "invoice": SentenceSplitter(chunk_size=128, chunk_overlap=0),
            "contract": TokenTextSplitter(chunk_size=256, chunk_overlap=20),
        }
    )
    return router(documents)


def test_the_sample_packet(nodes, store):
    """Everything at once for each store: building an index is what takes the time."""
    index = index_of(nodes, store)

    def expected(**metadata):
        return {node.node_id for node in nodes if metadata.items() <= node.metadata.items()}

    for category in ("invoice", "contract", "bank_statement", "letter", "receipt", "claim_form"):
        found = search(index, category_filter(category))
        assert {node.metadata["category"] for node in found} == {category}
        assert {node.node_id for node in found} == expected(category=category)
    assert search(index, category_filter("delivery_note")) == []

    both = search(index, category_filter(["invoice", "contract"]))
    assert {node.metadata["category"] for node in both} == {"invoice", "contract"}

    on_page_7 = search(index, category_filter("contract", page=7))
    assert on_page_7
    assert all(node.metadata["page_start"] <= 7 <= node.metadata["page_end"] for node in on_page_7)
    only_7 = [node for node in on_page_7 if node.metadata["pages"] == "7"]
    assert only_7
    assert {node.node_id for node in only_7} <= {node.node_id for node in nodes if node.metadata["pages"] == "7"}
    assert len(on_page_7) < len(search(index, category_filter("contract")))

    packet_id = nodes[0].metadata["packet_id"]
    assert len(search(index, packet_filter(packet_id))) == len(nodes)
    assert search(index, packet_filter("another")) == []
    assert {node.metadata["category"] for node in search(index, category_filter("letter", packet_id=packet_id))} == {
        "letter"
    }


def test_a_chunk_on_page_7_says_7(documents, nodes):
    """Its words stand there and nowhere else in the packet."""
    contract = documents[2]
    offsets = dict(tuple(map(int, pair.split(":"))) for pair in contract.metadata["page_offsets"].split(","))
    page_7 = contract.text[offsets[7] : offsets[8]]
    inside = [
        node
        for node in nodes
        if node.metadata["category"] == "contract"
        and node.text.strip() in page_7
        and contract.text.count(node.text) == 1
    ]
    assert inside
    assert {node.metadata["pages"] for node in inside} == {"7"}


@pytest.fixture
def hard_nodes():
    """One page of each hard category, more or less sure, in two packets."""

    def packet(name, confidences):
        from splitreader import EngineAnswer, ProposedSegment, SplitReader

        segments = [
            ProposedSegment(category=category, pages=[page], confidence=confidence)
            for page, (category, confidence) in enumerate(zip(HARD, confidences, strict=True), start=1)
        ]
        engine = ScriptedEngine(lambda _: EngineAnswer(segments=segments))
        core = SplitReader(list(HARD), engine=engine, packet_id=name)
        from llama_index.core.schema import Document

        pages = [Document(text=f"Page of {category}", metadata={"file_name": name}) for category in HARD]
        return SplitPDFReader(reader=core).split_documents(pages)

    documents = [
        *packet("it's one", ["low", "medium", "high", "low", "medium"]),
        *packet("two", ["high", "low", "medium", "high", "low"]),
    ]
    return CategoryRouter({})(documents)


def test_categories_with_hard_names(hard_nodes, store):
    index = index_of(hard_nodes, store)
    for category in HARD:
        found = search(index, category_filter(category))
        assert [node.metadata["category"] for node in found] == [category] * 2
        assert len(search(index, category_filter([category]))) == 2
    found = search(index, category_filter(["a/b", "driver's license"]))
    assert {node.metadata["category"] for node in found} == {"a/b", "driver's license"}
    assert search(index, category_filter("driver's license' OR '1'='1")) == []

    for confidence, count in (("low", 10), ("medium", 6), ("high", 3)):
        assert len(search(index, category_filter(min_confidence=confidence))) == count
    assert {node.metadata["packet_id"] for node in search(index, packet_filter("it's one"))} == {"it's one"}
    (only,) = search(index, category_filter("a_b", min_confidence="high", packet_id="it's one", page=3))
    assert only.metadata["category"] == "a_b"


def test_an_old_packet_is_removed(hard_nodes, store):
    """By SOURCE, which works in every store that can delete; Chroma's package can't delete by a filter alone."""
    if type(store).__name__ == "LanceDBVectorStore":
        pytest.skip("LanceDB's LlamaIndex package 0.6 can't delete: it writes ids where SQL wants columns")
    index = index_of(hard_nodes, store)
    for node in hard_nodes:
        if node.metadata["packet_id"] == "it's one":
            index.vector_store.delete(node.ref_doc_id)
    assert {node.metadata["packet_id"] for node in search(index, None)} == {"two"}
    if type(store).__name__ in ("SimpleVectorStore", "QdrantVectorStore"):
        index.vector_store.delete_nodes(filters=packet_filter("two"))
        assert search(index, None) == []


def test_a_page_in_the_gap_of_a_segment_is_found_too():
    """The filter is inexact there, and says so; the chunk's own pages are exact."""
    (document, _) = split(["one", "other", "three"], ("a", [1, 3]), ("b", [2]))
    index = index_of(CategoryRouter({})([document]), SimpleVectorStore())
    (found,) = search(index, category_filter(page=2))
    assert found.metadata["pages"] == "1,3"


@pytest.mark.parametrize("arguments", [{}, {"category": []}, {"min_confidence": "sure"}, {"page": 0}])
def test_filters_that_can_not_be_are_refused(arguments):
    with pytest.raises(InvalidConfiguration):
        category_filter(**arguments)
