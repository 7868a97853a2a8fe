"""What goes into a CategoryRouter, and what the steps of its routes may do with it."""

import pytest
from blockbuster import BlockBuster
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import HierarchicalNodeParser, SentenceSplitter, SentenceWindowNodeParser
from llama_index.core.readers import StringIterableReader
from llama_index.core.readers.base import ReaderConfig
from llama_index.core.schema import Document, MetadataMode, NodeRelationship, TextNode, TransformComponent
from llama_index.core.storage.docstore import SimpleDocumentStore

from llama_index.readers.splitreader import CategoryRouter, Drop, PassThrough
from splitreader import InvalidConfiguration
from support.for_llama_index import (
    Anonymous,
    Cut,
    FirstOnly,
    Mark,
    Nothing,
    Rewritten,
    Sleepless,
    SleeplessEmbedding,
    WordEmbedding,
    Words,
    split,
)


def document(category, text="some text", rank=3, **metadata):
    words = {1: "low", 2: "medium", 3: "high"}
    return Document(
        text=text, metadata={"category": category, "confidence": words[rank], "confidence_rank": rank, **metadata}
    )


def marks(nodes):
    return [node.metadata.get("mark") for node in nodes]


class Unowned(TransformComponent):
    """Makes nodes with the metadata of others, but for the segment's id."""

    def __call__(self, nodes, **kwargs):
        keep = [{key: value for key, value in node.metadata.items() if key != "segment_id"} for node in nodes]
        return [TextNode(text=node.text, metadata=metadata) for node, metadata in zip(nodes, keep, strict=True)]


class Others(TransformComponent):
    """Gives out nodes that it was not handed."""

    nodes: list[TextNode]

    def __call__(self, nodes, **kwargs):
        return [*nodes, *self.nodes]


class TestInputs:
    """What goes in stays as it is: docstores compare its hash after the run."""

    @pytest.mark.parametrize("steps", [Mark(word="x"), Words(), WordEmbedding(), PassThrough(), Cut(pieces=2)])
    def test_stay_as_they_are(self, documents, steps):
        before = [document.model_copy(deep=True) for document in documents]
        CategoryRouter({}, default=steps)(documents)
        assert documents == before
        assert [document.hash for document in documents] == [document.hash for document in before]

    def test_nodes_stay_as_they_are(self, documents):
        nodes = SentenceSplitter(chunk_size=200, chunk_overlap=0)(documents)
        before = [node.model_copy(deep=True) for node in nodes]
        CategoryRouter({}, default=Mark(word="x"))(nodes)
        assert nodes == before

    async def test_without_our_metadata_take_the_default(self):
        documents = [Document(text="one"), Document(text="two", metadata={"category": 7}), document("a")]
        nodes, report = CategoryRouter({"a": Cut(pieces=2)}).route(documents)
        assert [entry.way for entry in report.inputs] == ["default", "default", "a"]
        assert [entry.outputs for entry in report.inputs] == [1, 1, 2]
        assert [entry.category for entry in report.inputs] == [None, None, "a"]
        assert [node.text for node in nodes[:2]] == ["one", "two"]

    async def test_with_the_same_id_keep_their_places(self):
        documents = [document("a", "first"), document("a", "second"), document("a", "third")]
        documents[2].id_ = documents[0].id_
        for step in (Cut(pieces=1), SentenceSplitter(), Mark(word="x"), PassThrough()):
            nodes, report = CategoryRouter({"a": step}).route(documents)
            assert [node.text for node in nodes] == ["first", "second", "third"]
            assert [entry.outputs for entry in report.inputs] == [1, 1, 1]

    def test_of_no_number_are_fine(self):
        nodes, report = CategoryRouter({"a": Cut()}).route([])
        assert (nodes, report.inputs) == ([], ())


