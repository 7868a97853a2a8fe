"""The command line."""

from __future__ import annotations


def main() -> None:
    """Run the command line with the arguments of this process, and exit."""
    from splitreader.cli._app import app

    app(prog_name="splitreader")
