"""What the sync and the async way share: options as they count for packets side by side, and the progress bar."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

from splitreader._errors import InvalidConfiguration
from splitreader._many._crew import Crew
from splitreader._many._how import How, size_of
from splitreader._pipeline import Call, Pipeline
from splitreader.engines._in_worker import pickled_splitter
from splitreader.engines._protocol import Engine

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Work:
    """What is to be done in one call, and by whom.

    Args:
        pipeline: the options.
        call: the packets.
        crew: the processes.
        at_once: how many packets are split side by side.
    """

    pipeline: Pipeline
    call: Call
    crew: Crew
    at_once: int


def plan(pipeline: Pipeline, call: Call, how: How) -> Work:
    """The work of a call; no process is started yet."""
    size = size_of(how.workers, pipeline)
    at_once = min(size.packets, len(call.sources))
    splitter = None
    if at_once > 1 and not callable(pipeline.reading.ocr):
        splitter = pickled_splitter(pipeline.engine, pipeline.config)
    crew = Crew(pipeline.limits, size, packets=len(call.sources), splitter=splitter)
    return Work(pipeline if at_once < 2 else _one_at_a_time(pipeline), call, crew, at_once)


def check_asked_in_loop(engine: Engine) -> None:
    """See, before anything begins, that the engine can be asked on an event loop.

    Raises:
        InvalidConfiguration: it says by ``check_async`` that it can't.
    """
    check = getattr(engine, "check_async", None)
    if check is not None:
        check()


def _one_at_a_time(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the user's own small functions called from one thread at a time; ``ocr`` is not."""
    lock = threading.Lock()
    reading = pipeline.reading
    password, progress = reading.password, reading.progress
    return replace(
        pipeline,
        reading=replace(
            reading,
            password=_locked(password, lock) if callable(password) else password,
            progress=None if progress is None else _locked(progress, lock),
        ),
    )


def check_bar(*, show_progress: bool) -> None:
    """See that the bar can be shown.

    Raises:
        InvalidConfiguration: tqdm is not installed.
    """
    if show_progress and find_spec("tqdm") is None:
        raise InvalidConfiguration("show_progress needs tqdm; pip install 'splitreader[progress]'")


@contextmanager
def progress_bar(*, show_progress: bool, total: int) -> Generator[Callable[[], Any]]:
    """What to call after each packet."""
    if not show_progress:
        yield lambda: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, unit="packet") as bar:
        yield bar.update


def _locked(call: Callable[P, T], lock: threading.Lock) -> Callable[P, T]:
    def locked(*args: P.args, **kwargs: P.kwargs) -> T:
        with lock:
            return call(*args, **kwargs)

    return locked
