"""Pools of labelled documents: read, parted by source, joined to packets."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from joined import join

from splitreader import EngineAnswer, Packet, SplitConfig
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import propose_segments
from splitreader.engines.embedded.weights import Weights
from splitreader.evaluation import TruePacket

MOST_PAGES = 14
"""Of a longer document only the first ones are used, so that it doesn't outweigh all others."""

Pool = dict[str, Any]


class Weighted:
    """The embedded engine with other weights."""

    name = "embedded"
    is_remote = False

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def check(self, config: SplitConfig) -> None:
        """Honours what the embedded engine does."""

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet."""
        return EngineAnswer(segments=propose_segments(self.read(packet, config), config))

    def read(self, packet: Packet, config: SplitConfig) -> PageReader:
        """All pages of a packet, read with the weights."""
        reader = PageReader(config, self.weights)
        for page in packet.pages():
            reader.read(page)
        return reader

    async def asplit(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """The same."""
        return self.split(packet, config)


def merged(paths: Sequence[Path]) -> Pool:
    """One pool of all that are given; fragments of documents are left out."""
    pool: Pool = {"cats": {}, "docs": []}
    for path in paths:
        read = json.loads(path.read_text())
        pool["cats"] = {**read["cats"], **pool["cats"]}
        pool["docs"] += [
            {**document, "pages": document["pages"][:MOST_PAGES]}
            for document in read["docs"]
            if not document.get("fragment") and any(page.strip() for page in document["pages"])
        ]
    return pool


def without_sources(pool: Pool, other: Pool) -> Pool:
    """The pool without the documents of any source that the other one has, and without categories left empty."""
    sources = {document["src"] for document in other["docs"]}
    kept = [document for document in pool["docs"] if document["src"] not in sources]
    names = {document["cat"] for document in kept}
    return {"cats": {key: about for key, about in pool["cats"].items() if key in names}, "docs": kept}


def folds_by_source(pool: Pool, count: int) -> list[Pool]:
    """The pool in parts of about the same size; no source is in two of them."""
    return _folds(pool, count, "src")


def folds_by_category(pool: Pool, count: int) -> list[Pool]:
    """The pool in parts of about the same size; no category has documents in two of them, sources may."""
    return _folds(pool, count, "cat")


def _folds(pool: Pool, count: int, key: str) -> list[Pool]:
    values = sorted({document[key] for document in pool["docs"]})
    random.Random(3).shuffle(values)
    sizes = {value: sum(len(d["pages"]) for d in pool["docs"] if d[key] == value) for value in values}
    parts: list[list[str]] = [[] for _ in range(count)]
    for value in sorted(values, key=lambda value: -sizes[value]):
        min(parts, key=lambda part: sum(sizes[other] for other in part)).append(value)
    return [{"cats": pool["cats"], "docs": [d for d in pool["docs"] if d[key] in part]} for part in parts]


def packets_of(pool: Pool, count: int) -> list[TruePacket]:
    """Mixed packets, and half as many of single pages of one category."""
    return [*join(pool, count), *join(pool, count // 2, single_pages=True)]
