import asyncio
import io
import json
import logging
import pickle
import threading
from pathlib import Path

import pytest
from blockbuster import BlockBuster
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.schema import MetadataMode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters

from llama_index.readers.splitreader import SplitPDFReader
from splitreader import (
    EmbeddedEngine,
    InvalidConfiguration,
    LimitExceeded,
    Limits,
    NotAPDF,
    SourceNotFound,
    SplitReader,
)
from splitreader.testing import ScriptedEngine


class RemoteEngine(EmbeddedEngine):
    is_remote = True


@pytest.fixture
def reader(sample_categories):
    return SplitPDFReader(sample_categories)


def test_documents_carry_the_cores_ids_text_and_metadata(reader, sample, sample_categories):
    core = SplitReader(sample_categories).load(sample)
    documents = reader.load_data(sample)
    assert [d.id_ for d in documents] == [d.id for d in core]
    assert [d.text for d in documents] == [d.text for d in core]
    assert [d.metadata for d in documents] == [d.metadata for d in core]
    assert all(not d.relationships for d in documents)


def test_only_category_and_pages_reach_a_model(reader, sample):
    document = reader.load_data(sample, extra_info={"tenant": "t1"})[0]
    assert document.metadata["tenant"] == "t1"
    for mode in (MetadataMode.EMBED, MetadataMode.LLM):
        assert document.get_content(mode) == f"category: invoice\npages: 1-2\n\n{document.text}"


def test_lazy_load_data_is_a_generator_that_holds_one_packet(sample, tmp_path):
    engine = ScriptedEngine([("a", range(1, 15))])
    (tmp_path / "1.pdf").write_bytes(sample.read_bytes())
    (tmp_path / "2.pdf").write_bytes(sample.read_bytes() + b"\n")
    documents = SplitPDFReader(reader=SplitReader(["a"], engine=engine)).lazy_load_data(tmp_path)
    assert engine.calls == 0
    next(documents)
    assert engine.calls == 1


async def test_native_async_gives_the_same_and_blocks_nothing(reader, sample):
    expected = reader.load_data(sample)
    guard = BlockBuster()
    guard.activate()
    try:
        assert await reader.aload_data(sample) == expected
        assert [document async for document in reader.alazy_load_data(sample)] == expected
    finally:
        guard.deactivate()


class TestFileExtractor:
    """SimpleDirectoryReader prints and leaves out what fails unless ``raise_on_error=True``."""

    @pytest.fixture
    def folder(self, sample, tmp_path):
        (tmp_path / "one.pdf").write_bytes(sample.read_bytes())
        (tmp_path / "two.pdf").write_bytes(sample.read_bytes() + b"\n")
        return tmp_path

    def load(self, reader, folder, **options):
        return SimpleDirectoryReader(folder, file_extractor={".pdf": reader}, raise_on_error=True).load_data(**options)

    def test_keeps_ids_and_adds_the_directory_readers_metadata(self, reader, folder):
        documents = self.load(reader, folder)
        assert [d.id_ for d in documents] == [d.id_ for d in reader.load_data(folder)]
        assert documents[0].metadata["file_type"] == "application/pdf"
        assert documents[0].metadata["category"] == "invoice"

    def test_works_with_worker_processes(self, reader, folder):
        documents = self.load(reader, folder, num_workers=2)
        assert [d.id_ for d in documents] == [d.id_ for d in reader.load_data(folder)]

    def test_works_with_worker_processes_and_a_reader_of_the_core(self, folder):
        reader = SplitPDFReader(reader=SplitReader(["a"], engine=ScriptedEngine([("a", range(1, 15))])))
        documents = self.load(reader, folder, num_workers=2)
        assert [d.id_ for d in documents] == [d.id_ for d in reader.load_data(folder)]

    async def test_works_async(self, reader, folder):
        directory = SimpleDirectoryReader(folder, file_extractor={".pdf": reader}, raise_on_error=True)
        assert [d.id_ for d in await directory.aload_data()] == [d.id_ for d in reader.load_data(folder)]

    def test_reads_from_another_file_system(self, reader, sample):
        import fsspec

        fs = fsspec.filesystem("memory")
        fs.pipe("/mail/packet.pdf", sample.read_bytes())
        documents = SimpleDirectoryReader(
            "/mail", fs=fs, file_extractor={".pdf": reader}, raise_on_error=True
        ).load_data()
        assert [d.id_ for d in documents] == [d.id_ for d in reader.load_data(sample)]
        assert documents[0].metadata["source"].endswith("mail/packet.pdf")

    def test_lets_errors_through(self, reader, folder):
        (folder / "two.pdf").write_bytes(b"no pdf")
        with pytest.raises(Exception, match="Error loading file") as caught:
            self.load(reader, folder)
        assert isinstance(caught.value.__cause__, NotAPDF)


