"""The index of several reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from splitreader._failures import Failure
from splitreader._result import CONFIDENCE_RANK, Confidence
from splitreader.report._contents import ReportedPacket
from splitreader.report._frame import framed
from splitreader.strip.cells import count, shown

_MOST = 200


@dataclass(frozen=True, kw_only=True)
class IndexRow:
    """What the index says of one packet. Pictures and texts are not in it, so that many packets fit in memory.

    Args:
        file: its report, beside the index.
        name: of the packet.
        page_count: of the packet.
        categories: how many documents of each.
        least: the confidence and score of its most doubtful document; None where there is no document.
        doubtful: documents of low confidence.
    """

    file: str
    name: str
    page_count: int
    categories: tuple[tuple[str, int], ...]
    least: tuple[Confidence, float | None] | None
    doubtful: int

    @classmethod
    def of(cls, file: str, packet: ReportedPacket) -> IndexRow:
        """The row of a packet that stands in a file."""
        segments = packet.result.segments
        doubtful = packet.doubtful_first()
        least = segments[doubtful[0] - 1] if doubtful else None
        return cls(
            file=file,
            name=packet.name,
            page_count=packet.result.page_count,
            categories=tuple(Counter(segment.category for segment in segments).items()),
            least=None if least is None else (least.confidence, least.score),
            doubtful=sum(segment.confidence == "low" for segment in segments),
        )

    @property
    def doubt(self) -> tuple[float, float]:
        """Sorts the packets that want to be looked at to the front."""
        if self.least is None:
            return -1, 0.0
        confidence, score = self.least
        return CONFIDENCE_RANK[confidence], 1.0 if score is None else score


def index_html(rows: Sequence[IndexRow], failures: Sequence[Failure], *, is_whole: bool = True) -> str:
    """The index as a whole HTML file: packets that could not be split first, then the least sure ones.

    Args:
        rows: a packet each.
        failures: packets that were left out.
        is_whole: whether all packets were looked at.
    """
    documents = sum(number for row in rows for _, number in row.categories)
    words = f"{count(len(rows), 'packet')}, {count(sum(row.page_count for row in rows), 'page')}, "
    words += count(documents, "document")
    if failures:
        words += f"; {count(len(failures), 'packet')} could not be split"
    note = (
        "" if is_whole else '<p class="notes">An error ended the run: there are packets that are not in this list.</p>'
    )
    lost = "".join(
        f'<tr><td>{escape(shown(failure.source, _MOST))}</td><td colspan="5">could not be split: '
        f"{escape(str(failure.error))}</td></tr>"
        for failure in failures
    )
    drawn = "".join(map(_row, sorted(rows, key=lambda row: row.doubt)))
    body = (
        f"<header><h1>Split packets</h1><p>{escape(words)}</p>{note}</header>"
        '<table class="index"><thead><tr><th>packet</th><th>pages</th><th>documents</th><th>of low confidence</th>'
        f"<th>least sure</th><th>categories</th></tr></thead><tbody>{lost}{drawn}</tbody></table>"
    )
    return "".join(framed("Split packets · splitreader", [body]))


def _row(row: IndexRow) -> str:
    least = "no document"
    if row.least is not None:
        confidence, score = row.least
        least = f'<span class="sure {confidence}">{confidence}{"" if score is None else f" {score:.2f}"}</span>'
    categories = ", ".join(f"{shown(name, _MOST)} {number}" for name, number in row.categories)
    return (
        f'<tr><td><a href="{escape(quote(row.file))}">{escape(shown(row.name, _MOST))}</a></td>'
        f'<td class="n">{row.page_count:,}</td><td class="n">{sum(number for _, number in row.categories):,}</td>'
        f'<td class="n">{row.doubtful:,}</td><td>{least}</td><td>{escape(categories)}</td></tr>'
    )
