"""LlamaCloudEngine under SplitReader, over real sockets, sync and async."""

import asyncio
import copy
import logging
import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psutil
import pypdf
import pytest
from blockbuster import BlockBuster

from splitreader import (
    CreateUnknown,
    DamagedPDF,
    FileId,
    InvalidConfiguration,
    InvalidEngineResult,
    JobCancelled,
    JobDeadline,
    JobFailed,
    LimitExceeded,
    Limits,
    LlamaCloudEngine,
    PasswordMissing,
    ServiceUnavailable,
    SplitReader,
    SplitReaderError,
    UnknownId,
)
from splitreader.client import SplitClient, _creating, _retrying, _waiting
from splitreader.testing import Fault, ScriptedSplitAPI
from support.pdfs import make_pdf

pytestmark = pytest.mark.slow
PAGES = ["INVOICE 1", "Total due 5", "Agreement between the parties"]
SCRIPT = [("invoice", [1, 2]), ("contract", [3], "low")]
CATEGORIES = {"invoice": "A request for payment", "contract": None}
KEY = "llx-do-not-show-this"
STUCK = {"outcome": lambda number: "processing"}


class Driven:
    """A reader's methods, sync or async, called the same way."""

    def __init__(self, kind):
        self.is_async = kind == "async"

    def __getattr__(self, name):
        def call(reader, *args, **options):
            if not self.is_async:
                return getattr(reader, name)(*args, **options)
            return asyncio.run(getattr(reader, f"a{name}")(*args, **options))

        return call


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """No key and no proxy of whoever runs the tests; waiting is short."""
    for name in ("LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY", "LLAMA_CLOUD_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(_waiting, "SHORTEST_GAP", 0.02)
    monkeypatch.setattr(_waiting, "LONGEST_GAP", 0.1)
    monkeypatch.setattr(_retrying, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(_creating, "LOOK_UP_PAUSE", 0.02)


@pytest.fixture(params=["sync", "async"])
def drive(request):
    return Driven(request.param)


@pytest.fixture
def serve():
    """Starts scripted Split APIs. No connection to them is left open."""
    started = []

    def start(*arguments, **options):
        started.append(ScriptedSplitAPI(*(arguments or (SCRIPT,)), key=KEY, **options).start())
        return started[-1]

    yield start
    ports = {urlsplit(api.url).port for api in started}
    left = [one for one in psutil.Process().net_connections("tcp") if one.raddr and one.raddr.port in ports]
    for api in started:
        api.close()
    assert left == []


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(PAGES))
    return path


@pytest.fixture
def no_blocking():
    """Any blocking call on an event loop raises."""
    guard = BlockBuster()
    guard.activate()
    yield
    guard.deactivate()


def engine_of(api, /, **options):
    return LlamaCloudEngine(api_key=KEY, base_url=api.url, **options)


def reader_of(api, categories=CATEGORIES, /, *, reader=None, **options):
    return SplitReader(categories, engine=engine_of(api, **options), **(reader or {}))


def found(result):
    return [(segment.category, segment.pages, segment.confidence) for segment in result.segments]


def created(api):
    return [request.body for request in api.requests if request.operation == "create"]


class TestOnePacket:
    @pytest.mark.parametrize("form", ["beta", "v1"])
    def test_is_uploaded_once_split_and_deleted(self, serve, drive, packet, form):
        api = serve()
        documents = drive.load(reader_of(api, api=form), packet)
        assert [(d.metadata["category"], d.metadata["pages"], d.metadata["confidence"]) for d in documents] == [
            ("invoice", "1-2", "high"),
            ("contract", "3", "low"),
        ]
        assert [document.metadata["engine"] for document in documents] == ["llamacloud"] * 2
        assert "INVOICE 1" in documents[0].text
        assert [api.count(operation) for operation in ("upload", "create", "delete_file")] == [1, 1, 1]
        assert (len(api.jobs), api.files) == (1, {})
        offline = SplitReader(CATEGORIES).load(packet)
        assert {d.metadata["packet_id"] for d in documents} == {d.metadata["packet_id"] for d in offline}

    def test_result_has_the_job(self, serve, drive, packet):
        api = serve()
        result = drive.split(reader_of(api), packet)
        assert found(result) == [("invoice", (1, 2), "high"), ("contract", (3,), "low")]
        assert [result.job_id] == list(api.jobs)
        assert (result.engine, result.page_count) == ("llamacloud", 3)

    def test_of_bytes(self, serve, drive, packet):
        api = serve()
        drive.split(reader_of(api, delete_after=False), packet.read_bytes())
        (file,) = api.files.values()
        assert file["name"] == "packet.pdf"

    def test_is_called_by_its_own_name_and_nothing_more(self, serve, drive, packet):
        api = serve()
        drive.split(reader_of(api, delete_after=False), packet)
        (upload,) = [request for request in api.requests if request.operation == "upload"]
        assert upload.body["file_name"] == "packet.pdf"
        assert str(packet.parent) not in str(upload)

    def test_the_rules_are_sent(self, serve, drive, packet):
        api = serve()
        rules = {
            "allow_uncategorized": "forbid",
            "custom_instructions": "By vendor.",
            "min_pages_per_split": 1,
            "target_pages": "1-3",
        }
        drive.split(reader_of(api, api="v1", project_id="p", reader=rules), packet)
        (body,) = created(api)
        assert body["configuration"]["splitting_strategy"] == {
            name: rules[name] for name in ("allow_uncategorized", "custom_instructions", "min_pages_per_split")
        }
        assert body["configuration"]["target_pages"] == "1-3"
        assert all(request.query["project_id"] == ["p"] for request in api.requests)

    def test_progress_is_told_of_each_look(self, serve, drive, packet):
        seen = []
        api = serve(seconds=0.1)
        drive.split(reader_of(api, progress=lambda job: seen.append(job.status)), packet)
        assert seen[-1] == "completed"
        assert {job["status"] for job in api.jobs.values()} == {"completed"}


class TestAFileOnTheService:
    def test_is_not_uploaded_and_stays(self, serve, drive, packet):
        api = serve()
        file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
        assert found(drive.split(reader_of(api), file))[0] == ("invoice", (1, 2), "high")
        assert (api.count("upload"), list(api.files)) == (0, [file.id])

    def test_is_fetched_once_and_read(self, serve, drive, packet):
        api = serve()
        file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
        documents = drive.load(reader_of(api), file)
        assert [document.metadata["source"] for document in documents] == [f"llamacloud:{file.id}"] * 2
        assert "INVOICE 1" in documents[0].text
        assert [api.count(operation) for operation in ("upload", "content", "download")] == [0, 1, 1]
        (download,) = [request for request in api.requests if request.operation == "download"]
        assert KEY not in str(download)

    def test_is_fetched_again_when_the_connection_breaks(self, serve, drive, packet):
        api = serve()
        file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
        api.fail("download", Fault(cut=True))
        assert len(drive.load(reader_of(api), file)) == 2
        assert api.count("download") == 2

    def test_that_is_not_there(self, serve, drive):
        api = serve()
        with pytest.raises(UnknownId, match="nowhere"):
            drive.load(reader_of(api), FileId("nowhere"))
        assert not api.jobs

    def test_that_is_too_large(self, serve, drive, packet):
        api = serve()
        file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
        with pytest.raises(LimitExceeded):
            drive.load(reader_of(api, reader={"limits": Limits(max_bytes=100)}), file)
        assert not api.jobs

    def test_is_refused_by_the_embedded_engine(self, drive):
        with pytest.raises(InvalidConfiguration, match="LlamaCloud"):
            drive.load(SplitReader(CATEGORIES), FileId("x"))


class TestTheUploadedFile:
    @pytest.mark.parametrize(("outcome", "error"), [("failed", JobFailed), ("cancelled", JobCancelled)])
    def test_goes_when_the_job_came_to_nothing(self, serve, drive, packet, outcome, error):
        api = serve(outcome=outcome)
        with pytest.raises(error) as caught:
            drive.split(reader_of(api), packet)
        assert [caught.value.job_id] == list(api.jobs)
        assert caught.value.source == packet.as_posix()
        assert not api.files

    def test_goes_when_no_job_was_created(self, serve, drive, packet):
        api = serve()
        api.fail("create", Fault(status=402))
        with pytest.raises(SplitReaderError, match="credits"):
            drive.split(reader_of(api), packet)
        assert (api.jobs, api.files) == ({}, {})

    def test_stays_if_asked(self, serve, drive, packet):
        api = serve()
        drive.split(reader_of(api, delete_after=False), packet)
        assert (len(api.files), api.count("delete_file")) == (1, 0)

    def test_that_can_not_be_deleted_is_logged_and_the_result_counts(self, serve, drive, packet, caplog):
        api = serve()
        api.fail("delete_file", Fault(status=403), times=None)
        assert len(drive.split(reader_of(api), packet).segments) == 2
        (file_id,) = api.files
        assert f"file {file_id} stays on the service" in caplog.text

    def test_stays_when_the_deadline_passed_and_the_job_is_taken_up_again(self, serve, drive, packet):
        api = serve(**STUCK)
        engine = engine_of(api, max_seconds=0.05)
        with pytest.raises(JobDeadline) as caught:
            drive.load(SplitReader(CATEGORIES, engine=engine), packet)
        (job_id,), (file_id,) = api.jobs, api.files
        assert (caught.value.job_id, caught.value.file_id) == (job_id, file_id)
        api.set_status(job_id, "completed")
        resumed = SplitReader(CATEGORIES, engine=engine.resume(job_id))
        assert [document.metadata["pages"] for document in drive.load(resumed, packet)] == ["1-2", "3"]
        assert drive.split(resumed, packet).job_id == job_id
        assert (api.count("upload"), api.count("create"), list(api.files)) == (1, 1, [file_id])
        assert drive.split(SplitReader(CATEGORIES, engine=engine.resume(job_id, delete_file=True)), packet)
        assert not api.files

    def test_stays_when_the_job_may_exist(self, serve, drive, packet):
        api = serve()
        api.fail("create", Fault(reset=True, after=True))
        api.fail("list_jobs", Fault(status=403), times=None)
        with pytest.raises(CreateUnknown):
            drive.split(reader_of(api), packet)
        assert (len(api.jobs), len(api.files)) == (1, 1)

    def test_stays_when_the_job_can_not_be_looked_at(self, serve, drive, packet):
        api = serve(seconds=3600)
        api.fail("get_job", Fault(status=503), times=None)
        with pytest.raises(ServiceUnavailable) as caught:
            drive.split(reader_of(api, max_retries=1, max_seconds=0.5), packet)
        assert [caught.value.job_id] == list(api.jobs)
        assert len(api.files) == 1

    def test_a_failure_to_delete_it_after_resuming_does_not_lose_the_result(self, serve, drive, packet, caplog):
        api = serve()
        drive.split(reader_of(api, delete_after=False), packet)
        (job_id,) = api.jobs
        api.fail("delete_file", Fault(status=403), times=None)
        reader = SplitReader(CATEGORIES, engine=engine_of(api).resume(job_id, delete_file=True))
        assert len(drive.split(reader, packet).segments) == 2
        assert "stays on the service" in caplog.text

    def test_goes_when_a_job_that_was_taken_up_failed(self, serve, drive, packet):
        api = serve(**STUCK)
        engine = engine_of(api, max_seconds=0.05)
        with pytest.raises(JobDeadline) as caught:
            drive.split(SplitReader(CATEGORIES, engine=engine), packet)
        api.set_status(caught.value.job_id, "failed")
        for delete_file in (False, True):
            assert len(api.files) == 1
            resumed = engine.resume(caught.value.job_id, delete_file=delete_file)
            with pytest.raises(JobFailed):
                drive.split(SplitReader(CATEGORIES, engine=resumed), packet)
        assert not api.files


class TestBeforeAnythingIsSent:
    @pytest.mark.parametrize("method", ["split", "load"])
    def test_too_many_pages(self, serve, drive, packet, method):
        api = serve()
        with pytest.raises(LimitExceeded, match="3 pages, and at most 2"):
            getattr(drive, method)(reader_of(api, max_pages=2), packet)
        assert api.requests == []
        assert getattr(drive, method)(reader_of(api, max_pages=3), packet)

    @pytest.mark.parametrize("method", ["split", "load"])
    def test_a_damaged_packet(self, serve, drive, packet, method):
        api = serve()
        packet.write_bytes(packet.read_bytes()[:400])
        with pytest.raises(DamagedPDF):
            getattr(drive, method)(reader_of(api), packet)
        assert api.requests == []

    @pytest.mark.parametrize("method", ["split", "load"])
    def test_an_encrypted_packet_without_its_password(self, serve, drive, packet, method):
        api = serve()
        writer = pypdf.PdfWriter(packet)
        writer.encrypt("open sesame", algorithm="AES-256")
        writer.write(packet)
        with pytest.raises(PasswordMissing):
            getattr(drive, method)(reader_of(api), packet)
        assert api.requests == []

    def test_target_pages_that_are_not_there(self, serve, drive, packet):
        api = serve()
        with pytest.raises(SplitReaderError, match="3 pages"):
            drive.split(reader_of(api, api="v1", reader={"target_pages": "4"}), packet)
        assert api.requests == []

    @pytest.mark.parametrize(
        ("categories", "options", "rules", "words"),
        [
            (CATEGORIES, {}, {"target_pages": "1"}, "target_pages"),
            (CATEGORIES, {"configuration_id": "c"}, {}, "configuration_id"),
            (None, {"configuration_id": "c"}, {"custom_instructions": "x"}, "custom_instructions"),
            (None, {"configuration_id": "c"}, {"min_pages_per_split": 2}, "min_pages_per_split"),
            (None, {"configuration_id": "c", "api": "v1"}, {"target_pages": "1"}, "target_pages"),
            (None, {}, {}, "categories"),
        ],
    )
    def test_options_that_do_not_fit(self, serve, categories, options, rules, words):
        api = serve()
        with pytest.raises(InvalidConfiguration, match=words):
            reader_of(api, categories, reader=rules, **options)
        assert api.requests == []

    @pytest.mark.parametrize("options", [{"max_pages": 0}, {"max_seconds": 0}, {"api": "v3"}, {"region": "moon"}])
    def test_options_of_the_engine_that_can_not_be(self, options):
        with pytest.raises(InvalidConfiguration):
            LlamaCloudEngine(api_key=KEY, **options)

    def test_no_key(self):
        with pytest.raises(InvalidConfiguration, match="LLAMA_CLOUD_API_KEY"):
            LlamaCloudEngine()


class TestPagesThatWereReadElsewhere:
    def test_are_refused_without_their_file(self, serve):
        api = serve()
        with pytest.raises(InvalidConfiguration, match="source="):
            reader_of(api).from_pages(PAGES)
        assert api.requests == []

    def test_are_split_with_it(self, serve, packet):
        api = serve()
        documents = reader_of(api).from_pages(["my own text"] * 3, source=packet)
        assert [document.text for document in documents] == ["my own text\n\nmy own text", "my own text"]
        assert api.count("upload") == 1


class TestASavedConfiguration:
    @pytest.fixture
    def saved(self):
        def save(api):
            with SplitClient(api_key=KEY, base_url=api.url) as client:
                return client.create_configuration("mail", ["invoice", "contract"]).id

        return save

    @pytest.mark.parametrize("form", ["beta", "v1"])
    def test_brings_the_categories(self, serve, drive, packet, saved, form):
        api = serve([("invoice", [1]), ("added later", [2, 3])])
        configuration_id = saved(api)
        result = drive.split(reader_of(api, None, configuration_id=configuration_id, api=form), packet)
        assert [segment.category for segment in result.segments] == ["invoice", "added later"]
        (body,) = created(api)
        assert body["configuration_id"] == configuration_id
        assert "configuration" not in body

    def test_a_category_nobody_asked_for_is_an_error_without_it(self, serve, drive, packet):
        api = serve([("invoice", [1]), ("added later", [2, 3])])
        with pytest.raises(InvalidEngineResult, match="added later") as caught:
            drive.split(reader_of(api), packet)
        assert [caught.value.job_id] == list(api.jobs)
        assert caught.value.raw["result"]["segments"][1]["pages"] == [2, 3]


class TestInvalidSegments:
    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ([("invoice", [1, 2]), ("contract", [2, 3])], "more than one place"),
            ([("invoice", [1, 1, 2, 3])], "more than one place"),
            ([("invoice", [0, 1, 2, 3])], "page 0"),
            ([("invoice", [-1, 1, 2, 3])], "page -1"),
            ([("invoice", [1, 2, 3, 4])], "page 4"),
            ([("invoice", [1, 2, 3]), ("contract", [])], "without pages"),
        ],
    )
    def test_can_not_be(self, serve, drive, packet, script, words):
        api = serve(script)
        with pytest.raises(InvalidEngineResult, match=words) as caught:
            drive.load(reader_of(api), packet)
        assert [caught.value.job_id] == list(api.jobs)
        assert caught.value.raw["id"] == caught.value.job_id
        assert caught.value.source == packet.as_posix()

    def test_unsorted_pages_are_sorted(self, serve, drive, packet):
        api = serve([("contract", [3]), ("invoice", [2, 1])])
        assert [segment.pages for segment in drive.split(reader_of(api), packet).segments] == [(1, 2), (3,)]

    def test_missing_pages_are_kept(self, serve, drive, packet):
        api = serve([("invoice", [2])])
        result = drive.split(reader_of(api), packet)
        assert found(result) == [
            ("uncategorized", (1,), "low"),
            ("invoice", (2,), "high"),
            ("uncategorized", (3,), "low"),
        ]

    def test_missing_pages_are_omitted_if_asked(self, serve, drive, packet):
        api = serve([("invoice", [2])])
        result = drive.split(reader_of(api, reader={"allow_uncategorized": "omit"}), packet)
        assert (found(result), result.omitted_pages) == ([("invoice", (2,), "high")], (1, 3))

    def test_an_unknown_confidence_is_low_and_says_so(self, serve, drive, packet):
        api = serve([("invoice", [1, 2, 3], "certain")])
        (segment,) = drive.split(reader_of(api), packet).segments
        assert segment.confidence == "low"
        assert "certain" in segment.evidence[0]

    def test_a_result_of_nothing_is_all_pages_kept(self, serve, drive, packet):
        api = serve([])
        assert found(drive.split(reader_of(api), packet)) == [("uncategorized", (1, 2, 3), "low")]


