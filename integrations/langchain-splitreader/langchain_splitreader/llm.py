"""A LangChain chat model as the model of an `LLMEngine`."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from splitreader import InvalidConfiguration, ModelError
from splitreader.engines.llm import Message, Reply

_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
_CUT_OFF = ("length", "max_tokens", "max_output_tokens", "MAX_TOKENS")
_WITHHELD = ("content_filter", "refusal", "SAFETY")

_MODEL_FIELDS = (
    *("model", "model_name", "model_id", "base_model_id", "model_path", "repo_id", "engine"),
    *("deployment_name", "azure_deployment", "deployment", "deployment_id", "endpoint_name", "endpoint_id"),
)
"""In which chat models say which model they ask: the first ones name it, the others where it is deployed."""


@dataclass(frozen=True, eq=False, repr=False)
class LangChainModel:
    """Any LangChain chat model as the model of an `LLMEngine`; it is asked for JSON in words.

    ``LLMEngine(LangChainModel(chat_model))`` goes into ``SplitReader(categories, engine=...)``, and that into
    ``SplitLoader(..., reader=...)``.

    Args:
        chat_model: asked by ``invoke``, and by ``ainvoke`` in async code. Retries and time-outs are its own.
        name: names it in results and in the engine's cache of answers; default: its class, model, server and
            temperature. Give one where it does not say which model it is, or where answers depend on more than these.
        is_remote: whether texts leave this machine; False for a model that runs on it.

    Raises:
        InvalidConfiguration: `chat_model` is no chat model, or it does not say which model it asks and there is no
            `name`: answers of different models would be taken for those of one.
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
            object.__setattr__(self, "name", _name_of(self.chat_model))

    def __repr__(self) -> str:
        return f"LangChainModel({self.name!r})"

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The chat model's reply.

        Raises:
            ModelError: the chat model raised an error; its cause.
        """
        del schema  # the messages say it in words
        try:
            answer = self.chat_model.invoke([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(answer)

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The same, as far as the chat model's ``ainvoke`` does not block the event loop.

        Raises:
            ModelError: the chat model raised something; that is its cause.
        """
        del schema
        try:
            answer = await self.chat_model.ainvoke([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(answer)

    def _failed(self, error: Exception) -> ModelError:
        return ModelError(
            f"the chat model {self.name} failed ({type(error).__name__}, see its cause); try it by itself"
        )


def _name_of(chat_model: BaseChatModel) -> str:
    """Class, model, deployment, server and temperature, as far as the chat model tells."""
    kind = type(chat_model).__name__
    told = [getattr(chat_model, field, None) for field in _MODEL_FIELDS]
    models = dict.fromkeys(value for value in told if isinstance(value, str) and value)
    if not models:
        raise InvalidConfiguration(f"{kind} does not say which model it asks; give name=, another for each model")
    parts = [kind, *models]
    for field in ("azure_endpoint", "openai_api_base", "base_url", "endpoint_url"):
        url = urlsplit(value) if isinstance(value := getattr(chat_model, field, None), str) else None
        if url is not None and url.hostname:
            parts.append(f"at {url.netloc.rpartition('@')[2]}{url.path}")
            break
    heat = getattr(chat_model, "temperature", None)
    return " ".join([*parts, *([f"temperature {heat:g}"] if isinstance(heat, (int, float)) else [])])


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
