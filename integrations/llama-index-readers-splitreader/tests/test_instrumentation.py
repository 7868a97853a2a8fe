"""The reader's bar, its spans and events, hosted engines, and its place in a pipeline."""

import io
import json
import pickle
from contextlib import contextmanager

import pytest
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.readers.base import ReaderConfig
from llama_index.core.schema import Document

from llama_index.readers.splitreader import LlamaCloudEngine, PacketSplitEvent, SplitPDFReader
from splitreader import EmbeddedEngine, LimitExceeded, SplitReader
from splitreader.testing import ScriptedSplitAPI
from support.for_llama_index import scripted
from support.pdfs import make_pdf
from support.split_api import SCRIPT


class Events(BaseEventHandler):
    seen: list = []  # noqa: RUF012  # pydantic copies it

    @classmethod
    def class_name(cls):
        return "Events"

    def handle(self, event, **kwargs):
        self.seen.append(event)


@contextmanager
def listening():
    """What LlamaIndex's instrumentation is told: events, and spans."""
    root, events, spans = get_dispatcher(), Events(), SimpleSpanHandler()
    root.add_event_handler(events)
    root.add_span_handler(spans)
    try:
        yield events.seen, spans
    finally:
        root.event_handlers.remove(events)
        root.span_handlers.remove(spans)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(["Invoice 1", "Contract", "Contract, end"]))
    return path


@pytest.fixture
def reader():
    return SplitPDFReader(reader=scripted(("invoice", [1]), ("contract", [2, 3])))


class TestInstrumentation:
    async def test_an_event_tells_of_each_packet(self, reader, path):
        with listening() as (events, _):
            reader.load_data(path)
            await reader.aload_data(path)
        told = [event for event in events if isinstance(event, PacketSplitEvent)]
        assert [(event.source, event.engine, event.page_count, event.categories) for event in told] == [
            (str(path), "scripted", 3, ["invoice", "contract"])
        ] * 2
        assert told[0].class_name() == "PacketSplitEvent"
        json.dumps(told[0].model_dump(mode="json"))

    async def test_loads_are_spans(self, reader, path):
        with listening() as (events, spans):
            reader.load_data(path)
            await reader.aload_data(path)
        names = [span.id_.split("-")[0] for span in spans.completed_spans]
        assert names == ["SplitPDFReader.load_data", "SplitPDFReader.aload_data"]
        assert [event.span_id for event in events] == [span.id_ for span in spans.completed_spans]

    def test_a_load_that_fails_is_a_span_that_was_dropped(self, reader, tmp_path):
        (tmp_path / "none.pdf").write_bytes(b"none")
        with listening() as (_, spans), pytest.raises(Exception, match=r"none\.pdf"):
            reader.load_data(tmp_path / "none.pdf")
        assert len(spans.dropped_spans) == 1


class TestShowProgress:
    def test_draws_a_bar_on_standard_error(self, path, capsys):
        SplitPDFReader(["invoice", "contract"], show_progress=True).load_data(path)
        output = capsys.readouterr()
        assert output.out == ""
        assert "3/3" in output.err
        assert "packet.pdf" in output.err

    async def test_draws_it_in_async_loads_and_one_for_each_packet(self, tmp_path, capsys):
        (tmp_path / "a.pdf").write_bytes(make_pdf(["Invoice"]))
        (tmp_path / "b.pdf").write_bytes(make_pdf(["Contract", "end"]))
        await SplitPDFReader(["invoice", "contract"], show_progress=True).aload_data(tmp_path)
        output = capsys.readouterr().err
        assert "a.pdf: 100%" in output
        assert "b.pdf: 100%" in output

    def test_is_silent_unless_asked_for(self, reader, path, capsys):
        reader.load_data(path)
        SplitPDFReader(["invoice", "contract"]).load_data(path)
        assert capsys.readouterr().err == ""

    def test_survives_dict_and_pickle(self):
        reader = SplitPDFReader(["invoice"], show_progress=True)
        assert SplitPDFReader.from_dict(reader.to_dict()).show_progress
        assert pickle.loads(pickle.dumps(reader)).show_progress


