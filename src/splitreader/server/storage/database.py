"""The SQLite database: connections, transactions, errors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from splitreader._errors import StorageError

BUSY_SECONDS = 30.0
"""How long a writer waits for another process, such as a backup, to let go of the database."""


class Database:
    """SQLite in WAL mode; what is committed survives a crash of the machine.

    Args:
        path: of the database file; made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path)
        self._writer = self._engine.execution_options(writes=True)
        self._writing = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the database.

        Raises:
            StorageError: it can't be read.
        """
        with self._errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes; committed at the end, undone if anything is raised.

        Raises:
            StorageError: the database can't be written; nothing was.
        """
        # in a queue of ours, for SQLite's own waiting is by sleeps and may starve a thread
        with self._writing, self._errors(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads from writing, for what has to happen in step with a transaction."""
        with self._writing:
            yield

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or type(error).__name__
            raise StorageError(
                f"the server's database {self._path} failed ({cause}); check the disk and its free space"
            ) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=16,
        max_overflow=-1,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: object) -> None:  # noqa: ARG001  # SQLAlchemy hands it over
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def now() -> datetime:
    """The time by this machine's clock, in UTC."""
    return datetime.now(UTC)
