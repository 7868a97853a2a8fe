"""Many packets as PDF files, with their truth: made documents, set as text or drawn as scans."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from joined import join
from made_documents.pools import make_pool
from pydantic import TypeAdapter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from splitreader.evaluation import TruePacket

SEED = 11
POOL_DOCUMENTS = 900
CATEGORIES = 12
"""The most frequent ones of the pool; all of them are declared for every packet."""

LONGEST_DOCUMENT = 12
SCANNED_PAGES = 3
"""Pages of a scanned packet."""

_TRUTHS = TypeAdapter(list[TruePacket])


def make_text_packets(folder: Path, count: int) -> list[TruePacket]:
    """Packets whose pages have text, written to a folder with their truth."""
    packets = join(_pool(), count, seed=SEED)
    return _written(folder, [(packet, as_text_pdf(packet.pages or ())) for packet in packets])


def make_scanned_packets(folder: Path, count: int) -> list[TruePacket]:
    """Short packets whose pages are pictures, written to a folder with their truth."""
    packets: list[TruePacket] = []
    for packet in join(_pool(), 20 * count, seed=SEED + 1):
        ends = {segment.pages[-1] for segment in packet.segments}
        if SCANNED_PAGES in ends and len(packets) < count:
            segments = tuple(segment for segment in packet.segments if segment.pages[-1] <= SCANNED_PAGES)
            pages = (packet.pages or ())[:SCANNED_PAGES]
            update = {"segments": segments, "pages": pages, "page_count": SCANNED_PAGES}
            packets.append(packet.model_copy(update=update))
    return _written(folder, [(packet, as_scanned_pdf(packet.pages or ())) for packet in packets])


def make_distinct_copies(packets: Sequence[TruePacket], folder: Path, count: int) -> None:
    """Copies of PDFs, again and again, each with other bytes: a comment at its end tells them apart."""
    folder.mkdir()
    data = [packet.pdf.read_bytes() for packet in packets if packet.pdf is not None]
    for number in range(count):
        Path(folder, f"{number:05}.pdf").write_bytes(data[number % len(data)] + b"\n%% %d\n" % number)


def read_truth(folder: Path) -> list[TruePacket]:
    """What was written with the packets."""
    return _TRUTHS.validate_json(Path(folder, "truth.json").read_bytes())


def as_text_pdf(pages: Sequence[str]) -> bytes:
    """A PDF with one page for each text, small enough for eighty lines."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for text in pages:
        lines = canvas.beginText(40, A4[1] - 40)
        lines.setFont("Helvetica", 8, leading=9.4)
        for line in text.splitlines():
            lines.textLine(line.encode("cp1252", "replace").decode("cp1252"))
        canvas.drawText(lines)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def as_scanned_pdf(pages: Sequence[str]) -> bytes:
    """The same as pictures of 150 dpi."""
    import pypdfium2

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    document = pypdfium2.PdfDocument(as_text_pdf(pages))
    for page in document:
        picture = io.BytesIO()
        page.render(scale=150 / 72).to_pil().save(picture, "JPEG", quality=80)
        canvas.drawImage(ImageReader(picture), 0, 0, *A4)
        canvas.showPage()
    document.close()
    canvas.save()
    return buffer.getvalue()


def _pool() -> dict[str, Any]:
    pool = make_pool(SEED, POOL_DOCUMENTS)
    documents = [document for document in pool["docs"] if len(document["pages"]) <= LONGEST_DOCUMENT]
    frequent = {key for key, _ in Counter(document["cat"] for document in documents).most_common(CATEGORIES)}
    return {
        "cats": {key: about for key, about in pool["cats"].items() if key in frequent},
        "docs": [document for document in documents if document["cat"] in frequent],
    }


def _written(folder: Path, packets: Sequence[tuple[TruePacket, bytes]]) -> list[TruePacket]:
    folder.mkdir()
    truths = []
    for number, (packet, data) in enumerate(packets):
        path = Path(folder, f"{number:04}.pdf")
        path.write_bytes(data)
        truths.append(packet.model_copy(update={"pdf": path, "pages": None, "name": path.name}))
    Path(folder, "truth.json").write_bytes(_TRUTHS.dump_json(truths))
    categories = {category.name: category.description for category in truths[0].categories}
    Path(folder, "categories.json").write_text(json.dumps(categories))
    return truths
