"""One at a time, between threads and processes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from splitreader.cache._folder import refused


class Lock:
    """The lock of a file; the system gives it back however the process ends. Nothing here waits for another holder.

    Args:
        path: of the file; it is deleted at the end. Others who have it open notice that, and make a new one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path, mode=0o600, thread_local=False)

    def take(self) -> bool:
        """Whether it could be had, and is held now.

        Raises:
            CacheError: the file can't be made.
        """
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with suppress(Timeout):  # another one holds it
                self._lock.acquire(blocking=False)
        except OSError as error:
            raise refused(self._path.parent, error) from error
        return self._lock.is_locked

    def give_back(self) -> None:
        """Let another one have it; nothing, if it is not held."""
        if not self._lock.is_locked:
            return
        with suppress(OSError):  # on Windows it is open
            self._path.unlink()
        self._lock.release()
