"""A storage with something in it, for the tests of the server."""

import hashlib
import subprocess
import sys
from pathlib import Path

from splitreader.server.storage import NewJob, Storage, StoredFile, StoredJob

PROJECT = "project-a"
PARAMETERS = {"categories": [{"name": "invoice"}]}
SEGMENTS = [{"category": "invoice", "confidence_category": "high", "pages": [1, 2]}]
TESTS = Path(__file__).parents[1]


def upload(storage: Storage, data: bytes = b"bytes", *, project_id: str = PROJECT, **fields: str) -> StoredFile:
    with storage.files.incoming() as incoming:
        incoming.write(data)
        return incoming.keep(project_id=project_id, **{"name": "packet.pdf", "purpose": "split", **fields})


def new_job(file: StoredFile, **fields: object) -> NewJob:
    given = {"project_id": file.project_id, "user_id": "user", "api": "v1", "file_id": file.id}
    return NewJob(**{**given, "parameters": PARAMETERS, **fields})


def create(storage: Storage, file: StoredFile, *, max_queue: int = 1000, **fields: object) -> StoredJob:
    return storage.jobs.create(new_job(file, **fields), max_queue=max_queue)[0]


def blobs(folder: Path) -> set[str]:
    """The names of all blobs, each of which is the hash of its bytes."""
    found = list((folder / "blobs").glob("*/*"))
    for path in found:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    return {path.name for path in found}


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of Python that runs one of the tests' modules."""
    return subprocess.Popen(
        [sys.executable, "-m", script, *map(str, arguments)],
        cwd=TESTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
