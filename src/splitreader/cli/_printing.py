"""Results on standard output: a table, JSON or JSON Lines."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table

from splitreader._documents import SplitPacket
from splitreader._pages import format_pages
from splitreader.cli._words import encodable_json, printable
from splitreader.strip.terminal import PageStrip

PIPE_WIDTH = 160
"""Columns of a table that goes into a file or a pipe, where there is no terminal to fit."""


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


class Printer:
    """Prints each packet as it is done; JSON is one array of packets, JSON Lines has a Document a line."""

    def __init__(self, style: Format) -> None:
        self._style = style
        self._printed = 0

    def add(self, packet: SplitPacket) -> None:
        """Print one packet."""
        if self._style is Format.TABLE:
            _print_table(packet)
        elif self._style is Format.JSON:
            sys.stdout.write("[\n" if self._printed == 0 else ",\n")
            text = json.dumps(_as_json(packet), indent=2, ensure_ascii=False)
            sys.stdout.write(encodable_json(text, sys.stdout))
        else:
            for document in packet.documents:
                sys.stdout.write(encodable_json(document.to_json_line(), sys.stdout))
        self._printed += 1

    def finish(self) -> None:
        """Print what closes the output; also after an error, so that the packets before it can be read."""
        if self._style is Format.JSON:
            sys.stdout.write("\n]\n" if self._printed else "[]\n")
        sys.stdout.flush()


def _as_json(packet: SplitPacket) -> dict[str, Any]:
    return {"source": packet.source.name, "result": packet.result.model_dump(mode="json")}


def _print_table(packet: SplitPacket) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_WIDTH)
    result = packet.result
    console.print(PageStrip(result, title=printable(packet.source.name)))
    table = Table()
    keyed = any(segment.key is not None for segment in result.segments)
    for column in ("#", "category", *(["key"] if keyed else []), "pages", "confidence", "score", "why"):
        table.add_column(column, justify="right" if column in ("#", "score") else "left", overflow="fold")
    for number, segment in enumerate(result.segments, start=1):
        score = "" if segment.score is None else f"{segment.score:.2f}"
        table.add_row(
            str(number),
            plain(segment.category),
            *([plain(segment.key or "")] if keyed else []),
            format_pages(segment.pages),
            segment.confidence,
            score,
            plain("; ".join(segment.evidence)),
        )
    console.print(table)


def plain(text: str) -> str:
    """Text from outside as rich prints it: as it is, without markup and control characters."""
    from rich.markup import escape

    return escape(printable(text))
