"""A model behind an OpenAI-compatible server, with the connections over which it is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import httpx

from splitreader.engines.llm._chat_flow import Chat, converse
from splitreader.engines.llm._chat_http import Line, adrive, drive
from splitreader.engines.llm._model import Message, Reply


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ChatModel:
    """Asks a server; over a connection of its own for each question while no client is open.

    Args:
        name: of the model, where it runs and what its answers depend on.
        is_remote: whether texts leave this machine.
        chat: how it is asked.
        line: to whom questions go.
        http: a client that is open, for threads.
        ahttp: and for an event loop.
    """

    name: str
    is_remote: bool
    chat: Chat
    line: Line
    http: httpx.Client | None = None
    ahttp: httpx.AsyncClient | None = None

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """See `OpenAIModel.complete`."""
        with self.line.opened() if self.http is None else nullcontext(self.http) as http:
            return drive(converse(self.chat, messages, schema), self.line, http)

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        """See `OpenAIModel.acomplete`."""
        async with self.line.aopened() if self.ahttp is None else nullcontext(self.ahttp) as ahttp:
            return await adrive(converse(self.chat, messages, schema), self.line, ahttp)

    @contextmanager
    def connected(self) -> Iterator[ChatModel]:
        """The model with a client that is open inside the block."""
        with self.line.opened() as http:
            yield replace(self, http=http)

    @asynccontextmanager
    async def aconnected(self) -> AsyncIterator[ChatModel]:
        """The same for an event loop."""
        async with self.line.aopened() as ahttp:
            yield replace(self, ahttp=ahttp)
