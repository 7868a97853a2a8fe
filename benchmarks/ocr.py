"""OCR pages a second: splitreader beside RapidOCR called alone on the same pages, and two packets on two cores.

Each line is a process of its own, run in turn; the pages are pictures of the sample packet's text pages. "alone" and
"split" stay on one core; "two packets" are read by two threads, once on one core and once on all. Run by
``make bench-ocr``. Pinning needs Linux's taskset.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
from pathlib import Path

from measuring import SAMPLE, Run, measure

ROUNDS = 3
PAGES = 6
ONE_CORE = ("taskset", "-c", "0")

ALONE = """
import sys, time, cv2, numpy, pypdfium2
from rapidocr import RapidOCR
from splitreader.pdf._scans import render
cv2.setNumThreads(1)
threads = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
engine = RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False, **threads})
begin = time.perf_counter()
document = pypdfium2.PdfDocument(sys.argv[1])
for page in document:
    engine(numpy.asarray(render(page).convert("RGB"))[:, :, ::-1])
print(len(document), time.perf_counter() - begin)
"""

SPLIT = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from splitreader import SplitReader
reader = SplitReader(["invoice", "contract"])
begin = time.perf_counter()
with ThreadPoolExecutor(len(sys.argv) - 1) as pool:
    results = list(pool.map(reader.split, sys.argv[1:]))
print(sum(result.page_count for result in results), time.perf_counter() - begin)
"""


def make_scans(path: Path, pages: range) -> None:
    """Write pictures of some pages of the sample packet as a PDF without text."""
    import pypdfium2
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    document = pypdfium2.PdfDocument(SAMPLE / "packet.pdf")
    canvas = Canvas(str(path))
    for index in pages:
        picture = io.BytesIO()
        document[index].render(scale=150 / 72).to_pil().save(picture, "JPEG", quality=80)
        canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    names = ("alone, one core", "split, one core", "two packets, one core", "two packets, all cores")
    runs: dict[str, list[Run]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first.pdf", Path(folder) / "second.pdf"
        make_scans(first, range(PAGES))
        make_scans(second, range(1, PAGES + 1))
        for _ in range(options.rounds):
            runs[names[0]].append(measure(ALONE, first, before=ONE_CORE))
            runs[names[1]].append(measure(SPLIT, first, before=ONE_CORE))
            runs[names[2]].append(measure(SPLIT, first, second, before=ONE_CORE))
            runs[names[3]].append(measure(SPLIT, first, second))
    print(f"{'':24} {'pages/s (median)':>18} {'min':>8} {'max':>8} {'peak MB':>9}")
    for name, seen in runs.items():
        speeds = [run.pages_a_second for run in seen]
        peak = max(run.peak_mb for run in seen)
        print(f"{name:24} {statistics.median(speeds):18.2f} {min(speeds):8.2f} {max(speeds):8.2f} {peak:9.0f}")
    for one, other in ((1, 0), (3, 2)):
        pairs = zip(runs[names[one]], runs[names[other]], strict=True)
        ratio = statistics.median(run.pages_a_second / against.pages_a_second for run, against in pairs)
        print(f"{names[one]} / {names[other]}: {ratio:.2f}")


if __name__ == "__main__":
    main()
