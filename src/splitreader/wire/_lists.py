"""Lists that come in pages."""

from __future__ import annotations

from typing import Generic, TypeVar

from splitreader.wire._model import WireModel

Item = TypeVar("Item")


class Listing(WireModel, Generic[Item]):
    """One page of a list.

    Args:
        items: of this page.
        next_page_token: asks for the next one; None on the last.
        total_size: of all pages, where the service counts them.
    """

    items: tuple[Item, ...]
    next_page_token: str | None = None
    total_size: int | None = None
