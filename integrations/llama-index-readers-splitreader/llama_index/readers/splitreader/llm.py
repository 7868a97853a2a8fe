"""A LlamaIndex LLM as the model of an `LLMEngine`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ImageBlock, TextBlock
from llama_index.core.llms import LLM

from splitreader import InvalidConfiguration, ModelError
from splitreader.engines.llm import Message, Reply

_MODEL_FIELDS = (
    *("model", "model_name", "model_id", "base_model_id", "model_path", "repo_id", "engine"),
    *("deployment_name", "azure_deployment", "deployment", "deployment_id", "endpoint_name", "endpoint_id"),
)
"""In which LLMs say which model they ask: the first ones name it, the others where it is deployed."""

_UNKNOWN = "unknown"
"""What LlamaIndex says for a model without a name."""


@dataclass(frozen=True, eq=False, repr=False)
class LlamaIndexModel:
    """Any LlamaIndex ``LLM`` as the model of an `LLMEngine`; it is asked for JSON in words.

    ``LLMEngine(LlamaIndexModel(llm))`` goes into ``SplitReader(categories, engine=...)``, and that into
    ``SplitPDFReader(reader=...)``.

    Args:
        llm: asked by ``chat``, and by ``achat`` in async code. Retries and time-outs are its own.
        name: names it in results and in the engine's cache of answers; default: its class, model, server and
            temperature. Give one where it does not say which model it is, or where answers depend on more than these.
        is_remote: whether texts leave this machine; False for a model that runs on it.

    Raises:
        InvalidConfiguration: `llm` is no LLM, or it does not say which model it asks and there is no `name`: answers
            of different models would be taken for those of one.
    """

    llm: LLM
    name: str = ""
    is_remote: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.llm, LLM):
            raise InvalidConfiguration(f"llm is {type(self.llm).__name__}; give an LLM of LlamaIndex")
        if not self.name:
            object.__setattr__(self, "name", _name_of(self.llm))

    def __repr__(self) -> str:
        return f"LlamaIndexModel({self.name!r})"

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The LLM's reply.

        Raises:
            ModelError: the LLM raised an error; its cause.
        """
        del schema  # the messages say it in words
        try:
            response = self.llm.chat([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(response)

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The same, as far as the LLM's ``achat`` does not block the event loop.

        Raises:
            ModelError: the LLM raised something; that is its cause.
        """
        del schema
        try:
            response = await self.llm.achat([_as_chat(message) for message in messages])
        except Exception as error:
            raise self._failed(error) from error
        return _reply(response)

    def _failed(self, error: Exception) -> ModelError:
        return ModelError(f"the LLM {self.name} failed ({type(error).__name__}, see its cause); try it by itself")


def _name_of(llm: LLM) -> str:
    """Class, model, deployment, server and temperature, as far as the LLM tells."""
    told = [llm.metadata.model_name, *(getattr(llm, field, None) for field in _MODEL_FIELDS)]
    models = dict.fromkeys(value for value in told if isinstance(value, str) and value not in ("", _UNKNOWN))
    if not models:
        raise InvalidConfiguration(
            f"{type(llm).__name__} does not say which model it asks; give name=, another for each model"
        )
    parts = [llm.class_name(), *models]
    for field in ("azure_endpoint", "api_base", "base_url", "endpoint_url"):
        url = urlsplit(value) if isinstance(value := getattr(llm, field, None), str) else None
        if url is not None and url.hostname:
            parts.append(f"at {url.netloc.rpartition('@')[2]}{url.path}")
            break
    heat = getattr(llm, "temperature", None)
    return " ".join([*parts, *([f"temperature {heat:g}"] if isinstance(heat, (int, float)) else [])])


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
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
