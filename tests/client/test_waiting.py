"""Waiting for jobs: each status, the deadline, many jobs at once."""

import asyncio
import math
import threading

import httpx
import pytest

from splitreader import (
    FileId,
    InvalidConfiguration,
    InvalidServiceAnswer,
    JobCancelled,
    JobDeadline,
    JobFailed,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    ServiceUnreachable,
    UnknownId,
)
from splitreader.client import AsyncSplitClient, SplitClient, _waiting
from splitreader.testing import Fault
from support.split_api import CATEGORIES, KEY, PDF, SEGMENTS, of, operations, segments_of

RESULT = {"segments": [{"category": "invoice", "pages": [1], "confidence_category": "high"}]}


@pytest.mark.parametrize("version", ["beta", "v1"])
class TestStatuses:
    def test_completed(self, serve, connect, packet, version):
        api = serve(seconds=0.05)
        job = connect(api, api=version).run(packet, CATEGORIES)
        assert (job.status, segments_of(job)) == ("completed", SEGMENTS)
        assert list(api.jobs) == [job.id]
        assert operations(api)[:2] == ["upload", "create"]
        assert set(operations(api)[2:]) == {"get_job"}

    def test_a_job_that_is_completed_at_its_creation_costs_one_look(self, serve, connect, packet, version):
        api = serve()
        seen = []
        job = connect(api, api=version).run(packet, CATEGORIES, progress=seen.append)
        assert segments_of(job) == SEGMENTS
        assert seen == [job]
        assert operations(api) == ["upload", "create", "get_job"]

    @pytest.mark.parametrize("seconds", [0, 0.05])
    def test_failed(self, serve, connect, packet, version, seconds):
        api = serve(seconds=seconds, outcome="failed", error_message=f"no\npages {'x' * 300}")
        with pytest.raises(JobFailed) as caught:
            connect(api, api=version).run(packet, CATEGORIES)
        (job_id,) = api.jobs
        (file_id,) = api.files
        assert (caught.value.job_id, caught.value.file_id) == (job_id, file_id)
        message = str(caught.value)
        assert f"job {job_id} failed: no pages xxx" in message
        assert "\n" not in message
        assert "x" * 191 in message
        assert "x" * 192 not in message
        assert api.count("create") == 1

    def test_failed_without_a_reason(self, serve, connect, packet, version):
        with pytest.raises(JobFailed, match="failed: no reason given"):
            connect(serve(outcome="failed"), api=version).run(packet, CATEGORIES)

    def test_cancelled(self, serve, connect, packet, version):
        api = serve(seconds=0.05, outcome="cancelled")
        with pytest.raises(JobCancelled) as caught:
            connect(api, api=version).run(packet, CATEGORIES)
        assert [caught.value.job_id] == list(api.jobs)
        assert [caught.value.file_id] == list(api.files)

    def test_completed_without_a_result(self, serve, connect, packet, version):
        api = serve(result=None)
        with pytest.raises(InvalidServiceAnswer, match="holds no result") as caught:
            connect(api, api=version).run(packet, CATEGORIES)
        assert [caught.value.job_id] == list(api.jobs)

    def test_a_status_that_nobody_knows_is_waited_out(self, serve, connect, packet, version):
        api = serve(outcome="thinking")
        seen = []
        client = connect(api, api=version)
        with pytest.raises(JobDeadline, match=r"after 0\.2 s \(its status was thinking\); it goes on") as caught:
            client.run(packet, CATEGORIES, max_seconds=0.2, progress=seen.append)
        (job_id,) = api.jobs
        assert (caught.value.job_id, [caught.value.file_id]) == (job_id, list(api.files))
        assert len(seen) == api.count("get_job") > 1
        assert {job.status for job in seen} == {"thinking"}

    def test_the_deadline_and_then_again_by_its_id(self, serve, connect, packet, version):
        api = serve(seconds=3600)
        client = connect(api, api=version)
        with pytest.raises(JobDeadline) as caught:
            client.run(packet, CATEGORIES, max_seconds=0.1)
        job_id = caught.value.job_id
        assert api.jobs[job_id]["status"] == "pending"
        api.set_status(job_id, "completed")
        assert segments_of(client.wait(job_id)) == SEGMENTS
        assert (api.count("upload"), api.count("create"), len(api.jobs)) == (1, 1, 1)

    def test_the_deadline_holds_while_the_service_is_silent(self, serve, connect, version):
        api = serve(seconds=3600)
        client = connect(api, api=version, max_retries=5)
        job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        api.fail("get_job", Fault(delay=3600))
        with pytest.raises(JobDeadline, match="its status was not known"):
            client.wait(job.id, max_seconds=0.1)
        assert api.count("get_job") == 1

    def test_the_deadline_holds_while_the_service_asks_for_patience(self, serve, connect, version):
        api = serve()
        client = connect(api, api=version)
        job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        api.fail("get_job", Fault(status=429, headers={"Retry-After": "100"}))
        with pytest.raises(JobDeadline):
            client.wait(job.id, max_seconds=0.5)
        assert api.count("get_job") == 1

    def test_progress_sees_each_look(self, serve, connect, packet, version):
        api = serve(seconds=3600)
        statuses = iter(["processing", "odd", "completed"])
        seen = []

        def progress(job):
            seen.append(job.status)
            if job.status != "completed":
                api.set_status(job.id, next(statuses))

        job = connect(api, api=version).run(packet, CATEGORIES, progress=progress)
        assert seen == ["pending", "processing", "odd", "completed"]
        assert api.count("get_job") == 4
        assert job.status == "completed"

    def test_what_progress_raises_comes_out_and_the_job_stays(self, serve, connect, packet, version, caplog):
        api = serve(seconds=3600)

        def progress(job):
            raise LookupError("mine")

        with pytest.raises(LookupError, match="mine"):
            connect(api, api=version).run(packet, CATEGORIES, progress=progress, delete_after=True)
        assert len(api.jobs) == len(api.files) == 1
        assert f"job {next(iter(api.jobs))} goes on" in caplog.text

    def test_cancelled_by_somebody_while_waiting(self, serve, connect, packet, version):
        api = serve(seconds=3600)
        with pytest.raises(JobCancelled):
            connect(api, api=version).run(packet, CATEGORIES, progress=lambda job: api.set_status(job.id, "cancelled"))
        assert api.count("get_job") == 2

    def test_an_id_that_the_service_does_not_know(self, api, connect, version):
        with pytest.raises(UnknownId) as caught:
            connect(api, api=version).wait("spl-nowhere")
        assert caught.value.job_id == "spl-nowhere"
        assert "goes on" not in str(caught.value)
        assert api.count("get_job") == 1


