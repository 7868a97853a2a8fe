"""What every scripted API is: a server on a real socket, the faults ordered for it, and a log of its requests."""

from __future__ import annotations

from types import TracebackType
from typing import ClassVar, Self

from splitreader.testing._faults import Faults
from splitreader.testing._handler import Handler
from splitreader.testing._recorded import Recorded, RequestLog
from splitreader.testing._server import Answers, Server


class ScriptedAPI:
    """A service on a free port of 127.0.0.1, from `start` to `close`.

    Args:
        service: what it serves.
    """

    BASE_PATH: ClassVar[str] = ""
    """Where the service begins, below the port."""

    def __init__(self, service: Answers) -> None:
        self._served = service
        self._faults = Faults()
        self._log = RequestLog()
        self._server: Server | None = None
        self._url: str | None = None

    def start(self) -> Self:
        """Begin to listen.

        Raises:
            RuntimeError: it listens already.
        """
        if self._server is not None:
            raise RuntimeError(f"this {type(self).__name__} is running already")
        self._server = Server(Handler, self._served, self._faults, self._log)
        self._url = self._server.url + self.BASE_PATH
        return self

    def close(self) -> None:
        """Close all connections and end all threads. What was recorded stays; a second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The base URL, for clients. After `close` nobody listens there.

        Raises:
            RuntimeError: it was never started.
        """
        if self._url is None:
            name = type(self).__name__
            raise RuntimeError(f"this {name} was not started: use it in a with statement, or call start()")
        return self._url

    @property
    def requests(self) -> list[Recorded]:
        """The requests so far, in order of arrival."""
        return self._log.snapshot()
