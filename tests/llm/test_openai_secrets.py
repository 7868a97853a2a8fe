"""The key of a model is seen by nobody: in no message, log, repr, pickle or traceback."""

import pickle
import traceback

import pytest

from splitreader import EngineError
from splitreader.engines.llm import _chat_flow
from splitreader.engines.llm.openai import OpenAIModel
from splitreader.testing import Fault, ScriptedChatAPI
from support.chat_api import PAGE_TEXT, RIGHT, asked
from support.exposure import all_logs, everything_of

KEY = "sk-" + "TOPSECRET" + "0123456789"
ECHO = f"who is {KEY}? " + KEY

FAULTS = {
    "401": Fault(status=401, body={"error": {"message": ECHO, "code": KEY}}),
    "422": Fault(status=422, body={"detail": [{"loc": [KEY], "msg": ECHO}]}),
    "500": Fault(status=500, body=ECHO),
    "text": Fault(body=ECHO),
    "shape": Fault(body={"error": ECHO}),
    "cut by the excerpt": Fault(status=400, body={"error": {"message": "x" * 190 + KEY}}),
    "echo of the question": Fault(status=400, body={"error": {"message": f"can't read {PAGE_TEXT}"}}),
    "reset": Fault(reset=True),
    "time-out": Fault(delay=3600),
    "cut": Fault(cut=True),
    "redirect": Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "format": Fault(status=400, body={"error": {"message": f"response_format {KEY}"}}),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(_chat_flow, "FIRST_PAUSE", 0.01)


@pytest.fixture
def logs(caplog):
    """All that is logged, by httpx and httpcore, too."""
    return all_logs(caplog, "splitreader.engines.llm")


@pytest.fixture(params=["option", "environment"])
def options(request, monkeypatch):
    if request.param == "environment":
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        return {}
    return {"api_key": KEY}


def assert_hidden(text):
    assert "TOPSECRET" not in text, text
    assert "Sparkasse" not in text, text


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_error_shows_the_key_or_the_page(options, kind, fault, logs):
    with ScriptedChatAPI(lambda body: RIGHT, key=KEY) as api:
        api.answer_next(fault, times=None)
        model = OpenAIModel("m", base_url=api.url, max_retries=1, timeout=0.3, **options)
        error = asked(model, kind)
    assert isinstance(error, EngineError)
    assert_hidden("\n".join([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]))
    assert "TOPSECRET" not in everything_of(error)
    assert_hidden(repr(pickle.dumps(error)))
    assert_hidden(logs())


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_nothing_that_works_shows_the_key(options, kind, logs):
    with ScriptedChatAPI(lambda body: RIGHT, key=KEY) as api:
        model = OpenAIModel("m", base_url=f"{api.url}?api-version=2024-10-21", **options)
        reply = asked(model, kind)
    for thing in (model, model._chat, model._chat.endpoint, model.name, reply):
        assert "TOPSECRET" not in f"{thing!r} {thing}"
    assert_hidden(logs())


def test_a_model_with_its_key_can_t_be_pickled():
    with pytest.raises(TypeError, match="environment variable"):
        pickle.dumps(OpenAIModel("m", base_url="http://localhost:1/v1", api_key=KEY))
