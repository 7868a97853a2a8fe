"""Requests that got no answer may have been paid all the same."""

import pickle

import pytest

from splitreader import ModelError
from splitreader.engines.llm import Reply, _chat_flow
from splitreader.engines.llm._usage import Budget, Meter, Tokens
from splitreader.engines.llm.openai import OpenAIModel
from splitreader.testing import Fault, ScriptedChatAPI
from support.chat_api import KEY, RIGHT, TIME_OUT, asked


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(_chat_flow, "FIRST_PAUSE", 0.01)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize(
    ("faults", "lost"),
    [
        ((), 0),
        ((TIME_OUT, TIME_OUT), 2),
        ((Fault(cut=True), Fault(reset=True, after=True)), 2),
        ((Fault(status=408), Fault(status=504)), 2),
        ((Fault(status=429), Fault(status=503)), 0),
    ],
)
def test_a_reply_says_how_many_requests_were_lost_before_it(kind, faults, lost):
    with ScriptedChatAPI(lambda body: RIGHT) as api:
        api.answer_next(*faults)
        reply = asked(OpenAIModel("m", base_url=api.url, api_key=KEY, timeout=0.3), kind)
    assert reply == Reply(text='{"pages": [1]}', input_tokens=11, output_tokens=5, lost_requests=lost)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_so_does_an_error(kind):
    with ScriptedChatAPI(lambda body: RIGHT) as api:
        api.answer_next(TIME_OUT, TIME_OUT, Fault(status=401))
        model = OpenAIModel("m", base_url=api.url, api_key=KEY, timeout=0.3, max_retries=5)
        error = asked(model, kind)
    assert isinstance(error, ModelError)
    assert (error.status_code, error.lost_requests) == (401, 2)
    assert pickle.loads(pickle.dumps(error)).lost_requests == 2


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_who_could_not_be_reached_got_no_request(kind):
    with ScriptedChatAPI() as api:
        pass
    assert asked(OpenAIModel("m", base_url=api.url, api_key=KEY, max_retries=1), kind).lost_requests == 0


def reply_after(lost):
    return lambda meter: meter.came_back(Reply(text="", input_tokens=10, output_tokens=0, lost_requests=lost))


@pytest.mark.parametrize(
    ("end", "paid", "reported"),
    [
        (reply_after(0), 10, None),
        (reply_after(2), 30, 2),
        (lambda meter: meter.failed(), 10, None),
        (lambda meter: meter.failed(3), 30, 3),
    ],
)
def test_the_meter_counts_them_as_paid_and_reports_them(end, paid, reported):
    meter = Meter(Budget(max_tokens=paid + 10))
    meter.asked(Tokens(10, 0))
    end(meter)
    assert meter.refuses(Tokens(10, 0)) is None
    assert meter.refuses(Tokens(11, 0)) == "max_tokens_per_packet"
    assert meter.report().get("lost_requests") == reported
    assert meter.report()["questions"] == 1
