"""Chunks know the packet pages that they cover."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.node_parser import (
    HierarchicalNodeParser,
    MarkdownNodeParser,
    SentenceSplitter,
    SentenceWindowNodeParser,
    TokenTextSplitter,
)
from llama_index.core.schema import TextNode, TransformComponent

from llama_index.readers.splitreader import CategoryRouter, NarrowPages
from support.for_llama_index import Anonymous, Cut, Rewritten, split

SENTENCE = "The parties agree on clause number {} of this contract."


def contract(*texts, category="contract"):
    """A contract with these page texts, behind two pages of something else."""
    segments = (("other", [1, 2]), (category, range(3, 3 + len(texts))))
    return split(["One", "Two", *texts], *segments)[1]


def pages_of(text, document):
    """The pages whose text a chunk that stands once in the document's text touches."""
    start = document.text.index(text)
    offsets = [tuple(map(int, pair.split(":"))) for pair in document.metadata["page_offsets"].split(",")]
    ends = [offset for _, offset in offsets[1:]] + [len(document.text)]
    return [page for (page, begin), end in zip(offsets, ends, strict=True) if start < end and start + len(text) > begin]


def numbered(pages, per_page):
    return ["\n".join(SENTENCE.format(f"{page}-{number}") for number in range(per_page)) for page in range(pages)]


PARSERS = [
    SentenceSplitter(chunk_size=60, chunk_overlap=0),
    SentenceSplitter(chunk_size=80, chunk_overlap=30),
    TokenTextSplitter(chunk_size=50, chunk_overlap=10),
    SentenceWindowNodeParser(),
    HierarchicalNodeParser.from_defaults(chunk_sizes=[200, 60], chunk_overlap=0),
]


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: type(parser).__name__)
def test_a_chunk_says_exactly_the_pages_that_it_touches(parser):
    document = contract(*numbered(pages=4, per_page=9))
    for nodes in (CategoryRouter({"contract": parser})([document]), NarrowPages()(parser([document]))):
        assert len(nodes) > 4
        for node in nodes:
            pages = pages_of(node.text.strip(), document)
            assert (node.metadata["page_start"], node.metadata["page_end"]) == (pages[0], pages[-1]), node.text
            assert "page_offsets" not in node.metadata


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.lists(st.integers(0, 10**9), max_size=25, unique=True), min_size=1, max_size=5),
    size=st.integers(62, 150),
)
def test_chunks_of_any_packet_say_the_pages_that_they_touch(texts, size):
    document = contract(*(" ".join(f"p{page}n{number}" for number in text) for page, text in enumerate(texts)))
    nodes = CategoryRouter({"contract": SentenceSplitter(chunk_size=size, chunk_overlap=0)})([document])
    for node in nodes:
        touched = {3 + int(word[1 : word.index("n")]) for word in node.text.split()}
        if touched and node.text.strip() != document.text.strip():
            assert (node.metadata["page_start"], node.metadata["page_end"]) == (min(touched), max(touched))


def test_the_same_text_on_every_page_is_told_apart():
    document = contract(*["These words stand here."] * 4)
    parser = SentenceSplitter(chunk_size=16, chunk_overlap=0)
    for nodes in (CategoryRouter({"contract": parser})([document]), NarrowPages()(parser([document]))):
        assert [node.metadata["pages"] for node in nodes] == ["3", "4", "5", "6"]


def test_two_parsers_one_after_the_other_tell_the_same_text_apart():
    """The second one's start_char_idx counts from the start of the chunk it was given, not of the document."""
    pages = [f"# Part {number}\n\nThe same words. And these." for number in range(3)]
    document = contract(*pages)
    route = [MarkdownNodeParser(), SentenceSplitter(chunk_size=19, chunk_overlap=0)]
    nodes = CategoryRouter({"contract": route})([document])
    assert len(nodes) > 3
    parts = [node.metadata["pages"] for node in nodes if "Part" in node.text]
    assert parts == ["3", "4", "5"]
    assert [node.metadata["pages"] for node in nodes] == sorted(node.metadata["pages"] for node in nodes)
    rest = [node.metadata["pages"] for node in nodes if "Part" not in node.text]
    assert set(rest) == {"3", "4", "5"}


class Turned(TransformComponent):
    """Gives back what it gets from last to first, without the first, as a reranker or a filter may."""

    def __call__(self, nodes, **kwargs):
        return list(reversed(nodes[1:]))


