"""A LlamaIndex LLM as the model of an `LLMEngine`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ImageBlock, TextBlock
from llama_index.core.llms import LLM

from splitreader import InvalidConfiguration, ModelError
from splitreader.engines.llm import Message, Reply


@dataclass(frozen=True, eq=False, repr=False)
class LlamaIndexModel:
    """Any LlamaIndex ``LLM`` as the model of an `LLMEngine`; it is asked for JSON in words.

    ``LLMEngine(LlamaIndexModel(llm))`` goes into ``SplitReader(categories, engine=...)``, and that into
    ``SplitPDFReader(reader=...)``.

    Args:
        llm: asked by ``chat``, and by ``achat`` in async code. Retries and time-outs are its own.
        name: names it in results and in the engine's cache of answers; default: its class and its model's name. Give
            one where answers depend on more than these, such as a temperature or a server.
        is_remote: whether texts leave this machine; False for a model that runs on it.

    Raises:
        InvalidConfiguration: `llm` is no LLM.
    """

    llm: LLM
    name: str = ""
    is_remote: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.llm, LLM):
            raise InvalidConfiguration(f"llm is {type(self.llm).__name__}; give an LLM of LlamaIndex")
        if not self.name:
            object.__setattr__(self, "name", f"{self.llm.class_name()} {self.llm.metadata.model_name}")

    def __repr__(self) -> str:
        return f"LlamaIndexModel({self.name!r})"

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:  # noqa: ARG002  # said in words
        """The LLM's reply.

        Raises:
            ModelError: the LLM raised an error; its cause.
        """
        try:
            response = self.llm.chat([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(response)

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:  # noqa: ARG002  # as above
        """The same, as far as the LLM's ``achat`` does not block the event loop."""
        try:
            response = await self.llm.achat([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(response)

    def _failed(self, error: Exception) -> ModelError:
        return ModelError(f"the LLM {self.name} failed ({type(error).__name__}, see its cause); try it by itself")


def _as_chat(message: Message) -> ChatMessage:
    pictures = [ImageBlock(image=image) for image in message.images]
    return ChatMessage(role=message.role, blocks=[TextBlock(text=message.text), *pictures])


def _reply(response: ChatResponse) -> Reply:
    counts = response.additional_kwargs
    return Reply(
        text=response.message.content or "",
        input_tokens=_count(counts.get("prompt_tokens")),
        output_tokens=_count(counts.get("completion_tokens")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
