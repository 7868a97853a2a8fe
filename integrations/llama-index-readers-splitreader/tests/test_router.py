"""Which way Documents go through a CategoryRouter, and what comes out."""

import json

import pytest
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document, ImageDocument, MetadataMode

from llama_index.readers.splitreader import CategoryRouter, Drop, PassThrough, Route, RoutingEvent
from splitreader import InvalidConfiguration
from support.for_llama_index import (
    Cut,
    Mark,
    split,
)


def document(category, text="some text", rank=3, **metadata):
    words = {1: "low", 2: "medium", 3: "high"}
    return Document(
        text=text, metadata={"category": category, "confidence": words[rank], "confidence_rank": rank, **metadata}
    )


def marks(nodes):
    return [node.metadata.get("mark") for node in nodes]


class TestForms:
    """Every way to write a route."""

    @pytest.mark.parametrize(
        "route",
        [
            Mark(word="x"),
            [Mark(word="x")],
            (Mark(word="x"),),
            Route(transformations=[Mark(word="x")]),
            Route(transformations=Mark(word="x")),
            IngestionPipeline(transformations=[Mark(word="x")]),
            [IngestionPipeline(transformations=[Mark(word="x")])],
            Route(transformations=IngestionPipeline(transformations=[Mark(word="x")])),
            CategoryRouter({"a": Mark(word="x")}),
        ],
    )
    async def test_a_route_runs(self, route):
        router = CategoryRouter({"a": route})
        assert marks(router([document("a")])) == ["x"]
        assert marks(await router.acall([document("a")])) == ["x"]

    @pytest.mark.parametrize("route", [[Mark(word="x"), Mark(word="y")], [Mark(word=word) for word in "yxz"]])
    def test_steps_run_one_after_the_other(self, route):
        (mark,) = marks(CategoryRouter({"a": route})([document("a")]))
        assert mark == "".join(step.word for step in route)

    def test_default_and_review_are_written_alike(self):
        router = CategoryRouter(
            {"a": Route(transformations=[], min_confidence="high")}, default=Mark(word="d"), review=[Mark(word="r")]
        )
        assert marks(router([document("a"), document("b"), document("a", rank=2), document("a", " \n")])) == [
            None,
            "d",
            "r",
            "r",
        ]

    @pytest.mark.parametrize("route", [None, "invoice", 5, print, ["x"], [Mark(word="x"), None], {"a": 1}])
    def test_what_is_no_route_is_refused(self, route):
        with pytest.raises(InvalidConfiguration, match="the route of a is"):
            CategoryRouter({"a": route})

    @pytest.mark.parametrize("options", [{"default": "x"}, {"review": 5}, {"reviw": Drop()}])
    def test_options_that_can_not_be_are_refused(self, options):
        with pytest.raises(InvalidConfiguration, match=next(iter(options))):
            CategoryRouter({}, **options)
        with pytest.raises(InvalidConfiguration, match="routes is list"):
            CategoryRouter([("a", Drop())])
        with pytest.raises(InvalidConfiguration, match="a route for 1; a category is text"):
            CategoryRouter({1: Drop()})
        with pytest.raises(ValueError, match="min_confidense"):
            Route(transformations=[], min_confidense="high")

    def test_a_route_for_a_category_that_can_not_occur_is_refused(self):
        CategoryRouter({"a": PassThrough(), "uncategorized": Drop()}, categories=["a", "b"])
        CategoryRouter({"c": PassThrough()})
        with pytest.raises(InvalidConfiguration, match="a route for 'c', which no packet is split into"):
            CategoryRouter({"c": PassThrough()}, categories={"a": "About a", "b": None})

    @pytest.mark.parametrize("gate", ["certain", 3, True])
    def test_a_gate_that_is_none_is_refused(self, gate):
        with pytest.raises(ValueError, match="min_confidence"):
            Route(transformations=[], min_confidence=gate)

    @pytest.mark.parametrize("way", ["default", "review"])
    def test_a_gate_where_none_counts_is_refused(self, way):
        with pytest.raises(InvalidConfiguration, match="min_confidence is for routes of categories"):
            CategoryRouter({}, **{way: Route(transformations=[], min_confidence="high")})


