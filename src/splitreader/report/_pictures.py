"""The pictures of a packet, as far as they can be had."""

from __future__ import annotations

from splitreader._documents import SplitPacket
from splitreader._errors import PacketError
from splitreader._pages import format_pages
from splitreader._reader import SplitReader

MOST_LEFT_OUT = 50
"""Of pages that were left out so many are drawn: whoever wants ten pages of a thousand does not wait for the others."""

MOST_FAILURES = 5
"""After so many pages that can't be drawn the rest is not tried: each may take until its deadline."""


def draw_pages(packet: SplitPacket, reader: SplitReader, *, longest_side: int) -> tuple[dict[int, bytes], list[str]]:
    """The pictures by page, and a sentence for what is missing. A page that can't be drawn takes no other along."""
    result = packet.result
    wanted = sorted({page for segment in result.segments for page in segment.pages})
    wanted = sorted([*wanted, *result.omitted_pages[:MOST_LEFT_OUT]])
    drawn: dict[int, bytes] = {}
    failed: list[int] = []
    notes: list[str] = []
    while wanted and len(failed) < MOST_FAILURES:
        try:
            drawn.update(reader.page_pictures(packet.source, result, pages=wanted, longest_side=longest_side))
            wanted = []
        except PacketError as error:
            wanted = [page for page in wanted if page not in drawn]  # those before the error stay
            failed.append(wanted.pop(0))
            notes.append(f"Page {failed[-1]} has no picture: {error}.")
    if wanted:
        notes.append(f"Pages {format_pages(wanted)} have no picture: after so many failures they were not tried.")
    return drawn, notes
