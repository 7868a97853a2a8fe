"""Tokens and money: what was used, and whether the next question still fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from splitreader.engines.llm._model import Message, Reply

BYTES_A_TOKEN = 3
"""For estimates: texts have about four bytes a token in English, fewer in other languages and in tables."""

TOKENS_A_MESSAGE = 8
TOKENS_AN_ANSWER = 60
"""What the answer for one page takes at most, as a rule: its fields and a reason of ten words."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How many times more tokens there were than estimated; the most that was seen."""

    input: float = 1.0
    output: float = 1.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of questions and of answers."""

    input: int = 0
    output: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.input + other.input, self.output + other.output)

    def scaled(self, by: Scale) -> Tokens:
        """So many times as many."""
        return Tokens(math.ceil(self.input * by.input), math.ceil(self.output * by.output))

    def cost(self, price_per_million: tuple[float, float]) -> float:
        """What they cost at these prices, one for input and one for output."""
        return (self.input * price_per_million[0] + self.output * price_per_million[1]) / 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What one packet may use.

    Args:
        max_tokens: of questions and answers together; None for no limit.
        max_cost: in the currency of the prices; None for no limit.
        price_per_million: of input and output tokens; None where it is not known.
    """

    max_tokens: int | None = None
    max_cost: float | None = None
    price_per_million: tuple[float, float] | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit at all."""
        return self.max_tokens is not None or self.max_cost is not None

    def passed_by(self, tokens: Tokens) -> str | None:
        """The name of a limit that these tokens pass."""
        if self.max_tokens is not None and tokens.input + tokens.output > self.max_tokens:
            return "max_tokens_per_packet"
        if self.max_cost is not None and tokens.cost(self.price_per_million or (0.0, 0.0)) > self.max_cost:
            return "max_cost"
        return None


def estimated_text(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_A_TOKEN)


def estimated_question(messages: Sequence[Message], pages: int) -> Tokens:
    """About what a question on so many pages will use, rather too much than too little."""
    asked = sum(estimated_text(message.text) + TOKENS_A_MESSAGE for message in messages)
    return Tokens(asked, TOKENS_AN_ANSWER * pages)


@dataclass
class Meter:
    """Counts what the questions of one packet use.

    Args:
        budget: what it may use.
        used: so far, as far as the model says it.
        questions: that went to the model.
        cached_answers: that were on disk.
        is_estimated: the model did not count its tokens.
        is_measured: a reply said what it took, or what it may have taken.
    """

    budget: Budget
    used: Tokens = Tokens()
    questions: int = 0
    cached_answers: int = 0
    is_estimated: bool = False
    is_measured: bool = False
    _scale: Scale = Scale()
    _out: list[Tokens] = field(default_factory=list)

    @property
    def is_cautious(self) -> bool:
        """Whether there is a limit and no reply yet that tells what a question takes: then one goes out alone."""
        return self.budget.is_limited and not self.is_measured

    def refuses(self, messages: Sequence[Message], pages: int) -> str | None:
        """The limit that another question would pass, with all that are still out; None where it fits."""
        expected = sum(self._out, estimated_question(messages, pages))
        return self.budget.passed_by(self.used + expected.scaled(self._scale))

    def asked(self, messages: Sequence[Message], pages: int) -> None:
        """A question goes out."""
        self._out.append(estimated_question(messages, pages))
        self.questions += 1

    def came_back(self, messages: Sequence[Message], reply: Reply | None, *, is_cached: bool = False) -> None:
        """What became of the question that is out longest; None where it failed."""
        expected = self._out.pop(0)
        if is_cached:
            self.questions -= 1
            self.cached_answers += 1
            return
        if reply is None:
            return
        sent, said = reply.input_tokens, reply.output_tokens
        self.is_estimated = self.is_estimated or sent is None or said is None
        took = Tokens(
            estimated_question(messages, 0).input if sent is None else sent,
            estimated_text(reply.text) if said is None else said,
        )
        self.used += took
        self.is_measured = True
        self._scale = Scale(
            max(self._scale.input, took.input / max(expected.input, 1)),
            max(self._scale.output, took.output / max(expected.output, 1)),
        )

    def report(self) -> dict[str, Any]:
        """For `SplitResult.usage`."""
        fields: dict[str, Any] = {
            "questions": self.questions,
            "cached_answers": self.cached_answers,
            "input_tokens": self.used.input,
            "output_tokens": self.used.output,
        }
        if self.is_estimated:
            fields["tokens_are_estimated"] = True
        if self.budget.price_per_million is not None:
            fields["cost"] = round(self.used.cost(self.budget.price_per_million), 6)
        return fields
