import asyncio
import functools
import re

import pytest
from blockbuster import BlockBuster
from langchain_core.documents import BaseDocumentTransformer, Document
from langchain_text_splitters import CharacterTextSplitter, RecursiveCharacterTextSplitter

from langchain_splitreader import CategoryRouter, Drop, NarrowPages, PassThrough, Route, SplitLoader
from splitreader import InvalidConfiguration, SplitReader
from splitreader.routing import chunk_id
from splitreader.testing import ScriptedEngine

PAGES = [" ".join(f"p{page}w{number}" for number in range(16)) for page in (1, 2, 3)]
"""Each word tells its page."""


def segments(pages=PAGES, script=(("invoice", [1, 2]), ("contract", [3])), **options):
    """Documents as SplitLoader makes them, without a PDF."""
    engine = ScriptedEngine(list(script))
    reader = SplitReader(sorted({category for category, _ in script}), engine=engine, **options)
    return [Document(id=d.id, page_content=d.text, metadata=d.metadata) for d in reader.from_pages(pages)]


def splitter(size=40, **options):
    return RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=0, **options)


def pages_of(chunk):
    """The pages whose words stand in a chunk."""
    return ",".join(sorted(set(re.findall(r"p(\d)w", chunk.page_content))))


def whole(documents):
    return documents


def words(documents):
    return [
        Document(page_content=word, metadata=dict(document.metadata))
        for document in documents
        for word in document.page_content.split()
    ]


async def awords(documents):
    await asyncio.sleep(0)
    return words(documents)


def forwards(documents):
    return awords(documents)


class Words(BaseDocumentTransformer):
    def transform_documents(self, documents, **kwargs):
        return words(documents)


class OnlyAsync(Words):
    def transform_documents(self, documents, **kwargs):
        raise AssertionError("it has an async way")

    async def atransform_documents(self, documents, **kwargs):
        return await awords(documents)


class NoAsync(Words):
    async def atransform_documents(self, documents, **kwargs):
        raise NotImplementedError


class AsyncCallable:
    async def __call__(self, documents):
        return words(documents)


@pytest.mark.parametrize(
    "make",
    [splitter, functools.partial(splitter, add_start_index=True), functools.partial(splitter, strip_whitespace=False)],
)
def test_chunks_have_an_id_segment_id_category_and_the_pages_they_cover(make):
    invoice, contract = segments()
    chunks = CategoryRouter({"invoice": [make()]}).transform_documents([invoice, contract])
    assert chunks[-1] == contract
    own = chunks[:-1]
    assert len(own) > 4
    assert len({chunk.id for chunk in own}) == len(own)
    assert all(re.fullmatch(r"[0-9a-f-]{36}", chunk.id) for chunk in own)
    assert {chunk.metadata["segment_id"] for chunk in own} == {invoice.id}
    assert {chunk.metadata["category"] for chunk in own} == {"invoice"}
    for chunk in own:
        assert chunk.metadata["pages"] == (pages_of(chunk) or "1-2")  # a chunk of spaces stands anywhere
        assert "page_offsets" not in chunk.metadata


def test_ids_and_pages_are_the_same_every_time():
    router = CategoryRouter({}, default=[splitter()])
    assert router.transform_documents(segments()) == router.transform_documents(segments())


def test_a_chunk_over_two_pages_says_both_and_a_gap_stays_one():
    (document,) = segments(["one", "no", "two"], [("invoice", [1, 3]), ("contract", [2])])[:1]
    (chunk,) = CategoryRouter({"invoice": [whole]}).transform_documents([document])
    assert (chunk.metadata["pages"], chunk.metadata["page_start"], chunk.metadata["page_end"]) == ("1,3", 1, 3)


def test_page_list_is_narrowed_too():
    (document,) = segments(["one", "two"], [("invoice", [1, 2])], page_list=True)
    chunks = CategoryRouter({"invoice": [words]}).transform_documents([document])
    assert [chunk.metadata["page_list"] for chunk in chunks] == [[1], [2]]


def test_the_order_of_the_inputs_is_kept_whatever_their_routes():
    documents = segments(["a b", "c d", "e f", "g h"], [(name, [n]) for n, name in enumerate("xyxz", start=1)])
    chunks = CategoryRouter({"x": [words], "y": PassThrough()}, default=[words]).transform_documents(documents)
    assert [chunk.page_content for chunk in chunks] == ["a", "b", "c d", "e", "f", "g", "h"]


def test_documents_of_one_category_go_through_their_route_together():
    calls = []

    def step(documents):
        calls.append([document.page_content for document in documents])
        return documents

    documents = segments(["a", "b", "c"], [("x", [1]), ("y", [2]), ("x", [3])])
    CategoryRouter({"x": [step], "y": [step]}).transform_documents(documents)
    assert calls == [["a", "c"], ["b"]]


