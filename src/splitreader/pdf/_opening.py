"""Opening a PDF inside the worker process: PDFium first, pypdf as the second try."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from splitreader._errors import (
    DamagedPDF,
    EncryptedPDF,
    NotAPDF,
    PasswordMissing,
    PasswordWrong,
    SourceChanged,
    SourceGone,
    SourceUnreadable,
)
from splitreader.sources._file_state import FileState
from splitreader.sources._magic import HEADER_WITHIN, explain_not_a_pdf, is_pdf

if TYPE_CHECKING:
    import pypdf
    import pypdfium2

PDFIUM_PASSWORD_ERROR = 4
"""FPDF_ERR_PASSWORD in PDFium's fpdfview.h."""


@dataclass(frozen=True, kw_only=True)
class PDFInput:
    """The PDF that a worker is to read: a file, or bytes.

    Args:
        name: for messages.
        path: where the file is; None for bytes.
        state: what the file looked like when it was hashed; None is not checked.
        data: the bytes; empty for a file.
        password: None where none was given.
    """

    name: str
    path: str | None
    state: FileState | None
    data: bytes
    password: str | None = field(default=None, repr=False)

    def check(self) -> None:
        """Refuse what is gone, changed, or no PDF, before a PDF library sees it.

        Raises:
            SourceGone, SourceUnreadable, SourceChanged, NotAPDF
        """
        if self.path is None:
            start = self.data[:HEADER_WITHIN]
        else:
            try:
                with Path(self.path).open("rb") as stream:
                    start = stream.read(HEADER_WITHIN)
                    state = FileState.of(Path(self.path).stat())
            except FileNotFoundError as error:
                raise SourceGone(f"{self.name} is not there any more; put it back or split another file") from error
            except OSError as error:
                raise SourceUnreadable(
                    f"{self.name} can't be read ({error.strerror or error}); check the file and its permissions"
                ) from error
            if self.state is not None and state != self.state:
                raise SourceChanged(f"{self.name} changed while it was being read; split it again")
        if not is_pdf(start):
            raise NotAPDF(f"{self.name} is not a PDF: {explain_not_a_pdf(start)}")

    def open_pdfium(self) -> pypdfium2.PdfDocument:
        """The document in PDFium.

        Raises:
            PasswordMissing, PasswordWrong: it wants a password.
            pypdfium2.PdfiumError: PDFium can't open it.
        """
        import pypdfium2

        try:
            return pypdfium2.PdfDocument(self.path if self.path is not None else self.data, password=self.password)
        except pypdfium2.PdfiumError as error:
            if error.err_code == PDFIUM_PASSWORD_ERROR:
                raise self._password_error() from error
            raise

    def open_pypdf(self) -> pypdf.PdfReader:
        """The document in pypdf.

        Raises:
            PasswordMissing, PasswordWrong: it wants a password.
            EncryptedPDF: it is encrypted in a way that pypdf can't read.
            DamagedPDF: pypdf can't open it.
        """
        import pypdf

        try:
            # an open file, for a path would be read into memory as a whole; it lives as long as the reader
            stream: BinaryIO = io.BytesIO(self.data) if self.path is None else Path(self.path).open("rb")  # noqa: SIM115
            reader = pypdf.PdfReader(stream)
            if reader.is_encrypted and not (reader.decrypt("") or reader.decrypt(self.password or "")):
                raise self._password_error()
        except (EncryptedPDF, MemoryError):
            raise
        except pypdf.errors.DependencyError as error:
            raise EncryptedPDF(
                f"{self.name} is encrypted in a way that can't be read here ({error}); save it without encryption"
            ) from error
        except Exception as error:
            raise DamagedPDF(
                f"{self.name} is damaged: neither PDFium nor pypdf can read it ({error}); repair or export it again"
            ) from error
        return reader

    def _password_error(self) -> EncryptedPDF:
        if self.password is None:
            return PasswordMissing(f"{self.name} wants a password; give it as password=, as text or as a function")
        return PasswordWrong(f"the password given for {self.name} is not the right one; check it")


def is_encrypted(document: pypdfium2.PdfDocument) -> bool:
    """Whether the file is encrypted, also where no password is needed to read it."""
    from pypdfium2.raw import FPDF_GetSecurityHandlerRevision

    return int(FPDF_GetSecurityHandlerRevision(document)) >= 0
