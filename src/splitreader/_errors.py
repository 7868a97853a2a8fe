"""Every error that splitreader raises on purpose, in one tree.

::

    SplitReaderError
    ├── InvalidConfiguration      an option that is wrong, or that the chosen engine can't honour (also a ValueError)
    ├── SourceError               the thing to read could not be had
    │   ├── SourceNotFound        no such file or folder, or a folder without PDFs
    │   ├── SourceUnreadable      it is there, but the operating system refuses to read it
    │   ├── SourceChanged         its bytes are no longer the ones that were split
    │   ├── SourceGone            it was there when the packet was split and is not any more
    │   └── DownloadFailed        a URL could not be read, or may not be
    ├── PacketError               the PDF could not be read or cut
    │   ├── NotAPDF               the bytes are something else
    │   ├── DamagedPDF            neither PDFium nor pypdf can open it
    │   ├── EncryptedPDF          it is encrypted in a way that can't be read
    │   │   ├── PasswordMissing   it wants a password and none was given
    │   │   └── PasswordWrong     the password given is not the one
    │   ├── PageNotFound          target_pages names a page that the packet does not have
    │   ├── LimitExceeded         it is larger, or has more pages or text, than `Limits` allow
    │   ├── PageUnreadable        one page can't be read by either library
    │   ├── OCRNotInstalled           pages are images without a text layer
    │   ├── OCRFailed             an OCR program failed on a page
    │   └── WorkerError           the process that reads PDFs failed
    │       ├── WorkerDied        it crashed, or ran out of its memory
    │       └── WorkerTimeout     it made no progress within its deadline
    ├── EngineError               an engine failed
    │   ├── InvalidEngineResult   an engine's answer is none, or names pages, categories or values that can't be
    │   ├── ServiceError          the Split service refused, failed or could not be reached
    │   │   ├── KeyRefused        401, 403: the key or cookie is not taken
    │   │   ├── CreditsExhausted  402: the account has no credits left
    │   │   ├── RequestRefused    400, 409, 413, 422 and the like: the request is wrong
    │   │   │   └── UnknownId     404: no such file, job or configuration
    │   │   ├── RateLimited       429, and it stayed so
    │   │   ├── ServiceUnavailable    408 or 5xx, and it stayed so
    │   │   ├── ServiceUnreachable    no connection, a reset or a time-out, and it stayed so
    │   │   └── InvalidServiceAnswer  no JSON, or fields are missing
    │   ├── ModelError            the language model refused a request, failed or could not be reached
    │   └── JobError              a split job did not come to a result
    │       ├── JobFailed         the service says so
    │       ├── JobCancelled      somebody cancelled it
    │       ├── JobDeadline       it still ran when the time was over; it can be taken up again
    │       └── CreateUnknown     the answer to its creation was lost: it may exist
    ├── OutputError               a file could not be written
    │   └── OutputExists          writing would replace a file
    ├── CacheError                the folder of a cache can't be used
    │   └── CacheNotInstalled     the extra ``cache`` is missing
    └── ServerError               `splitreader serve` can't start, or can't go on
        ├── ServerNotInstalled    the extra ``server`` is missing
        └── StorageError          its data folder can't be read or written
            ├── DataFolderInUse   another server works in it
            └── DataFolderTooNew  a newer splitreader has written it

Every message says what happened, to which file or job, and what to do about it. ``source`` and ``job_id`` repeat the
names for programs. Models (`Category`, `Segment` ...) that are built directly raise pydantic's own ``ValidationError``.
"""

from __future__ import annotations

from datetime import datetime


class SplitReaderError(Exception):
    """The root of the tree: catch it to catch everything that splitreader raises on purpose.

    Attributes:
        source: the name of the packet, where there is one.
        job_id: the engine's own id of the job, where there is one.
    """

    def __init__(self, message: str, *, source: str | None = None, job_id: str | None = None) -> None:
        super().__init__(message)
        self.source = source
        self.job_id = job_id


class InvalidConfiguration(SplitReaderError, ValueError):
    """An option is wrong, or the chosen engine can't honour it. Raised before anything is read."""


class SourceError(SplitReaderError):
    """The thing to read could not be had."""


class SourceNotFound(SourceError):
    """No such file or folder, or a folder without PDFs."""


class SourceUnreadable(SourceError):
    """The file is there, but the operating system refuses to read it."""


class SourceChanged(SourceError):
    """The file's bytes are no longer the ones that were split."""


class SourceGone(SourceError):
    """The file was there when the packet was split and is not any more."""


class DownloadFailed(SourceError):
    """A URL could not be read, or may not be: its host is not on the public internet."""


class PacketError(SplitReaderError):
    """The PDF could not be read or cut."""


class NotAPDF(PacketError):
    """The bytes are not a PDF."""


class DamagedPDF(PacketError):
    """Neither PDFium nor pypdf can open the file."""


class EncryptedPDF(PacketError):
    """The file is encrypted in a way that can't be read."""


class PasswordMissing(EncryptedPDF):
    """The file wants a password and none was given."""


class PasswordWrong(EncryptedPDF):
    """The password given is not the file's."""


class PageNotFound(PacketError):
    """``target_pages`` names a page that the packet does not have."""


