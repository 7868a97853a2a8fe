"""The caller's side of the process that reads PDFs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from splitreader import _errors
from splitreader._errors import SplitReaderError, WorkerDied, WorkerError, WorkerTimeout
from splitreader._sources import Source
from splitreader.pdf._frames import Frame, read_frame, write_frame
from splitreader.pdf._watchdog import Watchdog

MEMORY_LIMIT = 1 << 30
"""Bytes of address space for the worker, beside twice the packet where it is handed over as bytes."""

PAGE_DEADLINE = 30.0
"""Seconds without an answer after which the worker is taken for hung."""

START_DEADLINE = 60.0
"""Seconds for a new worker to say that it is ready."""

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from splitreader.pdf._worker import main; main()"
)


class PDFWorker:
    """A process that reads PDFs for one caller, one request at a time; started when first needed.

    A plain child process: it needs no ``if __name__ == "__main__"`` guard, and it can be started from a notebook,
    beside an event loop, and from a daemonic process of a pool. It ends with its caller, however that ends.

    Args:
        memory_limit: bytes of address space, where the system can limit it.
        page_deadline: seconds without an answer after which the process is killed.
    """

    def __init__(self, *, memory_limit: int = MEMORY_LIMIT, page_deadline: float = PAGE_DEADLINE) -> None:
        self.memory_limit = memory_limit
        self.page_deadline = page_deadline
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._watchdog: Watchdog | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None
        self._in_use = False
        self._aborted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the worker; None while there is none."""
        return None if self._process is None else self._process.pid

    def texts(self, source: Source) -> Generator[Frame]:
        """The frames of `splitreader.pdf._texts.text_frames`."""
        return self._request("texts", source, {})

    def cut(self, source: Source, groups: Sequence[Sequence[int]], *, page_count: int) -> Iterator[bytes]:
        """One PDF for each group of 1-based pages of a packet that should have `page_count` pages."""
        fields = {"groups": [list(group) for group in groups], "page_count": page_count}
        return (frame.payload for frame in self._request("cut", source, fields))

    def abort(self) -> None:
        """Kill the process, from any thread; whoever waits for it gets `WorkerDied`. No new one starts."""
        self._aborted = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process, if there is one; a later request starts a new one."""
        self._process = None
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None
        self._in_use = False

    def _request(self, kind: str, source: Source, fields: dict[str, Any]) -> Generator[Frame]:
        if self._in_use:  # an earlier answer was not read to its end
            self.close()
        process = self._started(source)
        self._in_use = True
        state = source.hashed_state
        request = Frame(
            kind,
            {
                **fields,
                "name": source.name,
                "path": None if source.path is None else str(source.path),
                "state": None if state is None else asdict(state),
                "memory_limit": self.memory_limit,
            },
            source.data or b"",
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # reading the answer tells what happened
            write_frame(process.stdin, request)
        finished = False
        try:
            while True:
                frame = self._read(process, source.name, self.page_deadline)
                if frame.kind in {"end", "error", "out_of_memory"}:
                    finished = True
                if frame.kind == "end":
                    return
                if frame.kind == "error":
                    raise _as_error(frame, source.name)
                if frame.kind == "out_of_memory":
                    raise self._out_of_memory(source.name)
                yield frame
        finally:
            if self._process is process:  # else this answer was dropped long ago and its process is gone
                if finished:
                    self._in_use = False
                else:
                    self.close()

    def _started(self, source: Source) -> subprocess.Popen[bytes]:
        if self._aborted:
            raise WorkerDied(f"reading {source.name} was called off", source=source.name)
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        process = _start(self._stderr)
        self._process = process
        self._watchdog = Watchdog(process)
        self._finalizer = weakref.finalize(self, _end, process, self._stderr, self._watchdog)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps([str(Path(entry).absolute()) for entry in sys.path]).encode() + b"\n")
            process.stdin.flush()
        frame = self._read(process, source.name, START_DEADLINE)
        if frame.kind != "ready":
            raise WorkerError(f"the process that reads PDFs began with {frame.kind!r}", source=source.name)
        return process

    def _read(self, process: subprocess.Popen[bytes], name: str, deadline: float) -> Frame:
        assert process.stdout is not None
        assert self._watchdog is not None
        with self._watchdog.expecting(deadline):
            frame = read_frame(process.stdout)
        if frame is not None:
            return frame
        if self._watchdog.bit:
            raise WorkerTimeout(
                f"{name} was given up: no progress within {deadline:g} s on one page; "
                "the file may be built to hang readers; repair it or leave it out",
                source=name,
            )
        status = process.wait()
        raise WorkerDied(
            f"the process that read {name} died ({_describe(status)}{self._last_words()}); "
            "the file may be damaged or built to exhaust memory; repair it or leave it out",
            source=name,
        )

    def _last_words(self) -> str:
        if self._stderr is None or self._stderr.closed:
            return ""
        self._stderr.seek(0)
        lines = self._stderr.read()[-2000:].decode(errors="replace").strip().splitlines()
        return f": {lines[-1][:200]}" if lines else ""

    def _out_of_memory(self, name: str) -> WorkerDied:
        return WorkerDied(
            f"{name} needs more than the {self.memory_limit >> 20} MB that its reader may use; "
            "the file may be built to exhaust memory; repair it or leave it out",
            source=name,
        )


def _start(stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    from multiprocessing.spawn import get_executable  # knows what embedding programs set, and Windows' launchers

    executable = get_executable()
    if not executable:
        raise WorkerError("this Python does not know its own executable; call multiprocessing.set_executable(path)")
    try:
        return subprocess.Popen(
            [os.fsdecode(executable), "-P", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise WorkerError(
            f"can't start a process to read PDFs ({error}); see multiprocessing.set_executable"
        ) from error


def _end(process: subprocess.Popen[bytes], stderr: IO[bytes], watchdog: Watchdog) -> None:
    """Kill and reap; no exception leaves, for this also runs while the interpreter ends."""
    watchdog.stop()
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _as_error(frame: Frame, source: str) -> SplitReaderError:
    """The worker's error, by the name of its class in our own tree."""
    kind = getattr(_errors, frame.fields["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, SplitReaderError)):
        kind = WorkerError
    return kind(frame.fields["message"], source=source)


def _describe(status: int) -> str:
    if status >= 0:
        return f"exit code {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
