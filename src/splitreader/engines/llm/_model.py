"""What a language model is to the LLM engine: messages and a JSON schema in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """

    text: str = field(repr=False)
    input_tokens: int | None = None
    output_tokens: int | None = None
    problem: str | None = None


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
