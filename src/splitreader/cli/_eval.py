"""``splitreader eval``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from splitreader._config import SplitConfig
from splitreader._errors import OutputError
from splitreader.cli._categories import gather_categories
from splitreader.cli._cloud import InstructionsOption, cloud_options
from splitreader.cli._engine import (
    EngineFileOption,
    EngineName,
    EngineOption,
    EngineUrlOption,
    choose_engine,
    engine_options,
)
from splitreader.cli._exits import ExitCode, one_line_errors
from splitreader.cli._model import model_options
from splitreader.cli._options import CacheOption, DebugOption, MinPagesOption, OCROption, UncategorizedOption
from splitreader.cli._sharing import with_options
from splitreader.cli._words import encodable_json, printable

if TYPE_CHECKING:
    from splitreader.evaluation import PacketScore, TruePacket


class Report(StrEnum):
    """How an evaluation is printed."""

    TABLE = "table"
    JSON = "json"


@with_options(asked=model_options, reached=cloud_options)
def evaluate(
    *,
    truth: Annotated[
        Path,
        typer.Argument(
            help="A folder with a JSON file beside each PDF, or one JSON or JSON Lines file.", show_default=False
        ),
    ],
    categories: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Categories of packets that name none.", show_default=False),
    ] = None,
    style: Annotated[Report, typer.Option("--format", help="What to print.")] = Report.TABLE,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a page with plots and the wrong packets.", show_default=False),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the page if it is there.")] = False,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Packets side by side, for engines that wait.")] = 1,
    allow_uncategorized: UncategorizedOption = "include",
    min_pages_per_split: MinPagesOption = None,
    custom_instructions: InstructionsOption = None,
    ocr: OCROption = "auto",
    engine: EngineOption = EngineName.EMBEDDED,
    engine_file: EngineFileOption = None,
    base_url: EngineUrlOption = None,
    asked: Mapping[str, Any],
    reached: Mapping[str, Any],
    cache: CacheOption = None,
    debug: DebugOption = False,
) -> None:
    """Measure an engine on packets whose documents are known.

    The truth is a JSON object a packet: pdf, page_count, categories, and segments with category and pages. Exit codes:
    0 all packets were split, rightly or not; 1 one could not be split, and counts as missed; 2 the command line or the
    truth is wrong.
    """
    from splitreader import evaluation

    with one_line_errors(debug=debug):
        if html is not None and html.exists() and not overwrite:
            raise OutputError(f"{html} is there already; choose another file or pass --overwrite")
        if html is not None and not html.parent.is_dir():
            raise OutputError(f"{html.parent} is no folder; make it first, or choose another file")
        declared = None if categories is None else SplitConfig.build(gather_categories([], categories))
        truths = evaluation.load_truth(truth, categories=declared)
        seen = evaluation.evaluate(
            truths,
            engine=choose_engine(engine, engine_options(asked, reached, base_url=base_url), None, engine_file),
            workers=workers,
            on_packet=_tell if sys.stderr.isatty() else None,
            allow_uncategorized=allow_uncategorized,
            min_pages_per_split=min_pages_per_split,
            custom_instructions=custom_instructions,
            ocr=ocr,
            cache=cache,
        )
        if html is not None:
            html.write_text(evaluation.as_html([seen]), encoding="utf-8")
        if style is Report.JSON:
            text = json.dumps(evaluation.as_data(seen), indent=2, ensure_ascii=False)
            sys.stdout.write(encodable_json(text, sys.stdout) + "\n")
        else:
            typer.echo(evaluation.as_text(seen), nl=False)
        if seen.metrics.failures:
            raise typer.Exit(ExitCode.FAILED)


def _tell(truth: TruePacket, score: PacketScore) -> None:
    sys.stderr.write(f"{printable(truth.name)}: {'exact' if score.is_exact else 'with an error'}\n")
