"""The shared table of cases, through langchain-splitreader."""

import pytest
from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from adapters.cases import CASES
from langchain_splitreader import CategoryRouter, Drop, PassThrough, Route, SplitLoader
from splitreader import SplitReader
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf


def lines(documents):
    """One chunk of each line, with the metadata but, like text splitters, without the id."""
    return [
        Document(page_content=line, metadata=dict(document.metadata))
        for document in documents
        for line in document.page_content.splitlines()
        if line.strip()
    ]


WAYS = {"lines": [lines], "drop": Drop(), "pass-through": PassThrough()}


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def documents(case):
    return SplitLoader(case.data, reader=case.reader(), name=case.source).load()


@pytest.fixture(scope="module")
def router(case):
    routes = {
        category: Route([lines], min_confidence=gate) if way == "lines" else WAYS[way]
        for category, (way, gate) in case.routes.items()
    }
    return CategoryRouter(routes, default=WAYS[case.default], review=WAYS[case.review], categories=case.categories)


def test_documents_are_the_expected_ones(case, documents):
    assert [document.id for document in documents] == [segment.id for segment in case.segments]
    assert [document.metadata for document in documents] == [case.metadata(segment) for segment in case.segments]
    assert [document.page_content for document in documents] == [case.text(segment) for segment in case.segments]


def test_each_goes_the_expected_way(case, documents, router):
    outputs, report = router.route(documents)
    assert [(entry.id, entry.way) for entry in report.inputs] == [(s.id, s.way) for s in case.segments]
    assert report.strays == 0
    expected = []
    for segment in case.segments:
        whole = ((case.text(segment), case.metadata(segment)["pages"]),)
        chunks = whole if segment.chunks is None else segment.chunks
        expected += [(segment.id, segment.category, text, pages) for text, pages in chunks]
    found = [(o.metadata["segment_id"], o.metadata["category"], o.page_content, o.metadata["pages"]) for o in outputs]
    assert found == expected


async def test_the_async_way_gives_the_same(documents, router):
    assert await router.aroute(documents) == router.route(documents)


@pytest.mark.parametrize("overlap", [0, 4])
def test_two_splitters_one_after_the_other_find_the_pages_of_repeated_text(overlap):
    pages = ["Acme Ltd\nfirst page text", "Acme Ltd\nsecond page text", "Acme Ltd\nthird page text"]
    reader = SplitReader(["contract"], engine=ScriptedEngine([("contract", [1, 2, 3])]))
    (document,) = SplitLoader(make_pdf(pages), reader=reader).load()
    steps = [
        RecursiveCharacterTextSplitter(chunk_size=30, chunk_overlap=overlap),
        RecursiveCharacterTextSplitter(chunk_size=12, chunk_overlap=overlap, add_start_index=True),
    ]
    chunks = CategoryRouter({"contract": steps}).transform_documents([document])
    found = [chunk.metadata["pages"] for chunk in chunks if "Acme" in chunk.page_content]
    assert found == ["1", "2", "3"]
    for number, word in enumerate(("first", "second", "third"), start=1):
        assert {c.metadata["pages"] for c in chunks if word in c.page_content} == {str(number)}
    assert [chunk.metadata["pages"] for chunk in chunks] == sorted(chunk.metadata["pages"] for chunk in chunks)


def test_another_job_of_the_engine_gives_the_same_documents(case, documents):
    again = SplitLoader(case.data, reader=case.reader(job_id="job-2"), name=case.source).load()
    assert again == documents
