"""Type-checked, never run: which language models users may ask, and how they bring their own."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, assert_type

from splitreader import Engine
from splitreader.engines.llm import LLMEngine, Message, Mode, Model, OpenAIModel, Reply


class OwnModel:
    name = "own"
    is_remote = False

    def complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        assert_type(messages[0].images, tuple[bytes, ...])
        return Reply(text=messages[0].text, input_tokens=len(schema))

    async def acomplete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Reply:
        return self.complete(messages, schema)


own: Model = OwnModel()
question = Message(role="user", text="What is on page 1?", images=(b"png",))
reply = own.complete([question], {"type": "object"})
assert_type(reply, Reply)
assert_type(reply.problem, str | None)
assert_type(reply.output_tokens, int | None)
assert_type(Reply(text="").lost_requests, int)

remote = OpenAIModel("m", api_key="sk-1", temperature=None, extra_body={"max_tokens": 1}, json_mode="none")
served: Model = remote
assert_type(remote.complete([question], {}), Reply)
assert_type(remote.connected(), AbstractContextManager[Model])

mode: Mode = "uncertain"
engine = LLMEngine(own, mode=mode, window=6, overlap=1, max_tokens_per_packet=20_000)
assert_type(engine.mode, Mode)
assert_type(engine.model, Model)
splitting: Engine = engine
