"""How much a page looks like each category: titles, names, typical words, character n-grams."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from splitreader._config import Category
from splitreader.engines.embedded.example_scores import ExampleScorer
from splitreader.engines.embedded.lexicon import Genre, Phrase, genres_named
from splitreader.engines.embedded.page_features import PageFeatures
from splitreader.engines.embedded.prototypes import Prototype
from splitreader.engines.embedded.text import STOP_WORDS, fold, name_tokens, tokens
from splitreader.engines.embedded.titles import PageTitles, TitleHit, TitleIndex

TITLE_GAIN = 4.5
"""A page whose first line is a category's title and nothing else."""

NAME_GAIN = 1.6
"""All words of the category's name stand in the first lines."""

WORDS_GAIN = 4.0
"""A page full of the category's typical words."""

BODY_WORDS_GAIN = 3.0
"""The same on a page that continues a document, where typical words are rarer."""

BODY_NAME_GAIN = 0.5
"""The name in the first lines of such a page: it may be a running header, or of another document."""

GRAM_GAIN = 0.6
"""The name's character 4-grams in the first characters: it survives OCR errors, inflection and compounds."""

FOREIGN_TITLE_GAIN = 1.5
"""Evidence for no declared category: the page has the title of another kind of document."""

NEARNESS_GAIN = 0.5
"""A page that an embedding model sees one standard deviation nearer to a category than to the others. At most it is
1.5, and then less than what a first page must reach to have a category at all."""

BODY_NEARNESS_GAIN = 0.3
"""The same of a later page."""

_HEAD_WORDS = 70
_HEAD_CHARACTERS = 400
_GRAM = 4
_NAME_WEIGHT = 1.5
_DESCRIPTION_WEIGHT = 0.8
_LEXICON_WEIGHT = 0.8
_TELLING_WEIGHT = 1.8
_SATURATION = 4.0
_GENERIC_TEXT = (
    "form document doc page type file copy other kind category sample example scan record irs u federal general"
    " standard official information pdf data new details sheet"
)
_COMMON_TEXT = (
    "date name number total amount page form address phone from to subject re order state city year time service"
    " company period type v cc class rest memo item plan question staff first"
)
_GENERIC = STOP_WORDS | frozenset(_GENERIC_TEXT.split())
_COMMON = frozenset(_COMMON_TEXT.split())


@dataclass(frozen=True, slots=True)
class PageScores:
    """One page's scores, an entry a category, in nats or close to it.

    Args:
        first: as the first page of a document.
        body: as a later page of one.
        foreign: how much the page's title speaks for a kind that was not declared.
        titles: the titles it begins with.
        named: the categories all of whose name stands in the first lines.
        terms: positions of the matched terms, those of examples after the built-in ones, for evidence.
    """

    first: array[float]
    body: array[float]
    foreign: float
    titles: PageTitles
    named: frozenset[int]
    terms: array[int]


