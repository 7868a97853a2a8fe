"""What the documents of a category have in common and others have not: words, word pairs, and lines they begin with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from splitreader._config import UNCATEGORIZED
from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.text import STOP_WORDS

MOST_TERMS = 300
"""Words and word pairs that are kept of a category, the most telling ones."""

MOST_TITLES = 40
"""First lines that are kept of a category."""

LONGEST_WORD = 39
"""Characters; so a pair of words has at most 79."""

LONGEST_CODE = 4
"""Characters of a word that may hold digits, such as w2; a longer one may be an account or a key, and is left out."""

LONGEST_TITLE = 80
"""A longer line is no title, and is not kept."""

STRANGERS_BELOW = 0.95
"""So many of the other examples' pages count nothing for the category."""

UNKNOWN_SHARE = 0.5
"""Nor do pages that reach less than this share of what the category's own reach: there are kinds without examples."""

LEAST_HIGH = 2.5
"""Examples that have little in common with one another say little: their pages can't reach all of the gain."""

_HEAD_WORDS = 70
_TITLE_LINES = 3
_FEWEST_LETTERS = 4
_MOST_BODY_PAGES = 6
_PARTS = math.lcm(*range(1, _MOST_BODY_PAGES + 1))
_SMOOTHING = 0.5
_USUAL = 0.08
_LEAST_WEIGHT = 0.7
_MOST_WEIGHT = 3.0
_TITLE_RATE = 3.0
_KEEPS_ITS_TEXT = 3
_LEAST_SPAN = 0.1
_FEWEST_TERMS = 40
_DOUBT = 3.0

_Term = Annotated[str, Field(min_length=1, max_length=2 * LONGEST_TITLE)]
_Weight = Annotated[FiniteFloat, Field(gt=0, le=_MOST_WEIGHT)]


class TermWeights(BaseModel):
    """Telling terms, and how much of them pages usually have.

    Args:
        terms: log-odds by word or word pair.
        low: what pages of other kinds may reach; it counts nothing.
        high: what pages of the category usually reach; more counts no more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: Annotated[dict[_Term, _Weight], Field(max_length=MOST_TERMS)]
    low: FiniteFloat
    high: FiniteFloat

    def fit_of(self, density: float) -> float:
        """From 0 for pages like others to 1 for pages like the category's, given the page's density of these terms."""
        return min(1.0, max(0.0, (density - self.low) / max(self.high - self.low, _LEAST_SPAN)))


class Prototype(BaseModel):
    """What is kept of the examples of one category; their texts are not.

    Args:
        category: its name.
        documents: how many there were.
        first: of first pages.
        body: of later pages.
        titles: first lines, digits masked, at most 80 characters, with the share of the documents that begin so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Annotated[str, Field(min_length=1)]
    documents: Annotated[int, Field(ge=1)]
    first: TermWeights
    body: TermWeights
    titles: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)], Annotated[float, Field(gt=0, le=1)]],
        Field(max_length=MOST_TITLES),
    ]


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """What one example document shows.

    Args:
        category: its name, or ``"uncategorized"``.
        first: terms of its first page.
        body: of its later pages, six at most.
        titles: its first lines, masked.
        running: first lines of its later pages, masked.
    """

    category: str
    first: frozenset[str]
    body: tuple[frozenset[str], ...]
    titles: frozenset[str]
    running: frozenset[str]


def page_terms(page: PageFeatures) -> frozenset[str]:
    """The words of a page that may tell a category, and the pairs of neighbours among its first words."""
    telling = frozenset(filter(_may_tell, frozenset(page.words)))
    head = [word for word in page.words[:_HEAD_WORDS] if word in telling]
    return telling.union(f"{one} {other}" for one, other in pairwise(head))


def density(weights: Iterable[float], terms: int) -> float:
    """How much a page says, given the weights of what it holds and the number of its terms.

    A long page matches more terms by chance. The order of the weights does not matter.
    """
    return math.fsum(weights) / math.sqrt(max(_FEWEST_TERMS, terms))


def title_lines(page: PageFeatures) -> Iterable[tuple[str, str]]:
    """The first lines that may be titles: masked, and as they are printed."""
    for line, masked in zip(page.head_lines[:_TITLE_LINES], page.masked_head, strict=False):
        key = " ".join("#" if "#" in word and len(word) > LONGEST_CODE else word for word in masked.split())
        if len(key) <= LONGEST_TITLE and sum(map(str.isalpha, key)) >= _FEWEST_LETTERS:
            yield key, line


def document_terms(category: str, pages: Sequence[PageFeatures]) -> DocumentTerms:
    """What a document with these pages shows."""
    later = pages[1 :: max(1, math.ceil((len(pages) - 1) / _MOST_BODY_PAGES))]
    return DocumentTerms(
        category=category,
        first=page_terms(pages[0]),
        body=tuple(map(page_terms, later)),
        titles=frozenset(masked for masked, _ in title_lines(pages[0])),
        running=frozenset(masked for page in later for masked, _ in title_lines(page)),
    )


def learn_prototypes(documents: Sequence[DocumentTerms]) -> tuple[Prototype, ...]:
    """A prototype for each category among the documents, in the order of their names."""
    first = _Pages([(document.first,) for document in documents])
    body = _Pages([document.body or (document.first,) for document in documents])
    titles = Counter(line for document in documents for line in document.titles)
    places: dict[str, list[int]] = {}
    for place, document in enumerate(documents):
        if document.category != UNCATEGORIZED:
            places.setdefault(document.category, []).append(place)
    return tuple(
        Prototype(
            category=name,
            documents=len(own),
            first=_learn(own, first),
            body=_learn(own, body),
            titles=_titles([documents[place] for place in own], titles, len(documents)),
        )
        for name, own in sorted(places.items())
    )


