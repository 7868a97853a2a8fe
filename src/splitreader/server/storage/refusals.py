"""What the storage says no to. Private to the server: routes turn each into an answer."""

from __future__ import annotations

from splitreader._errors import SplitReaderError
from splitreader.wire import JobStatus


class Refusal(SplitReaderError):
    """A request that the storage can't grant; nothing was changed."""


class QueueFull(Refusal):
    """As many jobs wait or run as may."""


class UnknownFile(Refusal):
    """The project has no such file."""


class InvalidPageToken(Refusal):
    """The page token is none of this list's."""


class InvalidOrder(Refusal):
    """``order_by`` names no field that files can be ordered by."""


class NameTaken(Refusal):
    """Another configuration of the same product type has the name already."""


class WrongStatus(Refusal):
    """The job's status does not allow it.

    Attributes:
        status: of the job.
    """

    def __init__(self, message: str, *, job_id: str, status: JobStatus) -> None:
        super().__init__(message, job_id=job_id)
        self.status = status


class NotCancellable(WrongStatus):
    """The job has ended already."""


class StillRunning(WrongStatus):
    """The job waits or runs; it has to be cancelled before it can be deleted."""
