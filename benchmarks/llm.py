"""What a language model that errs on a tenth of the pages is worth: ``python benchmarks/llm.py [POOL ...]``.

No model is asked. An oracle that knows the truth answers instead: on a tenth of the pages, drawn with a seed, its
answer is wrong, either in whether a document starts there or in the category, and it stays wrong however often it is
asked. So the table tells what the engine makes of such answers, not how good a model is. Packets are joined as in
``joined.py`` from the pools that are given, each quarter of the sources split with weights fitted on the others;
without a pool they are joined from made documents that the weights were not fitted on. All rows split the same packets.
Tokens are estimates from the texts that would be sent.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fit_weights import FOLDS, MADE_DOCUMENTS, MADE_PACKETS, MADE_SEED, as_read
from held_out_weights import of_each_fold
from joined import join
from labelled_pools import folds_by_source, merged, packets_of
from made_documents.pools import make_pool

from splitreader import EmbeddedEngine, Engine, PageText, SplitConfig
from splitreader.engines._conservation import conserve_pages
from splitreader.engines.embedded.learned import Learned
from splitreader.engines.embedded.weights import Weights, built_in_weights
from splitreader.engines.llm import LLMEngine, Message, Reply
from splitreader.evaluation import PacketScore, TruePacket, score_packet
from splitreader.evaluation._metrics import Estimate, measure
from splitreader.pdf._text_packet import TextPacket

ERRORS = 0.1
TEST_SEED = 5
FIT_PACKETS = 240
RESAMPLES = 1000

Part = tuple[Sequence[TruePacket], Weights]
"""Packets, and weights that no source of theirs had a part in."""


@dataclass(frozen=True)
class Oracle:
    """A model that knows a packet's truth and errs on some pages.

    Args:
        truth: of the packet.
        errors: the share of pages on which it errs.
    """

    truth: TruePacket
    errors: float

    name = "oracle"
    is_remote = False

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """Answer for the pages that are asked about."""
        del schema
        shown = json.loads(messages[1].text)["pages"]
        return Reply(text=json.dumps({"pages": [self.says(item["page"]) for item in shown if item["ask"]]}))

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The same."""
        return self.complete(messages, schema)

    def says(self, page: int) -> dict[str, object]:
        """What it answers for a page."""
        segment = next(item for item in self.truth.segments if page in item.pages)
        category, starts = segment.category, page == segment.pages[0]
        drawn = random.Random(hashlib.sha256(f"{self.truth.name} {page}".encode()).digest())
        if drawn.random() < self.errors:
            others = sorted({item.name for item in self.truth.categories} - {category})
            if page > 1 and drawn.random() < 0.5:
                starts = not starts
            elif others:
                category = drawn.choice(others)
        reason = "what stands in the first lines of the page"
        return {"page": page, "reason": reason, "document": "start" if starts else "continue", "category": category}


EngineOf = Callable[[TruePacket, Learned], Engine]


@dataclass(frozen=True)
class Row:
    """What an engine made of all packets."""

    scores: Sequence[PacketScore]
    usages: Sequence[Mapping[str, Any]]

    @property
    def tokens(self) -> int:
        """Of all questions and answers."""
        return sum(usage.get("input_tokens", 0) + usage.get("output_tokens", 0) for usage in self.usages)


def run(parts: Sequence[Part], engine_of: EngineOf) -> Row:
    """Split all packets."""
    scores, usages = [], []
    for packets, weights in parts:
        learned = Learned.model_construct(prototypes=(), weights=weights)
        for truth in packets:
            config = SplitConfig(categories=truth.categories)
            texts = [PageText(page=page, text=text) for page, text in enumerate(truth.pages or (), start=1)]
            engine = engine_of(truth, learned)
            answer = engine.split(TextPacket(truth.name, texts), config)
            result = conserve_pages(answer, config, page_count=len(texts), engine=engine.name, source=truth.name)
            scores.append(score_packet(truth, result))
            usages.append(result.usage)
    return Row(scores, usages)


def print_table(title: str, parts: Sequence[Part], errors: float) -> None:
    """Print the embedded engine, both modes, and the oracle by itself."""
    packets = [packet for part, _ in parts for packet in part]
    pages = sum(packet.page_count for packet in packets)
    print(f"## {title}\n\n{len(packets)} packets, {pages} pages, the oracle errs on {errors:.0%} of them\n")
    print("| | packets without error | boundary F1 | segments right | tokens | tokens a page | questions |")
    print("|---|---|---|---|---|---|---|")
    rows: list[tuple[str, EngineOf]] = [
        ("embedded", lambda _, learned: EmbeddedEngine(learned=learned)),
        ("full", lambda truth, learned: LLMEngine(Oracle(truth, errors), learned=learned, max_concurrent=1)),
        (
            "uncertain",
            lambda truth, learned: LLMEngine(
                Oracle(truth, errors), mode="uncertain", learned=learned, max_concurrent=1
            ),
        ),
    ]
    for name, engine_of in rows:
        row = run(parts, engine_of)
        estimates = measure(row.scores, resamples=RESAMPLES).estimates
        told = [_told(estimates[metric]) for metric in ("packets_without_error", "boundary_f1", "segment_category_f1")]
        questions = sum(usage.get("questions", 0) for usage in row.usages)
        print(f"| {name} | {' | '.join(told)} | {row.tokens:,} | {row.tokens / pages:.0f} | {questions} |", flush=True)
    alone = sum(_believed(packet, errors) for packet in packets) / len(packets)
    print(f"\nbelieving the oracle page by page: {alone:.3f} of the packets without error\n")


def _believed(truth: TruePacket, errors: float) -> bool:
    """Whether the oracle's answers alone are right on every page of a packet."""
    oracle, right = Oracle(truth, errors), Oracle(truth, 0.0)
    return all(oracle.says(page) == right.says(page) for page in range(1, truth.page_count + 1))


def _told(estimate: Estimate) -> str:
    interval = "" if estimate.low is None else f" ({estimate.low:.2f} to {estimate.high:.2f})"
    return f"{estimate.value or 0:.3f}{interval}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="*")
    parser.add_argument("--packets", type=int, default=200)
    parser.add_argument("--errors", type=float, default=ERRORS)
    parser.add_argument("--seed", type=int, default=TEST_SEED, help="of the made documents")
    parser.add_argument("--built-in", action="store_true", help="split pools with the built-in weights")
    options = parser.parse_args()
    if not options.pools:
        pool = make_pool(options.seed, MADE_DOCUMENTS)
        print_table("Made documents", [(join(pool, options.packets), built_in_weights())], options.errors)
        return
    parts = folds_by_source(merged(options.pools), FOLDS)
    if options.built_in:
        weights = [built_in_weights()] * FOLDS
    else:
        made = as_read(packets_of(make_pool(MADE_SEED, MADE_DOCUMENTS), MADE_PACKETS))
        weights = of_each_fold(parts, made, FIT_PACKETS)
    joined = [join(part, options.packets // FOLDS) for part in parts]
    print_table("Documents of pools", list(zip(joined, weights, strict=True)), options.errors)


if __name__ == "__main__":
    main()
