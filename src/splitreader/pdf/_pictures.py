"""Pages as small pictures, drawn inside the worker process."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from splitreader._errors import PageUnreadable
from splitreader.pdf._frames import Frame
from splitreader.pdf._opening import PDFInput

if TYPE_CHECKING:
    import PIL.Image
    import pypdfium2


LARGEST_SIDE = 4000
"""Pixels; a page of so many in each direction takes 64 MB while it is drawn."""

_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How to draw pages.

    Args:
        page_count: pages that the packet has; PDFium must see as many, or a number may mean another page.
        longest_side: pixels of the longer side of each picture, 1 to 4,000.
        quality: of the JPEG, 1 to 95.

    Raises:
        ValueError: a number is out of range.
    """

    page_count: int
    longest_side: int
    quality: int

    def __post_init__(self) -> None:
        if not (1 <= self.longest_side <= LARGEST_SIDE and 1 <= self.quality <= 95):
            raise ValueError(f"a picture can't have {self.longest_side} pixels a side in quality {self.quality}")


def jpeg_in(frame: Frame, page: int) -> bytes:
    """The picture of a page in a frame that a worker sent.

    Raises:
        ValueError: it is none.
    """
    if frame.kind != "picture" or frame.fields.get("page") != page or not frame.payload.startswith(_JPEG):
        raise ValueError(f"no picture of page {page}")
    return frame.payload


@dataclass(frozen=True, kw_only=True)
class PictureRequest:
    """Which pages to draw.

    Args:
        pdf: the file.
        pages: 1-based.
        drawing: how.
    """

    pdf: PDFInput
    pages: Sequence[int]
    drawing: Drawing


def picture_frames(request: PictureRequest) -> Iterator[Frame]:
    """A frame ``picture`` for each page, in the order asked for: a JPEG, and its width and height in pixels.

    Raises:
        PacketError, SourceError: the file can't be read, or a page can't be drawn.
    """
    import pypdfium2

    pdf = request.pdf
    pdf.check()
    try:
        document = pdf.open_pdfium()
    except pypdfium2.PdfiumError as error:
        raise _undrawn(request, f"PDFium can't open it: {error}") from error
    try:
        if len(document) != request.drawing.page_count:
            raise _undrawn(request, f"PDFium finds {len(document)} of its {request.drawing.page_count} pages")
        for number in request.pages:
            try:
                image = _draw(document, number, request.drawing.longest_side)
            except pypdfium2.PdfiumError as error:
                raise _undrawn(request, f"page {number}: {error}") from error
            fields = {"page": number, "width": image.width, "height": image.height}
            yield Frame("picture", fields, _as_jpeg(image, request.drawing.quality))
        pdf.check()  # PDFium reads as it goes: the file may have been replaced under it
    finally:
        document.close()


def _draw(document: pypdfium2.PdfDocument, number: int, longest_side: int) -> PIL.Image.Image:
    """The page, with form fields and annotations."""
    page = document[number - 1]
    try:
        longest = max(*page.get_size(), 1.0)
        scale = longest_side / longest * (1 - 1e-9)  # a hair less, for sizes are rounded up
        picture: PIL.Image.Image = page.render(scale=scale).to_pil().convert("RGB")
        return picture
    finally:
        page.close()


def _as_jpeg(image: PIL.Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _undrawn(request: PictureRequest, why: str) -> PageUnreadable:
    return PageUnreadable(
        f"pages of {request.pdf.name} can't be shown as pictures ({why}); repair the file, or go on without pictures"
    )
