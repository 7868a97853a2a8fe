"""The tables of docs/accuracy.md: ``python benchmarks/accuracy.py [POOL ...]``.

Packets are joined from documents that ``made_documents`` writes with another seed than the fit's, and from each pool of
labelled documents that is given (the form is in ``joined.py``). Fitted weights are always those of other sources: for
the made packets the fit saw other documents, for the pools each quarter of the sources is split with weights from the
other three quarters. Every engine splits the same packets in the same run.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from boundary_model import ReadPacket
from fit_weights import FOLDS, MADE_DOCUMENTS, MADE_PACKETS, MADE_SEED, as_read, calibrate, fit_with_made
from joined import EqualCategories, join
from labelled_pools import Pool, Weighted, folds_by_source, merged, packets_of
from made_documents.pools import make_pool

from splitreader import EngineAnswer, Packet, ProposedSegment, SplitConfig
from splitreader.engines import Engine
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.weights import CueWeight, Weights, built_in_weights
from splitreader.evaluation import PacketScore, TruePacket, evaluate
from splitreader.evaluation._calibration import calibrate as compare_scores
from splitreader.evaluation._metrics import measure

COLUMNS = ("boundary_f1", "segment_category_f1", "page_category", "packets_without_error")
RUN_COLUMNS = ("boundary_f1", "packets_without_error")
TEST_SEED = 5
"""Of the made documents that are measured; the fit saw others."""

HAND_SET = Weights(prior=-0.9)
RESAMPLES = 200

Part = tuple[Sequence[TruePacket], Weights]
"""Packets, and weights that no source of theirs had a part in."""


class PageByPage:
    """The embedded engine without its decoder: each page has its best category, and starts where its odds say so."""

    name = "embedded"
    is_remote = False

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def check(self, config: SplitConfig) -> None:
        """Honours the categories."""

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet."""
        reader = PageReader(config, self.weights)
        for text in packet.pages():
            reader.read(text)
        names = [*config.category_names, "uncategorized"]
        runs: list[tuple[str, list[int]]] = []
        for page in reader.read_pages:
            best = names[max(range(len(page.first)), key=page.first.__getitem__)]
            if not runs or page.log_odds > 0 or best != runs[-1][0]:
                runs.append((best, []))
            runs[-1][1].append(page.page)
        return EngineAnswer(
            segments=[ProposedSegment(category=name, pages=pages, confidence="medium") for name, pages in runs]
        )

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """The same."""
        return self.split(packet, config)


def without(weights: Weights, cue: str | None) -> Weights:
    """The weights without one cue; None leaves all looks out."""
    if cue is None:
        return weights.model_copy(update={"looks": {}})
    return weights.model_copy(update={"cues": {**weights.cues, cue: CueWeight(start=0.0, go_on=0.0)}})


def scores_of(parts: Iterable[tuple[Sequence[TruePacket], Engine]]) -> list[PacketScore]:
    """The scores of all packets, each part split by its own engine."""
    return list(chain.from_iterable(evaluate(part, engine=engine).scores for part, engine in parts))


