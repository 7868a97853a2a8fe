"""Exit codes, and errors as one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from splitreader._errors import InvalidConfiguration, SplitReaderError


class ExitCode(IntEnum):
    """What the command tells the shell. Ctrl-C ends with 130, as shells expect."""

    OK = 0
    FAILED = 1
    """A packet could not be read, split or written; those before it were done."""
    USAGE = 2
    """The command line or an option is wrong; nothing was read."""


@contextmanager
def one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn this package's errors into one line on standard error and an exit code.

    Args:
        debug: let them through with their traceback.
    """
    try:
        yield
    except SplitReaderError as error:
        if debug:
            raise
        sys.stderr.write(f"error: {' '.join(str(error).split())}\n")
        code = ExitCode.USAGE if isinstance(error, InvalidConfiguration) else ExitCode.FAILED
        raise typer.Exit(code) from None
