"""How much a page looks like the examples that an engine was fitted to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.prototypes import Prototype, density, page_terms, title_lines
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

_Postings = dict[str, list[tuple[int, float]]]


class ExampleScorer:
    """Scores pages against prototypes. Built once for a split.

    Args:
        names: of the declared categories; prototypes of others are passed over.
        prototypes: what was learned.
    """

    def __init__(self, names: Sequence[str], prototypes: Sequence[Prototype]) -> None:
        positions = {name: index for index, name in enumerate(names)}
        self._prototypes = {positions[item.category]: item for item in prototypes if item.category in positions}
        self.terms = sorted(
            {term for item in self._prototypes.values() for term in (*item.first.terms, *item.body.terms)}
        )
        self._places = {term: place for place, term in enumerate(self.terms)}
        self._first = _postings({index: item.first.terms for index, item in self._prototypes.items()})
        self._body = _postings({index: item.body.terms for index, item in self._prototypes.items()})
        self._titles = _postings({index: item.titles for index, item in self._prototypes.items()})

    def weight(self, term: int, category: int) -> float:
        """What a term of `terms` says for a category as a first page; 0 where it says nothing."""
        prototype = self._prototypes.get(category)
        return prototype.first.terms.get(self.terms[term], 0.0) if prototype else 0.0

    def score(self, page: PageFeatures) -> ExampleScores:
        """The scores of one page."""
        if not self._prototypes:
            return _NOTHING
        found = page_terms(page)
        first: dict[int, float] = {}
        body: dict[int, float] = {}
        shown: set[int] = set()
        for index, weights in _matched(self._first, found).items():
            prototype = self._prototypes[index]
            if likeness := prototype.first.fit_of(density(weights, len(found))):
                first[index] = FIRST_GAIN * _trust(prototype) * likeness
                terms = prototype.first.terms
                weighed = sorted((-terms[term], term) for term in terms.keys() & found)
                shown.update(self._places[term] for _, term in weighed[:_MOST_SHOWN])
        for index, weights in _matched(self._body, found).items():
            prototype = self._prototypes[index]
            body[index] = BODY_GAIN * _trust(prototype) * prototype.body.fit_of(density(weights, len(found)))
        titles = tuple(
            TitleHit(line, TITLE_STRENGTH * _trust(self._prototypes[index]) * math.sqrt(share), index)
            for key, line in title_lines(page)
            for index, share in self._titles.get(key, ())
        )
        return ExampleScores(first, body, titles, tuple(sorted(shown)))


def _trust(prototype: Prototype) -> float:
    return prototype.documents / (prototype.documents + HALF_TRUST)


def _postings(values: Mapping[int, Mapping[str, float]]) -> _Postings:
    """For each term the categories that have it, so that a page's terms are looked up once for all categories."""
    postings: _Postings = {}
    for index, terms in values.items():
        for term, value in terms.items():
            postings.setdefault(term, []).append((index, value))
    return postings


def _matched(postings: _Postings, terms: frozenset[str]) -> dict[int, list[float]]:
    """The values of the terms, by category."""
    matched: dict[int, list[float]] = {}
    for term in postings.keys() & terms:
        for index, value in postings[term]:
            matched.setdefault(index, []).append(value)
    return matched
