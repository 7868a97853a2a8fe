"""The shared table of cases, through llama-index-readers-splitreader."""

import pytest
from llama_index.core.schema import NodeRelationship, TextNode, TransformComponent

from adapters.cases import CASES
from llama_index.readers.splitreader import CategoryRouter, Drop, PassThrough, Route, SplitPDFReader


class Lines(TransformComponent):
    """One chunk of each line, with the metadata and, like node parsers, with a SOURCE and an id of its own."""

    def __call__(self, nodes, **kwargs):
        return [
            TextNode(
                text=line,
                metadata=dict(node.metadata),
                relationships={NodeRelationship.SOURCE: node.as_related_node_info()},
            )
            for node in nodes
            for line in node.text.splitlines()
            if line.strip()
        ]


WAYS = {"lines": [Lines()], "drop": Drop(), "pass-through": PassThrough()}


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def folder(case, tmp_path_factory):
    """A folder that holds the packet under the case's name, which is then its source."""
    folder = tmp_path_factory.mktemp("packets")
    path = folder / case.source
    path.parent.mkdir()
    path.write_bytes(case.data)
    return folder


@pytest.fixture(scope="module")
def documents(case, folder):
    return SplitPDFReader(reader=case.reader()).load_data(folder)


@pytest.fixture(scope="module")
def router(case):
    routes = {
        category: Route(transformations=[Lines()], min_confidence=gate) if way == "lines" else WAYS[way]
        for category, (way, gate) in case.routes.items()
    }
    return CategoryRouter(routes, default=WAYS[case.default], review=WAYS[case.review], categories=case.categories)


def described(nodes):
    """All but the ids of the chunks, which a parser makes anew each time."""
    return [(node.ref_doc_id, node.text, node.metadata) for node in nodes]


def test_documents_are_the_expected_ones(case, documents):
    assert [document.id_ for document in documents] == [segment.id for segment in case.segments]
    assert [document.metadata for document in documents] == [case.metadata(segment) for segment in case.segments]
    assert [document.text for document in documents] == [case.text(segment) for segment in case.segments]


def test_each_goes_the_expected_way(case, documents, router):
    outputs, report = router.route(documents)
    assert [(entry.id, entry.way) for entry in report.inputs] == [(s.id, s.way) for s in case.segments]
    assert report.strays == 0
    expected = []
    for segment in case.segments:
        whole = ((case.text(segment), case.metadata(segment)["pages"]),)
        chunks = whole if segment.chunks is None else segment.chunks
        expected += [(segment.id, segment.category, text, pages) for text, pages in chunks]
    found = [(o.metadata["segment_id"], o.metadata["category"], o.text, o.metadata["pages"]) for o in outputs]
    assert found == expected
    assert [output.ref_doc_id for output in outputs] == [identifier for identifier, *_ in expected]


async def test_the_async_way_gives_the_same(documents, router):
    outputs, report = await router.aroute(documents)
    expected, expected_report = router.route(documents)
    assert described(outputs) == described(expected)
    assert report == expected_report


def test_another_job_of_the_engine_gives_the_same_documents(case, documents, folder):
    assert SplitPDFReader(reader=case.reader(job_id="job-2")).load_data(folder) == documents
