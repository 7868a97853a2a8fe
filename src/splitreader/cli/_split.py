"""``splitreader split``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from splitreader._errors import InvalidConfiguration, OutputError, PacketError
from splitreader._failures import Failure
from splitreader._limits import Limits
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
from splitreader.cli._folder import OutputFolder
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
from splitreader.cli._printing import Format, Printer
from splitreader.cli._progress import JobLine, PageBars, job_line, progress_bar
from splitreader.cli._sharing import with_options
from splitreader.sources import resolve_sources


@with_options(asked=model_options, reached=cloud_options)
def split(
    *,
    files: PacketsArgument,
    category: CategoryOption = None,
    categories: CategoriesOption = None,
    style: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TABLE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write DIR/documents.jsonl, a Document a line.", show_default=False),
    ] = None,
    pdfs: Annotated[bool, typer.Option("--pdfs", help="With --out: also write a PDF for each document.")] = False,
    overwrite: OverwriteOption = False,
    allow_uncategorized: UncategorizedOption = "include",
    target_pages: TargetPagesOption = None,
    min_pages_per_split: MinPagesOption = None,
    custom_instructions: InstructionsOption = None,
    ocr: OCROption = "auto",
    password: PasswordOption = None,
    on_error: OnErrorOption = "raise",
    max_pages: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Refuse longer packets; default: 10000.", show_default=False),
    ] = None,
    allow_private: AllowPrivateOption = False,
    engine: EngineOption = EngineName.EMBEDDED,
    engine_file: EngineFileOption = None,
    base_url: EngineUrlOption = None,
    asked: Mapping[str, Any],
    reached: Mapping[str, Any],
    configuration_id: ConfigurationOption = None,
    keep_file: Annotated[
        bool,
        typer.Option("--keep-file", help="Leave the packets on LlamaCloud; else they are deleted after their job."),
    ] = False,
    job_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Take up this LlamaCloud job of the packet; no new one.", show_default=False),
    ] = None,
    cache: CacheOption = None,
    debug: DebugOption = False,
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
    failures = Failures()
    with one_line_errors(debug=debug), progress_bar() as progress, job_line() as line:
        if pdfs and out is None:
            raise InvalidConfiguration("--pdfs needs --out DIR, to know where to write")
        given = name_packets(files, engine)
        reader = SplitReader(
            None
            if configuration_id and not category and not categories
            else gather_categories(category or [], categories),
            engine=choose_engine(
                engine,
                engine_options(
                    asked,
                    reached,
                    base_url=base_url,
                    configuration_id=configuration_id,
                    keep_file=keep_file,
                    job_id=job_id,
                ),
                line.show,
                engine_file,
            ),
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
