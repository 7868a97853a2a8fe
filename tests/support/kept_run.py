"""A process that loads packets with a cache, and may be killed at any moment; and the one that kills it.

As a program: ``python -m support.kept_run OPTIONS.json`` loads a folder and writes its Documents, a JSON a line.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

from splitreader import EmbeddedEngine, LlamaCloudEngine, SplitReader

CATEGORIES = {"invoice": "A request for payment", "contract": "An agreement between parties"}
TESTS = Path(__file__).parents[1]


class Counting(EmbeddedEngine):
    """The embedded engine; each packet it splits is a line in a file."""

    @property
    def fingerprint(self):
        return f"counting {super().fingerprint}"

    def split(self, packet, config):
        with open(os.environ["CALLS"], "a") as calls:  # noqa: PTH123  # one write, so that a kill cuts no line
            calls.write(f"{packet.name}\n")
        return super().split(packet, config)


def reader_of(options):
    """The reader that the options ask for."""
    engine = Counting()
    if options.get("url"):
        engine = LlamaCloudEngine(base_url=options["url"], api_key="llx-test", api=options["api"])
    return SplitReader(CATEGORIES, engine=engine, cache=options.get("cache"), workers=options.get("workers", 1))


def main():
    options = json.loads(Path(sys.argv[1]).read_text())
    with Path(options["out"]).open("w") as out:
        for packet in reader_of(options).split_many(options["folder"], ordered=False):
            for document in packet.documents:
                fields = {"id": document.id, "text": document.text, "metadata": document.metadata}
                out.write(json.dumps(fields, sort_keys=True) + "\n")


class Run:
    """Runs of that program, until one comes to its end.

    Args:
        place: a folder for its files.
        options: of the program.
    """

    def __init__(self, place, /, **options):
        place.mkdir(exist_ok=True)
        self.calls = place / "calls"
        self.calls.touch()
        self.out = place / "documents.jsonl"
        self._options = place / "options.json"
        self._options.write_text(json.dumps({**options, "out": str(self.out)}, default=str))

    def start(self):
        """The process, and nobody waits for it."""
        path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, "PYTHONPATH": path, "CALLS": str(self.calls)}
        return subprocess.Popen(
            [sys.executable, "-m", "support.kept_run", str(self._options)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )

    def killed_when(self, is_time):
        """Start, and kill without warning as soon as it is time; False if it came to its end before."""
        process = self.start()
        while not is_time():
            try:
                process.communicate(timeout=0.005)
            except subprocess.TimeoutExpired:
                continue
            assert process.returncode == 0
            return False
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True

    def finish(self):
        """Start, and wait for the end; the Documents, in order of their ids."""
        process = self.start()
        said = process.communicate()[1]
        assert process.returncode == 0, said
        return self.documents()

    def documents(self):
        """What the last run has written, in order of the ids."""
        return sorted(map(json.loads, self.out.read_text().splitlines()), key=lambda document: document["id"])


class Murder:
    """A point in a run over a Split API: the so-many-th request of some kind, counted from now.

    Args:
        api: the service.
        after: requests of any kind.
    """

    def __init__(self, api, after):
        self._api = api
        self._at = len(api.requests) + after

    def __call__(self):
        return len(self._api.requests) >= self._at


class AtCreate:
    """A script that answers by the number of pages, and tells when the so-many-th job is being created.

    Args:
        count: of the create request to wait for; None for never.
    """

    def __init__(self, count=None):
        self.count = count
        self.reached = threading.Event()
        self._left = count

    def __call__(self, upload, request):
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self.reached.set()
        return [("invoice", [1]), ("contract", [2, 3], "low")]


def random_points(packets, *, seed, requests_each):
    """Three moments, as counts of requests, in the first three quarters of a run."""
    chance = random.Random(seed)
    most = packets * requests_each // 4
    return [chance.randint(1, most) for _ in range(3)]


if __name__ == "__main__":
    main()
