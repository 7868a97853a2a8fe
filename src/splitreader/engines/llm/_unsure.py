"""Where the embedded engine is unsure of itself: what mode "uncertain" asks about."""

from __future__ import annotations

from splitreader.engines.embedded.confidence import segment_parts
from splitreader.engines.embedded.decoder import decode, segment_bounds
from splitreader.engines.embedded.reading import PageReader
from splitreader.engines.embedded.segments import start_log_odds

SURE_START = 0.85
"""A start with this probability is taken for one, and a page with the rest of it or less for none."""

SURE_CATEGORY = 0.93
"""A document whose category has this probability or more is not asked about."""

UNKNOWN_CATEGORY = 0.9
"""Of one with less than this two pages are asked about: a single answer may be wrong, and little stands beside it."""


def unsure_positions(reader: PageReader) -> list[int]:
    """Pages of which the embedded engine does not know whether they start a document, or which category they have.

    Of a document with an unsure category the first page is asked about, since most documents say there what they are,
    and mostly the second as well. The thresholds are chosen so that on packets of made documents about a third of the
    tokens of mode "full" is used, more where packets are short. They were chosen on documents of other seeds than those
    that are measured (``benchmarks/llm.py --seed``).

    Returns:
        Positions of pages with text, ascending.
    """
    pages = reader.read_pages
    log_odds = start_log_odds(pages, is_selection=reader.is_selection)
    cut = decode(log_odds, [page.first for page in pages], [page.body for page in pages])
    unsure = {
        position
        for position, probability in enumerate(cut.start_probabilities)
        if position and 1 - SURE_START < probability < SURE_START
    }
    for (start, end), part in zip(segment_bounds(cut.starts, len(pages)), segment_parts(cut, pages), strict=True):
        if part.category < SURE_CATEGORY:
            unsure.add(start)
        if part.category < UNKNOWN_CATEGORY and end - start > 1:
            unsure.add(start + 1)
    return sorted(unsure)