def test_starts_are_believed_in_whatever_order_the_chunks_come():
    document = contract(*["These words stand here."] * 4)
    route = [SentenceSplitter(chunk_size=16, chunk_overlap=0), Turned()]
    nodes = CategoryRouter({"contract": route})([document])
    assert [node.metadata["pages"] for node in nodes] == ["6", "5", "4"]


class FromZero(TransformComponent):
    """Says of every chunk that it starts at 0: where it starts in the chunk that it was cut from."""

    def __call__(self, nodes, **kwargs):
        return [
            TextNode(text=node.text.strip(), metadata=node.metadata, relationships=node.relationships, start_char_idx=0)
            for node in nodes
        ]


def test_starts_that_count_from_the_chunk_between_are_not_believed():
    document = contract("same words", "same words")
    nodes = CategoryRouter({"contract": [Cut(pieces=2), FromZero()]})([document])
    assert [node.metadata["pages"] for node in nodes] == ["3", "4"]


def test_the_same_text_in_a_hierarchy_is_told_apart():
    document = contract(*["These words stand here."] * 4)
    parser = HierarchicalNodeParser.from_defaults(chunk_sizes=[40, 16], chunk_overlap=0)
    nodes = CategoryRouter({"contract": parser})([document])
    assert [node.metadata["pages"] for node in nodes if node.parent_node] == ["3", "4", "5", "6"]


def test_blank_pages_belong_to_no_chunk_unless_it_spans_them():
    document = contract("", "One two three.", "", "Four five six.", "")
    nodes = CategoryRouter({"contract": SentenceWindowNodeParser()})([document])
    assert [node.metadata["pages"] for node in nodes] == ["4", "6"]
    nodes = CategoryRouter({"contract": Cut(pieces=1)})([document])
    assert [node.metadata["pages"] for node in nodes] == ["3-7"]


@pytest.mark.parametrize("step", [Anonymous(), Rewritten()])
def test_text_that_is_not_in_the_document_keeps_its_range(step):
    document = contract("one", "two", "three")
    (node,) = CategoryRouter({"contract": [Rewritten(), step]})([document])
    assert node.metadata.get("pages", "3-5") == "3-5"
    assert "page_offsets" not in node.metadata


def test_page_list_narrows_with_the_others():
    document = split(["one", "two.", "three."], ("a", [1]), ("b", [2, 3]), page_list=True)[1]
    assert document.metadata["page_list"] == [2, 3]
    nodes = CategoryRouter({"b": Cut(pieces=2)})([document])
    assert [node.metadata["page_list"] for node in nodes] == [[2], [3]]
    assert document.metadata["page_list"] == [2, 3]


def test_segments_with_gaps_name_only_their_own_pages():
    document = split(["one", "other", "three"], ("a", [1, 3]), ("b", [2]))[0]
    (node,) = CategoryRouter({"a": Cut(pieces=1)})([document])
    assert node.metadata["pages"] == "1,3"


class TestNarrowPages:
    def test_spaces_around_a_chunk_do_not_count(self):
        document = contract("one", "two", "three")
        node = TextNode(text="\n\ntwo\n\n", metadata=dict(document.metadata), start_char_idx=3)
        assert NarrowPages()([node])[0].metadata["pages"] == "4"

    @pytest.mark.parametrize(("text", "start"), [("two", None), (" \n", 4), ("", 0)])
    def test_a_chunk_of_which_nobody_knows_where_it_stands_keeps_its_range(self, text, start):
        document = contract("one", "two", "three")
        node = TextNode(text=text, metadata=dict(document.metadata), start_char_idx=start)
        metadata = NarrowPages()([node])[0].metadata
        assert metadata["pages"] == "3-5"
        assert "page_offsets" not in metadata

    def test_documents_stay_as_they_are(self):
        """A docstore compares their hash after the run."""
        document = contract("one", "two")
        before = document.hash
        assert NarrowPages()([document])[0].metadata["pages"] == "3-4"
        assert document.hash == before

    def test_nodes_without_our_metadata_stay_as_they_are(self):
        node = TextNode(text="x", start_char_idx=0, metadata={"page_offsets": 5, "pages": "one"})
        assert NarrowPages()([node])[0].metadata == {"pages": "one"}

    async def test_async_gives_the_same(self):
        nodes = SentenceSplitter(chunk_size=60, chunk_overlap=0)([contract(*numbered(2, 9))])
        assert await NarrowPages().acall(nodes) == NarrowPages()(nodes)
        assert NarrowPages().to_dict() == {"class_name": "NarrowPages"}
