"""How much a page looks like the examples that an engine was fitted to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.prototypes import Prototype, page_terms, title_lines
from splitreader.engines.embedded.titles import TitleHit

FIRST_GAIN = 4.0
"""A first page just like those of many examples."""

BODY_GAIN = 2.0
"""The same of a later page."""

TITLE_STRENGTH = 0.9
"""Of a line that all documents of many examples begin with; a title of the category's own name has up to 1."""

HALF_TRUST = 2.0
"""So many examples of a category count half as much as any number of them could."""

_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ExampleScores:
    """What the examples say about one page, by the position of the category.

    Args:
        first: added to the score as a first page; categories that are not in it get nothing.
        body: as a later page.
        titles: lines that are titles of a category because its examples begin so.
        terms: positions among `ExampleScorer.terms` of what speaks most for each category, for evidence.
    """

    first: dict[int, float]
    body: dict[int, float]
    titles: tuple[TitleHit, ...]
    terms: tuple[int, ...]


_NOTHING = ExampleScores({}, {}, (), ())


class ExampleScorer:
    """Scores pages against prototypes. Built once for a split.

    Args:
        names: of the declared categories; prototypes of others are passed over.
        prototypes: what was learned.
    """

    def __init__(self, names: Sequence[str], prototypes: Sequence[Prototype]) -> None:
        positions = {name: index for index, name in enumerate(names)}
        self._prototypes = [(positions[item.category], item) for item in prototypes if item.category in positions]
        self.terms = sorted({term for _, item in self._prototypes for term in (*item.first.terms, *item.body.terms)})
        self._places = {term: place for place, term in enumerate(self.terms)}
        self._weights = {index: item.first.terms for index, item in self._prototypes}

    def weight(self, term: int, category: int) -> float:
        """What a term of `terms` says for a category as a first page; 0 where it says nothing."""
        return self._weights.get(category, {}).get(self.terms[term], 0.0)

    def score(self, page: PageFeatures) -> ExampleScores:
        """The scores of one page."""
        if not self._prototypes:
            return _NOTHING
        first: dict[int, float] = {}
        body: dict[int, float] = {}
        shown: set[int] = set()
        titles: list[TitleHit] = []
        found = page_terms(page)
        lines = tuple(title_lines(page))
        for index, prototype in self._prototypes:
            trust = prototype.documents / (prototype.documents + HALF_TRUST)
            likeness = prototype.first.fit_of(found)
            first[index] = FIRST_GAIN * trust * likeness
            body[index] = BODY_GAIN * trust * prototype.body.fit_of(found)
            if likeness:
                weighed = sorted((-weight, term) for term, weight in prototype.first.terms.items() if term in found)
                shown.update(self._places[term] for _, term in weighed[:_MOST_SHOWN])
            titles.extend(
                TitleHit(line, TITLE_STRENGTH * trust * math.sqrt(prototype.titles[key]), index)
                for key, line in lines
                if key in prototype.titles
            )
        return ExampleScores(first, body, tuple(titles), tuple(sorted(shown)))
