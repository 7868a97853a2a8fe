"""One SQLite file of keys and bytes: safe between processes, whole or not there, as small as it has to be."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from filelock import FileLock
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from splitreader._errors import CacheError
from splitreader.cache._folder import make_private, prepare_folder, refused

logger = logging.getLogger("splitreader.cache")

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a process waits for another one to let go of the file."""

AT_ONCE = 8
"""Entries that are left out before the size is looked at again."""

EMPTY_PAGES = 5
"""Pages of a file without entries: its head, a map of pages, the table and its two indexes."""

_DAMAGED = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
"""What SQLite says of a file that is none of ours any more; the first of them where our tables are not in it."""

_TABLES = MetaData()
_ENTRIES = Table(
    "entries",
    _TABLES,
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("used_at", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
Index("entries_used_at", _ENTRIES.c.used_at, _ENTRIES.c.key)  # the key, so that no entry is read to be left out


class Database:
    """A SQLite file. A connection lives for one transaction, so nothing has to be closed, and a fork is no danger.

    Args:
        path: of the file.
        is_durable: what was written survives a crash of the machine, and a damaged file is put aside, not deleted.
            Without it a crash of the machine may cost what was written last; what it damages is found and dropped.
        max_bytes: how large it may become; what was not used for the longest time goes first. None for no limit.
        first: entries whose keys begin so go before all others.
    """

    def __init__(self, path: Path, *, is_durable: bool, max_bytes: int | None = None, first: str = "") -> None:
        self._path = path
        self._is_durable = is_durable
        self._max_bytes = max_bytes
        self._first = first
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool, hide_parameters=True)
        self._mending = FileLock(path.with_name("mending.lock"), mode=0o600)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    def prepare(self) -> None:
        """Make the file, if it is not there, and see that it can be written.

        Raises:
            CacheError: it can't be.
        """
        self._transact(lambda connection: connection.execute(delete(_ENTRIES).where(_ENTRIES.c.key == "")))

    def find(self, key: str) -> bytes | None:
        """What was kept under a key; None if nothing was, or if it is not as it was kept.

        Raises:
            CacheError: the file can't be read.
        """
        return self._transact(lambda connection: _find(connection, key))

    def keep(self, key: str, data: bytes) -> bool:
        """Keep something, instead of what was kept under this key before. False: it is larger than all may be.

        Raises:
            CacheError: the file can't be written.
        """
        return self._transact(lambda connection: self._keep(connection, key, data))

    def drop(self, key: str) -> None:
        """Keep nothing under this key any more.

        Raises:
            CacheError: the file can't be written.
        """
        self._transact(lambda connection: connection.execute(delete(_ENTRIES).where(_ENTRIES.c.key == key)))

    def _keep(self, connection: Connection, key: str, data: bytes) -> bool:
        connection.execute(delete(_ENTRIES).where(_ENTRIES.c.key == key))
        if self._max_bytes is not None and not _make_room(connection, self._max_bytes, len(data), self._first):
            return False
        row = {"key": key, "digest": _digest(key, data), "used_at": time.time_ns(), "data": data}
        connection.execute(insert(_ENTRIES).values(row))
        return True

    def _transact(self, work: Callable[[Connection], T]) -> T:
        """Do it in one transaction; if the file turns out to be damaged, in a new file."""
        try:
            try:
                return self._once(work)
            except SQLAlchemyError as error:
                if not _is_damage(error):
                    raise
            with self._mending:  # by one process: the next one finds a file that works
                try:
                    return self._once(work)
                except SQLAlchemyError as error:
                    if not _is_damage(error):
                        raise
                    self._put_aside(_cause(error))
                return self._once(work)
        except SQLAlchemyError as error:
            raise CacheError(
                f"the cache {self._path} failed ({_cause(error)}); check the disk and its free space"
            ) from error
        except OSError as error:
            raise refused(self._path.parent, error) from error

    def _once(self, work: Callable[[Connection], T]) -> T:
        if not self._path.exists():
            self._make()
        with self._engine.begin() as connection:
            return work(connection)

    def _make(self) -> None:
        prepare_folder(self._path.parent)
        with self._mending:
            make_private(self._path)
            with self._engine.begin() as connection:
                _TABLES.create_all(connection)

    def _put_aside(self, why: str) -> None:
        if not self._path.exists():
            return
        if self._is_durable:
            aside = self._path.with_name(f"{self._path.name}.damaged")
            self._path.replace(aside)
            logger.warning(
                "%s is damaged (%s) and was put aside as %s: hosted jobs that were in flight can't be taken up from it",
                self._path,
                why,
                aside.name,
            )
        else:
            self._path.unlink()
            logger.warning("%s is damaged (%s) and was deleted; what it held is made anew", self._path, why)
        self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: SQLite itself would make a missing file readable for others
        connection = sqlite3.connect(
            f"file:{quote(str(self._path.absolute()))}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA auto_vacuum = FULL")  # counts for a new file; what is deleted makes it smaller
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._is_durable else 'OFF'}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _find(connection: Connection, key: str) -> bytes | None:
    row = connection.execute(select(_ENTRIES.c.digest, _ENTRIES.c.data).where(_ENTRIES.c.key == key)).one_or_none()
    if row is None:
        return None
    digest, data = row
    if not isinstance(data, bytes) or digest != _digest(key, data):
        logger.warning("an entry of the cache is damaged and was dropped; it is made anew")
        connection.execute(delete(_ENTRIES).where(_ENTRIES.c.key == key))
        return None
    with suppress(SQLAlchemyError):  # a full disk is no reason not to read
        connection.execute(update(_ENTRIES).where(_ENTRIES.c.key == key).values(used_at=time.time_ns()))
    return data


def _make_room(connection: Connection, max_bytes: int, size: int, first: str) -> bool:
    """Leave entries out until so many bytes more are no more than `max_bytes`. False: they never will be, so none is.

    Args:
        connection: to the file.
        max_bytes: how large it may become.
        size: of the entry that comes.
        first: entries whose keys begin so go before all others.
    """

    def pragma(name: str) -> int:
        return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    page_size = pragma("page_size")
    room = max_bytes - size - size // 50 - 4 * page_size  # with the head of each page, and pages that are split
    if room < EMPTY_PAGES * page_size:
        return False
    oldest_first = select(_ENTRIES.c.key).order_by(_ENTRIES.c.used_at).limit(AT_ONCE)
    while (pragma("page_count") - pragma("freelist_count")) * page_size > room:
        oldest = list(connection.scalars(oldest_first.where(_ENTRIES.c.key.startswith(first, autoescape=True))))
        oldest = oldest or list(connection.scalars(oldest_first))
        if not oldest:
            return False
        connection.execute(delete(_ENTRIES).where(_ENTRIES.c.key.in_(oldest)))
    return True


def _digest(key: str, data: bytes) -> bytes:
    """Tells a damaged entry, and one that a damaged index leads to under another's key."""
    return hashlib.sha256(key.encode() + b"\0" + data).digest()


def _is_damage(error: SQLAlchemyError) -> bool:
    """Whether the file is the trouble, not the disk or another process."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _DAMAGED  # without a code: values are there that no entry has


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or type(error).__name__)[:200]
