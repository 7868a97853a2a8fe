"""What a terminal shows meanwhile: a bar for the pages, a line for a hosted job. In a pipe there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.spinner import Spinner
from rich.text import Text

from splitreader.cli._interrupts import interrupts_held_back
from splitreader.cli._words import printable
from splitreader.pdf._packet import Progress

if TYPE_CHECKING:
    from splitreader.wire import SplitJob


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None] | None]:
    """A function for `SplitReader`'s `progress` that draws on standard error; None where that is no terminal.

    The bar is there only while a packet is read, so that results can be printed between two packets.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    bar = ProgressBar(
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

    def show(progress: Progress) -> None:
        if progress.pages_read == 1:
            _clear(bar)  # of a packet that failed half way
            with interrupts_held_back():  # rich can't stop a bar that is half started
                bar.start()
            bar.add_task(printable(progress.source), total=progress.pages_wanted)
        task = bar.tasks[0].id
        bar.update(task, completed=progress.pages_read)
        if progress.pages_read == progress.pages_wanted:
            _clear(bar)

    try:
        yield show
    finally:
        with interrupts_held_back():
            bar.stop()


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


def _clear(bar: ProgressBar) -> None:
    with interrupts_held_back():
        bar.stop()
    for task in bar.task_ids:
        bar.remove_task(task)


class _PagesPerSecond(ProgressColumn):
    """How fast pages are read."""

    def render(self, task: Task) -> Text:
        """The speed, or nothing while there is none."""
        return Text("" if task.speed is None else f"{task.speed:.1f} pages/s")
