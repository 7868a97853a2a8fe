"""What the look of two pages says about a new document between them: size, fonts, where the text begins."""

from __future__ import annotations

from splitreader.engines.embedded.page_pair import Cue, Pair

OTHER_SIZE = 0.03
"""By what share of its length a side must differ: A4 and Letter do, scans of one stack hardly."""

LARGE_LINE = 1.35
"""How many times as large as the text a first line must be to look like a title."""

LOWER_DOWN = 50.0
"""Points by which a page must begin lower than the one before."""


def size_cue(pair: Pair) -> Cue | None:
    """Another format; a page that is only turned may belong to the same document."""
    before, after = pair.before.size, pair.after.size
    if before is None or after is None or _alike(before, after):
        return None
    width, height = after
    turned = _alike(before, (height, width))
    return Cue(
        "page size",
        0.4 if turned else 2.2,
        f"page {pair.after.page} is {'turned' if turned else f'of another size, {width:.0f} x {height:.0f} points'}",
    )


def font_cue(pair: Pair) -> Cue | None:
    """Other fonts throughout, or the same ones: one program wrote both pages, though not always one document."""
    before, after = pair.before.layout, pair.after.layout
    if before is None or after is None or not before.fonts or not after.fonts:
        return None
    shared = set(before.fonts).intersection(after.fonts)
    if not shared:
        return Cue("fonts", 2.6, f"page {pair.after.page} is set in other fonts than the page before")
    strength = -1.1 if len(shared) == min(len(before.fonts), len(after.fonts)) else -0.9
    return Cue("fonts", strength, f"page {pair.after.page} is set in the fonts of the page before")


def heading_cue(pair: Pair) -> Cue | None:
    """A first line larger than the text, or further down, where the page before has none."""
    before, after = pair.before.layout, pair.after.layout
    if before is None or after is None:
        return None
    is_large = after.first_size > LARGE_LINE * after.text_size and before.first_size <= LARGE_LINE * before.text_size
    is_lower = after.top - before.top > LOWER_DOWN
    if not (is_large or is_lower):
        return None
    strength = (0.9 if is_large else 0.0) + (0.6 if is_lower else 0.0)
    how = "in large type" if is_large else "further down"
    return Cue("heading", strength, f"page {pair.after.page} begins {how}, unlike the page before")


def _alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= OTHER_SIZE * max(a, b) for a, b in zip(one, other, strict=True))
