"""A LangChain chat model as the model of an `LLMEngine`."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from splitreader import InvalidConfiguration, ModelError
from splitreader.engines.llm import Message, Reply

_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
_CUT_OFF = ("length", "max_tokens", "max_output_tokens", "MAX_TOKENS")
_WITHHELD = ("content_filter", "refusal", "SAFETY")


@dataclass(frozen=True, eq=False, repr=False)
class LangChainModel:
    """Any LangChain chat model as the model of an `LLMEngine`; it is asked for JSON in words.

    ``LLMEngine(LangChainModel(chat_model))`` goes into ``SplitReader(categories, engine=...)``, and that into
    ``SplitLoader(..., reader=...)``.

    Args:
        chat_model: asked by ``invoke``, and by ``ainvoke`` in async code. Retries and time-outs are its own.
        name: names it in results and in the engine's cache of answers; default: its class and its model's name. Give
            one where answers depend on more than these, such as a temperature or a server.
        is_remote: whether texts leave this machine; False for a model that runs on it.

    Raises:
        InvalidConfiguration: `chat_model` is no chat model.
    """

    chat_model: BaseChatModel
    name: str = ""
    is_remote: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.chat_model, BaseChatModel):
            raise InvalidConfiguration(
                f"chat_model is {type(self.chat_model).__name__}; give a chat model of LangChain"
            )
        if not self.name:
            model = getattr(self.chat_model, "model_name", None) or getattr(self.chat_model, "model", None) or ""
            object.__setattr__(self, "name", f"{type(self.chat_model).__name__} {model}".strip())

    def __repr__(self) -> str:
        return f"LangChainModel({self.name!r})"

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:  # noqa: ARG002  # said in words
        """The chat model's reply.

        Raises:
            ModelError: the chat model raised an error; its cause.
        """
        try:
            answer = self.chat_model.invoke([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(answer)

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:  # noqa: ARG002  # as above
        """The same, as far as the chat model's ``ainvoke`` does not block the event loop."""
        try:
            answer = await self.chat_model.ainvoke([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(answer)

    def _failed(self, error: Exception) -> ModelError:
        return ModelError(
            f"the chat model {self.name} failed ({type(error).__name__}, see its cause); try it by itself"
        )


def _as_chat(message: Message) -> BaseMessage:
    kind = _KINDS[message.role]
    if not message.images:
        return kind(content=message.text)
    return kind(content=[{"type": "text", "text": message.text}, *map(_picture, message.images)])


def _picture(image: bytes) -> dict[str, str]:
    kind = "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"
    return {"type": "image", "base64": base64.b64encode(image).decode(), "mime_type": kind}


def _reply(answer: AIMessage) -> Reply:
    usage = answer.usage_metadata
    return Reply(
        text=str(answer.text),
        input_tokens=None if usage is None else usage["input_tokens"],
        output_tokens=None if usage is None else usage["output_tokens"],
        problem=_problem(answer),
    )


def _problem(answer: AIMessage) -> str | None:
    """Why the answer is no whole one, where the provider says so."""
    said = answer.response_metadata
    reason = said.get("finish_reason") or said.get("stop_reason") or said.get("done_reason")
    if answer.additional_kwargs.get("refusal"):
        return "the model refused to answer"
    if reason in _WITHHELD:
        return "the model refused to answer, or a filter withheld it"
    return "it was cut off at the model's token limit" if reason in _CUT_OFF else None
