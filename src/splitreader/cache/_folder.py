"""The folder of a cache: private to its user, and nobody else's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from splitreader._errors import CacheError

MARK = "splitreader-cache.txt"
_WORDS = "Kept by splitreader: results, page texts, and which hosted jobs are in flight. May be deleted when none is.\n"


def prepare_folder(folder: Path) -> None:
    """Make the folder, mode 0700; take one that is empty, or that is a cache already.

    Raises:
        CacheError: it can't be made or written to, or holds other things, or is another user's.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / MARK).exists():
            others = any(folder.iterdir())
            if others and not (folder / MARK).exists():  # looked at again: another process makes the mark first of all
                raise CacheError(
                    f"the folder {folder} holds other files, and a cache is private; give a folder of its own"
                )
            make_private(folder / MARK, _WORDS.encode())
        _close_to_others(folder)
    except OSError as error:
        raise refused(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CacheError(f"nothing can be kept in {folder} (no permission to write); choose another folder as cache")


def make_private(path: Path, content: bytes = b"") -> None:
    """Make a file that only its owner may read, if it is not there.

    Raises:
        OSError: the system refuses.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)


def refused(folder: Path, error: OSError) -> CacheError:
    """The system's refusal as an error of ours."""
    return CacheError(
        f"nothing can be kept in {folder} ({error.strerror or error}); check the folder, its permissions and the free "
        "space, or choose another cache"
    )


def _close_to_others(folder: Path) -> None:
    if os.name != "posix":
        return
    state = folder.stat()
    if state.st_uid != os.geteuid():
        raise CacheError(
            f"the folder {folder} is another user's, who could read and change what is kept; choose another"
        )
    if stat.S_IMODE(state.st_mode) & 0o077:
        folder.chmod(0o700)
