"""From the decoded cut to proposed segments: blank pages, confidence, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from splitreader._config import UNCATEGORIZED, SplitConfig
from splitreader._pages import format_pages
from splitreader.engines._protocol import ProposedSegment
from splitreader.engines.embedded.confidence import confidence_of, segment_parts
from splitreader.engines.embedded.decoder import Cut, decode, segment_bounds
from splitreader.engines.embedded.least_pages import LeastPages, best_long_cut
from splitreader.engines.embedded.partition import partition
from splitreader.engines.embedded.reading import PageReader, ReadPage
from splitreader.engines.embedded.text import quote

STAMP_RELIEF = 3.5
"""Added to pages that begin like a document where one numbering runs through the whole packet."""

_OWN_START = frozenset({"title", "identifier", "template", "salutation"})
_MOST_BOUNDARY_EVIDENCE = 2


def propose_segments(reader: PageReader, config: SplitConfig) -> tuple[ProposedSegment, ...]:
    """The documents of the pages that were read; every page is in one of them.

    With ``min_pages_per_split`` each has at least that many pages, blank ones counted, unless the packet or the
    selection is shorter. Pages that ``allow_uncategorized="omit"`` leaves out are no documents and may be fewer, and no
    page is left out only to make up a number.
    """
    if not reader.pages:
        return ()
    names = [*config.category_names, UNCATEGORIZED] if reader.has_uncategorized else [*config.category_names]
    pages = reader.read_pages
    if not pages:
        return (_without_text(reader.pages, names[-1] if reader.has_uncategorized else names[0]),)
    log_odds = start_log_odds(pages, is_selection=reader.is_selection)
    free = decode(log_odds, [page.first for page in pages], [page.body for page in pages])
    least = config.min_pages_per_split or 1
    parted = partition(
        free if least == 1 else _cut_long(free, log_odds, reader, config),
        pages,
        [category.partition_key for category in config.categories],
        least=least,
        lengths=_lengths(reader),
    )
    cut = parted.cut
    bounds = segment_bounds(cut.starts, len(pages))
    runs = _with_blank_pages(reader.pages, [pages[start].page for start, _ in bounds])
    inner = frozenset(free.starts).union(parted.kept)
    proposed = []
    parts = segment_parts(cut, pages)
    for (start, end), category, run, part in zip(bounds, cut.categories, runs, parts, strict=True):
        joined = sorted(inner.intersection(range(start + 1, end)))
        score = round(
            reader.weights.calibration.of(
                begins=part.begins, ends=part.ends, together=part.together, category=part.category
            ),
            4,
        )
        reasons = _boundary_evidence(pages[start], is_first=start == 0, is_selection=reader.is_selection)
        if start in parted.changes:
            others = [cue.sentence for cue in pages[start].cues if cue.name != "identifier"]
            reasons = (parted.changes[start], *others[:1])
        elif start not in free.starts:
            reasons = (f"page {pages[start].page} begins a document because {_asked_for(least)}",)
        by_value = [parted.kept[position] for position in joined if position in parted.kept]
        if len(by_value) < len(joined):
            reasons = (*reasons, f"kept together: {_asked_for(least)}")
        reasons = (*reasons, *by_value[:_MOST_BOUNDARY_EVIDENCE])
        proposed.append(
            ProposedSegment(
                category=names[category],
                pages=run,
                confidence=confidence_of(score),
                score=score,
                key=parted.keys[start],
                evidence=(*reasons, *_category_evidence(reader, pages[start], category, names[category])),
            )
        )
    return tuple(proposed)


def _without_text(pages: Sequence[int], category: str) -> ProposedSegment:
    return ProposedSegment(
        category=category,
        pages=tuple(pages),
        confidence="low",
        score=0.0,
        evidence=(f"no text on {'page' if len(pages) == 1 else 'pages'} {format_pages(pages)}",),
    )


def _cut_long(free: Cut, log_odds: Sequence[float], reader: PageReader, config: SplitConfig) -> Cut:
    """The best cut with documents of at least ``min_pages_per_split`` pages."""
    pages, names = reader.read_pages, len(reader.read_pages[0].first)
    least = [config.min_pages_per_split or 1] * names
    barred: list[frozenset[int]] = [frozenset()] * len(pages)
    if config.allow_uncategorized == "omit":
        left_out = reader.scorer.count
        least[left_out] = 1
        for (start, end), category in zip(segment_bounds(free.starts, len(pages)), free.categories, strict=True):
            if category != left_out:
                barred[start:end] = [frozenset({left_out})] * (end - start)
    starts, categories = best_long_cut(
        log_odds,
        [page.first for page in pages],
        [page.body for page in pages],
        LeastPages(_lengths(reader), least, barred),
    )
    return replace(free, starts=starts, categories=categories)


def _lengths(reader: PageReader) -> list[int]:
    """Of each page with text, how many pages it brings: itself and the blank ones after it."""
    return [len(run) for run in _with_blank_pages(reader.pages, [page.page for page in reader.read_pages])]


def _asked_for(least: int) -> str:
    return f"at least {least} pages a document were asked for"


def start_log_odds(pages: Sequence[ReadPage], *, is_selection: bool) -> list[float]:
    """The log-odds of each page; numbers stamped on the whole packet, as a fax machine does, count less."""
    if is_selection:
        total = pages[0].stamp[1] if pages[0].stamp else 0
        numbering = [(page.page, total) for page in pages]
    else:
        numbering = [(position, len(pages)) for position, _ in enumerate(pages, start=1)]
    stamped = len(pages) > 2 and [page.stamp for page in pages] == numbering
    return [
        page.log_odds + (STAMP_RELIEF if stamped and any(cue.name in _OWN_START for cue in page.cues) else 0.0)
        for page in pages
    ]


def _with_blank_pages(pages: Sequence[int], first_pages: Sequence[int]) -> list[tuple[int, ...]]:
    """All pages in runs: each begins at a first page; blank pages stay with what is before them."""
    later = set(first_pages[1:])
    runs: list[list[int]] = [[]]
    for page in pages:
        if page in later:
            runs.append([])
        runs[-1].append(page)
    return [tuple(run) for run in runs]


def _boundary_evidence(page: ReadPage, *, is_first: bool, is_selection: bool) -> tuple[str, ...]:
    if is_first:
        return ("the first of the selected pages" if is_selection else "the first page of the packet",)
    sentences = tuple(cue.sentence for cue in page.cues[:_MOST_BOUNDARY_EVIDENCE])
    return sentences or (f"page {page.page} looks more like another document than like the one before",)


def _category_evidence(reader: PageReader, page: ReadPage, category: int, name: str) -> tuple[str, ...]:
    """One or two sentences."""
    if category >= reader.scorer.count:
        if page.foreign_title:
            return (f"page {page.page} has the title {page.foreign_title}, which no category covers",)
        return ("no category has enough evidence on these pages",)
    sentences = []
    if category in page.titles:
        sentences.append(f"{page.titles[category]} is a title of {quote(name)}")
    elif category in page.named:
        sentences.append(f"{quote(name)} is named in the first lines")
    if telling := reader.scorer.telling_words(page.terms, category):
        sentences.append("typical words: " + ", ".join(quote(word) for word in telling))
    return tuple(sentences) or (f"{quote(name)} fits better than anything else",)