class TestManyPackets:
    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "mail"
        folder.mkdir()
        for number in range(4):
            (folder / f"{number}.pdf").write_bytes(make_pdf([f"INVOICE {number}", "Total"]))
        return folder

    def test_one_whose_job_fails_is_left_out(self, serve, drive, folder):
        failures = []
        api = serve([("invoice", [1, 2])], outcome=lambda number: "failed" if number == 1 else "completed")
        reader = reader_of(api, reader={"on_error": failures.append})
        documents = drive.load(reader, folder)
        assert [document.metadata["source"] for document in documents] == ["0.pdf", "2.pdf", "3.pdf"]
        (failure,) = failures
        assert isinstance(failure.error, JobFailed)
        assert failure.source == failure.error.source == "1.pdf"
        assert not api.files

    def test_threads_look_at_their_jobs_together(self, serve, folder):
        api = serve([("invoice", [1, 2])], seconds=0.5)
        reader = reader_of(api)
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(reader.split, sorted(folder.iterdir())))
        assert sorted(result.job_id for result in results) == sorted(api.jobs)
        assert api.count("create") == 4
        together = [r for r in api.requests if r.operation == "list_jobs" and len(r.query["job_ids"]) > 1]
        assert together

    def test_tasks_look_at_their_jobs_together(self, serve, folder):
        api = serve([("invoice", [1, 2])], seconds=0.5)
        reader = reader_of(api)

        async def gather():
            return await asyncio.gather(*map(reader.asplit, sorted(folder.iterdir())))

        results = asyncio.run(gather())
        assert sorted(result.job_id for result in results) == sorted(api.jobs)
        assert any(r.operation == "list_jobs" and len(r.query["job_ids"]) > 1 for r in api.requests)

    def test_two_event_loops_one_after_the_other(self, serve, packet):
        api = serve()
        reader = reader_of(api)
        for _ in range(2):
            assert len(asyncio.run(reader.asplit(packet)).segments) == 2
        assert len(reader.split(packet).segments) == 2
        assert len(api.jobs) == 3