class LimitExceeded(PacketError):
    """The file is larger, or has more pages or text, than `Limits` allow."""


class PageUnreadable(PacketError):
    """One page can be read neither by PDFium nor by pypdf."""


class OCRNotInstalled(PacketError):
    """Pages are images without a text layer, and nothing here can read them.

    Attributes:
        pages: the pages, 1-based.
    """

    def __init__(
        self, message: str, *, source: str | None = None, job_id: str | None = None, pages: tuple[int, ...] = ()
    ) -> None:
        super().__init__(message, source=source, job_id=job_id)
        self.pages = pages


class OCRFailed(PacketError):
    """An OCR program failed on a page."""


class WorkerError(PacketError):
    """The process that reads PDFs failed."""


class WorkerDied(WorkerError):
    """The process that reads PDFs crashed, or ran out of its memory."""


class WorkerTimeout(WorkerError):
    """The process that reads PDFs made no progress within its deadline."""


class EngineError(SplitReaderError):
    """An engine failed."""


class InvalidEngineResult(EngineError):
    """An engine's answer is none, or names pages, categories or values that can't be.

    Attributes:
        raw: the engine's answer as it came, to recover what was paid for.
    """

    def __init__(
        self, message: str, *, source: str | None = None, job_id: str | None = None, raw: object = None
    ) -> None:
        super().__init__(message, source=source, job_id=job_id)
        self.raw = raw


class ServiceError(EngineError):
    """The Split service refused a request, failed, or could not be reached.

    Attributes:
        status_code: of the answer; None where there was none.
        retry_after: seconds the service asked to wait; None where it said nothing.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        job_id: str | None = None,
        status_code: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, source=source, job_id=job_id)
        self.status_code = status_code
        self.retry_after = retry_after


class KeyRefused(ServiceError):
    """The service does not take the key or cookie (401, 403)."""


class CreditsExhausted(ServiceError):
    """The account has no credits left (402)."""


class RequestRefused(ServiceError):
    """The service says that the request is wrong (400, 409, 413, 422 ...)."""


class UnknownId(RequestRefused):
    """The service has no such file, job or configuration (404)."""


class RateLimited(ServiceError):
    """There were too many requests (429), and waiting did not help, or would have taken too long."""


class ServiceUnavailable(ServiceError):
    """The service failed (408, 5xx), also when asked again."""


class ServiceUnreachable(ServiceError):
    """There was no connection, or it broke, or nothing came in time, also when tried again."""


class InvalidServiceAnswer(ServiceError):
    """What the service answered is no JSON, or lacks fields."""


class ModelError(EngineError):
    """The language model of an `LLMEngine` refused a request, failed, or could not be reached, also when asked again.

    Attributes:
        status_code: of the answer; None where there was none, or where the model isn't asked over HTTP.
        lost_requests: how many requests got no answer in time; they may have been paid all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        job_id: str | None = None,
        status_code: int | None = None,
        lost_requests: int = 0,
    ) -> None:
        super().__init__(message, source=source, job_id=job_id)
        self.status_code = status_code
        self.lost_requests = lost_requests


class JobError(EngineError):
    """A split job did not come to a result.

    Attributes:
        file_id: the file on the service that was to be split.
    """

    def __init__(
        self, message: str, *, source: str | None = None, job_id: str | None = None, file_id: str | None = None
    ) -> None:
        super().__init__(message, source=source, job_id=job_id)
        self.file_id = file_id


class JobFailed(JobError):
    """The service says that the job failed."""


class JobCancelled(JobError):
    """Somebody cancelled the job."""


class JobDeadline(JobError):
    """The job still ran when the time was over. It goes on; take it up again by its id."""


class CreateUnknown(JobError):
    """A job was asked for and the answer was lost: the job may exist, and may be billed.

    Attributes:
        sent_at: when it was asked for, by the service's clock as far as it is known.
        transaction_id: with ``api="v1"``, asking again with this id starts no second job.
    """

    def __init__(  # noqa: PLR0913  # all by name
        self,
        message: str,
        *,
        source: str | None = None,
        job_id: str | None = None,
        file_id: str | None = None,
        sent_at: datetime | None = None,
        transaction_id: str | None = None,
    ) -> None:
        super().__init__(message, source=source, job_id=job_id, file_id=file_id)
        self.sent_at = sent_at
        self.transaction_id = transaction_id


class OutputError(SplitReaderError):
    """A file could not be written."""


class OutputExists(OutputError):
    """Writing would replace a file that is already there."""


class CacheError(SplitReaderError):
    """The folder of a cache can't be used, so that results, or the traces of hosted jobs, could not be kept."""


class CacheNotInstalled(CacheError):
    """The packages of the extra ``cache`` are missing."""


class ServerError(SplitReaderError):
    """`splitreader serve` can't start, or can't go on."""


class ServerNotInstalled(ServerError):
    """The packages of the extra ``server`` are missing."""


class StorageError(ServerError):
    """The server's data folder can't be read or written."""


class DataFolderInUse(StorageError):
    """Another server works in the data folder."""


class DataFolderTooNew(StorageError):
    """A newer splitreader has written the data folder."""
