"""``splitreader serve``, killed again and again while clients create jobs.

Run as a program for more than the tests take time for: ``python -m support.killed_server --jobs 200 --kills 20``.
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil

from support.pdfs import make_pdf
from support.serve_process import PATIENCE, Serving, until
from support.serving import FILES, V1_JOBS, v1
from support.stored import blobs

POINTS = ("start", "upload", "create", "processing", "time")
CLIENTS = 4
_HALF = 3 << 20  # more than the server keeps before it writes


class Watch:
    """What clients were promised and what they saw, over all of a server's lives."""

    def __init__(self) -> None:
        self.accepted: dict[str, str] = {}
        """The job of each transaction that was answered with 201."""
        self.ends: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []

    def promise(self, transaction_id: str, job: dict[str, Any]) -> None:
        if self.accepted.setdefault(transaction_id, job["id"]) != job["id"]:
            self.problems.append(f"{transaction_id} has two jobs")

    def see(self, promised: set[str], jobs: list[dict[str, Any]]) -> None:
        """Look at a list of all jobs, that was asked for after these were promised."""
        ids = [job["id"] for job in jobs]
        self.problems += [f"{job_id} is lost" for job_id in promised.difference(ids)]
        if len(set(ids)) < len(ids) or len({job["transaction_id"] for job in jobs}) < len(ids):
            self.problems.append("the list has a job twice")
        for job in jobs:
            end = {key: job.get(key) for key in ("status", "result", "error_message")}
            if job["id"] in self.ends and self.ends[job["id"]] != end:
                self.problems.append(f"{job['id']} ended as {self.ends[job['id']]}, now it is {end}")
            if job["status"] in {"completed", "failed", "cancelled"}:
                self.ends[job["id"]] = end


