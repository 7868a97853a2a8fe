"""File names from untrusted category names, and files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

from splitreader._errors import OutputError, OutputExists

NAME_LIMIT = 60
"""Characters of a segment's file name, extension included."""

_NOT_IN_NAMES = re.compile(r"[^\w]+")
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
"""Names that Windows keeps for itself, in every folder."""


def segment_file_name(index: int, category: str, *, total: int) -> str:
    """The file name of a segment's PDF: its place in the packet in front, then the category as a slug.

    Args:
        index: of the segment, from 0; names count from 1.
        category: any text; only its letters, digits and underscores are used.
        total: segments of the packet, so that names sort.
    """
    number = f"{index + 1:0{max(2, len(str(total)))}d}"
    room = NAME_LIMIT - len(number) - len("-.pdf")
    return f"{number}-{_slug(category, room) or 'segment'}.pdf"


def segment_paths(folder: Path, categories: Sequence[str]) -> list[Path]:
    """Where the PDFs of a packet's segments go, given the category of each."""
    total = len(categories)
    return [folder / segment_file_name(index, category, total=total) for index, category in enumerate(categories)]


def packet_folder_name(file_name: str) -> str:
    """The name of a folder for a packet's PDFs, without a dot or a separator, whatever the packet is called."""
    name = _slug(Path(file_name).stem, NAME_LIMIT)
    if not name or _DEVICES.fullmatch(name):
        return f"packet-{name}".rstrip("-")
    return name


def _slug(text: str, room: int) -> str:
    slug = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFKC", text).lower()).strip("-_")
    return slug[:room].strip("-_")


def make_folder(folder: Path) -> None:
    """Make a folder and its parents.

    Raises:
        OutputError: the system refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"can't make the folder {folder} ({error.strerror}); choose another one") from error


def refuse_existing(paths: Iterable[Path], *, remedy: str = "pass overwrite=True") -> None:
    """Look before any work is done.

    Args:
        paths: that are to be written.
        remedy: what the user can do to replace them.

    Raises:
        OutputExists: a path is taken.
    """
    for path in paths:
        if path.exists() or path.is_symlink():
            raise OutputExists(f"{path} is there already; choose another folder, or {remedy}")


def refuse_inputs(paths: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Never write over what is being read, not even when files may be replaced.

    Args:
        paths: that are to be written.
        inputs: the packets.

    Raises:
        OutputExists: a path is one of them, whatever name it goes by.
    """
    packets = {identity: packet for packet in inputs if (identity := _identity(packet)) is not None}
    for path in paths:
        if (identity := _identity(path)) is not None and identity in packets:
            raise OutputExists(f"{path} is the packet {packets[identity]} itself; choose another folder")


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from all others; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def write_file(path: Path, data: bytes | Iterable[bytes], *, overwrite: bool) -> None:
    """Write a file so that it is whole or not there.

    Args:
        path: where.
        data: what, whole or piece by piece.
        overwrite: replace what is there.

    Raises:
        OutputExists: the path is taken and `overwrite` is False.
        OutputError: the system refuses.
    """
    if not overwrite:
        refuse_existing([path])
    temporary = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        with temporary.open("xb") as stream:
            stream.writelines([data] if isinstance(data, bytes) else data)
        put_in_place(temporary, path, overwrite=overwrite)
    except OSError as error:
        raise OutputError(f"can't write {path} ({error.strerror}); check the folder and its permissions") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def put_in_place(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Give a file that is whole its name.

    Raises:
        OutputExists: the path is taken, be it since a moment ago, and `overwrite` is False.
        OSError: the system refuses.
    """
    if overwrite:
        temporary.replace(path)
        return
    try:
        _move_to_free(temporary, path)
    except FileExistsError:
        refuse_existing([path])
        raise


def _move_to_free(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        with temporary.open("rb") as source, path.open("xb") as stream:
            try:
                shutil.copyfileobj(source, stream)
            except BaseException:
                path.unlink()
                raise
    temporary.unlink()
