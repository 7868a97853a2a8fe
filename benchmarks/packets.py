"""Many packets side by side: ``make bench-packets``.

Three comparisons on packets that the benchmark makes (``packet_files.py``), each run a process of its own:

- 200 text packets and 40 scanned ones with two workers, beside the same pinned to one core; in turn, medians.
- The text packets beside what a user would write instead (``instead.py``), one run each: speed, memory, accuracy.
- ``--memory``: 2,000 text packets in one call; memory of the process tree at packet 200 and at the end. It ends with
  exit status 1 if the end is more than 5 % above packet 200.

Pinning needs Linux's taskset. Memory is the resident set of the whole process tree, looked at every 20 ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from measuring import Run, measure
from packet_files import make_distinct_copies, make_scanned_packets, make_text_packets, read_truth

from splitreader import SplitResult
from splitreader._result import Segment
from splitreader.evaluation import score_packet
from splitreader.evaluation._metrics import measure as measure_accuracy

ONE_CORE = ("taskset", "-c", "0")

MOST_GROWTH = 0.05
"""Of memory, from packet 200 to the end of 2,000."""

SPLIT = """
import json, sys, time
from pathlib import Path
from splitreader import SplitReader
folder, workers, output = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
categories = json.loads((folder / "categories.json").read_text())
begin = time.perf_counter()
pages, found = 0, {}
for packet in SplitReader(categories).split_many(folder, workers=workers):
    pages += packet.result.page_count
    found[packet.source.name] = [(segment.category, segment.pages) for segment in packet.result.segments]
print(pages, time.perf_counter() - begin)
Path(output).write_text(json.dumps(found))
"""

MEMORY = """
import json, os, statistics, sys
from pathlib import Path
import psutil
from splitreader import SplitReader
folder, categories, first = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3])
me, seen = psutil.Process(), []
for packet in SplitReader(categories).split_many(folder, workers=2):
    seen.append(sum(process.memory_info().rss for process in (me, *me.children(recursive=True))) / 2**20)
early, late = seen[first - 1], statistics.median(seen[-first:])
growth = late / early - 1
print(f"{len(seen)} packets: {early:.1f} MB at packet {first}, "
      f"{late:.1f} MB at the end (median of the last {first}): {100 * growth:+.1f} %")
if growth > float(sys.argv[4]):
    sys.exit(f"that is more than {100 * float(sys.argv[4]):.0f} %")
"""


def compare_cores(name: str, folder: Path, rounds: int) -> None:
    """Two workers beside one core."""
    rows = {"one core": (1, ONE_CORE), "one worker, all cores": (1, ()), "two workers, all cores": (2, ())}
    runs: dict[str, list[Run]] = {row: [] for row in rows}
    for _ in range(rounds):
        for row, (workers, before) in rows.items():
            runs[row].append(measure(SPLIT, folder, workers, folder / "found.json", before=before))
    print(f"{name:24} {'pages/s (median)':>18} {'min':>8} {'max':>8} {'peak MB':>9}")
    for row, seen in runs.items():
        speeds = [run.pages_a_second for run in seen]
        peak = max(run.peak_mb for run in seen)
        print(f"{row:24} {statistics.median(speeds):18.3g} {min(speeds):8.3g} {max(speeds):8.3g} {peak:9.0f}")
    pairs = zip(runs["two workers, all cores"], runs["one core"], strict=True)
    ratios = [run.pages_a_second / pinned.pages_a_second for run, pinned in pairs]
    print(f"two workers / one core, round by round: median {statistics.median(ratios):.2f}, ", end="")
    print(f"from {min(ratios):.2f} to {max(ratios):.2f}\n", flush=True)


def compare_with_others(folder: Path, python: str) -> None:
    """The same packets by other means, in an interpreter that has their packages: some want an older pypdf."""
    instead = Path(__file__).with_name("instead.py").read_text()
    output = folder / "found.json"
    rows: dict[str, Callable[[], Run]] = {
        "splitreader, two workers": lambda: measure(SPLIT, folder, 2, output),
        "splitreader, one core": lambda: measure(SPLIT, folder, 1, output, before=ONE_CORE),
        "PyPDFLoader + TF-IDF": lambda: measure(instead, "langchain", folder, output, python=python),
        "PDFReader + TF-IDF": lambda: measure(instead, "llama-index", folder, output, python=python),
        "pypdfium2, text alone": lambda: measure(instead, "pypdfium2", folder, output, python=python),
    }
    print(f"{'':26} {'pages/s':>9} {'peak MB':>9} {'boundary F1':>13} {'without error':>15}")
    for row, run in rows.items():
        output.unlink(missing_ok=True)
        seen = run()
        print(f"{row:26} {seen.pages_a_second:9.0f} {seen.peak_mb:9.0f} {accuracy(folder, output)}", flush=True)
    print()


def accuracy(folder: Path, output: Path) -> str:
    """Boundary F1 and packets without error of what was found."""
    found = json.loads(output.read_text())
    if not found:
        return f"{'-':>13} {'-':>15}"
    scores = []
    for truth in read_truth(folder):
        segments = tuple(
            Segment(category=category, pages=tuple(pages), confidence="high") for category, pages in found[truth.name]
        )
        result = SplitResult(segments=segments, page_count=truth.page_count, engine="found")
        scores.append(score_packet(truth, result))
    metrics = measure_accuracy(scores).estimates
    return f"{metrics['boundary_f1'].value:13.3f} {metrics['packets_without_error'].value:15.3f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=int, default=200, help="text packets")
    parser.add_argument("--scanned", type=int, default=40, help="scanned packets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--others-python", help="an interpreter with langchain-community and the like; else left out")
    parser.add_argument("--memory", action="store_true", help="only the memory over many packets")
    parser.add_argument("--many", type=int, default=2000, help="packets for --memory; the first tenth does not count")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        truths = make_text_packets(folder / "text", options.text)
        pages = sum(truth.page_count for truth in truths)
        if options.memory:
            make_distinct_copies(truths, folder / "many", options.many)
            measure_memory(folder / "many", folder / "text" / "categories.json", options.many // 10)
            return
        compare_cores(f"{options.text} text, {pages} pages", folder / "text", options.rounds)
        if options.scanned:
            scans = make_scanned_packets(folder / "scanned", options.scanned)
            pages = sum(truth.page_count for truth in scans)
            compare_cores(f"{len(scans)} scanned, {pages} pages", folder / "scanned", options.rounds)
        if options.others_python:
            compare_with_others(folder / "text", options.others_python)


def measure_memory(folder: Path, categories: Path, first: int) -> None:
    """Run many packets in a process of its own, and end with its exit status if memory grew."""
    import subprocess

    command = [sys.executable, "-c", MEMORY, str(folder), str(categories), str(first), str(MOST_GROWTH)]
    if status := subprocess.run(command, check=False).returncode:
        sys.exit(status)


if __name__ == "__main__":
    main()
