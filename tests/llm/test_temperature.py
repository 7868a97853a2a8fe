"""Models that take no temperature, as OpenAI's reasoning models."""

import pytest

from splitreader import ModelError
from splitreader.engines.llm.openai import OpenAIModel
from splitreader.testing import Fault, ScriptedChatAPI
from support.chat_api import KEY, RIGHT, asked


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


def model_of(api, **options):
    return OpenAIModel("m", base_url=api.url, api_key=KEY, max_retries=0, **options)


def heats(api):
    return [request.body.get("temperature") for request in api.requests]


def test_it_is_left_out_once_the_server_refused_it_and_that_is_remembered(kind):
    with ScriptedChatAPI(lambda body: RIGHT, takes_temperature=False) as api:
        model = model_of(api)
        assert [asked(model, kind).text for _ in range(2)] == ['{"pages": [1]}'] * 2
        assert heats(api) == [0.0, None, None]


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "Unsupported value", "param": "temperature", "code": "unsupported_value"}},
        {"error": {"message": "`temperature` is deprecated for this model."}},
        {"detail": "Temperature is not supported"},
    ],
)
def test_the_forms_in_which_servers_refuse_it(kind, body):
    with ScriptedChatAPI(lambda body: RIGHT) as api:
        api.answer_next(Fault(status=400, body=body))
        assert asked(model_of(api), kind).text == '{"pages": [1]}'
        assert heats(api) == [0.0, None]


def test_neither_temperature_nor_formats(kind):
    with ScriptedChatAPI(lambda body: RIGHT, takes_temperature=False, formats=()) as api:
        assert asked(model_of(api), kind).text == '{"pages": [1]}'
        assert "response_format" not in api.requests[-1].body


def test_what_is_refused_all_the_same_does_not_loop(kind):
    with ScriptedChatAPI(lambda body: RIGHT) as api:
        api.answer_next(Fault(status=400, body={"error": {"message": "temperature"}}), times=None)
        assert isinstance(asked(model_of(api), kind), ModelError)
        assert api.calls == 2


def test_a_temperature_that_somebody_chose_is_not_left_out_in_silence(kind):
    with ScriptedChatAPI(lambda body: RIGHT, takes_temperature=False) as api:
        error = asked(model_of(api, temperature=0.7), kind)
        assert isinstance(error, ModelError)
        assert "temperature=None for models that take none" in str(error)
        assert heats(api) == [0.7]
