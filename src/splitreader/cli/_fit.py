"""``splitreader fit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from splitreader._config import SplitConfig
from splitreader._errors import OutputError
from splitreader.cli._categories import gather_categories
from splitreader.cli._exits import one_line_errors
from splitreader.cli._options import DebugOption, OCROption

if TYPE_CHECKING:
    from splitreader import Example
    from splitreader.evaluation import TruePacket


def fit(
    truth: Annotated[
        Path,
        typer.Argument(
            help="A folder with a JSON file beside each PDF, or one JSON or JSON Lines file.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write what was learned.", show_default=False)],
    categories: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Categories of packets that name none.", show_default=False),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    ocr: OCROption = "auto",
    debug: DebugOption = False,
) -> None:
    """Fit the embedded engine to packets whose documents are known.

    The truth is what splitreader eval takes. The file is for --engine-file of split and eval; it holds telling words
    and masked first lines of the packets. Nothing leaves this machine. Exit codes: 0 done; 1 a packet could not be
    read, or the file not be written; 2 the command line or the truth is wrong.
    """
    from splitreader import EmbeddedEngine, evaluation

    with one_line_errors(debug=debug):
        if out.exists() and not overwrite:
            raise OutputError(f"{out} is there already; choose another file or pass --overwrite")
        if not out.parent.is_dir():
            raise OutputError(f"{out.parent} is no folder; make it first, or choose another file")
        declared = None if categories is None else SplitConfig.build(gather_categories([], categories))
        truths = evaluation.load_truth(truth, categories=declared)
        engine = EmbeddedEngine().fit([_example(packet, ocr) for packet in truths])
        engine.save(out)
        typer.echo(f"{out}: {engine!r}")


def _example(truth: TruePacket, ocr: Literal["auto", "off"]) -> Example:
    from splitreader import Example, SplitReader

    segments = [(segment.category, segment.pages) for segment in truth.segments]
    if truth.pdf is None:
        return Example.packet(truth.pages or (), segments)
    documents = SplitReader(truth.categories, ocr=ocr).load(truth.pdf)
    texts = {page.page: page for document in documents for page in document.page_texts}
    return Example.packet([texts[page] for page in sorted(texts)], segments)
