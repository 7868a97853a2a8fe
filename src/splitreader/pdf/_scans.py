"""Pages that have to be looked at: which they are, and their pictures. Used inside the worker process."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import PIL.Image
    import pypdfium2

THIN_TEXT = 40
"""Characters, spaces apart. A text layer with fewer than these can't be the text of a page that is an image: it is a
stamp, a page number or a mail room's bar code."""

THIN_COVERS = 0.5
"""Such a layer is distrusted where images cover at least this share of the page."""

INK_LOOK = 200
INK_DARK = 225
INK_SHARE = 0.0001
"""A page without any text is a scan, or letters turned into outlines, where more than this share of its pixels is
darker than that when it is drawn with so many pixels on its longer side; one short word is enough."""

FORM_DEPTH = 3
"""How deep to look for images inside form XObjects."""

DOTS_PER_INCH = 150
LEAST_SIDE = 1600
MOST_SIDE = 2600
"""Pixels of a rendered page's longer side: 150 dpi, but no less than small print on small pages needs, and no more than
memory should hold, however large the page says it is."""


def is_scan(page: pypdfium2.PdfPage, text: str) -> bool:
    """Whether the page's text layer is missing, or too thin to be the page."""
    if not has_thin_text(text):
        return False
    return is_covered(page) if text.split() else _has_ink(page)


def has_thin_text(text: str) -> bool:
    """Whether a text layer has too few characters to be a page's text."""
    return sum(map(len, text.split())) < THIN_TEXT


def is_covered(page: pypdfium2.PdfPage) -> bool:
    """Whether images cover so much of the page that a thin text layer can't be its text."""
    return _covered_by_images(page) >= THIN_COVERS


def render(page: pypdfium2.PdfPage) -> PIL.Image.Image:
    """The page as a picture, with form fields and annotations."""
    longest = max(*page.get_size(), 1.0)
    pixels = min(max(longest * DOTS_PER_INCH / 72, LEAST_SIDE), MOST_SIDE)
    picture: PIL.Image.Image = page.render(scale=pixels / longest).to_pil()
    return picture


def as_png(image: PIL.Image.Image) -> bytes:
    """The picture as a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _has_ink(page: pypdfium2.PdfPage) -> bool:
    """Whether the page shows anything at all, annotations included, drawn small."""
    scale = INK_LOOK / max(*page.get_size(), 1.0)
    shades = page.render(scale=scale, grayscale=True).to_pil().convert("L").histogram()
    return bool(sum(shades[:INK_DARK]) > INK_SHARE * sum(shades))


def _covered_by_images(page: pypdfium2.PdfPage) -> float:
    """The share of the page's area that its images cover, overlaps counted twice."""
    import pypdfium2.raw

    edge_left, edge_bottom, edge_right, edge_top = page.get_bbox()
    covered = 0.0
    for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=FORM_DEPTH):
        left, bottom, right, top = item.get_bounds()
        wide = min(right, edge_right) - max(left, edge_left)
        high = min(top, edge_top) - max(bottom, edge_bottom)
        covered += max(0.0, wide) * max(0.0, high)
    return float(covered / max((edge_right - edge_left) * (edge_top - edge_bottom), 1.0))
