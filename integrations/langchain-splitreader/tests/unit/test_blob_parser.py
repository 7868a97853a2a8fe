import pytest
from langchain_core.document_loaders import BlobLoader
from langchain_core.documents.base import Blob

from langchain_splitreader import SplitBlobParser, SplitLoader
from splitreader import InvalidConfiguration, NotAPDF, SourceNotFound, SourceUnreadable, SplitReader
from splitreader.routing import OWN_KEYS
from splitreader.testing import ScriptedEngine


class Bucket(BlobLoader):
    """A loader of blobs in ten lines."""

    def __init__(self, objects, **options):
        self.objects = objects
        self.options = options

    def yield_blobs(self):
        for name, data in self.objects.items():
            yield Blob.from_data(data, path=name, **self.options)


def parser(**options):
    return SplitBlobParser(reader=SplitReader(["a"], engine=ScriptedEngine([("a", range(1, 15))])), **options)


def test_a_blob_from_a_path_gives_what_the_loader_gives(sample, sample_categories):
    documents = SplitBlobParser(sample_categories).parse(Blob.from_path(sample))
    assert documents == SplitLoader(sample, sample_categories).load()


def test_blobs_in_memory_behind_a_loader_of_blobs(sample):
    bucket = Bucket({"mail/1.pdf": sample.read_bytes(), "mail/2": sample.read_bytes()}, mime_type="application/pdf")
    documents = [document for blob in bucket.yield_blobs() for document in parser().lazy_parse(blob)]
    assert [document.metadata["source"] for document in documents] == ["mail/1.pdf", "mail/2"]
    assert documents[0].id == documents[1].id
    assert documents[0].metadata["file_name"] == "1.pdf"


def test_what_the_blob_says_stays_but_for_our_own_keys(sample):
    blob = Blob.from_data(sample.read_bytes(), metadata={"tenant": "acme", "category": "mail", "tags": ["x"]})
    (document,) = parser().parse(blob)
    assert document.metadata["tenant"] == "acme"
    assert document.metadata["category"] == "a"
    assert document.metadata["source"].startswith("sha256:")
    document.metadata["tags"].append("y")
    assert blob.metadata["tags"] == ["x"]


def test_keys_that_only_we_write_are_not_taken_from_the_blob(sample):
    theirs = dict.fromkeys(OWN_KEYS, "theirs") | {"source": "s3://1.pdf", "tenant": "acme"}
    (document,) = parser().parse(Blob.from_data(sample.read_bytes(), metadata=theirs))
    assert "theirs" not in document.metadata.values()
    assert document.metadata["source"] == "s3://1.pdf"
    assert document.metadata["tenant"] == "acme"


def test_a_source_that_the_blob_names_is_the_source(sample):
    for blob in (
        Blob.from_path(sample, metadata={"source": "s3://bucket/1.pdf"}),
        Blob.from_data(sample.read_bytes(), path="elsewhere.pdf", metadata={"source": "s3://bucket/1.pdf"}),
    ):
        (document,) = parser().parse(blob)
        assert document.metadata["source"] == "s3://bucket/1.pdf"
        assert document.metadata["file_name"] == "1.pdf"


@pytest.mark.parametrize("name", ["a[1].pdf", "packet.PDF", "packet"])
@pytest.mark.parametrize(
    "mime_type", [None, "application/pdf", "Application/PDF; charset=binary", "application/octet-stream"]
)
def test_a_pdf_is_known_by_its_type_its_extension_or_its_header(sample, tmp_path, name, mime_type):
    path = tmp_path / name
    path.write_bytes(sample.read_bytes())
    assert len(parser().parse(Blob.from_path(path, mime_type=mime_type, guess_type=False))) == 1
    assert len(parser().parse(Blob.from_data(path.read_bytes(), mime_type=mime_type))) == 1


@pytest.mark.parametrize("mime_type", ["text/html", "image/png", "application/zip"])
def test_another_type_is_refused_before_anything_is_read(mime_type):
    with pytest.raises(NotAPDF, match=f"mail/1 is {mime_type}.*pass only PDFs on") as caught:
        parser().parse(Blob.from_data(b"%PDF-", path="mail/1", mime_type=mime_type))
    assert caught.value.source == "mail/1"


@pytest.mark.parametrize(
    "blob",
    [
        Blob.from_data(b"<html>"),
        Blob.from_data("text"),
        Blob.from_data(b"<html>", mime_type="application/octet-stream", path="x.bin"),
        Blob.from_data(b"not one", mime_type="application/pdf"),
        Blob.from_data(b"not one", path="x.pdf"),
    ],
)
def test_what_is_no_pdf_is_refused(blob):
    with pytest.raises(NotAPDF):
        parser().parse(blob)


def test_a_missing_file_is_named(tmp_path):
    for name in ("gone.pdf", "gone"):
        with pytest.raises(SourceNotFound, match=name):
            parser().parse(Blob.from_path(tmp_path / name))
        with pytest.raises(SourceNotFound, match=r"s3://x.*check the blob's path") as caught:
            parser().parse(Blob.from_path(tmp_path / name, mime_type="application/pdf", metadata={"source": "s3://x"}))
        assert caught.value.source == "s3://x"
    with pytest.raises(SourceUnreadable, match="s3://x"):
        parser().parse(Blob.from_path(tmp_path, mime_type="application/pdf", metadata={"source": "s3://x"}))


def test_wants_categories_or_a_reader():
    for arguments in ({}, {"categories": ["a"], "reader": SplitReader(["a"])}):
        with pytest.raises(InvalidConfiguration, match="either"):
            SplitBlobParser(**arguments)


def test_segment_loaders_work_here_too(sample):
    class Whole(SplitBlobParser):
        def lazy_parse(self, blob):
            for document in super().lazy_parse(blob):
                document.page_content = "read again"
                yield document

    inner = Whole(reader=SplitReader(["b"], engine=ScriptedEngine([("b", range(1, 15))])))
    (document,) = parser(segment_loaders={"a": inner}).parse(Blob.from_path(sample))
    assert document.page_content == "read again"
    assert document.metadata["category"] == "a"
    assert document.metadata["source"] == str(sample)
