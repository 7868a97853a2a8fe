"""Taking a data folder, and putting it in order."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, insert, select

from splitreader._errors import DataFolderInUse, StorageError
from splitreader.server.storage.blobs import Blobs, disk_errors
from splitreader.server.storage.configurations import ConfigurationStore
from splitreader.server.storage.database import Database
from splitreader.server.storage.files import FileStore, needed_hashes
from splitreader.server.storage.jobs import JobStore, take_up_again
from splitreader.server.storage.migrating import migrate
from splitreader.server.storage.sessions import SessionStore, delete_expired
from splitreader.server.storage.tables import secrets as kept_secrets

logger = logging.getLogger("splitreader.server")

DATABASE_NAME = "splitreader.db"
LOCK_NAME = "lock.db"


class Storage:
    """All that a server keeps. Made by `open`.

    Attributes:
        files, jobs, configurations, sessions: the stores.
        signing_key: 32 random bytes that stay with the folder, to sign links with.
    """

    def __init__(self, database: Database, blobs: Blobs, lock: sqlite3.Connection, signing_key: bytes) -> None:
        self.files = FileStore(database, blobs)
        self.jobs = JobStore(database, blobs)
        self.configurations = ConfigurationStore(database)
        self.sessions = SessionStore(database)
        self.signing_key = signing_key
        self._database = database
        self._lock = lock

    @classmethod
    def open(cls, folder: Path) -> Storage:
        """Take a folder, made if it is not there, and put in order what a killed server left.

        Half-written files and bytes that nothing refers to are deleted. Jobs that were processed wait again; one that
        was begun five times without an end has failed.

        Raises:
            DataFolderInUse: another server has it.
            DataFolderTooNew: a newer splitreader has written it.
            StorageError: the folder or the database can't be used.
        """
        with disk_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.ExitStack() as undo:
            lock = _take(folder)
            undo.callback(lock.close)
            database = Database(_private_file(folder / DATABASE_NAME))
            undo.callback(database.close)
            with database.writing() as connection:
                migrate(connection)
            with database.writing() as connection:
                waiting, failed = take_up_again(connection)
                delete_expired(connection)
                signing_key = _signing_key(connection)
                needed = needed_hashes(connection)
            blobs = Blobs(folder)
            deleted = blobs.clean(needed)
            logger.info(
                "data folder opened: %d jobs wait, %d failed, %d files without use deleted",
                waiting,
                failed,
                deleted,
                extra={"jobs_waiting": waiting, "jobs_failed": failed, "files_deleted": deleted},
            )
            undo.pop_all()
        return cls(database, blobs, lock, signing_key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> None:
        """See that the database answers, for health checks.

        Raises:
            StorageError: it does not.
        """
        with self._database.reading() as connection:
            connection.execute(select(kept_secrets.c.name)).all()

    def close(self) -> None:
        """Close the database and free the folder. Once more does nothing."""
        self._database.close()
        self._lock.close()


def _take(folder: Path) -> sqlite3.Connection:
    """Take the folder for this process, until the connection is closed or the process ends, however it ends.

    SQLite's lock on a database of its own: the system holds it, on every system.
    """
    path = _private_file(folder / LOCK_NAME)
    with contextlib.ExitStack() as undo:
        try:
            lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            undo.callback(lock.close)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise DataFolderInUse(
                    f"another server works in {folder}; stop it first, or give this one a folder of its own"
                ) from error
            raise StorageError(f"{path} can't be locked ({error}); check the folder and its permissions") from error
        undo.pop_all()
    return lock


def _private_file(path: Path) -> Path:
    """The file, made for its owner alone if it is not there.

    One that is there is not opened: closing it again would free the lock that this very process may have on it.
    """
    with disk_errors(), contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _signing_key(connection: Connection) -> bytes:
    known = connection.execute(select(kept_secrets.c.value).where(kept_secrets.c.name == "signing")).scalar()
    if known is not None:
        return bytes(known)
    new = secrets.token_bytes(32)
    connection.execute(insert(kept_secrets).values(name="signing", value=new))
    return new