class CategoryScorer:
    """Scores pages against the declared categories. Built once for a split.

    Args:
        categories: the declared ones.
        prototypes: what was learned from examples of some of them.
    """

    def __init__(self, categories: Sequence[Category], prototypes: Sequence[Prototype] = ()) -> None:
        self.count = len(categories)
        self._examples = ExampleScorer([category.name for category in categories], prototypes)
        declared = _declared(tuple((category.name, category.description or "") for category in categories))
        self._key_words, self._grams, self._titles = declared.key_words, declared.grams, declared.titles
        self._terms, self._postings = declared.terms, declared.postings
        self._singles, self._phrases = declared.singles, declared.phrases

    def score(self, page: PageFeatures, nearness: Sequence[float] = ()) -> PageScores:
        """The scores of one page.

        Args:
            page: the page.
            nearness: for each category how near an embedding model sees the page, see `page_vectors`; or nothing.
        """
        terms = self._matched_terms(page)
        sums = [0.0] * self.count
        for position in terms:
            for index, weight in self._postings[position]:
                sums[index] += weight
        # A long page matches more words of every category by chance.
        saturation = _SATURATION * (1.0 + math.log1p(len(page.words) / 150.0))
        examples = self._examples.score(page)
        titles = _with_learned(self._titles.find(page.head_lines), examples.titles)
        head = fold("\n".join(page.head_lines)[:_HEAD_CHARACTERS])
        head_words = frozenset(page.words[:_HEAD_WORDS])
        first, body = array("f", bytes(4 * self.count)), array("f", bytes(4 * self.count))
        named = []
        for index, (words, grams) in enumerate(zip(self._key_words, self._grams, strict=True)):
            share = sum(map(head_words.__contains__, words)) / len(words)
            if share == 1.0:
                named.append(index)
                overlap = 1.0
            else:
                overlap = sum(map(head.__contains__, grams)) / max(1, len(grams))
            density = 1.0 - math.exp(-sums[index] / saturation)
            hit = titles.of_category.get(index)
            title = TITLE_GAIN * hit.strength if hit else 0.0
            first[index] = title + NAME_GAIN * share**2 + WORDS_GAIN * density + GRAM_GAIN * overlap**2
            body[index] = BODY_WORDS_GAIN * density + BODY_NAME_GAIN * share**2
            first[index] += examples.first.get(index, 0.0)
            body[index] += examples.body.get(index, 0.0)
        for index, near in enumerate(nearness):
            first[index] += NEARNESS_GAIN * near
            body[index] += BODY_NEARNESS_GAIN * near
        foreign = FOREIGN_TITLE_GAIN * titles.foreign.strength if titles.foreign else 0.0
        terms.extend(len(self._terms) + term for term in examples.terms)
        return PageScores(first, body, foreign, titles, frozenset(named), terms)

    def telling_words(self, terms: Sequence[int], category: int, most: int = 3) -> tuple[str, ...]:
        """The matched terms that say most for a category, as words."""
        weighed = sorted((-weight, position) for position in terms if (weight := self._weight(position, category)) > 0)
        words = (self._words(position) for _, position in weighed)
        return tuple(dict.fromkeys(words))[:most]

    def _weight(self, position: int, category: int) -> float:
        if position >= len(self._terms):
            return self._examples.weight(position - len(self._terms), category)
        return next((weight for index, weight in self._postings[position] if index == category), 0.0)

    def _words(self, position: int) -> str:
        if position >= len(self._terms):
            return self._examples.terms[position - len(self._terms)]
        return " ".join(self._terms[position])

    def _matched_terms(self, page: PageFeatures) -> array[int]:
        words, phrases = page.words, self._phrases
        found = {self._singles[word] for word in self._singles.keys() & {*words, *page.labels}}
        for start in [start for start, word in enumerate(words) if word in phrases]:
            for phrase, position in phrases[words[start]]:
                if words[start : start + len(phrase)] == phrase:
                    found.add(position)
        return array("H", sorted(found))


@dataclass(frozen=True, slots=True)
class _Declared:
    """What follows from the declared categories alone. Never changed once it is built.

    Args:
        key_words: of each category's name.
        grams: of these.
        titles: finds the titles of the categories.
        terms: words and phrases that speak for a category, sorted.
        postings: for each term the categories that it speaks for, with weights.
        singles: positions of the terms of one word.
        phrases: the others with their positions, by their first word.
    """

    key_words: Sequence[Phrase]
    grams: Sequence[tuple[str, ...]]
    titles: TitleIndex
    terms: Sequence[Phrase]
    postings: Sequence[tuple[tuple[int, float], ...]]
    singles: Mapping[str, int]
    phrases: Mapping[str, Sequence[tuple[Phrase, int]]]


