"""Fifty packets at once on the Split API: wall time, requests, and the lag from a job's end to its result in hand.

``AsyncSplitClient.run`` beside the vendor's ``AsyncLlamaCloud(...).beta.split.split``, each in a process of its own, on
a scripted Split API in another. The packets are on the service already, for the vendor's call uploads nothing. The
vendor's SDK wants an interpreter of its own that can import ``llama_cloud``; without one its part is left out:

    python -m venv sdk && sdk/bin/pip install llama-cloud==2.19.0
    make bench-llamacloud SDK_PYTHON=sdk/bin/python
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

PACKETS = 50
SECONDS = 2.0

SERVE = """
import json, sys
from splitreader.testing import ScriptedSplitAPI
with ScriptedSplitAPI([("invoice", [1, 2]), ("contract", [3])], seconds=float(sys.argv[2])) as api:
    files = [api.add_file("packet.pdf", b"%PDF-1.7") for _ in range(int(sys.argv[1]))]
    print(json.dumps({"url": api.url, "key": api.key, "files": files}), flush=True)
    sys.stdin.read()
    requests = [request.operation for request in api.requests]
    print(json.dumps({"ended": {job: api.ended_at(job) for job in api.jobs}, "requests": requests}))
"""

OURS = """
import asyncio, json, sys, time
from splitreader import FileId
from splitreader.client import AsyncSplitClient

async def main(url, key, files):
    in_hand = {}

    async def one(client, file):
        job = await client.run(FileId(file), ["invoice", "contract"])
        in_hand[job.id] = time.monotonic()
        assert len(job.result.segments) == 2

    async with AsyncSplitClient(api_key=key, base_url=url) as client:
        begin = time.monotonic()
        await asyncio.gather(*(one(client, file) for file in files))
    return {"seconds": max(in_hand.values()) - begin, "in_hand": in_hand}

print(json.dumps(asyncio.run(main(**json.loads(sys.argv[1])))))
"""

THEIRS = """
import asyncio, json, sys, time
from llama_cloud import AsyncLlamaCloud

async def main(url, key, files):
    in_hand = {}

    async def one(client, file):
        job = await client.beta.split.split(
            categories=[{"name": "invoice"}, {"name": "contract"}],
            document_input={"type": "file_id", "value": file},
        )
        in_hand[job.id] = time.monotonic()
        assert len(job.result.segments) == 2

    async with AsyncLlamaCloud(api_key=key, base_url=url) as client:
        begin = time.monotonic()
        await asyncio.gather(*(one(client, file) for file in files))
    return {"seconds": max(in_hand.values()) - begin, "in_hand": in_hand}

print(json.dumps(asyncio.run(main(**json.loads(sys.argv[1])))))
"""


class Seen(NamedTuple):
    """What one run showed."""

    seconds: float
    requests: int
    looks: int
    jobs: int
    lags: list[float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packets", type=int, default=PACKETS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that a job takes")
    parser.add_argument("--sdk-python", default=sys.executable, help="an interpreter that can import llama_cloud")
    options = parser.parse_args()
    size = options.packets, options.seconds
    columns = f"{'wall s':>8} {'requests':>9} {'looks':>6} {'jobs':>5} {'lag s, median':>14} {'mean':>6} {'max':>6}"
    print(f"{'':34} {columns}")
    ours = measure(sys.executable, OURS, *size)
    report("AsyncSplitClient.run", ours)
    if (version := sdk_version(options.sdk_python)) is None:
        print("the vendor's SDK is left out: give an interpreter that can import llama_cloud as --sdk-python")
        return
    theirs = measure(options.sdk_python, THEIRS, *size)
    report(f"AsyncLlamaCloud {version} beta.split", theirs)
    share = statistics.median(ours.lags) / statistics.median(theirs.lags)
    print(f"our median lag is {share:.2f} of theirs (aim: a third), with {ours.requests} requests to {theirs.requests}")


def measure(python: str, client: str, packets: int, seconds: float) -> Seen:
    """Run a client on an API of its own."""
    with serving(packets, seconds) as server:
        where = json.loads(line_of(server))
        printed = json.loads(subprocess.check_output([python, "-c", client, json.dumps(where)], text=True))
        told: dict[str, Any] = json.loads(server.communicate()[0])
    lags = [at - told["ended"][job] for job, at in printed["in_hand"].items()]
    looks = sum(operation in ("get_job", "list_jobs") for operation in told["requests"])
    return Seen(printed["seconds"], len(told["requests"]), looks, len(told["ended"]), lags)


@contextmanager
def serving(packets: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """A scripted Split API in a process of its own."""
    command = [sys.executable, "-c", SERVE, str(packets), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server


def line_of(server: subprocess.Popen[str]) -> str:
    """What it prints first."""
    assert server.stdout is not None
    return server.stdout.readline()


def sdk_version(python: str) -> str | None:
    """The version of the vendor's SDK that an interpreter can import; None without one."""
    code = "import llama_cloud; print(llama_cloud.__version__)"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def report(name: str, seen: Seen) -> None:
    """Print a line."""
    median, mean, most = statistics.median(seen.lags), statistics.mean(seen.lags), max(seen.lags)
    numbers = (
        f"{seen.seconds:8.2f} {seen.requests:9} {seen.looks:6} {seen.jobs:5} {median:14.2f} {mean:6.2f} {most:6.2f}"
    )
    print(f"{name:34} {numbers}")


if __name__ == "__main__":
    main()
