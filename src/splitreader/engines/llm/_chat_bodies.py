"""The chat completions format: a question as JSON, and what an answer says."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from splitreader.engines.llm._model import Message, Reply

JsonMode: TypeAlias = Literal["schema", "object", "none"]
MODES: tuple[JsonMode, ...] = ("schema", "object", "none")

CUT_OFF = "it was cut off at the model's token limit"
REFUSED = "the model refused to answer"
WITHHELD = "a content filter withheld it"

TEMPERATURE = "temperature"

_NAMES_OF_THE_FORMAT = ("response_format", "json_schema", "json_object")


def chat_body(messages: Sequence[Message], schema: Mapping[str, Any], mode: JsonMode) -> dict[str, Any]:
    """Messages and response format of a request.

    Args:
        messages: of the question.
        schema: of the answer.
        mode: how the server is told to answer in JSON; the messages say the form of the answer in words, too.
    """
    body: dict[str, Any] = {"messages": [_message(message) for message in messages]}
    if mode == "schema":
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
        }
    elif mode == "object":
        body["response_format"] = {"type": "json_object"}
    return body


def refuses_format(status: int, text: str) -> bool:
    """Whether an answer says that the server has no such response format."""
    return status in (400, 422) and any(name in text for name in _NAMES_OF_THE_FORMAT)


def refuses_temperature(status: int, content: Mapping[str, Any]) -> bool:
    """Whether an answer says that the model takes no such temperature."""
    error = content.get("error")
    named = error.get("param") if isinstance(error, dict) else None
    return status in (400, 422) and (named == TEMPERATURE or TEMPERATURE in complaint(content)[0].lower())


def read_json(body: bytes) -> dict[str, Any]:
    """A body that is a JSON object; an empty one if it is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def complaint(content: Mapping[str, Any]) -> tuple[str, str]:
    """The text and the code of an error, in the forms that servers give it."""
    error = content.get("error", content)
    if isinstance(error, str):
        return error, ""
    if not isinstance(error, dict):
        return "", ""
    text = next((error[name] for name in ("message", "detail") if isinstance(error.get(name), str)), "")
    code = error.get("code")
    return text, code if isinstance(code, str) else ""


def read_reply(content: Mapping[str, Any]) -> Reply | None:
    """The reply in the body of an answer; None if the body is no chat completion."""
    choices = content.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return None
    usage = content.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Reply(
        text=_text(message.get("content")),
        input_tokens=_count(counts.get("prompt_tokens")),
        output_tokens=_count(counts.get("completion_tokens")),
        problem=_problem(choice.get("finish_reason"), message.get("refusal")),
    )


def _problem(finish_reason: object, refusal: object) -> str | None:
    if refusal:
        return REFUSED
    if finish_reason == "content_filter":
        return WITHHELD
    return CUT_OFF if finish_reason == "length" else None


def _message(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    pictures = [{"type": "image_url", "image_url": {"url": _as_data(image)}} for image in message.images]
    return {"role": message.role, "content": [{"type": "text", "text": message.text}, *pictures]}


def _as_data(image: bytes) -> str:
    kind = "png" if image.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def _text(content: object) -> str:
    """The text of a message, also of one that comes in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
