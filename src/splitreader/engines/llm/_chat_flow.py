"""One question to an OpenAI-compatible server, repeated where that may help. Does no I/O itself."""

from __future__ import annotations

import logging
import random
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from splitreader._errors import ModelError
from splitreader.client._retry_after import parse_date, retry_after
from splitreader.client._steps import Answer, Lost, Rest
from splitreader.engines.llm._chat_bodies import (
    MODES,
    TEMPERATURE,
    WITHHELD,
    JsonMode,
    chat_body,
    complaint,
    read_json,
    read_reply,
    refuses_format,
    refuses_temperature,
)
from splitreader.engines.llm._endpoint import KEY_VARIABLE, Endpoint
from splitreader.engines.llm._model import Message, Reply

logger = logging.getLogger("splitreader.engines.llm")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LONGEST_RETRY_AFTER = 60.0
"""Seconds; where the server asks for more, it is asked again after these."""

QUOTED_AT_MOST = 200
"""Characters of a server's complaint that a message shows."""
SHARED_AT_MOST = 24
"""Characters of the question, which holds page text, that a complaint may repeat; what repeats more is not shown."""

_REMEDIES = {
    400: "mend what it complains of: options in extra_body=, or temperature=None for models that take none",
    401: f"check the key ({KEY_VARIABLE}, or api_key=), and that it belongs to this base URL",
    402: "check the account's balance",
    403: f"check that the key ({KEY_VARIABLE}, or api_key=) may use this model",
    404: "check the model's name and the base URL, which mostly ends in /v1",
    429: "try again later, or check the account's limits and balance",
}


@dataclass(frozen=True)
class Post:
    """Send a question; sent back is the `Answer`, or `Lost` is raised.

    Args:
        body: as JSON.
    """

    body: Mapping[str, Any] = field(repr=False)


Conversation: TypeAlias = Generator[Post | Rest, Answer, Reply]


class Learned:
    """What a model's server turned out to understand.

    Args:
        mode: the most that it may.
    """

    def __init__(self, mode: JsonMode) -> None:
        self.mode = mode
        self.takes_temperature = True

    def refused(self, mode: JsonMode) -> None:
        """It does not understand this mode; the next questions ask for less."""
        if self.mode == mode:
            self.mode = MODES[MODES.index(mode) + 1]

    def refused_temperature(self) -> None:
        """It takes no temperature 0; the next questions come without."""
        self.takes_temperature = False


@dataclass(frozen=True, kw_only=True)
class Chat:
    """How a model is asked.

    Args:
        model: its name at the server.
        endpoint: where.
        options: more of each request's body.
        max_retries: how often a request is repeated.
        learned: shared by all questions to this model.
    """

    model: str
    endpoint: Endpoint
    options: Mapping[str, Any] = field(repr=False)
    max_retries: int
    learned: Learned

    @property
    def accepted_options(self) -> dict[str, Any]:
        """The options, without a temperature of 0 where the server refused it; another one is somebody's choice."""
        left_out = not self.learned.takes_temperature and self.options.get(TEMPERATURE) == 0
        return {name: value for name, value in self.options.items() if not (left_out and name == TEMPERATURE)}


def converse(chat: Chat, messages: Sequence[Message], schema: Mapping[str, Any]) -> Conversation:
    """Ask a question.

    Repeated are requests without an answer, and the statuses 408, 429 and 5xx.

    Raises:
        ModelError: refused, or still failing after all repeats.
    """
    attempt = lost_requests = 0
    while True:
        mode, options = chat.learned.mode, chat.accepted_options
        body = {"model": chat.model, **options, **chat_body(messages, schema, mode)}
        outcome: Answer | Lost
        try:
            outcome = yield Post(body)
        except Lost as lost:
            outcome = lost
        if (reply := _reply(outcome)) is not None:
            return replace(reply, lost_requests=lost_requests) if lost_requests else reply
        lost_requests += _is_lost(outcome)
        if options.get(TEMPERATURE) == 0 and _wants_no_temperature(outcome):
            logger.info("%s takes no temperature 0; asking without one", chat.endpoint.shown)
            chat.learned.refused_temperature()
            continue
        if mode != "none" and _wants_less(outcome):
            logger.info("%s has no response format for the mode %r; asking for less", chat.endpoint.shown, mode)
            chat.learned.refused(mode)
            continue
        if attempt == chat.max_retries or not _may_go_away(outcome):
            error = _error(chat, outcome, messages)
            error.lost_requests = lost_requests
            raise error
        seconds = _pause(outcome, attempt)
        logger.info("asking %s again in %.1f s: %s", chat.endpoint.shown, seconds, _short(outcome))
        yield Rest(seconds)
        attempt += 1


