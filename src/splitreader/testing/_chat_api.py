"""An OpenAI-compatible server whose answers, delays and faults a test chooses."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Self

from splitreader.testing._chat_service import ChatAnswer, ChatScript, ChatService, ResponseFormat
from splitreader.testing._faults import Fault, Faults
from splitreader.testing._handler import Handler
from splitreader.testing._recorded import Recorded, RequestLog
from splitreader.testing._server import Server

__all__ = ["ChatAnswer", "ScriptedChatAPI"]


class ScriptedChatAPI:
    """An OpenAI-compatible server (``POST /chat/completions``) on a free port of 127.0.0.1.

    ``with ScriptedChatAPI([("invoice", [1, 2])]) as api:`` serves until the block ends; `start` and `close` do the same
    by hand. It may be used from any thread.

    Args:
        script: the packet's documents, ``(category, pages)`` each: questions of `LLMEngine` are answered by what is
            true of the pages they ask about; or a function of a request's body that returns a `ChatAnswer`. What it
            raises is answered as a 500.
        key: the only API key it takes; ``None`` takes any, and none.
        formats: the response formats it knows; others it refuses with a 400, as such servers do.
    """

    def __init__(
        self,
        script: ChatScript = (),
        *,
        key: str | None = "sk-test",
        formats: Collection[ResponseFormat] = ("json_schema", "json_object"),
    ) -> None:
        self.key = key
        self._service = ChatService(script, key=key, formats=formats)
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
            raise RuntimeError("this ScriptedChatAPI is running already")
        self._server = Server(Handler, self._service, self._faults, self._log)
        self._url = f"{self._server.url}/v1"
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
        """The base URL, ``http://127.0.0.1:PORT/v1``. After `close` nobody listens there.

        Raises:
            RuntimeError: it was never started.
        """
        if self._url is None:
            raise RuntimeError("this ScriptedChatAPI was not started: use it in a with statement, or call start()")
        return self._url

    @property
    def requests(self) -> list[Recorded]:
        """The requests so far, in order of arrival."""
        return self._log.snapshot()

    @property
    def calls(self) -> int:
        """How many requests have come."""
        return len(self.requests)

    def answer_next(self, *answers: ChatAnswer | Fault, times: int | None = 1) -> None:
        """The next requests are answered so, one after the other, before the script is asked again.

        Args:
            answers: what they get, or meet.
            times: how often each; ``None``: for ever.
        """
        if times is not None and times < 1:
            raise ValueError(f"times must be at least 1, or None for ever; it is {times}")
        for answer in answers:
            fault = answer if isinstance(answer, Fault) else Fault(body=answer.as_completion())
            self._faults.order("chat", fault, times)
