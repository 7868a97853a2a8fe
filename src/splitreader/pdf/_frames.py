"""How the caller and the process that reads PDFs talk: a line of JSON, then as many raw bytes as it says.

JSON, not pickle: a PDF that takes over the reading process can then send wrong text, but no code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

LONGEST_HEAD = 1 << 20
"""Bytes of the line before the payload in an answer; requests may be longer, for they list pages."""


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


def read_frame(
    stream: IO[bytes], *, expect: Callable[[Frame, int], None] | None = None, longest_head: int = -1
) -> Frame | None:
    """Read one frame; None where the other side has gone, also in the middle of a frame.

    Args:
        stream: where from.
        expect: called with the frame without its payload, and the payload's size, before that is read: to make room
            for it, or to refuse it.
        longest_head: bytes that the line before the payload may have; -1 for any number.

    Raises:
        ValueError: what came is no frame.
    """
    head = stream.readline(longest_head)
    if not head.endswith(b"\n"):
        if len(head) == longest_head:
            raise ValueError(f"a line of more than {longest_head} bytes")
        return None
    fields = json.loads(head)
    if not isinstance(fields, dict):
        raise ValueError("no object")
    kind, size = fields.pop("kind", None), fields.pop("size", None)
    if not isinstance(kind, str) or not isinstance(size, int) or size < 0:
        raise ValueError(f"kind {kind!r:.100} and size {size!r:.100}")
    if expect is not None:
        expect(Frame(kind, fields), size)
    payload = stream.read(size) if size else b""
    if len(payload) < size:
        return None
    return Frame(kind, fields, payload)
