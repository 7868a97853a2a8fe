"""What a language model is to the LLM engine: messages and a JSON schema in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message of a conversation.

    Args:
        role: who speaks.
        text: what is said.
        images: pictures beside the text, each a PNG or JPEG file; only where the engine was told to show pages.
    """

    role: Literal["system", "user", "assistant"]
    text: str = field(repr=False)
    images: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a model answered.

    Args:
        text: its answer as it came; JSON if the model did as it was told.
        input_tokens: what the question took; None where the model doesn't say.
        output_tokens: what the answer took; None where the model doesn't say.
        problem: why the text is no whole answer, if the model itself says so: ``"it was cut off ..."``, ``"the model
            refused ..."``. The engine takes it like an answer of the wrong shape: it asks once more.
        lost_requests: how many requests before the one that was answered got no answer in time. They may have been
            paid, so they count towards a limit.
    """

    text: str = field(repr=False)
    input_tokens: int | None = None
    output_tokens: int | None = None
    problem: str | None = None
    lost_requests: int = 0


@runtime_checkable
class Model(Protocol):
    """A language model. Retrying what failed on the way is the model's own affair; what it raises in the end counts."""

    @property
    def name(self) -> str:
        """Names the model and where it runs, without keys: answers are cached under it."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether texts leave this machine."""
        ...

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """Answer with JSON of this schema; may block.

        Raises:
            ModelError: no answer can be had.
        """
        ...

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The same without blocking the event loop."""
        ...


@runtime_checkable
class Connects(Protocol):
    """A model that keeps connections from one question to the next while it is asked about a packet."""

    def connected(self) -> AbstractContextManager[Model]:
        """The model while its connections are kept; may be asked from several threads."""
        ...

    def aconnected(self) -> AbstractAsyncContextManager[Model]:
        """The same for one event loop."""
        ...


def connected(model: Model) -> AbstractContextManager[Model]:
    """The model, with its connections kept where it can do so."""
    return model.connected() if isinstance(model, Connects) else nullcontext(model)


def aconnected(model: Model) -> AbstractAsyncContextManager[Model]:
    """The same for an event loop."""
    return model.aconnected() if isinstance(model, Connects) else nullcontext(model)