def test_survives_dict_json_and_pickle(sample, sample_categories):
    reader = SplitPDFReader(sample_categories, metadata={"tenant": "t"}, allow_uncategorized=False, page_list=True)
    for copy in (
        SplitPDFReader.from_dict(reader.to_dict()),
        SplitPDFReader.from_json(reader.to_json()),
        pickle.loads(pickle.dumps(reader)),
    ):
        assert copy.to_dict() == reader.to_dict()
        assert copy.load_data(sample) == reader.load_data(sample)
    assert reader.class_name() == "SplitPDFReader"
    assert reader.is_remote is False


def test_every_option_survives_dict_json_and_pickle(sample_categories):
    options = {
        "allow_uncategorized": "omit",
        "min_pages_per_split": 2,
        "target_pages": "1-4",
        "packet_id": "claim-7",
        "metadata": {"access": ["alice"]},
        "page_list": True,
        "duplicates": "keep",
        "ocr": "off",
        "on_error": "skip",
        "limits": Limits(max_pages=20),
    }
    reader = SplitPDFReader(sample_categories, **options)
    for copy in (
        SplitPDFReader.from_dict(reader.to_dict()),
        SplitPDFReader.from_json(reader.to_json()),
        pickle.loads(pickle.dumps(reader)),
    ):
        assert copy == reader
        assert {name: getattr(copy, name) for name in options} == options


def test_options_of_the_core_count(sample, sample_categories, caplog, tmp_path):
    documents = SplitPDFReader(sample_categories, target_pages="1-2", min_pages_per_split=2).load_data(sample)
    assert [d.metadata["pages"] for d in documents] == ["1-2"]
    with pytest.raises(LimitExceeded):
        SplitPDFReader(sample_categories, limits={"max_pages": 2}).load_data(sample)
    (tmp_path / "bad.pdf").write_bytes(b"no pdf")
    with caplog.at_level(logging.WARNING):
        assert SplitPDFReader(sample_categories, on_error="skip").load_data(tmp_path) == []
    assert "bad.pdf is left out" in caplog.text
    with pytest.raises(InvalidConfiguration, match="custom_instructions"):
        SplitPDFReader(sample_categories, custom_instructions="by date")


def test_every_source_of_the_core_can_be_read(reader, sample):
    ids = [d.id_ for d in reader.load_data(sample)]
    with sample.open("rb") as stream:
        for source in (str(sample.parent / "*.pdf"), sample.read_bytes(), io.BytesIO(sample.read_bytes()), stream):
            assert [d.id_ for d in reader.load_data(source)] == ids
    with pytest.raises(SourceNotFound):
        reader.load_data("missing.pdf")


@pytest.mark.parametrize(
    "arguments",
    [{}, {"categories": ["a"], "reader": SplitReader(["a"])}, {"reader": SplitReader(["a"]), "page_list": True}],
)
def test_wants_categories_or_a_reader(arguments):
    with pytest.raises(InvalidConfiguration, match="either"):
        SplitPDFReader(**arguments)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"colour": "red"}, "colour"),
        ({"ocr": "always"}, "ocr"),
        ({"page_list": "perhaps"}, "page_list"),
        ({"limits": {"max_pages": 0}}, "limits"),
        ({"limits": 5}, "limits"),
        ({"target_pages": "x"}, "target_pages"),
        ({"is_remote": True}, "is_remote"),
        ({"is_remote": None}, "is_remote"),
        ({"metadata": {"category": "ours"}}, "category"),
        *(
            ({name: print}, f"{name}.* SplitReader as reader=")
            for name in ("metadata", "packet_id", "on_error", "ocr", "password", "progress")
        ),
        ({"password": "secret"}, "password.* SplitReader as reader="),
        ({"engine": EmbeddedEngine()}, "engine.* SplitReader as reader="),
    ],
)
def test_options_that_can_not_be_are_refused(options, complaint):
    with pytest.raises(InvalidConfiguration, match=complaint) as caught:
        SplitPDFReader(["a"], **options)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_is_remote_is_the_engines():
    remote = SplitReader(["a"], engine=RemoteEngine())
    assert SplitPDFReader(reader=remote).is_remote
    assert SplitPDFReader(reader=remote, is_remote=True).is_remote
    with pytest.raises(InvalidConfiguration, match="is_remote"):
        SplitPDFReader(reader=remote, is_remote=False)


@pytest.mark.parametrize("name", ["page_list", "categories", "is_remote"])
def test_options_stay_as_they_were_given(reader, name):
    with pytest.raises(InvalidConfiguration, match=f"{name} .*another SplitPDFReader"):
        setattr(reader, name, True)


def test_a_copy_with_other_options_reads_with_them(reader, sample):
    assert "page_list" in reader.model_copy(update={"page_list": True}).load_data(sample)[0].metadata
    given = SplitPDFReader(reader=SplitReader(["a"]))
    with pytest.raises(InvalidConfiguration, match="either"):
        given.model_copy(update={"page_list": True}).load_data(sample)


