"""A packet of which only the page texts are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from splitreader._pages import PageText
from splitreader.sources import Source


class TextPacket:
    """A packet whose page texts are known already.

    Args:
        name: what the packet is called.
        texts: all pages, in order.
        source: the PDF, if there is one.
        wanted: which of them count, ascending; None for all.
    """

    def __init__(
        self,
        name: str,
        texts: Sequence[PageText],
        *,
        source: Source | None = None,
        wanted: Sequence[int] | None = None,
    ) -> None:
        self.name = name
        self.source = source
        self.page_count = len(texts)
        self._texts = tuple(texts) if wanted is None else tuple(texts[page - 1] for page in wanted)

    def pages(self) -> Iterator[PageText]:
        """The texts of the wanted pages in order."""
        return iter(self._texts)
