"""Pages a second and peak memory of `SplitReader.split`, beside raw text extraction by pypdfium2.

Both run in processes of their own, in turn, on the same packet: the sample packet, joined to itself until it has
2,000 pages. Memory is the resident set of the whole process tree, looked at every 20 ms. Run by ``make bench-text``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from measuring import SAMPLE, Run, join_sample, measure

ROUNDS = 5

RAW = """
import sys, time, pypdfium2
begin = time.perf_counter()
document = pypdfium2.PdfDocument(sys.argv[1])
for index in range(len(document)):
    page = document[index]
    textpage = page.get_textpage()
    textpage.get_text_bounded()
    textpage.close()
    page.close()
print(len(document), time.perf_counter() - begin)
"""

SPLIT = """
import sys, time, yaml
from splitreader import SplitReader
reader = SplitReader(yaml.safe_load(open(sys.argv[2])))
begin = time.perf_counter()
result = reader.split(sys.argv[1])
print(result.page_count, time.perf_counter() - begin)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    runs: dict[str, list[Run]] = {"pypdfium2, raw": [], "SplitReader.split": []}
    with tempfile.TemporaryDirectory() as folder:
        packet = Path(folder) / "packet.pdf"
        join_sample(packet, options.pages)
        for _ in range(options.rounds):
            runs["pypdfium2, raw"].append(measure(RAW, packet, SAMPLE / "categories.yaml"))
            runs["SplitReader.split"].append(measure(SPLIT, packet, SAMPLE / "categories.yaml"))
    print(f"{'':20} {'pages/s (median)':>18} {'min':>8} {'max':>8} {'peak MB':>9}")
    for name, seen in runs.items():
        speeds = [run.pages_a_second for run in seen]
        peak = max(run.peak_mb for run in seen)
        print(f"{name:20} {statistics.median(speeds):18.0f} {min(speeds):8.0f} {max(speeds):8.0f} {peak:9.0f}")
    pairs = zip(runs["SplitReader.split"], runs["pypdfium2, raw"], strict=True)
    ratios = [ours.pages_a_second / raw.pages_a_second for ours, raw in pairs]
    print(f"ratio, pair by pair: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()
