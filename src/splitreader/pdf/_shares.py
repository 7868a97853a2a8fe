"""One packet read by several worker processes: whether it is worth it, and who reads which pages."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, TypeVar

from splitreader.pdf import _scans

if TYPE_CHECKING:
    import pypdfium2

T = TypeVar("T")

GOLDEN_RATIO = (math.sqrt(5) - 1) / 2

LOOKS = 8
"""Pages, spread over the packet, by which a scan is told."""

LEAST_SCANS = 6
"""Pages for OCR for each further process, which has to load the models, to gain more than it costs."""


def parts_worth(document: pypdfium2.PdfDocument, pages: Sequence[int], *, at_most: int) -> int:
    """How many processes should read these 1-based pages: so many of them seem to be scans. 1 is not to share them."""
    import pypdfium2

    if at_most < 2 or len(pages) < LEAST_SCANS:
        return 1
    looks = min(LOOKS, len(pages))
    places = [len(pages) * look // looks for look in range(looks)]
    try:
        scans = sum(_seems_scanned(document, pages[place]) for place in places)
    except pypdfium2.PdfiumError:  # the reading itself will tell
        return 1
    return min(at_most, 1 + scans * len(pages) // looks // LEAST_SCANS)


def share_of(pages: Sequence[T], part: int, parts: int) -> list[T]:
    """Those of the pages that one of several processes reads."""
    return [page for index, page in enumerate(pages) if _owner(index, parts) == part]


def in_order(shares: Sequence[Generator[T]], count: int) -> Generator[T]:
    """The items of shares as they were dealt, in the order of the pages; every share is read to its end."""
    try:
        for index in range(count):
            if (item := next(shares[_owner(index, len(shares))], None)) is None:
                return
            yield item
        for share in shares:
            for _ in share:
                pass
    finally:
        for share in shares:
            share.close()


def _owner(index: int, parts: int) -> int:
    """Who reads the page at a 0-based place: multiples of the golden ratio, which spread every regular pattern evenly.

    Dealt in turn, the blank backs of a packet scanned on both sides would all go to one reader.
    """
    return int(index * GOLDEN_RATIO % 1 * parts)


def _seems_scanned(document: pypdfium2.PdfDocument, number: int) -> bool:
    """A quick look: few characters, and images over half of the page."""
    page = document[number - 1]
    try:
        textpage = page.get_textpage()
        try:
            text = textpage.get_text_bounded()
        finally:
            textpage.close()
        return _scans.has_thin_text(text) and _scans.is_covered(page)
    finally:
        page.close()
