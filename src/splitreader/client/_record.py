"""What is kept of a job in flight, so that another process can take it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Trace:
    """How far a job has come.

    Args:
        attempt: how many jobs before this one came to nothing.
        external_file_id: the upload's own name for the file, written before it is uploaded.
        is_doubtful: there may be a second file of that name, of an upload whose answer was lost.
        file_id: the file on the service; written before the job is asked for.
        sent_at: when that was, by the service's clock.
        job_id: of the job; written when it is known.
    """

    attempt: int = 0
    external_file_id: str | None = None
    is_doubtful: bool = False
    file_id: str | None = None
    sent_at: datetime | None = None
    job_id: str | None = None


class JobRecord(Protocol):
    """Where the trace of one job is kept; nobody else writes it meanwhile. All of it may block."""

    @property
    def key(self) -> str:
        """The same for the same packet, engine and configuration; v1's transaction ids follow from it."""
        ...

    def read(self) -> Trace:
        """What was written last; an empty trace if nothing was.

        Raises:
            SplitReaderError: it can't be read.
        """
        ...

    def write(self, trace: Trace) -> None:
        """Keep a trace, so that it survives a crash.

        Raises:
            SplitReaderError: it can't be written.
        """
        ...

    def drop(self) -> None:
        """Forget it.

        Raises:
            SplitReaderError: it can't be.
        """
        ...
