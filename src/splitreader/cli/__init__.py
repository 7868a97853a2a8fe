"""The command line."""

from __future__ import annotations


def main() -> None:
    """Run the command line with the arguments of this process, and exit."""
    from splitreader.cli._app import app
    from splitreader.cli._words import soften_streams

    soften_streams()
    app(prog_name="splitreader")
