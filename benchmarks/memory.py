"""Peak memory of the process tree for text packets of 200, 2,000 and 10,000 pages. Run by ``make bench-memory``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measuring import SAMPLE, join_sample, measure

SIZES = (200, 2000, 10_000)

SPLIT = """
import sys, time, yaml
from splitreader import Limits, SplitReader
reader = SplitReader(yaml.safe_load(open(sys.argv[2])), limits=Limits(max_pages=None))
begin = time.perf_counter()
pages = sum(len(document.segment.pages) for document in reader.lazy_load(sys.argv[1]))
print(pages, time.perf_counter() - begin)
"""


def main() -> None:
    """Measure and print."""
    first = 0.0
    print(f"{'pages':>8} {'peak MB':>9} {'pages/s':>9} {'kB a page above the first':>27}")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            packet = Path(folder) / "packet.pdf"
            join_sample(packet, size)
            run = measure(SPLIT, packet, SAMPLE / "categories.yaml")
        first = first or run.peak_mb
        above = (run.peak_mb - first) * 1024 / max(size - SIZES[0], 1)
        print(f"{size:8} {run.peak_mb:9.0f} {run.pages_a_second:9.0f} {above:27.1f}")


if __name__ == "__main__":
    main()