class TestSteps:
    async def both(self, route, documents):
        router = CategoryRouter({}, default=route)
        nodes, report = router.route(documents)
        again = await router.aroute(documents)
        assert [node.text for node in again[0]] == [node.text for node in nodes]
        assert again[1] == report
        return nodes, report

    async def test_that_return_fewer(self, documents):
        nodes, report = await self.both(FirstOnly(), documents)
        assert len(nodes) == 1
        assert [entry.outputs for entry in report.inputs] == [1, 0, 0, 0, 0, 0, 0]

    @pytest.mark.parametrize("step", [Cut(pieces=0), Nothing()])
    async def test_that_return_nothing(self, documents, step):
        nodes, report = await self.both([step, Mark(word="never")], documents)
        assert nodes == []
        assert len(report.without_output) == 7

    async def test_that_make_nodes_of_their_own(self, documents):
        nodes, report = await self.both([Anonymous()], documents)
        assert report.strays == len(nodes) == 7
        assert len(report.without_output) == 7

    async def test_that_lose_whose_nodes_they_are_leave_no_offsets(self, documents):
        nodes, report = await self.both([Unowned()], documents)
        assert report.strays == len(nodes) == 7
        assert all("page_offsets" not in node.metadata and "pages" in node.metadata for node in nodes)

    async def test_that_make_nodes_of_their_own_from_documents_without_our_metadata(self):
        documents = [Document(text="one"), Document(text="two")]
        nodes, report = await self.both([Anonymous()], documents)
        assert report.strays == 0
        assert [node.ref_doc_id for node in nodes] == [document.id_ for document in documents]

    async def test_that_make_nodes_of_their_own_from_one_document(self, documents):
        nodes, report = await self.both([Anonymous()], documents[:1])
        assert report.strays == 0
        assert nodes[0].ref_doc_id == documents[0].id_

    async def test_that_make_new_documents(self, documents):
        nodes, _ = await self.both([Rewritten()], documents)
        assert [node.ref_doc_id for node in nodes] == [document.id_ for document in documents]
        assert [node.text for node in nodes] == [document.text.upper() for document in documents]

    async def test_that_only_extract(self, documents):
        nodes, _ = await self.both([Words()], documents)
        assert all(node.metadata["words"] == len(node.text.split()) for node in nodes)
        assert [node.ref_doc_id for node in nodes] == [document.id_ for document in documents]

    async def test_that_only_embed(self, documents):
        nodes, _ = await self.both([WordEmbedding()], documents)
        assert all(node.embedding for node in nodes)
        assert [node.ref_doc_id for node in nodes] == [document.id_ for document in documents]

    async def test_that_parse_extract_and_embed(self, documents):
        nodes, _ = await self.both(
            [SentenceSplitter(chunk_size=200, chunk_overlap=0), Words(), WordEmbedding()], documents
        )
        assert len(nodes) > 14
        assert all(node.embedding and node.metadata["words"] for node in nodes)

    async def test_that_parse_in_a_hierarchy(self, documents):
        parser = HierarchicalNodeParser.from_defaults(chunk_sizes=[512, 128], chunk_overlap=0)
        nodes, report = await self.both([parser], documents)
        assert report.strays == 0
        assert sum(entry.outputs for entry in report.inputs) == len(nodes)
        children = [node for node in nodes if node.parent_node]
        assert children
        ids = {node.node_id for node in nodes}
        assert {node.parent_node.node_id for node in children} <= ids

    async def test_that_parse_by_windows(self, documents):
        nodes, _ = await self.both([SentenceWindowNodeParser()], documents)
        assert len(nodes) > 14
        assert all("window" in node.metadata and "page_offsets" not in node.metadata for node in nodes)
        assert all("page_offsets" not in node.get_content(MetadataMode.EMBED) for node in nodes)

    async def test_block_no_event_loop(self, documents):
        steps = [Sleepless(), SentenceSplitter(), SleeplessEmbedding(buckets=4)]
        router = CategoryRouter(
            {"invoice": steps, "contract": IngestionPipeline(transformations=steps), "letter": steps[:1]},
            default=CategoryRouter({}, default=steps[:1]),
        )
        guard = BlockBuster()
        guard.activate()
        try:
            nodes = await router.acall(documents)
        finally:
            guard.deactivate()
        assert [node.text for node in nodes] == [node.text for node in router(documents)]