def test_a_service_that_fails_while_waiting_says_that_the_job_goes_on(serve, connect, packet):
    api = serve(seconds=3600)
    api.fail("get_job", Fault(status=503), times=None)
    with pytest.raises(ServiceUnavailable) as caught:
        connect(api).run(packet, CATEGORIES, delete_after=True, max_seconds=2)
    (job_id,) = api.jobs
    assert (caught.value.job_id, caught.value.status_code) == (job_id, 503)
    assert f"job {job_id} goes on as far as is known, wait for it again by its id" in str(caught.value)
    assert api.count("get_job") >= 2
    assert len(api.files) == 1


def test_gaps_grow_with_the_job(serve, connect, monkeypatch):
    monkeypatch.setattr(_waiting, "GAP_SHARE", 1.0)  # each look twice as late as the one before
    api = serve(seconds=3600)
    client = connect(api)
    job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
    with pytest.raises(JobDeadline):
        client.wait(job.id, max_seconds=1.0)
    assert 2 <= api.count("get_job") <= 20  # with gaps of 0.01 s it would be 90


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan, True, "5", None])
def test_a_time_that_is_none(api, client, packet, seconds):
    with pytest.raises(InvalidConfiguration, match="max_seconds is"):
        client.run(packet, CATEGORIES, max_seconds=seconds)
    with pytest.raises(InvalidConfiguration, match="max_seconds is"):
        client.wait("spl-1", max_seconds=seconds)
    assert api.requests == []


