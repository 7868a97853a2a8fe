"""The boundary model's weights, fitted as a linear-chain conditional random field.

Every page of a packet either starts a document of any category, or continues one of the same category. Of the
log-likelihood of the true starts, categories summed out, the gradient is (truth - probability) x feature at each page
(Lafferty, McCallum, Pereira 2001); the probabilities come from forward-backward, as in the engine's decoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from splitreader import Category
from splitreader.engines.embedded.boundary_cues import PRIOR, boundary_cues
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.looks import looks_of
from splitreader.engines.embedded.page_features import is_blank, read_page
from splitreader.engines.embedded.page_pair import Pair
from splitreader.engines.embedded.reading import (
    CLEAR_CONTINUATION,
    CONTINUATION_WEIGHT,
    UNCATEGORIZED_BODY,
    UNCATEGORIZED_FIRST,
)
from splitreader.engines.embedded.weights import CueWeight, Weights

Floats = NDArray[np.float64]

MOST_LOG_ODDS = 12.0
STEP = 0.05
CUE_HOLD = 0.01
"""How strongly a cue's weight is held to 1, that is to the hand-set strength."""

HAND_SHARE = 1 / 3
"""How much of the hand-set weights stays: weights fitted on few sources carry over better so."""

LOOK_HOLD = 0.002
"""How strongly a look's weight is held to 0."""


@dataclass(frozen=True)
class ReadPacket:
    """A packet as the model sees it; an entry or a row for each page with text.

    Args:
        seen: cues by name and sign with their hand-set log-odds, and looks by name with 1.
        first, body: category scores below the best, pages x categories; the last column is for none.
        starts: 1 for the first page of a document.
    """

    seen: list[dict[tuple[str, bool | None], float]]
    first: Floats
    body: Floats
    starts: Floats


def read_packet(documents: Sequence[Sequence[str]], categories: Sequence[Category]) -> ReadPacket:
    """Read a packet of documents, each a list of page texts, as the engine does."""
    scorer = CategoryScorer(categories)
    seen: list[dict[tuple[str, bool | None], float]] = []
    first, body, starts = [], [], []
    before, title_before, blank = None, None, False
    for document in documents:
        is_first = True
        for text in document:
            if is_blank(text):
                blank = before is not None
                continue
            page = read_page(len(seen) + 1, text)
            scores = scorer.score(page)
            found: dict[tuple[str, bool | None], float] = {}
            if before is not None:
                pair = Pair(before, page, scores.titles.best, title_before, blank)
                found.update({(cue.name, cue.log_odds > 0): cue.log_odds for cue in boundary_cues(pair)})
                found.update({(look, None): 1.0 for look in looks_of(pair)})
            seen.append(found)
            first.append([*scores.first, UNCATEGORIZED_FIRST + scores.foreign])
            body.append([*scores.body, UNCATEGORIZED_BODY])
            starts.append(float(is_first))
            is_first, blank, before, title_before = False, False, page, scores.titles.best
    return ReadPacket(seen, _below_best(first), _below_best(body), np.array(starts))


def fit(packets: Sequence[ReadPacket], shares: Sequence[float], *, rounds: int = 70) -> Weights:
    """The weights under which the true starts are likeliest, held to the hand-set ones and averaged with them.

    Args:
        packets: to learn from.
        shares: how much each packet counts.
        rounds: steps of Adam (Kingma, Ba 2015) over all packets.
    """
    names = sorted({name for packet in packets for page in packet.seen for name in page}, key=repr)
    tables = [_table(packet, names) for packet in packets]
    goal = np.array([0.0 if sign is None else 1.0 for _, sign in names] + [PRIOR])
    hold = np.array([LOOK_HOLD if sign is None else CUE_HOLD for _, sign in names] + [0.0])
    total = sum(share * (len(packet.starts) - 1) for packet, share in zip(packets, shares, strict=True))
    weights, mean, square = goal.copy(), np.zeros_like(goal), np.zeros_like(goal)
    for turn in range(1, rounds + 1):
        gradient = np.zeros_like(goal)
        for packet, table, share in zip(packets, tables, shares, strict=True):
            missed = packet.starts - start_probabilities(packet, table @ weights)
            missed[0] = 0.0
            gradient += share * (missed @ table)
        gradient = gradient / total - hold * (weights - goal)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        step = STEP if turn < 0.6 * rounds else 0.3 * STEP
        weights += step * (mean / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.999**turn)) + 1e-8)
        weights[:-1] = np.where(goal[:-1] > 0, np.maximum(weights[:-1], 0.0), weights[:-1])
    return _named(names, HAND_SHARE * goal + (1 - HAND_SHARE) * weights)


def start_probabilities(packet: ReadPacket, log_odds: Floats) -> Floats:
    """How likely each page starts a document, by forward-backward over categories; the first page always does."""
    odds = np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)
    start, go_on = -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)
    first = packet.first - np.logaddexp.reduce(packet.first, axis=1, keepdims=True)
    body = packet.body * np.where(odds <= CLEAR_CONTINUATION, CONTINUATION_WEIGHT, 1.0)[:, None]
    forward = [first[0]]
    for page in range(1, len(odds)):
        begins = np.logaddexp.reduce(forward[-1]) + start[page] + first[page]
        forward.append(np.logaddexp(begins, forward[-1] + go_on[page] + body[page]))
    backward = np.zeros(packet.first.shape[1])
    found = np.ones(len(odds))
    for page in range(len(odds) - 1, 0, -1):
        begins = float(np.logaddexp.reduce(start[page] + first[page] + backward))
        goes_on = go_on[page] + body[page] + backward
        total = float(np.logaddexp.reduce(forward[page - 1] + goes_on))
        found[page] = 1.0 / (1.0 + np.exp(total - begins - float(np.logaddexp.reduce(forward[page - 1]))))
        backward = np.logaddexp(begins, goes_on)
    return found


def _below_best(rows: Sequence[Sequence[float]]) -> Floats:
    scores = np.array(rows)
    return np.asarray(scores - scores.max(axis=1, keepdims=True))


def _table(packet: ReadPacket, names: Sequence[tuple[str, bool | None]]) -> Floats:
    return np.array([[*(page.get(name, 0.0) for name in names), 1.0] for page in packet.seen])


def _named(names: Sequence[tuple[str, bool | None]], weights: Floats) -> Weights:
    values = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=False)}
    cues = {
        name: CueWeight(start=values.get((name, True), 1.0), go_on=values.get((name, False), 1.0))
        for name in sorted({name for name, sign in names if sign is not None})
    }
    looks = {name: values[name, None] for name in sorted(name for name, sign in names if sign is None)}
    return Weights(prior=round(float(weights[-1]), 2), cues=cues, looks=looks)
