"""Segments read by the LlamaIndex reader of their category."""

import asyncio
import io
import logging
import pickle
import tempfile
import threading
from base64 import b64decode
from pathlib import Path

import pypdf
import pytest
from blockbuster import BlockBuster
from llama_index.core.schema import Document, MediaResource, NodeRelationship

from llama_index.readers.splitreader import SplitPDFReader
from splitreader import InvalidConfiguration, SourceChanged, SplitReader
from splitreader.testing import ScriptedEngine
from support.for_llama_index import Failing, NativeAsync, PageByPage, Silent, scripted
from support.pdfs import make_pdf

TEXTS = ["Invoice 1", "Contract, beginning", "Contract, end", "Invoice 2"]
SEGMENTS = (("invoice", [1]), ("contract", [2, 3]), ("invoice", [4]))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(TEXTS))
    return path


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path, monkeypatch):
    """Where temporary files go: empty after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def reader_with(**segment_readers):
    return SplitPDFReader(reader=scripted(*SEGMENTS), segment_readers=segment_readers)


def test_their_documents_come_in_place_of_the_segments(path):
    documents = reader_with(contract=PageByPage()).load_data(path)
    assert [document.text.strip() for document in documents] == TEXTS
    assert [document.metadata["category"] for document in documents] == ["invoice", "contract", "contract", "invoice"]
    assert [document.metadata["pages"] for document in documents] == ["1", "2", "3", "4"]


def test_page_numbers_are_the_packets(path):
    beginning, end = reader_with(contract=PageByPage()).load_data(path)[1:3]
    for document, page in ((beginning, 2), (end, 3)):
        assert document.metadata["page_label"] == str(page)
        assert (document.metadata["page_start"], document.metadata["page_end"]) == (page, page)


def test_metadata_is_the_segments_over_the_readers(path):
    plain = reader_with().load_data(path)[1].metadata
    del plain["page_offsets"]
    document = reader_with(contract=PageByPage()).load_data(path, extra_info={"tenant": "t"})[2]
    narrowed = {"page_start": 3, "page_end": 3, "pages": "3"}
    assert document.metadata == plain | narrowed | {"page_label": "3", "parser": "page by page", "tenant": "t"}
    assert document.metadata["segment_id"] == plain["segment_id"]
    assert document.metadata["source"] == str(path)


def test_only_category_and_pages_reach_a_model(path):
    document = reader_with(contract=PageByPage()).load_data(path)[1]
    assert set(document.metadata) - set(document.excluded_embed_metadata_keys) == {"category", "pages"}
    assert document.excluded_llm_metadata_keys == document.excluded_embed_metadata_keys
    assert not document.relationships


def test_nothing_in_them_changes_from_load_to_load(path):
    """The temporary file's name would: a pipeline would embed everything again on every run."""
    first, second = (reader_with(contract=PageByPage()).load_data(path) for _ in range(2))
    assert first == second
    assert [document.hash for document in first] == [document.hash for document in second]
    assert len({document.id_ for document in first}) == 4


@pytest.mark.parametrize(("key", "first"), [("page_number", 1), ("page", 1), ("page_no", 1)])
def test_other_keys_of_page_numbers_are_known(path, key, first):
    documents = reader_with(contract=PageByPage(key, first)).load_data(path)
    assert [document.metadata.get(key) for document in documents] == [None, 2, 3, None]
    assert [document.metadata["pages"] for document in documents] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("kind", [PageByPage, NativeAsync])
async def test_async_gives_the_same_and_blocks_nothing(path, kind):
    reader = reader_with(contract=kind(), invoice=kind())
    expected = reader.load_data(path)
    guard = BlockBuster()
    guard.activate()
    try:
        assert await reader.aload_data(path) == expected
    finally:
        guard.deactivate()


async def test_a_load_that_is_cancelled_while_a_reader_reads_leaves_nothing_behind(path):
    begun = asyncio.Event()

    class Endless(PageByPage):
        async def aload_data(self, file, extra_info=None):
            assert file.exists()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(reader_with(contract=Endless()).aload_data(path))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_load_that_is_cancelled_while_the_segment_is_cut_leaves_nothing_behind(path, monkeypatch):
    cutting, go_on = threading.Event(), threading.Event()
    to_pdf = SplitReader.to_pdf

    def slow(self, document):
        cutting.set()
        go_on.wait(30)
        return to_pdf(self, document)

    monkeypatch.setattr(SplitReader, "to_pdf", slow)
    task = asyncio.create_task(reader_with(contract=PageByPage()).aload_data(path))
    await asyncio.to_thread(cutting.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()


def test_an_encrypted_packet_is_read_with_its_password(tmp_path):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_pdf(TEXTS)))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(tmp_path / "packet.pdf")
    core = scripted(*SEGMENTS, password="secret")
    documents = SplitPDFReader(reader=core, segment_readers={"contract": PageByPage()}).load_data(tmp_path)
    assert [document.text.strip() for document in documents] == TEXTS