class TestHostedEngine:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        for name in ("LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY", "LLAMA_CLOUD_BASE_URL", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)

    async def test_is_remote_and_reads_the_same(self, path):
        with ScriptedSplitAPI(SCRIPT) as api:
            engine = LlamaCloudEngine(api_key="llx-test", base_url=api.url)
            reader = SplitPDFReader(reader=SplitReader(["invoice", "contract"], engine=engine))
            assert reader.is_remote
            documents = reader.load_data(path)
            assert {d.metadata["engine"] for d in documents} == {"llamacloud"}
            assert await reader.aload_data(path) == documents

    def test_keeps_its_key_out_of_dict_json_and_pickle(self, monkeypatch):
        engine = LlamaCloudEngine(api_key="llx-secret")
        reader = SplitPDFReader(reader=SplitReader(["invoice"], engine=engine))
        assert reader.to_dict()["is_remote"] is True
        assert "llx-secret" not in str(reader.to_dict()) + reader.to_json() + repr(reader)
        with pytest.raises(TypeError, match="can't be pickled") as caught:
            pickle.dumps(reader)
        assert "llx-secret" not in str(caught.value)
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-secret")
        reader = SplitPDFReader(reader=SplitReader(["invoice"], engine=LlamaCloudEngine()))
        data = pickle.dumps(reader)
        assert b"llx-secret" not in data
        assert pickle.loads(data).is_remote

    def test_the_default_engine_is_not_remote(self):
        assert SplitPDFReader(["invoice"]).is_remote is False
        assert SplitPDFReader(reader=SplitReader(["invoice"], engine=EmbeddedEngine())).to_dict()["is_remote"] is False


class TestInAPipeline:
    def test_a_reader_config_reads(self, reader, path):
        config = ReaderConfig(reader=reader, reader_args=[path], reader_kwargs={"extra_info": {"tenant": "t"}})
        nodes = IngestionPipeline(readers=[config], transformations=[SentenceSplitter()]).run()
        assert [node.ref_doc_id for node in nodes] == [d.id_ for d in reader.load_data(path)]
        assert {node.metadata["tenant"] for node in nodes} == {"t"}


def test_limits_hold_in_a_file_system(path):
    import fsspec

    fs = fsspec.filesystem("memory")
    fs.pipe("/limits/packet.pdf", path.read_bytes())
    with pytest.raises(LimitExceeded):
        SplitPDFReader(["invoice"], limits={"max_pages": 2}).load_data("/limits/packet.pdf", fs=fs)


def test_a_stream_may_be_closed_by_the_user_afterwards(reader, path):
    with io.BytesIO(path.read_bytes()) as stream:
        assert len(reader.load_data(stream)) == 2


def pages_of(name):
    return [Document(text=f"{name} {number}", metadata={"file_name": name}) for number in range(3)]


async def test_events_and_spans_tell_of_pages_of_another_reader():
    reader = SplitPDFReader(reader=scripted(("invoice", [1]), ("contract", [2, 3])))
    with listening() as (events, spans):
        reader.split_documents(pages_of("a.pdf"))
        await reader.asplit_documents(pages_of("b.pdf"))
    told = [event for event in events if isinstance(event, PacketSplitEvent)]
    assert [(event.source, event.page_count, event.categories) for event in told] == [
        ("a.pdf", 3, ["invoice", "contract"]),
        ("b.pdf", 3, ["invoice", "contract"]),
    ]
    assert {event.engine for event in told} == {"scripted"}
    names = [span.id_ for span in spans.completed_spans]
    assert any("SplitPDFReader.split_documents" in name for name in names)
    assert any("SplitPDFReader.asplit_documents" in name for name in names)
