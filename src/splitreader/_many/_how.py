"""How many packets and processes there are at once."""

from __future__ import annotations

import os
from dataclasses import dataclass

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._pipeline import Pipeline

AHEAD = 2
"""Packets for each worker that may be in work, or done and not yet asked for."""


@dataclass(frozen=True, kw_only=True)
class How:
    """What the user wants of a call for several packets; see `SplitReader.split_many`."""

    workers: int | None
    ordered: bool = True
    show_progress: bool = False


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is done at once.

    Args:
        processes: that read.
        packets: that are split side by side, no more than there are processes.
    """

    processes: int
    packets: int


def check_workers(workers: object) -> None:
    """See that it is a number of workers, or None.

    Raises:
        InvalidConfiguration: it is not.
    """
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise InvalidConfiguration(
            f"workers is {quoted(workers)}; it must be a whole number from 1 on, or None for as many as there are CPUs"
        )


def size_of(workers: int | None, pipeline: Pipeline) -> Size:
    """How much is done at once for a number of workers.

    None is a process for each CPU that this process may use. Packets are then split side by side only if nobody is
    asked for two of them at once who does not expect it: a service, an engine of the user's own, an OCR function.
    """
    if workers is not None:
        return Size(processes=workers, packets=workers)
    cpus = usable_cpus()
    is_ours = getattr(pipeline.engine, "runs_in_worker", False) and not callable(pipeline.reading.ocr)
    return Size(processes=cpus, packets=cpus if is_ours else 1)


def usable_cpus() -> int:
    """CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
