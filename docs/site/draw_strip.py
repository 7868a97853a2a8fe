"""Split the sample packet and draw its page strip, light and dark; with --check, say whether the files are up to date.

Needs the extra ``ocr``: the last two pages of the sample are scans.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

import yaml

from splitreader import SplitReader, SplitResult
from splitreader.strip.cells import FoldedRuns, Run, caption, strip_runs

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample"
WIDTH, MARGIN = 680, 18
CELL, HEIGHT, GAP, BETWEEN, ROW = 40, 52, 4, 22, 110
LETTER, LEAST = 7.4, 112
"""Width of a letter of a label, about, and of the line below it."""


class Theme(NamedTuple):
    """Colours of the picture."""

    paper: str
    ink: str
    faint: str
    frame: str


THEMES = {
    "strip-light.svg": Theme(paper="#ffffff", ink="#1d2329", faint="#59636e", frame="#d5dae0"),
    "strip-dark.svg": Theme(paper="#171b21", ink="#e8edf2", faint="#9aa5b1", frame="#39424c"),
}


def split_sample() -> SplitResult:
    categories = yaml.safe_load((SAMPLE / "categories.yaml").read_text(encoding="utf-8"))
    return SplitReader(categories).split(SAMPLE / "packet.pdf")


def draw(result: SplitResult, theme: Theme) -> str:
    runs = [run for run in strip_runs(result) if not isinstance(run, FoldedRuns)]
    places = list(_places(runs))
    height = places[-1][1] + HEIGHT + 56
    body = "\n".join(
        part for run, (left, top) in zip(runs, places, strict=True) for part in _run(run, left, top, theme)
    )
    said = escape(f"packet.pdf: {caption(result)}")
    size = f'width="{WIDTH}" height="{height}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {size} role="img">
<title>{said}</title>
<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="4" height="8" fill="#ffffff" fill-opacity=".5"/></pattern></defs>
<style>text {{ font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif }}</style>
<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="10" fill="{theme.paper}" stroke="{theme.frame}"/>
<text x="{MARGIN}" y="32" font-size="15" font-weight="600" fill="{theme.ink}">{said}</text>
{body}
</svg>
"""


def _places(runs: list[Run]) -> Iterator[tuple[int, int]]:
    left, top = MARGIN, 50
    for run in runs:
        cells = len(run.pages) * (CELL + GAP) - GAP
        width = max(cells, round(LETTER * len(_label(run))), LEAST)
        if left + width > WIDTH - MARGIN:
            left, top = MARGIN, top + ROW
        yield left, top
        left += width + BETWEEN


def _run(run: Run, left: int, top: int, theme: Theme) -> Iterator[str]:
    yield f"<g><title>{escape(chr(10).join(run.description()[:1]))}</title>"
    confidence = run.segment.confidence if run.segment else "high"
    for number, page in enumerate(run.pages):
        x = left + number * (CELL + GAP)
        box = f'x="{x}" y="{top}" width="{CELL}" height="{HEIGHT}" rx="4"'
        ink = run.look.ink
        if confidence == "low":
            yield f'<rect {box} fill="none" stroke="{run.look.colour}" stroke-width="2" stroke-dasharray="3 3"/>'
            ink = theme.ink
        else:
            yield f'<rect {box} fill="{run.look.colour}"/>'
        if confidence == "medium":
            yield f'<rect {box} fill="url(#hatch)"/>'
        yield (
            f'<text x="{x + CELL // 2}" y="{top + HEIGHT // 2 + 5}" font-size="15" text-anchor="middle" '
            f'fill="{ink}">{page}</text>'
        )
    below = top + HEIGHT
    yield f'<text x="{left}" y="{below + 20}" font-size="14" fill="{theme.ink}">{escape(_label(run))}</text>'
    yield f'<text x="{left}" y="{below + 37}" font-size="12" fill="{theme.faint}">{confidence} confidence</text></g>'


def _label(run: Run) -> str:
    return f"{run.number} {run.name}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not up to date")
    arguments = parser.parse_args()
    result = split_sample()
    old = 0
    for name, theme in THEMES.items():
        place, text = HERE / name, draw(result, theme)
        if not arguments.check:
            place.write_text(text, encoding="utf-8")
        elif not place.is_file() or place.read_text(encoding="utf-8") != text:
            print(f"{place} is not up to date; run this script", file=sys.stderr)
            old = 1
    return old


if __name__ == "__main__":
    sys.exit(main())
