"""What a scripted OpenAI-compatible server answers. Knows requests and answers, no sockets."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from splitreader.testing._routes import Route
from splitreader.testing._service import Request
from splitreader.testing._wire import JSON, Answer, json_answer

Documents: TypeAlias = Sequence[tuple[str, Sequence[int]]]
ResponseFormat: TypeAlias = Literal["json_schema", "json_object"]

PICTURE_TOKENS = 765
"""Of a picture, as OpenAI counts a page of 707 by 1000 pixels: 85, and 170 for each tile of 512."""

_PATH = re.compile(r"(/.*)?/chat/completions")


@dataclass(frozen=True, kw_only=True)
class ChatAnswer:
    """One answer of a language model.

    Args:
        content: what it says; a dict as JSON.
        refusal: that it will not say it, in OpenAI's own field.
        finish_reason: ``"length"`` for an answer that was cut off, ``"content_filter"`` for one that was withheld.
        input_tokens, output_tokens: what it took; None: the server says nothing about it.
    """

    content: str | Mapping[str, Any] | None = None
    refusal: str | None = None
    finish_reason: str = "stop"
    input_tokens: int | None = 100
    output_tokens: int | None = 10

    def as_completion(self, model: str = "scripted") -> JSON:
        """The body of a chat completion."""
        content = self.content if isinstance(self.content, str | None) else json.dumps(self.content)
        message = {"role": "assistant", "content": content, "refusal": self.refusal}
        completion = {
            "id": "chatcmpl-scripted",
            "object": "chat.completion",
            "created": 0,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
        }
        if self.input_tokens is not None and self.output_tokens is not None:
            completion["usage"] = {
                "prompt_tokens": self.input_tokens,
                "completion_tokens": self.output_tokens,
                "total_tokens": self.input_tokens + self.output_tokens,
            }
        return completion


ChatScript: TypeAlias = Documents | Callable[[JSON], ChatAnswer]


class ChatService:
    """``POST .../chat/completions``.

    Args:
        script: see `ScriptedChatAPI`.
        key: the only one it takes; None takes any, and none.
        formats: response formats that it knows.
        takes_temperature: whether it takes another temperature than 1.
    """

    def __init__(
        self, script: ChatScript, *, key: str | None, formats: Collection[ResponseFormat], takes_temperature: bool
    ) -> None:
        self._script = script
        self._key = key
        self._formats = formats
        self._takes_temperature = takes_temperature

    def find_route(self, method: str, path: str) -> Route:
        """Where a request goes."""
        if not _PATH.fullmatch(path):
            return Route(refusal=404)
        return Route(operation="chat", refusal=None if method == "POST" else 405)

    def answer(self, request: Request, base_url: str) -> Answer:  # noqa: ARG002  # other services need it
        """The answer to a request, a refusal included."""
        if request.route.refusal is not None:
            return _refused(request.route.refusal, f"nothing answers {request.route.operation or 'here'} so")
        if self._key is not None and not _has_key(request.headers, self._key):
            return _refused(401, "Incorrect API key provided", code="invalid_api_key")
        body = request.body
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body.get("model"):
            return _refused(400, "a model and messages are required")
        if not self._takes_temperature and body.get("temperature", 1) != 1:
            hot = f"Unsupported value: 'temperature' does not support {body['temperature']} with this model."
            return _refused(400, hot, parameter="temperature", code="unsupported_value")
        if wrong := self._wrong_format(body.get("response_format")):
            return _refused(400, wrong, parameter="response_format")
        answer = self._script(body) if callable(self._script) else truthful(self._script, body)
        return json_answer(answer.as_completion(body["model"]))

    def _wrong_format(self, asked: Any) -> str | None:
        if asked is None:
            return None
        kind = asked.get("type") if isinstance(asked, dict) else None
        if kind not in self._formats:
            return f"'response_format' of type {kind} is not supported with this model"
        if kind == "json_schema":
            wanted = asked.get("json_schema") or {}
            if wanted.get("strict") and any(_loose(wanted.get("schema"))):
                return "Invalid schema for response_format: in strict mode every property is required, and no other"
        return None


def truthful(documents: Documents, body: JSON) -> ChatAnswer:
    """What a model that knows the documents answers to a question of `LLMEngine`.

    Args:
        documents: of the packet: category and pages.
        body: of the request.
    """
    told = json.loads(_text(next(message["content"] for message in body["messages"] if message["role"] == "user")))
    known = {page: (category, page == min(pages)) for category, pages in documents for page in pages}
    answers = []
    for page in told["pages"]:
        if page["ask"]:
            category, starts = known.get(page["page"], ("uncategorized", True))
            document = "start" if starts else "continue"
            row = {"page": page["page"], "reason": "as scripted", "document": document, "category": category}
            answers.append(row)
    return ChatAnswer(content={"pages": answers}, input_tokens=sum(_tokens(item) for item in body["messages"]))


def _text(content: str | Sequence[JSON]) -> str:
    """The text of a message, also of one with pictures."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _tokens(message: JSON) -> int:
    """About how many tokens a message has."""
    content = message["content"]
    pictures = 0 if isinstance(content, str) else sum(part.get("type") == "image_url" for part in content)
    return len(_text(content)) // 4 + PICTURE_TOKENS * pictures


def _has_key(headers: Mapping[str, str], key: str) -> bool:
    given = headers.get("api-key") or headers.get("authorization", "").removeprefix("Bearer ")
    return secrets.compare_digest(given.encode(), key.encode())


def _refused(status: int, message: str, *, parameter: str | None = None, code: str | None = None) -> Answer:
    kind = "invalid_request_error"
    return json_answer({"error": {"message": message, "type": kind, "param": parameter, "code": code}}, status)


def _loose(schema: Any) -> Iterator[bool]:
    """What OpenAI's strict mode refuses: an object with optional or unnamed properties."""
    if not isinstance(schema, dict):
        yield True
        return
    if schema.get("type") == "object":
        names = schema.get("properties", {})
        yield schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(names)
        for inner in names.values():
            yield from _loose(inner)
    elif schema.get("type") == "array":
        yield from _loose(schema.get("items"))
