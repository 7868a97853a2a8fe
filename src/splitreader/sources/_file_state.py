"""What a file looks like from outside. Apart from `_source`, so that the worker process loads no more than this."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FileState:
    """What tells cheaply that a file is still the one that was hashed."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileState:
        """The state in a result of `os.stat` or `os.fstat`."""
        return cls(size=status.st_size, mtime_ns=status.st_mtime_ns)