@lru_cache(maxsize=4)
def _declared(categories: tuple[tuple[str, str], ...]) -> _Declared:
    """The same for every packet of a call; to build it takes as long as to score five pages.

    Args:
        categories: names and descriptions.
    """
    names = [name_tokens(name) or ("?",) for name, _ in categories]
    described = [tuple(tokens(description)) for _, description in categories]
    kinds = [genres_named(name) or genres_named(text) for name, text in zip(names, described, strict=True)]
    key_words = [_key_words(name) for name in names]
    queries = [
        _query(name, text, found, own)
        for name, text, found, own in zip(names, described, kinds, key_words, strict=True)
    ]
    terms: list[Phrase] = sorted({phrase for query in queries for phrase in query})
    postings = _postings(queries)
    phrases: dict[str, list[tuple[Phrase, int]]] = {}
    for position, phrase in enumerate(terms):
        if len(phrase) > 1:
            phrases.setdefault(phrase[0], []).append((phrase, position))
    return _Declared(
        key_words=key_words,
        grams=[_grams(" ".join(words)) for words in key_words],
        titles=TitleIndex(names, key_words, kinds),
        terms=terms,
        postings=[postings[phrase] for phrase in terms],
        singles={phrase[0]: position for position, phrase in enumerate(terms) if len(phrase) == 1},
        phrases=phrases,
    )


def _with_learned(titles: PageTitles, learned: Sequence[TitleHit]) -> PageTitles:
    """The titles of a page with those that examples begin with, each category's strongest."""
    if not learned:
        return titles
    of_category = dict(titles.of_category)
    for hit in learned:
        if hit.category is not None and (
            hit.category not in of_category or hit.strength > of_category[hit.category].strength
        ):
            of_category[hit.category] = hit
    foreign = titles.foreign
    known = {hit.line for hit in learned}
    return PageTitles(of_category, None if foreign is not None and foreign.line in known else foreign)


def _key_words(name: Phrase) -> Phrase:
    """The words of a name that tell it from others; the whole name if none does."""
    telling = (word for word in name if word not in _GENERIC and not (word.isdigit() and len(word) < 4))
    return tuple(dict.fromkeys(telling)) or name


def _query(name: Phrase, described: Phrase, kinds: Sequence[Genre], key_words: Phrase) -> dict[Phrase, float]:
    """Every word and phrase that speaks for a category, with a weight."""
    query: dict[Phrase, float] = {}

    def add(phrase: Phrase, weight: float) -> None:
        if len(phrase) == 1 and phrase[0] in STOP_WORDS:
            return
        common = 0.35 if len(phrase) == 1 and phrase[0] in _COMMON else 1.0
        query[phrase] = max(query.get(phrase, 0.0), weight * common)

    for genre in kinds:
        for phrase in genre.titles:
            add(phrase, _LEXICON_WEIGHT)
        for phrase in genre.words:
            strength = _TELLING_WEIGHT if phrase in genre.telling else _LEXICON_WEIGHT
            add(phrase, strength * (1.0 if len(phrase) == 1 else 1.5))
    for word in described:
        if word not in _GENERIC:
            add((word,), _DESCRIPTION_WEIGHT)
    for word in key_words:
        add((word,), _NAME_WEIGHT)
    if len(name) > 1:
        add(name, 2 * _NAME_WEIGHT)
    return query


def _postings(queries: Sequence[dict[Phrase, float]]) -> dict[Phrase, tuple[tuple[int, float], ...]]:
    """Which categories each phrase speaks for. One that many categories share says little about which it is."""
    holders: dict[Phrase, list[tuple[int, float]]] = {}
    for index, query in enumerate(queries):
        for phrase, weight in query.items():
            holders.setdefault(phrase, []).append((index, weight))
    most = math.log(1 + len(queries))
    rarity = [math.log(1 + len(queries) / count) / most for count in range(1, len(queries) + 1)]
    return {
        phrase: tuple((index, weight * rarity[len(found) - 1]) for index, weight in found)
        for phrase, found in holders.items()
    }


def _grams(text: str) -> tuple[str, ...]:
    if len(text) <= _GRAM:
        return (text,) if text else ()
    return tuple(dict.fromkeys(text[start : start + _GRAM] for start in range(len(text) - _GRAM + 1)))