class TestWithAReaderOfTheCore:
    @pytest.fixture
    def given(self):
        return SplitPDFReader(reader=SplitReader(["a"], engine=ScriptedEngine([("a", range(1, 15))])))

    def test_survives_pickle(self, given, sample):
        copy = pickle.loads(pickle.dumps(given))
        assert copy.load_data(sample) == given.load_data(sample)

    @pytest.mark.parametrize("options", [{"metadata": lambda _: {}}, {"password": "secret"}])
    def test_that_can_not_be_pickled_says_so(self, options):
        reader = SplitPDFReader(reader=SplitReader(["a"], **options))
        with pytest.raises(TypeError, match="reader= can't be pickled") as caught:
            pickle.dumps(reader)
        assert "secret" not in str(caught.value)

    def test_is_marked_in_its_dict_and_must_be_given_again(self, given, sample):
        for data in (given.to_dict(), json.loads(given.to_json()), given.model_dump()):
            assert "not part of" in data["reader"]
            assert "categories" not in data
            with pytest.raises(InvalidConfiguration, match=r"reader= .*SplitReader"):
                SplitPDFReader.from_dict(data)
            again = SplitPDFReader.from_dict(data, reader=SplitReader(["a"], engine=given.core().engine))
            assert again.load_data(sample) == given.load_data(sample)


class TestWithAFileSystem:
    @pytest.fixture
    def fs(self, sample):
        import fsspec

        fs = fsspec.filesystem("memory")
        fs.pipe("/mail/packet.pdf", sample.read_bytes())
        return fs

    @pytest.mark.parametrize("file", [["/mail/packet.pdf"], b"bytes", "/mail", io.BytesIO(b"")])
    async def test_takes_one_path(self, reader, fs, file):
        with pytest.raises(InvalidConfiguration, match="fs="):
            reader.load_data(file, fs=fs)
        with pytest.raises(InvalidConfiguration, match="fs="):
            await reader.aload_data(file, fs=fs)

    async def test_without_the_file_says_so(self, reader, fs):
        with pytest.raises(SourceNotFound, match="missing"):
            reader.load_data("/mail/missing.pdf", fs=fs)
        with pytest.raises(SourceNotFound, match="missing"):
            await reader.aload_data("/mail/missing.pdf", fs=fs)

    async def test_keeps_the_limits(self, sample_categories, fs):
        reader = SplitPDFReader(sample_categories, limits={"max_bytes": 10})
        with pytest.raises(LimitExceeded):
            reader.load_data("/mail/packet.pdf", fs=fs)
        with pytest.raises(LimitExceeded):
            await reader.aload_data("/mail/packet.pdf", fs=fs)

    async def test_reads_the_same(self, reader, fs, sample):
        expected = [d.id_ for d in reader.load_data(sample)]
        assert [d.id_ for d in reader.load_data(Path("/mail/packet.pdf"), fs=fs)] == expected
        assert [d.id_ for d in await reader.aload_data("/mail/packet.pdf", fs=fs)] == expected


def test_lists_of_extra_info_are_not_shared_between_documents(reader, sample):
    extra = {"access": ["alice"]}
    first, second, *_ = reader.load_data(sample, extra_info=extra)
    first.metadata["access"].append("eve")
    assert (second.metadata["access"], extra) == (["alice"], {"access": ["alice"]})


def test_an_index_of_the_sample_packet_answers_from_the_asked_category(reader, sample):
    index = VectorStoreIndex.from_documents(reader.load_data(sample), embed_model=MockEmbedding(embed_dim=8))
    for category in ("invoice", "contract", "bank_statement"):
        filters = MetadataFilters(filters=[MetadataFilter(key="category", value=category)])
        found = index.as_retriever(similarity_top_k=50, filters=filters).retrieve("total amount due")
        assert found
        assert {hit.node.metadata["category"] for hit in found} == {category}


def test_the_package_is_a_part_of_the_namespace():
    import llama_index.readers.splitreader

    home = Path(llama_index.readers.splitreader.__file__).parent
    assert not (home.parent / "__init__.py").exists()
    assert not (home.parent.parent / "__init__.py").exists()


async def test_bytes_may_have_a_name(sample):
    reader, data = SplitPDFReader(["invoice"]), sample.read_bytes()
    found = [*reader.load_data(data, name="a.pdf"), *await reader.aload_data(data, name="a.pdf")]
    assert {document.metadata["source"] for document in found} == {"a.pdf"}


async def test_a_load_that_is_cancelled_while_the_file_is_opened_closes_it(sample):
    class Slow:
        entered, go_on, streams = threading.Event(), threading.Event(), []  # of one test

        def isdir(self, name):
            return False

        def open(self, name, mode):
            self.entered.set()
            self.go_on.wait(30)
            self.streams.append(io.BytesIO(sample.read_bytes()))
            return self.streams[0]

    fs = Slow()
    task = asyncio.create_task(SplitPDFReader(["invoice"]).aload_data("x.pdf", fs=fs))
    await asyncio.to_thread(fs.entered.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    fs.go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert [stream.closed for stream in fs.streams] == [True]
