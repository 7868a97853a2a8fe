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
    │   ├── LimitExceeded         it is larger or has more pages than `Limits` allow
    │   ├── PageUnreadable        one page can't be read by either library
    │   ├── OCRNotInstalled           pages are images without a text layer
    │   ├── OCRFailed             an OCR program failed on a page
    │   └── WorkerError           the process that reads PDFs failed
    │       ├── WorkerDied        it crashed, or ran out of its memory
    │       └── WorkerTimeout     it made no progress within its deadline
    ├── EngineError               an engine failed
    │   └── InvalidEngineResult   an engine's answer is none, or names pages, categories or values that can't be
    └── OutputError               a file could not be written
        └── OutputExists          writing would replace a file

Every message says what happened, to which file or job, and what to do about it. ``source`` and ``job_id`` repeat the
names for programs. Models (`Category`, `Segment` ...) that are built directly raise pydantic's own ``ValidationError``.
"""

from __future__ import annotations


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
    """The file is larger or has more pages than `Limits` allow."""


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


class OutputError(SplitReaderError):
    """A file could not be written."""


class OutputExists(OutputError):
    """Writing would replace a file that is already there."""
