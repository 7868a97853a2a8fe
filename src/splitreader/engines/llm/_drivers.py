"""Who runs the job: threads where code is sync, tasks where it is async. Both give the same result."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from splitreader._errors import ModelError, SplitReaderError
from splitreader._threads import in_thread
from splitreader.engines.llm._answers import UnusableAnswer
from splitreader.engines.llm._asking import Answered, Ask, Asked, Asking, Outcome, Question
from splitreader.engines.llm._cache import AnswerCache, answer_key
from splitreader.engines.llm._model import Model, Reply


@dataclass(frozen=True)
class Answering:
    """Gets answers: from disk where they are, else from the model.

    Args:
        model: to ask.
        cache: of usable answers; None for none.
    """

    model: Model
    cache: AnswerCache | None

    def __call__(self, question: Question) -> Outcome:
        """What became of a question. Blocks."""
        if (found := self._find(question)) is not None:
            return Answered(found, is_cached=True)
        try:
            reply = _checked(self.model.complete(question.messages, question.schema))
        except Exception as error:  # noqa: BLE001  # a model is anybody's code; the job decides
            return _as_model_error(error)
        self._keep(question, reply)
        return Answered(reply)

    async def acall(self, question: Question) -> Outcome:
        """The same without blocking the event loop."""
        if self.cache is not None:
            found = await in_thread(lambda: self._find(question))
            if found is not None:
                return Answered(found, is_cached=True)
        try:
            reply = _checked(await self.model.acomplete(question.messages, question.schema))
        except Exception as error:  # noqa: BLE001  # a model is anybody's code; the job decides
            return _as_model_error(error)
        if self.cache is not None:
            await in_thread(lambda: self._keep(question, reply))
        return Answered(reply)

    def _find(self, question: Question) -> Reply | None:
        if self.cache is None:
            return None
        found = self.cache.find(self._key(question))
        return found if found is not None and _is_usable(question, found) else None

    def _keep(self, question: Question, reply: Reply) -> None:
        if self.cache is not None and _is_usable(question, reply):
            self.cache.keep(self._key(question), reply)

    def _key(self, question: Question) -> str:
        return answer_key(self.model.name, question.messages, question.schema)


def run(asking: Asking, answer: Callable[[Question], Outcome], *, most_out: int) -> Asked:
    """Run a job to its end; questions that are out at once have a thread each."""
    from concurrent.futures import Future, ThreadPoolExecutor

    out: deque[Future[Outcome]] = deque()
    pool = ThreadPoolExecutor(max_workers=most_out, thread_name_prefix="splitreader-llm")
    try:
        step = next(asking)
        while True:
            if isinstance(step, Ask):
                out.append(pool.submit(answer, step.question))
                step = asking.send(None)
            else:
                step = asking.send(out.popleft().result())
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        asking.close()
        pool.shutdown(cancel_futures=True)


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


def _checked(reply: object) -> Reply:
    if not isinstance(reply, Reply) or not isinstance(reply.text, str):
        raise ModelError(f"the model gave {type(reply).__name__}; it must give a Reply with its text")
    return reply


def _is_usable(question: Question, reply: Reply) -> bool:
    try:
        question.answers(reply)
    except UnusableAnswer:
        return False
    return True


def _as_model_error(error: Exception) -> ModelError:
    if isinstance(error, ModelError):
        return error
    if isinstance(error, SplitReaderError):
        raise error
    wrapped = ModelError(f"the model failed ({type(error).__name__}, see its cause); try it with a question of its own")
    wrapped.__cause__ = error
    return wrapped
