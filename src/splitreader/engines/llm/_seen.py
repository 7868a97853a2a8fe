"""Pages of which only a picture is looked at, and those that follow them."""

from __future__ import annotations

from array import array
from dataclasses import replace

from splitreader.engines.embedded.page_pair import Cue
from splitreader.engines.embedded.reading import CLEAR_CONTINUATION, CONTINUATION_WEIGHT, PageReader, ReadPage


def page_without_text(page: int, reader: PageReader) -> ReadPage:
    """A page of which nothing is known: it starts a document as often as pages do, and fits every category alike."""
    even = array("f", bytes(4 * (reader.scorer.count + reader.has_uncategorized)))
    return ReadPage(
        page=page,
        log_odds=reader.weights.prior,
        first=even,
        body=even,
        terms=array("l"),
        cues=(Cue("picture", 0.0, f"page {page} has no text, only its picture was looked at"),),
        titles={},
        named=frozenset(),
        stamp=None,
        foreign_title="",
        keys={},
    )


def after_picture(page: ReadPage, before: int, reader: PageReader) -> ReadPage:
    """A page with text right after one that was only looked at.

    It was read as the successor of the last page with text, which it is not: what was made of that pair does not count.

    Args:
        page: as it was read.
        before: the page before it, without text.
        reader: that read it.
    """
    body = page.body
    if page.log_odds <= CLEAR_CONTINUATION:  # then its words counted less
        body = array("f", [score / CONTINUATION_WEIGHT for score in body])
    cue = Cue("picture", 0.0, f"page {page.page} follows page {before}, of which only the picture was looked at")
    return replace(page, log_odds=reader.weights.prior, body=body, cues=(cue,))
