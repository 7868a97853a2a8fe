"""Reading a packet page by page: what is kept of a page is a few hundred bytes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from splitreader._config import SplitConfig
from splitreader._pages import PageText, parse_pages
from splitreader.engines.embedded.boundary_cues import PRIOR, boundary_cues
from splitreader.engines.embedded.category_scores import CategoryScorer, PageScores
from splitreader.engines.embedded.looks import SPEAKING, looks_of
from splitreader.engines.embedded.page_features import PageFeatures, is_blank, read_page
from splitreader.engines.embedded.page_keys import KeyFinder
from splitreader.engines.embedded.page_pair import Cue, Pair
from splitreader.engines.embedded.prototypes import Prototype
from splitreader.engines.embedded.text import quote
from splitreader.engines.embedded.titles import WEAKEST_TITLE, TitleHit
from splitreader.engines.embedded.weights import Weights, built_in_weights

UNCATEGORIZED_FIRST = 0.8
"""What a declared category must reach on a first page to be better than none."""

UNCATEGORIZED_BODY = 0.05
"""And on a later page."""

CLEAR_CONTINUATION = -2.0
"""A page with these log-odds or less clearly belongs to the page before, whatever it speaks of."""

CONTINUATION_WEIGHT = 0.35
"""So its words say less about the category: a contract stays one where a section is about insurance."""

_MOST_LOG_ODDS = 12.0
_MOST_CUES = 3


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What is kept of a page with text.

    Args:
        page: its number.
        log_odds: that a document starts here.
        first: score of each category as a first page; the best is 0.
        body: the same as a later page.
        terms: matched terms.
        cues: the strongest reasons for a start.
        titles: for each category the line that is its title, quoted.
        stamp: the "n of total" printed on it; None where there is none.
        named: the categories that the first lines name.
        foreign_title: a title of a kind that was not declared, quoted; empty where there is none.
        keys: for each category with a ``partition_key`` the value of it that is printed on the page, if any.
    """

    page: int
    log_odds: float
    first: array[float]
    body: array[float]
    terms: array[int]
    cues: tuple[Cue, ...]
    titles: dict[int, str]
    named: frozenset[int]
    stamp: tuple[int, int] | None
    foreign_title: str
    keys: Mapping[int, str]


class PageReader:
    """Takes pages in order and keeps what decoding needs of those that the config selects.

    Args:
        config: the categories, whether pages may have none, and which pages to split.
        weights: of the cues; those of the package without any.
        prototypes: what was learned from examples of some categories.
    """

    def __init__(
        self, config: SplitConfig, weights: Weights | None = None, prototypes: Sequence[Prototype] = ()
    ) -> None:
        self.weights = weights or built_in_weights()
        self.scorer = CategoryScorer(config.categories, prototypes)
        self.has_uncategorized = config.allow_uncategorized != "forbid"
        self.is_selection = config.target_pages is not None
        self.last_page = 0
        self.pages: list[int] = []
        self.read_pages: list[ReadPage] = []
        self._selected = frozenset(parse_pages(config.target_pages)) if config.target_pages is not None else None
        self._key_finder = KeyFinder(config.categories)
        self._before: PageFeatures | None = None
        self._title_before: TitleHit | None = None
        self._blank_between = False
        self._missing = 0

    def read(self, item: PageText, nearness: Sequence[float] = ()) -> None:
        """Read the next page; one that is not selected is only counted.

        Args:
            item: the page.
            nearness: for each category how near an embedding model sees the page, where there is one.

        Raises:
            ValueError: its number is not above the last one.
        """
        page, text = item.page, item.text
        if page <= self.last_page:
            raise ValueError(f"page {page} comes after page {self.last_page}; give every page once, in order")
        self.last_page = page
        if self._selected is not None and page not in self._selected:
            return
        self._missing += page - self.pages[-1] - 1 if self.pages else 0
        self.pages.append(page)
        if is_blank(text):
            self._blank_between = self._before is not None
            return
        size = (item.width, item.height) if item.width and item.height else None
        features = read_page(page, text, size=size, layout=item.layout)
        scores = self.scorer.score(features, nearness)
        self.read_pages.append(self._keep(features, scores, self._key_finder.find(text)))
        self._before, self._title_before = features, scores.titles.best
        self._blank_between, self._missing = False, 0

    def _keep(self, features: PageFeatures, scores: PageScores, keys: Mapping[int, str]) -> ReadPage:
        cues: tuple[Cue, ...] = ()
        log_odds = 0.0
        if self._before is not None:
            log_odds, cues = _weigh(
                Pair(
                    self._before, features, scores.titles.best, self._title_before, self._blank_between, self._missing
                ),
                self.weights,
            )
        first, body = scores.first, scores.body
        if self.has_uncategorized:
            first.append(UNCATEGORIZED_FIRST + scores.foreign)
            body.append(UNCATEGORIZED_BODY)
        return ReadPage(
            page=features.page,
            log_odds=max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, log_odds)),
            first=_below_best(first),
            body=_below_best(body, CONTINUATION_WEIGHT if log_odds <= CLEAR_CONTINUATION else 1.0),
            terms=scores.terms,
            cues=tuple(cue for cue in cues if cue.log_odds > 0)[:_MOST_CUES],
            titles={
                index: quote(hit.line)
                for index, hit in scores.titles.of_category.items()
                if hit.strength >= WEAKEST_TITLE
            },
            named=scores.named,
            stamp=next(((item.number, item.total) for item in features.numbers if item.total), None),
            foreign_title=quote(scores.titles.foreign.line) if scores.titles.foreign else "",
            keys=keys,
        )


def _weigh(pair: Pair, weights: Weights) -> tuple[float, tuple[Cue, ...]]:
    """The log-odds that the second page starts a document, and what speaks for it, the strongest first."""
    cues = boundary_cues(pair)
    if pair.is_apart:  # the weights are those of neighbours
        return PRIOR + sum(cue.log_odds for cue in cues), cues
    looks = looks_of(pair)
    seen = [Cue(cue.name, weights.of_cue(cue), cue.sentence) for cue in cues]
    page = pair.after.page
    seen.extend(
        Cue("look", weights.looks[look], f"page {page} {SPEAKING[look]}")
        for look in sorted(looks & SPEAKING.keys())
        if weights.looks.get(look, 0.0) > 0
    )
    return weights.log_odds(cues, looks), tuple(sorted(seen, key=lambda cue: -cue.log_odds))


def _below_best(scores: array[float], weight: float = 1.0) -> array[float]:
    best = max(scores)
    return array("f", [weight * (score - best) for score in scores])
