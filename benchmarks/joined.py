"""How well packets joined from labelled documents are split, beside grouping pages of equal TF-IDF category.

``python benchmarks/joined.py POOL`` takes a JSON file ``{"cats": {id: [name, description]}, "docs": [{"cat", "src",
"pages": [text, ...]}]}``. Packets are drawn with a fixed seed: 2 to 9 documents each, about a third of the neighbours
of one category. At least twelve categories of the pool are declared, or all if it has no more, whether the packet holds
them or not. The intervals count the source of a packet's first document.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter
from pathlib import Path
from typing import Any

from splitreader import Category, EngineAnswer, Packet, ProposedSegment, SplitConfig
from splitreader.evaluation import TruePacket, as_html, as_text, evaluate

PACKETS = 200
SEED = 7
DECLARED = 12
"""How many categories are declared at least, those of the packet included."""


class EqualCategories:
    """Gives each page the category nearest by TF-IDF, and puts equal neighbours together."""

    name = "equal TF-IDF categories"
    is_remote = False

    def check(self, config: SplitConfig) -> None:
        """Honours nothing but the categories."""

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Group the pages."""
        pages = [_words(page.text) for page in packet.pages()]
        queries = {c.name: _words(f"{c.name} {c.name} {c.description or ''}") for c in config.categories}
        texts = [*pages, *queries.values()]
        frequency = Counter(word for text in texts for word in set(text))
        weight = {word: math.log(len(texts) / times) + 1 for word, times in frequency.items()}
        runs: list[tuple[str, list[int]]] = []
        for number, page in enumerate(pages, start=1):
            best = max(queries, key=lambda name: _cosine(page, queries[name], weight))
            if runs and runs[-1][0] == best:
                runs[-1][1].append(number)
            else:
                runs.append((best, [number]))
        return EngineAnswer(
            segments=[ProposedSegment(category=name, pages=run, confidence="medium") for name, run in runs]
        )

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """The same."""
        return self.split(packet, config)


def _words(text: str) -> Counter[str]:
    return Counter(text.lower().replace("_", " ").split())


def _cosine(one: Counter[str], other: Counter[str], weight: dict[str, float]) -> float:
    dot = sum(one[word] * other[word] * weight[word] ** 2 for word in other)
    norms = [math.sqrt(sum((count * weight[word]) ** 2 for word, count in text.items())) for text in (one, other)]
    return dot / (norms[0] * norms[1]) if all(norms) else 0.0


def join(pool: dict[str, Any], count: int, *, single_pages: bool = False, seed: int = SEED) -> list[TruePacket]:
    """Packets drawn from the pool; none from one with too few documents.

    Args:
        pool: the labelled documents.
        count: how many packets.
        single_pages: only runs of one-page documents of one category.
        seed: of the draw.
    """
    generator = random.Random(seed)
    documents = [doc for doc in pool["docs"] if not single_pages or len(doc["pages"]) == 1]
    by_category = {key: [doc for doc in documents if doc["cat"] == key] for key in pool["cats"]}
    if single_pages:
        documents = [doc for doc in documents if len(by_category[doc["cat"]]) > 1]
    if len(documents) < 2:
        return []
    packets: list[TruePacket] = []
    while len(packets) < count:
        chosen = [generator.choice(documents)]
        for _ in range(generator.randint(1, 8)):
            same = single_pages or generator.random() < 1 / 3
            kin = by_category[chosen[-1]["cat"]] if same else documents
            left = [doc for doc in kin if all(doc is not taken for taken in chosen)]
            if not same:
                left = [doc for doc in left if doc["cat"] != chosen[-1]["cat"]]
            if left:
                chosen.append(generator.choice(left))
        if len(chosen) > 1:
            packets.append(_packet(f"joined-{len(packets)}", chosen, _declared(pool, chosen, generator)))
    return packets


def _declared(pool: dict[str, Any], chosen: list[dict[str, Any]], generator: random.Random) -> tuple[Category, ...]:
    """The packet's categories and some that it does not hold, in the pool's order."""
    own = {document["cat"] for document in chosen}
    others = sorted(pool["cats"].keys() - own)
    named = own | set(generator.sample(others, min(len(others), max(0, DECLARED - len(own)))))
    return tuple(Category(name=key, description=pool["cats"][key][1]) for key in pool["cats"] if key in named)


def _packet(name: str, documents: list[dict[str, Any]], categories: tuple[Category, ...]) -> TruePacket:
    segments, first = [], 1
    for document in documents:
        segments.append({"category": document["cat"], "pages": range(first, first + len(document["pages"]))})
        first += len(document["pages"])
    return TruePacket.model_validate(
        {
            "name": name,
            "pages": tuple(page for document in documents for page in document["pages"]),
            "page_count": first - 1,
            "categories": categories,
            "segments": [{**segment, "pages": tuple(segment["pages"])} for segment in segments],
            "group": documents[0]["src"],
        }
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", type=Path)
    parser.add_argument("--packets", type=int, default=PACKETS)
    parser.add_argument("--html", type=Path, help="also write a page with plots and the wrong packets")
    options = parser.parse_args()
    pool = json.loads(options.pool.read_text())
    packets = join(pool, options.packets)
    embedded = evaluate(packets)
    print(as_text(embedded))
    print(as_text(evaluate(packets, engine=EqualCategories())))
    print("runs of one-page documents of one category:\n")
    print(as_text(evaluate(join(pool, options.packets, single_pages=True))))
    if options.html:
        options.html.write_text(as_html([embedded]))


if __name__ == "__main__":
    main()
