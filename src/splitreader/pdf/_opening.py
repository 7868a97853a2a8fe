"""Opening a PDF inside the worker process: PDFium first, pypdf as the second try."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from splitreader._errors import DamagedPDF, EncryptedPDF, NotAPDF, SourceChanged, SourceGone, SourceUnreadable
from splitreader._sources import FileState

if TYPE_CHECKING:
    import pypdf
    import pypdfium2

HEADER_WITHIN = 1024
"""A PDF's header may have this much before it (ISO 32000-1, annex H, note 13); PDFium looks as far."""

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
    """

    name: str
    path: str | None
    state: FileState | None
    data: bytes

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
        if not start:
            raise NotAPDF(f"{self.name} is empty; give a PDF")
        if b"%PDF-" not in start:
            raise NotAPDF(f"{self.name} is not a PDF: no %PDF- in its first {HEADER_WITHIN} bytes; give a PDF")

    def open_pdfium(self) -> pypdfium2.PdfDocument:
        """The document in PDFium.

        Raises:
            EncryptedPDF: it wants a password.
            pypdfium2.PdfiumError: PDFium can't open it.
        """
        import pypdfium2

        try:
            return pypdfium2.PdfDocument(self.path if self.path is not None else self.data)
        except pypdfium2.PdfiumError as error:
            if error.err_code == PDFIUM_PASSWORD_ERROR:
                raise self._encrypted() from error
            raise

    def open_pypdf(self) -> pypdf.PdfReader:
        """The document in pypdf.

        Raises:
            EncryptedPDF: it wants a password.
            DamagedPDF: pypdf can't open it or finds no page.
        """
        import pypdf

        stream: BinaryIO | str = io.BytesIO(self.data) if self.path is None else self.path
        try:
            reader = pypdf.PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                raise self._encrypted()
            if not len(reader.pages):
                raise DamagedPDF(f"{self.name} has no page that can be found; repair the file or export it again")
        except (EncryptedPDF, DamagedPDF, MemoryError):
            raise
        except pypdf.errors.DependencyError as error:
            raise EncryptedPDF(
                f"{self.name} is encrypted in a way that pypdf needs another package for ({error}); "
                "save it without encryption"
            ) from error
        except Exception as error:
            raise DamagedPDF(
                f"{self.name} is damaged: neither PDFium nor pypdf can read it ({error}); repair or export it again"
            ) from error
        return reader

    def _encrypted(self) -> EncryptedPDF:
        return EncryptedPDF(f"{self.name} wants a password; save it without one")
