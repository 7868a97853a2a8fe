"""Hosted jobs in flight: whatever ends a run, the next one takes its jobs up, and nothing is paid for twice."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from blockbuster import BlockBuster

from splitreader import (
    CacheError,
    CreateUnknown,
    FileId,
    InvalidConfiguration,
    InvalidEngineResult,
    JobDeadline,
    JobFailed,
    Limits,
    LlamaCloudEngine,
    RequestRefused,
    SplitReader,
    _keeping,
)
from splitreader._flow import run
from splitreader.cache import _job_records, _locks
from splitreader.client import SplitClient, Trace, _creating, _recorded, _retrying, _waiting
from splitreader.pdf._text_packet import TextPacket
from splitreader.testing import Fault, ScriptedSplitAPI
from support.kept_run import CATEGORIES, AtCreate, Murder, Run, random_points
from support.pdfs import make_pdf
from support.serve_process import until

pytestmark = pytest.mark.slow
SCRIPT = [("invoice", [1]), ("contract", [2, 3], "low")]
STUCK = {"outcome": lambda number: "processing"}


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(_waiting, "SHORTEST_GAP", 0.02)
    monkeypatch.setattr(_waiting, "LONGEST_GAP", 0.1)
    monkeypatch.setattr(_retrying, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(_creating, "LOOK_UP_PAUSE", 0.02)
    monkeypatch.setattr(_recorded, "LOOK_UP_PAUSE", 0.02)
    monkeypatch.setattr(_recorded, "NEW_FOR", 0.2)


@pytest.fixture(params=["beta", "v1"])
def form(request):
    return request.param


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(["INVOICE", "AGREEMENT", "page 2 of 2"]))
    return path


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def reader_of(api, form, folder, **options):
    engine = LlamaCloudEngine(base_url=api.url, api_key=api.key, api=form, **options)
    return SplitReader(CATEGORIES, engine=engine, cache=folder)


def pages_of(result):
    return [(segment.category, segment.pages) for segment in result.segments]


EXPECTED = [("invoice", (1,)), ("contract", (2, 3))]


class TestAProcessThatIsKilled:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_at_three_random_points_pays_once_for_each_packet(self, tmp_path, form, seed):
        packets = self.packets(tmp_path, 12)
        with ScriptedSplitAPI(AtCreate(), seconds=0.05) as api:
            given = {"folder": packets, "url": api.url, "api": form, "workers": 2}
            run = Run(tmp_path / "killed", cache=tmp_path / "kept", **given)
            deaths = [
                run.killed_when(Murder(api, after))
                for after in random_points(len(list(packets.iterdir())), seed=seed, requests_each=5)
            ]
            documents = run.finish()
            assert deaths == [True] * 3
            assert len(api.jobs) == len(list(packets.iterdir()))
            assert not api.files
        with ScriptedSplitAPI(AtCreate(), seconds=0.05) as api:
            given["url"] = api.url
            assert documents == Run(tmp_path / "whole", **given).finish()
        assert len(documents) == 2 * len(list(packets.iterdir()))

    def test_between_creation_and_its_answer_pays_once(self, tmp_path, form):
        packets = self.packets(tmp_path, 3)
        script = AtCreate(2)
        with ScriptedSplitAPI(script, seconds=0.05) as api:
            api.fail("create", Fault())
            api.fail("create", Fault(after=True, delay=600))
            run = Run(tmp_path / "killed", cache=tmp_path / "kept", folder=packets, url=api.url, api=form)
            assert run.killed_when(script.reached.is_set)
            assert len(run.finish()) == 6
            assert len(api.jobs) == 3
            assert api.count("upload") == 3
            assert not api.files

    def test_before_the_upload_is_answered_leaves_no_file(self, tmp_path, form):
        packets = self.packets(tmp_path, 1)
        with ScriptedSplitAPI(AtCreate(), seconds=0.05) as api:
            api.fail("upload", Fault(after=True, delay=600))
            run = Run(tmp_path / "killed", cache=tmp_path / "kept", folder=packets, url=api.url, api=form)
            assert run.killed_when(lambda: bool(api.files))
            assert len(run.finish()) == 2
            assert (len(api.jobs), api.count("upload")) == (1, 1)
            assert not api.files

    def test_goes_on_where_it_stopped_with_the_embedded_engine(self, tmp_path):
        packets = self.packets(tmp_path, 12)
        run = Run(tmp_path / "killed", cache=tmp_path / "kept", folder=packets)
        assert [run.killed_when(lambda at=at: len(run.calls.read_text().split()) >= at) for at in (3, 6, 10)] == [
            True
        ] * 3
        documents = run.finish()
        calls = run.calls.read_text().split()
        assert len(set(calls)) == 12
        assert len(calls) <= 12 + 3  # one was in flight at each death
        assert documents == Run(tmp_path / "whole", folder=packets).finish()

    @staticmethod
    def packets(tmp_path, count):
        folder = tmp_path / "packets"
        folder.mkdir()
        for number in range(count):
            pages = [f"INVOICE {number}\nTotal due", f"AGREEMENT {number}", "page 2 of 2"]
            (folder / f"{number:03d}.pdf").write_bytes(make_pdf(pages))
        return folder


class TestAJobThatIsTakenUp:
    def test_after_a_deadline_is_paid_for_once(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT, **STUCK) as api:
            with pytest.raises(JobDeadline) as late:
                reader_of(api, form, folder, max_seconds=0.1).split(packet)
            api.set_status(late.value.job_id, "completed")
            result = reader_of(api, form, folder).split(packet)
            assert (pages_of(result), result.job_id) == (EXPECTED, late.value.job_id)
            assert (len(api.jobs), api.count("create"), api.count("upload")) == (1, 1, 1)
            assert not api.files
            assert reader_of(api, form, folder).split(packet) == result
            assert len(api.jobs) == 1

    def test_on_an_event_loop_too(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT, **STUCK) as api:
            with pytest.raises(JobDeadline) as late:
                asyncio.run(reader_of(api, form, folder, max_seconds=0.1).asplit(packet))
            api.set_status(late.value.job_id, "completed")
            assert pages_of(asyncio.run(reader_of(api, form, folder).asplit(packet))) == EXPECTED
            assert (len(api.jobs), api.count("create")) == (1, 1)

    def test_of_a_cancelled_task_is_paid_for_once(self, packet, folder, form):
        async def cancelled(api):
            task = asyncio.ensure_future(reader_of(api, form, folder).asplit(packet))
            await asyncio.to_thread(until, lambda: api.jobs)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with ScriptedSplitAPI(SCRIPT, **STUCK) as api:
            asyncio.run(cancelled(api))
            [job_id] = api.jobs
            api.set_status(job_id, "completed")
            assert reader_of(api, form, folder).split(packet).job_id == job_id

    @pytest.mark.parametrize("end", ["failed", "cancelled", "forgotten"])
    def test_counts_for_nothing_if_it_came_to_nothing(self, packet, folder, form, end, caplog):
        with ScriptedSplitAPI(SCRIPT, outcome=lambda number: "completed" if number else "processing") as api:
            with pytest.raises(JobDeadline) as late:
                reader_of(api, form, folder, max_seconds=0.1).split(packet)
            old = late.value.job_id
            api.set_status(old, "failed" if end == "forgotten" else end)
            if end == "forgotten":
                api._jobs.delete(old)
            result = reader_of(api, form, folder).split(packet)
            assert pages_of(result) == EXPECTED
            assert result.job_id != old
            assert "a new one is created" in caplog.text
            assert api.count("create") == 2
            assert not api.files

    def test_that_fails_in_this_run_is_an_error_and_the_next_run_creates_another(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT, outcome=lambda number: "completed" if number else "failed") as api:
            with pytest.raises(JobFailed):
                reader_of(api, form, folder).split(packet)
            assert len(api.jobs) == 1
            assert not api.files
            assert pages_of(reader_of(api, form, folder).split(packet)) == EXPECTED
            assert len(api.jobs) == 2

    def test_whose_answer_is_unusable_is_paid_for_once_and_stays_an_error(self, packet, folder, form):
        answers = iter([[("invoice", [1, 99])], SCRIPT])
        with ScriptedSplitAPI(lambda upload, request: next(answers)) as api:
            for _ in range(3):
                with pytest.raises(InvalidEngineResult, match="page 99"):
                    reader_of(api, form, folder).split(packet)
            assert (len(api.jobs), api.count("create"), api.count("upload")) == (1, 1, 1)
            assert not api.files
            assert pages_of(reader_of(api, form, None).split(packet)) == EXPECTED  # as the documentation says
            assert len(api.jobs) == 2

    def test_whose_creation_was_never_answered_is_found(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT) as api:
            api.fail("create", Fault(after=True, status=503), times=None)
            api.fail("list_jobs", Fault(status=503), times=None)
            with pytest.raises(CreateUnknown):
                reader_of(api, form, folder, max_retries=0).split(packet)
            assert len(api.jobs) == 1
            api.fail("create", None)
            api.fail("list_jobs", None)
            assert pages_of(reader_of(api, form, folder).split(packet)) == EXPECTED
            assert len(api.jobs) == 1
            assert not api.files

    def test_that_is_listed_late_is_waited_for(self, packet, folder, monkeypatch):
        monkeypatch.setattr(_recorded, "NEW_FOR", 600)
        with ScriptedSplitAPI(SCRIPT) as api:
            api.fail("create", Fault(after=True, status=503), times=None)
            api.fail("list_jobs", Fault(status=503), times=None)
            with pytest.raises(CreateUnknown):
                reader_of(api, "beta", folder, max_retries=0).split(packet)
            api.fail("create", None)
            api.fail("list_jobs", None)
            api.fail("list_jobs", Fault(body={"items": []}), times=3)
            assert pages_of(reader_of(api, "beta", folder).split(packet)) == EXPECTED
            assert len(api.jobs) == 1

    def test_that_was_never_asked_for_is_created_when_that_is_sure(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT) as api:
            api.fail("create", Fault(reset=True), times=None)
            with pytest.raises(CreateUnknown):
                reader_of(api, form, folder, max_retries=0).split(packet)
            assert not api.jobs
            api.fail("create", None)
            assert pages_of(reader_of(api, form, folder).split(packet)) == EXPECTED
            assert (len(api.jobs), api.count("upload")) == (1, 1)

    def test_is_not_one_of_another_configuration(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT) as api:
            engine = LlamaCloudEngine(base_url=api.url, api_key=api.key, api=form)
            for categories in (CATEGORIES, ["invoice", "contract"]):
                SplitReader(categories, engine=engine, cache=folder).split(packet)
            assert len(api.jobs) == 2

    def test_of_a_file_that_was_there_is_found_by_its_time(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT, **STUCK) as api:
            file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
            with pytest.raises(JobDeadline) as late:
                reader_of(api, form, folder, max_seconds=0.1).split(file)
            api.set_status(late.value.job_id, "completed")
            assert reader_of(api, form, folder).split(file).job_id == late.value.job_id
            assert len(api.jobs) == 1
            assert list(api.files) == [file.id]

    @pytest.mark.parametrize("retry_unknown", [False, True])
    def test_of_a_file_that_was_there_is_not_one_with_other_rules(self, packet, folder, retry_unknown):
        with ScriptedSplitAPI(SCRIPT) as api:
            file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
            api.fail("create", Fault(reset=True), times=None)
            with pytest.raises(CreateUnknown):
                reader_of(api, "beta", folder, max_retries=0).split(file)
            api.fail("create", None)
            engine = LlamaCloudEngine(base_url=api.url, api_key=api.key)
            other = SplitReader(CATEGORIES, engine=engine, allow_uncategorized="forbid").split(file)
            reader = reader_of(api, "beta", folder, retry_unknown=retry_unknown)
            if retry_unknown:
                assert reader.split(file).job_id != other.job_id
            else:
                with pytest.raises(CreateUnknown, match=f"{other.job_id}.*retry_unknown"):
                    reader.split(file)
            assert len(api.jobs) == 1 + retry_unknown

    def test_by_resume_is_the_one_that_was_named(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT) as api:
            engine = LlamaCloudEngine(base_url=api.url, api_key=api.key, api=form)
            plain = SplitReader(CATEGORIES, engine=engine).split(packet)
            for _ in range(2):
                resumed = SplitReader(CATEGORIES, engine=engine.resume(plain.job_id), cache=folder)
                assert resumed.split(packet).job_id == plain.job_id
            assert len(api.jobs) == 1


class TestTwoAtOnce:
    def test_threads_share_one_job(self, packet, folder, form):
        with ScriptedSplitAPI(SCRIPT, seconds=0.2) as api, ThreadPoolExecutor(3) as pool:
            results = list(pool.map(lambda _: reader_of(api, form, folder).split(packet), range(3)))
            assert len({result.job_id for result in results}) == 1
            assert len(api.jobs) == 1

    def test_processes_share_one_job(self, tmp_path, form):
        packets = TestAProcessThatIsKilled.packets(tmp_path, 2)
        with ScriptedSplitAPI(AtCreate(), seconds=0.3) as api:
            given = {"folder": packets, "url": api.url, "api": form, "cache": tmp_path / "kept"}
            runs = [Run(tmp_path / name, **given) for name in ("one", "other")]
            processes = [run.start() for run in runs]
            said = [process.communicate()[1] for process in processes]
            assert [process.returncode for process in processes] == [0, 0], said
            assert runs[0].documents() == runs[1].documents()
            assert len(api.jobs) == 2

    def test_tasks_that_wait_leave_the_threads_to_the_one_that_is_served(self, packet, folder, form):
        async def splits(reader):
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
            return await asyncio.wait_for(asyncio.gather(*(reader.asplit(packet) for _ in range(5))), 30)

        with ScriptedSplitAPI(SCRIPT, seconds=0.1) as api:
            results = asyncio.run(splits(reader_of(api, form, folder)))
            assert len({result.job_id for result in results}) == 1
            assert len(api.jobs) == 1

    def test_a_thread_that_waits_can_be_called_off(self, folder, monkeypatch):
        tries, looks = iter([False] * 3), iter([False, True])
        monkeypatch.setattr(_locks.Lock, "take", lambda lock: next(tries))
        monkeypatch.setattr(_keeping, "LOOK_AGAIN", 0.0)
        engine = LlamaCloudEngine(api_key="k")
        keeping = SplitReader(CATEGORIES, engine=engine, cache=folder)._pipeline.keeping
        options = {"opens": False, "limits": Limits(), "is_called_off": lambda: next(looks)}
        with pytest.raises(CacheError, match="called off"):
            run(keeping.ask(TextPacket("packet", []), engine, None, **options))
        assert list(tries) == [False]

    def test_who_waits_can_be_called_off(self, packet, folder, form, monkeypatch):
        turned_away = threading.Event()
        take = _locks.Lock.take

        def noted(lock):
            is_ours = take(lock)
            if not is_ours:
                turned_away.set()
            return is_ours

        monkeypatch.setattr(_locks.Lock, "take", noted)

        async def waiting(api):
            reader = reader_of(api, form, folder)
            first = asyncio.ensure_future(reader.asplit(packet))
            await asyncio.to_thread(until, lambda: api.jobs)
            second = asyncio.ensure_future(reader.asplit(packet))
            assert await asyncio.to_thread(turned_away.wait, 60)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            [job_id] = api.jobs
            api.set_status(job_id, "completed")
            return await first

        with ScriptedSplitAPI(SCRIPT, **STUCK) as api:
            assert pages_of(asyncio.run(waiting(api))) == EXPECTED


class TestTheDisk:
    def test_that_can_not_keep_a_trace_stops_before_anything_is_sent(self, packet, folder, form, monkeypatch):
        def full(record, trace):
            raise CacheError("the disk is full")

        monkeypatch.setattr(_job_records.KeptJob, "write", full)
        with ScriptedSplitAPI(SCRIPT) as api:
            with pytest.raises(CacheError, match="full"):
                reader_of(api, form, folder).split(packet)
            assert (api.count("upload"), api.count("create")) == (0, 0)

    def test_that_is_full_after_the_upload_leaves_nothing_there(self, packet, folder, form, monkeypatch):
        write = _job_records.KeptJob.write

        def full(record, trace):
            if trace.file_id is not None:
                raise CacheError("the disk is full")
            write(record, trace)

        monkeypatch.setattr(_job_records.KeptJob, "write", full)
        with ScriptedSplitAPI(SCRIPT) as api:
            with pytest.raises(CacheError, match="full"):
                reader_of(api, form, folder).split(packet)
            assert (api.count("upload"), api.count("create")) == (1, 0)
            assert not api.files

    def test_that_is_full_after_the_creation_costs_nothing(self, packet, folder, form, monkeypatch, caplog):
        write = _job_records.KeptJob.write

        def full(record, trace):
            if trace.job_id is not None:
                raise CacheError("the disk is full")
            write(record, trace)

        with ScriptedSplitAPI(SCRIPT, **STUCK) as api:
            with monkeypatch.context() as patch:
                patch.setattr(_job_records.KeptJob, "write", full)
                with pytest.raises(JobDeadline) as late:
                    reader_of(api, form, folder, max_seconds=0.1).split(packet)
            assert "can't be kept" in caplog.text
            api.set_status(late.value.job_id, "completed")
            assert reader_of(api, form, folder).split(packet).job_id == late.value.job_id
            assert len(api.jobs) == 1

    def test_that_can_not_keep_the_result_keeps_the_job(self, packet, folder, form, monkeypatch):
        with ScriptedSplitAPI(SCRIPT) as api:
            reader = reader_of(api, form, folder)
            with monkeypatch.context() as patch:
                patch.setattr("splitreader.cache.Cache.keep_result", lambda *args: False)
                first = reader.split(packet)
            assert reader.split(packet).job_id == first.job_id
            assert len(api.jobs) == 1


def test_a_packet_that_needed_a_password_is_paid_for_once(tmp_path, folder, form, caplog):
    writer = pypdf.PdfWriter()
    (tmp_path / "plain.pdf").write_bytes(make_pdf(["INVOICE", "AGREEMENT", "page 2"]))
    writer.append(tmp_path / "plain.pdf")
    writer.encrypt("open", algorithm="AES-256")
    writer.write(tmp_path / "locked.pdf")
    with ScriptedSplitAPI(SCRIPT) as api:
        engine = LlamaCloudEngine(base_url=api.url, api_key=api.key, api=form)
        reader = SplitReader(CATEGORIES, engine=engine, cache=folder, password="open")
        results = [reader.split(tmp_path / "locked.pdf") for _ in range(2)]
        assert results[0] == results[1]
        assert (len(api.jobs), api.count("upload")) == (1, 1)
    assert b"result " not in (folder / "entries-1.db").read_bytes()
    assert "stays on the service" not in caplog.text


def test_a_refused_creation_leaves_nothing_and_is_tried_anew(packet, folder, form):
    with ScriptedSplitAPI(SCRIPT) as api:
        api.fail("create", Fault(status=422))
        with pytest.raises(RequestRefused):
            reader_of(api, form, folder).split(packet)
        assert not api.files
        assert pages_of(reader_of(api, form, folder).split(packet)) == EXPECTED
        assert (len(api.jobs), api.count("upload")) == (1, 2)


def test_transaction_ids_follow_from_the_packet_so_that_a_lost_trace_costs_nothing(packet, folder):
    with ScriptedSplitAPI(SCRIPT) as api:
        reader = reader_of(api, "v1", folder)
        first = reader.split(packet)
        for path in folder.glob("*.db"):
            path.unlink()
        assert reader.split(packet).job_id == first.job_id
        assert len(api.jobs) == 1


class Remembered:
    """A record in memory."""

    key = "k"

    def __init__(self, trace=None):
        self.trace = trace or Trace()

    def read(self):
        return self.trace

    def write(self, trace):
        self.trace = trace

    def drop(self):
        self.trace = Trace()


class TestTheClient:
    def test_of_two_jobs_that_could_be_it_takes_none_for_a_file_that_is_not_its_own(self, packet):
        with ScriptedSplitAPI(SCRIPT) as api, SplitClient(base_url=api.url, api_key=api.key) as client:
            file = api.add_file("packet.pdf", packet.read_bytes())
            for _ in range(2):
                client.create_job(FileId(file), CATEGORIES)
            before = datetime.now(UTC) - timedelta(seconds=1)
            record = Remembered(Trace(file_id=file, sent_at=before))
            with (
                SplitClient(base_url=api.url, api_key=api.key) as other,
                pytest.raises(CreateUnknown, match=r"created since .*, .*by its id"),
            ):
                other.run(FileId(file), CATEGORIES, record=record)
            assert len(api.jobs) == 2

    def test_takes_the_only_job_of_a_saved_configuration_which_has_all_rules(self, packet):
        with ScriptedSplitAPI(SCRIPT) as api, SplitClient(base_url=api.url, api_key=api.key) as client:
            file = FileId(api.add_file("packet.pdf", packet.read_bytes()))
            saved = client.create_configuration("mine", CATEGORIES)
            before = datetime.now(UTC) - timedelta(seconds=1)
            job = client.create_job(file, configuration_id=saved.id)
            record = Remembered(Trace(file_id=file.id, sent_at=before))
            with SplitClient(base_url=api.url, api_key=api.key) as other:
                assert other.run(file, configuration_id=saved.id, record=record).id == job.id
            assert len(api.jobs) == 1

    def test_refuses_a_transaction_id_beside_a_record(self, packet):
        with ScriptedSplitAPI(SCRIPT) as api, SplitClient(base_url=api.url, api_key=api.key, api="v1") as client:
            with pytest.raises(InvalidConfiguration, match="transaction_id"):
                client.run(packet, CATEGORIES, record=Remembered(), transaction_id="mine")
            assert not api.requests

    def test_keeps_the_trace_for_who_drops_it(self, packet):
        with ScriptedSplitAPI(SCRIPT) as api, SplitClient(base_url=api.url, api_key=api.key) as client:
            record = Remembered()
            job = client.run(packet, CATEGORIES, record=record)
            assert record.trace.job_id == job.id
            assert client.run(packet, CATEGORIES, record=record).id == job.id

    def test_uploads_anew_what_is_not_there_any_more(self, packet):
        with ScriptedSplitAPI(SCRIPT) as api, SplitClient(base_url=api.url, api_key=api.key) as client:
            long_ago = datetime.now(UTC) - timedelta(hours=1)
            record = Remembered(Trace(external_file_id="gone", file_id="file-gone", sent_at=long_ago))
            assert client.run(packet, CATEGORIES, record=record).status == "completed"
            assert len(api.jobs) == 1


def test_the_event_loop_is_never_blocked(packet, folder):
    guard = BlockBuster()
    with ScriptedSplitAPI(SCRIPT) as api:
        readers = [reader_of(api, "beta", folder), SplitReader(CATEGORIES, cache=folder)]
        api.fail("create", Fault(status=422))
        guard.activate()
        try:
            with pytest.raises(RequestRefused):
                asyncio.run(readers[0].asplit(packet))
            for reader in readers * 2:
                asyncio.run(reader.aload(packet))
        finally:
            guard.deactivate()
    assert len(api.jobs) == 1


def test_no_key_and_no_page_is_in_the_log(packet, folder, caplog):
    caplog.set_level(logging.DEBUG)
    with ScriptedSplitAPI(SCRIPT, key="llx-secret") as api:
        reader_of(api, "beta", folder).load(packet)
    assert "llx-secret" not in caplog.text
    assert "AGREEMENT" not in caplog.text
