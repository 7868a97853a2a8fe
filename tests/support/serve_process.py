"""``splitreader serve`` in a process of its own."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

MARK = "SPLITREADER_TEST_RUN"
PATIENCE = 120.0


def until(what: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """What a call gives, once it gives something."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, f"{what} came to nothing in {seconds} seconds"
        threading.Event().wait(0.01)
    return found


class Serving:
    """``splitreader serve`` on a data folder; every process it starts carries a mark in its environment."""

    def __init__(self, folder: Path, *options: object) -> None:
        self.data = folder / "data"
        self.log = folder / "log"
        self.mark = uuid.uuid4().hex
        command = [sys.executable, "-m", "splitreader", "serve", "--data", self.data, "--port", 0, "--ocr", "off"]
        self._command = [str(part) for part in (*command, *options)]
        self.url = "http://127.0.0.1:9"  # where nobody listens
        self.process: subprocess.Popen[str] | None = None

    def launch(self) -> None:
        environment = {**os.environ, MARK: self.mark, "SPLITREADER_SERVER_KEYS": ""}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self._command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
                start_new_session=True,
            )

    def listen(self) -> None:
        """Wait until it says where it listens; by then its data folder is in order."""
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, f"the server said {line!r}; its log: {self.log.read_text()[-3000:]}"
        self.url = found[0]

    def kill(self) -> None:
        """As the system does it: this process only, not those it started."""
        self.process.kill()
        self._reap()

    def terminate(self) -> int:
        """Stop it as an administrator does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return status

    def processes(self) -> list[psutil.Process]:
        """All that live of it, whoever their parent is now."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == self.mark
        except psutil.Error:
            return False

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged; all of it is JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What is in the database of a server that has stopped."""
        with sqlite3.connect(self.data / "splitreader.db") as connection:
            found = connection.execute(query).fetchall()
        connection.close()
        return found

    @contextmanager
    def running(self) -> Iterator[str]:
        self.launch()
        try:
            self.listen()
            yield self.url
        finally:
            self.close()

    def close(self) -> None:
        """End all that is left of it."""
        if self.process is not None and self.process.returncode is None:
            self.kill()
        for process in self.processes():
            process.kill()
