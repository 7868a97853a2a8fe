"""The boundary model's weights, a few steps nearer to the packets of a user."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from splitreader._config import UNCATEGORIZED, Category
from splitreader.engines.embedded.boundary_cues import boundary_cues
from splitreader.engines.embedded.category_scores import CategoryScorer
from splitreader.engines.embedded.examples import Example
from splitreader.engines.embedded.looks import looks_of
from splitreader.engines.embedded.page_features import PageFeatures, is_blank, read_page
from splitreader.engines.embedded.page_pair import Pair
from splitreader.engines.embedded.titles import TitleHit
from splitreader.engines.embedded.weights import CueWeight, Weights, built_in_weights

HOLD = 12.0
"""How strongly the built-in weights hold: moving one by 1 must be worth six nats to the examples."""

FARTHEST = 0.5
"""No weight of a cue moves farther, and the prior and the looks at most twice as far, whatever the examples say."""

_STEPS = 60

_Key = tuple[str, str]
_PRIOR: _Key = ("prior", "")


@dataclass(frozen=True, slots=True)
class _Break:
    """What is seen at a page break, as factors of the weights, and whether a document starts there."""

    factors: Mapping[_Key, float]
    starts: bool


def learn_weights(examples: Sequence[Example], base: Weights | None = None) -> Weights | None:
    """Weights under which the examples' page breaks are likelier, not far from `base` (those of the package).

    None where no example holds more than one document: single documents would say that documents never end.
    """
    base = base or built_in_weights()
    packets = [example for example in examples if len(example.segments) > 1]
    names = {name for example in examples for name, _ in example.segments} - {UNCATEGORIZED}
    if not packets or not names:
        return None
    scorer = CategoryScorer([Category(name=name) for name in sorted(names)])
    breaks = [item for packet in packets for item in _breaks(packet, scorer)]
    return _moved(base, _descend(base, breaks)) if breaks else None


def _breaks(example: Example, scorer: CategoryScorer) -> Iterator[_Break]:
    owners = {page: index for index, (_, pages) in enumerate(example.segments) for page in pages}
    before: PageFeatures | None = None
    title_before: TitleHit | None = None
    is_blank_between = False
    for page in example.pages:
        if page.page not in owners:
            before = None
            continue
        if is_blank(page.text):
            is_blank_between = before is not None
            continue
        size = (page.width, page.height) if page.width and page.height else None
        after = read_page(page.page, page.text, size=size, layout=page.layout)
        title = scorer.score(after).titles.best
        if before is not None:
            pair = Pair(before, after, title, title_before, is_blank_between)
            yield _Break(_factors(pair), owners[before.page] != owners[after.page])
        before, title_before, is_blank_between = after, title, False


def _factors(pair: Pair) -> dict[_Key, float]:
    factors = {_PRIOR: 1.0}
    for cue in boundary_cues(pair):
        key = ("start" if cue.log_odds > 0 else "go_on", cue.name)
        factors[key] = factors.get(key, 0.0) + cue.log_odds
    factors.update((("look", look), 1.0) for look in sorted(looks_of(pair)))
    return factors


def _descend(base: Weights, breaks: Sequence[_Break]) -> dict[_Key, float]:
    """How far each weight moves: gradient steps on the log-loss, held to no move at all."""
    fixed = [sum(_weight(base, key) * factor for key, factor in item.factors.items()) for item in breaks]
    moves = {key: 0.0 for item in breaks for key in item.factors}
    # No step is longer than the loss is curved, so that it never rises.
    pace = 1.0 / (HOLD + 0.25 * sum(factor**2 for item in breaks for factor in item.factors.values()))
    for _ in range(_STEPS):
        slopes = {key: HOLD * move for key, move in moves.items()}
        for item, constant in zip(breaks, fixed, strict=True):
            log_odds = constant + sum(moves[key] * factor for key, factor in item.factors.items())
            surprise = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds)))) - item.starts
            for key, factor in item.factors.items():
                slopes[key] += surprise * factor
        moves = {key: _held(key, move - pace * slopes[key]) for key, move in moves.items()}
    return moves


def _held(key: _Key, move: float) -> float:
    farthest = FARTHEST if key[0] in ("start", "go_on") else 2 * FARTHEST
    return max(-farthest, min(farthest, move))


def _weight(weights: Weights, key: _Key) -> float:
    kind, name = key
    if kind == "prior":
        return weights.prior
    if kind == "look":
        return weights.looks.get(name, 0.0)
    cue = weights.cues.get(name, CueWeight())
    return cue.start if kind == "start" else cue.go_on


def _moved(base: Weights, moves: Mapping[_Key, float]) -> Weights:
    looks, cues = dict(base.looks), dict(base.cues)
    for (kind, name), move in sorted(moves.items()):
        if kind == "look":
            looks[name] = round(looks.get(name, 0.0) + move, 4)
        elif kind != "prior":
            cue = cues.get(name, CueWeight())
            cues[name] = cue.model_copy(update={kind: round(max(0.0, getattr(cue, kind) + move), 4)})
    prior = round(base.prior + moves[_PRIOR], 4)
    return base.model_copy(update={"prior": prior, "cues": cues, "looks": looks})
