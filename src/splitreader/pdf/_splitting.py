"""Splitting a packet where it is read, inside the worker process, so that packets side by side need no common core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from splitreader.pdf._frames import Frame

if TYPE_CHECKING:
    from splitreader._pages import PageText

LARGEST_ANSWER = 16 << 20
"""Bytes; an answer that is larger is left to the caller."""


class PagesAsRead:
    """A packet for an engine: its pages can be walked once, and each goes to the caller, too, as it is read.

    Args:
        name: of the packet.
        frames: see `splitreader.pdf._texts.text_frames`.
        emit: sends a frame to the caller.
    """

    source = None

    def __init__(self, name: str, frames: Iterator[Frame], emit: Callable[[Frame], None]) -> None:
        self.name = name
        self._frames = frames
        self._emit = emit
        self._error: BaseException | None = None
        self._is_walked = False
        self.opened = self._next()

    @property
    def page_count(self) -> int:
        """Pages of the packet, wanted or not."""
        assert self.opened is not None
        return int(self.opened.fields["page_count"])

    def pages(self) -> Iterator[PageText]:
        """The wanted pages in order, once."""
        from splitreader._pages import PageText

        if self._is_walked:
            raise RuntimeError("these pages can be walked once")
        self._is_walked = True
        while (frame := self._next()) is not None:
            if frame.kind == "page":
                yield PageText(text=frame.payload.decode(), **frame.fields)
        self._emit(Frame("splitting"))

    def finish(self) -> None:
        """Send what nobody has asked for.

        Raises:
            SplitReaderError: the one that the reading ended with, whatever became of it in between.
        """
        while self._error is None and self._next() is not None:
            pass
        if self._error is not None:
            raise self._error

    def _next(self) -> Frame | None:
        try:
            frame = next(self._frames, None)
        except BaseException as error:
            self._error = error
            raise
        if frame is not None:
            self._emit(frame)
        return frame


Splitter: TypeAlias = Callable[[PagesAsRead], bytes]
"""An engine with its configuration, as a function from pages to its answer in JSON."""


def split_while_reading(
    frames: Iterator[Frame], name: str, splitter: Splitter | None, emit: Callable[[Frame], None]
) -> None:
    """Send the frames as they come, and at the end a frame ``answer`` with what the splitter made of them.

    Whatever the splitter raises leaves the answer empty, and its type's name in ``failed``: the caller has the texts
    and asks the engine itself, so that an error is raised where it can be looked at. A packet that is shared with other
    processes is not split here.

    Raises:
        SplitReaderError: the packet can't be read.
    """
    packet = PagesAsRead(name, frames, emit)
    answer, failed = b"", None
    if splitter is not None and packet.opened is not None and packet.opened.fields["parts"] == 1:
        try:
            answer = splitter(packet)
            if len(answer) > LARGEST_ANSWER:
                raise OverflowError  # as if the splitter could not say it
        except Exception as error:  # noqa: BLE001  # see above
            answer, failed = b"", type(error).__name__
    packet.finish()
    emit(Frame("answer", {} if failed is None else {"failed": failed}, answer))