class TestCancelledTasks:
    async def test_a_job_that_is_waited_for_goes_on_and_is_logged(self, serve, packet, caplog):
        api = serve(seconds=3600)
        looked = asyncio.Event()
        task = asyncio.create_task(reader_of(api, progress=lambda job: looked.set()).asplit(packet))
        await looked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (job_id,) = api.jobs
        assert f"job {job_id} goes on" in caplog.text
        assert (len(api.files), api.count("delete_file")) == (1, 0)

    async def test_one_of_several_disturbs_no_other(self, serve, packet):
        api = serve(**STUCK)
        seen, both = set(), asyncio.Event()

        def look(job):
            seen.add(job.id)
            if len(seen) == 2:
                both.set()

        reader = reader_of(api, progress=look)
        first, second = (asyncio.create_task(reader.asplit(packet)) for _ in range(2))
        await both.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        for job_id in api.jobs:
            api.set_status(job_id, "completed")
        assert len((await second).segments) == 2


class TestTheEngineItself:
    def test_is_remote(self):
        engine = LlamaCloudEngine(api_key=KEY)
        assert (engine.is_remote, engine.name, engine.brings_categories) == (True, "llamacloud", False)
        assert LlamaCloudEngine(api_key=KEY, configuration_id="c").brings_categories

    def test_shows_no_key(self, serve, packet, caplog):
        caplog.set_level(logging.DEBUG)
        api = serve(outcome="failed", error_message=f"not with {KEY}")
        engine = engine_of(api)
        reader = SplitReader(CATEGORIES, engine=engine)
        with pytest.raises(JobFailed) as caught:
            reader.split(packet)
        for text in (repr(engine), repr(reader), str(engine.resume("x")), str(caught.value), caplog.text):
            assert KEY not in text
        assert api.url in repr(engine)

    def test_with_the_key_of_the_environment_can_be_pickled(self, serve, packet, monkeypatch):
        api = serve()
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
        engine = LlamaCloudEngine(base_url=api.url, max_pages=7)
        reader = SplitReader(CATEGORIES, engine=engine)
        reader.split(packet)
        pickled = pickle.dumps(reader)
        assert KEY.encode() not in pickled
        copied = pickle.loads(pickled)
        assert copied.engine.max_pages == 7
        assert len(copied.split(packet).segments) == 2

    def test_with_a_job_taken_up_can_be_pickled(self, serve, packet, monkeypatch):
        api = serve()
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
        engine = LlamaCloudEngine(base_url=api.url)
        job_id = SplitReader(CATEGORIES, engine=engine).split(packet).job_id
        copied = pickle.loads(pickle.dumps(SplitReader(CATEGORIES, engine=engine.resume(job_id))))
        assert copied.split(packet).job_id == job_id

    def test_with_a_key_of_its_own_can_not(self):
        with pytest.raises(TypeError, match="environment variable"):
            pickle.dumps(LlamaCloudEngine(api_key=KEY))

    @pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
    def test_can_be_copied(self, serve, packet, duplicate):
        api = serve()
        copied = duplicate(SplitReader(CATEGORIES, engine=engine_of(api)))
        assert len(copied.split(packet).segments) == 2
        assert KEY not in repr(vars(copied.engine))

    def test_own_httpx_clients_stay_open(self, serve, packet):
        import httpx

        api = serve()
        with httpx.Client() as http:
            reader = reader_of(api, http_client=http)
            reader.split(packet)
            assert not http.is_closed
            assert len(reader.load(FileId(api.add_file("packet.pdf", packet.read_bytes())))) == 2

        async def asynchronous():
            async with httpx.AsyncClient() as http:
                reader = reader_of(api, async_http_client=http)
                await reader.asplit(packet)
                assert not http.is_closed

        asyncio.run(asynchronous())