def test_one_input_does_not_claim_what_is_anothers(documents):
    first, second = documents[2], documents[0]  # the only contract, and an invoice
    of_source = TextNode(text="s", relationships={NodeRelationship.SOURCE: second.as_related_node_info()})
    of_segment = TextNode(text="m", metadata={"segment_id": second.metadata["segment_id"]})
    own = TextNode(text="o")
    router = CategoryRouter({"contract": Others(nodes=[of_source, of_segment, own])})
    nodes, report = router.route([first, second])
    assert [entry.outputs for entry in report.inputs] == [2, 1]
    assert (report.strays, [node.text for node in nodes[-2:]]) == (2, ["s", "m"])
    assert nodes[1].ref_doc_id == first.id_


class TestNestedPipelines:
    @pytest.mark.parametrize(
        "own", [{"documents": [Document(text="baked in")]}, {"readers": [ReaderConfig(reader=StringIterableReader())]}]
    )
    def test_with_inputs_of_their_own_are_refused(self, own):
        with pytest.raises(InvalidConfiguration, match=f"a pipeline of a route has {next(iter(own))}="):
            CategoryRouter({"a": IngestionPipeline(transformations=[Cut()], **own)})

    def test_with_a_cache_of_their_own(self, documents):
        pipeline = IngestionPipeline(transformations=[Cut(pieces=2)])
        router = CategoryRouter({"invoice": pipeline})
        first, second = router(documents), router(documents)
        assert [node.text for node in first] == [node.text for node in second]
        assert len(pipeline.cache.cache.get_all(pipeline.cache.collection)) == 1

    async def test_the_cache_is_the_same_for_sync_and_async(self, documents):
        pipeline = IngestionPipeline(transformations=[Cut(pieces=2)])
        router = CategoryRouter({"invoice": pipeline})
        router(documents)
        await router.acall(documents)
        assert len(pipeline.cache.cache.get_all(pipeline.cache.collection)) == 1

    def test_with_a_docstore_of_their_own_stand_without_output_the_second_time(self, documents):
        pipeline = IngestionPipeline(
            transformations=[Cut(pieces=2)], docstore=SimpleDocumentStore(), docstore_strategy="duplicates_only"
        )
        router = CategoryRouter({"invoice": pipeline})
        assert [len(router.route(documents)[1].without_output) for _ in range(3)] == [0, 2, 2]
        assert len(pipeline.docstore.docs) == 2


class TestBehindASplitter:
    """Nodes in, not Documents."""

    async def test_order_sources_and_report_hold(self, documents):
        nodes = SentenceSplitter(chunk_size=200, chunk_overlap=0)(documents)
        router = CategoryRouter({"invoice": Cut(pieces=2), "contract": [Words()], "letter": Drop()})
        routed, report = router.route(nodes)
        assert [entry.id for entry in report.inputs] == [node.node_id for node in nodes]
        expected = {"invoice": 2, "letter": 0}
        assert [entry.outputs for entry in report.inputs] == [
            expected.get(node.metadata["category"], 1) for node in nodes
        ]
        ids = [document.id_ for document in documents]
        order = [ids.index(node.ref_doc_id) for node in routed]
        assert order == sorted(order)
        again, same = await router.aroute(nodes)
        assert (again, same) == (routed, report)

    def test_pages_are_those_of_the_chunk(self):
        """The chunk's offsets are about the text it was cut from, not about its own."""
        (document,) = split(["Same words.", "Same words.", "Other words."], ("a", [1, 2, 3]))
        nodes = SentenceSplitter(chunk_size=14, chunk_overlap=0)([document])
        assert nodes[-1].start_char_idx == document.text.index("Other")
        for router in (CategoryRouter({}), CategoryRouter({"a": Cut(pieces=2)})):
            assert router(nodes)[-1].metadata["pages"] == "3"

    def test_a_node_that_does_not_know_where_it_began_keeps_its_range(self):
        (document,) = split(["one", "two"], ("a", [1, 2]))
        node = TextNode(
            text="two",
            metadata=dict(document.metadata),
            relationships={NodeRelationship.SOURCE: document.as_related_node_info()},
        )
        (found,) = CategoryRouter({})([node])
        assert found.metadata["pages"] == "1-2"
        assert "page_offsets" not in found.metadata
