"""Models behind OpenAI's chat completions: OpenAI itself, Azure, vLLM, Ollama, llama.cpp and others."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from splitreader._config import quoted
from splitreader._errors import InvalidConfiguration
from splitreader._secrets import Secret
from splitreader.engines.llm._chat_bodies import MODES, JsonMode
from splitreader.engines.llm._endpoint import KEY_VARIABLE, OPENAI, URL_VARIABLE, Endpoint
from splitreader.engines.llm._model import Message, Model, Reply

if TYPE_CHECKING:
    from splitreader.engines.llm._chat_flow import Chat
    from splitreader.engines.llm._connected import ChatModel

logger = logging.getLogger("splitreader.engines.llm")

_OURS = ("messages", "model", "n", "response_format", "stream", "temperature")


@dataclass(frozen=True, eq=False, repr=False)
class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint (``POST /chat/completions``).

    It can be shared between threads, tasks and event loops, and pickled if the key comes from the environment.

    Args:
        model: its name there; for Azure, the deployment's.
        base_url: of the server, mostly ending in ``/v1``; Azure's query ``?api-version=...`` is sent along. Default:
            the environment's ``OPENAI_BASE_URL``, then OpenAI's own. Texts stay on this machine only if it names it
            (``localhost``, 127.0.0.0/8, ``::1``); then no proxy is used, either.
        api_key: default: the environment's ``OPENAI_API_KEY``; servers that want no key need none.
        timeout: seconds of silence after which a request counts as lost.
        max_retries: how often a request is repeated: without an answer, or with status 408, 429 or 5xx.
        temperature: None leaves it out, for models that take none; a 0 that the server refuses is left out as well.
        extra_body: more of each request's body: ``{"max_tokens": 4000}``, ``{"reasoning_effort": "low"}`` ...
        json_mode: how the server is told to answer in JSON: ``"schema"`` gives it the schema, ``"object"`` asks for
            JSON and ``"none"`` for nothing but what the question says in words. A server that refuses one is asked
            for the next.

    Raises:
        InvalidConfiguration: an option is wrong, or OpenAI or Azure is to be asked and there is no key.
    """

    model: str
    _: KW_ONLY
    base_url: str | None = None
    api_key: str | Secret | None = None
    timeout: float = 60.0
    max_retries: int = 3
    temperature: float | None = 0.0
    extra_body: Mapping[str, Any] | None = None
    json_mode: JsonMode = "schema"
    _chat: Chat = field(init=False)

    def __post_init__(self) -> None:
        from splitreader.client._settings import checked_url, secret_of

        key = self.api_key if isinstance(self.api_key, Secret) else secret_of("api_key", self.api_key)
        object.__setattr__(self, "api_key", key)
        self._check()
        url = checked_url(self.base_url or os.environ.get(URL_VARIABLE) or OPENAI, may_have_query=True)
        if any(name != "api-version" for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)):
            raise InvalidConfiguration(
                "the base URL has a query; only api-version may stand there, and a key is passed as api_key="
            )
        object.__setattr__(self, "base_url", url)
        endpoint = Endpoint(base_url=url, key=key)
        if endpoint.credentials() and urlsplit(url).scheme == "http" and not endpoint.is_loopback:
            logger.warning(
                "a key will be sent unencrypted to %s; use https, or unset %s and give no api_key",
                endpoint.shown,
                KEY_VARIABLE,
            )
        object.__setattr__(self, "_chat", self._settled(endpoint))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def name(self) -> str:
        """The model, where it runs, and what else its answers depend on."""
        shown = f"{self.model} at {self._chat.endpoint.shown}"
        special = [self._chat.options, urlsplit(self._chat.endpoint.base_url).query, self.json_mode]
        if special == [{"temperature": 0}, "", "schema"]:
            return shown
        return f"{shown} ({hashlib.sha256(json.dumps(special, sort_keys=True).encode()).hexdigest()[:8]})"

    @property
    def is_remote(self) -> bool:
        """Whether texts leave this machine."""
        return not self._chat.endpoint.is_loopback

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """Answer with JSON of this schema; blocks.

        Raises:
            ModelError: refused, or still failing after all repeats.
        """
        return self._unconnected().complete(messages, schema)

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """The same without blocking the event loop."""
        return await self._unconnected().acomplete(messages, schema)

    def connected(self) -> AbstractContextManager[Model]:
        """The model with connections that are kept from question to question, and closed at the end of the block."""
        return self._unconnected().connected()

    def aconnected(self) -> AbstractAsyncContextManager[Model]:
        """The same for an event loop."""
        return self._unconnected().aconnected()

    def _unconnected(self) -> ChatModel:
        from splitreader.engines.llm._chat_http import Line
        from splitreader.engines.llm._connected import ChatModel

        line = Line(self._chat.endpoint, self.timeout)
        return ChatModel(name=self.name, is_remote=self.is_remote, chat=self._chat, line=line)

    def _check(self) -> None:
        if not isinstance(self.model, str) or not self.model.strip():
            raise InvalidConfiguration(f"model is {quoted(self.model)}; it must be a model's name at the server")
        if not (isinstance(self.timeout, (int, float)) and 0 < self.timeout < math.inf):
            raise InvalidConfiguration(f"timeout is {quoted(self.timeout)}; it must be seconds above 0")
        if not isinstance(self.max_retries, int) or isinstance(self.max_retries, bool) or self.max_retries < 0:
            raise InvalidConfiguration(f"max_retries is {quoted(self.max_retries)}; it must be 0 or more")
        heat = self.temperature
        if heat is not None and not (isinstance(heat, (int, float)) and 0 <= heat <= 2):
            raise InvalidConfiguration(f"temperature is {quoted(heat)}; it must be between 0 and 2, or None")
        if self.json_mode not in MODES:
            raise InvalidConfiguration(
                f'json_mode is {quoted(self.json_mode)}; it must be "schema", "object" or "none"'
            )
        if taken := sorted(set(self.extra_body or ()) & set(_OURS)):
            raise InvalidConfiguration(f"extra_body has {', '.join(taken)}, which is sent anyway; leave it out")

    def _settled(self, endpoint: Endpoint) -> Chat:
        from splitreader.engines.llm._chat_flow import Chat, Learned

        heat = {} if self.temperature is None else {"temperature": self.temperature}
        try:
            options = json.loads(json.dumps({**heat, **(self.extra_body or {})}))
        except (TypeError, ValueError, RecursionError):
            raise InvalidConfiguration(
                "extra_body can't be written as JSON; use text, numbers, lists and dicts"
            ) from None
        return Chat(
            model=self.model,
            endpoint=endpoint,
            options=options,
            max_retries=self.max_retries,
            learned=Learned(self.json_mode),
        )
