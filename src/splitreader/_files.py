"""File names from untrusted category names, and files that are whole or not there."""

from __future__ import annotations

import contextlib
import re
import unicodedata
import uuid
from pathlib import Path

from splitreader._errors import OutputError, OutputExists

NAME_LIMIT = 60
"""Characters of a segment's file name, extension included."""

_NOT_IN_NAMES = re.compile(r"[^\w]+")


def segment_file_name(index: int, category: str, *, total: int) -> str:
    """The file name of a segment's PDF: its place in the packet in front, then the category as a slug.

    Args:
        index: of the segment, from 0; names count from 1.
        category: any text; only its letters, digits and underscores are used.
        total: segments of the packet, so that names sort.
    """
    number = f"{index + 1:0{max(2, len(str(total)))}d}"
    slug = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFKC", category).lower()).strip("-_")
    room = NAME_LIMIT - len(number) - len("-.pdf")
    return f"{number}-{slug[:room].strip('-_') or 'segment'}.pdf"


def make_folder(folder: Path) -> None:
    """Make a folder and its parents.

    Raises:
        OutputError: the system refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"can't make the folder {folder} ({error.strerror}); choose another one") from error


def refuse_existing(paths: list[Path]) -> None:
    """Look before any work is done.

    Raises:
        OutputExists: a path is taken.
    """
    for path in paths:
        if path.exists() or path.is_symlink():
            raise OutputExists(f"{path} is there already; choose another folder, or pass overwrite=True")


def write_file(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write a file so that it is whole or not there.

    Raises:
        OutputExists: the path is taken and `overwrite` is False.
        OutputError: the system refuses.
    """
    if not overwrite:
        refuse_existing([path])
    temporary = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OutputError(f"can't write {path} ({error.strerror}); check the folder and its permissions") from error
