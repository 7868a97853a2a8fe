"""From our requests to httpx's, and from its errors to ours: what both drivers share."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, Protocol

import httpx

from splitreader._config import quoted
from splitreader._errors import ServiceUnavailable
from splitreader._version import __version__
from splitreader.client._requests import JSON_TYPE
from splitreader.client._settings import Settings
from splitreader.client._steps import Answer, Lost, Send

READ_TIMEOUT = 60.0
CONNECT_TIMEOUT = 5.0
ANSWER_AT_MOST = 64 * 2**20
"""Bytes of an answer; what is longer is not from this service."""

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class KnowsSecrets(Protocol):
    """What a request needs of settings that hold a key."""

    def credentials(self) -> dict[str, str]:
        """The headers that say who asks."""
        ...

    def masked(self, text: str) -> str:
        """A text without what those headers hold."""
        ...


class Credentials(httpx.Auth):
    """Puts key and cookie into a request at the last moment, so that no frame of ours holds them.

    Args:
        settings: that know them.
    """

    def __init__(self, settings: KnowsSecrets) -> None:
        self._settings = settings

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """The request, with its credentials."""
        request.headers.update(self._settings.credentials())
        yield request


class Exchange:
    """How one client writes its requests.

    Args:
        settings: of the client.
        http_timeout: of the user's own httpx client; None for ours.
    """

    def __init__(self, settings: Settings, http_timeout: httpx.Timeout | None) -> None:
        self._settings = settings
        self._credentials = Credentials(settings)
        theirs = http_timeout or httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT, pool=None)
        silence = settings.timeout
        self._timeout = httpx.Timeout(
            connect=settings.connect_timeout or theirs.connect,
            read=silence or theirs.read,
            write=silence or theirs.write,
            pool=theirs.pool,
        )

    def timeout(self, at_most: float | None = None) -> httpx.Timeout:
        """The time-outs of one request.

        Args:
            at_most: seconds; None for no other limit.
        """
        if at_most is None:
            return self._timeout
        limits = self._timeout.as_dict()
        return httpx.Timeout(**{name: at_most if own is None else min(own, at_most) for name, own in limits.items()})

    def arguments(self, step: Send, *, is_async: bool) -> dict[str, Any]:
        """What ``stream`` of an httpx client wants for this request."""
        request = step.request
        headers = {"Accept": JSON_TYPE, "User-Agent": f"splitreader/{__version__}"}
        arguments: dict[str, Any] = {
            "method": request.method,
            "url": self._settings.base_url + request.path,
            "params": list(request.parameters),
            "auth": self._credentials,
            "follow_redirects": False,
            "timeout": self.timeout(step.timeout),
            "headers": headers,
        }
        if request.upload is not None:
            headers.update(request.upload.headers)
            arguments["content"] = request.upload.apieces() if is_async else request.upload.pieces()
        elif request.json is not None:
            arguments["json"] = request.json
        elif request.empty_json:
            headers["Content-Type"] = JSON_TYPE
        return arguments


class Body:
    """The body of an answer, as it comes.

    Args:
        seconds: it may take in all; None for no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._ends = None if seconds is None else time.monotonic() + seconds

    def add(self, piece: bytes) -> None:
        """Take a piece.

        Raises:
            Lost: it takes too long, or is too long.
        """
        self._size += len(piece)
        if self._size > ANSWER_AT_MOST:
            raise Lost(f"the answer has more than {ANSWER_AT_MOST:,} bytes", sent=True)
        if self._ends is not None and time.monotonic() > self._ends:
            raise Lost("the answer came too slowly", sent=True)
        self._pieces.append(piece)

    def answer(self, response: httpx.Response) -> Answer:
        """The answer, once all of it is there."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=b"".join(self._pieces))


def answered(response: httpx.Response) -> Answer:
    """The answer of which only status and headers are known."""
    return Body(None).answer(response)


def refused_download(file_id: str, status: int) -> ServiceUnavailable:
    """The error for a link to a file that does not work: links expire, a new one may do."""
    return ServiceUnavailable(
        f"the link to the file {quoted(file_id)} was refused with status {status}; download the file again",
        status_code=status,
    )


def lost(error: httpx.RequestError | httpx.InvalidURL, settings: KnowsSecrets) -> Lost:
    """What an error of httpx means for the flow. It keeps nothing of the request, which holds the key."""
    kinds = {
        httpx.ConnectTimeout: "no connection within the time-out",
        httpx.PoolTimeout: "no free connection within the time-out",
        httpx.TimeoutException: "no answer within the time-out",
        httpx.ConnectError: "no connection",
        httpx.NetworkError: "the connection broke",
        httpx.RemoteProtocolError: "the connection broke",
    }
    words = next((words for kind, words in kinds.items() if isinstance(error, kind)), type(error).__name__)
    detail = " ".join(settings.masked(str(error)).split())[:200]
    return Lost(f"{words}: {detail}" if detail else words, sent=not isinstance(error, _NOT_SENT))
