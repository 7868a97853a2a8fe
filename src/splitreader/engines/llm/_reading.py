"""Reading a packet for the questions about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from splitreader._config import SplitConfig
from splitreader._pages import PageText
from splitreader.engines.embedded.learned import Learned
from splitreader.engines.embedded.reading import PageReader, ReadPage
from splitreader.engines.llm._asking import Question
from splitreader.engines.llm._drawing import PICTURE_SIDE
from splitreader.engines.llm._job import Job
from splitreader.engines.llm._prompt import Frame, ShownPage, Trim
from splitreader.engines.llm._seen import page_without_text
from splitreader.engines.llm._unsure import unsure_positions
from splitreader.engines.llm._usage import estimated_picture
from splitreader.engines.llm._windows import Window, around, overlapping

Mode: TypeAlias = Literal["full", "uncertain"]

CONTEXT_SHARE = 4
"""Of pages that are only context so many times less is sent: their first and last lines are what counts."""


@dataclass(frozen=True)
class Asks:
    """How to ask.

    Args:
        mode: about all pages, or only where the embedded engine is unsure.
        window: pages of a question.
        overlap: pages that neighbouring questions share.
        trim: how much of a page is sent.
        frame: of the questions.
        shows_pages: pictures of the pages go along, so that pages without text can be asked about as well.
    """

    mode: Mode
    window: int
    overlap: int
    trim: Trim
    frame: Frame
    shows_pages: bool = False


def read_job(name: str, pages: Iterable[PageText], config: SplitConfig, asks: Asks, learned: Learned | None) -> Job:
    """Read a packet, page by page, and work out what to ask. Of the texts only what is sent is kept."""
    reader = PageReader(config) if learned is None else PageReader(config, learned.weights, learned.prototypes)
    context = Trim(asks.trim.head // CONTEXT_SHARE, asks.trim.tail // CONTEXT_SHARE)
    shown: list[_Shown] = []
    for page in pages:
        selected, with_text = len(reader.pages), len(reader.read_pages)
        reader.read(page)
        if len(reader.read_pages) > with_text:
            read = reader.read_pages[-1]
        elif asks.shows_pages and len(reader.pages) > selected and not page.text.strip():
            read = page_without_text(page.page, reader)
        else:
            continue
        tokens = _picture_tokens(page) if asks.shows_pages else 0
        shown.append(_Shown(read, asks.trim.of(page.text), context.of(page.text), tokens))
    windows = _windows(shown, reader, asks)
    questions = tuple(_question(index, window, shown, asks) for index, window in enumerate(windows))
    return Job(name, config, asks.frame, reader, tuple(item.read for item in shown), tuple(windows), questions)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page that may be shown to the model: as it was read, its text, less of its text, and its picture's tokens."""

    read: ReadPage
    text: str
    as_context: str
    picture_tokens: int


def _windows(shown: Sequence[_Shown], reader: PageReader, asks: Asks) -> list[Window]:
    if asks.mode == "full":
        return overlapping(len(shown), size=asks.window, overlap=asks.overlap)
    read = reader.read_pages
    sure = {page.page for page in read}
    if read:
        sure -= {read[position].page for position in unsure_positions(reader)}
    with_text = {page.page for page in read}
    sure -= {  # of these the embedded engine knows only how they stand to the last page with text
        after.read.page for before, after in pairwise(shown) if before.read.page not in with_text
    }
    return around([at for at, item in enumerate(shown) if item.read.page not in sure], size=asks.window)


def _question(index: int, window: Window, shown: Sequence[_Shown], asks: Asks) -> Question:
    asked = {position: place for place, position in enumerate(window.asked, start=1)}
    rows = [
        ShownPage(
            shown[position].read.page,
            shown[position].text if position in asked else shown[position].as_context,
            position in asked,
            picture=asked.get(position) if asks.shows_pages else None,
        )
        for position in window.shown
    ]
    pages = tuple(shown[position].read.page for position in window.asked)
    return Question(
        window=index,
        pages=pages,
        messages=asks.frame.question(rows),
        schema=asks.frame.schema,
        categories=asks.frame.categories,
        pictures=pages if asks.shows_pages else (),
        picture_tokens=sum(shown[position].picture_tokens for position in window.asked),
    )


def _picture_tokens(page: PageText) -> int:
    """The estimate for a page's picture; a page of unknown shape is taken for a square."""
    shortest, longest = sorted((page.width or 0.0, page.height or 0.0))
    share = shortest / longest if 0 < shortest <= longest < math.inf else 1.0
    return estimated_picture(PICTURE_SIDE, PICTURE_SIDE * share)
