"""The LLM engine and an OpenAI-compatible server, over a real socket: outcome and number of calls of each case."""

import httpx
import pytest

from splitreader import ModelError
from splitreader.engines.llm import OpenAIModel, _chat_flow
from splitreader.testing import Fault, ScriptedChatAPI
from splitreader.testing._server import Server
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


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("most", [1, 3])
def test_questions_of_a_packet_share_connections_which_are_closed_at_its_end(kind, most, monkeypatch):
    accepted = []
    serve = Server.process_request

    def counted(self, request, address):
        accepted.append(address)
        serve(self, request, address)

    monkeypatch.setattr(Server, "process_request", counted)
    clients = []
    for client in (httpx.Client, httpx.AsyncClient):
        monkeypatch.setattr(httpx, client.__name__, noted(client, clients))
    with ScriptedChatAPI(TRUTH) as api:
        model = OpenAIModel("scripted", base_url=api.url, api_key=api.key)
        answer = split(engine_of(model, window=2, overlap=1, max_concurrent=most), kind)
    assert cut(answer) == TRUTH
    assert api.calls == 11
    assert 1 <= len(accepted) <= most
    assert [client.is_closed for client in clients] == [True]


def noted(client, clients):
    """The class of clients, each of which is put into a list when it is made."""

    class Noted(client):
        def __init__(self, **options):
            super().__init__(**options)
            clients.append(self)

    return Noted


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_requests_that_got_no_answer_are_in_usage(kind):
    with ScriptedChatAPI(TRUTH) as api:
        api.answer_next(Fault(delay=3600), times=2)
        model = OpenAIModel("scripted", base_url=api.url, api_key=api.key, timeout=0.5)
        answer = split(engine_of(model), kind)
    assert (api.calls, answer.usage["questions"], answer.usage["lost_requests"]) == (4, 2, 2)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_requests_that_got_no_answer_count_towards_a_limit(kind):
    with ScriptedChatAPI(TRUTH) as api:
        tokens = split(engine_of(OpenAIModel("m", base_url=api.url, api_key=api.key)), kind).usage
        limit = 2 * (tokens["input_tokens"] + tokens["output_tokens"])
        answers = []
        for lost in (0, 3):
            api.answer_next(*[Fault(delay=3600)] * lost)
            model = OpenAIModel("m", base_url=api.url, api_key=api.key, timeout=0.5)
            answers.append(split(engine_of(model, max_tokens_per_packet=limit), kind).usage)
    assert [answer.get("unasked_pages") for answer in answers] == [None, "9-12"]
