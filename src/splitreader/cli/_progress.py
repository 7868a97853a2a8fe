"""A progress bar on a terminal, and none in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from splitreader.cli._words import printable
from splitreader.pdf._packet import Progress


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
            bar.start()
            bar.add_task(printable(progress.source), total=progress.pages_wanted)
        task = bar.tasks[0].id
        bar.update(task, completed=progress.pages_read)
        if progress.pages_read == progress.pages_wanted:
            _clear(bar)

    try:
        yield show
    finally:
        bar.stop()


def _clear(bar: ProgressBar) -> None:
    bar.stop()
    for task in bar.task_ids:
        bar.remove_task(task)


class _PagesPerSecond(ProgressColumn):
    """How fast pages are read."""

    def render(self, task: Task) -> Text:
        """The speed, or nothing while there is none."""
        return Text("" if task.speed is None else f"{task.speed:.1f} pages/s")