async def test_a_cancelled_task_leaves_the_job(serve, packet, caplog):
    api = serve(seconds=3600)
    async with AsyncSplitClient(base_url=api.url, api_key=KEY) as client:
        seen = asyncio.Event()
        task = asyncio.create_task(client.run(packet, CATEGORIES, progress=lambda job: seen.set(), delete_after=True))
        await seen.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (job_id,) = api.jobs
        assert api.jobs[job_id]["status"] == "pending"
        assert len(api.files) == 1
        assert f"job {job_id} goes on" in caplog.text
        api.set_status(job_id, "completed")
        assert segments_of(await client.wait(job_id)) == SEGMENTS
    assert api.count("create") == 1


def test_ctrl_c_leaves_the_job(serve, packet, caplog):
    api = serve(seconds=3600)

    def interrupt(request):
        if request.method == "GET":
            raise KeyboardInterrupt

    with (
        httpx.Client(event_hooks={"request": [interrupt]}) as http,
        SplitClient(base_url=api.url, api_key=KEY, http_client=http) as client,
        pytest.raises(KeyboardInterrupt),
    ):
        client.run(packet, CATEGORIES, delete_after=True)
    (job_id,) = api.jobs
    assert f"job {job_id} goes on" in caplog.text
    assert len(api.files) == 1


