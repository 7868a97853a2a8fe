"""An OpenAI-compatible server whose answers, delays and faults a test chooses."""

from __future__ import annotations

from collections.abc import Collection

from splitreader.testing._chat_service import ChatAnswer, ChatScript, ChatService, ResponseFormat
from splitreader.testing._faults import Fault, check_times
from splitreader.testing._scripted import ScriptedAPI

__all__ = ["ChatAnswer", "ScriptedChatAPI"]


class ScriptedChatAPI(ScriptedAPI):
    """An OpenAI-compatible server (``POST /chat/completions``) on a free port of 127.0.0.1.

    ``with ScriptedChatAPI([("invoice", [1, 2])]) as api:`` serves until the block ends; `start` and `close` do the same
    by hand. It may be used from any thread.

    Args:
        script: the packet's documents, ``(category, pages)`` each: questions of `LLMEngine` are answered by what is
            true of the pages they ask about; or a function of a request's body that returns a `ChatAnswer`. What it
            raises is answered as a 500.
        key: the only API key it takes; ``None`` takes any, and none.
        formats: the response formats it knows; others it refuses with a 400, as such servers do.
        takes_temperature: False refuses every temperature but 1, as OpenAI's reasoning models do.
    """

    BASE_PATH = "/v1"

    def __init__(
        self,
        script: ChatScript = (),
        *,
        key: str | None = "sk-test",
        formats: Collection[ResponseFormat] = ("json_schema", "json_object"),
        takes_temperature: bool = True,
    ) -> None:
        super().__init__(ChatService(script, key=key, formats=formats, takes_temperature=takes_temperature))
        self.key = key

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
        check_times(times)
        for answer in answers:
            fault = answer if isinstance(answer, Fault) else Fault(body=answer.as_completion())
            self._faults.order("chat", fault, times)
