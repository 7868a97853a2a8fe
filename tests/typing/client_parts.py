"""Type-checked, never run: limits, traces and bodies for users who build on the client."""

import math
from datetime import datetime
from typing import assert_type

from splitreader import LlamaCloudEngine
from splitreader.client import (
    AsyncSplitClient,
    CloudFile,
    FileFilters,
    Filters,
    JobRecord,
    Limiter,
    RequestLimiter,
    Settings,
    SplitClient,
    SplitJob,
    Trace,
    check_seconds,
    new_job,
)
from splitreader.wire import Listing


class Patient:
    def __init__(self) -> None:
        self._limiter = Limiter(60)

    def reserve(self, now: float, until: float = math.inf, /) -> float | None:
        delay = self._limiter.reserve(now, until)
        assert_type(delay, float | None)
        return delay


limiter: RequestLimiter = Patient()
plain: RequestLimiter = Limiter(per_minute=None)
LlamaCloudEngine(limiter=limiter)

settings = Settings.resolve(api_key="llx-1", region="us", max_retries=2)
assert_type(settings, Settings)
assert_type(settings.base_url, str)
assert_type(settings.masked("llx-1"), str)
client = SplitClient(settings=settings, limiter=plain)
AsyncSplitClient(settings=settings, limiter=plain)


class InMemory:
    key = "packet-1"

    def __init__(self) -> None:
        self._trace = Trace()

    def read(self) -> Trace:
        return self._trace

    def write(self, trace: Trace) -> None:
        self._trace = trace

    def drop(self) -> None:
        self._trace = Trace()


record: JobRecord = InMemory()
assert_type(client.run("packet.pdf", ["invoice"], record=record), SplitJob)
assert_type(LlamaCloudEngine().recorded(record), LlamaCloudEngine)
assert_type(record.read().sent_at, datetime | None)
assert_type(record.read().job_id, str | None)


def run_within(max_seconds: float) -> SplitJob:
    check_seconds(max_seconds)
    return client.run("packet.pdf", ["invoice"], max_seconds=max_seconds)


assert_type(new_job("v1", "file-1", ["invoice"], transaction_id="t").file_id, str)
assert_type(new_job("beta", "file-1", None, configuration_id="c").project_id, str | None)


def next_files(seen: Listing[CloudFile]) -> FileFilters | None:
    return FileFilters(file_name="packet.pdf", page_size=50).after(seen)


def next_jobs(seen: Listing[SplitJob]) -> Filters | None:
    return Filters(status="completed").after(seen)
