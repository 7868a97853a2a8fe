"""Page Documents of another reader in, segment Documents out."""

import logging

import pypdf
import pytest
from blockbuster import BlockBuster
from llama_index.core.schema import Document

from llama_index.readers.splitreader import SplitPDFReader
from llama_index.readers.splitreader.pages_in import texts_of
from splitreader import InvalidConfiguration
from support.for_llama_index import PageByPage, scripted
from support.pdfs import make_pdf

TEXTS = ["Invoice 1", "Contract, beginning", "Contract, end"]
SEGMENTS = (("invoice", [1]), ("contract", [2, 3]))


@pytest.fixture
def reader():
    return SplitPDFReader(reader=scripted(*SEGMENTS))


def pages(name, texts=TEXTS, key="file_path", **metadata):
    return [
        Document(text=text, metadata={key: name, "page_label": str(number), **metadata})
        for number, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize("key", ["file_path", "file_name", "source"])
def test_pages_of_one_file_are_one_packet(reader, key):
    documents = reader.split_documents([*pages("b.pdf", key=key), *pages("a.pdf", ["1", "2", "3"], key)])
    assert [(d.metadata["source"], d.metadata["pages"]) for d in documents] == [
        ("b.pdf", "1"),
        ("b.pdf", "2-3"),
        ("a.pdf", "1"),
        ("a.pdf", "2-3"),
    ]
    assert documents[1].text == "Contract, beginning\n\nContract, end"


def test_pages_of_two_packets_may_come_in_turns(reader):
    first, second = pages("a.pdf"), pages("b.pdf", ["1", "2", "3"])
    mixed = [page for pair in zip(first, second, strict=True) for page in pair]
    assert reader.split_documents(mixed) == reader.split_documents([*first, *second])


def test_pages_without_a_name_are_one_packet(reader):
    documents = reader.split_documents([Document(text=text) for text in TEXTS])
    assert [d.metadata["pages"] for d in documents] == ["1", "2-3"]
    assert documents[0].metadata["source"].startswith("sha256:")


def test_a_file_that_is_there_gives_the_ids_of_loading_it(sample, sample_categories):
    reader = SplitPDFReader(sample_categories)
    texts = [page.extract_text() for page in pypdf.PdfReader(sample).pages]
    found = reader.split_documents(pages(str(sample), texts))
    loaded = reader.load_data(sample)
    assert [d.id_ for d in found] == [d.id_ for d in loaded]
    assert [d.metadata["category"] for d in found] == [d.metadata["category"] for d in loaded]


def test_segment_readers_read_a_file_that_is_there(tmp_path):
    (tmp_path / "packet.pdf").write_bytes(make_pdf(TEXTS))
    reader = SplitPDFReader(reader=scripted(*SEGMENTS), segment_readers={"contract": PageByPage()})
    found = reader.split_documents(pages(str(tmp_path / "packet.pdf")))
    assert [d.metadata.get("parser") for d in found] == [None, "page by page", "page by page"]


def test_metadata_that_all_pages_share_stays(reader):
    given = pages("a.pdf", tenant="acme", access=["alice"])
    given[1].metadata["width"] = 100
    found = reader.split_documents(given)
    assert [d.metadata["tenant"] for d in found] == ["acme", "acme"]
    assert "width" not in found[1].metadata
    assert "page_label" not in found[0].metadata
    found[0].metadata["access"].append("eve")
    assert found[1].metadata["access"] == given[0].metadata["access"] == ["alice"]


def test_a_packet_of_one_page_does_not_keep_the_page_number():
    reader = SplitPDFReader(reader=scripted(("invoice", [1])))
    assert "page_label" not in reader.split_documents(pages("a.pdf", ["1"]))[0].metadata


class TestOrder:
    """LlamaIndex's readers leave empty pages out, give several Documents a page, and finish in any order."""

    def numbered(self, *numbers, key="page_label", **metadata):
        return [
            Document(text=f"text {place}", metadata={"file_name": "m.pdf", key: number, **metadata})
            for place, number in enumerate(numbers)
        ]

    @pytest.mark.parametrize("key", ["page_label", "page_number", "page_no", "page"])
    def test_is_that_of_the_numbers(self, key):
        assert texts_of(self.numbered(3, "1", 2, key=key)) == ["text 1", "text 2", "text 0"]
        assert texts_of(self.numbered(*range(1, 12), key=key)) == [f"text {place}" for place in range(11)]

    def test_reaches_the_documents(self):
        reader = SplitPDFReader(reader=scripted(("invoice", [1]), ("contract", [2, 3])))
        found = reader.split_documents(self.numbered("3", "1", "2"))
        assert [document.text for document in found] == ["text 1", "text 2\n\ntext 0"]

    def test_pages_left_out_are_empty(self):
        assert texts_of(self.numbered("2", "5")) == ["", "text 0", "", "", "text 1"]
        reader = SplitPDFReader(reader=scripted(("invoice", [1, 2]), ("contract", [3, 4, 5])))
        found = reader.split_documents(self.numbered("2", "5"))
        assert [(d.metadata["pages"], d.metadata["packet_page_count"]) for d in found] == [("1-2", 5), ("3-5", 5)]

    def test_parts_of_one_page_are_joined(self):
        assert texts_of(self.numbered("1", "1", "2")) == ["text 0\ntext 1", "text 2"]
        assert texts_of(self.numbered(2, 1, 2, key="page_number")) == ["text 1", "text 0\ntext 2"]

    @pytest.mark.parametrize("labels", [("ii", "i"), ("ii", "1", "2"), ("A-1", "7"), ("20240131", "1"), ("-1", "5")])
    def test_labels_that_are_no_numbers_keep_the_order_given(self, labels):
        assert texts_of(self.numbered(*labels)) == [f"text {place}" for place in range(len(labels))]

    def test_a_number_counts_more_than_a_label(self):
        given = self.numbered(2, 1, key="page_number")
        for page, label in zip(given, ("1", "2"), strict=True):
            page.metadata["page_label"] = label
        assert texts_of(given) == ["text 1", "text 0"]

    def test_may_count_from_zero(self):
        assert texts_of(self.numbered(1, 0, key="page")) == ["text 1", "text 0"]
        both = [Document(text=f"on {n}", metadata={"page": n, "page_label": str(n + 1)}) for n in (2, 1)]
        assert texts_of(both) == ["", "on 1", "on 2"]

    def test_labels_that_begin_again_with_each_document_keep_the_order_given(self):
        assert texts_of(self.numbered("1", "2", "1", "2", "3")) == [f"text {place}" for place in range(5)]

    @pytest.mark.parametrize("labels", [("1", None), ("3", "", "1")])
    def test_that_only_some_pages_have_is_refused(self, labels):
        with pytest.raises(InvalidConfiguration, match=r"1 of . Documents of m\.pdf have no page_label"):
            SplitPDFReader(["invoice"]).split_documents(self.numbered(*labels))

    def test_that_can_not_be_told_is_refused(self):
        with pytest.raises(InvalidConfiguration, match="it can't be told which page each is"):
            texts_of(self.numbered("2", "3", "2"))


def test_where_the_file_lies_and_its_dates_do_not_stay(reader):
    """They would change the Documents' hashes, and a pipeline would do all of it again."""
    about = {"creation_date": "2026-01-01", "last_modified_date": "2026-01-02", "path": "/home/me/a.pdf"}
    found = reader.split_documents(pages("/home/me/a.pdf", tenant="/acme", **about))
    assert not found[0].metadata.keys() & {"file_path", *about}
    assert found[0].metadata["tenant"] == "/acme"


async def test_async_gives_the_same_and_blocks_no_loop(tmp_path):
    (tmp_path / "packet.pdf").write_bytes(make_pdf(TEXTS))
    reader = SplitPDFReader(reader=scripted(*SEGMENTS), segment_readers={"contract": PageByPage()})
    given = [*pages(str(tmp_path / "packet.pdf")), *pages("b.pdf", ["1"], tenant="t")][:3]
    guard = BlockBuster()
    guard.activate()
    try:
        found = await reader.asplit_documents(given)
    finally:
        guard.deactivate()
    assert found == reader.split_documents(given)
    assert len(found) == 3


def test_the_same_packet_twice_comes_once(reader, caplog):
    with caplog.at_level(logging.INFO):
        found = reader.split_documents([*pages("a.pdf"), *pages("b.pdf")])
    assert [d.metadata["source"] for d in found] == ["a.pdf", "a.pdf"]
    assert "b.pdf has the same pages as a.pdf" in caplog.text


def test_the_same_packet_twice_comes_twice_where_that_was_asked_for():
    reader = SplitPDFReader(reader=scripted(*SEGMENTS, duplicates="keep"))
    found = reader.split_documents([*pages("a.pdf"), *pages("b.pdf")])
    assert len({d.id_ for d in found}) == 4


def test_two_packets_of_one_id_are_refused():
    reader = SplitPDFReader(["invoice"], packet_id="claim-7", allow_uncategorized=False)
    with pytest.raises(InvalidConfiguration, match=r"a\.pdf and b\.pdf have the same packet_id"):
        reader.split_documents([*pages("a.pdf", ["An invoice"]), *pages("b.pdf", ["A bill"])])


def test_nothing_gives_nothing(reader):
    assert reader.split_documents([]) == []
    omitting = SplitPDFReader({"invoice": "A bill"}, allow_uncategorized="omit")
    assert omitting.split_documents([Document(text="")]) == []
