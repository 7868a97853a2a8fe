"""What a server keeps: files, jobs, configurations, sessions. SQLite for the rows, a folder for the bytes.

All methods block and are safe to call from several threads; each is one transaction. A failure of the database or the
disk is a `StorageError`; what can't be granted is a `Refusal`.
"""

from splitreader.server.storage.configurations import ConfigurationStore
from splitreader.server.storage.files import FileStore
from splitreader.server.storage.incoming import IncomingFile
from splitreader.server.storage.jobs import JobStore
from splitreader.server.storage.opening import Storage
from splitreader.server.storage.refusals import (
    InvalidOrder,
    InvalidPageToken,
    NameTaken,
    NotCancellable,
    QueueFull,
    Refusal,
    StillRunning,
    UnknownFile,
    WrongStatus,
)
from splitreader.server.storage.rows import (
    NewJob,
    Page,
    StoredConfiguration,
    StoredFile,
    StoredJob,
    StoredSession,
)
from splitreader.server.storage.sessions import SessionStore

__all__ = [
    "ConfigurationStore",
    "FileStore",
    "IncomingFile",
    "InvalidOrder",
    "InvalidPageToken",
    "JobStore",
    "NameTaken",
    "NewJob",
    "NotCancellable",
    "Page",
    "QueueFull",
    "Refusal",
    "SessionStore",
    "StillRunning",
    "Storage",
    "StoredConfiguration",
    "StoredFile",
    "StoredJob",
    "StoredSession",
    "UnknownFile",
    "WrongStatus",
]
