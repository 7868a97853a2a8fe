"""``splitreader split``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer

from splitreader._config import AllowUncategorized
from splitreader._errors import InvalidConfiguration, OutputError, PacketError
from splitreader._failures import Failure
from splitreader._limits import Limits
from splitreader._reader import SplitReader
from splitreader.cli._cache import CacheOption
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
from splitreader.cli._folder import OutputFolder
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
from splitreader.cli._printing import Format, Printer
from splitreader.cli._progress import JobLine, PageBars, job_line, progress_bar
from splitreader.sources import resolve_sources


def split(
    files: Annotated[
        list[str],
        typer.Argument(
            help="PDF packets, folders, globs, URLs; with LlamaCloud also llamacloud:<file id>.", show_default=False
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
    style: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TABLE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write DIR/documents.jsonl, a Document a line.", show_default=False),
    ] = None,
    pdfs: Annotated[bool, typer.Option("--pdfs", help="With --out: also write a PDF for each document.")] = False,
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
    max_pages: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Refuse longer packets; default: 10000.", show_default=False),
    ] = None,
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
    keep_file: Annotated[
        bool,
        typer.Option("--keep-file", help="Leave the packets on LlamaCloud; else they are deleted after their job."),
    ] = False,
    max_seconds: SecondsOption = None,
    job_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Take up this LlamaCloud job of the packet; no new one.", show_default=False),
    ] = None,
    cache: CacheOption = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Split packets and print their documents.

    Results go to standard output, everything else to standard error. Exit codes: 0 all done; 1 a packet could not be
    read, split or written (those before it were done, with --on-error skip also those after it); 2 the command line is
    wrong, nothing was read; 130 Ctrl-C.

    The embedded engine works on this machine. With --engine llm page texts are sent to the model at --base-url, by
    default OpenAI's; its key is read from the environment variable OPENAI_API_KEY. With --engine llamacloud the packets
    are uploaded to LlamaCloud; its key is read from the environment variable LLAMA_CLOUD_API_KEY (or
    LLAMA_PARSE_API_KEY). No key is read from an option: others could read it in the list of processes, and the shell
    would keep it in its history.
    """
    given_options = engine_options(locals())
    failures = Failures()
    with one_line_errors(debug=debug), progress_bar() as progress, job_line() as line:
        if pdfs and out is None:
            raise InvalidConfiguration("--pdfs needs --out DIR, to know where to write")
        given = name_packets(files, engine)
        reader = SplitReader(
            None
            if configuration_id and not category and not categories
            else gather_categories(category or [], categories),
            engine=choose_engine(engine, given_options, line.show, engine_file),
            allow_uncategorized=allow_uncategorized,
            target_pages=target_pages,
            min_pages_per_split=min_pages_per_split,
            custom_instructions=custom_instructions,
            ocr=ocr,
            password=password,
            on_error="raise" if on_error == "raise" else _telling(failures, line, progress),
            limits=None if max_pages is None else Limits(max_pages=max_pages),
            allow_private=allow_private,
            progress=progress,
            cache=cache,
        )
        printer = Printer(style)
        packets = resolve_sources(given, on_error=lambda _: None)
        if job_id is not None and len(packets) > 1:
            raise InvalidConfiguration(
                f"--job-id is about one packet, and {len(packets)} were given; give the job's own"
            )
        with OutputFolder(out, reader, packets, pdfs=pdfs, overwrite=overwrite) as folder:
            try:
                for packet in reader.lazy_packets(given):
                    with nullcontext() if progress is None else progress.apart():
                        try:
                            folder.add(packet)
                        except (OutputError, PacketError) as error:
                            if on_error == "raise":
                                raise
                            failures.add(Failure(packet.source.name, error))
                            continue
                        printer.add(packet)
            finally:
                printer.finish()
        failures.settle()


def _telling(failures: Failures, line: JobLine, bars: PageBars | None) -> Callable[[Failure], None]:
    """What reports a packet that is left out, on a terminal without the line of its job and the bars."""

    def tell(failure: Failure) -> None:
        line.clear()
        with nullcontext() if bars is None else bars.apart(failure.source):
            failures.add(failure)

    return tell
