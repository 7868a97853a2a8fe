"""What the benchmarks share: programs run in processes of their own, and the memory of their process trees."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

SAMPLE = Path(__file__).parent.parent / "docs" / "sample"
TEXT_PAGES = 14
"""Pages of the sample packet that have text; those after them are scans."""


class Run(NamedTuple):
    """What one run showed."""

    pages_a_second: float
    peak_mb: float


def measure(code: str, *arguments: object, before: Sequence[str] = (), python: str = sys.executable) -> Run:
    """Run a program that prints pages and seconds, and watch the memory of its process tree.

    Args:
        code: Python.
        arguments: for the program.
        before: words in front of the command, such as ``("taskset", "-c", "0")``.
        python: the interpreter.
    """
    command = [*before, python, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, tree_memory(process.pid))
            time.sleep(0.02)
        output = process.stdout.read() if process.stdout else ""
    pages, seconds = output.split()
    return Run(float(pages) / float(seconds), peak / 2**20)


def tree_memory(pid: int) -> int:
    """Resident bytes of a process and its descendants."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def join_sample(path: Path, pages: int) -> None:
    """Write the text pages of the sample packet, joined to themselves until there are at least `pages`."""
    import pypdf

    sample = pypdf.PdfReader(SAMPLE / "packet.pdf")
    writer = pypdf.PdfWriter()
    while len(writer.pages) < pages:
        writer.append(sample, pages=(0, TEXT_PAGES), import_outline=False)
    for page in writer.pages:
        page.compress_content_streams()
    writer.write(path)
