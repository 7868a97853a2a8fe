"""Exit codes, and errors as one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from splitreader._errors import InvalidConfiguration, SplitReaderError
from splitreader._failures import Failure
from splitreader.cli._words import printable


class ExitCode(IntEnum):
    """What the command tells the shell. Ctrl-C ends with 130, as shells expect."""

    OK = 0
    FAILED = 1
    """A packet could not be read, split or written; those before it were done."""
    USAGE = 2
    """The command line or an option is wrong; nothing was read."""


@contextmanager
def one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn this package's errors, and the system's, into one line on standard error and an exit code.

    Where whoever reads standard output has gone away, there is nothing to say.

    Args:
        debug: let them through with their traceback.
    """
    try:
        yield
    except SplitReaderError as error:
        if debug:
            raise
        _write(error)
        code = ExitCode.USAGE if isinstance(error, InvalidConfiguration) else ExitCode.FAILED
        raise typer.Exit(code) from None
    except OSError as error:
        _give_up_stdout()
        if debug:
            raise
        if not isinstance(error, BrokenPipeError):
            _write(
                f"{_named(error)}{error.strerror or error}; check the path, its permissions and the room on the disk"
            )
        raise typer.Exit(ExitCode.FAILED) from None


class Failures:
    """The packets that were left out: a line for each on standard error, as it happens."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, failure: Failure) -> None:
        """Report one."""
        self._count += 1
        _write(failure.error)

    def settle(self) -> None:
        """Leave with the exit code that tells of them, if there were any."""
        if self._count:
            raise typer.Exit(ExitCode.FAILED)


def _write(error: SplitReaderError | str) -> None:
    sys.stderr.write(f"error: {printable(' '.join(str(error).split()))}\n")


def _named(error: OSError) -> str:
    if error.filename is None:
        return ""
    name = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else str(error.filename)
    return f"{name}: "


def _give_up_stdout() -> None:
    """If standard output can't take what it still holds, let that go nowhere: Python would try again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