class TestWays:
    def test_the_sample_packet_goes_its_ways(self, documents):
        router = CategoryRouter(
            {"invoice": Cut(pieces=3), "contract": [Cut(pieces=2), Mark(word="c")], "letter": Drop()},
            default=Mark(word="d"),
        )
        nodes, report = router.route(documents)
        assert [node.metadata["segment_index"] for node in nodes] == [0, 0, 0, 1, 1, 1, 2, 2, 3, 5, 6]
        assert marks(nodes) == [None] * 6 + ["c", "c", "d", "d", "d"]
        assert [(entry.way, entry.outputs) for entry in report.inputs] == [
            ("invoice", 3),
            ("invoice", 3),
            ("contract", 2),
            ("default", 1),
            ("letter", 0),
            ("default", 1),
            ("default", 1),
        ]
        assert [entry.id for entry in report.inputs] == [document.id_ for document in documents]
        assert report.inputs[2].pages == "4-8"
        assert report.strays == 0

    def test_dropped_inputs_stand_in_the_report(self, documents):
        nodes, report = CategoryRouter({}, default=Drop()).route(documents)
        assert nodes == []
        assert report.without_output == report.inputs
        assert len(report.inputs) == 7

    @pytest.mark.parametrize(("gate", "ways"), [("low", "aaa"), ("medium", "raa"), ("high", "rra"), (None, "aaa")])
    def test_what_is_below_a_gate_goes_to_review(self, gate, ways):
        router = CategoryRouter(
            {"a": Route(transformations=[Mark(word="a")], min_confidence=gate)}, review=Mark(word="r")
        )
        nodes, report = router.route([document("a", rank=rank) for rank in (1, 2, 3)])
        assert marks(nodes) == list(ways)
        assert len(report.of_way("review")) == ways.count("r")
        assert all(gate in entry.why for entry in report.of_way("review"))

    def test_a_document_that_says_nothing_of_its_confidence_passes_no_gate(self):
        router = CategoryRouter({"a": Route(transformations=[], min_confidence="low")}, review=Drop())
        assert router([Document(text="x", metadata={"category": "a"})]) == []

    def test_segments_without_text_go_to_review_and_come_out_once(self):
        documents = split(["Text", " \n ", "Text"], ("a", [1]), ("a", [2]), ("a", [3]))
        nodes, report = CategoryRouter({"a": SentenceSplitter()}).route(documents)
        assert [node.metadata["pages"] for node in nodes] == ["1", "2", "3"]
        assert [entry.way for entry in report.inputs] == ["a", "review", "a"]
        assert report.inputs[1].why == "no text"
        assert nodes[1].ref_doc_id == documents[1].id_

    def test_uncategorized_may_have_a_route(self):
        documents = split(["x", "y"], ("a", [1]))
        router = CategoryRouter({"uncategorized": Drop()}, categories=["a"])
        assert [node.metadata["pages"] for node in router(documents)] == ["1"]

    def test_an_event_carries_the_report(self):
        seen = []

        class Events(BaseEventHandler):
            @classmethod
            def class_name(cls):
                return "Events"

            def handle(self, event, **kwargs):
                seen.append(event)

        handler = Events()
        get_dispatcher().add_event_handler(handler)
        try:
            _, report = CategoryRouter({}).route([document("a")])
        finally:
            get_dispatcher().event_handlers.remove(handler)
        (event,) = [event for event in seen if isinstance(event, RoutingEvent)]
        assert event.report == report
        assert json.loads(event.model_dump_json())["report"]["inputs"][0]["way"] == "default"


class TestPassThrough:
    def test_whole_documents_come_out_as_nodes_with_a_source(self, documents):
        nodes = CategoryRouter({})(documents)
        assert not any(isinstance(node, Document) for node in nodes)
        assert [node.ref_doc_id for node in nodes] == [document.id_ for document in documents]
        assert [node.text for node in nodes] == [document.text for document in documents]
        assert nodes == CategoryRouter({})(documents)
        assert len({node.node_id for node in nodes} | {document.id_ for document in documents}) == 14

    def test_their_pages_stay_and_what_reaches_a_model(self, documents):
        for node, document in zip(CategoryRouter({})(documents), documents, strict=True):
            expected = {key: value for key, value in document.metadata.items() if key != "page_offsets"}
            assert node.metadata == expected
            assert node.get_content(MetadataMode.EMBED) == document.get_content(MetadataMode.EMBED)
            assert node.get_content(MetadataMode.LLM) == document.get_content(MetadataMode.LLM)

    def test_templates_stay(self):
        given = Document(text="x", metadata={"a": 1, "b": 2}, text_template="{metadata_str}: {content}!")
        given.metadata_template, given.metadata_separator = "{key}={value}", "; "
        (node,) = CategoryRouter({})([given])
        assert node.get_content(MetadataMode.EMBED) == given.get_content(MetadataMode.EMBED) == "a=1; b=2: x!"

    def test_blank_pages_of_a_whole_document_stay(self):
        (document,) = split(["Text", "", ""], ("a", [1, 2, 3]))
        (node,) = CategoryRouter({})([document])
        assert (node.metadata["pages"], node.metadata["page_end"]) == ("1-3", 3)

    def test_pictures_are_not_lost(self):
        picture = ImageDocument(text="a cat", image="aGVsbG8=", metadata={"category": "a"})
        (node,) = CategoryRouter({})([picture])
        assert node.image_resource == picture.image_resource
        assert node.ref_doc_id == picture.id_ != node.node_id
