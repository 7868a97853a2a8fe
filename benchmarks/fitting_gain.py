"""What a few examples are worth: the embedded engine before and after `fit`, on documents that were no examples.

``python benchmarks/fitting_gain.py [POOL ...]`` takes pools as ``joined.py`` does; documents marked ``fragment`` are
left out. Without a pool, made documents are measured. In every round, examples of each category with at least eight
documents are drawn by seed; packets are joined from the documents that were not drawn, those of small categories
included, which have no examples. With ``--packets-too`` the examples are put into packets of three documents, so that
boundaries are learned, too. Metrics are means over the rounds. Weights and calibration are never those of the sources
that are split: made documents have those of another seed, and each quarter of the pools' sources those of the others.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from accuracy import FIT_PACKETS, TEST_SEED, error_interval
from engine_variants import WithExamples
from fit_weights import FOLDS, MADE_DOCUMENTS, MADE_PACKETS, MADE_SEED, as_read
from held_out_weights import from_made, of_each_fold
from joined import join
from labelled_pools import Pool, Weighted, folds_by_source, merged, packets_of
from made_documents.pools import make_pool

from splitreader import EmbeddedEngine, Example
from splitreader.engines import Engine
from splitreader.engines.embedded.fitted_weights import learn_weights
from splitreader.engines.embedded.weights import Weights
from splitreader.evaluation import METRICS, PacketScore, TruePacket, evaluate
from splitreader.evaluation._calibration import calibrate
from splitreader.evaluation._metrics import measure

EXAMPLES = 5
FEWEST_DOCUMENTS = 8
ROUNDS = 4
PACKETS = 60
FEWEST_LEFT = 8
"""A fold with fewer documents that are no examples is not joined to packets."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="*")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each category")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--packets", type=int, default=PACKETS, help="of each round")
    parser.add_argument("--packets-too", action="store_true", help="examples are packets, not single documents")
    options = parser.parse_args()
    made = as_read(packets_of(make_pool(MADE_SEED, MADE_DOCUMENTS), MADE_PACKETS))
    if options.pools:
        folds = folds_by_source(merged(options.pools), FOLDS)
        weights = of_each_fold(folds, made, FIT_PACKETS)
    else:
        folds = [make_pool(TEST_SEED, MADE_DOCUMENTS)]
        weights = [from_made(made, FIT_PACKETS)]
    parts = list(zip(folds, weights, strict=True))
    rounds = [
        _round(parts, options.examples, options.packets, seed, in_packets=options.packets_too)
        for seed in range(options.rounds)
    ]
    print(f"{options.examples} examples a category, {options.rounds} rounds of {options.packets} packets\n")
    print("| | before | after | gain | rounds |\n|---|---|---|---|---|")
    estimates = [tuple(measure(scores, resamples=0).estimates for scores in pair) for pair in rounds]
    for name in METRICS:
        pairs = [(before[name].value or 0.0, after[name].value or 0.0) for before, after in estimates]
        before_mean, after_mean = (statistics.fmean(values) for values in zip(*pairs, strict=True))
        changes = [after_value - before_value for before_value, after_value in pairs]
        print(
            f"| {name} | {before_mean:.3f} | {after_mean:.3f} | {after_mean - before_mean:+.3f}"
            f" | {min(changes):+.3f} to {max(changes):+.3f} |"
        )
    cells = []
    for scores in (list(chain.from_iterable(side)) for side in zip(*rounds, strict=True)):
        low, high = error_interval(scores)
        cells.append(f"{calibrate(scores).error or 0:.3f} ({low:.3f} to {high:.3f})")
    print(f"| expected calibration error, all rounds | {' | '.join(cells)} | | |")


def _round(
    parts: Sequence[tuple[Pool, Weights]], count: int, packets: int, seed: int, *, in_packets: bool
) -> tuple[list[PacketScore], list[PacketScore]]:
    """The packets' scores before and after the examples."""
    drawn = _draw([document for fold, _ in parts for document in fold["docs"]], count, seed)
    examples = _packets(drawn, seed) if in_packets else [Example.document(each["cat"], each["pages"]) for each in drawn]
    learned = EmbeddedEngine().fit(examples).learned
    prototypes = learned.prototypes if learned else ()
    before: list[PacketScore] = []
    after: list[PacketScore] = []
    for fold, own in parts:
        left = [document for document in fold["docs"] if all(document is not taken for taken in drawn)]
        if len(left) < FEWEST_LEFT:
            continue
        joined = join({**fold, "docs": left}, packets // len(parts), seed=seed)
        before += _scores(joined, Weighted(own))
        after += _scores(joined, WithExamples(learn_weights(examples, own) or own, prototypes))
    return before, after


def _scores(packets: Sequence[TruePacket], engine: Engine) -> list[PacketScore]:
    return list(evaluate(packets, engine=engine).scores)


def _draw(documents: Sequence[dict[str, Any]], count: int, seed: int) -> list[dict[str, Any]]:
    """The examples' documents."""
    generator = random.Random(seed)
    by_category: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in documents:
        by_category[document["cat"]].append(document)
    return [
        document
        for _, found in sorted(by_category.items())
        if len(found) >= FEWEST_DOCUMENTS
        for document in generator.sample(found, count)
    ]


def _packets(documents: Sequence[dict[str, Any]], seed: int) -> list[Example]:
    """Three documents a packet."""
    mixed = random.Random(seed).sample(documents, len(documents))
    return [_packet(mixed[start : start + 3]) for start in range(0, len(mixed), 3)]


def _packet(documents: Sequence[dict[str, Any]]) -> Example:
    pages: list[str] = []
    segments = []
    for document in documents:
        segments.append((document["cat"], range(len(pages) + 1, len(pages) + len(document["pages"]) + 1)))
        pages += document["pages"]
    return Example.packet(pages, segments)


if __name__ == "__main__":
    main()
