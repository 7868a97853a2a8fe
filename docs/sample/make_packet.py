"""Write the sample packet and its truth; with --check, only say whether the files beside this one are up to date."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from contract import draw_contract
from invoices import draw_long_invoice, draw_short_invoice
from layout import PAGE_SIZE
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from single_pages import draw_claim_form, draw_letter, draw_receipt
from statement import draw_bank_statement

HERE = Path(__file__).resolve().parent
PDF_NAME = "packet.pdf"
TRUTH_NAME = "truth.json"

DrawDocument: TypeAlias = Callable[[Canvas], None]


def draw_scans(sheet: Canvas) -> None:
    """Two pages that are pictures without text; make_scans.py makes the pictures."""
    for number in (1, 2):
        sheet.setPageSize(PAGE_SIZE)
        picture = ImageReader(io.BytesIO((HERE / f"scan-{number}.jpg").read_bytes()))
        sheet.drawImage(picture, 0, 0, *PAGE_SIZE)
        sheet.showPage()


DOCUMENTS: tuple[tuple[str, DrawDocument], ...] = (
    ("invoice", draw_long_invoice),
    ("invoice", draw_short_invoice),
    ("contract", draw_contract),
    ("bank_statement", draw_bank_statement),
    ("letter", draw_letter),
    ("receipt", draw_receipt),
    ("claim_form", draw_claim_form),
    ("delivery_note", draw_scans),
)


def draw_packet() -> tuple[bytes, list[dict[str, Any]]]:
    """The packet, and for every document in it the category and the 1-based pages."""
    buffer = io.BytesIO()
    sheet = Canvas(buffer, invariant=1, pageCompression=0)
    sheet.setTitle("Sample packet")
    sheet.setAuthor("The splitreader authors")
    segments: list[dict[str, Any]] = []
    for category, draw in DOCUMENTS:
        first = sheet.getPageNumber()
        draw(sheet)
        segments.append({"category": category, "pages": list(range(first, sheet.getPageNumber()))})
    sheet.save()
    return buffer.getvalue(), segments


def make_files() -> dict[str, bytes]:
    """The content of every generated file, by name."""
    packet, segments = draw_packet()
    truth = {
        "name": "sample_packet",
        "pdf": PDF_NAME,
        "page_count": segments[-1]["pages"][-1],
        "categories": yaml.safe_load((HERE / "categories.yaml").read_text(encoding="utf-8")),
        "segments": segments,
    }
    return {PDF_NAME: packet, TRUTH_NAME: (json.dumps(truth, indent=1) + "\n").encode()}


def outdated(files: dict[str, bytes]) -> list[str]:
    """The names of the files that are missing or have other content."""
    return [name for name, data in files.items() if not (HERE / name).is_file() or (HERE / name).read_bytes() != data]


def main() -> int:
    """Write the files, or compare them; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not up to date")
    files = make_files()
    if parser.parse_args().check:
        stale = outdated(files)
        for name in stale:
            print(f"{name} is not what make_packet.py writes", file=sys.stderr)
        return 1 if stale else 0
    for name, data in files.items():
        (HERE / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