def test_documents_of_other_loaders_are_neither_lost_nor_marked():
    others = [Document(page_content=text, metadata={"source": "x"}) for text in ("a b", "c", "d e")]
    chunks, report = CategoryRouter(
        {}, default=[CharacterTextSplitter(separator=" ", chunk_size=1, chunk_overlap=0)]
    ).route(others)
    assert [chunk.page_content for chunk in chunks] == ["a", "b", "c", "d", "e"]
    assert [chunk.metadata for chunk in chunks] == [{"source": "x"}] * 5
    assert [chunk.id for chunk in chunks] == [None] * 5
    assert [(entry.id, entry.way, entry.outputs) for entry in report.inputs] == [("", "default", n) for n in (2, 1, 2)]


def test_parts_of_one_segment_keep_apart():
    """What a segment loader read shares the segment's id."""
    parts = [Document(id=name, page_content="x y", metadata={"segment_id": "s", "category": "c"}) for name in "ab"]
    chunks, report = CategoryRouter({"c": [words]}).route(parts)
    assert [entry.outputs for entry in report.inputs] == [2, 2]
    assert len({chunk.id for chunk in chunks}) == 4
    without_ids = [part.model_copy(update={"id": None}) for part in parts]
    again = CategoryRouter({"c": [words]}).transform_documents(without_ids)
    assert [chunk.id for chunk in again] == [chunk_id("s", number) for number in range(4)]


def test_the_inputs_are_not_changed():
    def spoil(documents):
        for document in documents:
            document.page_content = "spoilt"
            document.metadata["category"] = "spoilt"
        return documents

    documents = segments()
    CategoryRouter({"invoice": [spoil], "contract": [words]}).transform_documents(documents)
    assert documents == segments()


def test_a_step_that_drops_all_metadata_still_gives_chunks_that_can_be_found():
    def bare(documents):
        return [Document(page_content="p2w3 p2w4")]

    documents = segments()
    chunks = CategoryRouter({"invoice": [bare]}).transform_documents(documents)
    assert chunks[0].metadata["segment_id"] == documents[0].id
    assert chunks[0].metadata["pages"] == "2"
    assert chunks[0].metadata["source"] == documents[0].metadata["source"]
    assert chunks[0].metadata["confidence_rank"] == 3


def test_what_can_be_traced_to_no_input_comes_last_and_is_counted(caplog):
    def bare(documents):
        return [Document(page_content="who am I"), *documents[1:]]

    documents = segments(["a", "b", "c"], [("x", [1]), ("x", [2]), ("y", [3])])
    chunks, report = CategoryRouter({"x": [bare]}).route(documents)
    assert [chunk.page_content for chunk in chunks] == ["b", "c", "who am I"]
    assert report.strays == 1
    assert [entry.id for entry in report.without_output] == [documents[0].id]
    assert "traced to no input" in caplog.text


def test_by_the_segment_id_alone_outputs_are_traced_too():
    def rebuilt(documents):
        return [
            Document(page_content=d.page_content, metadata={"segment_id": d.metadata["segment_id"]}) for d in documents
        ]

    documents = segments(["a", "b"], [("x", [1]), ("x", [2])])
    chunks, report = CategoryRouter({"x": [rebuilt]}).route(documents)
    assert report.strays == 0
    assert [chunk.metadata["pages"] for chunk in chunks] == ["1", "2"]


def test_a_text_that_was_rewritten_keeps_the_documents_range():
    def translate(documents):
        return [d.model_copy(update={"page_content": "Summe 7 Euro"}) for d in documents]

    chunks = CategoryRouter({"invoice": [translate]}).transform_documents(segments())
    assert chunks[0].metadata["pages"] == "1-2"


def test_chunks_that_were_cut_before_are_not_narrowed_by_offsets_of_another_text():
    """They carry page_offsets of the whole document."""
    chunks = splitter(60).split_documents(segments())
    again = CategoryRouter({"invoice": [words]}).transform_documents(chunks)
    assert {chunk.metadata["pages"] for chunk in again if chunk.metadata["category"] == "invoice"} == {"1-2"}


def test_gates_drops_and_review_stand_in_the_report():
    documents = segments()
    documents[0].metadata.update(confidence="low", confidence_rank=1)
    empty = Document(page_content=" ", metadata={"category": "invoice"})
    router = CategoryRouter({"invoice": Route([words], min_confidence="medium"), "contract": Drop()}, review=Drop())
    outputs, report = router.route([*documents, empty])
    assert outputs == []
    assert [entry.way for entry in report.inputs] == ["review", "contract", "review"]
    assert [entry.why for entry in report.of_way("review")] == ["confidence low, below medium", "no text"]


