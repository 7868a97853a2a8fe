"""Asking about all windows of a packet: which question comes next and what is made of the answers, without any I/O.

The job is a generator. It yields `Ask` to send a question out, of which several may be out at once, and `Receive` to be
sent what became of the one that is out longest. So it does the same whichever driver runs it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from splitreader._errors import ModelError
from splitreader.engines.llm._answers import PageAnswer, UnusableAnswer, parse_answer
from splitreader.engines.llm._model import Message, Reply
from splitreader.engines.llm._prompt import Frame
from splitreader.engines.llm._usage import Budget, Meter, Tokens, estimated_question

FAILURES_IN_A_ROW = 3
"""After so many failures with no answer between them (or as many as may be out at once) no more is asked."""


@dataclass(frozen=True)
class Question:
    """A question about a window.

    Args:
        window: the window's index.
        pages: numbers of the pages that are asked about.
        messages: that are sent.
        schema: of the answer.
        categories: that may be answered.
        pictures: pages of which a picture goes along, in this order.
        picture_tokens: about how many tokens these are.
        before: why the answer to the same question was unusable; empty the first time.
    """

    window: int
    pages: tuple[int, ...]
    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    categories: tuple[str, ...]
    pictures: tuple[int, ...] = ()
    picture_tokens: int = 0
    before: str = ""

    @property
    def expected(self) -> Tokens:
        """About what it will use."""
        return estimated_question(self.messages, len(self.pages), self.picture_tokens)

    def answers(self, reply: Reply) -> dict[int, PageAnswer]:
        """What the model says of each page.

        Raises:
            UnusableAnswer: its answer can't be used.
        """
        if reply.problem is not None:
            raise UnusableAnswer(reply.problem, told="it is no whole answer")
        return parse_answer(reply.text, self.pages, self.categories)


@dataclass(frozen=True)
class Ask:
    """Send a question out; nothing is sent back."""

    question: Question


@dataclass(frozen=True)
class Receive:
    """Wait for the question that is out longest; sent back is its `Outcome`."""


@dataclass(frozen=True)
class Answered:
    """A reply.

    Args:
        reply: as it came.
        is_cached: it was on disk, so the model was not asked.
    """

    reply: Reply
    is_cached: bool = False


Outcome: TypeAlias = Answered | ModelError


@dataclass
class Asked:
    """What came of all questions.

    Args:
        meter: what they used.
        answers: for each window that was answered, the answer for each page, by number.
        failed: for each window that was asked in vain, why.
        unasked: the same for windows that were not asked.
        error: the first error of the model.
        replies: how many replies the model gave, usable or not; answers on disk are none of them.
    """

    meter: Meter
    answers: dict[int, dict[int, PageAnswer]] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    unasked: dict[int, str] = field(default_factory=dict)
    error: ModelError | None = None
    replies: int = 0


Asking: TypeAlias = Generator[Ask | Receive, Outcome | None, Asked]


def ask_all(questions: Sequence[Question], *, budget: Budget, most_out: int) -> Asking:
    """Ask all questions, each once more if its answer is unusable, as far as the budget goes.

    Args:
        questions: one a window.
        budget: of the packet.
        most_out: questions that may be out at once.

    Raises:
        ModelError: the model was asked and gave not one reply; it is the first of its errors.
    """
    asked = Asked(Meter(budget))
    left = deque(questions)
    out: deque[Question] = deque()
    failures, stop = 0, ""
    while out or (left and not stop):
        if left and not stop and len(out) < (1 if asked.meter.is_cautious else most_out):
            expected = left[0].expected
            limit = asked.meter.refuses(expected)
            if limit is None:
                out.append(left.popleft())
                asked.meter.asked(expected)
                yield Ask(out[-1])
                continue
            if not out:  # what is out may turn out to use less than was thought
                stop = f"{limit} would have been passed"
                continue
        outcome = yield Receive()
        again = _take(asked, out.popleft(), outcome)
        if again is not None:
            left.appendleft(again)
        failures = failures + 1 if isinstance(outcome, ModelError) else 0
        if failures >= max(FAILURES_IN_A_ROW, most_out):
            stop = f"the model had failed {failures} times in a row"
    for question in left:
        _leave(asked, question, stop)
    if asked.error is not None and not asked.replies:
        raise asked.error
    return asked


def _take(asked: Asked, question: Question, outcome: Outcome | None) -> Question | None:
    """Note what became of a question; the one that asks once more, if there is one to ask."""
    if not isinstance(outcome, Answered):
        asked.meter.failed(0 if outcome is None else outcome.lost_requests)
        asked.error = asked.error or outcome
        asked.failed[question.window] = f"the model failed ({type(outcome).__name__})"
        return None
    if outcome.is_cached:
        asked.meter.found()
    else:
        asked.meter.came_back(outcome.reply)
        asked.replies += 1
    try:
        asked.answers[question.window] = question.answers(outcome.reply)
    except UnusableAnswer as wrong:
        if question.before:
            asked.failed[question.window] = f"the model's answer was unusable twice: {wrong}"
            return None
        messages = Frame.again(question.messages, outcome.reply.text, wrong.told)
        return replace(question, messages=messages, before=str(wrong))
    return None


def _leave(asked: Asked, question: Question, stop: str) -> None:
    if question.before:
        asked.failed[question.window] = (
            f"the model's answer was unusable: {question.before}; it was not asked again because {stop}"
        )
    else:
        asked.unasked[question.window] = f"not asked about, because {stop}"
