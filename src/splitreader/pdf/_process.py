"""The caller's side of the process that reads PDFs."""

from __future__ import annotations

import contextlib
import subprocess
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

from splitreader import _errors
from splitreader._errors import SplitReaderError, WorkerDied, WorkerError, WorkerTimeout
from splitreader._limits import MEGABYTE, Limits
from splitreader.pdf._allowance import Allowance, Clock, Room
from splitreader.pdf._frames import LONGEST_HEAD, Frame, read_frame, write_frame
from splitreader.pdf._last_words import LastWords
from splitreader.pdf._launch import describe_exit, end, start
from splitreader.pdf._only_once import OnlyOnce
from splitreader.pdf._pictures import Drawing
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
        log_once: whether something is to be logged, because it was not yet; several workers can have one.
    """

    def __init__(self, limits: Limits | None = None, *, log_once: Callable[[str], bool] | None = None) -> None:
        self.limits = limits or Limits()
        self.log_once = log_once or OnlyOnce()
        self._process: subprocess.Popen[bytes] | None = None
        self._last_words: LastWords | None = None
        self._watchdog: Watchdog | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None
        self._splitter: bytes | None = None
        self._is_ready = False
        self._in_use = False
        self._aborted = False
        self.allowance: Allowance | None = None
        """What is left for the packet that is being read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, Exception):
            self.abort()  # threads that an interrupt left behind must not start another process
        self.close()

    @property
    def is_aborted(self) -> bool:
        """Whether `abort` was called."""
        return self._aborted

    @property
    def pid(self) -> int | None:
        """The process id of the worker; None while there is none."""
        return None if self._process is None else self._process.pid

    def texts(  # noqa: PLR0913  # options, all by name
        self,
        source: Source,
        *,
        pages: Sequence[int] | None = None,
        scans: Scans = "read",
        password: str | None = None,
        splitter: bytes | None = None,
        part: int = 0,
        parts: int = 1,
        allowance: Allowance | None = None,
    ) -> Generator[Frame]:
        """The frames of `splitreader.pdf._texts.text_frames`; see there.

        Args:
            source: the packet.
            pages: which, 1-based, ascending; None for all.
            scans: what to do with pages that are images.
            password: of the packet.
            splitter: a pickled `splitreader.pdf._splitting.Splitter`; then the last frame is an ``answer``.
            part: see `splitreader.pdf._texts.TextRequest`.
            parts: see there.
            allowance: where another process reads the packet, too.
        """
        fields = {
            "pages": None if pages is None else list(pages),
            "scans": scans,
            "max_pages": self.limits.max_pages,
            "split": splitter is not None,
            "part": part,
            "parts": parts,
        }
        return self._request("texts", source, fields, password, splitter=splitter, allowance=allowance)

    def pictures(
        self, source: Source, pages: Sequence[int], drawing: Drawing, *, password: str | None = None
    ) -> Generator[Frame]:
        """The frames of `splitreader.pdf._pictures.picture_frames`; see there."""
        return self._request("pictures", source, {"pages": list(pages), "drawing": asdict(drawing)}, password)

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
        self._splitter = None
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None
        self._is_ready = False
        self._in_use = False

    def _request(  # noqa: PLR0913  # one place for what is asked and how
        self,
        kind: str,
        source: Source,
        fields: dict[str, Any],
        password: str | None,
        *,
        splitter: bytes | None = None,
        allowance: Allowance | None = None,
    ) -> Generator[Frame]:
        if self._in_use:  # an earlier answer was not read to its end
            self.close()
        process = self._started(source.name)
        self._in_use = True
        finished = False
        self.allowance = allowance = allowance or Allowance(
            Clock(self.limits), Room(source.name, max_text=self.limits.max_text, largest=self._largest(source))
        )
        clock = allowance.clock
        try:
            self._send(process, kind, source, fields, password, splitter)
            while True:
                frame = self._read(process, source.name, clock, allowance.room)
                finished = frame.kind in {"end", "error", "out_of_memory"}
                if frame.kind == "end":
                    return
                if finished:
                    raise self._as_error(frame, source.name)
                clock.saw(frame)
                if frame.kind not in {"ocr", "splitting"}:
                    yield frame
        finally:
            if self._process is process:  # else this answer was dropped long ago and its process is gone
                if finished:
                    self._in_use = False
                else:
                    self.close()

    def _send(  # noqa: PLR0913, PLR0917  # the whole request
        self,
        process: subprocess.Popen[bytes],
        kind: str,
        source: Source,
        fields: dict[str, Any],
        password: str | None,
        splitter: bytes | None,
    ) -> None:
        data = source.data or b""
        state = source.hashed_state
        memory = {"memory": self.limits.memory, "ocr_memory": self._ocr_memory}
        whole = {
            **fields,
            **memory,
            "name": source.name,
            "path": None if source.path is None else str(source.path),
            "state": None if state is None else asdict(state),
            "password": password,
        }
        assert process.stdin is not None
        assert self._watchdog is not None
        self._watchdog.memory = self._largest(source)
        seconds = START_SECONDS + len(data) / SENT_PER_SECOND
        with self._watchdog.expecting(seconds), contextlib.suppress(BrokenPipeError):  # the answer tells what happened
            if splitter is not None and splitter is not self._splitter:
                write_frame(process.stdin, Frame("splitter", memory, splitter))
                self._splitter = splitter
            write_frame(process.stdin, Frame(kind, whole, data))

    def warm_up(self, name: str) -> None:
        """Start the process, if there is none, and do not wait for it.

        Raises:
            WorkerError: it can't be started for this packet.
        """
        if self._process is not None and self._process.poll() is None and not self._aborted:
            return
        self.close()
        if self._aborted:
            raise WorkerDied(f"reading {name} was called off", source=name)
        process = start()
        assert process.stderr is not None
        self._process = process
        self._watchdog = Watchdog(process)
        self._finalizer = weakref.finalize(self, end, process, self._watchdog)
        self._last_words = LastWords(process.stderr)
        if self._aborted:
            self.close()
            raise WorkerDied(f"reading {name} was called off", source=name)

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        self.warm_up(name)
        process = self._process
        assert process is not None
        if self._is_ready:
            return process
        room = Room(name, max_text=None, largest=0)
        frame = self._read(process, name, Clock(self.limits, START_SECONDS), room)
        if frame.kind != "ready":
            raise WorkerError(f"the process that reads PDFs began with {frame.kind!r}", source=name)
        self._is_ready = True
        return process

    def _read(self, process: subprocess.Popen[bytes], name: str, clock: Clock, room: Room) -> Frame:
        assert process.stdout is not None
        assert self._watchdog is not None
        assert self._last_words is not None
        frame = None
        try:
            with self._watchdog.expecting(clock.seconds):
                if not clock.is_over:
                    frame = read_frame(process.stdout, expect=room.expect, longest_head=LONGEST_HEAD)
        except (ValueError, RecursionError) as error:  # JSON, too, can be built to hurt
            raise WorkerError(
                f"the process that read {name} gave no answer that can be understood ({str(error)[:200]}); the file "
                "may be built to take it over; leave it out",
                source=name,
            ) from error
        if clock.is_over:  # also where the answer lay ready: the limit is on the whole, a slow reader's time included
            raise WorkerTimeout(f"{name} was given up: {clock.complaint}", source=name)
        if frame is not None:
            return frame
        if self._watchdog.bit == "late":
            raise WorkerTimeout(f"{name} was given up: {clock.complaint}", source=name)
        if self._watchdog.bit == "large":
            raise self._out_of_memory(name)
        status = process.wait()
        said = self._last_words.line()[:200]
        raise WorkerDied(
            f"the process that read {name} died ({describe_exit(status)}{said and f': {said}'}); "
            "the file may be damaged or built to exhaust memory; repair it or leave it out",
            source=name,
        )

    @property
    def _ocr_memory(self) -> int:
        """Bytes for OCR: no less than for a packet without it, or the limit would fall at its first scan."""
        return max(self.limits.memory, self.limits.ocr_memory)

    def _largest(self, source: Source) -> int:
        """The most bytes that the process may hold while it reads this packet."""
        return self._ocr_memory + 2 * len(source.data or b"")

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
            f"{name} needs more than the {self.limits.memory // MEGABYTE} MB ({self._ocr_memory // MEGABYTE} MB "
            "for OCR) that its reader may use; the file may be built to exhaust memory; leave it out, "
            "or raise Limits(memory=...)",
            source=name,
        )