class TestManyJobs:
    def jobs(self, api, client, count):
        return [client.create_job(api.add_file(f"{number}.pdf", PDF), CATEGORIES).id for number in range(count)]

    def waits(self, client, ids, **options):
        return [lambda job_id=job_id: client.client.wait(job_id, **options) for job_id in ids]

    @pytest.mark.parametrize("version", ["beta", "v1"])
    def test_a_hundred_at_once(self, serve, connect, monkeypatch, version):
        monkeypatch.setattr(_waiting, "SHORTEST_GAP", 0.4)
        api = serve(lambda upload, request: [("invoice", [int(upload.name)])], seconds=3600)
        client = connect(api, api=version)
        files = [api.add_file(str(number), PDF) for number in range(1, 101)]
        waiting = set()
        lock = threading.Lock()

        def progress(job):
            with lock:
                waiting.add(job.id)
                if len(waiting) == 100:  # all have been looked at, and none is over
                    for job_id in api.jobs:
                        api.set_status(job_id, "completed")

        runs = [lambda file=file: client.client.run(FileId(file), CATEGORIES, progress=progress) for file in files]
        jobs = client.together(runs)
        assert [job.result.segments[0].pages for job in jobs] == [(number,) for number in range(1, 101)]
        assert [job.file_id for job in jobs] == files
        assert len(api.jobs) == api.count("create") == 100
        assert api.count("get_job") + api.count("list_jobs") < 100

    def test_one_request_asks_about_all(self, serve, connect):
        api = serve()
        client = connect(api, project_id="prj", organization_id="org")
        ids = self.jobs(api, client, 8)
        assert [segments_of(job) for job in client.together(self.waits(client, ids))] == [SEGMENTS] * 8
        together = of(api, "list_jobs")
        assert together
        assert len(together) + api.count("get_job") < 8
        for request in together:
            asked = request.query["job_ids"]
            assert len(asked) == len(set(asked)) > 1
            assert set(asked) <= set(ids)
            assert request.query["page_size"] == [str(len(asked))]
            assert (request.query["project_id"], request.query["organization_id"]) == (["prj"], ["org"])

    def test_two_who_wait_for_one_job(self, serve, connect):
        api = serve(seconds=0.1)
        client = connect(api)
        (job_id,) = self.jobs(api, client, 1)
        jobs = client.together(self.waits(client, [job_id] * 5))
        assert [job.id for job in jobs] == [job_id] * 5
        assert api.count("list_jobs") == 0

    @pytest.mark.parametrize("what", ["missing", "malformed", "without a result"])
    def test_one_that_the_list_does_not_show_hurts_no_other(self, serve, connect, what):
        api = serve(seconds=3600)
        client = connect(api)
        ids = self.jobs(api, client, 6)
        items = [{"id": job_id, "status": "completed", "result": RESULT} for job_id in ids[1:]]
        if what == "malformed":
            items.append({"id": ids[0], "status": ["no", "text"]})
        elif what == "without a result":
            items.append({"id": ids[0], "status": "completed"})
        api.fail("list_jobs", Fault(status=200, body={"items": items}), times=None)
        for job_id in ids:
            api.set_status(job_id, "completed")
        jobs = client.together(self.waits(client, ids))
        assert [job.id for job in jobs] == ids
        assert segments_of(jobs[0]) == SEGMENTS
        assert client.client._service.board.refusals == 0

    @pytest.mark.parametrize(
        "fault", [Fault(status=422), Fault(status=200, body="<html>"), Fault(status=200, body={"jobs": []})]
    )
    def test_a_service_that_can_t_be_asked_about_several(self, serve, connect, caplog, fault):
        api = serve(seconds=0.1)
        client = connect(api)
        ids = self.jobs(api, client, 6)
        api.fail("list_jobs", fault, times=None)
        jobs = client.together(self.waits(client, ids))
        assert [segments_of(job) for job in jobs] == [SEGMENTS] * 6
        assert api.count("list_jobs") <= _waiting.MOST_REFUSALS
        assert caplog.text.count("one by one") == api.count("list_jobs")

    def test_unknown_ids_and_failed_jobs_hurt_no_other(self, serve, connect):
        api = serve(outcome=lambda number: "failed" if number == 1 else "completed")
        client = connect(api)
        ids = [*self.jobs(api, client, 4), "spl-nowhere"]
        good, failed, third, fourth, unknown = client.together(self.waits(client, ids))
        assert [good.id, third.id, fourth.id] == [ids[0], *ids[2:4]]
        assert isinstance(failed, JobFailed)
        assert failed.job_id == ids[1]
        assert isinstance(unknown, UnknownId)
        assert unknown.job_id == "spl-nowhere"

    def test_each_gets_an_error_of_its_own(self, serve, connect):
        api = serve()
        client = connect(api, max_retries=0)
        ids = self.jobs(api, client, 4)
        for operation in ("list_jobs", "get_job"):
            api.fail(operation, Fault(status=500), times=None)
        errors = client.together(self.waits(client, ids, max_seconds=0.5))
        assert {type(error) for error in errors} == {ServiceUnavailable}
        assert [error.job_id for error in errors] == ids
        assert len({id(error) for error in errors}) == 4

    def test_a_completed_job_whose_result_can_t_be_had_is_no_wrong_answer(self, serve, connect):
        api = serve(seconds=3600)
        client = connect(api, max_retries=0)
        ids = self.jobs(api, client, 6)
        items = [{"id": job_id, "status": "completed"} for job_id in ids]
        api.fail("list_jobs", Fault(status=200, body={"items": items}), times=None)
        api.fail("get_job", Fault(status=503), times=None)
        errors = client.together(self.waits(client, ids, max_seconds=0.5))
        assert {type(error) for error in errors} == {ServiceUnavailable}

    def test_another_one_s_deadline_is_not_theirs(self, serve, connect):
        api = serve(seconds=0.3)
        client = connect(api)
        ids = self.jobs(api, client, 3)
        waits = [*self.waits(client, ids), lambda: client.client.wait(ids[0], max_seconds=0.1)]
        *jobs, late = client.together(waits)
        assert [job.id for job in jobs] == ids
        assert isinstance(late, JobDeadline)

    def test_a_thread_that_is_interrupted_in_its_look_lets_another_look(self, serve):
        api = serve()
        once = threading.Lock()

        def interrupt(request):
            if request.method == "GET" and once.acquire(blocking=False):
                raise KeyboardInterrupt

        with (
            httpx.Client(event_hooks={"request": [interrupt]}) as http,
            SplitClient(base_url=api.url, api_key=KEY, http_client=http) as client,
        ):
            ids = [client.create_job(api.add_file(f"{number}.pdf", PDF), CATEGORIES).id for number in range(4)]
            outcomes = {}

            def wait(job_id):
                try:
                    outcomes[job_id] = client.wait(job_id, max_seconds=60).status
                except KeyboardInterrupt:
                    outcomes[job_id] = "interrupted"

            threads = [threading.Thread(target=wait, args=[job_id]) for job_id in ids]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        assert sorted(outcomes.values()) == ["completed"] * 3 + ["interrupted"]

    async def test_a_task_that_is_cancelled_in_its_look_lets_another_look(self, serve):
        api = serve()
        cancelled = []

        async def cancel(request):
            if request.method == "GET" and not cancelled:
                cancelled.append(asyncio.current_task())
                cancelled[0].cancel()

        async with (
            httpx.AsyncClient(event_hooks={"request": [cancel]}) as http,
            AsyncSplitClient(base_url=api.url, api_key=KEY, http_client=http) as client,
        ):
            ids = [(await client.create_job(api.add_file(f"{n}.pdf", PDF), CATEGORIES)).id for n in range(4)]
            outcomes = await asyncio.gather(
                *(client.wait(job_id, max_seconds=60) for job_id in ids), return_exceptions=True
            )
        assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) == 1
        assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 3

    def test_nobody_stays_on_the_board(self, serve, connect):
        api = serve(outcome=lambda number: ("completed", "failed", "thinking")[number])
        client = connect(api)
        ids = [*self.jobs(api, client, 3), "spl-nowhere"]
        outcomes = client.together(self.waits(client, ids, max_seconds=0.2))
        assert [type(outcome) for outcome in outcomes[1:]] == [JobFailed, JobDeadline, UnknownId]
        assert client.client._service.board._tickets == []
        assert not client.client._service.board.is_led


