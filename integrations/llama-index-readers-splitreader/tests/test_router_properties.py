"""Whatever the packet and the routes: no node is lost or doubled beyond the report."""

import asyncio
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.schema import Document, NodeRelationship, TextNode

from llama_index.readers.splitreader import CategoryRouter, Drop, PassThrough, Route
from support.for_llama_index import Anonymous, Cut, FirstOnly, Mark, Nothing, Rewritten

CATEGORIES = ["invoice", "driver's license", "a/b", "a_b", "🧾", "uncategorized"]
RANKS = {"low": 1, "medium": 2, "high": 3}

steps = st.lists(
    st.one_of(
        st.builds(Cut, pieces=st.integers(0, 3)),
        st.builds(Mark, word=st.just("x")),
        st.just(FirstOnly()),
        st.just(Nothing()),
        st.just(Anonymous()),
        st.just(Rewritten()),
    ),
    max_size=3,
)
confidences = st.sampled_from(["low", "medium", "high"])
routes = st.one_of(
    st.just(Drop()),
    st.just(PassThrough()),
    steps,
    st.builds(Route, transformations=steps, min_confidence=st.none() | confidences),
)
plain_routes = st.one_of(st.just(Drop()), st.just(PassThrough()), steps)
routers = st.builds(
    CategoryRouter, st.dictionaries(st.sampled_from(CATEGORIES), routes), default=plain_routes, review=plain_routes
)


@st.composite
def packets(draw):
    """Documents and nodes cut from Documents before, of all categories and of none, some with the same id."""
    found = []
    for index in range(draw(st.integers(0, 6))):
        category, confidence = draw(st.sampled_from([*CATEGORIES, None])), draw(confidences)
        metadata = {"segment_index": index, "confidence": confidence, "confidence_rank": RANKS[confidence]}
        if category is not None:
            metadata |= {"category": category, "segment_id": f"s{index}", "pages": str(index)}
        text = draw(st.sampled_from(["one two three", "four", "", " \n", "five six"]))
        identifier = draw(st.sampled_from([f"d{index}", f"d{index}", "same"]))
        if draw(st.booleans()):
            found.append(Document(id_=identifier, text=text, metadata=metadata))
        else:
            source = Document(id_="source", text="of them all").as_related_node_info()
            found.append(
                TextNode(id_=identifier, text=text, metadata=metadata, relationships={NodeRelationship.SOURCE: source})
            )
    return found


@settings(max_examples=300, deadline=None)
@given(router=routers, nodes=packets())
def test_no_node_is_lost_or_doubled_beyond_the_report(router, nodes):
    before = [node.model_copy(deep=True) for node in nodes]
    found, report = router.route(nodes)
    assert nodes == before
    assert [entry.id for entry in report.inputs] == [node.node_id for node in nodes]
    assert sum(entry.outputs for entry in report.inputs) + report.strays == len(found)
    assert not any(isinstance(node, Document) for node in found)
    told = [node.metadata["segment_index"] for node in found if "segment_index" in node.metadata]
    kept = found[: len(found) - report.strays]
    order = [node.metadata["segment_index"] for node in kept if "segment_index" in node.metadata]
    assert order == sorted(order)
    for index, count in Counter(told).items():
        assert report.inputs[index].outputs >= count


@settings(max_examples=100, deadline=None)
@given(router=routers, nodes=packets())
def test_sync_equals_async(router, nodes):
    found, report = router.route(nodes)
    again, same = asyncio.run(router.aroute(nodes))
    assert same == report
    assert [(node.text, node.metadata) for node in again] == [(node.text, node.metadata) for node in found]


@settings(max_examples=200, deadline=None)
@given(nodes=packets(), pieces=st.integers(1, 3))
def test_with_well_behaved_steps_every_input_has_its_own_output(nodes, pieces):
    found, report = CategoryRouter({}, default=Cut(pieces=pieces), review=PassThrough()).route(nodes)
    expected = [pieces if node.text.strip() else 1 for node in nodes]
    assert [entry.outputs for entry in report.inputs] == expected
    assert report.strays == 0
    assert "".join(node.text for node in found) == "".join(node.text for node in nodes)
