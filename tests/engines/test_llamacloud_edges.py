import asyncio
import logging

import httpx
import pytest

from splitreader import (
    FileId,
    InvalidConfiguration,
    LlamaCloudEngine,
    ServiceUnavailable,
    SplitReader,
    UnknownId,
)
from splitreader.client import AsyncSplitClient, SplitClient
from splitreader.testing import Fault, ScriptedSplitAPI
from support.pdfs import make_pdf

PDF = make_pdf(["INVOICE"])


@pytest.fixture
def api():
    with ScriptedSplitAPI([("invoice", [1])]) as api:
        yield api


@pytest.fixture
def options(api):
    return {"api_key": api.key, "base_url": api.url}


def stop(job):
    raise ZeroDivisionError


def test_a_progress_function_that_fails_leaves_the_job_id_in_the_log(api, options, caplog):
    with SplitClient(**options) as client, caplog.at_level(logging.WARNING), pytest.raises(ZeroDivisionError):
        client.run(PDF, ["invoice"], progress=stop, delete_after=True)
    (job_id,) = api.jobs
    assert f"job {job_id} goes on" in caplog.text
    assert len(api.files) == 1  # the job may still need it


async def test_the_same_on_an_event_loop(api, options, caplog):
    async with AsyncSplitClient(**options) as client:
        with pytest.raises(ZeroDivisionError):
            await client.run(PDF, ["invoice"], progress=stop)
    assert "goes on although nobody waits" in caplog.text


def test_a_short_wait_looks_at_least_once(api, options):
    with SplitClient(**options) as client:
        job = client.run(PDF, ["invoice"], max_seconds=0.3)
    assert job.status == "completed"


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), "60", True])
def test_a_wait_that_is_no_time_is_refused_before_anything_is_sent(api, options, seconds):
    with SplitClient(**options) as client, pytest.raises(InvalidConfiguration, match="max_seconds"):
        client.run(PDF, ["invoice"], max_seconds=seconds)
    with pytest.raises(InvalidConfiguration, match="max_seconds"):
        LlamaCloudEngine(max_seconds=seconds, **options)
    assert api.requests == []


def test_a_file_is_not_downloaded_around_the_proxy_of_an_async_client(api, options):
    async def load():
        async with httpx.AsyncClient() as theirs:
            engine = LlamaCloudEngine(async_http_client=theirs, **options)
            await SplitReader(["invoice"], engine=engine).aload(FileId(api.add_file("x.pdf", PDF)))

    with pytest.raises(InvalidConfiguration, match="give http_client, too"):
        asyncio.run(load())
    assert api.requests == []


def test_a_job_is_taken_up_for_one_packet_only(api, options, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.pdf").write_bytes(make_pdf([f"INVOICE {name}"]))
    engine = LlamaCloudEngine(**options)
    job_id = SplitReader(["invoice"], engine=engine).split(tmp_path / "a.pdf").job_id
    resumed = SplitReader(["invoice"], engine=engine.resume(job_id))
    assert resumed.split(tmp_path / "a.pdf").job_id == job_id
    assert resumed.split(tmp_path / "a.pdf").job_id == job_id
    with pytest.raises(InvalidConfiguration, match=r"another packet than the one that job .* was taken up for"):
        resumed.split(tmp_path / "b.pdf")
    other = FileId(api.add_file("b.pdf", PDF))
    with pytest.raises(InvalidConfiguration, match="not about llamacloud:"):
        SplitReader(["invoice"], engine=engine.resume(job_id)).split(other)


def test_an_upload_that_may_have_worked_leaves_no_file(api, options):
    api.fail("upload", Fault(status=500, after=True), times=None)
    with SplitClient(max_retries=0, **options) as client, pytest.raises(ServiceUnavailable):
        client.run(PDF, ["invoice"], delete_after=True)
    assert api.count("upload") == 1
    assert api.files == {}


@pytest.mark.parametrize("given", ["http_client", "async_http_client"])
def test_a_packet_is_not_sent_around_a_proxy(api, options, given, tmp_path):
    (tmp_path / "p.pdf").write_bytes(PDF)

    async def other_way():
        async with httpx.AsyncClient() as theirs:
            with httpx.Client() as ours:
                engine = LlamaCloudEngine(**{given: ours if given == "http_client" else theirs}, **options)
                reader = SplitReader(["invoice"], engine=engine)
                if given == "http_client":
                    await reader.aload(tmp_path / "p.pdf")
                else:
                    await asyncio.to_thread(reader.load, tmp_path / "p.pdf")

    with pytest.raises(InvalidConfiguration, match="without the httpx client that was given"):
        asyncio.run(other_way())
    assert api.requests == []


def test_a_hook_that_raises_ends_in_our_tree_without_the_key(api, options):
    hooks = {"response": [lambda response: response.raise_for_status()]}
    with httpx.Client(event_hooks=hooks) as theirs:
        client = SplitClient(http_client=theirs, max_retries=0, **options)
        with pytest.raises(UnknownId) as caught:
            client.get_job("spl-nowhere")
    assert caught.value.__context__ is None or options["api_key"] not in repr(vars(caught.value.__context__))


def test_an_impossible_retry_after_is_none(api, options):
    api.fail("create", Fault(status=429, headers={"Retry-After": "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"}))
    with SplitClient(**options) as client:
        assert client.run(PDF, ["invoice"]).status == "completed"
