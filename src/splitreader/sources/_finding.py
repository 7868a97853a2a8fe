"""The files of a folder, and those that a pattern matches."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

from splitreader._errors import SourceError, SourceNotFound, SourceUnreadable
from splitreader.sources._source import Source

_MAGIC = re.compile(r"[*?]|\[[^/\\]+\]")


def is_pattern(text: str) -> bool:
    """Whether the text holds ``*``, ``?`` or ``[...]``."""
    return _MAGIC.search(text) is not None


def find_in_folder(folder: Path, report: Callable[[SourceError], None]) -> list[Source]:
    """The PDFs of a folder and the folders below it, sorted by their names relative to it.

    Args:
        folder: where to look.
        report: is told of each folder below that can't be read, and if nothing is found. What it raises ends this.
    """
    refused: list[OSError] = []

    def refuse(error: OSError) -> None:
        refused.append(error)
        trouble = SourceUnreadable(
            f"the folder {error.filename} can't be read ({error.strerror}); check its permissions", source=str(folder)
        )
        trouble.__cause__ = error
        report(trouble)

    found = [
        Path(root, file)
        for root, _, files in os.walk(folder, onerror=refuse)
        for file in files
        if file.lower().endswith(".pdf")
    ]
    if not found and not refused:
        report(SourceNotFound(f"the folder {folder} holds no file that ends in .pdf", source=str(folder)))
    return _named(folder, (path.relative_to(folder) for path in found))


def find_by_pattern(pattern: str) -> list[Source]:
    """The files that a pattern matches, whatever they are called, sorted by their names relative to its fixed part.

    Args:
        pattern: as in `glob`: ``*`` and ``?`` match any characters of one part, ``[...]`` one of these, ``**`` also
            the folders below. Names that begin with a dot must be named.

    Raises:
        SourceNotFound: nothing matches.
    """
    parts = PurePath(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if is_pattern(part))
    root = Path(*parts[:fixed])
    matches = glob.glob(str(PurePath(*parts[fixed:])), root_dir=root, recursive=True)  # noqa: PTH207  # pathlib's has no root
    found = {Path(match) for match in matches if (root / match).is_file()}
    if not found:
        raise SourceNotFound(
            f"no file matches the pattern {pattern!r} (looked in {root.absolute()}); check it", source=pattern
        )
    return _named(root, found)


def _named(root: Path, found: Iterable[Path]) -> list[Source]:
    named = sorted((path.as_posix(), path) for path in found)
    return [Source(name=name, path=(root / path).absolute()) for name, path in named]
