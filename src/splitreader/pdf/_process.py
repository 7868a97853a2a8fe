"""The caller's side of the process that reads PDFs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
import weakref
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import IO, Any, Literal, Self, TypeAlias

from splitreader import _errors
from splitreader._errors import SplitReaderError, WorkerDied, WorkerError, WorkerTimeout
from splitreader._limits import MEGABYTE, Limits
from splitreader.pdf._frames import Frame, read_frame, write_frame
from splitreader.pdf._launch import describe_exit, end, start
from splitreader.pdf._watchdog import Watchdog
from splitreader.sources import Source

START_SECONDS = 60.0
"""How long a new worker may take to say that it is ready."""

SENT_PER_SECOND = 10 * MEGABYTE
"""Bytes of a packet in memory that a worker takes in at least."""

Scans: TypeAlias = Literal["read", "show", "skip"]
"""What to do with pages that are images: see `splitreader.pdf._texts.TextRequest`."""


class PDFWorker:
    """A process that reads PDFs for one caller, one request at a time; started when first needed.

    A plain child process: it needs no ``if __name__ == "__main__"`` guard, and it can be started from a notebook,
    beside an event loop, and from a daemonic process of a pool. It ends with its caller, however that ends.

    Args:
        limits: what one packet may take.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
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

    def texts(
        self, source: Source, *, pages: Sequence[int] | None = None, scans: Scans = "read", password: str | None = None
    ) -> Generator[Frame]:
        """The frames of `splitreader.pdf._texts.text_frames`; see there."""
        fields = {
            "pages": None if pages is None else list(pages),
            "scans": scans,
            "max_pages": self.limits.max_pages,
        }
        return self._request("texts", source, fields, password)

    def cut(
        self, source: Source, groups: Sequence[Sequence[int]], *, page_count: int, password: str | None = None
    ) -> Iterator[bytes]:
        """One PDF for each group of 1-based pages of a packet that should have `page_count` pages."""
        fields = {"groups": [list(group) for group in groups], "page_count": page_count}
        return (frame.payload for frame in self._request("cut", source, fields, password))

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

    def _request(self, kind: str, source: Source, fields: dict[str, Any], password: str | None) -> Generator[Frame]:
        if self._in_use:  # an earlier answer was not read to its end
            self.close()
        process = self._started(source.name)
        self._in_use = True
        finished = False
        clock = _Clock(self.limits)
        try:
            self._send(process, kind, source, fields, password)
            while True:
                frame = self._read(process, source.name, clock)
                finished = frame.kind in {"end", "error", "out_of_memory"}
                if frame.kind == "end":
                    return
                if finished:
                    raise self._as_error(frame, source.name)
                clock.saw(frame)
                if frame.kind != "ocr":
                    yield frame
        finally:
            if self._process is process:  # else this answer was dropped long ago and its process is gone
                if finished:
                    self._in_use = False
                else:
                    self.close()

    def _send(
        self,
        process: subprocess.Popen[bytes],
        kind: str,
        source: Source,
        fields: dict[str, Any],
        password: str | None,
    ) -> None:
        data = source.data or b""
        state = source.hashed_state
        whole = {
            **fields,
            "name": source.name,
            "path": None if source.path is None else str(source.path),
            "state": None if state is None else asdict(state),
            "password": password,
            "memory": self.limits.memory,
            "ocr_memory": self.limits.ocr_memory,
        }
        assert process.stdin is not None
        assert self._watchdog is not None
        self._watchdog.memory = max(self.limits.memory, self.limits.ocr_memory) + 2 * len(data)
        seconds = START_SECONDS + len(data) / SENT_PER_SECOND
        with self._watchdog.expecting(seconds), contextlib.suppress(BrokenPipeError):  # the answer tells what happened
            write_frame(process.stdin, Frame(kind, whole, data))

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None and not self._aborted:
            return self._process
        self.close()
        if self._aborted:
            raise WorkerDied(f"reading {name} was called off", source=name)
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        process = start(self._stderr)
        self._process = process
        self._watchdog = Watchdog(process)
        self._finalizer = weakref.finalize(self, end, process, self._stderr, self._watchdog)
        if self._aborted:
            self.close()
            raise WorkerDied(f"reading {name} was called off", source=name)
        frame = self._read(process, name, _Clock(self.limits, START_SECONDS))
        if frame.kind != "ready":
            raise WorkerError(f"the process that reads PDFs began with {frame.kind!r}", source=name)
        return process

    def _read(self, process: subprocess.Popen[bytes], name: str, clock: _Clock) -> Frame:
        assert process.stdout is not None
        assert self._watchdog is not None
        with self._watchdog.expecting(clock.seconds):
            frame = None if clock.is_over else read_frame(process.stdout)
        if clock.is_over:  # also where the answer lay ready: the limit is on the whole, a slow reader's time included
            raise WorkerTimeout(f"{name} was given up: {clock.complaint}", source=name)
        if frame is not None:
            return frame
        if self._watchdog.bit == "late":
            raise WorkerTimeout(f"{name} was given up: {clock.complaint}", source=name)
        if self._watchdog.bit == "large":
            raise self._out_of_memory(name)
        status = process.wait()
        raise WorkerDied(
            f"the process that read {name} died ({describe_exit(status)}{self._last_words()}); "
            "the file may be damaged or built to exhaust memory; repair it or leave it out",
            source=name,
        )

    def _last_words(self) -> str:
        if self._stderr is None or self._stderr.closed:
            return ""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - 2000))
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return f": {lines[-1][:200]}" if lines else ""

    def _as_error(self, frame: Frame, source: str) -> SplitReaderError:
        """The worker's error, by the name of its class in our own tree."""
        if frame.kind == "out_of_memory":
            return self._out_of_memory(source)
        kind = getattr(_errors, frame.fields["error"], None)
        if not (isinstance(kind, type) and issubclass(kind, SplitReaderError)):
            kind = WorkerError
        return kind(frame.fields["message"], source=source)

    def _out_of_memory(self, name: str) -> WorkerDied:
        return WorkerDied(
            f"{name} needs more than the {self.limits.memory // MEGABYTE} MB ({self.limits.ocr_memory // MEGABYTE} MB "
            "for OCR) that its reader may use; the file may be built to exhaust memory; leave it out, "
            "or raise Limits(memory=...)",
            source=name,
        )


class _Clock:
    """How long the next answer may take: as long as its page, and no longer than what is left for the packet."""

    def __init__(self, limits: Limits, page_seconds: float | None = None) -> None:
        self._limits = limits
        self._page_seconds = page_seconds or limits.page_seconds
        self._ends = None if limits.max_seconds is None else time.monotonic() + limits.max_seconds

    def saw(self, frame: Frame) -> None:
        """Take note of what the last answer announced."""
        self._page_seconds = self._limits.ocr_page_seconds if frame.kind == "ocr" else self._limits.page_seconds

    @property
    def seconds(self) -> float:
        """For the next answer."""
        if self._ends is None:
            return self._page_seconds
        return max(0.0, min(self._page_seconds, self._ends - time.monotonic()))

    @property
    def is_over(self) -> bool:
        """Whether the packet has had all its time."""
        return self._ends is not None and time.monotonic() >= self._ends

    @property
    def complaint(self) -> str:
        """What to say when it took longer."""
        if self.is_over:
            return f"it took longer than {self._limits.max_seconds:g} s; raise Limits(max_seconds=...)"
        return (
            f"no progress within {self._page_seconds:g} s on one page; the file may be built to hang readers; "
            "leave it out, or raise Limits(page_seconds=..., ocr_page_seconds=...)"
        )
