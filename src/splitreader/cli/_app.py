"""The commands and what they have in common."""

from __future__ import annotations

from typing import Annotated

import typer

import splitreader
from splitreader.cli._eval import evaluate
from splitreader.cli._files import files
from splitreader.cli._fit import fit
from splitreader.cli._jobs import jobs
from splitreader.cli._report import report
from splitreader.cli._serve import serve, serve_key
from splitreader.cli._split import split

app = typer.Typer(
    help="Split PDF packets into their documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(split)
app.command()(report)
app.command("eval")(evaluate)
app.command()(fit)
app.command()(serve)
app.command("serve-key")(serve_key)
app.add_typer(jobs, name="jobs")
app.add_typer(files, name="files")


def _print_version(value: bool) -> None:  # typer calls it so
    if value:
        typer.echo(splitreader.__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[  # handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Split PDF packets into their documents."""
