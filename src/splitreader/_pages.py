"""Page numbers as people write them, and the text of one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from splitreader._errors import InvalidConfiguration

TextSource: TypeAlias = Literal["text-layer", "ocr", "none"]


class PageText(BaseModel):
    """The text of one page of a packet.

    Args:
        page: 1-based.
        text: lines separated by a single newline; empty for a page without text.
        text_source: where the text came from; ``"none"`` for a page without text.
        width, height: of the page as it is shown, in points (1/72 inch); None where the source does not tell.
        image_only: the page shows images but has no text layer: a scan, not a blank page.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: Annotated[int, Field(ge=1)]
    text: str
    text_source: TextSource = "text-layer"
    width: float | None = None
    height: float | None = None
    image_only: bool = False


def as_page_texts(pages: Iterable[PageText | str]) -> tuple[PageText, ...]:
    """Page texts from texts, numbered from 1 in the order they come; `PageText` items keep what they say.

    Raises:
        InvalidConfiguration: the pages are not 1, 2, 3, ... in this order.
    """
    texts = tuple(
        page
        if isinstance(page, PageText)
        else PageText(page=number, text=page, text_source="text-layer" if page.strip() else "none")
        for number, page in enumerate(pages, start=1)
    )
    for number, text in enumerate(texts, start=1):
        if text.page != number:
            raise InvalidConfiguration(
                f"page {text.page} comes where page {number} should; give every page of the packet once, in order"
            )
    return texts


def format_pages(pages: Sequence[int]) -> str:
    """Ascending pages as people write them: ``(1, 2, 3, 7)`` is ``"1-3,7"``."""
    runs: list[tuple[int, int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
