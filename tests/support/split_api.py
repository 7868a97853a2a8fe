"""A scripted Split API and both clients, so that every scenario is written once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from splitreader.client import AsyncSplitClient, SplitClient

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3
SHA256 = hashlib.sha256(PDF).hexdigest()
KEY = "llx-test"
CATEGORIES = {"invoice": "A request for payment", "contract": None}
SCRIPT = [("invoice", [1, 2]), ("contract", [3], "low")]
SEGMENTS = [("invoice", (1, 2), "high"), ("contract", (3,), "low")]


class Driven:
    """Either client, called the same way: a method returns what the client's own would, a list for an iterator.

    Args:
        kind: ``"sync"`` or ``"async"``.
        api: where it goes; None leaves the base URL to the options.
        options: of the client.
    """

    def __init__(self, kind, api=None, /, **options):
        if api is not None:
            options = {"base_url": api.url, "api_key": KEY} | options
        self.is_async = kind == "async"
        self.client = (AsyncSplitClient if self.is_async else SplitClient)(**options)
        self._runner = asyncio.Runner() if self.is_async else None

    def __getattr__(self, name):
        method = getattr(self.client, name)

        def call(*args, **options):
            return self.outcome_of(lambda: method(*args, **options))

        return call

    def outcome_of(self, call):
        """What a call of the client comes to."""
        if self.is_async:
            return self._runner.run(_outcome(call()))
        found = call()
        return list(found) if isinstance(found, Iterator) else found

    def together(self, calls):
        """What several calls of the client come to at once: threads that begin together, or tasks. Errors, too."""
        calls = list(calls)
        if self.is_async:
            return self._runner.run(_gathered(calls))
        begin = Barrier(len(calls))

        def one(call):
            begin.wait(60)
            try:
                return self.outcome_of(call)
            except BaseException as error:  # noqa: BLE001  # it is the outcome
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    def close(self):
        """Close the client, and the loop."""
        if self.is_async:
            self._runner.run(self.client.aclose())
            self._runner.close()
        else:
            self.client.close()


async def _outcome(found):
    if isinstance(found, AsyncIterator):
        return [item async for item in found]
    return await found


async def _gathered(calls):
    return await asyncio.gather(*(_outcome(call()) for call in calls), return_exceptions=True)


def segments_of(job):
    """The segments of a completed job, as `SEGMENTS` has them."""
    return [(segment.category, segment.pages, segment.confidence_category) for segment in job.result.segments]


def of(api, operation):
    """The requests of one operation."""
    return [request for request in api.requests if request.operation == operation]


def operations(api):
    """The operations that were asked for, in order."""
    return [request.operation for request in api.requests]
