"""An OpenAI-compatible server, over a real socket: what each question comes to, and with how many calls."""

import asyncio
import dataclasses
import pickle
import re

import httpx
import pytest

from splitreader import InvalidConfiguration, ModelError
from splitreader.engines.llm import Message, Model, Reply, _chat_flow
from splitreader.engines.llm.openai import OpenAIModel
from splitreader.testing import ChatAnswer, Fault, ScriptedChatAPI
from support.chat_api import CUT_OFF, KEY, PAGE_TEXT, PROSE, QUESTION, REFUSED, RIGHT, SCHEMA, TIME_OUT, WITHHELD, asked

BUSY = Fault(status=429, headers={"Retry-After": "0.01"}, body={"error": {"message": "slow down"}})
BROKE = Fault(status=429, body={"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}})


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """No key of whoever runs the tests; pauses are real, but short."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(_chat_flow, "FIRST_PAUSE", 0.01)


@pytest.fixture
def api():
    with ScriptedChatAPI(lambda body: RIGHT) as api:
        yield api


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


def model_of(api, **options):
    return OpenAIModel("scripted", **{"base_url": api.url, "api_key": KEY, "max_retries": 2} | options)


def test_a_right_answer_takes_one_call(api, kind):
    model = model_of(api)
    assert isinstance(model, Model)
    assert asked(model, kind) == Reply(text='{"pages": [1]}', input_tokens=11, output_tokens=5)
    (request,) = api.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "scripted",
        "temperature": 0.0,
        "messages": [{"role": message.role, "content": message.text} for message in QUESTION],
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}},
    }


UNUSABLE = {
    "cut off": (CUT_OFF, "it was cut off at the model's token limit", '{"pages": ['),
    "refused": (REFUSED, "the model refused to answer", ""),
    "withheld": (WITHHELD, "a content filter withheld it", ""),
    "question withheld": (
        Fault(status=400, body={"error": {"message": "filtered", "code": "content_filter"}}),
        "a content filter withheld it",
        "",
    ),
    "prose": (PROSE, None, "Page 1 looks like an invoice to me."),
    "nothing": (ChatAnswer(content=None), None, ""),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_the_engine_must_judge_is_a_reply_after_one_call(api, kind, case):
    answer, problem, text = UNUSABLE[case]
    api.answer_next(answer)
    reply = asked(model_of(api), kind)
    assert (reply.problem, reply.text) == (problem, text)
    assert api.calls == 1


PASSING = {
    "429 with Retry-After": BUSY,
    "429": Fault(status=429),
    "408": Fault(status=408),
    "500": Fault(status=500),
    "503 with a page": Fault(status=503, body="<html>down</html>"),
    "reset": Fault(reset=True),
    "lost": Fault(reset=True, after=True),
    "cut": Fault(cut=True),
    "time-out": TIME_OUT,
    "dripping": Fault(drip=0.2),
}


@pytest.mark.parametrize("case", PASSING)
def test_what_passes_is_asked_again(api, kind, case):
    api.answer_next(PASSING[case], times=2)
    slow = case in ("time-out", "dripping")
    assert asked(model_of(api, timeout=0.3 if slow else 30), kind).text == '{"pages": [1]}'
    assert api.calls == 3


LASTING = {
    "429 with Retry-After": (BUSY, 3, "answered 429: slow down; try again later"),
    "500": (Fault(status=500), 3, r"answered 500: .*; try again later"),
    "time-out": (TIME_OUT, 3, r"could not be asked \(no answer within the time-out"),
    "reset": (Fault(reset=True), 3, r"could not be asked \(the connection broke"),
    "no money": (BROKE, 1, "answered 429: You exceeded your quota; .*balance"),
    "400": (Fault(status=400, body={"error": {"message": "no such option"}}), 1, "no such option; mend .*temperature="),
    "401": (Fault(status=401, body={"error": {"message": "bad key"}}), 1, "answered 401: bad key; .*OPENAI_API_KEY"),
    "403": (Fault(status=403), 1, "answered 403: .*may use this model"),
    "404": (Fault(status=404, body={"error": "model 'x' not found"}), 1, "model 'x' not found; .*mostly ends in /v1"),
    "302": (Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}), 1, "answered 302: .*not followed"),
    "a page": (Fault(body="<html>hello</html>"), 1, "gave no chat completion: .*mostly ends in /v1"),
    "another shape": (Fault(body={"choices": [{"text": "hello"}]}), 1, "gave no chat completion"),
}


@pytest.mark.parametrize("case", LASTING)
def test_what_lasts_is_an_error_after_so_many_calls(api, kind, case):
    fault, calls, message = LASTING[case]
    api.answer_next(fault, times=None)
    error = asked(model_of(api, timeout=0.3 if case == "time-out" else 30), kind)
    assert isinstance(error, ModelError)
    assert error.status_code == (None if case in ("time-out", "reset") else fault.status or 200)
    assert re.search(message, str(error)), error
    assert api.calls == calls


def test_nobody_there(kind):
    with ScriptedChatAPI() as api:
        pass
    error = asked(model_of(api, max_retries=0), kind)
    assert isinstance(error, ModelError)
    assert "could not be asked (no connection" in str(error)


@pytest.mark.parametrize(
    ("formats", "kinds"),
    [
        (("json_schema", "json_object"), ["json_schema", "json_schema"]),
        (("json_object",), ["json_schema", "json_object", "json_object"]),
        ((), ["json_schema", "json_object", None, None]),
    ],
)
def test_a_server_without_a_format_is_asked_for_less_and_that_is_remembered(kind, formats, kinds):
    with ScriptedChatAPI(lambda body: RIGHT, formats=formats) as api:
        model = model_of(api, max_retries=0)
        assert [asked(model, kind).text for _ in range(2)] == ['{"pages": [1]}'] * 2
        assert [(request.body.get("response_format") or {}).get("type") for request in api.requests] == kinds
        assert asked(model_of(api, json_mode="none"), kind).text == '{"pages": [1]}'  # the next instance begins anew
        assert "response_format" not in api.requests[-1].body


def test_a_schema_that_is_refused_does_not_loop(api, kind):
    complaint = Fault(status=400, body={"error": {"message": "response_format is wrong"}})
    api.answer_next(complaint, times=None)
    assert isinstance(asked(model_of(api), kind), ModelError)
    assert api.calls == 3


def flow_of(**options):
    model = OpenAIModel("m", base_url="http://localhost:1/v1", **options)
    return _chat_flow.converse(model._chat, QUESTION, SCHEMA)


def busy(**headers):
    return _chat_flow.Answer(status=429, headers=headers, body=b"{}")


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry-after": "7"}, 7, 7),
        ({"retry-after-ms": "1500"}, 1.5, 1.5),
        ({"retry-after": "60"}, 60, 60),
        ({"retry-after": "61"}, 60, 60),
        ({"retry-after": "86400"}, 60, 60),
        ({"retry-after": "0"}, 0.25, 0.5),
        ({"retry-after": "soon"}, 0.25, 0.5),
        ({"retry-after": "Mon, 02 Mar 2026 10:00:05 GMT", "date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 5, 5),
        ({}, 0.25, 0.5),
    ],
)
def test_the_pause_is_what_the_server_asks_for_up_to_a_minute(monkeypatch, headers, least, most):
    monkeypatch.setattr(_chat_flow, "FIRST_PAUSE", 0.5)
    flow = flow_of()
    next(flow)
    assert least <= flow.send(busy(**headers)).seconds <= most


def test_pauses_grow(monkeypatch):
    monkeypatch.setattr(_chat_flow, "FIRST_PAUSE", 0.5)
    flow = flow_of(max_retries=6)
    pauses = []
    for _ in range(6):
        next(flow)
        pauses.append(flow.send(busy()).seconds)
    limits = [(0.25, 0.5), (0.5, 1), (1, 2), (2, 4), (4, 8), (4, 8)]
    assert all(least <= pause <= most for pause, (least, most) in zip(pauses, limits, strict=True))
    next(flow)
    with pytest.raises(ModelError):
        flow.send(busy())


@pytest.mark.parametrize(
    ("base_url", "url", "header"),
    [
        (None, "https://api.openai.com/v1/chat/completions", "Authorization"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions", "Authorization"),
        ("http://h:8000/v1/chat/completions", "http://h:8000/v1/chat/completions", "Authorization"),
        (
            "https://us.openai.azure.com/openai/deployments/mine?api-version=2024-10-21",
            "https://us.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
            "api-key",
        ),
        (
            "https://us.openai.azure.com/openai/v1",
            "https://us.openai.azure.com/openai/v1/chat/completions",
            "api-key",
        ),
    ],
)
def test_where_and_with_which_header_servers_are_asked(base_url, url, header):
    endpoint = OpenAIModel("m", base_url=base_url, api_key=KEY)._chat.endpoint
    assert endpoint.url == url
    assert list(endpoint.credentials()) == [header]
    assert "?" not in OpenAIModel("m", base_url=base_url, api_key=KEY).name


@pytest.mark.parametrize(
    ("base_url", "is_remote"),
    [
        ("http://localhost:11434/v1", False),
        ("http://LOCALHOST:11434/v1", False),
        ("http://127.0.0.1:8000", False),
        ("http://127.8.8.8:8000", False),
        ("http://[::1]:8000/v1", False),
        ("http://0.0.0.0:8000/v1", True),
        ("http://192.168.1.5:8000/v1", True),
        ("http://mylocalhost/v1", True),
        ("http://ollama.localhost/v1", True),
        ("http://localhost./v1", True),
        ("http://127.0.0.1./v1", True),
        ("http://[::ffff:127.0.0.1]/v1", True),
        ("http://[::1%25eth0]/v1", True),
        ("http://localhost.example.com/v1", True),
        ("http://127.0.0.1.example.com/v1", True),
        (None, True),
    ],
)
def test_only_a_loopback_address_is_this_machine(base_url, is_remote):
    assert OpenAIModel("m", base_url=base_url, api_key=KEY).is_remote is is_remote


def test_the_environment_names_key_and_server(api, kind, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", api.url)
    model = pickle.loads(pickle.dumps(OpenAIModel("scripted")))
    assert asked(model, kind).text == '{"pages": [1]}'


def test_no_proxy_stands_before_this_machine(api, kind, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert asked(model_of(api, max_retries=0), kind).text == '{"pages": [1]}'


def test_options_and_pictures_are_sent(api, kind):
    model = model_of(api, temperature=None, extra_body={"max_tokens": 4000})
    pictures = (b"\x89PNG\r\n", b"\xff\xd8\xff")
    asked(model, kind, [Message(role="user", text="what is this?", images=pictures)])
    body = api.requests[0].body
    assert "temperature" not in body
    assert body["max_tokens"] == 4000
    text, png, jpeg = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "what is this?"}
    assert png == {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}}
    assert jpeg["image_url"]["url"].startswith("data:image/jpeg;base64,")


def test_answers_that_come_in_parts_and_without_usage(api, kind):
    parts = [{"type": "text", "text": '{"pages"'}, {"type": "text", "text": ": []}"}]
    api.answer_next(Fault(body={"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]}))
    assert asked(model_of(api), kind) == Reply(text='{"pages": []}')


def test_names_tell_apart_what_answers_depend_on():
    names = [
        OpenAIModel("m", base_url=url, **options).name
        for url in ("http://localhost:1/v1", "http://localhost:2/v1")
        for options in ({}, {"temperature": 1}, {"temperature": None}, {"extra_body": {"seed": 1}})
    ]
    assert names[0] == "m at http://localhost:1/v1"
    assert len(set(names)) == len(names)
    assert OpenAIModel("m", base_url="http://localhost:1/v1", timeout=1).name == names[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": " "}, "model is ' '"),
        ({"base_url": "localhost:11434"}, "is no http"),
        ({"base_url": "http://me:secret@localhost/v1"}, "holds a user name"),
        ({"base_url": "http://localhost/v1?key=secret"}, "has a query"),
        ({"api_key": "two words"}, "api_key can't be sent"),
        ({"timeout": 0}, "timeout is 0"),
        ({"max_retries": -1}, "max_retries is -1"),
        ({"temperature": 3}, "temperature is 3"),
        ({"json_mode": "yaml"}, "json_mode is 'yaml'"),
        ({"extra_body": {"messages": []}}, "extra_body has messages"),
        ({"extra_body": {"x": object()}}, "extra_body can.t be written"),
        ({"base_url": None}, "no key for https://api.openai.com/v1; set .* OPENAI_API_KEY"),
        ({"base_url": "https://x.openai.azure.com/openai/v1"}, "no key for https://x.openai.azure.com"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_sent(options, message):
    with pytest.raises(InvalidConfiguration, match=message) as caught:
        OpenAIModel(**{"model": "m", "base_url": "http://localhost:1/v1"} | options)
    assert "secret" not in str(caught.value)
    assert "two words" not in str(caught.value)


def test_questions_side_by_side_share_one_model(api):
    async def together():
        model = model_of(api)
        return await asyncio.gather(*(model.acomplete(QUESTION, SCHEMA) for _ in range(8)))

    assert [reply.text for reply in asyncio.run(together())] == ['{"pages": [1]}'] * 8
    assert api.calls == 8


def test_a_cancelled_question_ends_at_once(api):
    api.answer_next(TIME_OUT)

    async def cancelled():
        task = asyncio.create_task(model_of(api).acomplete(QUESTION, SCHEMA))
        while not api.calls:  # noqa: ASYNC110  # another thread counts
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(cancelled())


def test_a_server_that_repeats_the_question_is_not_quoted(api, kind):
    api.answer_next(Fault(status=422, body={"detail": f"wrong input: {PAGE_TEXT}"}))
    error = asked(model_of(api), kind)
    assert "it repeats the question" in str(error)
    assert "Sparkasse" not in f"{error!s}{error!r}"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_of_a_long_complaint_only_the_beginning_is_looked_at_and_shown(api, kind):
    complaint = "the batch is too large " + "word " * 100_000 + PAGE_TEXT
    api.answer_next(Fault(status=400, body={"error": {"message": complaint}}))
    error = asked(OpenAIModel("m", base_url=api.url, api_key=KEY), kind)
    assert "answered 400: the batch is too large word" in str(error)
    assert len(str(error)) < 2 * _chat_flow.QUOTED_AT_MOST + 200
    assert "Sparkasse" not in f"{error!s}{error!r}"


@pytest.mark.parametrize(
    ("base_url", "key", "is_warned"),
    [
        ("http://gpu:8000/v1", KEY, True),
        ("http://gpu:8000/v1", None, False),
        ("https://gpu:8000/v1", KEY, False),
        ("http://localhost:8000/v1", KEY, False),
    ],
)
@pytest.mark.parametrize("where", ["option", "environment"])
def test_a_key_that_would_go_unencrypted_to_another_machine_is_warned_of(
    *, base_url, key, is_warned, where, caplog, monkeypatch
):
    if where == "environment" and key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)
        key = None
    OpenAIModel("m", base_url=base_url, api_key=key)
    assert ("unencrypted to http://gpu:8000/v1; use https, or unset OPENAI_API_KEY" in caplog.text) is is_warned
    assert KEY not in caplog.text


def test_a_right_request_over_plain_http_reads_no_certificates(api, monkeypatch):
    def unwanted(**options):
        raise AssertionError("certificates were read")

    monkeypatch.setattr(httpx, "create_ssl_context", unwanted)
    assert asked(model_of(api), "sync").text == '{"pages": [1]}'


def test_a_changed_copy_keeps_its_key(api):
    copy = dataclasses.replace(model_of(api), timeout=20)
    assert asked(copy, "sync").text == '{"pages": [1]}'


def test_answers_are_kept_by_all_that_they_depend_on():
    same = {"base_url": "https://one.example/v1", "api_key": KEY}
    others = [
        {},
        {"base_url": "https://two.example/v1"},
        {"base_url": "https://one.example/v1?api-version=2024-10-21"},
        {"temperature": 0.5},
        {"temperature": None},
        {"extra_body": {"reasoning_effort": "low"}},
        {"json_mode": "object"},
    ]
    names = [OpenAIModel("m", **same | other).name for other in others]
    assert len(set(names)) == len(others)
    assert OpenAIModel("m", **same, timeout=5, max_retries=0).name == names[0] == "m at https://one.example/v1"
    assert OpenAIModel("n", **same).name != names[0]