POLL_FAULTS = {
    "reset": Fault(reset=True),
    "lost answer": Fault(reset=True, after=True),
    "500": Fault(status=500),
    "409": Fault(status=409),
    "429": Fault(status=429, headers={"Retry-After": "0.01"}),
    "408": Fault(status=408),
    "cut": Fault(cut=True),
}


@pytest.mark.parametrize("fault", POLL_FAULTS.values(), ids=POLL_FAULTS)
def test_a_fault_in_a_look_is_passed_over(serve, connect, fault):
    api = serve()
    client = connect(api)
    job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
    api.fail("get_job", fault)
    assert segments_of(client.wait(job.id)) == SEGMENTS
    assert (api.count("get_job"), api.count("create"), len(api.jobs)) == (2, 1, 1)


@pytest.mark.parametrize(
    "fault", [Fault(delay=3600), Fault(delay=3600, after=True), Fault(drip=0.05)], ids=["delay", "after", "slow body"]
)
def test_a_look_that_takes_too_long_is_passed_over(serve, connect, fault):
    api = serve()
    client = connect(api, timeout=0.3)
    job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
    api.fail("get_job", fault)
    assert segments_of(client.wait(job.id)) == SEGMENTS
    assert api.count("get_job") == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(reset=True), ServiceUnreachable),
        (Fault(cut=True), ServiceUnreachable),
        (Fault(status=404), UnknownId),
        (Fault(status=400), RequestRefused),
        (Fault(body="<html>sign in</html>"), InvalidServiceAnswer),
        (Fault(body={"status": "completed"}), InvalidServiceAnswer),
        (Fault(body=b"[1, 2]"), InvalidServiceAnswer),
        (Fault(body=b"[" * 100_000), InvalidServiceAnswer),
        (Fault(body=b"\xff\xfe"), InvalidServiceAnswer),
    ],
)
def test_a_fault_that_stays(serve, connect, fault, error):
    api = serve()
    client = connect(api)
    job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
    api.fail("get_job", fault, times=None)
    with pytest.raises(error) as caught:
        client.wait(job.id, max_seconds=0.5)
    assert isinstance(caught.value, ServiceError)
    assert caught.value.job_id == job.id
    assert api.count("get_job") >= 2 if error is ServiceUnreachable else api.count("get_job") == 1
    assert len(api.jobs) == 1