def _reply(outcome: Answer | Lost) -> Reply | None:
    """The reply, if there is one. What is raised later is not raised from here, where the body could be seen."""
    if isinstance(outcome, Lost):
        return None
    content = read_json(outcome.body)
    if outcome.status == 200:
        return read_reply(content)
    filtered = complaint(content)[1] in ("content_filter", "content_policy_violation")
    return Reply(text="", problem=WITHHELD) if outcome.status == 400 and filtered else None


def _wants_less(outcome: Answer | Lost) -> bool:
    """Whether the server says that it has no such response format."""
    return isinstance(outcome, Answer) and refuses_format(outcome.status, complaint(read_json(outcome.body))[0])


def _wants_no_temperature(outcome: Answer | Lost) -> bool:
    """Whether the server says that the model takes no such temperature."""
    return isinstance(outcome, Answer) and refuses_temperature(outcome.status, read_json(outcome.body))


def _is_lost(outcome: Answer | Lost) -> bool:
    """Whether the model may have worked on the request, and whoever asked or stood between gave up waiting."""
    return outcome.sent if isinstance(outcome, Lost) else outcome.status in (408, 504)


def _may_go_away(outcome: Answer | Lost) -> bool:
    if isinstance(outcome, Lost):
        return True
    if complaint(read_json(outcome.body))[1] == "insufficient_quota":
        return False
    return outcome.status in (408, 429) or outcome.status >= 500


def _pause(outcome: Answer | Lost, attempt: int) -> float:
    """Seconds before the next attempt: what the server asks for, else longer each time, and never quite the same."""
    if isinstance(outcome, Answer):
        asked = retry_after(outcome.headers, parse_date(outcome.headers.get("date")) or datetime.now(UTC))
        if asked is not None and asked > 0:
            return min(asked, LONGEST_RETRY_AFTER)
    longest: float = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads requests, guards nothing


def _short(outcome: Answer | Lost) -> str:
    return f"status {outcome.status}" if isinstance(outcome, Answer) else str(outcome)


def _error(chat: Chat, outcome: Answer | Lost, messages: Sequence[Message]) -> ModelError:
    who = f"the model {chat.model!r} at {chat.endpoint.shown}"
    if isinstance(outcome, Lost):
        return ModelError(f"{who} could not be asked ({outcome}); check that it runs, the base URL and the network")
    said = _excerpt(chat, outcome, messages)
    if outcome.status == 200:
        return ModelError(
            f"{who} gave no chat completion: {said}; check the base URL, which mostly ends in /v1", status_code=200
        )
    if 300 <= outcome.status < 400:
        remedy = "redirects are not followed: give the address itself as base URL"
    else:
        remedy = _REMEDIES.get(outcome.status, "try again later" if outcome.status >= 500 else _REMEDIES[400])
    return ModelError(f"{who} answered {outcome.status}: {said}; {remedy}", status_code=outcome.status)


def _excerpt(chat: Chat, answer: Answer, messages: Sequence[Message]) -> str:
    """What the server complains of, in one line, without our key and without what we sent it."""
    text = chat.endpoint.masked(complaint(read_json(answer.body))[0])
    text = " ".join(text[: 10 * QUOTED_AT_MOST].split())
    if not text:
        return "(no words of its own)"
    if len(text) > QUOTED_AT_MOST:
        text = f"{text[: QUOTED_AT_MOST - 3]}..."
    asked = " ".join(" ".join(message.text for message in messages).split())
    if any(text[start : start + SHARED_AT_MOST + 1] in asked for start in range(max(0, len(text) - SHARED_AT_MOST))):
        return "(it repeats the question)"
    return text
