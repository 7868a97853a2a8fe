"""What a cache saves, and that nothing is paid for twice.

``saved``: made packets with the embedded engine, without a cache, with an empty one and with a full one, in turn; then
by a process that is killed three times and started again: packets that were split in all. ``paid``: short packets over
a scripted Split API, by a process that is killed at three random points, and once between the creation of a job and its
answer, and started again: jobs that were created in all, and whether the Documents are those of a run without a cache
that nobody disturbed.

    make bench-cache
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from packet_files import as_text_pdf, make_text_packets

from splitreader.testing import Fault, ScriptedSplitAPI

TURNS = 3
SCRIPT = [("invoice", [1])]
BEGUN = 8
"""Packets that may be in work when a run is killed: two for each worker, of one for each CPU and one more."""

REQUESTS = 5
"""Of a hosted packet: upload, creation, two looks or more, deletion."""

LOAD = """
import json, os, sys, time
from splitreader import EmbeddedEngine, LlamaCloudEngine, SplitReader

class Counting(EmbeddedEngine):
    @property
    def fingerprint(self):
        return "counting " + super().fingerprint

    def split(self, packet, config):
        with open(options["calls"], "a") as calls:
            calls.write(packet.name + "\\n")
        return super().split(packet, config)

options = json.loads(sys.argv[1])
engine = EmbeddedEngine()
if options["url"]:
    engine = LlamaCloudEngine(base_url=options["url"], api_key="llx-test", api=options["api"])
elif options["calls"]:
    engine = Counting()
begin = time.perf_counter()
reader = SplitReader(["invoice", "contract", "statement"], engine=engine, cache=options["cache"])
with open(options["out"], "w") as out:
    for packet in reader.split_many(options["folder"], workers=options["workers"], ordered=False):
        for document in packet.documents:
            out.write(json.dumps([document.id, document.text, document.metadata], sort_keys=True) + "\\n")
