"""Text from outside, made fit for a terminal."""

from __future__ import annotations

import io
import json
import sys
from typing import TextIO


def printable(text: str) -> str:
    """One line without control characters: those of file names and texts could steer the terminal.

    Half surrogate pairs stay, for the stream to write as escapes.
    """
    return "".join(character if character.isprintable() or _is_surrogate(character) else " " for character in text)


def encodable_json(text: str, stream: TextIO) -> str:
    """JSON that a stream of any encoding can carry."""
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return "".join(character if character.isascii() else json.dumps(character)[1:-1] for character in text)
    return text


def soften_streams() -> None:
    """Let standard output and error write what their encoding has no character for as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
