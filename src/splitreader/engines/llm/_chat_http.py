"""Drives a conversation with a server over httpx, blocking or not."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from typing import Any

import httpx

from splitreader._threads import in_thread
from splitreader._version import __version__
from splitreader.client._http import CONNECT_TIMEOUT, Body, Credentials, lost
from splitreader.client._steps import Answer, Lost, Rest
from splitreader.engines.llm._chat_flow import Conversation, Post
from splitreader.engines.llm._endpoint import Endpoint
from splitreader.engines.llm._model import Reply


def drive(conversation: Conversation, endpoint: Endpoint, silence: float) -> Reply:
    """Hold a conversation in this thread.

    Args:
        conversation: what to ask.
        endpoint: where.
        silence: seconds after which a request counts as lost.

    Raises:
        ModelError: see the conversation.
    """
    try:
        with httpx.Client(**_client(endpoint, silence)) as http:
            step = next(conversation)
            while True:
                if isinstance(step, Rest):
                    time.sleep(step.seconds or 0)
                    step = next(conversation)
                    continue
                outcome = _post(http, step, endpoint, silence)
                step = conversation.throw(outcome) if isinstance(outcome, Lost) else conversation.send(outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        conversation.close()


async def adrive(conversation: Conversation, endpoint: Endpoint, silence: float) -> Reply:
    """The same without blocking the event loop."""
    import asyncio

    arguments = await in_thread(lambda: _client(endpoint, silence))  # reads certificates
    try:
        async with httpx.AsyncClient(**arguments) as http:
            step = next(conversation)
            while True:
                if isinstance(step, Rest):
                    await asyncio.sleep(step.seconds or 0)
                    step = next(conversation)
                    continue
                outcome = await _apost(http, step, endpoint, silence)
                step = conversation.throw(outcome) if isinstance(outcome, Lost) else conversation.send(outcome)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's value has no type here
    finally:
        conversation.close()


def _post(http: httpx.Client, step: Post, endpoint: Endpoint, silence: float) -> Answer | Lost:
    try:
        with http.stream(**_request(step.body, endpoint)) as response:
            body = Body(silence)
            for piece in response.iter_bytes():
                body.add(piece)
            return body.answer(response)
    except Lost as error:
        return error
    except httpx.RequestError as error:
        return lost(error, endpoint)


async def _apost(http: httpx.AsyncClient, step: Post, endpoint: Endpoint, silence: float) -> Answer | Lost:
    try:
        async with http.stream(**_request(step.body, endpoint)) as response:
            body = Body(silence)
            async for piece in response.aiter_bytes():
                body.add(piece)
            return body.answer(response)
    except Lost as error:
        return error
    except httpx.RequestError as error:
        return lost(error, endpoint)


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
