import pickle
from pathlib import Path

import pytest
from blockbuster import BlockBuster
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.schema import MetadataMode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters

from llama_index.readers.splitreader import SplitPDFReader
from splitreader import InvalidConfiguration, NotAPDF, SplitReader
from splitreader.testing import ScriptedEngine


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


@pytest.mark.parametrize(
    "arguments",
    [{}, {"categories": ["a"], "reader": SplitReader(["a"])}, {"reader": SplitReader(["a"]), "page_list": True}],
)
def test_wants_categories_or_a_reader(arguments):
    with pytest.raises(InvalidConfiguration, match="either"):
        SplitPDFReader(**arguments)


def test_options_that_can_not_be_are_refused(sample_categories):
    with pytest.raises(InvalidConfiguration, match="colour"):
        SplitPDFReader(sample_categories, colour="red")
    with pytest.raises(InvalidConfiguration, match="ocr"):
        SplitPDFReader(sample_categories, ocr="always")


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
