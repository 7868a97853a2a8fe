"""``splitreader report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from splitreader._config import AllowUncategorized
from splitreader._failures import Failure
from splitreader._reader import SplitReader
from splitreader.cli._categories import gather_categories
from splitreader.cli._cloud import (
    ApiOption,
    ConfigurationOption,
    InstructionsOption,
    OrganizationOption,
    ProjectOption,
    RegionOption,
    SecondsOption,
)
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
from splitreader.cli._model import (
    ConcurrentOption,
    LLMCacheOption,
    LLMModeOption,
    LLMTimeoutOption,
    MaxCostOption,
    MaxTokensOption,
    ModelOption,
    PriceOption,
    VisionOption,
    WindowOption,
)
from splitreader.cli._progress import job_line, progress_bar
from splitreader.pdf._pictures import LARGEST_SIDE
from splitreader.report import PICTURE_SIDE, write_report


def report(
    files: Annotated[
        list[str],
        typer.Argument(
            help="PDF packets, folders, globs, URLs; with LlamaCloud also llamacloud:<file id>.", show_default=False
        ),
    ],
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
    category: Annotated[
        list[str] | None,
        typer.Option(
            "-c", "--category", metavar="NAME[=DESCRIPTION]", help="A kind of document; repeat it.", show_default=False
        ),
    ] = None,
    categories: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Categories in YAML or JSON.", show_default=False)
    ] = None,
    pictures: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SIDE, metavar="N", help="Pixels of a page picture's longer side; 0 for no pictures."
        ),
    ] = PICTURE_SIDE,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave the texts of pages out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    allow_uncategorized: Annotated[
        AllowUncategorized, typer.Option(help="What becomes of pages that fit no category.")
    ] = "include",
    target_pages: Annotated[
        str | None, typer.Option(metavar="PAGES", help="Split only these, like 1,3,5-7.", show_default=False)
    ] = None,
    min_pages_per_split: Annotated[
        int | None, typer.Option(metavar="N", help="The least number of pages of a document.", show_default=False)
    ] = None,
    custom_instructions: InstructionsOption = None,
    ocr: Annotated[Literal["auto", "off"], typer.Option(help="off: go on without the text of scans.")] = "auto",
    password: Annotated[
        str | None,
        typer.Option(envvar="SPLITREADER_PASSWORD", help="Of encrypted packets; safer in the environment."),
    ] = None,
    on_error: Annotated[
        Literal["raise", "skip"], typer.Option(help="skip: report a packet that can't be read, and go on.")
    ] = "raise",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let URLs lead to addresses that are not public.")
    ] = False,
    engine: EngineOption = EngineName.EMBEDDED,
    engine_file: EngineFileOption = None,
    model: ModelOption = None,
    base_url: EngineUrlOption = None,
    llm_mode: LLMModeOption = None,
    llm_timeout: LLMTimeoutOption = None,
    llm_cache: LLMCacheOption = None,
    window: WindowOption = None,
    max_concurrent: ConcurrentOption = None,
    vision: VisionOption = False,
    price_per_million: PriceOption = None,
    max_cost: MaxCostOption = None,
    max_tokens: MaxTokensOption = None,
    api: ApiOption = None,
    region: RegionOption = None,
    project_id: ProjectOption = None,
    organization_id: OrganizationOption = None,
    configuration_id: ConfigurationOption = None,
    max_seconds: SecondsOption = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Split packets and write what became of each page, how sure and why, as HTML to look at.

    The files load nothing from anywhere. They hold the pictures and the texts of pages: keep them as private as the
    packets. Exit codes: as of splitreader split.
    """
    given_options = engine_options(locals())
    failures = Failures()
    left_out: list[Failure] = []

    def leave_out(failure: Failure) -> None:
        failures.add(failure)
        left_out.append(failure)

    with one_line_errors(debug=debug), progress_bar() as progress, job_line() as line:
        named = None if configuration_id and not category and not categories else category or []
        reader = SplitReader(
            None if named is None else gather_categories(named, categories),
            engine=choose_engine(engine, given_options, line.show, engine_file),
            allow_uncategorized=allow_uncategorized,
            target_pages=target_pages,
            min_pages_per_split=min_pages_per_split,
            custom_instructions=custom_instructions,
            ocr=ocr,
            password=password,
            on_error="raise" if on_error == "raise" else leave_out,
            allow_private=allow_private,
            progress=progress,
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
