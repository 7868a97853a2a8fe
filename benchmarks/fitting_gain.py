"""What a few examples are worth: the embedded engine before and after `fit`, on documents that were no examples.

``python benchmarks/fitting_gain.py POOL [POOL ...]`` takes pools as ``joined.py`` does; documents marked ``fragment``
are left out. In every round, examples of each category with at least eight documents are drawn by seed; packets are
joined from the documents that were not drawn, those of small categories included, which have no examples. With
``--packets-too`` the examples of a category are put into packets of three documents, so that boundaries are learned,
too. Metrics are means over the rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from joined import join

from splitreader import EmbeddedEngine, Example
from splitreader.evaluation import METRICS, evaluate

EXAMPLES = 5
FEWEST_DOCUMENTS = 8
ROUNDS = 4
PACKETS = 60
MOST_PAGES = 14
"""Of a longer document only the first ones are used, so that it doesn't outweigh all others."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pools", type=Path, nargs="+")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each category")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--packets", type=int, default=PACKETS, help="of each round")
    parser.add_argument("--packets-too", action="store_true", help="examples are packets, not single documents")
    options = parser.parse_args()
    for path in options.pools:
        pool = _read(path)
        seen: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for seed in range(options.rounds):
            examples, rest = _draw(pool, options.examples, seed, in_packets=options.packets_too)
            packets = join(rest, options.packets, seed=seed)
            before, after = (
                evaluate(packets, engine=engine).metrics.estimates
                for engine in (EmbeddedEngine(), EmbeddedEngine().fit(examples))
            )
            for name in METRICS:
                seen[name].append((before[name].value or 0.0, after[name].value or 0.0))
        print(f"{path.name}: {options.examples} examples a category, {options.rounds} rounds")
        for name, pairs in seen.items():
            before_mean, after_mean = (statistics.fmean(values) for values in zip(*pairs, strict=True))
            changes = [after_value - before_value for before_value, after_value in pairs]
            print(
                f"  {name:24} {before_mean:6.3f} -> {after_mean:.3f}  {after_mean - before_mean:+.3f}"
                f"  (rounds {min(changes):+.3f} to {max(changes):+.3f})"
            )


def _read(path: Path) -> dict[str, Any]:
    pool = json.loads(path.read_text())
    kept = [
        {**document, "pages": document["pages"][:MOST_PAGES]}
        for document in pool["docs"]
        if not document.get("fragment") and any(page.strip() for page in document["pages"])
    ]
    names = {document["cat"] for document in kept}
    return {"cats": {key: about for key, about in pool["cats"].items() if key in names}, "docs": kept}


def _draw(pool: dict[str, Any], count: int, seed: int, *, in_packets: bool) -> tuple[list[Example], dict[str, Any]]:
    """The examples, and the pool without them."""
    generator = random.Random(seed)
    by_category: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in pool["docs"]:
        by_category[document["cat"]].append(document)
    drawn: list[dict[str, Any]] = []
    for _, documents in sorted(by_category.items()):
        if len(documents) >= FEWEST_DOCUMENTS:
            drawn += generator.sample(documents, count)
    rest = [document for document in pool["docs"] if all(document is not taken for taken in drawn)]
    if not in_packets:
        return [Example.document(document["cat"], document["pages"]) for document in drawn], {**pool, "docs": rest}
    generator.shuffle(drawn)
    return [_packet(drawn[start : start + 3]) for start in range(0, len(drawn), 3)], {**pool, "docs": rest}


def _packet(documents: list[dict[str, Any]]) -> Example:
    pages: list[str] = []
    segments = []
    for document in documents:
        segments.append((document["cat"], range(len(pages) + 1, len(pages) + len(document["pages"]) + 1)))
        pages += document["pages"]
    return Example.packet(pages, segments)


if __name__ == "__main__":
    main()
