"""Uploads: a multipart form whose file goes to the disk as it comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from splitreader.server.storage import IncomingFile

MOST_PARTS = 20
MOST_OF_A_FIELD = 10_000
MOST_OF_A_HEAD = 10_000
_ENOUGH = 1 << 20


@dataclass
class _Part:
    name: str = ""
    file_name: str | None = None
    content: bytearray = field(default_factory=bytearray)


@dataclass
class UploadForm:
    """A form that was read. The file's bytes are in the `IncomingFile` it was read into.

    Args:
        fields: the plain ones.
        file_name: as the client calls it; None if there was no file.
    """

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None


async def read_form(request: Request, incoming: IncomingFile, *, file_field: str, max_bytes: int) -> UploadForm:
    """Read a form, its file into `incoming`.

    Raises:
        HTTPException: 400 for a form that can't be read, 413 for a file above `max_bytes`.
        RequestValidationError: it is no form, or has fields that it should not have.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise RequestValidationError([invalid(("body", file_field), "Field required", "missing")])
    reader = _FormReader(file_field, max_bytes)
    try:
        parser = MultipartParser(options[b"boundary"], reader.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            if len(reader.waiting) >= _ENOUGH:
                await run_in_threadpool(incoming.write, reader.take())
    except FormParserError:
        raise HTTPException(400, "The form can't be read: it is no multipart/form-data") from None
    except ClientDisconnect:
        raise HTTPException(400, "The upload was broken off") from None
    if not reader.is_complete:
        raise HTTPException(400, "The form has no end: the upload was broken off")
    await run_in_threadpool(incoming.write, reader.take())
    return reader.form


def invalid(loc: tuple[str | int, ...], msg: str, kind: str = "value_error") -> dict[str, Any]:
    """One complaint of a 422."""
    return {"loc": loc, "msg": msg, "type": kind}


class _FormReader:
    """What the parser calls, part by part."""

    def __init__(self, file_field: str, max_bytes: int) -> None:
        self.form = UploadForm()
        self.waiting = bytearray()
        self.is_complete = False
        self._file_field = file_field
        self._max_bytes = max_bytes
        self._size = 0
        self._parts = 0
        self._part = _Part()
        self._head_size = 0
        self._header = bytearray()
        self._value = bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._head(self._header, data[start:end]),
            "on_header_value": lambda data, start, end: self._head(self._value, data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._check_part,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def take(self) -> bytes:
        """The file's bytes that have come since last time."""
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise HTTPException(400, f"The form has more than {MOST_PARTS} parts")
        self._part = _Part()
        self._head_size = 0

    def _head(self, into: bytearray, data: bytes) -> None:
        self._head_size += len(data)
        if self._head_size > MOST_OF_A_HEAD:  # not every version of the parser has a limit of its own
            raise HTTPException(400, f"A part of the form has more than {MOST_OF_A_HEAD} bytes of headers")
        into.extend(data)

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value.decode("latin-1"))
            self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
            if (file_name := options.get(b"filename")) is not None:
                self._part.file_name = file_name.decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()

    def _check_part(self) -> None:
        part = self._part
        is_file = part.name == self._file_field
        if is_file and self.form.file_name is not None:
            raise RequestValidationError([invalid(("body", part.name), "Only one file at a time")])
        if is_file == (part.file_name is None):
            wanted = "a file" if is_file else "no file"
            raise RequestValidationError([invalid(("body", part.name), f"Input should be {wanted}")])
        if is_file:
            self.form.file_name = part.file_name

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file_name is None:
            self._part.content += data[start:end]
            if len(self._part.content) > MOST_OF_A_FIELD:
                where = ("body", self._part.name)
                raise RequestValidationError([invalid(where, "The field is too long", "string_too_long")])
            return
        self._size += end - start
        if self._size > self._max_bytes:
            raise HTTPException(413, f"The file is too large; this server takes {self._max_bytes} bytes")
        self.waiting += data[start:end]

    def _part_end(self) -> None:
        if self._part.file_name is None:
            self.form.fields[self._part.name] = self._part.content.decode("utf-8", "replace")

    def _end(self) -> None:
        self.is_complete = True
