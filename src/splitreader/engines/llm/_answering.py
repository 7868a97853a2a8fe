"""Getting one answer: from disk where it is, else from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from splitreader._errors import ModelError, SplitReaderError
from splitreader._threads import in_thread
from splitreader.engines.llm._answers import UnusableAnswer
from splitreader.engines.llm._asking import Answered, Outcome, Question
from splitreader.engines.llm._cache import AnswerCache, answer_key
from splitreader.engines.llm._drawing import Drawer, with_drawn
from splitreader.engines.llm._model import Message, Model, Reply


@dataclass(frozen=True)
class Answering:
    """Gets answers.

    Args:
        model: to ask.
        cache: of usable answers; None for none.
        drawer: draws the pages of which questions want pictures; None where they want none.
    """

    model: Model
    cache: AnswerCache | None = None
    drawer: Drawer | None = None

    def __call__(self, question: Question) -> Outcome:
        """What became of a question. Blocks."""
        messages = self._messages(question)
        if (found := self._find(question, messages)) is not None:
            return found
        try:
            reply = _checked(self.model.complete(messages, question.schema))
        except Exception as error:  # noqa: BLE001  # a model is anybody's code; the job decides
            return _as_model_error(error)
        self._keep(question, messages, reply)
        return Answered(reply)

    async def acall(self, question: Question) -> Outcome:
        """The same without blocking the event loop."""
        messages = question.messages
        if self.drawer is not None and question.pictures:
            async with self.drawer.turn:
                messages = await in_thread(lambda: self._messages(question))
        if self.cache is not None and (found := await in_thread(lambda: self._find(question, messages))) is not None:
            return found
        try:
            reply = _checked(await self.model.acomplete(messages, question.schema))
        except Exception as error:  # noqa: BLE001  # a model is anybody's code; the job decides
            return _as_model_error(error)
        if self.cache is not None:
            await in_thread(lambda: self._keep(question, messages, reply))
        return Answered(reply)

    def _messages(self, question: Question) -> tuple[Message, ...]:
        """The messages with their pictures, which are made for one question and not kept."""
        if self.drawer is None or not question.pictures:
            return question.messages
        return with_drawn(question.messages, question.pictures, self.drawer.draw(question.pictures))

    def _find(self, question: Question, messages: Sequence[Message]) -> Answered | None:
        if self.cache is None:
            return None
        found = self.cache.find(answer_key(self.model.name, messages, question.schema))
        return Answered(found, is_cached=True) if found is not None and _is_usable(question, found) else None

    def _keep(self, question: Question, messages: Sequence[Message], reply: Reply) -> None:
        if self.cache is not None and _is_usable(question, reply):
            self.cache.keep(answer_key(self.model.name, messages, question.schema), reply)


def _checked(reply: object) -> Reply:
    if not isinstance(reply, Reply) or not isinstance(reply.text, str):
        raise ModelError(f"the model gave {type(reply).__name__}; it must give a Reply with its text")
    if not (_is_count(reply.input_tokens) and _is_count(reply.output_tokens)):
        raise ModelError("the model's Reply must give whole numbers of tokens, 0 or more, or None where it can't tell")
    if reply.lost_requests is None or not _is_count(reply.lost_requests):
        raise ModelError("the model's Reply must give its lost_requests as a whole number, 0 or more")
    return reply


def _is_count(tokens: object) -> bool:
    return tokens is None or (isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0)


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
