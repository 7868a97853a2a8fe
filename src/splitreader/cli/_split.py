"""``splitreader split``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from splitreader._config import AllowUncategorized
from splitreader._errors import InvalidConfiguration
from splitreader._reader import OCRChoice, SplitReader
from splitreader._sources import resolve_sources
from splitreader.cli._categories import gather_categories
from splitreader.cli._exits import one_line_errors
from splitreader.cli._folder import OutputFolder
from splitreader.cli._printing import Format, Printer
from splitreader.cli._progress import progress_bar


def split(
    files: Annotated[list[str], typer.Argument(help="PDF packets, or folders of them.", show_default=False)],
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
    ocr: Annotated[OCRChoice, typer.Option(help="off: go on without the text of scanned pages.")] = "auto",
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Split packets and print their documents.

    Results go to standard output, everything else to standard error. Exit codes: 0 all done; 1 a packet could not be
    read, split or written (those before it were done); 2 the command line is wrong, nothing was read; 130 Ctrl-C.
    """
    with one_line_errors(debug=debug), progress_bar() as progress:
        if pdfs and out is None:
            raise InvalidConfiguration("--pdfs needs --out DIR, to know where to write")
        reader = SplitReader(
            gather_categories(category or [], categories),
            allow_uncategorized=allow_uncategorized,
            ocr=ocr,
            progress=progress,
        )
        sources = resolve_sources(files)
        printer = Printer(style)
        with OutputFolder(out, reader, sources, pdfs=pdfs, overwrite=overwrite) as folder:
            for packet in reader.lazy_packets(sources):
                folder.add(packet)
                printer.add(packet)
        printer.finish()
