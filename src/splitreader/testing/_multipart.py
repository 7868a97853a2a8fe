"""multipart/form-data: enough of it for what browsers, curl, httpx and the vendor's SDK send."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from splitreader.testing._wire import Refused

_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A file in a form."""

    field: str
    name: str
    content_type: str | None
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form: plain fields, and files."""

    fields: dict[str, str] = field(default_factory=dict)
    files: tuple[FilePart, ...] = ()

    def file(self, field_name: str) -> FilePart | None:
        """The file that came in this field."""
        return next((part for part in self.files if part.field == field_name), None)

    def recorded(self) -> dict[str, Any]:
        """The form without the file's bytes."""
        part = self.files[0] if self.files else None
        return {
            "fields": dict(self.fields),
            "file_name": part.name if part else None,
            "content_type": part.content_type if part else None,
            "size": len(part.data) if part else None,
            "sha256": hashlib.sha256(part.data).hexdigest() if part else None,
        }


def parse_form(content_type: str, body: bytes) -> Form:
    """The form in a request's body.

    Raises:
        Refused: it has no boundary, or does not end with it.
    """
    boundary = dict(_parameters(content_type)).get("boundary")
    if not boundary:
        raise Refused(400, "Missing boundary in multipart.")
    mark = b"--" + boundary.encode("latin-1")
    fields: dict[str, str] = {}
    files: list[FilePart] = []
    start = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if not body.startswith(mark, start):
        raise Refused(400, "There was an error parsing the body")
    start += len(mark)
    while not body.startswith(b"--", start):
        head_start = body.find(b"\r\n", start)
        head_end = body.find(b"\r\n\r\n", head_start)
        end = body.find(b"\r\n" + mark, head_end + 2)
        if min(head_start, head_end, end) < 0:
            raise Refused(400, "There was an error parsing the body")
        headers = _headers(body[head_start + 2 : head_end])
        data = body[head_end + 4 : end]
        start = end + 2 + len(mark)
        disposition = dict(_parameters(headers.get("content-disposition", "")))
        name = disposition.get("name", "")
        file_name = disposition.get("filename")
        if file_name is None:
            fields[name] = data.decode("utf-8", "replace")
        else:
            files.append(FilePart(field=name, name=file_name, content_type=headers.get("content-type"), data=data))
    return Form(fields=fields, files=tuple(files))


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _parameters(header: str) -> list[tuple[str, str]]:
    """The parameters of a header; ``filename*`` comes last under its plain name, so that it wins."""
    plain, extended = [], []
    for name, raw in _PARAMETER.findall(header):
        value = raw
        if raw.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", raw[1:-1])
            value = re.sub("%22|%0D|%0A", lambda escape: unquote(escape[0]), value)
        if name.endswith("*"):
            charset, _, text = value.partition("'")
            extended.append((name[:-1].lower(), unquote(text.partition("'")[2], charset or "utf-8")))
        else:
            plain.append((name.lower(), value))
    return plain + extended
