"""What a report shows of a packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from splitreader._documents import SplitPacket
from splitreader._result import CONFIDENCE_RANK, SplitResult


@dataclass(frozen=True, kw_only=True)
class ReportedPage:
    """A page.

    Args:
        text: of the page; None where it is not shown.
        picture: the page as a JPEG; None where it is not shown.
    """

    text: str | None = field(default=None, repr=False)
    picture: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ReportedPacket:
    """A packet and what became of it.

    Args:
        name: of the packet.
        result: the split.
        pages: what there is to show, by page number; pages that are missing are shown as their number alone.
        notes: sentences about the report itself, such as why there are no pictures.
    """

    name: str
    result: SplitResult
    pages: Mapping[int, ReportedPage] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def doubtful_first(self) -> list[int]:
        """The numbers of its documents, from 1: those of low confidence first, by score within one confidence."""

        def doubt(number: int) -> tuple[int, float, int]:
            segment = self.result.segments[number - 1]
            return CONFIDENCE_RANK[segment.confidence], 1.0 if segment.score is None else segment.score, number

        return sorted(range(1, len(self.result.segments) + 1), key=doubt)


def texts_of(packet: SplitPacket) -> dict[int, str]:
    """The page texts of a split packet. Pages that were left out have none."""
    return {page.page: page.text for document in packet.documents for page in document.page_texts}
