"""Page texts, read inside the worker process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from splitreader._errors import (
    DamagedPDF,
    LimitExceeded,
    OCRFailed,
    PageNotFound,
    PageUnreadable,
    SplitReaderError,
)
from splitreader.pdf import _ocr, _scans
from splitreader.pdf._frames import Frame
from splitreader.pdf._layout import read_layout
from splitreader.pdf._opening import PDFInput, is_encrypted
from splitreader.pdf._page_tree import pdfium_sees_every_page
from splitreader.pdf._shares import parts_worth, share_of

if TYPE_CHECKING:
    import pypdf
    import pypdfium2

REOPEN_AFTER = 100
"""Pages. PDFium's memory grows although pages are closed; a document opened anew every 100 pages holds it."""

_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class TextRequest:
    """What to read of a PDF.

    Args:
        pdf: the file.
        pages: which pages, 1-based, ascending; None for all.
        max_pages: refuse a packet that has more.
        scans: what to do with pages that are images: ``"read"`` them by OCR here, where it is installed; ``"show"``
            them to the caller as pictures; ``"skip"`` them.
        part, parts: of how many processes this is which, counted from 0, where several read one packet. The first
            finds how many are worth it, at most so many, before the others are asked.
    """

    pdf: PDFInput
    pages: Sequence[int] | None
    max_pages: int | None
    scans: str
    part: int = 0
    parts: int = 1


