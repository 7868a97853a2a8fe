"""A packet as engines see it: its page texts are read from a PDF, in processes of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TypeVar

from splitreader._errors import OCRFailed, OCRNotInstalled, SplitReaderError
from splitreader._pages import PageText, format_pages
from splitreader._secrets import Secret
from splitreader.pdf._frames import Frame
from splitreader.pdf._kept import ReadTexts, TextShelf
from splitreader.pdf._pictures import Drawing, jpeg_in
from splitreader.pdf._process import PDFWorker
from splitreader.pdf._reading import PagePicture, Progress, Reading
from splitreader.pdf._shares import in_order
from splitreader.pdf._understanding import understood
from splitreader.sources import Source

logger = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST_REASON = 80
"""Characters of the name of an exception's type."""


class PDFPacket:
    """The page texts of one PDF, read as they are asked for and kept for the next walk.

    Args:
        source: where the PDF is; local.
        worker: reads it; must do nothing else until this packet has been read.
        reading: how.
        wanted: which pages, ascending; None for all.
        splitter: see `PDFWorker.texts`; then `worker_answer` gives what it made of the packet.
        helpers: idle workers, which read some of the pages if it is a scan of many.
        shelf: where its texts are kept for other calls; then those that are there are not read. None for nowhere.
    """

    def __init__(  # noqa: PLR0913  # options, all by name
        self,
        source: Source,
        worker: PDFWorker,
        reading: Reading,
        *,
        wanted: Sequence[int] | None = None,
        splitter: bytes | None = None,
        helpers: Sequence[PDFWorker] = (),
        shelf: TextShelf | None = None,
    ) -> None:
        self.source = source
        self._shelf = shelf
        self._is_encrypted = False
        self._worker = worker
        self._reading = reading
        self._wanted = wanted
        self._splitter = splitter
        self._helpers = helpers
        self._answer = b""
        self._frames: Generator[Frame] | None = None
        self._page_count: int | None = None
        self._texts: list[PageText] = []
        self._error: SplitReaderError | None = None
        self._secret: Secret | None = None
        self._drawing = threading.Lock()

    def _password(self) -> str | None:
        """The packet's password; the user's function is asked once."""
        if self._secret is None and (password := self._reading.password_of(self.source)) is not None:
            self._secret = Secret(password)
        return None if self._secret is None else self._secret.reveal()

    @property
    def is_secret(self) -> bool:
        """Whether it is encrypted and a password was given, as far as it has been opened: never kept in clear."""
        return self._is_encrypted and self._secret is not None

    @property
    def is_called_off(self) -> bool:
        """Whether its reading was ended; then nothing more can be had of it."""
        return self._worker.is_aborted

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
        if self._page_count is None and self._shelf is not None and (kept := self._shelf.find()) is not None:
            self._page_count, self._texts = kept.page_count, list(kept.texts)
        if self._page_count is None:
            self._frames = self._worker.texts(
                self.source,
                pages=self._wanted,
                scans=self._reading.scans,
                password=self._password(),
                splitter=self._splitter,
                parts=1 + len(self._helpers),
            )
            opened = next(self._frames).fields
            with understood(self.name):
                self._page_count = int(opened["page_count"])
                is_verified = bool(opened["verified"])
                parts = opened["parts"]
                if type(parts) is not int or not 1 <= parts <= 1 + len(self._helpers):
                    raise ValueError("shared in so many parts")
                self._is_encrypted = bool(opened["encrypted"])
            if parts > 1:
                self._frames = self._with_helpers(self._frames, self._helpers[: parts - 1])
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
                    if self._shelf is not None and not self.is_secret:
                        self._shelf.keep(ReadTexts(page_count, tuple(self._texts)))
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

    @property
    def has_splitter(self) -> bool:
        """Whether the engine was sent to the worker."""
        return self._splitter is not None

    def worker_answer(self, understand: Callable[[bytes], T]) -> T | None:
        """What the engine that was sent to the worker made of the packet; None where it could not be asked there.

        Reads all wanted pages.

        Args:
            understand: takes the answer apart; raises ValueError for what can't be.

        Raises:
            PacketError, SourceError: the file or a page can't be read.
        """
        if self._splitter is None:
            return None
        for _ in self.pages():
            pass
        if not self._answer:
            return None
        with understood(self.name):
            return understand(self._answer)

    def pictures(self, pages: Sequence[int], *, longest_side: int, quality: int = 70) -> Mapping[int, bytes]:
        """Pages as JPEG files, by page number. Reads the texts first, if they have not been read: one thing at a time.

        May be called from any thread.

        Args:
            pages: 1-based, of the packet.
            longest_side: pixels of the longer side of each picture, 1 to 4,000.
            quality: of the JPEG, 1 to 95.

        Raises:
            ValueError: a page is not there, or a number is out of range.
            PacketError, SourceError: the file can't be read, or a page can't be drawn.
            WorkerTimeout: a page takes too long.
        """
        with self._drawing:
            drawing = Drawing(page_count=self.page_count, longest_side=longest_side, quality=quality)
            if missing := [page for page in pages if not 1 <= page <= self.page_count]:
                raise ValueError(f"{self.name} has no page {missing[0]}")
            for _ in self.pages():
                pass
            frames = self._worker.pictures(self.source, pages, drawing, password=self._password())
            with understood(self.name):
                return {page: jpeg_in(frame, page) for page, frame in zip(pages, frames, strict=True)}

    def _next_text(self, *, is_last: bool) -> PageText:
        """The next page; after an error the same error again, for the page is not there any more."""
        if self._error is not None:
            raise self._error
        assert self._frames is not None
        try:
            frame = next(self._frames, None)
            with understood(self.name):
                text = self._page_text(frame)
            if is_last:
                for last in self._frames:  # to the end, so that the worker is free for the next packet
                    if last.kind == "answer":
                        self._take_answer(last)
        except SplitReaderError as error:
            self._error = error
            raise
        return text

    def _take_answer(self, frame: Frame) -> None:
        """What the engine said in the worker, or why it could not; the same reason is logged once for a call."""
        self._answer = frame.payload
        why = frame.fields.get("failed")
        if why is None:
            return
        with understood(self.name):
            if not isinstance(why, str) or not why.isidentifier() or len(why) > LONGEST_REASON:
                raise ValueError("no name of a type")
        if self._worker.log_once(why):
            logger.warning(
                "the engine could not split %s in the process that reads it (%s); it is asked in this one instead, "
                "which is slower for many packets; this is said once",
                self.name,
                why,
            )

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

    def _with_helpers(self, first: Generator[Frame], helpers: Sequence[PDFWorker]) -> Generator[Frame]:
        """The frames of all shares in page order; the first worker has begun with its own."""
        assert self._page_count is not None
        allowance = self._worker.allowance
        assert allowance is not None
        for helper in helpers:
            helper.warm_up(self.name)
        shares = [
            helper.texts(
                self.source,
                pages=self._wanted,
                scans=self._reading.scans,
                password=self._password(),
                part=part,
                parts=1 + len(helpers),
                allowance=allowance.for_helper(),
            )
            for part, helper in enumerate(helpers, start=1)
        ]
        total = self._page_count if self._wanted is None else len(self._wanted)
        try:
            for share in shares:
                opened = next(share)  # now it reads ahead, as far as the pipe holds what it sends
                with understood(self.name):
                    if opened.fields["page_count"] != self._page_count:
                        raise ValueError("another number of pages")
        except BaseException:
            for share in (first, *shares):
                share.close()
            raise
        return in_order([first, *shares], total)

    def _page_text(self, frame: Frame | None) -> PageText:
        if frame is None:
            raise ValueError("fewer pages than announced")
        fields = frame.fields
        expected = len(self._texts) + 1 if self._wanted is None else self._wanted[len(self._texts)]
        if fields["page"] != expected:
            raise ValueError("another page")
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
