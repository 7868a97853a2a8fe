"""Page Documents of another reader in, segment Documents out."""

import logging

import pypdf
import pytest
from llama_index.core.schema import Document

from llama_index.readers.splitreader import SplitPDFReader
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
