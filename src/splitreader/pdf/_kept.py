"""Page texts that were read before, and where they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from splitreader._pages import PageText


@dataclass(frozen=True)
class ReadTexts:
    """All that was wanted of one packet.

    Args:
        page_count: pages of the whole packet.
        texts: of the wanted pages, in order.
    """

    page_count: int
    texts: tuple[PageText, ...]


class TextShelf(Protocol):
    """Where the texts of one packet are kept."""

    def find(self) -> ReadTexts | None:
        """What was read before; None if nothing was. May block, raises nothing."""
        ...

    def keep(self, read: ReadTexts) -> None:
        """Keep what was read. May block, raises nothing."""
        ...
