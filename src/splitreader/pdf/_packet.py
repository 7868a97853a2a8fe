"""Packets as engines see them: page texts read from a PDF, or handed in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from splitreader._errors import InvalidConfiguration, OCRFailed, OCRNotInstalled, SplitReaderError, WorkerError
from splitreader._pages import PageText, format_pages
from splitreader._secrets import Secret
from splitreader.pdf._frames import Frame
from splitreader.pdf._process import PDFWorker, Scans
from splitreader.sources import Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PagePicture:
    """A page that is an image, for an OCR program.

    Args:
        source: the packet's name.
        page: 1-based.
        png: the page as a PNG, 150 dpi or a little more.
        width, height: of the page, in points.
    """

    source: str
    page: int
    png: bytes = field(repr=False)
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the reading of one packet has come.

    Args:
        source: the packet's name.
        page: the page that was read last, 1-based.
        pages_read: how many have been read.
        pages_wanted: how many will be read.
    """

    source: str
    page: int
    pages_read: int
    pages_wanted: int


OCRLike: TypeAlias = Literal["auto", "off"] | Callable[[PagePicture], str]
PasswordLike: TypeAlias = str | Callable[[Source], str | None]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How packets are read; see `SplitReader` for the fields.

    Raises:
        InvalidConfiguration: a value can't be used.
    """

    ocr: OCRLike = "auto"
    password: Secret | Callable[[Source], str | None] | None = None
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        if self.ocr not in ("auto", "off") and not callable(self.ocr):
            raise InvalidConfiguration(f'ocr is {self.ocr!r}; it must be "auto", "off" or a function of PagePicture')

    @property
    def scans(self) -> Scans:
        """What the worker does with pages that are images."""
        if callable(self.ocr):
            return "show"
        return "read" if self.ocr == "auto" else "skip"

    def password_of(self, source: Source) -> str | None:
        """The password for one packet; None where there is none.

        Raises:
            InvalidConfiguration: the user's function gave something else than text.
        """
        if isinstance(self.password, Secret):
            return self.password.reveal()
        password = None if self.password is None else self.password(source)
        if password is not None and not isinstance(password, str):
            raise InvalidConfiguration(
                f"the function password= gave {type(password).__name__} for {source.name}; it must give text or None",
                source=source.name,
            )
        return password


class PDFPacket:
    """The page texts of one PDF, read as they are asked for and kept for the next walk.

    Args:
        source: where the PDF is; local.
        worker: reads it; must do nothing else until this packet has been read.
        reading: how.
        wanted: which pages, ascending; None for all.
    """

    def __init__(
        self, source: Source, worker: PDFWorker, reading: Reading, *, wanted: Sequence[int] | None = None
    ) -> None:
        self.source = source
        self._worker = worker
        self._reading = reading
        self._wanted = wanted
        self._frames: Generator[Frame] | None = None
        self._page_count: int | None = None
        self._texts: list[PageText] = []
        self._error: SplitReaderError | None = None

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def page_count(self) -> int:
        """Pages of the packet, wanted or not. Opens the PDF when first asked.

        Raises:
            PacketError, SourceError: the file can't be read.
        """
        if self._page_count is None:
            password = self._reading.password_of(self.source)
            self._frames = self._worker.texts(
                self.source, pages=self._wanted, scans=self._reading.scans, password=password
            )
            opened = next(self._frames).fields
            with self._understood():
                self._page_count = int(opened["page_count"])
                is_verified = bool(opened["verified"])
            if not is_verified:
                logger.warning(
                    "the page tree of %s is damaged; PDFium finds %d pages, which could not be verified",
                    self.name,
                    self._page_count,
                )
        return self._page_count

    def pages(self) -> Iterator[PageText]:
        """The texts of the wanted pages in order; pages that were read before are not read again.

        Raises:
            PacketError, SourceError: the file or a page can't be read.
            OCRNotInstalled: pages are images without text. Raised with the last page, so that it can name them all.
        """
        page_count = self.page_count
        total = page_count if self._wanted is None else len(self._wanted)
        for index in range(total):
            if index == len(self._texts):
                self._texts.append(self._next_text(is_last=index + 1 == total))
                if len(self._texts) == total:
                    self._check_images()
                if self._reading.progress is not None:
                    self._reading.progress(
                        Progress(
                            source=self.name,
                            page=self._texts[-1].page,
                            pages_read=len(self._texts),
                            pages_wanted=total,
                        )
                    )
            yield self._texts[index]

    def _next_text(self, *, is_last: bool) -> PageText:
        """The next page; after an error the same error again, for the page is not there any more."""
        if self._error is not None:
            raise self._error
        assert self._frames is not None
        try:
            frame = next(self._frames)
            with self._understood():
                text = self._page_text(frame)
            if is_last:
                next(self._frames, None)  # the end, so that the worker is free for the next packet
        except SplitReaderError as error:
            self._error = error
            raise
        return text

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """What the worker sent is taken apart here; a PDF that took it over may send anything."""
        try:
            yield
        except SplitReaderError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise WorkerError(
                f"the process that reads {self.name} sent what can't be ({type(error).__name__}); the file may be "
                "hostile, leave it out",
                source=self.name,
            ) from error

    def _check_images(self) -> None:
        pages = tuple(text.page for text in self._texts if text.image_only)
        if pages and self._reading.ocr == "auto":
            raise OCRNotInstalled(
                f"pages {format_pages(pages)} of {self.name} are images without a text layer, and no OCR is installed; "
                "pip install 'splitreader[ocr]', give another OCR program as ocr=, "
                'or go on without the text of these pages: ocr="off"',
                source=self.name,
                pages=pages,
            )

    def _page_text(self, frame: Frame) -> PageText:
        fields = frame.fields
        if frame.kind == "page":
            return PageText(text=frame.payload.decode(), **fields)
        picture = PagePicture(source=self.name, png=frame.payload, **fields)
        text = self._ask_ocr(picture)
        return PageText(text=text, text_source="ocr" if text.strip() else "none", **fields)

    def _ask_ocr(self, picture: PagePicture) -> str:
        assert callable(self._reading.ocr)
        what = f"the OCR function failed on page {picture.page} of {self.name}"
        try:
            text = self._reading.ocr(picture)
        except SplitReaderError:
            raise
        except Exception as error:
            raise OCRFailed(f"{what} ({type(error).__name__}: {error}); mend it", source=self.name) from error
        if not isinstance(text, str):
            raise OCRFailed(f"{what}: it gave {type(text).__name__}; it must give text", source=self.name)
        return text


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