print(time.perf_counter() - begin)
"""


class Loads:
    """Loads of one folder, each by a process of its own.

    Args:
        packets: the folder.
        work: a folder for what they write.
        options: of the program.
    """

    def __init__(self, packets: Path, work: Path, **options: Any) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self._out = work / "documents.jsonl"
        given = {"url": None, "api": "beta", "calls": None, "cache": None, "workers": None}
        self._options = json.dumps({**given, "folder": str(packets), "out": str(self._out), **options})

    def start(self) -> subprocess.Popen[str]:
        """A process, and nobody waits for it."""
        return subprocess.Popen(
            [sys.executable, "-c", LOAD, self._options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def finish(self) -> float:
        """A load to its end; its seconds."""
        process = self.start()
        said = process.communicate()[0]
        if process.returncode != 0:
            raise SystemExit(f"a load failed with {process.returncode}")
        return float(said)

    def kill_when(self, is_time: Callable[[], bool]) -> None:
        """A load that is killed when it is time."""
        process = self.start()
        while not is_time():
            if process.poll() is not None:
                raise SystemExit("a load came to its end before it was killed; use more packets")
            time.sleep(0.002)
        process.kill()
        process.communicate()

    def documents(self) -> list[str]:
        """What the last load has written, sorted."""
        return sorted(self._out.read_text().splitlines())


def compare(packets: Path, work: Path, count: int) -> list[str]:
    """Seconds without a cache, with an empty one and with a full one; the Documents."""
    seconds: dict[str, list[float]] = {"none": [], "empty": [], "full": []}
    documents = []
    for turn in range(TURNS):
        for kind, times in seconds.items():
            cache = None if kind == "none" else str(work / f"kept-{turn}")
            loads = Loads(packets, work / kind, cache=cache)
            times.append(loads.finish())
            documents.append(loads.documents())
    assert all(found == documents[0] for found in documents)
    print(f"{count} packets, embedded engine, medians of {TURNS} runs in turn; the same Documents each time")
    print("cache    seconds   packets/s")
    for kind, times in seconds.items():
        median = statistics.median(times)
        print(f"{kind:8} {median:7.1f} {count / median:11.1f}")
    size = sum(path.stat().st_size for path in (work / "kept-0").iterdir())
    print(f"on the disk: {size / count / 1024:.1f} kB a packet\n", flush=True)
    return documents[0]


def _has(count: Callable[[], int], at_least: int) -> bool:
    return count() >= at_least


def make_short_packets(folder: Path, count: int) -> None:
    """Packets of two pages: a service splits them, and here they are only read."""
    folder.mkdir()
    for number in range(count):
        pages = [f"INVOICE {number}\nTotal due {number}.00", f"AGREEMENT {number}\nbetween the parties"]
        Path(folder, f"{number:04}.pdf").write_bytes(as_text_pdf(pages))


def load_undisturbed(packets: Path, work: Path) -> list[str]:
    """The Documents of a hosted run without a cache."""
    with ScriptedSplitAPI(SCRIPT, seconds=0.2) as service:
        whole = Loads(packets, work / "whole", url=service.url, workers=4)
        print(f"nobody disturbed it, no cache: {whole.finish():.1f} s", flush=True)
    return whole.documents()


def interrupt_hosted(packets: Path, work: Path, api: str, chance: random.Random, expected: list[str]) -> None:
    """Kill a hosted run at four points, and count what was paid."""
    count = len(list(packets.glob("*.pdf")))
    with ScriptedSplitAPI(SCRIPT, seconds=0.2) as service:
        kept = str(work / f"kept-{api}")
        loads = Loads(packets, work / api, url=service.url, cache=kept, workers=4, api=api)
        done = []
        for _ in range(3):
            at = len(service.requests) + chance.randint(1, count * REQUESTS // 5)
            loads.kill_when(partial(_has, lambda: len(service.requests), at))
            done.append(len(service.jobs))
        service.fail("create", Fault(after=True, delay=600))
        jobs = len(service.jobs)
        loads.kill_when(lambda: len(service.jobs) > jobs)
        last = loads.finish()
        assert len(service.jobs) == count, f"{len(service.jobs)} jobs for {count} packets"
        assert loads.documents() == expected
        assert not service.files
    points = ", ".join(map(str, [*done, jobs + 1]))
    print(f"{api:5} killed after {points} jobs; jobs in all {count} of {count} packets, no file left, same Documents")
    print(f"      the last run took {last:.1f} s", flush=True)


def interrupt_embedded(packets: Path, work: Path, count: int, chance: random.Random, expected: list[str]) -> None:
    """Kill an embedded run at three points, and count what was split."""
    calls = work / "calls"
    calls.touch()
    loads = Loads(packets, work / "embedded", cache=str(work / "kept-embedded"), calls=str(calls))
    for part in (1, 2, 3):
        at = count * part // 4 + chance.randint(-count // 10, count // 10)
        loads.kill_when(partial(_has, lambda: len(calls.read_text().splitlines()), at))
    loads.finish()
    names = calls.read_text().splitlines()
    assert set(map(os.path.basename, names)) == {path.name for path in packets.glob("*.pdf")}
    assert loads.documents() == expected
    assert len(names) <= count + 3 * BEGUN, f"{len(names)} packets were split, of {count}"
    print(f"embedded, killed three times: {len(names)} packets split in all, of {count}; same Documents\n", flush=True)


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["saved", "paid", "all"], default="all")
    parser.add_argument("--packets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        packets = work / "packets"
        if options.part in ("saved", "all"):
            make_text_packets(packets, options.packets)
            expected = compare(packets, work, options.packets)
            interrupt_embedded(packets, work, options.packets, chance, expected)
        if options.part in ("paid", "all"):
            make_short_packets(work / "short", options.packets)
            print("over a scripted Split API, 4 packets side by side, jobs of 0.2 s")
            expected = load_undisturbed(work / "short", work)
            for api in ("beta", "v1"):
                interrupt_hosted(work / "short", work, api, chance, expected)


if __name__ == "__main__":
    main()
