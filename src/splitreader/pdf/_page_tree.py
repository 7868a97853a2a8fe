"""Whether PDFium sees every page of a file, asked inside the worker process.

PDFium believes the page tree's ``/Count``. Where that is too small it silently shows fewer pages than there are; where
it is too large, or a kid is missing, pages can't be loaded and the others have wrong numbers. pypdf walks the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from splitreader._errors import PacketError
from splitreader.pdf._opening import PDFInput

if TYPE_CHECKING:
    import pypdfium2


def pdfium_sees_every_page(document: pypdfium2.PdfDocument, pdf: PDFInput) -> bool:
    """Whether the pages that PDFium counts are there, and no others are.

    True, too, where pypdf can't read the file and so can't tell.
    """
    import pypdfium2

    page_count = len(document)
    try:
        for index in range(page_count):
            document.get_page_size(index)
    except pypdfium2.PdfiumError:
        return False
    try:
        reader = pdf.open_pypdf()
        return _leaves(reader.root_object["/Pages"], set()) == page_count or len(reader.pages) == page_count
    except PacketError:
        return True
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # pypdf raises nearly anything on a broken tree
        return True


def _leaves(node: Any, seen: set[int]) -> int:
    """The pages below a node. Looks only at the first and the last kid to tell pages from inner nodes.

    So it is quick, and right for the flat and the balanced trees that programs write; others are walked whole.
    """
    node = node.get_object()
    if "/Kids" not in node or id(node) in seen:
        return 1
    seen.add(id(node))
    kids = node["/Kids"].get_object()
    if kids and not any("/Kids" in kid.get_object() for kid in (kids[0], kids[-1])):
        return len(kids)
    return sum(_leaves(kid, seen) for kid in kids)
