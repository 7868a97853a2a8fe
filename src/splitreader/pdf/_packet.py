"""Packets as engines see them: page texts read from a PDF, or handed in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from splitreader._errors import OCRNotInstalled
from splitreader._pages import PageText, format_pages
from splitreader._sources import Source
from splitreader.pdf._frames import Frame
from splitreader.pdf._process import PDFWorker


@dataclass(frozen=True)
class Progress:
    """How far the reading of one packet has come.

    Args:
        source: the packet's name.
        page: the page that was read last, 1-based.
        page_count: pages of the packet.
    """

    source: str
    page: int
    page_count: int


class PDFPacket:
    """The page texts of one PDF, read as they are asked for and kept for the next walk.

    Args:
        source: where the PDF is.
        worker: reads it; must do nothing else until this packet has been read.
        require_text: refuse a packet in which pages are images without a text layer.
        progress: called after each page that was read.
    """

    def __init__(
        self,
        source: Source,
        worker: PDFWorker,
        *,
        require_text: bool,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.source = source
        self._require_text = require_text
        self._progress = progress
        self._worker = worker
        self._frames: Generator[Frame] | None = None
        self._page_count: int | None = None
        self._texts: list[PageText] = []

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def page_count(self) -> int:
        """Pages of the packet. Opens the PDF when first asked.

        Raises:
            PacketError, SourceError: the file can't be read.
        """
        if self._page_count is None:
            self._frames = self._worker.texts(self.source)
            self._page_count = int(next(self._frames).fields["page_count"])
        return self._page_count

    def pages(self) -> Iterator[PageText]:
        """The page texts in order; pages that were read before are not read again.

        Raises:
            PacketError, SourceError: the file or a page can't be read.
            OCRNotInstalled: pages are images without text. Raised after the last page, so that it can name them all.
        """
        for index in range(self.page_count):
            if index == len(self._texts):
                assert self._frames is not None
                self._texts.append(_page_text(next(self._frames)))
                if len(self._texts) == self.page_count:
                    next(self._frames, None)  # the end, so that the worker is free for the next packet
                if self._progress is not None:
                    self._progress(Progress(self.name, index + 1, self.page_count))
            yield self._texts[index]
        if self._require_text:
            _refuse_images(self.name, self._texts)


class TextPacket:
    """A packet whose page texts are known already.

    Args:
        name: what the packet is called.
        texts: all pages, in order.
    """

    def __init__(self, name: str, texts: Sequence[PageText]) -> None:
        self.name = name
        self._texts = tuple(texts)

    @property
    def page_count(self) -> int:
        """Pages of the packet."""
        return len(self._texts)

    def pages(self) -> Iterator[PageText]:
        """The page texts in order."""
        return iter(self._texts)


def _refuse_images(name: str, texts: Sequence[PageText]) -> None:
    pages = tuple(text.page for text in texts if text.image_only)
    if pages:
        raise OCRNotInstalled(
            f"pages {format_pages(pages)} of {name} are images without a text layer, and this version brings no OCR; "
            'pass the texts of an OCR program to from_pages(), or ocr="off" to go on without the text of these pages',
            source=name,
            pages=pages,
        )


def _page_text(frame: Frame) -> PageText:
    text = frame.payload.decode()
    return PageText(
        page=frame.fields["page"],
        text=text,
        text_source="text-layer" if text.strip() else "none",
        width=frame.fields["width"],
        height=frame.fields["height"],
        image_only=frame.fields["image_only"],
    )
