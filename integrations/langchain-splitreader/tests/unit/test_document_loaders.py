import asyncio
import inspect
import io
import logging
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from blockbuster import BlockBuster
from langchain_core.document_loaders import BaseLoader
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import InMemoryVectorStore
from nbclient import NotebookClient

from langchain_splitreader import Category, SplitLoader
from splitreader import DownloadFailed, FileId, InvalidConfiguration, SplitReader, SplitReaderError
from splitreader.testing import ScriptedEngine


def test_documents_carry_the_cores_ids_text_and_metadata(sample, sample_categories):
    core = SplitReader(sample_categories).load(sample)
    documents = SplitLoader(sample, sample_categories).load()
    assert [d.id for d in documents] == [d.id for d in core]
    assert [d.page_content for d in documents] == [d.text for d in core]
    assert [d.metadata for d in documents] == [d.metadata for d in core]


def test_lazy_load_is_a_generator_that_holds_one_packet(sample, tmp_path):
    engine = ScriptedEngine([("a", range(1, 15))])
    (tmp_path / "1.pdf").write_bytes(sample.read_bytes())
    (tmp_path / "2.pdf").write_bytes(sample.read_bytes() + b"\n")
    documents = SplitLoader(tmp_path, reader=SplitReader(["a"], engine=engine)).lazy_load()
    assert inspect.isgenerator(documents)
    assert engine.calls == 0
    next(documents)
    assert engine.calls == 1


async def test_native_async_gives_the_same_and_blocks_nothing(sample, sample_categories):
    loader = SplitLoader(sample, sample_categories)
    expected = loader.load()
    guard = BlockBuster()
    guard.activate()
    try:
        assert await loader.aload() == expected
        assert [document async for document in loader.alazy_load()] == expected
    finally:
        guard.deactivate()


def test_load_and_split_are_the_base_classs_own():
    assert SplitLoader.load is BaseLoader.load
    assert SplitLoader.load_and_split is BaseLoader.load_and_split


def test_takes_bytes_with_a_name_and_the_readers_options(sample):
    loader = SplitLoader(
        sample.read_bytes(), [Category(name="invoice")], name="mail/7.pdf", metadata={"tenant": "t"}, page_list=True
    )
    document = next(loader.lazy_load())
    assert document.metadata["source"] == "mail/7.pdf"
    assert document.metadata["tenant"] == "t"
    assert document.metadata["page_list"][0] == 1


def test_every_source_of_the_core_can_be_read(sample, sample_categories):
    ids = [document.id for document in SplitLoader(sample, sample_categories).load()]
    with sample.open("rb") as stream:
        for source in (str(sample.parent / "*.pdf"), stream, io.BytesIO(sample.read_bytes())):
            assert [document.id for document in SplitLoader(source, sample_categories).load()] == ids


def test_a_list_and_a_file_of_llamacloud_are_sources_and_a_private_url_is_refused(sample, tmp_path):
    engine = ScriptedEngine([("a", range(1, 15))])
    other = tmp_path / "other.pdf"
    other.write_bytes(sample.read_bytes() + b"\n")
    found = SplitLoader([sample, str(other), sample.read_bytes()], ["a"], engine=engine).load()
    assert [document.metadata["source"] for document in found] == [str(sample), str(other)]
    with pytest.raises(DownloadFailed, match="allow_private"):
        SplitLoader("http://127.0.0.1:9/packet.pdf", ["a"], engine=engine).load()
    with pytest.raises(SplitReaderError, match="file-1"):
        SplitLoader(FileId("file-1"), ["a"], engine=engine).load()


def test_goes_on_without_a_packet_that_can_not_be_read(sample, tmp_path, caplog):
    (tmp_path / "1.pdf").write_bytes(b"no pdf")
    (tmp_path / "2.pdf").write_bytes(sample.read_bytes())
    loader = SplitLoader(tmp_path, engine=ScriptedEngine([("a", range(1, 15))]), categories=["a"], on_error="skip")
    with caplog.at_level(logging.WARNING):
        (document,) = loader.load()
    assert document.metadata["source"] == "2.pdf"
    assert "1.pdf is left out" in caplog.text


@pytest.mark.parametrize(
    "arguments",
    [{}, {"categories": ["a"], "reader": SplitReader(["a"])}, {"reader": SplitReader(["a"]), "page_list": True}],
)
def test_wants_categories_or_a_reader(arguments):
    with pytest.raises(InvalidConfiguration, match="either"):
        SplitLoader("packet.pdf", **arguments)


def test_a_store_of_the_sample_packet_answers_from_the_asked_category(sample, sample_categories):
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=16))
    documents = SplitLoader(sample, sample_categories).load()
    assert store.add_documents(documents) == [document.id for document in documents]
    for category in ("invoice", "contract", "bank_statement"):
        found = store.similarity_search(
            "total amount due", k=50, filter=lambda document, wanted=category: document.metadata["category"] == wanted
        )
        assert found
        assert {document.metadata["category"] for document in found} == {category}
    again = store.add_documents(SplitLoader(sample, sample_categories).load())
    assert len(store.store) == len(set(again)) == len(documents)


async def test_two_loaders_at_once_give_what_each_gives_alone(sample, sample_categories):
    first, second = SplitLoader(sample, sample_categories), SplitLoader(sample, ["letter"])
    expected = [await first.aload(), await second.aload()]
    assert await asyncio.gather(first.aload(), second.aload()) == expected
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(lambda loader: loader.load(), [first, second])) == expected


@pytest.mark.slow
def test_both_ways_work_in_jupyter(sample, tmp_path):
    cells = [
        "from langchain_splitreader import SplitLoader",
        f"loader = SplitLoader({str(sample)!r}, ['invoice', 'contract'])",
        "len(loader.load())",
        "len([document async for document in loader.alazy_load()])",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    counts = [int(cell.outputs[0]["data"]["text/plain"]) for cell in notebook.cells[2:]]
    assert counts[0] == counts[1] > 1


def test_an_engine_that_brings_its_categories_needs_none_here():
    class Brings(ScriptedEngine):
        brings_categories = True

    assert SplitLoader("packet.pdf", engine=Brings([])).reader.config.categories == ()


def test_metadata_of_two_loads_is_not_shared(sample):
    loader = SplitLoader(sample, ["a"], engine=ScriptedEngine([("a", range(1, 15))]), metadata={"tags": ["x"]})
    (first,), (second,) = loader.load(), loader.load()
    first.metadata["tags"].append("y")
    assert second.metadata["tags"] == ["x"]
