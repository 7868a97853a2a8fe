"""Page numbers as people write them, and the text of one page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator

from splitreader._errors import InvalidConfiguration

LARGEST_PAGE = 1_000_000
"""No page number may be larger; `parse_pages` would have to list all the others."""

_RUN = re.compile(r"\s*([0-9]{1,9})\s*(?:-\s*([0-9]{1,9})\s*)?")

TextSource: TypeAlias = Literal["text-layer", "ocr", "none"]


class PageLayout(BaseModel):
    """How the text of a page is set, as far as a few dozen of its characters tell.

    Args:
        fonts: names of fonts, at most 8, without the marks of subsets.
        text_size: height of a usual character with its line's leading, in points.
        first_size: of the largest among the first characters.
        top: how far below the page's upper edge its first characters stand, in points.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fonts: tuple[str, ...] = ()
    text_size: FiniteFloat
    first_size: FiniteFloat
    top: FiniteFloat


class PageText(BaseModel):
    """The text of one page of a packet.

    Args:
        page: 1-based.
        text: lines separated by a single newline; empty for a page without text. Lone surrogates, which no store
            can take, become question marks.
        text_source: where the text came from; ``"none"`` for a page without text.
        width, height: of the page as it is shown, in points (1/72 inch); None where the source does not tell.
        image_only: the page shows images and its text layer is missing or only a stamp, and nobody read the images: a
            scan, not a blank page.
        layout: how the text layer is set; None where there is none, or the source does not tell.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: Annotated[int, Field(ge=1)]
    text: str
    text_source: TextSource = "text-layer"
    width: float | None = None
    height: float | None = None
    image_only: bool = False
    layout: PageLayout | None = None

    @field_validator("text")
    @classmethod
    def _make_storable(cls, text: str) -> str:
        return text.encode("utf-8", "replace").decode()


def as_page_texts(pages: Iterable[PageText | str]) -> tuple[PageText, ...]:
    """Page texts from texts, numbered from 1 in the order they come; `PageText` items keep what they say.

    Raises:
        InvalidConfiguration: the pages are not 1, 2, 3, ... in this order.
    """
    if isinstance(pages, (str, bytes)):
        raise InvalidConfiguration("pages is one text; give a list with a text for each page")
    texts = tuple(_as_page_text(page, number) for number, page in enumerate(pages, start=1))
    for number, text in enumerate(texts, start=1):
        if text.page != number:
            raise InvalidConfiguration(
                f"page {text.page} comes where page {number} should; give every page of the packet once, in order"
            )
    return texts


def _as_page_text(page: object, number: int) -> PageText:
    if isinstance(page, PageText):
        return page
    if not isinstance(page, str):
        raise InvalidConfiguration(f"page {number} is {type(page).__name__}; give text or PageText")
    return PageText(page=number, text=page, text_source="text-layer" if page.strip() else "none")


def format_pages(pages: Sequence[int]) -> str:
    """Ascending pages as people write them: ``(1, 2, 3, 7)`` is ``"1-3,7"``."""
    runs: list[tuple[int, int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def parse_pages(text: str) -> tuple[int, ...]:
    """Pages as people write them, ascending, each once: ``"7, 1-3,2"`` is ``(1, 2, 3, 7)``.

    Raises:
        InvalidConfiguration: a part is no page and no range, a range runs backwards, or a page is below 1 or beyond
            `LARGEST_PAGE`; the message names it.
    """
    pages: list[int] = []
    for first, last in sorted(_parse_run(part) for part in text.split(",")):
        pages.extend(range(max(first, pages[-1] + 1 if pages else 1), last + 1))
    return tuple(pages)


def _parse_run(part: str) -> tuple[int, int]:
    match = _RUN.fullmatch(part)
    if match is None:
        raise InvalidConfiguration(f'{part[:40]!r} is no page and no range of pages; write pages like "1,3,5-7"')
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise InvalidConfiguration(f"the range {first}-{last} runs backwards; write {last}-{first}")
    if not 1 <= first <= last <= LARGEST_PAGE:
        raise InvalidConfiguration(f"{part.strip()!r} is out of range; pages count from 1 to {LARGEST_PAGE:,}")
    return first, last
