"""Whether PDFium sees every page of a file, asked inside the worker process.

PDFium believes the page tree's ``/Count``. Where that is too small it silently shows fewer pages than there are; where
it is too large, or a kid is missing, pages can't be loaded and the others have wrong numbers. pypdf walks the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from splitreader.pdf._opening import PDFInput
from splitreader.pdf._time_limit import OutOfTime, time_limit

if TYPE_CHECKING:
    import pypdf
    import pypdfium2


SECONDS = 3.0
SECONDS_A_PAGE = 0.002
"""What pypdf may take: ten times what it needs. There are files that PDFium reads and pypdf never finishes."""

_LOOK_AT = 1024
"""Bytes of a node to look at before it is parsed."""


def pdfium_sees_every_page(document: pypdfium2.PdfDocument, pdf: PDFInput) -> bool | None:
    """Whether the pages that PDFium counts are there and no others are; None where pypdf can't tell, or not in time."""
    import pypdfium2

    page_count = len(document)
    try:
        for index in range(page_count):
            document.get_page_size(index)
    except pypdfium2.PdfiumError:
        return False
    try:
        with time_limit(SECONDS + SECONDS_A_PAGE * page_count):
            return _leaves(pdf.open_pypdf()) == page_count
    except MemoryError:
        raise
    except (Exception, OutOfTime):  # noqa: BLE001  # pypdf raises nearly anything on a broken tree
        return None


def _leaves(reader: pypdf.PdfReader) -> int:
    """The pages of a document; a node that is its own ancestor counts for nothing."""
    leaves = 0
    inner: set[int] = set()
    waiting: list[Any] = [reader.root_object.raw_get("/Pages")]
    while waiting:
        reference = waiting.pop()
        if _is_plainly_a_leaf(reader, reference):
            leaves += 1
            continue
        node = reference.get_object()
        if "/Kids" not in node:
            leaves += 1
        elif id(node) not in inner:
            inner.add(id(node))
            waiting.extend(node["/Kids"].get_object())
    return leaves


def _is_plainly_a_leaf(reader: pypdf.PdfReader, reference: Any) -> bool:
    """Whether the bytes of a node show that it has no kids: ten times quicker than to parse it.

    False where that can't be said: the node stands in an object stream, is long, or writes names with escapes.
    """
    number: int = getattr(reference, "idnum", 0)
    offset = reader.xref.get(getattr(reference, "generation", 0), {}).get(number)
    if not offset:
        return False
    reader.stream.seek(offset)
    start = reader.stream.read(_LOOK_AT)
    end = start.find(b"endobj")
    return start.startswith(b"%d " % number) and end > 0 and b"/Kids" not in start[:end] and b"#" not in start[:end]
