"""Tokens and money: what was used, and whether the next question still fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from splitreader.engines.llm._model import Message, Reply

BYTES_A_TOKEN = 3
"""For estimates: texts have about four bytes a token in English, fewer in other languages and in tables."""

PIXELS_A_TOKEN = 750
"""Of a picture."""

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


def estimated_picture(width: float, height: float) -> int:
    """About how many tokens a picture of so many pixels is.

    Claude's documentation gives pixels / 750. OpenAI's gives 85 and 170 for each tile of 512 pixels, which is a fifth
    less for an upright page; so the first is taken.
    """
    return math.ceil(width * height / PIXELS_A_TOKEN)


def estimated_question(messages: Sequence[Message], pages: int, pictures: int = 0) -> Tokens:
    """About what a question will use, rather too much than too little.

    Args:
        messages: that are sent.
        pages: that are asked about.
        pictures: tokens of the pictures that are sent along.
    """
    asked = sum(estimated_text(message.text) + TOKENS_A_MESSAGE for message in messages)
    return Tokens(asked + pictures, TOKENS_AN_ANSWER * pages)


@dataclass
class Meter:
    """Counts what the questions of one packet use.

    Args:
        budget: what it may use.
        used: so far, as far as the model says it.
        questions: that went to the model.
        cached_answers: that were on disk.
        lost_requests: that got no answer in time, as far as the model says it; they may have been paid all the same.
        is_estimated: the model did not count its tokens.
        is_measured: a reply said what it took, or what it may have taken.
    """

    budget: Budget
    used: Tokens = Tokens()
    questions: int = 0
    cached_answers: int = 0
    lost_requests: int = 0
    is_estimated: bool = False
    is_measured: bool = False
    _scale: Scale = Scale()
    _out: list[Tokens] = field(default_factory=list)
    _lost: Tokens = Tokens()

    @property
    def is_cautious(self) -> bool:
        """Whether there is a limit and no reply yet that tells what a question takes: then one goes out alone."""
        return self.budget.is_limited and not self.is_measured

    def refuses(self, expected: Tokens) -> str | None:
        """The limit that another question would pass, with all that are still out; None where it fits.

        Args:
            expected: the estimate of the question.
        """
        open_ones = sum(self._out, self._lost + expected)
        return self.budget.passed_by(self.used + open_ones.scaled(self._scale))

    def asked(self, expected: Tokens) -> None:
        """A question goes out, with its estimate."""
        self._out.append(expected)
        self.questions += 1

    def found(self) -> None:
        """The answer to the question that is out longest was on disk."""
        self._out.pop(0)
        self.questions -= 1
        self.cached_answers += 1

    def failed(self, lost_requests: int = 0) -> None:
        """The question that is out longest got no reply. It may have been paid all the same.

        Args:
            lost_requests: how many of its requests got no answer in time.
        """
        self._lose(self._out.pop(0), max(lost_requests, 1))
        self.lost_requests += lost_requests

    def came_back(self, reply: Reply) -> None:
        """The question that is out longest got its reply."""
        expected = self._out.pop(0)
        sent, said = reply.input_tokens, reply.output_tokens
        self.is_estimated = self.is_estimated or sent is None or said is None
        took = Tokens(expected.input if sent is None else sent, estimated_text(reply.text) if said is None else said)
        self.used += took
        self._lose(expected, reply.lost_requests)
        self.lost_requests += reply.lost_requests
        self.is_measured = True
        self._scale = Scale(
            max(self._scale.input, took.input / max(expected.input, 1)),
            max(self._scale.output, took.output / max(expected.output, 1)),
        )

    def _lose(self, expected: Tokens, times: int) -> None:
        """Requests count as paid for which nothing came back."""
        self._lost += Tokens(expected.input * times, expected.output * times)

    def report(self) -> dict[str, Any]:
        """For `SplitResult.usage`."""
        fields: dict[str, Any] = {
            "questions": self.questions,
            "cached_answers": self.cached_answers,
            "input_tokens": self.used.input,
            "output_tokens": self.used.output,
        }
        if self.lost_requests:
            fields["lost_requests"] = self.lost_requests
        if self.is_estimated:
            fields["tokens_are_estimated"] = True
        if self.budget.price_per_million is not None:
            fields["cost"] = round(self.used.cost(self.budget.price_per_million), 6)
        return fields
