"""A bar of the pages read."""

from __future__ import annotations

from collections.abc import Callable

from splitreader import Progress


def page_bar() -> Callable[[Progress], None]:
    """A function for the core's ``progress`` that draws a bar for each packet, also in notebooks."""
    from tqdm.auto import tqdm

    bars: dict[str, tqdm[None]] = {}

    def draw(progress: Progress) -> None:
        if progress.pages_read == 1 or progress.source not in bars:
            bars[progress.source] = tqdm(total=progress.pages_wanted, desc=progress.source, unit="page")
        bars[progress.source].update()
        if progress.pages_read == progress.pages_wanted:
            bars.pop(progress.source).close()

    return draw