def test_a_router_may_be_a_step_of_a_router():
    inner = CategoryRouter({"invoice": [words]}, default=[splitter()])
    plain = inner.transform_documents(segments())
    nested, report = CategoryRouter({}, default=inner).route(segments())
    assert [(c.page_content, c.metadata) for c in nested] == [(c.page_content, c.metadata) for c in plain]
    assert report.strays == 0
    assert min(entry.outputs for entry in report.inputs) > 1
    others = [Document(page_content="a b"), Document(page_content="c d")]
    outputs, report = CategoryRouter({}, default=[CategoryRouter({}, default=words), whole]).route(others)
    assert [output.metadata for output in outputs] == [{}] * 4
    assert [entry.outputs for entry in report.inputs] == [2, 2]


@pytest.mark.parametrize("step", [words, awords, Words(), OnlyAsync(), NoAsync(), AsyncCallable(), forwards])
async def test_async_runs_every_kind_of_step_and_blocks_nothing(step):
    guard = BlockBuster()
    guard.activate()
    try:
        chunks, report = await CategoryRouter({"contract": [step]}).aroute(segments())
    finally:
        guard.deactivate()
    assert [entry.outputs for entry in report.inputs] == [1, 16]
    assert {chunk.metadata["pages"] for chunk in chunks[1:]} == {"3"}


@pytest.mark.parametrize("step", [words, Words(), NoAsync(), splitter()])
async def test_steps_that_block_run_beside_the_loop(step):
    import threading

    seen = []

    def spy(documents):
        seen.append(threading.current_thread())
        return documents

    class Spy(BaseDocumentTransformer):
        def transform_documents(self, documents, **kwargs):
            return spy(documents)

    def lazily(documents):
        for document in documents:
            seen.append(threading.current_thread())
            yield document

    router = CategoryRouter({}, default=[step, spy, Spy(), lazily])
    await router.atransform_documents(segments())
    assert len(seen) > 3
    assert threading.main_thread() not in seen


@pytest.mark.parametrize("step", [awords, AsyncCallable(), functools.partial(awords), forwards])
def test_an_async_step_is_refused_where_there_is_no_loop(step):
    with pytest.raises(InvalidConfiguration, match="atransform_documents"):
        CategoryRouter({"invoice": [step]}).transform_documents(segments())


async def test_the_runnable_invokes_and_batches_both_ways():
    router = CategoryRouter({"invoice": [words]})
    runnable = router.as_runnable()
    expected = router.transform_documents(segments())
    assert runnable.invoke(segments()) == expected
    assert runnable.batch([segments(), []]) == [expected, []]
    assert await runnable.ainvoke(segments()) == expected
    assert await runnable.abatch([segments(), []]) == [expected, []]
    assert await CategoryRouter({"invoice": [awords]}).as_runnable().ainvoke(segments()) == expected
    assert (runnable | len).invoke(segments()) == len(expected)


def test_options_reach_the_transformers():
    class Takes(BaseDocumentTransformer):
        def transform_documents(self, documents, **kwargs):
            assert kwargs == {"language": "de"}
            return documents

    assert len(CategoryRouter({}, default=[Takes(), whole]).transform_documents(segments(), language="de")) == 2


@pytest.mark.parametrize(
    "build",
    [
        lambda: CategoryRouter({"invioce": PassThrough()}, categories=["invoice"]),
        lambda: CategoryRouter({"invoice": Route([whole], min_confidence="sure")}),
        lambda: CategoryRouter({"invoice": 7}),
        lambda: CategoryRouter({"invoice": [7]}),
        lambda: CategoryRouter({"invoice": Words}),
        lambda: CategoryRouter({"invoice": [Words]}),
        lambda: CategoryRouter({"invoice": "split"}),
        lambda: CategoryRouter({}, default=Route([whole], min_confidence="high")),
    ],
)
def test_a_route_that_can_not_be_is_refused(build):
    with pytest.raises(InvalidConfiguration):
        build()


@pytest.mark.parametrize("outcome", ["text", 7, [1], None])
def test_a_step_that_gives_no_documents_is_named(outcome):
    def odd(documents):
        return outcome

    with pytest.raises(InvalidConfiguration, match="odd"):
        CategoryRouter({}, default=odd).transform_documents(segments())


def test_an_error_of_a_step_comes_through():
    def fails(documents):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        CategoryRouter({}, default=fails).transform_documents(segments())


async def test_a_step_that_raises_stop_iteration_does_not_hang_the_loop():
    def fails(documents):
        return [next(iter(()))]

    with pytest.raises(RuntimeError):
        await CategoryRouter({}, default=fails).atransform_documents(segments())


