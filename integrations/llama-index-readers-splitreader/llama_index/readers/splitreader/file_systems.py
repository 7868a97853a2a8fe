"""Packets in file systems of fsspec."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any, BinaryIO

from splitreader import InvalidConfiguration, SourceLike, SourceNotFound, SourceUnreadable


def open_in(file: SourceLike, fs: Any) -> BinaryIO:
    """The file of another file system, as a stream for the core.

    Raises:
        InvalidConfiguration: it is not one path.
        SourceNotFound, SourceUnreadable: it can't be opened.
    """
    if not isinstance(file, (str, os.PathLike)):
        raise InvalidConfiguration(f"with fs= this takes one path, and got {type(file).__name__}; load one by one")
    name = os.fspath(file)
    try:
        if fs.isdir(name):
            raise InvalidConfiguration(f"with fs= this takes one path, and {name} is a folder; load file by file")
        stream: BinaryIO = fs.open(name, "rb")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"there is no file {name!r} in {type(fs).__name__}; check the path", source=name
        ) from error
    except OSError as error:
        raise SourceUnreadable(
            f"{name} can't be opened in {type(fs).__name__} ({error.strerror or error}); check it", source=name
        ) from error
    return stream


@asynccontextmanager
async def aopen_in(file: SourceLike, fs: Any) -> AsyncIterator[BinaryIO]:
    """`open_in` for an event loop; also closes what is opened only after the wait for it was cancelled."""
    import asyncio

    files, left = ExitStack(), threading.Event()

    def opened() -> BinaryIO:
        stream = files.enter_context(open_in(file, fs))
        if left.is_set():
            files.close()
        return stream

    try:
        yield await asyncio.to_thread(opened)
    finally:
        left.set()
        await asyncio.to_thread(files.close)
