"""Traps of LlamaIndex that no other module's subject is."""

import json

from llama_index.core import SimpleDirectoryReader
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document
from llama_index.core.storage.docstore import SimpleDocumentStore

from llama_index.readers.splitreader import CategoryRouter, SplitPDFReader
from support.for_llama_index import Cut, scripted
from support.pdfs import make_pdf


def reader():
    return SplitPDFReader(reader=scripted(("invoice", [1]), ("contract", [2, 3])))


def folder_in(path):
    path.mkdir()
    (path / "packet.pdf").write_bytes(make_pdf(["Invoice", "Contract", "end"]))
    return path


def test_file_names_as_ids_leave_each_document_its_own_and_the_segments_id(tmp_path):
    """SimpleDirectoryReader overwrites ids then."""
    folder = folder_in(tmp_path / "mail")
    documents = SimpleDirectoryReader(
        folder, file_extractor={".pdf": reader()}, filename_as_id=True, raise_on_error=True
    ).load_data()
    assert len({document.id_ for document in documents}) == 2
    assert [document.metadata["segment_id"] for document in documents] == [
        document.id_ for document in reader().load_data(folder)
    ]


def test_a_moved_folder_keeps_its_ids_and_loaded_by_the_reader_itself_its_hashes_too(tmp_path, monkeypatch):
    """SimpleDirectoryReader's own metadata has the absolute path and dates, and it hands over an absolute path."""
    folder_in(tmp_path / "mail")
    (tmp_path / "elsewhere").mkdir()

    def load(where):
        monkeypatch.chdir(where)
        found = SimpleDirectoryReader(
            "mail", file_extractor={".pdf": reader()}, file_metadata=lambda _: {"tenant": "t"}, raise_on_error=True
        ).load_data()
        assert not any("date" in key for document in found for key in document.metadata)
        return [document.id_ for document in found], [document.hash for document in reader().load_data("mail")]

    before = load(tmp_path)
    (tmp_path / "mail").rename(tmp_path / "elsewhere" / "mail")
    assert load(tmp_path / "elsewhere") == before


def test_documents_and_nodes_survive_json_and_a_stored_docstore(packet, tmp_path):
    """Path, set or URL objects in metadata would not."""
    for node in (*packet, *CategoryRouter({})([document.model_copy(deep=True) for document in packet])):
        assert type(node).from_json(node.to_json()) == node
        json.dumps(node.metadata)
    options = {"transformations": [CategoryRouter({})], "docstore_strategy": "duplicates_only"}
    pipeline = IngestionPipeline(docstore=SimpleDocumentStore(), **options)
    pipeline.run(documents=[document.model_copy(deep=True) for document in packet])
    pipeline.persist(str(tmp_path))
    again = IngestionPipeline(docstore=SimpleDocumentStore(), **options)
    again.load(str(tmp_path))
    assert list(again.run(documents=packet)) == []


def test_long_metadata_does_not_use_up_the_chunks(tmp_path):
    """A splitter refuses metadata longer than its chunks, of what reaches a model."""
    path = folder_in(tmp_path / "mail") / "packet.pdf"
    documents = reader().load_data(path, extra_info={"history": "word " * 2000})
    assert len(CategoryRouter({}, default=SentenceSplitter(chunk_size=64, chunk_overlap=0))(documents)) == 2


def test_segment_readers_metadata_that_is_no_json_is_the_readers_own(tmp_path):
    """What names the temporary file goes, also in a Path; the rest is not ours to change."""
    from llama_index.core.readers.base import BaseReader

    class Telling(BaseReader):
        def load_data(self, file, extra_info=None):
            return [Document(text="x", metadata={"path": file, "folder": str(file.parent), "title": "t"})]

    folder = folder_in(tmp_path / "mail")
    found = SplitPDFReader(reader=scripted(("invoice", [1, 2, 3])), segment_readers={"invoice": Telling()}).load_data(
        folder
    )
    assert "path" not in found[0].metadata
    assert "folder" not in found[0].metadata
    assert found[0].metadata["title"] == "t"
    json.dumps(found[0].metadata)


def test_two_identical_forms_have_ids_and_hashes_of_their_own(tmp_path):
    (tmp_path / "packet.pdf").write_bytes(make_pdf(["The form", "The form"]))
    documents = SplitPDFReader(reader=scripted(("form", [1]), ("form", [2]))).load_data(tmp_path)
    assert len({document.id_ for document in documents}) == len({document.hash for document in documents}) == 2
    assert len(CategoryRouter({}, default=Cut(pieces=1))(documents)) == 2