def clean_text(text: str) -> str:
    """Single newlines; no control characters, surrogates or non-characters.

    PDFium writes U+0002 for a hyphen at a line's end and drops the line break; both are restored.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x02", "-\n")
    return _UNWANTED.sub("", text) if _UNWANTED.search(text) else text


def text_frames(request: TextRequest) -> Iterator[Frame]:
    """First a frame ``opened``, then a frame ``page`` or ``picture`` for every page asked for.

    ``opened`` has ``page_count``, whether it could be ``verified`` by a second look at the page tree, whether the file
    is ``encrypted``, and the number of ``parts`` it is worth to share it in: the pages that follow are one of them.

    A frame ``ocr`` announces a page that will take longer.

    Raises:
        PacketError, SourceError: the file or a page can't be read.
        PageNotFound: a page was asked for that is not there.
    """
    import pypdfium2

    pdf = request.pdf
    pdf.check()
    try:
        document = pdf.open_pdfium()
    except pypdfium2.PdfiumError:
        yield from _pypdf_frames(request)
        return
    try:
        _check_count(len(document), request)
        sees_all = request.part > 0 or (len(document) > 0 and pdfium_sees_every_page(document, pdf))
        if sees_all is False:
            yield from _pypdf_frames(request)
            return
        parts = request.parts if request.part > 0 else _parts_worth(document, request)
        opened = {"page_count": len(document), "verified": sees_all is True, "parts": parts}
        yield Frame("opened", {**opened, "encrypted": is_encrypted(document)})
        wanted = _wanted(len(document), request)
        if parts > 1:
            wanted = share_of(wanted, request.part, parts)
        for turn, number in enumerate(wanted, start=1):
            if turn % REOPEN_AFTER == 0:
                document.close()
                pdf.check()
                document = pdf.open_pdfium()
            yield from _pdfium_page(document, number, request)
        pdf.check()  # PDFium reads as it goes: the file may have been replaced under it
    finally:
        document.close()


def _check_count(page_count: int, request: TextRequest) -> None:
    if request.max_pages is not None and page_count > request.max_pages:
        raise LimitExceeded(
            f"{request.pdf.name} has {page_count} pages, more than the {request.max_pages} allowed; "
            "cut it, or raise Limits(max_pages=...)"
        )


def _parts_worth(document: pypdfium2.PdfDocument, request: TextRequest) -> int:
    """Only OCR is: to take in text is quicker than to start a process."""
    if request.scans != "read" or not _ocr.is_installed():
        return 1
    count = len(document)
    pages = range(1, count + 1) if request.pages is None else [page for page in request.pages if page <= count]
    return parts_worth(document, pages, at_most=request.parts)


def _wanted(page_count: int, request: TextRequest) -> Sequence[int]:
    if request.pages is None:
        return range(1, page_count + 1)
    if missing := [page for page in request.pages if page > page_count]:
        from splitreader._pages import format_pages  # with pydantic, which the worker else goes without

        raise PageNotFound(
            f"page {format_pages(missing)} was asked for, but {request.pdf.name} has {page_count} pages; leave it out"
        )
    return request.pages


def _pdfium_page(document: pypdfium2.PdfDocument, number: int, request: TextRequest) -> Iterator[Frame]:
    page = document[number - 1]
    try:
        textpage = page.get_textpage()
        try:
            text = clean_text(textpage.get_text_bounded())
            layout = read_layout(page, textpage)
        finally:
            textpage.close()
        fields: dict[str, Any] = {"page": number, "width": page.get_width(), "height": page.get_height()}
        if not _scans.is_scan(page, text):
            yield _page_frame({**fields, "layout": layout}, text)
        elif request.scans == "show":
            yield Frame("picture", fields, _scans.as_png(_scans.render(page)))
        elif request.scans == "read" and _ocr.is_installed():
            yield Frame("ocr", {"page": number})
            yield _page_frame(fields, _by_ocr(page, number, request), by_ocr=True)
        else:
            yield _page_frame(fields, text, image_only=True)
    finally:
        page.close()


def _by_ocr(page: pypdfium2.PdfPage, number: int, request: TextRequest) -> str:
    try:
        return clean_text(_ocr.read_picture(_scans.render(page), _ocr.rapidocr()))
    except MemoryError:
        raise
    except Exception as error:
        raise OCRFailed(
            f"OCR failed on page {number} of {request.pdf.name} ({type(error).__name__}: {error}); "
            'give another OCR program as ocr=, or go on without the text of scans: ocr="off"'
        ) from error


def _pypdf_frames(request: TextRequest) -> Iterator[Frame]:
    reader = request.pdf.open_pypdf()
    try:
        page_count = len(reader.pages)
    except MemoryError:
        raise
    except Exception as error:
        raise DamagedPDF(
            f"{request.pdf.name} is damaged: its pages can't be found ({error}); repair or export it again"
        ) from error
    if page_count == 0:
        raise DamagedPDF(f"{request.pdf.name} has no page that can be found; repair the file or export it again")
    _check_count(page_count, request)
    yield Frame("opened", {"page_count": page_count, "verified": True, "parts": 1, "encrypted": reader.is_encrypted})
    for number in _wanted(page_count, request):
        try:
            yield _pypdf_page(reader, number, request)
        except (SplitReaderError, MemoryError):
            raise
        except Exception as error:
            raise PageUnreadable(
                f"page {number} of {request.pdf.name} can't be read ({error}); repair the file or take the page out"
            ) from error


def _pypdf_page(reader: pypdf.PdfReader, number: int, request: TextRequest) -> Frame:
    page = reader.pages[number - 1]
    text = clean_text(page.extract_text())
    width, height = float(page.cropbox.width), float(page.cropbox.height)
    if page.rotation % 180:
        width, height = height, width
    image_only = not text.strip() and bool(page.images)
    if image_only and request.scans != "skip":
        raise PageUnreadable(
            f"page {number} of {request.pdf.name} is an image, and PDFium can't show it to an OCR program; "
            "repair the file or take the page out"
        )
    return _page_frame({"page": number, "width": width, "height": height}, text, image_only=image_only)


def _page_frame(fields: dict[str, Any], text: str, *, by_ocr: bool = False, image_only: bool = False) -> Frame:
    text_source = "none" if not text.strip() else "ocr" if by_ocr else "text-layer"
    return Frame("page", {**fields, "text_source": text_source, "image_only": image_only}, text.encode())