def test_whose_a_chunk_is_a_step_can_not_change():
    keys = ("segment_id", "packet_id", "source", "file_name", "category", "confidence", "confidence_rank")

    def claims(documents):
        for document in documents:
            document.metadata |= dict.fromkeys(keys, "theirs") | {"engine": "theirs", "language": "de"}
        return words(documents)

    documents = segments()
    chunks, report = CategoryRouter({}, default=[claims]).route(documents)
    assert report.strays == 0
    for chunk in chunks:
        owner = documents[0] if chunk.metadata["pages"] in "12" else documents[1]
        for key in keys:
            assert chunk.metadata[key] == owner.metadata[key]
        assert (chunk.metadata["engine"], chunk.metadata["language"]) == ("theirs", "de")


def test_a_category_may_be_given_by_a_step_where_there_was_none():
    def classify(documents):
        return [d.model_copy(update={"metadata": {**d.metadata, "category": "memo"}}) for d in documents]

    (chunk,) = CategoryRouter({}, default=[classify]).transform_documents([Document(page_content="x")])
    assert chunk.metadata == {"category": "memo"}


def test_a_step_that_makes_fresh_documents_keeps_the_rest():
    def fresh(documents):
        return [
            Document(page_content=word, metadata={"tenant": "step's"} if word == "p1w1" else {})
            for document in documents
            for word in document.page_content.split()
        ]

    (document,) = segments(PAGES[:1], [("invoice", [1])], metadata={"tenant": "acme", "acl": ["x"]})
    chunks = CategoryRouter({}, default=[fresh]).transform_documents([document])
    assert [chunk.metadata["tenant"] for chunk in chunks[:3]] == ["acme", "step's", "acme"]
    assert all(chunk.metadata["page_count"] == 1 and chunk.metadata["acl"] == ["x"] for chunk in chunks)
    assert "page_offsets" not in chunks[0].metadata


@pytest.mark.parametrize("step", [words, whole])
def test_lists_in_the_metadata_are_shared_with_no_input_and_no_other_chunk(step):
    def adds(documents):
        for document in documents:
            document.metadata["acl"].append("step's")
        return documents

    documents = segments(metadata={"acl": ["x"]})
    chunks = CategoryRouter({}, default=[adds, step]).transform_documents(documents)
    chunks[0].metadata["acl"].append("y")
    assert [document.metadata["acl"] for document in documents] == [["x"], ["x"]]
    assert [chunk.metadata["acl"] for chunk in chunks[1:]] == [["x", "step's"]] * (len(chunks) - 1)


async def test_an_iterable_of_documents_is_listed_beside_the_loop():
    import threading

    seen = []

    def lazily():
        seen.append(threading.current_thread())
        yield from segments()

    chunks, _ = await CategoryRouter({}, default=[words]).aroute(lazily())
    assert len(chunks) == 48
    assert threading.main_thread() not in seen


def test_narrow_pages_goes_after_a_splitter_of_ones_own():
    chunks = splitter(add_start_index=True, strip_whitespace=False).split_documents(segments())
    narrowed = NarrowPages().transform_documents(chunks)
    for chunk in narrowed:
        assert not chunk.page_content.strip() or chunk.metadata["pages"] == pages_of(chunk)
    assert "page_offsets" in chunks[0].metadata
    lost = chunks[0].model_copy(update={"metadata": {**chunks[0].metadata, "start_index": -1}})
    assert NarrowPages().transform_documents([lost])[0].metadata["pages"] == "1-2"


async def test_narrow_pages_for_a_loop():
    chunks = splitter(add_start_index=True).split_documents(segments())
    assert await NarrowPages().atransform_documents(chunks) == NarrowPages().transform_documents(chunks)


def test_a_chunk_on_page_7_of_the_sample_says_7(sample, sample_categories):
    documents = SplitLoader(sample, sample_categories).load()
    router = CategoryRouter({"contract": [splitter(300)]}, categories=sample_categories, default=Drop())
    chunks = router.transform_documents(documents)
    texts = [page.text for page in SplitReader(sample_categories).load(sample)[2].page_texts]
    assert len(chunks) > 10
    for chunk in chunks:
        pages = range(chunk.metadata["page_start"], chunk.metadata["page_end"] + 1)
        around = "\n\n".join(texts[page - 4] for page in pages)
        assert chunk.page_content in around
    assert {chunk.metadata["pages"] for chunk in chunks} >= {"4", "5", "6", "7"}  # page 8 has no text


def test_chunk_ids_are_the_same_on_any_machine():
    """They stand in users' stores."""
    document = Document(id="6f1d3c5e-2f0b-5a57-9a3e-0d4f3a0a7c11", page_content="a b", metadata={"category": "c"})
    chunks = CategoryRouter({"c": [words]}).transform_documents([document])
    assert [chunk.id for chunk in chunks] == [
        "52e759a0-ed01-5079-8665-cfc15cba020b",
        "89bf8702-d9fc-5993-b87e-09fd9f04e8e2",
    ]
