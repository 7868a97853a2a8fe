"""Pictures for the questions about one packet: those that can be had, and which can't."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from splitreader._errors import PacketError, WorkerError
from splitreader.engines._protocol import ShowsPages
from splitreader.engines.llm._model import Message
from splitreader.engines.llm._prompt import ShownPage, as_data, with_pictures

if TYPE_CHECKING:
    import asyncio

logger = logging.getLogger("splitreader.engines")

PICTURE_SIDE = 1000
"""Pixels of the longer side of a page's picture: print can be read, and it is about 900 tokens."""

MOST_IN_A_ROW = 10
"""After so many pages in a row that can't be drawn no more is tried: it is the file."""

MOST_LOST_WORKERS = 6
"""The same for attempts that cost the process, and perhaps a deadline: three pages, each once more by itself."""


_PAGES = '"pages": [\n'
"""Where the pages begin in the message that holds them."""


class Drawer:
    """Draws the pages of one packet. Safe to use from threads; pages are drawn for one question at a time.

    Args:
        packet: shows its pages.
    """

    def __init__(self, packet: ShowsPages) -> None:
        self.undrawn: dict[int, PacketError] = {}
        """Pages that can't be drawn, and why."""
        self._packet = packet
        self._lock = threading.Lock()
        self._turn: asyncio.Lock | None = None
        self._error: PacketError | None = None
        self._in_a_row = 0
        self._lost_workers = 0

    @property
    def turn(self) -> asyncio.Lock:
        """To be held by a task before it sends `draw` to a thread, so that no thread only waits for another."""
        import asyncio

        if self._turn is None:
            self._turn = asyncio.Lock()
        return self._turn

    def draw(self, pages: Sequence[int]) -> dict[int, bytes]:
        """The pictures that can be had, by page. One page that can't be drawn costs only its own picture.

        Raises:
            PacketError: the reading was called off.
            SourceError: the file is not there any more, or another one.
        """
        with self._lock:
            left = [page for page in pages if page not in self.undrawn]
            shown = self._tried(left)
            if shown is None:
                shown = {}
                for page in left:
                    if (alone := self._tried([page])) is not None:
                        self._in_a_row = 0
                        shown |= alone
                    else:
                        self._note(page)
            return shown

    def _tried(self, pages: Sequence[int]) -> dict[int, bytes] | None:
        """Pictures of all these pages; None where one of them can't be had."""
        if not pages:
            return {}
        if self._error is not None and (self._in_a_row >= MOST_IN_A_ROW or self._lost_workers >= MOST_LOST_WORKERS):
            return None
        try:
            return dict(self._packet.pictures(pages, longest_side=PICTURE_SIDE))
        except PacketError as error:
            if getattr(self._packet, "is_called_off", False):
                raise
            self._error = error
            self._lost_workers += isinstance(error, WorkerError)
            return None

    def _note(self, page: int) -> None:
        assert self._error is not None
        self._in_a_row += 1
        self.undrawn[page] = self._error
        logger.warning("the model is asked without a picture of page %d: %s", page, self._error)


def with_drawn(messages: Sequence[Message], pages: Sequence[int], shown: Mapping[int, bytes]) -> tuple[Message, ...]:
    """The messages of a question with the pictures that could be had; the text says which page has which.

    Args:
        messages: of the question, which announce a picture for each of the pages.
        pages: whose pictures they announce, in this order.
        shown: the pictures, by page.
    """
    drawn = [page for page in pages if page in shown]
    if len(drawn) < len(pages):
        messages = _with_pictures_of(drawn, messages)
    return with_pictures(messages, [shown[page] for page in drawn])


def _with_pictures_of(drawn: Sequence[int], messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages, announcing pictures of these pages only."""
    place = {page: number for number, page in enumerate(drawn, start=1)}
    first = next(index for index, message in enumerate(messages) if message.role == "user")
    whole = messages[first].text
    head = whole[: whole.index(_PAGES)]  # strings in JSON have no line breaks: it stands there once
    rows = json.loads(whole)["pages"]
    text = as_data(ShownPage(item["page"], item["text"], item["ask"], place.get(item["page"])) for item in rows)
    text = head + text[text.index(_PAGES) :]
    return *messages[:first], replace(messages[first], text=text), *messages[first + 1 :]
