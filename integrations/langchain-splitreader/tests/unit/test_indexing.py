"""LangChain's indexing API, which replaces ids by keys and deletes what a source no longer has."""

import uuid
from collections import Counter

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.indexing import InMemoryRecordManager, index
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from langchain_splitreader import CategoryRouter, SplitLoader, key_encoder
from splitreader import EngineAnswer, ProposedSegment, SplitReader
from splitreader.testing import ScriptedEngine
from support.pdfs import make_pdf

KEYS = pytest.mark.parametrize("key", ["sha256", key_encoder], ids=["langchain's", "ours"])
CLEANUP = pytest.mark.parametrize("cleanup", ["incremental", "full", "scoped_full"])


class Index:
    def __init__(self, key, cleanup):
        self.store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
        self.records = InMemoryRecordManager("test")
        self.records.create_schema()
        self.options = {"key_encoder": key, "cleanup": cleanup, "source_id_key": "source"}

    def add(self, documents):
        done = index(documents, self.records, self.store, **self.options)
        return done["num_added"], done["num_deleted"]

    @property
    def texts(self):
        return Counter(entry["text"] for entry in self.store.store.values())


def loader(data, *, job_id=None, name=None, **options):
    def script(packet):
        segments = [
            ProposedSegment(category="a", pages=[page], confidence="high") for page in range(1, packet.page_count + 1)
        ]
        return EngineAnswer(segments=segments, job_id=job_id)

    return SplitLoader(data, reader=SplitReader(["a", "b"], engine=ScriptedEngine(script), **options), name=name)


@KEYS
@CLEANUP
def test_three_runs_over_the_sample_add_and_delete_only_in_the_first(sample, key, cleanup):
    target = Index(key, cleanup)
    runs = []
    for _ in range(3):
        splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50)
        router = CategoryRouter({"invoice": [splitter]}, default=[splitter])
        chunks = router.transform_documents(SplitLoader(sample, ["invoice", "contract"]).load())
        runs.append(target.add(chunks))
    distinct = {(chunk.metadata["segment_id"], chunk.page_content) for chunk in chunks}
    assert runs == [(len(distinct if key is key_encoder else chunks), 0), (0, 0), (0, 0)]
    assert len(distinct) > 10
    assert len(target.store.store) == runs[0][0]


@KEYS
@CLEANUP
def test_a_loader_can_be_indexed_itself(key, cleanup):
    target = Index(key, cleanup)
    data = make_pdf(["one", "two"])
    assert [target.add(loader(data, name="x.pdf")) for _ in range(3)] == [(2, 0), (0, 0), (0, 0)]


@KEYS
def test_two_packets_given_as_bytes_do_not_delete_each_other(key):
    target = Index(key, "incremental")
    for _ in range(2):
        target.add(loader(make_pdf(["one", "two"])))
        target.add(loader(make_pdf(["three", "four"])))
    assert target.texts == Counter(["one", "two", "three", "four"])


@KEYS
@CLEANUP
def test_of_a_revised_packet_only_the_document_that_changed_changes(key, cleanup):
    target = Index(key, cleanup)
    options = {"name": "x.pdf", "packet_id": "claim-4711"}
    assert target.add(loader(make_pdf(["one", "two", "six"]), **options)) == (3, 0)
    assert target.add(loader(make_pdf(["one", "ten", "six"]), **options)) == (1, 1)
    assert target.texts == Counter(["one", "ten", "six"])


def test_identical_bytes_under_two_names_are_two_only_with_duplicates_keep():
    data = make_pdf(["one", "two"])
    for options, both in (({}, 2), ({"duplicates": "keep"}, 4)):
        target = Index(key_encoder, None)
        for name in ("x.pdf", "y.pdf"):
            target.add(loader(data, name=name, **options))
        assert len(target.store.store) == both


@KEYS
def test_another_job_of_the_engine_adds_nothing(key):
    target = Index(key, "full")
    data = make_pdf(["one", "two"])
    assert target.add(loader(data, job_id="job-1", name="x.pdf")) == (2, 0)
    assert target.add(loader(data, job_id="job-2", name="x.pdf")) == (0, 0)


def chunk(text="t", **metadata):
    return Document(
        id=metadata.pop("id", None), page_content=text, metadata={"segment_id": "s", "page_start": 1, **metadata}
    )


def test_the_key_depends_on_segment_and_text_only():
    key = key_encoder(chunk())
    assert uuid.UUID(key).version == 5
    for same in (
        chunk(id="x"),
        chunk(confidence="low", score=0.1, start_index=7, source="y", engine="llamacloud"),
        chunk(page_start=2, pages="2"),
    ):
        assert key_encoder(same) == key
    different = [chunk("u"), chunk(segment_id="t"), chunk(segment_id="s1", page_start=None)]
    assert len({key, *map(key_encoder, different)}) == 4


def test_equal_texts_of_one_segment_are_one_entry_in_every_run():
    target = Index(key_encoder, "full")
    for expected in ((1, 0), (0, 0)):
        assert target.add([chunk(source="x"), chunk(source="x", page_start=2)]) == expected
    assert target.add([chunk(source="x"), chunk(source="x", segment_id="t")]) == (1, 0)


def test_documents_of_other_loaders_have_keys_too():
    others = [
        Document(page_content="t", metadata=m) for m in ({"source": "x", "page": 0}, {"source": "x", "page": 1}, {})
    ]
    assert len({*map(key_encoder, others), key_encoder(chunk())}) == 4


def test_keys_take_any_text_and_are_the_same_on_any_machine():
    assert key_encoder(chunk("\ud800 \N{PAGE FACING UP}"))
    assert key_encoder(chunk("Total")) == "dc3dabe6-20fc-5cbf-9ccb-38ee2de69e86"