class KilledServer:
    """Lets clients create jobs, and kills the server, until all jobs have ended.

    Args:
        folder: for its data and its log.
        jobs: how many.
        kills: how often.
        seed: of the points at which it is killed.
    """

    def __init__(self, folder: Path, *, jobs: int, kills: int, seed: int) -> None:
        self.serving = Serving(folder)
        self.watch = Watch()
        self._jobs = jobs
        self._random = random.Random(seed)
        points = [POINTS[number % len(POINTS)] for number in range(kills)]
        self.points = self._random.sample(points, kills)
        self._client = httpx.Client(timeout=60, trust_env=False)
        self._creating = 0
        self._over = threading.Event()
        self.killed_while: list[str] = []

    def run(self) -> None:
        """Do it, and see that nothing was lost.

        Raises:
            AssertionError: something was.
        """
        shares = [self._jobs * life // (len(self.points) + 1) for life in range(len(self.points) + 2)]
        with ThreadPoolExecutor(CLIENTS + 1) as threads:
            try:
                looking = threads.submit(self._look)
                creating: list[Future[None]] = []
                for life, point in enumerate([*self.points, "end"]):
                    creating += [threads.submit(self._create, n) for n in range(shares[life], shares[life + 1])]
                    self._live(point, earlier=shares[life])
                for future in creating:
                    future.result(PATIENCE)
                self._until_ended(self._jobs)
            finally:
                self._over.set()
            looking.result(PATIENCE)
        self.watch.see(set(self.watch.accepted.values()), self._list())
        self._check()

    def close(self) -> None:
        self._client.close()
        self.serving.close()

    def _live(self, point: str, *, earlier: int) -> None:
        """One life of the server, up to a point; so many jobs were created in its earlier ones."""
        left = {path.name for path in (self.serving.data / "incoming").glob("*")}
        self.serving.launch()
        if point == "start":
            self._pass(2.0)
        else:
            self.serving.listen()
            assert left.isdisjoint(path.name for path in (self.serving.data / "incoming").glob("*"))
            self._insist("GET", "/healthz", {200})
        if point == "upload":
            self._break_an_upload()
        elif point == "create":
            accepted = len(self.watch.accepted)
            until(lambda: len(self.watch.accepted) > accepted and self._creating)
            self._pass(0.02)
        elif point == "processing":
            self._until_ended(earlier // 2)
            until(psutil.Process(self.serving.process.pid).children)
            self._pass(0.5)
        elif point == "time":
            self._until_ended(earlier // 2)
            self._pass(2.0)
        if point != "end":
            self.killed_while.append(f"{point}, {len(self.watch.accepted)} accepted, {len(self.watch.ends)} ended")
            self.serving.kill()

    def _until_ended(self, number: int) -> None:
        """Wait until so many jobs have ended, or something has gone wrong, as long as there is progress."""
        while (ended := len(self.watch.ends)) < number and not self.watch.problems:
            until(lambda: len(self.watch.ends) > ended or self.watch.problems)  # called right here

    def _pass(self, seconds: float) -> None:
        """Let some time go by, up to so much: a point in time is what is wanted here."""
        threading.Event().wait(self._random.uniform(0, seconds))

    def _break_an_upload(self) -> None:
        def body() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + b"half" * (
                _HALF // 4
            )
            until(lambda: any(path.stat().st_size for path in (self.serving.data / "incoming").iterdir()))
            self.serving.process.kill()
            yield b"half" * (_HALF // 4)

        try:
            headers = {"Content-Type": "multipart/form-data; boundary=x"}
            answer = self._client.post(self.serving.url + FILES, content=body(), headers=headers)
        except httpx.TransportError:
            return
        raise AssertionError(f"half an upload was answered: {answer.text}")

    def _create(self, number: int) -> None:
        """Upload a packet and create its job, however often the server dies of it."""
        packet = make_pdf([f"INVOICE {number // 3}\nTotal due 5", "Agreement between the parties"])
        form = {"files": {"file": (f"{number}.pdf", packet)}, "data": {"purpose": "split"}}
        file_id = self._insist("POST", FILES, {201}, **form).json()["id"]
        transaction_id = f"transaction-{number}"
        body = v1(file_id, transaction_id=transaction_id)
        self._creating += 1
        try:
            job = self._insist("POST", V1_JOBS, {201}, json=body).json()
        finally:
            self._creating -= 1
        self.watch.promise(transaction_id, job)
        if number % 4 == 0:  # the job goes on, and its bytes go when it has ended
            self._insist("DELETE", f"{FILES}/{file_id}", {204, 404})
        self.watch.promise(transaction_id, self._insist("POST", V1_JOBS, {201}, json=body).json())

    def _look(self) -> None:
        while not self._over.is_set() and not self.watch.problems:
            promised = set(self.watch.accepted.values())
            self.watch.see(promised, self._list())
            self._over.wait(0.2)

    def _list(self) -> list[dict[str, Any]]:
        return self._insist("GET", f"{V1_JOBS}?page_size=1000", {200}).json()["items"]

    def _insist(self, method: str, path: str, statuses: set[int], **request: Any) -> httpx.Response:
        """Ask until the server lives long enough to answer."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._client.request(method, self.serving.url + path, **request)
            except httpx.TransportError:
                assert time.monotonic() < end, "nobody answers"
                threading.Event().wait(0.05)
            else:
                assert answer.status_code in statuses, answer.text
                return answer

    def _check(self) -> None:
        watch, serving = self.watch, self.serving
        assert not watch.problems, watch.problems
        assert len(watch.accepted) == self._jobs
        assert watch.ends.keys() == set(watch.accepted.values())
        ends = [end["status"] for end in watch.ends.values()]
        assert ends == ["completed"] * self._jobs, watch.ends
        serving.terminate()
        until(lambda: not serving.processes(), seconds=20)
        assert serving.rows("SELECT status, count(*) FROM jobs GROUP BY 1") == [("completed", self._jobs)]
        assert not list((serving.data / "incoming").iterdir())
        assert blobs(serving.data) == {sha256 for (sha256,) in serving.rows("SELECT sha256 FROM files")}
        assert {line["level"] for line in serving.lines()} == {"info"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run = KilledServer(Path(folder), jobs=options.jobs, kills=options.kills, seed=options.seed)
        try:
            run.run()
        finally:
            print(*run.killed_while, sep="\n")
            run.close()
    seconds = time.monotonic() - began
    print(
        f"{options.jobs} jobs, {len(run.killed_while)} kills: lost 0, in two terminal states 0, "
        f"all completed, no process and no half-written file left; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
