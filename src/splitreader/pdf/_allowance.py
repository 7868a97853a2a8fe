"""What one packet may take of its caller: time, and room for what the reading process sends."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import Self

from splitreader._errors import LimitExceeded
from splitreader._limits import Limits
from splitreader.pdf._frames import Frame
from splitreader.pdf._splitting import LARGEST_ANSWER

SPLITTING_SECONDS = 600.0
"""What an engine may take after the last page; where it runs in the caller it has all the time it wants."""


class Clock:
    """How long the next answer may take: as long as its page, and no longer than what is left for the packet.

    Args:
        limits: what they are.
        page_seconds: for the first answer, where it is not a page.
    """

    def __init__(self, limits: Limits, page_seconds: float | None = None) -> None:
        self._limits = limits
        self._page_seconds = page_seconds or limits.page_seconds
        self._ends = None if limits.max_seconds is None else time.monotonic() + limits.max_seconds

    def saw(self, frame: Frame) -> None:
        """Take note of what the last answer announced."""
        if frame.kind == "splitting":
            self._page_seconds = max(self._limits.page_seconds, SPLITTING_SECONDS)
        else:
            self._page_seconds = self._limits.ocr_page_seconds if frame.kind == "ocr" else self._limits.page_seconds

    @property
    def seconds(self) -> float:
        """For the next answer."""
        if self._ends is None:
            return self._page_seconds
        return max(0.0, min(self._page_seconds, self._ends - time.monotonic()))

    @property
    def is_over(self) -> bool:
        """Whether the packet has had all its time."""
        return self._ends is not None and time.monotonic() >= self._ends

    @property
    def complaint(self) -> str:
        """What to say when it took longer."""
        if self.is_over:
            return f"it took longer than {self._limits.max_seconds:g} s; raise Limits(max_seconds=...)"
        return (
            f"no progress within {self._page_seconds:g} s on one page; the file may be built to hang readers; "
            "leave it out, or raise Limits(page_seconds=..., ocr_page_seconds=...)"
        )


class Room:
    """Counts the page texts of one packet, each before it is taken in.

    Args:
        name: the packet's, for messages.
        max_text: bytes for all of them; None for no limit.
        largest: bytes that one answer can have: no process sends more than it may hold.
    """

    def __init__(self, name: str, *, max_text: int | None, largest: int) -> None:
        self._name = name
        self._max_text = max_text
        self._largest = largest
        self._taken = 0

    def expect(self, frame: Frame, size: int) -> None:
        """Make room for an answer of which the payload, so many bytes, is still to come.

        Raises:
            LimitExceeded: the packet has too much text.
            ValueError: no honest process sends so much.
        """
        if size > (LARGEST_ANSWER if frame.kind == "answer" else self._largest):
            raise ValueError(f"an answer of {size} bytes")
        if frame.kind != "page" or self._max_text is None:
            return
        self._taken += size
        if self._taken > self._max_text:
            page = frame.fields.get("page")
            raise LimitExceeded(
                f"{self._name} has more than the {self._max_text} bytes of text allowed, page {page} went beyond; "
                "the file may be built to exhaust memory; leave it out, or raise Limits(max_text=...)",
                source=self._name,
            )


@dataclass(frozen=True)
class Allowance:
    """What one packet may take, whichever process reads it.

    Args:
        clock: for the answers of one process.
        room: for the texts of all.
    """

    clock: Clock
    room: Room

    def for_helper(self) -> Self:
        """For another process that reads the same packet: it has a page of its own, and the rest in common."""
        return type(self)(copy.copy(self.clock), self.room)