async def test_the_event_loop_is_never_blocked(serve, packet, no_blocking):
    api = await asyncio.to_thread(serve, SCRIPT, seconds=0.1)
    file = FileId(await asyncio.to_thread(lambda: api.add_file("packet.pdf", packet.read_bytes())))
    reader = await asyncio.to_thread(reader_of, api)
    assert len(await reader.aload(packet)) == 2
    documents = await reader.aload(file)
    assert len(documents) == 2
    await asyncio.to_thread(documents.clear)  # with them goes the file that was fetched


async def test_the_loop_is_the_one_that_waits(serve, packet):
    threads = []
    api = serve(seconds=0.1)
    await reader_of(api, progress=lambda job: threads.append(threading.current_thread())).asplit(packet)
    assert set(threads) == {threading.current_thread()}


LIVE = os.environ.get("SPLITREADER_LIVE") == "1"
LIVE_KEY = os.environ.get("LLAMA_CLOUD_API_KEY") or os.environ.get("LLAMA_PARSE_API_KEY")
LIVE_URL = os.environ.get("LLAMA_CLOUD_BASE_URL")


@pytest.mark.skipif(not LIVE_KEY, reason="needs LLAMA_CLOUD_API_KEY")
@pytest.mark.skipif(not LIVE, reason="costs credits: set SPLITREADER_LIVE=1 and LLAMA_CLOUD_API_KEY")
def test_live_on_one_small_packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(
        make_pdf(
            [
                "INVOICE\nInvoice number: 1001\nWidgets 10.00\nTotal amount due 10.00",
                "SERVICE AGREEMENT\nThis agreement is made between the parties A and B.\nSignature",
            ]
        )
    )
    engine = LlamaCloudEngine(api_key=LIVE_KEY, base_url=LIVE_URL, max_pages=2, max_seconds=600)
    reader = SplitReader({"invoice": "A request for payment", "contract": "An agreement"}, engine=engine)
    result = reader.split(path)
    assert [(segment.category, segment.pages) for segment in result.segments] == [("invoice", (1,)), ("contract", (2,))]
    assert result.job_id
