import asyncio
import logging

import httpx
import pytest

from splitreader import FileId, InvalidConfiguration, LlamaCloudEngine, SplitReader
from splitreader.client import AsyncSplitClient, SplitClient
from splitreader.testing import ScriptedSplitAPI
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

    with pytest.raises(InvalidConfiguration, match="give both"):
        asyncio.run(load())
    assert api.requests == []