def parts_of(pool: Pool, packets: int, *, single_pages: bool, weights: Sequence[Weights], count: int) -> list[Part]:
    """The pool's packets, by fold, with the weights for each."""
    folds = folds_by_source(pool, count) if count > 1 else [pool]
    return [
        (join(fold, packets // count, single_pages=single_pages), own) for fold, own in zip(folds, weights, strict=True)
    ]


def table(mixed: Sequence[Part], runs: Sequence[Part], made_only: Weights | None) -> None:
    """Print one row for each engine."""
    print("| | " + " | ".join(COLUMNS) + " | runs: " + " | runs: ".join(RUN_COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + len(RUN_COLUMNS) + 1) + "|")
    _row("equal TF-IDF categories grouped", mixed, runs, lambda _: EqualCategories())
    _row("cues with hand-set strengths", mixed, runs, lambda _: Weighted(HAND_SET))
    if made_only is not None:
        _row("fitted on made documents only", mixed, runs, lambda _: Weighted(made_only))
    _row("**fitted**", mixed, runs, Weighted)
    _row("- page by page, no decoder", mixed, runs, PageByPage)
    _row("- without looks", mixed, runs, lambda weights: Weighted(without(weights, None)))
    for cue in sorted(built_in_weights().cues):
        _row(f"- without {cue}", mixed, runs, partial(_weighted_without, cue=cue))
    print()


def _weighted_without(weights: Weights, *, cue: str) -> Engine:
    return Weighted(without(weights, cue))


def _row(name: str, mixed: Sequence[Part], runs: Sequence[Part], engine_of: Callable[[Weights], Engine]) -> None:
    cells = []
    for parts, columns in ((mixed, COLUMNS), (runs, RUN_COLUMNS)):
        estimates = measure(scores_of((part, engine_of(own)) for part, own in parts), resamples=0).estimates
        cells += [f"{estimates[column].value or 0:.3f}" for column in columns]
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def confidence(mixed: Sequence[Part]) -> None:
    """Print how scores compare with what is right."""
    scores = scores_of((part, Weighted(own)) for part, own in mixed)
    seen = compare_scores(scores)
    groups = sorted({score.group for score in scores})
    generator = random.Random(TEST_SEED)
    drawn = (
        [score for group in generator.choices(groups, k=len(groups)) for score in scores if score.group == group]
        for _ in range(RESAMPLES)
    )
    errors = sorted(compare_scores(sample).error or 0.0 for sample in drawn)
    low, high = errors[int(0.025 * RESAMPLES)], errors[int(0.975 * RESAMPLES)]
    print(f"expected calibration error {seen.error:.3f} ({low:.3f} to {high:.3f})\n")
    print("| confidence | segments | mean score | right |\n|---|---|---|---|")
    for item in seen.by_confidence:
        print(f"| {item.label} | {item.count} | {item.score or 0:.2f} | {item.right:.2f} |")
    print("\n| wanted precision | segments that go through | of these right |\n|---|---|---|")
    for through in seen.automation:
        told = "none" if through.precision is None else f"{through.precision:.1%}"
        print(f"| {through.wanted:.0%} | {through.share:.1%} | {told} |")
    print()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="*")
    parser.add_argument("--packets", type=int, default=200)
    options = parser.parse_args()
    made_read = as_read(packets_of(make_pool(MADE_SEED, MADE_DOCUMENTS), MADE_PACKETS))
    made_only = fit_with_made([], made_read)
    calibration_pool = make_pool(MADE_SEED + 1, MADE_DOCUMENTS)
    made_only = made_only.model_copy(
        update={"calibration": calibrate([join(calibration_pool, options.packets)], [made_only])}
    )
    test_pool = make_pool(TEST_SEED, MADE_DOCUMENTS)
    sets = {"Made documents": (test_pool, [made_only])}
    if options.pools:
        pool = merged(options.pools)
        folds = folds_by_source(pool, FOLDS)
        packets = [packets_of(fold, options.packets // FOLDS) for fold in folds]
        sets["Real documents"] = (pool, _cross_fitted(packets, made_read))
    for title, (pool, weights) in sets.items():
        print(f"## {title}\n")
        mixed = parts_of(pool, options.packets, single_pages=False, weights=weights, count=len(weights))
        runs = parts_of(pool, options.packets, single_pages=True, weights=weights, count=len(weights))
        documents = sum(len(packet.segments) for part, _ in mixed for packet in part)
        pages = sum(packet.page_count for part, _ in mixed for packet in part)
        print(f"{options.packets} packets, {documents} documents, {pages} pages\n")
        table(mixed, runs, made_only if len(weights) > 1 else None)
        confidence(mixed)


def _cross_fitted(packets: Sequence[Sequence[TruePacket]], made: Sequence[ReadPacket]) -> list[Weights]:
    """For each part weights and calibration from the other parts alone."""
    read = [as_read(part) for part in packets]
    found = []
    for index in range(len(packets)):
        others = [part for other, part in enumerate(packets) if other != index]
        other_read = [part for other, part in enumerate(read) if other != index]
        weights = fit_with_made(list(chain.from_iterable(other_read)), made)
        inner = [
            fit_with_made(list(chain.from_iterable(part for part in other_read if part is not own)), made)
            for own in other_read
        ]
        found.append(weights.model_copy(update={"calibration": calibrate(others, inner)}))
    return found


if __name__ == "__main__":
    main()
