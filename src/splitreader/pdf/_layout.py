"""How a page is set: fonts, sizes, where its text begins. A few dozen characters are looked at, not all."""

from __future__ import annotations

import ctypes
import math
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pypdfium2

FIRST_CHARACTERS = 12
"""How many characters count as the beginning of the page."""

SAMPLES = 16
"""How many more are looked at, spread over the page."""

_MOST_FONTS = 8
_NAME_BYTES = 128
_SUBSET_MARK = 6
_SPACES = frozenset((0, 9, 10, 13, 32, 0xA0, 0xFFFE))


def read_layout(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage) -> dict[str, Any] | None:
    """The fields of a `PageLayout`; None for a page without characters, and for one that is shown turned."""
    import pypdfium2.raw as pdfium

    if page.get_rotation():
        return None
    upper_edge = page.get_cropbox()[3]
    count = pdfium.FPDFText_CountChars(textpage)
    first = range(min(FIRST_CHARACTERS, count))
    spread = (count * sample // SAMPLES for sample in range(SAMPLES))
    name, flags, box = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int(), pdfium.FS_RECTF()
    fonts: set[bytes] = set()
    sizes: list[float] = []
    first_sizes: list[float] = []
    tops: list[float] = []
    for turn, index in enumerate((*first, *spread) if count > 0 else ()):
        if pdfium.FPDFText_GetUnicode(textpage, index) in _SPACES:
            continue
        if not pdfium.FPDFText_GetLooseCharBox(textpage, index, box):
            continue
        if 0 < (length := pdfium.FPDFText_GetFontInfo(textpage, index, name, _NAME_BYTES, flags)) <= _NAME_BYTES:
            fonts.add(name.raw[:length])
        size = abs(box.top - box.bottom)
        if not math.isfinite(size):
            continue
        if turn < len(first):
            first_sizes.append(size)
            tops.append(upper_edge - box.top)
        else:
            sizes.append(size)
    if not first_sizes:
        return None
    return {
        "fonts": sorted({*map(_font_name, fonts)} - {""})[:_MOST_FONTS],
        "text_size": round(median(sizes or first_sizes), 1),
        "first_size": round(max(first_sizes), 1),
        "top": round(min(tops), 1),
    }


def _font_name(raw: bytes) -> str:
    """A font's name without the six capitals that mark the subset a file holds of it (ISO 32000-1, 9.6.4).

    Empty where the name holds what can't be shown.
    """
    name = raw.rstrip(b"\0").decode(errors="replace")
    name = name[_SUBSET_MARK + 1 :] if name[_SUBSET_MARK : _SUBSET_MARK + 1] == "+" else name
    return name if name.isprintable() else ""
