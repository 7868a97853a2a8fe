"""``splitreader serve`` under load: clients that create jobs and look after them, without a pause.

Each client uploads a packet of two pages, then creates a job (v1, with a transaction id) and asks nine times for jobs,
and so on. The server, the clients and the packets' readers are processes of their own. A create that finds the queue
full (429) is counted apart; its time is none of a create's.

    make bench-server
    python benchmarks/server.py --clients 64 --seconds 60
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import psutil
from measuring import SAMPLE

FILES, JOBS = "/api/v1/beta/files", "/api/v1/split/jobs"
LOOKS = 9
PAGES = 2


class Share(NamedTuple):
    """Seconds of processor time."""

    server: float
    readers: float
    """The processes that read PDFs."""
    clients: float


class Answer(NamedTuple):
    """What came back for a request."""

    status: int
    body: bytes


class Connection:
    """HTTP/1.1 on one kept connection, with as little work as can be: the clients share the machine with the server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Answer:
        """Send a request, wait for its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        about = f"Host: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
        head = f"{method} {path} HTTP/1.1\r\n{about}\r\n\r\n"
        writer.write(head.encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        answer = Answer(int(lines[0].split()[1]), await reader.readexactly(int(headers["content-length"])))
        if headers.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Load:
    """All clients, and what they saw."""

    def __init__(self, url: str, packet: bytes, *, seconds: float) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[int] = Counter()
        self._url = url
        self._packet = packet
        self._end = time.monotonic() + seconds

    async def client(self, number: int) -> None:
        """One client."""
        connection = Connection(self._url)
        try:
            form = (
                b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nsplit\r\n--x\r\nContent-Disposition: '
                b'form-data; name="file"; filename="packet.pdf"\r\n\r\n' + self._packet + b"\r\n--x--\r\n"
            )
            uploaded = await self._ask(connection, "upload", "POST", FILES, form, "multipart/form-data; boundary=x")
            file_id, known, turn = json.loads(uploaded.body)["id"], "spl-none", 0
            while time.monotonic() < self._end:
                configuration = {"categories": [{"name": "invoice"}, {"name": "contract"}]}
                body = {"file_input": file_id, "configuration": configuration, "transaction_id": f"{number}-{turn}"}
                created = await self._ask(connection, "create", "POST", JOBS, json.dumps(body).encode())
                known = json.loads(created.body)["id"] if created.status == 201 else known
                turn += 1
                for _ in range(LOOKS):
                    await self._ask(connection, "get", "GET", f"{JOBS}/{known}")
        finally:
            connection.close()

    async def _ask(self, connection: Connection, name: str, *request: Any) -> Answer:
        began = time.monotonic()
        answer = await connection.ask(*request)
        self.statuses[answer.status] += 1
        self.seconds[name if answer.status < 400 else f"{name} {answer.status}"].append(time.monotonic() - began)
        return answer


async def be_clients(url: str, packet: bytes, clients: int, seconds: float) -> None:
    """The process of the clients: prints what they saw."""
    load = Load(url, packet, seconds=seconds)
    await asyncio.gather(*(load.client(number) for number in range(clients)))
    print(json.dumps({"seconds": load.seconds, "statuses": load.statuses, "processor": sum(os.times()[:2])}))


@contextmanager
def serving(folder: Path, options: Sequence[str]) -> Iterator[tuple[str, psutil.Process]]:
    """A server in a process of its own: its address, and the process."""
    command = [sys.executable, "-m", "splitreader", "serve", "--data", str(folder / "data"), "--port", "0", *options]
    environment = {**os.environ, "SPLITREADER_SERVER_KEYS": ""}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found is None:
                raise SystemExit(f"the server did not start: {(folder / 'log').read_text()}")
            httpx.get(found[0] + "/healthz", timeout=60).raise_for_status()
            yield found[0], psutil.Process(process.pid)
        finally:
            process.terminate()


def write_packet(path: Path) -> None:
    """The first pages of the sample packet."""
    import pypdf

    writer = pypdf.PdfWriter()
    writer.append(SAMPLE / "packet.pdf", pages=(0, PAGES), import_outline=False)
    writer.write(path)


def completed(url: str) -> int:
    """How many jobs are done."""
    done, token = 0, ""
    while True:
        query = {"status": "completed", "page_size": "1000", **({"page_token": token} if token else {})}
        page = httpx.get(url + JOBS, params=query, timeout=60).raise_for_status().json()
        done += len(page["items"])
        token = page.get("next_page_token") or ""
        if not token:
            return done


def report(seen: dict[str, Any], jobs: int, seconds: float, share: Share) -> int:
    """Print what was seen; how many answers were the server's fault."""
    statuses = {int(status): number for status, number in seen["statuses"].items()}
    faults: int = sum(number for status, number in statuses.items() if status >= 500)
    print(f"{sum(statuses.values()) / seconds:.0f} requests/s, {jobs} jobs completed in {seconds:.0f} s")
    print(f"5xx: {faults}; 429 (queue full): {statuses.get(429, 0)}; all: {dict(sorted(statuses.items()))}")
    print(f"{'':12} {'number':>7} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for name, times in sorted(seen["seconds"].items()):
        median, p99 = (statistics.quantiles(times, n=100)[at] if len(times) > 1 else times[0] for at in (49, 98))
        print(f"{name:12} {len(times):7} {median * 1000:8.1f} {p99 * 1000:8.1f} {max(times) * 1000:8.1f}")
    print(
        f"processors busy with: server {share.server / seconds:.2f}, readers of PDFs {share.readers / seconds:.2f}, "
        f"clients {share.clients / seconds:.2f}, of {os.cpu_count()}"
    )
    return faults


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--serve", default="", metavar="OPTIONS", help="of splitreader serve, in one word")
    parser.add_argument("--be-clients", nargs=2, metavar=("URL", "PACKET"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_clients:
        url, packet = options.be_clients
        asyncio.run(be_clients(url, Path(packet).read_bytes(), options.clients, options.seconds))
        return
    size = ["--clients", str(options.clients), "--seconds", str(options.seconds)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_packet(folder / "packet.pdf")
        with serving(folder, options.serve.split()) as (url, process):
            before, began = process.cpu_times(), time.monotonic()
            command = [sys.executable, __file__, *size, "--be-clients", url, str(folder / "packet.pdf")]
            seen = json.loads(subprocess.check_output(command, text=True))
            after, seconds = process.cpu_times(), time.monotonic() - began
            jobs = completed(url)
    share = Share(
        after.user + after.system - before.user - before.system,
        after.children_user + after.children_system - before.children_user - before.children_system,
        seen["processor"],
    )
    sys.exit(bool(report(seen, jobs, seconds, share)))


if __name__ == "__main__":
    main()
