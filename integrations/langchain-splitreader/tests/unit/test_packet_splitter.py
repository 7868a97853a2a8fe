import pytest
from langchain_core.documents import Document

from langchain_splitreader import PacketSplitter, SplitLoader
from splitreader import InvalidConfiguration, SplitReader
from splitreader.routing import OWN_KEYS
from splitreader.testing import ScriptedEngine


def splitter(script=(("a", [1, 2]), ("b", [3])), **options):
    return PacketSplitter(reader=SplitReader(["a", "b"], engine=ScriptedEngine(list(script))), **options)


def pages(source, *texts, first=0, key="page", **metadata):
    return [
        Document(page_content=text, metadata={"source": source, key: number, **metadata})
        for number, text in enumerate(texts, start=first)
    ]


def test_pages_in_documents_out_packet_by_packet():
    found = splitter().split_documents([*pages("x.pdf", "1", "2", "3"), *pages("y.pdf", "4", "5", "6")])
    assert [(d.metadata["source"], d.metadata["category"], d.page_content) for d in found] == [
        ("x.pdf", "a", "1\n\n2"),
        ("x.pdf", "b", "3"),
        ("y.pdf", "a", "4\n\n5"),
        ("y.pdf", "b", "6"),
    ]
    assert len({document.id for document in found}) == 4


def test_pages_that_come_mixed_are_sorted_out():
    x, y = pages("x.pdf", "1", "2", "3"), pages("y.pdf", "4", "5", "6")
    mixed = [y[2], x[2], y[0], x[0], x[1], y[1]]
    assert splitter().split_documents(mixed) == splitter().split_documents([*y, *x])


@pytest.mark.parametrize(
    ("key", "first"), [("page", 0), ("page", 1), ("page_number", 1), ("page_no", 1), ("page_label", 1), ("slide", 7)]
)
def test_every_way_to_count_pages_gives_the_same(key, first):
    found = splitter().split_documents(pages("x.pdf", "1", "2", "3", key=key, first=first))
    assert [(d.page_content, d.metadata["pages"]) for d in found] == [("1\n\n2", "1-2"), ("3", "3")]


def test_a_page_that_was_left_out_counts_as_empty():
    read = pages("x.pdf", "1", "2", "3", total_pages=4)
    del read[1]
    found = splitter([("a", [1, 2]), ("b", [3, 4])]).split_documents(read)
    assert [(d.page_content, d.metadata["pages"]) for d in found] == [("1\n\n", "1-2"), ("3\n\n", "3-4")]
    assert found[0].metadata["packet_page_count"] == 4


def test_where_the_first_page_was_left_out_first_page_says_so():
    read = pages("x.pdf", "2", "3", first=1)
    found = splitter(first_page=0).split_documents(read)
    assert [d.page_content for d in found] == ["\n\n2", "3"]
    with pytest.raises(InvalidConfiguration, match="first page has 1"):
        splitter(first_page=1).split_documents(pages("x.pdf", "1", "2", "3"))


@pytest.mark.parametrize("total", [None, 4])
def test_labels_tell_that_pages_count_from_0(total):
    read = pages("x.pdf", "2", "3", first=1, **({} if total is None else {"total_pages": total}))
    for document, label in zip(read, "23", strict=True):
        document.metadata["page_label"] = label
    found = splitter([("a", [1, 2]), ("b", range(3, 4 if total is None else 5))]).split_documents(read)
    assert [d.page_content.strip() for d in found] == ["2", "3"]


def test_the_last_number_tells_that_pages_count_from_1():
    found = splitter().split_documents(pages("x.pdf", "2", "3", first=2, total_pages=3))
    assert [d.page_content for d in found] == ["\n\n2", "3"]


def test_numbers_that_may_count_from_either_are_refused():
    read = pages("x.pdf", "1", "2", first=1, total_pages=3)
    with pytest.raises(InvalidConfiguration, match=r"x.pdf have the numbers 1 to 2 of 3.*first_page="):
        splitter().split_documents(read)
    assert [d.page_content for d in splitter(first_page=1).split_documents(read)] == ["1\n\n2", ""]
    assert [d.page_content for d in splitter(first_page=0).split_documents(read)] == ["\n\n1", "2"]


@pytest.mark.parametrize("lacks", [{}, {"page": None}, {"page": "ii"}, {"page": True}, {"page": -1}])
def test_elements_without_a_number_among_others_with_one_are_refused(lacks):
    read = pages("x.pdf", "1", "2", "3")
    read.append(Document(page_content="footer", metadata={"source": "x.pdf", **lacks}))
    with pytest.raises(InvalidConfiguration, match=r"1 of 4 Documents of x.pdf have no page number in 'page'"):
        splitter().split_documents(read)
    for number, document in enumerate(read):
        document.metadata["page_no"] = min(number, 2) + 1
    assert [d.page_content for d in splitter().split_documents(read)] == ["1\n\n2", "3\nfooter"]


def test_keys_that_only_we_write_are_not_taken_from_pages():
    theirs = dict.fromkeys(OWN_KEYS, "theirs") | {"tenant": "acme"}
    for document in splitter().split_documents(
        [Document(page_content=text, metadata={**theirs, "source": "x.pdf"}) for text in "123"]
    ):
        assert "theirs" not in document.metadata.values()
        assert document.metadata["tenant"] == "acme"


def test_elements_of_one_page_are_joined():
    read = [*pages("x.pdf", "1", "2", "3", key="page_number", first=1)]
    read.insert(1, read[0].model_copy(update={"page_content": "more"}))
    assert splitter().split_documents(read)[0].page_content == "1\nmore\n\n2"


def test_what_all_pages_say_alike_stays():
    read = pages("x.pdf", "1", "2", "3", tenant="acme", category="mail", total_pages=3)
    read[1].metadata["producer"] = "one page only"
    for document in splitter().split_documents(read):
        assert document.metadata["tenant"] == "acme"
        assert document.metadata["category"] in "ab"
        assert not {"page", "producer"} & document.metadata.keys()


def test_ids_are_those_of_the_loader_where_the_file_is_there(sample, sample_categories):
    segments = SplitReader(sample_categories).load(sample)
    texts = [page.text for page in sorted((p for s in segments for p in s.page_texts), key=lambda page: page.page)]
    found = PacketSplitter(sample_categories).split_documents(pages(str(sample), *texts))
    assert [document.id for document in found] == [d.id for d in SplitLoader(sample, sample_categories).load()]


def test_documents_without_a_source_are_one_packet():
    read = [Document(page_content=text) for text in "123"]
    found = splitter().split_documents(read)
    assert [document.page_content for document in found] == ["1\n\n2", "3"]
    assert found[0].metadata["source"]


async def test_it_is_a_document_transformer_sync_and_async():
    read = pages("x.pdf", "1", "2", "3")
    expected = splitter().split_documents(read)
    assert splitter().transform_documents(read) == expected
    assert await splitter().atransform_documents(read) == expected
    assert splitter().transform_documents([]) == []


def test_wants_categories_or_a_reader():
    with pytest.raises(InvalidConfiguration, match="either"):
        PacketSplitter()