def test_bytes_are_read_too(path):
    documents = reader_with(contract=PageByPage()).load_data(path.read_bytes())
    assert [document.text.strip() for document in documents] == TEXTS


def test_a_segment_of_which_nothing_came_stays_itself(path, caplog):
    with caplog.at_level(logging.WARNING):
        assert reader_with(contract=Silent()).load_data(path) == reader_with().load_data(path)
    assert "'contract', pages 2-3 of" in caplog.text


async def test_errors_say_which_segment_was_read(path):
    reader = reader_with(contract=Failing())
    with pytest.raises(OSError, match="no luck") as caught:
        reader.load_data(path)
    assert "'contract', pages 2-3 of" in caught.value.__notes__[0]
    with pytest.raises(OSError, match="no luck") as caught:
        await reader.aload_data(path)
    assert "'contract', pages 2-3 of" in caught.value.__notes__[0]


@pytest.mark.parametrize("load", [SplitPDFReader.load_data, lambda reader, path: asyncio.run(reader.aload_data(path))])
def test_errors_say_which_segment_could_not_be_cut(path, load):
    class Changing(PageByPage):
        def load_data(self, file, extra_info=None):
            path.write_bytes(b"changed")
            return super().load_data(file)

    with pytest.raises(SourceChanged) as caught:
        load(reader_with(invoice=Changing(), contract=PageByPage()), path)
    assert "'contract', pages 2-3 of" in caught.value.__notes__[0]
    assert "could not be read" in caught.value.__notes__[0]


def test_pictures_templates_and_what_the_reader_hides_stay(path):
    class Rich(PageByPage):
        def load_data(self, file, extra_info=None):
            (file.parent / "p.png").write_bytes(b"png")
            return [
                Document(
                    text="t",
                    metadata={"pages": "1", "width": 5},
                    image_resource=MediaResource(data=b"aGk=", mimetype="image/png"),
                    video_resource=MediaResource(path=file.parent / "p.png", mimetype="image/png"),
                    excluded_llm_metadata_keys=["pages"],
                    text_template="{content}!",
                    relationships={NodeRelationship.SOURCE: Document(text="s").as_related_node_info()},
                )
            ]

    (first, again) = (reader_with(contract=Rich()).load_data(path)[1] for _ in range(2))
    assert first == again
    assert first.hash == again.hash
    assert first.image_resource.data == b"aGk="
    assert b64decode(first.video_resource.data) == b"png"
    assert first.video_resource.path is None
    assert "pages" in first.excluded_llm_metadata_keys
    assert "pages" not in first.excluded_embed_metadata_keys
    assert first.text_template == "{content}!"
    assert not first.relationships


def test_a_reader_reads_only_its_category(path):
    reader = PageByPage()
    reader_with(invoice=reader).load_data(path)
    assert [Path(file).name for file in reader.paths] == ["01-invoice.pdf"] * 2
    assert not any(Path(file).exists() for file in reader.paths)


@pytest.mark.parametrize(
    ("readers", "complaint"),
    [
        ({"letter": PageByPage()}, "'letter', which no packet is split into"),
        ({"invoice": "PDFReader"}, "no reader for 'invoice', but str"),
        ("readers", "segment_readers= is str"),
    ],
)
def test_readers_that_can_not_be_are_refused(readers, complaint):
    with pytest.raises(InvalidConfiguration, match=complaint):
        SplitPDFReader(["invoice"], segment_readers=readers)


def test_uncategorized_pages_may_have_a_reader():
    SplitPDFReader(["invoice"], segment_readers={"uncategorized": PageByPage()})


def test_categories_of_an_engine_that_brings_its_own_are_not_known():
    class Own(ScriptedEngine):
        brings_categories = True

    SplitPDFReader(reader=SplitReader(engine=Own([])), segment_readers={"invoice": PageByPage()})


def test_survive_pickle(path):
    reader = SplitPDFReader(["invoice", "contract"], segment_readers={"contract": PageByPage()})
    assert pickle.loads(pickle.dumps(reader)).load_data(path) == reader.load_data(path)


def test_are_marked_in_the_readers_dict_and_must_be_given_again(path):
    reader = SplitPDFReader(["invoice", "contract"], segment_readers={"contract": PageByPage()})
    data = reader.to_dict()
    assert "not part of" in data["segment_readers"]
    with pytest.raises(InvalidConfiguration, match=r"segment_readers= .*again"):
        SplitPDFReader.from_dict(data)
    again = SplitPDFReader.from_dict(data, segment_readers={"contract": PageByPage()})
    assert again.load_data(path) == reader.load_data(path)
