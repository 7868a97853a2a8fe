"""The page strip in a terminal, drawn with rich; plain characters where there is no colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

from splitreader.strip.cells import FoldedRuns, Run, SplitLike, caption, shown, strip_runs

_GAP = 2
_LEAST_LABEL_WIDTH = 24
_MOST_TITLE = 200


@dataclass(frozen=True)
class PageStrip:
    """The strip of a result, as something that a rich console prints. It wraps to the console's width.

    Args:
        result: what was split.
        title: stands before the caption: the packet's name.
    """

    result: SplitLike
    title: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        title = f"{shown(self.title, _MOST_TITLE)}: " if self.title else ""
        yield Text(title + caption(self.result), style="bold" if self.title else "")
        pen = _Pen(has_colour=console.color_system is not None and not console.no_color, is_ascii=options.ascii_only)
        tiles: list[_Tile] = []
        for item in strip_runs(self.result):
            tiles.extend(pen.fold(item) if isinstance(item, FoldedRuns) else pen.run(item, options.max_width))
        for row in _rows(tiles, options.max_width):
            yield _joined([tile.cells for tile in row], [tile.width for tile in row])
            yield _joined([tile.label for tile in row], [tile.width for tile in row])
        levels = {segment.confidence for segment in self.result.segments}
        words = {"medium": "~ medium confidence", "low": "? low confidence"}
        if said := [text for level, text in words.items() if level in levels]:
            yield Text("   ".join(said), style="dim")


@dataclass(frozen=True, slots=True)
class _Tile:
    """Cells that stand in one line, and what stands under them."""

    cells: Text
    label: Text

    @property
    def width(self) -> int:
        return max(self.cells.cell_len, self.label.cell_len)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws runs as a console can show them."""

    has_colour: bool
    is_ascii: bool

    def run(self, run: Run, width: int) -> Iterator[_Tile]:
        """One tile, or several where the cells are wider than the console."""
        lines: list[Text] = [Text()]
        for pages in run.cells():
            cell = self._cell(run, pages)
            if lines[-1] and lines[-1].cell_len + cell.cell_len > width:
                lines.append(Text())
            lines[-1].append_text(cell)
        for position, line in enumerate(lines):
            goes_on = "" if run.is_start and position == 0 else "continued "
            number = f"{run.number} " if run.number else ""
            label = Text(self._said(f"{number}{goes_on}{run.name}"), style="" if run.number else "dim")
            room = min(width, max(line.cell_len, _LEAST_LABEL_WIDTH))
            if label.cell_len > room:
                label.truncate(max(0, room - (3 if self.is_ascii else 1)))
                label.append(self._said("…"))
            yield _Tile(line, label)

    def fold(self, fold: FoldedRuns) -> Iterator[_Tile]:
        """A line of words."""
        yield _Tile(Text(self._said(fold.words)), Text())

    def _cell(self, run: Run, pages: range) -> Text:
        words = f"{pages[0]}{run.look.letter}{run.mark}"
        if len(pages) > 1:
            words = self._said(f"… {len(pages):,} more")
        if run.look.kind == "omitted":
            return Text(f"({words})", style="dim")
        if not self.has_colour:
            return Text(f"[{words}]")
        if run.mark == "?" and not self.is_ascii:
            frame = Style(color=run.look.colour)
            return Text.assemble(("▌", frame), words, ("▐", frame))
        return Text(f" {words} ", style=Style(color=run.look.ink, bgcolor=run.look.colour))

    def _said(self, text: str) -> str:
        return text.replace("…", "...").encode("ascii", "replace").decode() if self.is_ascii else text


def _rows(tiles: Sequence[_Tile], width: int) -> Iterator[list[_Tile]]:
    row: list[_Tile] = []
    used = 0
    for tile in tiles:
        if row and used + _GAP + tile.width > width:
            yield row
            row, used = [], 0
        used += tile.width + (_GAP if row else 0)
        row.append(tile)
    if row:
        yield row


def _joined(texts: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text()
    for position, (text, width) in enumerate(zip(texts, widths, strict=True)):
        line.append_text(text)
        if position < len(texts) - 1:
            line.append(" " * (width - text.cell_len + _GAP))
    return line
