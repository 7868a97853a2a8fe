"""A reader and a router in an IngestionPipeline that runs again and again."""

from collections import Counter

import pytest
from llama_index.core.ingestion import DocstoreStrategy, IngestionCache, IngestionPipeline
from llama_index.core.node_parser import HierarchicalNodeParser, SentenceSplitter, SentenceWindowNodeParser
from llama_index.core.schema import Document, NodeRelationship
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import SimpleVectorStore

from llama_index.readers.splitreader import CategoryRouter, PassThrough, SplitPDFReader, packet_filter
from support.for_llama_index import CountingEmbedding, Cut, Rewritten, Words, scripted, split
from support.pdfs import make_pdf

STRATEGIES = list(DocstoreStrategy)
SEGMENTS = (("invoice", [1]), ("contract", [2, 3]), ("letter", [4]))
TEXTS = ["Invoice of May", "Contract, beginning", "Contract, end", "Dear Sir"]


class Store(SimpleVectorStore):
    """Counts what was added and deleted."""

    added: int = 0
    deleted: int = 0

    def add(self, nodes, **kwargs):
        self.added += len(nodes)
        return super().add(nodes, **kwargs)

    def delete(self, ref_doc_id, **kwargs):
        self.deleted += 1
        super().delete(ref_doc_id, **kwargs)

    @property
    def texts(self):
        return len(self.data.embedding_dict)


def qdrant():
    qdrant_client = pytest.importorskip("qdrant_client")
    module = pytest.importorskip("llama_index.vector_stores.qdrant")
    client = qdrant_client.QdrantClient(":memory:")
    return module.QdrantVectorStore("packets", client=client)


class Indexing:
    """A pipeline that keeps its docstore and store; `embedded` tells what a run embeds."""

    def __init__(self, strategy=DocstoreStrategy.UPSERTS, routes=None, *, cache=True, store=None):
        self.embedding = CountingEmbedding(buckets=8)
        self.store = Store() if store is None else store
        routes = {"invoice": [Cut(pieces=1)], "contract": [Cut(pieces=2), Words()]} if routes is None else routes
        self.pipeline = IngestionPipeline(
            transformations=[CategoryRouter(routes), self.embedding],
            docstore=SimpleDocumentStore(),
            docstore_strategy=strategy,
            vector_store=self.store,
            disable_cache=not cache,
        )

    def run(self, documents):
        self.pipeline.run(documents=documents)
        embedded = list(self.embedding.texts)
        self.embedding.texts.clear()
        return embedded

    async def arun(self, documents):
        await self.pipeline.arun(documents=documents)

    @property
    def counts(self):
        return self.store.texts, len(self.pipeline.docstore.docs)


ROUTES = {
    "parsers": {"invoice": SentenceSplitter(), "contract": [Cut(pieces=3)]},
    "pass-through": {"invoice": PassThrough(), "contract": []},
    "extractors that write into their input": {"invoice": Words(), "contract": [Words(), Cut(pieces=2)]},
    "steps that make new documents": {"invoice": Rewritten(), "contract": [Rewritten(), Cut(pieces=2)]},
    "pipelines": {"invoice": IngestionPipeline(transformations=[Cut(pieces=1), Words()])},
}


