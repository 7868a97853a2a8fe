"""Packets a second of `splitreader.ray.split_dataset` with one actor and with more, after their start.

Each packet notes when it was begun and by which actor, in its own metadata. Counted are the packets begun while all
actors were at work: from the first packet of the last actor that started to the last packet of the first that had none
left. CPU time is that of the actors and the processes that read for them, which a busy machine changes little. Every
run is a program of its own with a Ray of its own; they are made in turn. Run by ``make bench-ray``.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import psutil
from measuring import SAMPLE, TEXT_PAGES, join_sample, tree_memory

from splitreader import Source, SplitReader


class Run(NamedTuple):
    """What one run showed.

    Args:
        packets_a_second: while all actors were at work.
        start_seconds: from the call to the first packet of the last actor.
        cpu_a_page: milliseconds of CPU time for a page, without the start.
        peak_mb: of the largest actor with the process that reads for it.
        whole_seconds: from the call to the last row.
    """

    packets_a_second: float
    start_seconds: float
    cpu_a_page: float
    peak_mb: float
    whole_seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=200)
    parser.add_argument("--actors", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scanned", action="store_true", help="the sample packet's two scanned pages, read by OCR")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run_here(Path(options.run), options.actors[0], scanned=options.scanned)))
        return
    runs: dict[int, list[Run]] = {actors: [] for actors in options.actors}
    with tempfile.TemporaryDirectory() as folder:
        make_packets(Path(folder), options.packets, scanned=options.scanned)
        for _ in range(options.rounds):
            for actors in options.actors:
                runs[actors].append(run_apart(folder, actors, scanned=options.scanned))
    show(runs, pages=pages_of(scanned=options.scanned))


def make_packets(folder: Path, packets: int, *, scanned: bool) -> None:
    """The sample packet's text pages, or its scans, so many times, each with other bytes."""
    import pypdf

    one = folder / "one"
    if scanned:
        writer = pypdf.PdfWriter()
        writer.append(SAMPLE / "packet.pdf", pages=(TEXT_PAGES, TEXT_PAGES + 2))
        writer.write(one)
    else:
        join_sample(one, TEXT_PAGES)
    data = one.read_bytes()
    one.unlink()
    for number in range(packets):
        (folder / f"{number:05}.pdf").write_bytes(data + b"\n%% %d\n" % number)


def pages_of(*, scanned: bool) -> int:
    """Pages of each packet."""
    return 2 if scanned else TEXT_PAGES


def run_apart(folder: str, actors: int, *, scanned: bool) -> Run:
    """A run in a program of its own."""
    command = [sys.executable, __file__, "--run", folder, "--actors", str(actors), *(["--scanned"] if scanned else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Run(*json.loads(done.stdout.splitlines()[-1]))


def run_here(folder: Path, actors: int, *, scanned: bool) -> Run:
    """Split the folder with so many actors."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    import yaml

    from splitreader.ray import split_dataset

    def note(source: Source) -> dict[str, float | int]:
        actor = psutil.Process()
        memory, cpu = 0, 0.0
        if scanned or int(Path(source.name).stem) % 10 == 0:  # looking at all processes takes time
            times = [process.cpu_times() for process in (actor, *actor.children())]
            memory, cpu = tree_memory(actor.pid), sum(one.user + one.system for one in times)
        return {"at": time.time(), "actor": actor.pid, "memory": memory, "cpu": cpu}

    ray.init(num_cpus=max(actors, 2), include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    categories = yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))
    columns = {"at": float, "actor": int, "memory": int, "cpu": float}
    called = time.time()
    rows = split_dataset(
        folder,
        SplitReader(categories, metadata=note),
        concurrency=actors,
        batch_size=1 if scanned else 4,
        metadata_columns=columns,
    ).take_all()
    ended = time.time()
    ray.shutdown()
    failed = [row["error"] for row in rows if row["error"]]
    if failed:
        sys.exit(f"{len(failed)} packets failed: {failed[0]}")
    begun: defaultdict[int, dict[float, float]] = defaultdict(dict)
    for row in rows:
        begun[row["actor"]][row["at"]] = row["cpu"]
    if len(begun) != actors:
        sys.exit(f"{len(begun)} of {actors} actors were given packets; give more packets")
    start, end = max(map(min, begun.values())), min(map(max, begun.values()))
    counted = sum(start < moment <= end for moments in begun.values() for moment in moments)
    return Run(
        packets_a_second=counted / (end - start),
        start_seconds=start - called,
        cpu_a_page=cpu_a_packet(list(begun.values())) / pages_of(scanned=scanned) * 1000,
        peak_mb=max(row["memory"] for row in rows) / 2**20,
        whole_seconds=ended - called,
    )


def cpu_a_packet(begun: list[dict[float, float]]) -> float:
    """Seconds of CPU time, from those that each actor noted at some of its packets; 0 is no note."""
    seconds, packets = 0.0, 0
    for moments in begun:
        noted = sorted(moment for moment, cpu in moments.items() if cpu)[1:]  # the first packet pays for the start
        if len(noted) > 1:
            seconds += moments[noted[-1]] - moments[noted[0]]
            packets += sum(noted[0] < moment <= noted[-1] for moment in moments)
    return seconds / packets if packets else float("nan")


def show(runs: dict[int, list[Run]], *, pages: int) -> None:
    """A table, and ratios run by run."""
    print(
        f"{'actors':>6} {'packets/s (median)':>19} {'min':>8} {'max':>8} {'pages/s':>8} {'CPU ms a page':>14} "
        f"{'start s':>8} {'peak MB':>8}"
    )
    for actors, seen in runs.items():
        speeds = [run.packets_a_second for run in seen]
        median = statistics.median(speeds)
        start = statistics.median(run.start_seconds for run in seen)
        cpu = statistics.median(run.cpu_a_page for run in seen)
        peak = max(run.peak_mb for run in seen)
        print(
            f"{actors:6} {median:19.2f} {min(speeds):8.2f} {max(speeds):8.2f} {median * pages:8.1f} {cpu:14.1f} "
            f"{start:8.1f} {peak:8.0f}"
        )
    first, *others = runs
    for actors in others:
        pairs = zip(runs[actors], runs[first], strict=True)
        ratios = [more.packets_a_second / one.packets_a_second for more, one in pairs]
        print(
            f"{actors} actors to {first}, run by run: median {statistics.median(ratios):.2f}, "
            f"from {min(ratios):.2f} to {max(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
