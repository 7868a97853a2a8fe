"""Taking apart what the worker process sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from splitreader._errors import SplitReaderError, WorkerError


@contextmanager
def understood(name: str) -> Iterator[None]:
    """What does not hold what it should is an error about the packet: a PDF that took the worker over sends anything.

    Args:
        name: of the packet.

    Raises:
        WorkerError: something in the block could not be taken apart.
    """
    try:
        yield
    except SplitReaderError:
        raise
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise WorkerError(
            f"the process that reads {name} sent what can't be ({type(error).__name__}); the file may be hostile, "
            "leave it out",
            source=name,
        ) from error
