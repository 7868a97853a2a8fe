"""Type-checked, never run: how users script an engine, a Split service and a language model for their tests."""

from typing import Any, assert_type

from splitreader import Engine, EngineAnswer, OpenAIModel, Packet, ProposedSegment, SplitReader
from splitreader.client import SplitClient
from splitreader.testing import (
    APIScript,
    ChatAnswer,
    Fault,
    Operation,
    Recorded,
    Script,
    ScriptedChatAPI,
    ScriptedEngine,
    ScriptedSegment,
    ScriptedSplitAPI,
    ScriptedUpload,
)

segments: Script = [("invoice", [1, 2]), ("letter", [3])]


def every_page(packet: Packet) -> EngineAnswer:
    pages = [page.page for page in packet.pages()]
    return EngineAnswer(segments=[ProposedSegment(category="invoice", pages=pages, confidence="high")])


computed: Script = every_page
engine: Engine = ScriptedEngine(segments, name="told", job_id="job-1")
SplitReader(["invoice", "letter"], engine=ScriptedEngine(computed))


def script(upload: ScriptedUpload, body: dict[str, Any]) -> list[ScriptedSegment]:
    assert_type(upload.data, bytes)
    return [("invoice", [1]), ("letter", [len(upload.data)], "low")]


answers: APIScript = script
creating: Operation = "create"

with ScriptedSplitAPI(answers, seconds=lambda number: number / 2, outcome="failed") as api:
    api.fail(creating, Fault(reset=True, after=True), times=None)
    api.fail("list_jobs", Fault(status=429, headers={"Retry-After": "1"}))
    SplitClient(api_key=api.key, base_url=api.url)
    assert_type(api.requests, list[Recorded])
    assert_type(api.requests[0].operation, Operation | None)
    assert_type(api.requests[0].headers, dict[str, str])
    assert_type(api.count("list_jobs"), int)
    assert_type(api.add_file("packet.pdf", b"%PDF"), str)

with ScriptedChatAPI(lambda body: ChatAnswer(content={"pages": []}), formats=["json_object"]) as chat:
    chat.answer_next(Fault(status=500), ChatAnswer(refusal="no"), times=2)
    OpenAIModel("m", base_url=chat.url, api_key=chat.key)
    assert_type(chat.calls, int)

assert_type(ScriptedChatAPI([("invoice", [1])], takes_temperature=False), ScriptedChatAPI)
