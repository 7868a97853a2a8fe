"""``splitreader report``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from splitreader._failures import Failure
from splitreader._reader import SplitReader
from splitreader.cli._categories import gather_categories
from splitreader.cli._cloud import ConfigurationOption, InstructionsOption, cloud_options
from splitreader.cli._engine import (
    EngineFileOption,
    EngineName,
    EngineOption,
    EngineUrlOption,
    choose_engine,
    engine_options,
    name_packets,
)
from splitreader.cli._exits import Failures, one_line_errors
from splitreader.cli._model import model_options
from splitreader.cli._options import (
    AllowPrivateOption,
    CacheOption,
    CategoriesOption,
    CategoryOption,
    DebugOption,
    MinPagesOption,
    OCROption,
    OnErrorOption,
    OverwriteOption,
    PacketsArgument,
    PasswordOption,
    TargetPagesOption,
    UncategorizedOption,
)
from splitreader.cli._progress import job_line, progress_bar
from splitreader.cli._sharing import with_options
from splitreader.pdf._pictures import LARGEST_SIDE
from splitreader.report import PICTURE_SIDE, write_report


@with_options(asked=model_options, reached=cloud_options)
def report(
    *,
    files: PacketsArgument,
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE|DIR",
            help="A file *.html for one packet; or a folder: a file a packet, and index.html.",
            show_default=False,
        ),
    ],
    category: CategoryOption = None,
    categories: CategoriesOption = None,
    pictures: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SIDE, metavar="N", help="Pixels of a page picture's longer side; 0 for no pictures."
        ),
    ] = PICTURE_SIDE,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave the texts of pages out.")] = False,
    overwrite: OverwriteOption = False,
    allow_uncategorized: UncategorizedOption = "include",
    target_pages: TargetPagesOption = None,
    min_pages_per_split: MinPagesOption = None,
    custom_instructions: InstructionsOption = None,
    ocr: OCROption = "auto",
    password: PasswordOption = None,
    on_error: OnErrorOption = "raise",
    allow_private: AllowPrivateOption = False,
    engine: EngineOption = EngineName.EMBEDDED,
    engine_file: EngineFileOption = None,
    base_url: EngineUrlOption = None,
    asked: Mapping[str, Any],
    reached: Mapping[str, Any],
    configuration_id: ConfigurationOption = None,
    cache: CacheOption = None,
    debug: DebugOption = False,
) -> None:
    """Split packets and write what became of each page, how sure and why, as HTML to look at.

    The files load nothing from anywhere. They hold the pictures and the texts of pages: keep them as private as the
    packets. Exit codes: as of splitreader split.
    """
    failures = Failures()
    left_out: list[Failure] = []

    def leave_out(failure: Failure) -> None:
        failures.add(failure)
        left_out.append(failure)

    with one_line_errors(debug=debug), progress_bar() as progress, job_line() as line:
        named = None if configuration_id and not category and not categories else category or []
        reader = SplitReader(
            None if named is None else gather_categories(named, categories),
            engine=choose_engine(
                engine,
                engine_options(asked, reached, base_url=base_url, configuration_id=configuration_id),
                line.show,
                engine_file,
            ),
            allow_uncategorized=allow_uncategorized,
            target_pages=target_pages,
            min_pages_per_split=min_pages_per_split,
            custom_instructions=custom_instructions,
            ocr=ocr,
            password=password,
            on_error="raise" if on_error == "raise" else leave_out,
            allow_private=allow_private,
            progress=progress,
            cache=cache,
        )
        packets = name_packets(files, engine)
        written = write_report(
            reader,
            packets[0] if len(packets) == 1 else packets,
            out,
            pictures=pictures,
            texts=not no_text,
            overwrite=overwrite,
            failures=left_out,
        )
    typer.echo(f"wrote {written[-1]}" if written else "wrote nothing")
    failures.settle()
