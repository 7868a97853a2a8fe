"""What a terminal shows meanwhile: a bar for the pages, a line for a hosted job. In a pipe there is nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.spinner import Spinner
from rich.text import Text

from splitreader.cli._interrupts import interrupts_held_back
from splitreader.cli._words import printable
from splitreader.pdf._reading import Progress

if TYPE_CHECKING:
    from splitreader.wire import SplitJob


class PageBars:
    """A bar on standard error for each packet that is being read; packets may be read by several threads.

    The bars are there only while something is read, and are taken away while results are printed.
    """

    def __init__(self, console: Console) -> None:
        self._bars = ProgressBar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _PagesPerSecond(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._lock = threading.RLock()
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, progress: Progress) -> None:
        """Show how far a packet has come; for `SplitReader`'s ``progress``."""
        with self._lock:
            if progress.pages_read == progress.pages_wanted:
                self._drop(progress.source)
                return
            if progress.source not in self._tasks:
                label = printable(progress.source)
                self._tasks[progress.source] = self._bars.add_task(label, total=progress.pages_wanted)
            self._bars.update(self._tasks[progress.source], completed=progress.pages_read)
            with interrupts_held_back():  # rich can't stop a bar that is half started
                self._bars.start()

    @contextmanager
    def apart(self, source: str | None = None) -> Iterator[None]:
        """Nothing is shown in the block, where results are printed.

        Args:
            source: a packet that failed half way; its bar does not come back.
        """
        with self._lock:
            if source is not None:
                self._drop(source)
            self._stop()
            yield

    def _drop(self, source: str) -> None:
        if (task := self._tasks.pop(source, None)) is not None:
            self._bars.remove_task(task)
        if not self._tasks:
            self._stop()

    def _stop(self) -> None:
        with interrupts_held_back():
            self._bars.stop()


@contextmanager
def progress_bar() -> Iterator[PageBars | None]:
    """Bars for the packets; None where standard error is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    bars = PageBars(console)
    try:
        yield bars
    finally:
        with bars.apart():
            pass


class JobLine:
    """The job that is waited for and its status, on standard error, if that is a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._spinner = Spinner("dots")
        self._live = Live(self._spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
        self._is_shown = console.is_terminal

    def show(self, job: SplitJob) -> None:
        """Show a job as it is now; nothing any more once it is over."""
        if not self._is_shown:
            return
        if job.is_terminal:
            self.clear()
            return
        self._spinner.update(text=Text(printable(f"job {job.id} is {job.status}")))
        with interrupts_held_back():
            self._live.start(refresh=True)

    def clear(self) -> None:
        """Show nothing."""
        with interrupts_held_back():
            self._live.stop()


@contextmanager
def job_line() -> Iterator[JobLine]:
    """A `JobLine` that is gone at the end, however that comes."""
    line = JobLine()
    try:
        yield line
    finally:
        line.clear()


class _PagesPerSecond(ProgressColumn):
    """How fast pages are read."""

    def render(self, task: Task) -> Text:
        """The speed, or nothing while there is none."""
        return Text("" if task.speed is None else f"{task.speed:.1f} pages/s")
