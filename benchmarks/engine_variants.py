"""The embedded engine with a part changed or left out, for the tables of docs/accuracy.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from labelled_pools import Weighted

from splitreader import UNCATEGORIZED, EngineAnswer, Packet, ProposedSegment, SplitConfig
from splitreader.engines.embedded.decoder import log_probabilities
from splitreader.engines.embedded.prototypes import Prototype
from splitreader.engines.embedded.reading import PageReader, ReadPage
from splitreader.engines.embedded.segments import start_log_odds
from splitreader.engines.embedded.weights import CueWeight, Weights

LONGEST = 60
"""Pages of the longest document that `SegmentVotes` looks for."""

VOTES = 0.7
"""A document's pages vote with the mean of their scores, times their number to this power; with 1 they add up."""

Starts = list[tuple[int, int]]
"""The position of each document's first page with text, and its category."""


class PageByPage(Weighted):
    """Without its decoder: each page has its best category, and starts where its odds say so."""

    def split(self, packet: Packet, config: SplitConfig) -> EngineAnswer:
        """Split one packet."""
        reader = self.read(packet, config)
        return _answer(reader, config, self.starts(reader.read_pages) if reader.read_pages else [])

    def starts(self, pages: Sequence[ReadPage]) -> Starts:
        """Where documents start, and their categories."""
        found: Starts = []
        for position, page in enumerate(pages):
            best = max(range(len(page.first)), key=page.first.__getitem__)
            if not found or page.log_odds > 0 or best != found[-1][1]:
                found.append((position, best))
        return found


class SegmentVotes(PageByPage):
    """With a semi-Markov decoder: whole documents are scored, and their pages vote together for the category."""

    def starts(self, pages: Sequence[ReadPage]) -> Starts:
        """The best cut, by dynamic programming over the ends of documents."""
        log_odds = [log_probabilities(value) for value in start_log_odds(pages, is_selection=False)]
        first = np.array([page.first for page in pages])
        totals = np.vstack([np.zeros(first.shape[1]), np.cumsum([page.body for page in pages], axis=0)])
        kept = np.concatenate([[0.0], np.cumsum([go_on for _, go_on in log_odds])])
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
        for end in range(1, len(pages) + 1):
            options = []
            for start in range(max(0, end - LONGEST), end):
                votes = (first[start] + totals[end] - totals[start + 1]) * (end - start) ** (VOTES - 1)
                begins = log_odds[start][0] if start else 0.0
                score = best[start][0] + begins + kept[end] - kept[start + 1] + float(votes.max())
                options.append((score, start, int(votes.argmax())))
            best.append(max(options))
        found: Starts = []
        end = len(pages)
        while end:
            _, start, category = best[end]
            found.append((start, category))
            end = start
        return found[::-1]


class WithExamples(Weighted):
    """With prototypes that were learned from examples."""

    def __init__(self, weights: Weights, prototypes: Sequence[Prototype]) -> None:
        super().__init__(weights)
        self.prototypes = prototypes

    def read(self, packet: Packet, config: SplitConfig) -> PageReader:
        """All pages of a packet, read with the weights and the prototypes."""
        reader = PageReader(config, self.weights, self.prototypes)
        for page in packet.pages():
            reader.read(page)
        return reader


def without(weights: Weights, cue: str | None) -> Weights:
    """The weights without one cue; None leaves all looks out."""
    if cue is None:
        return weights.model_copy(update={"looks": {}})
    return weights.model_copy(update={"cues": {**weights.cues, cue: CueWeight(start=0.0, go_on=0.0)}})


def _answer(reader: PageReader, config: SplitConfig, starts: Starts) -> EngineAnswer:
    """The segments; blank pages stay with the document before them."""
    names = [*config.category_names, UNCATEGORIZED]
    if not starts:
        return EngineAnswer(segments=[ProposedSegment(category=names[-1], pages=reader.pages, confidence="low")])
    firsts = [reader.pages[0], *(reader.read_pages[position].page for position, _ in starts[1:])]
    ends = [*firsts[1:], reader.pages[-1] + 1]
    return EngineAnswer(
        segments=[
            ProposedSegment(
                category=names[category],
                pages=[page for page in reader.pages if first <= page < end],
                confidence="medium",
            )
            for first, end, (_, category) in zip(firsts, ends, starts, strict=True)
        ]
    )
