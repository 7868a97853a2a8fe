"""Drives a conversation with a server over httpx, blocking or not."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from splitreader._threads import in_thread
from splitreader._version import __version__
from splitreader.client._http import CONNECT_TIMEOUT, Body, Credentials, lost
from splitreader.client._steps import Answer, Lost, Rest
from splitreader.engines.llm._chat_flow import Conversation, Post
from splitreader.engines.llm._endpoint import Endpoint
from splitreader.engines.llm._model import Reply


@dataclass(frozen=True)
class Line:
    """To whom conversations go.

    Args:
        endpoint: where.
        silence: seconds after which a request counts as lost.
    """

    endpoint: Endpoint
    silence: float

    @contextmanager
    def opened(self) -> Iterator[httpx.Client]:
        """A client that keeps connections; for several threads."""
        with httpx.Client(**_client(self.endpoint, self.silence)) as http:
            yield http

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[httpx.AsyncClient]:
        """The same for one event loop."""
        arguments = await in_thread(lambda: _client(self.endpoint, self.silence))  # reads certificates
        async with httpx.AsyncClient(**arguments) as http:
            yield http


def drive(conversation: Conversation, line: Line, http: httpx.Client) -> Reply:
    """Hold a conversation in this thread.

    Args:
        conversation: what to ask.
        line: to whom.
        http: opened for it.

    Raises:
        ModelError: see the conversation.
    """
    try:
        step = next(conversation)
        while True:
            if isinstance(step, Rest):
                time.sleep(step.seconds or 0)
                step = next(conversation)
                continue
            outcome = _post(http, step, line)
            step = conversation.throw(outcome) if isinstance(outcome, Lost) else conversation.send(outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        conversation.close()


async def adrive(conversation: Conversation, line: Line, http: httpx.AsyncClient) -> Reply:
    """The same without blocking the event loop."""
    import asyncio

    try:
        step = next(conversation)
        while True:
            if isinstance(step, Rest):
                await asyncio.sleep(step.seconds or 0)
                step = next(conversation)
                continue
            outcome = await _apost(http, step, line)
            step = conversation.throw(outcome) if isinstance(outcome, Lost) else conversation.send(outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        conversation.close()


def _post(http: httpx.Client, step: Post, line: Line) -> Answer | Lost:
    try:
        with http.stream(**_request(step.body, line.endpoint)) as response:
            body = Body(line.silence)
            for piece in response.iter_bytes():
                body.add(piece)
            return body.answer(response)
    except Lost as error:
        return error
    except httpx.RequestError as error:
        return lost(error, line.endpoint)


async def _apost(http: httpx.AsyncClient, step: Post, line: Line) -> Answer | Lost:
    try:
        async with http.stream(**_request(step.body, line.endpoint)) as response:
            body = Body(line.silence)
            async for piece in response.aiter_bytes():
                body.add(piece)
            return body.answer(response)
    except Lost as error:
        return error
    except httpx.RequestError as error:
        return lost(error, line.endpoint)


def _client(endpoint: Endpoint, silence: float) -> dict[str, Any]:
    """Settings of an httpx client. No proxy stands between us and our own machine."""
    plain = endpoint.url.startswith("http:")
    return {
        "timeout": httpx.Timeout(silence, connect=min(silence, CONNECT_TIMEOUT)),
        "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context(),
        "trust_env": not endpoint.is_loopback,
        "follow_redirects": False,
        "headers": {"Accept": "application/json", "User-Agent": f"splitreader/{__version__}"},
    }


def _request(body: Mapping[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    return {"method": "POST", "url": endpoint.url, "json": body, "auth": Credentials(endpoint)}
