"""A scripted language model on a real socket, and everything that a question to it can meet."""

import asyncio

from splitreader import EngineError
from splitreader.engines.llm import Message
from splitreader.testing import ChatAnswer, Fault

KEY = "sk-test"
SCHEMA = {
    "type": "object",
    "properties": {"pages": {"type": "array", "items": {"type": "integer"}}},
    "required": ["pages"],
    "additionalProperties": False,
}
PAGE_TEXT = "Kontoauszug Nr. 12 der Sparkasse Musterstadt, Blatt 1"
QUESTION = (
    Message(role="system", text="Answer in JSON."),
    Message(role="user", text='{"pages": [{"page": 1, "ask": true, "text": "' + PAGE_TEXT + '"}]}'),
)
RIGHT = ChatAnswer(content={"pages": [1]}, input_tokens=11, output_tokens=5)
CUT_OFF = ChatAnswer(content='{"pages": [', finish_reason="length")
REFUSED = ChatAnswer(refusal="I can't help with that.")
WITHHELD = ChatAnswer(content=None, finish_reason="content_filter")
PROSE = ChatAnswer(content="Page 1 looks like an invoice to me.")
TIME_OUT = Fault(delay=3600)


def asked(model, kind, question=QUESTION, schema=SCHEMA):
    """The model's reply; or the error it raised."""
    try:
        if kind == "sync":
            return model.complete(question, schema)
        return asyncio.run(model.acomplete(question, schema))
    except EngineError as error:
        return error
