"""The tables of docs/accuracy.md: ``python benchmarks/accuracy.py [POOL ...]``.

Packets are joined from documents that ``made_documents`` writes with another seed than the fit's, or from the pools of
labelled documents that are given (the form is in ``joined.py``). Fitted weights are always those of other sources. Of
the pools, taken together, each quarter of the sources is split with weights from the other three quarters; or, with
``--by-category`` each quarter of the categories with weights from the others; or, with
``--fit-on OTHER ...``, packets are joined from all their documents, and split with weights from the other pools, less
the sources that are in both. Every engine splits the same packets in the same run. Intervals are the middle 95 % of
bootstrap samples over sources.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from boundary_model import ReadPacket
from engine_variants import PageByPage, SegmentVotes, without
from error_analysis import print_errors
from fit_weights import FOLDS, MADE_DOCUMENTS, MADE_PACKETS, MADE_SEED, as_read, fit_with_made
from held_out_weights import from_made, from_others, of_each_fold
from joined import EqualCategories, join
from labelled_pools import (
    Pool,
    Weighted,
    folds_by_category,
    folds_by_source,
    merged,
    packets_of,
    without_sources,
)
from made_documents.pools import make_pool
from recognition_errors import misread_pool

from splitreader import SplitReader
from splitreader.engines import Engine
from splitreader.engines.embedded.weights import Weights, built_in_weights
from splitreader.evaluation import Evaluation, PacketScore, TruePacket, evaluate
from splitreader.evaluation._calibration import calibrate as compare_scores
from splitreader.evaluation._metrics import Estimate, measure

COLUMNS = ("boundary_f1", "segment_category_f1", "page_category", "packets_without_error")
RUN_COLUMNS = ("boundary_f1", "packets_without_error")
TEST_SEED = 5
"""Of the made documents that are measured; the fit saw others."""

HAND_SET = Weights(prior=-0.9)
RESAMPLES = 1000
TIMED_PACKETS = 40
FIT_PACKETS = 240
"""How many packets of labelled documents are fitted on, as in ``fit_weights.py``."""

Part = tuple[Sequence[TruePacket], Weights]
"""Packets, and weights that no source of theirs had a part in."""

EngineOf = Callable[[Weights], Engine]


@dataclass(frozen=True)
class Measured:
    """What one section of the tables is about.

    Args:
        title: its heading.
        mixed: packets of all kinds of documents.
        runs: packets of one-page documents of one category.
        made_only: weights from made documents alone, where others are measured beside them.
    """

    title: str
    mixed: Sequence[Part]
    runs: Sequence[Part]
    made_only: Weights | None = None


def measured(title: str, pools: Sequence[Pool], weights: Sequence[Weights], packets: int) -> Measured:
    """Packets joined from each pool, with the weights for it."""
    mixed, runs = (
        [
            (join(pool, packets // len(pools), single_pages=single_pages), own)
            for pool, own in zip(pools, weights, strict=True)
        ]
        for single_pages in (False, True)
    )
    return Measured(title, mixed, runs)


def print_table(of: Measured) -> list[Evaluation]:
    """Print the engines with intervals, and how fast they were; return what the fitted one made of mixed packets."""
    documents = sum(len(packet.segments) for part, _ in of.mixed for packet in part)
    pages = sum(packet.page_count for part, _ in of.mixed for packet in part)
    groups = {packet.group for part, _ in of.mixed for packet in part}
    count = sum(len(part) for part, _ in of.mixed)
    print(f"## {of.title}\n\n{count} packets, {documents} documents, {pages} pages, {len(groups)} sources\n")
    _heading()
    _row("equal TF-IDF categories grouped", of, lambda _: EqualCategories(), resamples=RESAMPLES)
    _row("cues with hand-set strengths", of, lambda _: Weighted(HAND_SET), resamples=RESAMPLES)
    if (made_only := of.made_only) is not None:
        _row("fitted on made documents only", of, lambda _: Weighted(made_only), resamples=RESAMPLES)
    fitted = _row("**fitted**", of, Weighted, resamples=RESAMPLES)
    _row("fitted, no page may be uncategorized", of, Weighted, resamples=RESAMPLES, allow_uncategorized="forbid")
    speeds = [_speed(of.mixed, engine_of) for engine_of in (Weighted, lambda _: EqualCategories())]
    print(f"\npages a second of processor time: the engine {speeds[0]:.0f}, grouping {speeds[1]:.0f}\n")
    return fitted


def print_ablation(of: Measured) -> None:
    """Print the fitted engine without each of its parts."""
    _heading()
    _row("**fitted**", of, Weighted)
    _row("- page by page, no decoder", of, PageByPage)
    _row("- segment-level decoder (semi-Markov)", of, SegmentVotes)
    _row("- without looks", of, lambda weights: Weighted(without(weights, None)))
    for cue in sorted(built_in_weights().cues):
        _row(f"- without {cue}", of, partial(_weighted_without, cue=cue))
    print()


def _weighted_without(weights: Weights, *, cue: str) -> Engine:
    return Weighted(without(weights, cue))


def _heading() -> None:
    print("| | " + " | ".join(COLUMNS) + " | runs: " + " | runs: ".join(RUN_COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + len(RUN_COLUMNS) + 1) + "|")


def _row(name: str, of: Measured, engine_of: EngineOf, *, resamples: int = 0, **options: Any) -> list[Evaluation]:
    cells: list[str] = []
    rows = []
    for parts, columns in ((of.mixed, COLUMNS), (of.runs, RUN_COLUMNS)):
        rows.append([evaluate(part, engine=engine_of(own), **options) for part, own in parts])
        estimates = measure(_scores(rows[-1]), resamples=resamples).estimates
        cells += [_told(estimates[column]) for column in columns]
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    return rows[0]


def _speed(parts: Sequence[Part], engine_of: EngineOf) -> float:
    """Pages a second of processor time, so that other work on the machine doesn't count."""
    pages, seconds = 0, 0.0
    for part, own in parts:
        for packet in part[: TIMED_PACKETS // len(parts)]:
            reader = SplitReader(packet.categories, engine=engine_of(own))
            begin = time.process_time()
            reader.from_pages(packet.pages or (), source=None)
            seconds += time.process_time() - begin
            pages += packet.page_count
    return pages / seconds


def _told(estimate: Estimate) -> str:
    interval = "" if estimate.low is None else f" ({estimate.low:.2f} to {estimate.high:.2f})"
    return f"{estimate.value or 0:.3f}{interval}"


def _scores(evaluations: Iterable[Evaluation]) -> list[PacketScore]:
    return list(chain.from_iterable(evaluation.scores for evaluation in evaluations))


def print_confidence(evaluations: Sequence[Evaluation]) -> None:
    """Print how scores compare with what is right."""
    scores = _scores(evaluations)
    seen = compare_scores(scores)
    low, high = error_interval(scores)
    print(f"expected calibration error {seen.error:.3f} ({low:.3f} to {high:.3f})\n")
    print("| confidence | segments | mean score | right |\n|---|---|---|---|")
    for item in seen.by_confidence:
        print(f"| {item.label} | {item.count} | {item.score or 0:.2f} | {item.right:.2f} |")
    print("\n| wanted precision | segments that go through | of these right |\n|---|---|---|")
    for through in seen.automation:
        told = "none" if through.precision is None else f"{through.precision:.1%}"
        print(f"| {through.wanted:.0%} | {through.share:.1%} | {told} |")
    print()


def error_interval(scores: Sequence[PacketScore], resamples: int = 200) -> tuple[float, float]:
    """The middle 95 % of the calibration error over bootstrap samples of the groups."""
    groups = sorted({score.group for score in scores})
    of_group = {group: [score for score in scores if score.group == group] for group in groups}
    generator = random.Random(TEST_SEED)
    drawn = (
        [score for group in generator.choices(groups, k=len(groups)) for score in of_group[group]]
        for _ in range(resamples)
    )
    errors = sorted(compare_scores(sample).error or 0.0 for sample in drawn)
    return errors[int(0.025 * resamples)], errors[int(0.975 * resamples)]


def made_sections(made: Sequence[ReadPacket], packets: int) -> list[Measured]:
    """Made documents as they are, and misread."""
    weights = from_made(made, packets)
    pool = make_pool(TEST_SEED, MADE_DOCUMENTS)
    return [
        measured("Made documents", [pool], [weights], packets),
        measured("Made documents with recognition errors", [misread_pool(pool, TEST_SEED)], [weights], packets),
    ]


def real_section(
    pools: Sequence[Path], fit_on: Sequence[Path], made: Sequence[ReadPacket], packets: int, *, by_category: bool
) -> Measured:
    """The documents of pools."""
    pool = merged(pools)
    if fit_on:
        parts = [pool]
        weights = [from_others(without_sources(merged(fit_on), pool), made, FIT_PACKETS)]
    else:
        parts = (folds_by_category if by_category else folds_by_source)(pool, FOLDS)
        weights = of_each_fold(parts, made, FIT_PACKETS)
    return replace(measured("Real documents", parts, weights, packets), made_only=fit_with_made([], made))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="*")
    parser.add_argument("--packets", type=int, default=200)
    parser.add_argument("--fit-on", type=Path, nargs="+", default=[], help="other pools that the weights come from")
    parser.add_argument("--by-category", action="store_true", help="folds by category instead of by source")
    parser.add_argument("--no-ablation", action="store_true", help="not the engine without each of its parts")
    parser.add_argument("--errors", action="store_true", help="what is wrong with the packets that are not right")
    options = parser.parse_args()
    made = as_read(packets_of(make_pool(MADE_SEED, MADE_DOCUMENTS), MADE_PACKETS))
    if options.pools:
        measurements = [
            real_section(options.pools, options.fit_on, made, options.packets, by_category=options.by_category)
        ]
    else:
        measurements = made_sections(made, options.packets)
    for section in measurements:
        fitted = print_table(section)
        print_confidence(fitted)
        if options.errors:
            print_errors(chain.from_iterable(zip(seen.truths, seen.results, strict=True) for seen in fitted))
        if not options.no_ablation:
            print_ablation(section)


if __name__ == "__main__":
    main()
