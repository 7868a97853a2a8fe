"""How the caller and the process that reads PDFs talk: a line of JSON, then as many raw bytes as it says.

JSON, not pickle: a PDF that takes over the reading process can then send wrong text, but no code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any


@dataclass(frozen=True)
class Frame:
    """One message.

    Args:
        kind: what it is about.
        fields: whatever JSON can hold.
        payload: raw bytes: page text in UTF-8, or a PDF.
    """

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""


def write_frame(stream: IO[bytes], frame: Frame) -> None:
    """Write one frame and flush it."""
    head = json.dumps({**frame.fields, "kind": frame.kind, "size": len(frame.payload)})
    stream.write(head.encode() + b"\n" + frame.payload)
    stream.flush()


def read_frame(stream: IO[bytes], *, expect: Callable[[dict[str, Any], int], None] | None = None) -> Frame | None:
    """Read one frame; None where the other side has gone, also in the middle of a frame.

    Args:
        stream: where from.
        expect: called with the fields and the payload's size before the payload is read, to make room for it.

    Raises:
        ValueError: what came is no frame.
    """
    head = stream.readline()
    if not head.endswith(b"\n"):
        return None
    fields = json.loads(head)
    kind, size = fields.pop("kind"), fields.pop("size")
    if expect is not None:
        expect(fields, size)
    payload = stream.read(size) if size else b""
    if len(payload) < size:
        return None
    return Frame(kind, fields, payload)
