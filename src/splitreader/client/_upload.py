"""A file as the body of an upload: read piece by piece, never as a whole."""

from __future__ import annotations

import io
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from splitreader._errors import SourceChanged, SourceGone, SourceUnreadable
from splitreader._threads import in_thread

_PIECE = 1 << 18


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A multipart body of some fields and one file.

    Args:
        file: its path, or its bytes.
        size: of the file, in bytes.
        name: what the service will call it.
        form_field: that the file goes into.
        fields: the other form fields.
        boundary: between the parts.
    """

    file: Path | bytes = field(repr=False)
    size: int
    name: str
    form_field: str
    fields: tuple[tuple[str, str], ...] = ()
    boundary: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "boundary", self.boundary or uuid.uuid4().hex)

    @property
    def external_file_id(self) -> str | None:
        """The uploader's own name for it."""
        return dict(self.fields).get("external_file_id")

    def named(self, external_file_id: str) -> Upload:
        """The same under another name of the uploader's own."""
        return replace(self, fields=tuple({**dict(self.fields), "external_file_id": external_file_id}.items()))

    @property
    def headers(self) -> dict[str, str]:
        """The content type, and the length: so that nothing has to be sent in chunks."""
        length = len(self._head) + self.size + len(self._tail)
        return {"Content-Type": f"multipart/form-data; boundary={self.boundary}", "Content-Length": str(length)}

    def pieces(self) -> Iterator[bytes]:
        """The body. Each walk reads the file anew.

        Raises:
            SourceGone, SourceUnreadable: the file can't be read.
            SourceChanged: it is not as long any more as it was.
        """
        yield self._head
        left = self.size
        try:
            with self._open() as stream:
                while piece := stream.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        break
                    yield piece
        except FileNotFoundError as error:
            raise SourceGone(f"{self.name} is not there any more; put it back", source=self.name) from error
        except OSError as error:
            raise SourceUnreadable(
                f"{self.name} can't be read ({error.strerror or error}); check the file", source=self.name
            ) from error
        if left != 0:
            raise SourceChanged(f"{self.name} changed while it was uploaded; upload it again", source=self.name)
        yield self._tail

    async def apieces(self) -> AsyncIterator[bytes]:
        """`pieces`, read in a thread."""
        pieces = self.pieces()
        while piece := await in_thread(lambda: next(pieces, b"")):
            yield piece

    def _open(self) -> BinaryIO:
        return io.BytesIO(self.file) if isinstance(self.file, bytes) else self.file.open("rb")

    @property
    def _head(self) -> bytes:
        parts = [f'{self._disposition(name)}"\r\n\r\n{value}\r\n' for name, value in self.fields]
        parts.append(f'{self._disposition(self.form_field)}"; filename="{_quoted(self.name)}"\r\n')
        parts.append("Content-Type: application/pdf\r\n\r\n")
        return "".join(parts).encode()

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()

    def _disposition(self, name: str) -> str:
        return f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}'


def _quoted(text: str) -> str:
    """A name inside quotes, as browsers write it: https://html.spec.whatwg.org/#multipart-form-data.

    Servers read a backslash as an escape, so it is doubled, as httpx does.
    """
    printable = text.encode("utf-8", "replace").decode()
    return printable.replace("\\", "\\\\").replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
