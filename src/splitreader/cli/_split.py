"""``splitreader split``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from splitreader._config import AllowUncategorized
from splitreader._errors import InvalidConfiguration, OutputError, PacketError
from splitreader._failures import Failure
from splitreader._reader import SplitReader
from splitreader.cli._categories import gather_categories
from splitreader.cli._exits import Failures, one_line_errors
from splitreader.cli._folder import OutputFolder
from splitreader.cli._printing import Format, Printer
from splitreader.cli._progress import progress_bar
from splitreader.sources import resolve_sources


def split(
    files: Annotated[list[str], typer.Argument(help="PDF packets, folders, globs or URLs.", show_default=False)],
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
    ocr: Annotated[Literal["auto", "off"], typer.Option(help="off: go on without the text of scans.")] = "auto",
    password: Annotated[
        str | None,
        typer.Option(envvar="SPLITREADER_PASSWORD", help="Of encrypted packets; safer in the environment."),
    ] = None,
    on_error: Annotated[
        Literal["raise", "skip"], typer.Option(help="skip: report a packet that can't be read, and go on.")
    ] = "raise",
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Split packets and print their documents.

    Results go to standard output, everything else to standard error. Exit codes: 0 all done; 1 a packet could not be
    read, split or written (those before it were done, with --on-error skip also those after it); 2 the command line is
    wrong, nothing was read; 130 Ctrl-C.
    """
    failures = Failures()
    with one_line_errors(debug=debug), progress_bar() as progress:
        if pdfs and out is None:
            raise InvalidConfiguration("--pdfs needs --out DIR, to know where to write")
        reader = SplitReader(
            gather_categories(category or [], categories),
            allow_uncategorized=allow_uncategorized,
            target_pages=target_pages,
            min_pages_per_split=min_pages_per_split,
            ocr=ocr,
            password=password,
            on_error="raise" if on_error == "raise" else failures.add,
            progress=progress,
        )
        printer = Printer(style)
        packets = resolve_sources(files, on_error=lambda _: None)
        with OutputFolder(out, reader, packets, pdfs=pdfs, overwrite=overwrite) as folder:
            try:
                for packet in reader.lazy_packets(files):
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
