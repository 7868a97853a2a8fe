"""Fits the weights of the embedded engine: ``python benchmarks/fit_weights.py [POOL ...] --out weights.json``.

It learns from packets joined from documents that ``made_documents`` writes, and from pools of labelled documents, JSON
files ``{"cats": {id: [name, description]}, "docs": [{"cat", "src", "pages": [text, ...]}]}``, where they are given. The
confidence is calibrated on segments of documents whose sources had no part in the fit.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from boundary_model import ReadPacket, fit, read_packet
from calibration import fit_calibration
from labelled_pools import folds_by_source, merged, packets_of
from made_documents.pools import make_pool

from splitreader import UNCATEGORIZED, PageText, SplitConfig
from splitreader.engines.embedded.confidence import SegmentParts, segment_parts
from splitreader.engines.embedded.decoder import decode, segment_bounds
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import start_log_odds
from splitreader.engines.embedded.weights import Calibration, Weights
from splitreader.evaluation import TruePacket

MADE_DOCUMENTS = 1200
MADE_SEED = 1
MADE_PACKETS = 150
MADE_SHARE = 0.3
"""How much a made packet counts beside one of real documents."""

FOLDS = 4


def as_read(packets: Sequence[TruePacket]) -> list[ReadPacket]:
    """The packets as the boundary model sees them."""
    return [
        read_packet(
            [[(packet.pages or ())[page - 1] for page in part.pages] for part in packet.segments], packet.categories
        )
        for packet in packets
    ]


def fit_with_made(real: Sequence[ReadPacket], made: Sequence[ReadPacket]) -> Weights:
    """Weights from both; a made packet counts less, unless there are no others."""
    share = MADE_SHARE if real else 1.0
    return fit([*real, *made], [1.0] * len(real) + [share] * len(made))


def cross_fitted(parts: Sequence[Sequence[TruePacket]], made: Sequence[ReadPacket]) -> list[Weights]:
    """For each part the weights that all other parts give."""
    read = [as_read(part) for part in parts]
    return [fit_with_made(list(chain.from_iterable(other for other in read if other is not own)), made) for own in read]


def calibrate(parts: Sequence[Sequence[TruePacket]], weights: Sequence[Weights]) -> Calibration:
    """The calibration over all parts, each split with the weights of the others."""
    seen: list[SegmentParts] = []
    right: list[bool] = []
    for part, own in zip(parts, weights, strict=True):
        for packet in part:
            found, judged = _judged(packet, own)
            seen += found
            right += judged
    return fit_calibration(seen, right)


def _judged(packet: TruePacket, weights: Weights) -> tuple[list[SegmentParts], list[bool]]:
    reader = PageReader(SplitConfig(categories=packet.categories), weights)
    for number, text in enumerate(packet.pages or (), start=1):
        reader.read(PageText(page=number, text=text))
    pages = reader.read_pages
    log_odds = start_log_odds(pages, is_selection=False)
    cut = decode(log_odds, [page.first for page in pages], [page.body for page in pages])
    filled = {page.page for page in pages}
    truth = {(tuple(page for page in segment.pages if page in filled), segment.category) for segment in packet.segments}
    names = [*(category.name for category in packet.categories), UNCATEGORIZED]
    bounds = segment_bounds(cut.starts, len(pages))
    found = [
        (tuple(page.page for page in pages[start:end]), names[category])
        for (start, end), category in zip(bounds, cut.categories, strict=True)
    ]
    return segment_parts(cut, pages), [segment in truth for segment in found]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="*")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--packets", type=int, default=240)
    options = parser.parse_args()
    made_pool = make_pool(MADE_SEED, MADE_DOCUMENTS)
    made = as_read(packets_of(made_pool, MADE_PACKETS))
    pool = merged(options.pools) if options.pools else make_pool(MADE_SEED + 1, MADE_DOCUMENTS)
    parts = [packets_of(part, options.packets // FOLDS) for part in folds_by_source(pool, FOLDS)]
    calibration = calibrate(parts, cross_fitted(parts, made))
    weights = fit_with_made(as_read(packets_of(pool, options.packets)) if options.pools else [], made)
    text = weights.model_copy(update={"calibration": calibration}).model_dump_json(indent=2)
    if options.out:
        options.out.write_text(text + "\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