class _Pages:
    """The pages of all documents, first or later ones, their terms counted once.

    Args:
        documents: the terms of each page of each document.
    """

    def __init__(self, documents: Sequence[Sequence[frozenset[str]]]) -> None:
        self.documents = documents
        self.shares = [_shares(pages) for pages in documents]
        self.counts = _Counts(self.shares)


class _Counts:
    """In how many documents' pages a term stands: `rates` in parts of a document, `holders` in documents."""

    def __init__(self, documents: Iterable[Mapping[str, int]]) -> None:
        self.rates: Counter[str] = Counter()
        self.holders: Counter[str] = Counter()
        for shares in documents:
            self.rates.update(shares)
            self.holders.update(shares.keys())


def _shares(pages: Sequence[frozenset[str]]) -> dict[str, int]:
    """On how much of a document a term stands; whole numbers, so that counts can be taken from counts exactly."""
    times = Counter(term for page in pages for term in page)
    return {term: count * _PARTS // len(pages) for term, count in times.items()}


def _learn(own: Sequence[int], pages: _Pages) -> TermWeights:
    """The telling terms of some documents' pages, weighed so that pages that were no examples would be judged as well.

    Args:
        own: places of the category's documents among those of the pages.
        pages: of all documents.
    """
    mine, others = _Counts(pages.shares[place] for place in own), len(pages.documents) - len(own)
    rest = {term: pages.counts.rates[term] - rate for term, rate in mine.rates.items()}
    least = _least_holders(len(own))
    weights = {
        term: _log_odds(rate, len(own), rest[term], others)
        for term, rate in mine.rates.items()
        if mine.holders[term] >= least
    }
    best = sorted((-weight, term) for term, weight in weights.items() if weight >= _LEAST_WEIGHT)[:MOST_TERMS]
    terms = {term: -weight for weight, term in sorted(best, key=lambda item: item[1])}
    high = _quantile(list(_left_out(terms, own, pages, mine, rest)), 0.5)
    if len(own) == 1:
        high = 0.5 * _quantile([_density(terms, page) for page in pages.documents[own[0]]], 0.5)
    owned = frozenset(own)
    strange = (page for place, document in enumerate(pages.documents) if place not in owned for page in document)
    strangers = _quantile([_density(terms, page) for page in strange], STRANGERS_BELOW)
    high = max(high, LEAST_HIGH)
    low = max(strangers, UNKNOWN_SHARE * high)
    return TermWeights(terms=terms, low=round(low, 4), high=round(max(high, low + _LEAST_SPAN), 4))


def _left_out(
    terms: Collection[str], own: Sequence[int], pages: _Pages, mine: _Counts, rest: Mapping[str, int]
) -> Iterable[float]:
    """What the pages of each document would reach if it had not been among the examples."""
    documents, others = len(own) - 1, len(pages.documents) - len(own)
    least = _least_holders(documents)
    for place in own:
        shares = pages.shares[place]
        known = {
            term: _log_odds(mine.rates[term] - shares[term], documents, rest[term], others)
            for term in shares.keys() & terms
            if mine.holders[term] - 1 >= least
        }
        for page in pages.documents[place]:
            yield _density(known, page)


def _least_holders(documents: int) -> int:
    """What stands in one document only is about that document, unless there are hardly any."""
    return 2 if documents >= _KEEPS_ITS_TEXT else 1


def _log_odds(inside: int, documents: int, outside: int, others: int) -> float:
    """How much likelier a term is on the category's pages than on others, smoothed and bounded; rates are in parts."""
    own = (inside / _PARTS + _SMOOTHING * _USUAL) / (documents + _SMOOTHING) if documents else _USUAL
    other = (outside / _PARTS + _DOUBT * _USUAL) / (others + _DOUBT)
    return round(max(0.0, min(_MOST_WEIGHT, math.log(own / other))), 4)


def _titles(own: Sequence[DocumentTerms], titles: Mapping[str, int], documents: int) -> dict[str, float]:
    """Lines that documents of the category begin with, that are no running heads and that others hardly begin with.

    Args:
        own: the category's documents.
        titles: in how many of all documents a line stands.
        documents: how many there are.
    """
    mine = Counter(line for document in own for line in document.titles)
    heads = Counter(line for document in own for line in document.running)
    others = documents - len(own)
    least = _least_holders(len(own))
    found = {
        line: round(times / len(own), 4)
        for line, times in mine.items()
        if times >= least
        and heads[line] < 0.5 * times
        and (times / len(own)) > _TITLE_RATE * (titles[line] - times) / max(1, others)
    }
    best = sorted((-share, line) for line, share in found.items())[:MOST_TITLES]
    return {line: -share for share, line in sorted(best, key=lambda item: item[1])}


def _density(terms: Mapping[str, float], page: frozenset[str]) -> float:
    return density((terms[term] for term in terms.keys() & page), len(page))


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))] if values else 0.0


def _may_tell(word: str) -> bool:
    if not 1 < len(word) <= LONGEST_WORD or word in STOP_WORDS:
        return False
    if word.isalpha():
        return True
    return sum(map(str.isdigit, word)) < (len(word) if len(word) <= LONGEST_CODE else 1)
