"""The LLM engine and an OpenAI-compatible server, over a real socket: outcome and number of calls of each case."""

import pytest

from splitreader import ModelError
from splitreader.engines.llm import OpenAIModel, _chat_flow
from splitreader.testing import Fault, ScriptedChatAPI
from support.llm_cases import BUSY, CASES, FAILS, PROSE, TRUTH, Case, check, cut, engine_of, split

ON_THE_WAY = {
    "429 with Retry-After": Case(answers=(BUSY,), calls=3),
    "429 twice": Case(answers=(BUSY,) * 2, calls=3, outcome="second", evidence="the model failed"),
    "a reset": Case(answers=(FAILS,), calls=3),
    "500 twice": Case(answers=(Fault(status=500),) * 2, calls=3, outcome="second", evidence="the model failed"),
    "a time-out": Case(answers=(Fault(delay=3600),), calls=3),
    "time-outs": Case(answers=(Fault(delay=3600),) * 2, calls=3, outcome="second", evidence="the model failed"),
    "time-outs for ever": Case(answers=(Fault(delay=3600),) * 9, calls=4, outcome="error"),
    "down for ever": Case(answers=(Fault(status=503),) * 9, calls=4, outcome="error"),
    "a wrong key": Case(answers=(Fault(status=401),) * 9, calls=2, outcome="error"),
    "a reset, then prose": Case(answers=(FAILS, PROSE), calls=4),
    "prose, then failing": Case(answers=(PROSE, *(FAILS,) * 2), calls=4, outcome="second", evidence="the model failed"),
    "no response format": Case(calls=4),
}
ALL = CASES | ON_THE_WAY


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(_chat_flow, "FIRST_PAUSE", 0.01)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("name", ALL)
def test_outcome_and_calls(name, kind):
    case = ALL[name]
    formats = () if name == "no response format" else ("json_schema", "json_object")
    with ScriptedChatAPI(TRUTH, formats=formats) as api:
        api.answer_next(*case.answers)
        timeout = 0.5 if "time-out" in name else 30
        model = OpenAIModel("scripted", base_url=api.url, api_key=api.key, max_retries=1, timeout=timeout)
        answer = split(engine_of(model), kind)
    assert api.calls == case.calls
    check(case, answer)
    if case.outcome == "error":
        assert isinstance(answer, ModelError)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_windows_are_asked_side_by_side_up_to_the_limit(kind):
    with ScriptedChatAPI(TRUTH) as api:
        model = OpenAIModel("scripted", base_url=api.url, api_key=api.key)
        answers = [split(engine_of(model, window=2, overlap=1, max_concurrent=most), kind) for most in (1, 8)]
    assert answers[0] == answers[1]
    assert cut(answers[0]) == TRUTH
    assert answers[0].usage["input_tokens"] > 0
