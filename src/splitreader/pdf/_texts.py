"""Page texts, read inside the worker process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from splitreader._errors import EncryptedPDF, PageUnreadable
from splitreader.pdf._frames import Frame
from splitreader.pdf._opening import PDFInput
from splitreader.pdf._page_tree import pdfium_sees_every_page

if TYPE_CHECKING:
    import pypdf
    import pypdfium2

REOPEN_AFTER = 100
"""Pages. PDFium's memory grows although pages are closed; a document opened anew every 100 pages holds it."""

SCAN_COVERS = 0.2
"""A page without text whose images cover this share of it is taken for a scan, not for a blank page with a logo."""

FORM_DEPTH = 3
"""How deep to look for images inside form XObjects."""

_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Single newlines; no control characters, surrogates or non-characters.

    PDFium writes U+0002 for a hyphen at a line's end and drops the line break; both are restored.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x02", "-\n")
    return _UNWANTED.sub("", text) if _UNWANTED.search(text) else text


def text_frames(pdf: PDFInput) -> Iterator[Frame]:
    """First a frame ``opened`` with ``page_count``, then a frame ``page`` for every page.

    Raises:
        PacketError, SourceError: the file or a page can't be read.
    """
    import pypdfium2

    pdf.check()
    try:
        document = pdf.open_pdfium()
    except pypdfium2.PdfiumError:
        yield from _pypdf_frames(pdf.open_pypdf(), pdf.name)
        return
    try:
        page_count = len(document)
        if page_count == 0 or not pdfium_sees_every_page(document, pdf):
            yield from _pypdf_frames(pdf.open_pypdf(), pdf.name)
            return
        yield Frame("opened", {"page_count": page_count})
        for number in range(1, page_count + 1):
            if number % REOPEN_AFTER == 0:
                document.close()
                document = pdf.open_pdfium()
            try:
                yield _pdfium_page(document, number)
            except pypdfium2.PdfiumError:
                yield _second_try(pdf, number)
    finally:
        document.close()


def _pdfium_page(document: pypdfium2.PdfDocument, number: int) -> Frame:
    page = document[number - 1]
    try:
        textpage = page.get_textpage()
        try:
            text = clean_text(textpage.get_text_bounded())
        finally:
            textpage.close()
        width, height = page.get_size()
        image_only = not text.strip() and _image_share(page) >= SCAN_COVERS
    finally:
        page.close()
    return _page_frame(number, text, width=width, height=height, image_only=image_only)


def _image_share(page: pypdfium2.PdfPage) -> float:
    """The share of the page's area that its images cover, overlaps counted twice."""
    import pypdfium2.raw

    width, height = page.get_size()
    covered = 0.0
    for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=FORM_DEPTH):
        left, bottom, right, top = item.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    return float(covered / max(width * height, 1.0))


def _second_try(pdf: PDFInput, number: int) -> Frame:
    try:
        return _pypdf_page(pdf.open_pypdf(), number)
    except (EncryptedPDF, MemoryError):
        raise
    except Exception as error:
        raise PageUnreadable(
            f"page {number} of {pdf.name} can be read neither by PDFium nor by pypdf ({error}); "
            "repair the file or take the page out"
        ) from error


def _pypdf_frames(reader: pypdf.PdfReader, name: str) -> Iterator[Frame]:
    page_count = len(reader.pages)
    yield Frame("opened", {"page_count": page_count})
    for number in range(1, page_count + 1):
        try:
            yield _pypdf_page(reader, number)
        except MemoryError:
            raise
        except Exception as error:
            raise PageUnreadable(
                f"page {number} of {name} can't be read ({error}); repair the file or take the page out"
            ) from error


def _pypdf_page(reader: pypdf.PdfReader, number: int) -> Frame:
    page = reader.pages[number - 1]
    text = clean_text(page.extract_text())
    width, height = float(page.cropbox.width), float(page.cropbox.height)
    if page.rotation % 180:
        width, height = height, width
    image_only = not text.strip() and bool(page.images)
    return _page_frame(number, text, width=width, height=height, image_only=image_only)


def _page_frame(number: int, text: str, *, width: float, height: float, image_only: bool) -> Frame:
    fields: dict[str, Any] = {"page": number, "width": width, "height": height, "image_only": image_only}
    return Frame("page", fields, text.encode())
