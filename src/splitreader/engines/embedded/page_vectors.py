"""How near an embedding model sees pages to the categories."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from splitreader._config import SplitConfig
from splitreader._errors import EngineError
from splitreader._pages import PageText, parse_pages
from splitreader.engines.embedded.page_features import is_blank
from splitreader.engines.embedded.text import HEAD_CHARACTERS

Embedding: TypeAlias = Callable[[list[str]], Sequence[Sequence[float]]]
"""Texts in, a vector for each out, all of one length."""

BATCH = 32
"""Pages that one call embeds at most; so many are held at a time."""

WORDS = 400
"""Words of a page that are embedded, from its beginning."""

MOST_DEVIATIONS = 1.5
"""A page is never seen nearer, or farther, than so many standard deviations."""

LEAST_DEVIATION = 0.02
"""Cosines that differ less say less: with two categories one of them is always a standard deviation nearer."""


def with_nearness(
    pages: Iterable[PageText], config: SplitConfig, embedding: Embedding
) -> Iterator[tuple[PageText, tuple[float, ...]]]:
    """Each page in order, with its standardised cosine to each category; blank and unselected pages have none.

    Raises:
        EngineError: the model failed, or gave something else than a vector for each text.
    """
    kinds = [f"{item.name}: {item.description}" if item.description else item.name for item in config.categories]
    categories = _vectors(embedding, kinds, "the categories")
    selected = None if config.target_pages is None else frozenset(parse_pages(config.target_pages))
    rest = iter(pages)
    while batch := list(islice(rest, BATCH)):
        read = [page for page in batch if (selected is None or page.page in selected) and not is_blank(page.text)]
        what = f"pages {read[0].page} to {read[-1].page}" if read else ""
        vectors = _vectors(embedding, [head_of(page.text) for page in read], what) if read else []
        near = {page.page: _nearness(vector, categories, what) for page, vector in zip(read, vectors, strict=True)}
        yield from ((page, near.get(page.page, ())) for page in batch)


def head_of(text: str) -> str:
    """The first words of a page."""
    return " ".join(text.strip()[:HEAD_CHARACTERS].split()[:WORDS])


def _vectors(embedding: Embedding, texts: list[str], what: str) -> list[list[float]]:
    try:
        vectors = [[float(number) for number in vector] for vector in embedding(texts)]
    except Exception as error:
        raise EngineError(
            f"the embedding model failed on {what} ({type(error).__name__}, see its cause); "
            "try it with a list of texts, or leave embedding out"
        ) from error
    if len(vectors) != len(texts):
        raise EngineError(
            f"the embedding model gave {len(vectors)} vectors for {len(texts)} texts ({what}); "
            "give a function that takes a list of texts and returns a vector for each"
        )
    if any(not vector or not all(map(math.isfinite, vector)) for vector in vectors):
        raise EngineError(f"the embedding model gave an empty vector, or one that is not finite, for {what}; check it")
    return [_unit(vector) for vector in vectors]


def _nearness(vector: Sequence[float], categories: Sequence[Sequence[float]], what: str) -> tuple[float, ...]:
    if any(len(other) != len(vector) for other in categories):
        raise EngineError(
            f"the embedding model gave vectors of another length for {what} than for the categories; "
            "use one model for all texts"
        )
    cosines = [math.fsum(one * two for one, two in zip(vector, other, strict=True)) for other in categories]
    mean = math.fsum(cosines) / len(cosines)
    spread = math.sqrt(math.fsum((cosine - mean) ** 2 for cosine in cosines) / len(cosines))
    scaled = ((cosine - mean) / max(spread, LEAST_DEVIATION) for cosine in cosines)
    return tuple(max(-MOST_DEVIATIONS, min(MOST_DEVIATIONS, value)) for value in scaled)


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(math.fsum(number * number for number in vector))
    return [number / length for number in vector] if length else list(vector)
