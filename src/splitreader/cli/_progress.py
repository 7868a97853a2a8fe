"""A progress bar on a terminal, and none in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

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
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = ProgressBar(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)

    def show(progress: Progress) -> None:
        if progress.page == 1:
            bar.start()
            bar.add_task(progress.source, total=progress.page_count)
        task = bar.tasks[0].id
        bar.update(task, completed=progress.page)
        if progress.page == progress.page_count:
            bar.stop()
            bar.remove_task(task)

    try:
        yield show
    finally:
        bar.stop()