@pytest.mark.parametrize("routes", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize("cache", [True, False], ids=["cache", "no cache"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_packet_three_times_adds_nothing(packet, strategy, cache, routes):
    indexing = Indexing(strategy, routes, cache=cache)
    counts = []
    for _ in range(3):
        indexing.run([document.model_copy(deep=True) for document in packet])
        counts.append((*indexing.counts, indexing.store.added))
    assert counts[0][0] == counts[0][2] >= counts[0][1] == 7
    assert counts == [counts[0]] * 3
    assert indexing.store.deleted == 0


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_the_same_packet_three_times_adds_nothing_async(packet, strategy):
    indexing = Indexing(strategy)
    counts = []
    for _ in range(3):
        await indexing.arun([document.model_copy(deep=True) for document in packet])
        counts.append((*indexing.counts, indexing.store.added))
    assert counts == [counts[0]] * 3


@pytest.mark.slow
@pytest.mark.parametrize("cache", [True, False], ids=["cache", "no cache"])
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_same_packet_three_times_adds_nothing_to_qdrant(packet, strategy, cache):
    store = qdrant()
    pipeline = IngestionPipeline(
        transformations=[CategoryRouter({"invoice": SentenceSplitter()}), CountingEmbedding(buckets=8)],
        docstore=SimpleDocumentStore(),
        docstore_strategy=strategy,
        vector_store=store,
        disable_cache=not cache,
    )
    counts = []
    for _ in range(3):
        pipeline.run(documents=[document.model_copy(deep=True) for document in packet])
        counts.append((store.client.count("packets").count, len(pipeline.docstore.docs)))
    assert counts == [(8, 7)] * 3


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "route",
    [
        SentenceSplitter(chunk_size=200, chunk_overlap=0),
        [Rewritten(), SentenceSplitter(chunk_size=200, chunk_overlap=0)],
        HierarchicalNodeParser.from_defaults(chunk_sizes=[512, 128], chunk_overlap=0),
        IngestionPipeline(transformations=[SentenceWindowNodeParser()], disable_cache=True),
        Rewritten(),
    ],
)
def test_without_docstore_and_cache_a_store_that_writes_over_gets_nothing_new(packet, route):
    store = qdrant()
    counts = []
    for _ in range(3):
        pipeline = IngestionPipeline(
            transformations=[CategoryRouter({}, default=route), CountingEmbedding(buckets=8)],
            vector_store=store,
            disable_cache=True,
        )
        made = len(pipeline.run(documents=[document.model_copy(deep=True) for document in packet]))
        counts.append((made, store.client.count("packets").count))
    assert counts == [(counts[0][0], counts[0][0])] * 3


class TestIds:
    """Of what comes out of a router."""

    def test_are_the_same_in_every_run_and_each_is_one(self, packet):
        router = CategoryRouter({}, default=SentenceSplitter(chunk_size=200, chunk_overlap=0))
        ids = [node.node_id for node in router(packet)]
        assert ids == [node.node_id for node in router(packet)]
        assert len(set(ids)) == len(ids) > 14

    @pytest.mark.parametrize(
        "route",
        [
            SentenceSplitter(chunk_size=200, chunk_overlap=0),
            HierarchicalNodeParser.from_defaults(chunk_sizes=[512, 128], chunk_overlap=0),
        ],
    )
    def test_relationships_name_them(self, packet, route):
        nodes = {node.node_id: node for node in CategoryRouter({}, default=route)(packet)}
        seen = Counter()
        for node in nodes.values():
            for kind, related in node.relationships.items():
                for one in related if isinstance(related, list) else [related]:
                    if kind is not NodeRelationship.SOURCE:
                        assert one.node_id in nodes
                        seen[kind.name] += 1
                        if "Hierarchical" in type(route).__name__ and kind.name in ("PREVIOUS", "NEXT"):
                            continue  # they are not mutual in a hierarchy
                        back = {"PREVIOUS": "NEXT", "NEXT": "PREVIOUS", "PARENT": "CHILD", "CHILD": "PARENT"}[kind.name]
                        there = nodes[one.node_id].relationships[NodeRelationship[back]]
                        theirs = there if isinstance(there, list) else [there]
                        assert node.node_id in [other.node_id for other in theirs]
        assert seen["NEXT"] > 5
        assert "Hierarchical" not in type(route).__name__ or seen["CHILD"] == seen["PARENT"] > 5

    def test_of_a_step_that_names_its_nodes_itself_stay(self, packet):
        splitter = SentenceSplitter(id_func=lambda number, document: f"mine-{document.node_id}-{number}")
        nodes = CategoryRouter({}, default=splitter)(packet)
        assert all(node.node_id.startswith(f"mine-{node.ref_doc_id}") for node in nodes)

    def test_of_two_inputs_with_one_id_are_two(self):
        documents = [Document(id_="same", text="first"), Document(id_="same", text="second")]
        assert len({node.node_id for node in CategoryRouter({}, default=SentenceSplitter())(documents)}) == 2


@pytest.mark.slow
def test_segments_read_by_their_own_reader_add_nothing_the_second_time(tmp_path):
    from support.for_llama_index import PageByPage

    (tmp_path / "packet.pdf").write_bytes(make_pdf(TEXTS))
    reader = SplitPDFReader(reader=scripted(*SEGMENTS), segment_readers={"contract": PageByPage()})
    indexing = Indexing()
    assert len(indexing.run(reader.load_data(tmp_path))) == 6
    assert indexing.run(reader.load_data(tmp_path)) == []


class TestWithoutADocstore:
    """Only the cache knows what was there before."""

    def run(self, routes, documents, cache):
        pipeline = IngestionPipeline(transformations=[CategoryRouter(routes)], cache=cache)
        return [node.text for node in pipeline.run(documents=[d.model_copy(deep=True) for d in documents])]

    def test_a_changed_setting_of_a_route_hits_no_stale_cache(self, packet):
        cache = IngestionCache()
        sizes = []
        for size in (1024, 100, 1024, 100):
            routes = {"contract": SentenceSplitter(chunk_size=size, chunk_overlap=0)}
            sizes.append(len(self.run(routes, packet, cache)))
        assert sizes[0] < sizes[1]
        assert sizes == sizes[:2] * 2
        assert len(cache.cache.get_all(cache.collection)) == 2

    def test_a_changed_setting_in_a_nested_pipeline_hits_no_stale_cache(self, packet):
        cache = IngestionCache()
        counts = [
            len(self.run({"contract": IngestionPipeline(transformations=[Cut(pieces=pieces)])}, packet, cache))
            for pieces in (1, 4)
        ]
        assert counts == [7, 10]

    def test_what_comes_from_the_cache_is_what_was_made(self, packet):
        cache = IngestionCache()
        pipeline = IngestionPipeline(transformations=[CategoryRouter({"invoice": Cut()})], cache=cache)
        first = pipeline.run(documents=[d.model_copy(deep=True) for d in packet])
        second = pipeline.run(documents=[d.model_copy(deep=True) for d in packet])
        assert [(n.id_, n.text, n.metadata, n.ref_doc_id) for n in second] == [
            (n.id_, n.text, n.metadata, n.ref_doc_id) for n in first
        ]


class TestARevisedPacket:
    """With a packet id of the user's own, what did not move keeps its id."""

    def packet(self, texts=TEXTS, segments=SEGMENTS, **options):
        return split(texts, *segments, packet_id="claim-7", **options)

    @pytest.mark.parametrize("strategy", [DocstoreStrategy.UPSERTS, DocstoreStrategy.UPSERTS_AND_DELETE])
    def test_only_a_document_that_was_replaced_is_done_again(self, strategy):
        indexing = Indexing(strategy)
        indexing.run(self.packet())
        before = indexing.counts
        embedded = indexing.run(self.packet(["Invoice of June", *TEXTS[1:]]))
        assert len(embedded) == 1
        assert "Invoice of June" in embedded[0]
        assert indexing.counts == before
        assert indexing.store.deleted == 1

    @pytest.mark.parametrize("strategy", [DocstoreStrategy.UPSERTS, DocstoreStrategy.UPSERTS_AND_DELETE])
    def test_a_longer_document_of_as_many_pages_leaves_the_others(self, strategy):
        indexing = Indexing(strategy)
        indexing.run(self.packet())
        assert len(indexing.run(self.packet([TEXTS[0], "Contract, which begins much longer", *TEXTS[2:]]))) == 2

    def test_from_shifted_pages_on_everything_is_done_again(self):
        texts = [*TEXTS, "Kind regards"]
        indexing = Indexing(DocstoreStrategy.UPSERTS_AND_DELETE)
        indexing.run(self.packet(texts, (("invoice", [1]), ("contract", [2, 3]), ("letter", [4, 5]))))
        embedded = indexing.run(self.packet(texts, (("invoice", [1]), ("contract", [2, 3, 4]), ("letter", [5]))))
        assert len(embedded) == 3
        assert not any("Invoice" in text for text in embedded)
        assert indexing.counts == (4, 3)

    def test_a_packet_of_another_length_is_done_again_in_full(self):
        """``packet_page_count`` is in the metadata of every document, and a Document's hash covers all of it."""
        indexing = Indexing(DocstoreStrategy.UPSERTS_AND_DELETE)
        indexing.run(self.packet())
        longer = [TEXTS[0], "Contract, new page", *TEXTS[1:]]
        embedded = indexing.run(self.packet(longer, (("invoice", [1]), ("contract", [2, 3, 4]), ("letter", [5]))))
        assert len(embedded) == 4
        assert indexing.counts == (4, 3)

    def test_a_document_of_one_page_less_leaves_no_vector_behind(self):
        indexing = Indexing(DocstoreStrategy.UPSERTS_AND_DELETE)
        indexing.run(self.packet())
        indexing.run(self.packet(TEXTS[:1] + TEXTS[3:], (("invoice", [1]), ("letter", [2]))))
        assert indexing.counts == (2, 2)


class TestAnotherPacketOfTheSameFile:
    """With the default packet id a revised file is another packet; the old one is removed by its id."""

    def revised(self):
        return split(["Invoice of June", *TEXTS[1:]], *SEGMENTS)

    def test_is_removed_from_docstore_and_vector_store_by_its_documents(self):
        indexing = Indexing(cache=False)
        old = split(TEXTS, *SEGMENTS)
        indexing.run(old)
        before = indexing.counts
        indexing.run(self.revised())
        assert indexing.counts[1] == 2 * before[1]
        old_id = old[0].metadata["packet_id"]
        docstore = indexing.pipeline.docstore
        for identifier, document in list(docstore.docs.items()):
            if document.metadata["packet_id"] == old_id:
                indexing.store.delete(identifier)
                docstore.delete_document(identifier)
        assert indexing.counts == before
        assert len(indexing.run(old)) == 4

    def test_is_removed_from_a_vector_store_by_a_filter(self):
        from llama_index.core import VectorStoreIndex

        old, new = split(TEXTS, *SEGMENTS), self.revised()
        index = VectorStoreIndex(CategoryRouter({})([*old, *new]), embed_model=CountingEmbedding(buckets=8))
        index.vector_store.delete_nodes(filters=packet_filter(old[0].metadata["packet_id"]))
        found = index.vector_store.data.metadata_dict.values()
        assert {metadata["packet_id"] for metadata in found} == {new[0].metadata["packet_id"]}
        assert len(found) == 3

    def test_is_removed_by_the_strategy_that_deletes_what_did_not_come(self):
        indexing = Indexing(DocstoreStrategy.UPSERTS_AND_DELETE)
        indexing.run(split(TEXTS, *SEGMENTS))
        before = indexing.counts
        indexing.run(self.revised())
        assert indexing.counts == before


def test_two_identical_forms_are_both_kept():
    """DUPLICATES_ONLY drops Documents with the same text and metadata; page_start makes them differ."""
    documents = split(["The form", "The form"], ("form", [1]), ("form", [2]))
    indexing = Indexing(DocstoreStrategy.DUPLICATES_ONLY)
    indexing.run(documents)
    assert indexing.counts == (2, 2)


def test_a_vector_store_finds_every_node_by_its_source():
    """Embedded Documents without a SOURCE have the ref_doc_id 'None', and their vectors can't be deleted."""
    indexing = Indexing(routes={"contract": Rewritten()})
    documents = split(TEXTS, *SEGMENTS)
    indexing.run(documents)
    assert set(indexing.store.data.text_id_to_ref_doc_id.values()) == {document.id_ for document in documents}
