"""Where the time goes for a text packet and a scanned one: ``make bench-profile``.

A packet is split as a worker process does it, in this process: once to load what is loaded once, then under cProfile.
The parts are functions whose time, with all they call, does not overlap; the rest is what is left.
"""

from __future__ import annotations

import cProfile
import io
import json
import pickle
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType

from packet_files import make_scanned_packets, make_text_packets

from splitreader import EmbeddedEngine, SplitConfig
from splitreader.engines._in_worker import pickled_splitter
from splitreader.evaluation import TruePacket
from splitreader.pdf._frames import write_frame
from splitreader.pdf._opening import PDFInput
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._splitting import split_while_reading
from splitreader.pdf._texts import TextRequest, text_frames
from splitreader.sources import Source

PACKETS = 20
PARTS = {
    "opening (PDFium)": ("open_pdfium",),
    "page tree (pypdf)": ("pdfium_sees_every_page",),
    "pages and their text (PDFium)": ("get_page", "get_textpage", "get_text_bounded"),
    "layout": ("read_layout",),
    "is it a scan": ("is_scan",),
    "drawing scans": ("render",),
    "OCR": ("read_picture",),
    "page features": ("read_page",),
    "category scores of the call": ("_declared",),
    "category scores of pages": ("score",),
    "keys": ("find_identifiers",),
    "boundary cues": ("_weigh",),
    "decoder": ("decode",),
    "segments, evidence": ("propose_segments",),
    "frames": ("write_frame",),
}
"""Functions of each part, by name; of those that are called by another part only the outer one counts."""


def split_all(packets: list[TruePacket]) -> Callable[[], None]:
    """What a worker does with the packets."""
    config = SplitConfig(categories=packets[0].categories)
    splitter = pickle.loads(pickled_splitter(EmbeddedEngine(), config) or b"")

    def split() -> None:
        sent = io.BytesIO()
        for packet in packets:
            pdf = PDFInput(name=packet.name, path=str(packet.pdf), state=None, data=b"", password=None)
            frames = text_frames(TextRequest(pdf=pdf, pages=None, max_pages=None, scans="read"))
            split_while_reading(frames, packet.name, splitter, lambda frame: write_frame(sent, frame))

    return split


def show(name: str, packets: list[TruePacket]) -> None:
    """Profile and print."""
    split = split_all(packets)
    split()
    begin = time.process_time()
    split()
    plain = time.process_time() - begin
    profile = cProfile.Profile()
    profile.runcall(split)
    calls = profile.getstats()
    pages = sum(packet.page_count for packet in packets)
    total = sum(call.inlinetime for call in calls)
    print(f"{name}: {len(packets)} packets, {pages} pages, {1000 * plain / pages:.2f} ms CPU a page (without profile)")
    rest = total
    for part, functions in PARTS.items():
        seconds = sum(call.totaltime for call in calls if _is_one_of(call.code, functions))
        rest -= seconds
        if seconds > 0.005 * total:
            print(f"  {part:32} {100 * seconds / total:5.1f} %")
    print(f"  {'the rest':32} {100 * rest / total:5.1f} %")


def _is_one_of(code: CodeType | str, functions: tuple[str, ...]) -> bool:
    if isinstance(code, str):
        return False
    ours = "splitreader" in code.co_filename or "pypdfium2" in code.co_filename
    return ours and code.co_name in functions


def show_start(path: Path) -> None:
    """What it costs to start a process and read a page."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    with PDFWorker() as worker:
        for _ in worker.texts(Source(name="p", path=path), pages=[1]):
            pass
        seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"a process, until it has read its first page: {seconds:.2f} s, {cpu:.2f} s CPU")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        texts = make_text_packets(Path(folder, "text"), PACKETS)
        print(json.dumps({"categories": len(texts[0].categories)}))
        show_start(texts[0].pdf or Path())
        show("text", texts)
        show("scanned", make_scanned_packets(Path(folder, "scanned"), 2))


if __name__ == "__main__":
    main()
