"""The scripted language model, over a real socket."""

import json

import httpx
import pytest

from splitreader.testing import ChatAnswer, Fault, ScriptedChatAPI, ScriptedSplitAPI

QUESTION = {"pages": [{"page": 1, "ask": False, "text": "a"}, {"page": 2, "ask": True, "text": "b"}]}
BODY = {"model": "m", "messages": [{"role": "user", "content": json.dumps(QUESTION)}]}


@pytest.fixture
def api():
    with ScriptedChatAPI([("invoice", [1, 2]), ("contract", [3])]) as api:
        yield api


def post(api, body=BODY, path="/chat/completions", **headers):
    headers = {"Authorization": "Bearer sk-test"} | headers
    with httpx.Client(trust_env=False, verify=False, timeout=30) as client:
        return client.post(api.url + path, json=body, headers=headers)


def said(response):
    return json.loads(response.json()["choices"][0]["message"]["content"])


def test_it_answers_what_is_true_of_the_pages_asked_about(api):
    response = post(api)
    row = {"page": 2, "reason": "as scripted", "document": "continue", "category": "invoice"}
    assert said(response) == {"pages": [row]}
    assert response.json()["usage"]["prompt_tokens"] > 0
    assert (api.calls, api.requests[0].body["model"]) == (1, "m")


def test_answers_and_faults_come_in_order_before_the_script(api):
    api.answer_next(ChatAnswer(content={"a": 1}), Fault(status=503), times=2)
    api.answer_next(ChatAnswer(refusal="no", finish_reason="stop", output_tokens=None))
    first, second, third, fourth, fifth, sixth = (post(api) for _ in range(6))
    assert said(first) == said(second) == {"a": 1}
    assert (third.status_code, fourth.status_code) == (503, 503)
    assert fifth.json()["choices"][0]["message"] == {"role": "assistant", "content": None, "refusal": "no"}
    assert "usage" not in fifth.json()
    assert said(sixth)["pages"]


def test_a_function_answers_from_the_body():
    with ScriptedChatAPI(lambda body: ChatAnswer(content=body["model"], finish_reason="length")) as api:
        choice = post(api).json()["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"]) == ("m", "length")


def test_what_a_function_raises_is_a_500():
    with ScriptedChatAPI(lambda body: 1 / 0) as api:
        assert post(api).status_code == 500


@pytest.mark.parametrize(
    ("more", "path", "headers", "status"),
    [
        ({}, "/chat/completions", {"Authorization": "Bearer other"}, 401),
        ({}, "/chat/completions", {"Authorization": "", "api-key": "sk-test"}, 200),
        ({"model": ""}, "/chat/completions", {}, 400),
        ({"messages": None}, "/chat/completions", {}, 400),
        ({}, "/completions", {}, 404),
        ({"response_format": {"type": "grammar"}}, "/chat/completions", {}, 400),
        ({"response_format": {"type": "json_object"}}, "/chat/completions", {}, 200),
    ],
)
def test_it_refuses_as_such_servers_do(api, more, path, headers, status):
    assert post(api, BODY | more, path, **headers).status_code == status


@pytest.mark.parametrize(
    ("change", "status"),
    [({}, 200), ({"additionalProperties": True}, 400), ({"required": []}, 400), ({"properties": {"a": {}}}, 400)],
)
def test_strict_schemas_must_be_strict(api, change, status):
    inner = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    schema = {
        "type": "object",
        "properties": {"pages": {"type": "array", "items": inner}},
        "required": ["pages"],
        "additionalProperties": False,
    } | change
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    response = post(api, BODY | {"response_format": wanted})
    assert response.status_code == status
    assert status == 200 or response.json()["error"]["param"] == "response_format"


def test_without_a_key_it_takes_any():
    with ScriptedChatAPI(key=None) as api:
        assert post(api, Authorization="").status_code == 200


def test_it_must_be_started_once_and_can_be_closed_twice():
    api = ScriptedChatAPI()
    with pytest.raises(RuntimeError, match="not started"):
        _ = api.url
    api.start()
    with pytest.raises(RuntimeError, match="running already"):
        api.start()
    api.close()
    api.close()
    with pytest.raises(httpx.ConnectError):
        post(api)
    with pytest.raises(ValueError, match="times must be at least 1"):
        api.answer_next(Fault(), times=0)


def test_the_split_api_has_no_chat():
    with ScriptedSplitAPI() as api, pytest.raises(ValueError, match="no operation is called 'chat'"):
        api.fail("chat", Fault(status=500))
