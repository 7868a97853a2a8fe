"""Who runs the job: threads where code is sync, tasks where it is async. Both give the same result."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from splitreader.engines.llm._asking import Ask, Asked, Asking, Outcome, Question

if TYPE_CHECKING:
    from concurrent.futures import Future


def run(asking: Asking, answer: Callable[[Question], Outcome], *, in_threads: bool = True) -> Asked:
    """Run a job to its end.

    An error waits for the questions that are out; an interrupt does not, and leaves them to themselves.

    Args:
        asking: the job.
        answer: gets the answer to a question; blocks. What it raises ends the job.
        in_threads: a thread for each question that is out; False asks here, for a job with one at a time.
    """
    from concurrent.futures import wait

    out: deque[Future[Outcome]] = deque()
    try:
        step = next(asking)
        while True:
            if isinstance(step, Ask):
                out.append(_asked(answer, step.question, in_thread=in_threads))
                step = asking.send(None)
            else:
                step = asking.send(out.popleft().result())
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    except Exception:
        wait(out)
        raise
    finally:
        asking.close()


def _asked(answer: Callable[[Question], Outcome], question: Question, *, in_thread: bool) -> Future[Outcome]:
    """The question's outcome to come; its thread sees the caller's context and keeps no interpreter from ending."""
    import threading
    from concurrent.futures import Future
    from contextvars import copy_context

    outcome: Future[Outcome] = Future()

    def work() -> None:
        try:
            found = answer(question)
        except BaseException as error:  # noqa: BLE001  # raised again where the outcome is looked at
            outcome.set_exception(error)
        else:
            outcome.set_result(found)

    if in_thread:
        threading.Thread(target=copy_context().run, args=(work,), name="splitreader-llm", daemon=True).start()
    else:
        work()
    return outcome


async def arun(asking: Asking, answer: Callable[[Question], Awaitable[Outcome]]) -> Asked:
    """Run a job to its end; questions that are out at once have a task each, cancelled with the caller."""
    import asyncio

    out: deque[asyncio.Future[Outcome]] = deque()
    try:
        step = next(asking)
        while True:
            if isinstance(step, Ask):
                out.append(asyncio.ensure_future(answer(step.question)))
                step = asking.send(None)
            else:
                step = asking.send(await out[0])
                out.popleft()
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        asking.close()
        for task in out:
            task.cancel()
        await asyncio.gather(*out, return_exceptions=True)
