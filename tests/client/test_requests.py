"""Errors, repeats, Retry-After and the limit of requests, for every kind of request."""

import asyncio
import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from splitreader import (
    CreateUnknown,
    CreditsExhausted,
    InvalidServiceAnswer,
    JobDeadline,
    KeyRefused,
    RateLimited,
    RequestRefused,
    ServiceUnavailable,
    ServiceUnreachable,
    UnknownId,
)
from splitreader.client import Limiter, Settings
from splitreader.client._limiter import MINUTE
from splitreader.client._requests import Request, parameters
from splitreader.client._retry_after import parse_date, retry_after
from splitreader.client._retrying import OutOfTime, send_once
from splitreader.client._service import Service
from splitreader.testing import Fault
from support.split_api import CATEGORIES, PDF, operations

NOW = datetime(2026, 1, 1, tzinfo=UTC)

ERRORS = {
    400: RequestRefused,
    401: KeyRefused,
    402: CreditsExhausted,
    403: KeyRefused,
    404: UnknownId,
    408: ServiceUnavailable,
    409: RequestRefused,
    413: RequestRefused,
    418: RequestRefused,
    422: RequestRefused,
    429: RateLimited,
    500: ServiceUnavailable,
    502: ServiceUnavailable,
    503: ServiceUnavailable,
    307: RequestRefused,
}

CALLS = {
    "upload": lambda client, target: client.upload_file(PDF),
    "get_file": lambda client, target: client.get_file(target["file"]),
    "list_files": lambda client, target: client.list_files(),
    "content": lambda client, target: client.file_content(target["file"]),
    "delete_file": lambda client, target: client.delete_file(target["file"]),
    "create": lambda client, target: client.create_job(target["file"], CATEGORIES),
    "get_job": lambda client, target: client.get_job(target["job"]),
    "list_jobs": lambda client, target: client.list_jobs(),
    "cancel": lambda client, target: client.cancel_job(target["job"]),
    "delete_job": lambda client, target: client.delete_job(target["job"]),
    "create_configuration": lambda client, target: client.create_configuration("mine", CATEGORIES),
    "get_configuration": lambda client, target: client.get_configuration(target["configuration"]),
    "list_configurations": lambda client, target: client.list_configurations(),
    "update_configuration": lambda client, target: client.update_configuration(target["configuration"], name="new"),
    "delete_configuration": lambda client, target: client.delete_configuration(target["configuration"]),
}
READS = {
    "get_file", "list_files", "content", "get_job", "list_jobs", "get_configuration", "list_configurations"
}  # fmt: skip


@pytest.fixture
def api(serve):
    return serve(seconds=3600)


@pytest.fixture
def target(api, connect):
    client = connect(api, api="v1")
    file_id = api.add_file("packet.pdf", PDF)
    target = {
        "file": file_id,
        "job": client.create_job(file_id, CATEGORIES).id,
        "configuration": client.create_configuration("saved", CATEGORIES).id,
    }
    api.set_status(target["job"], "failed")
    return target


def requests_after(api, call):
    before = len(api.requests)
    call()
    return operations(api)[before:]


def tries(operation, status):
    """How many requests an error that stays costs on v1 with ``max_retries=1``."""
    again = status in {408, 429} or status >= 500 or (status == 409 and operation in READS | {"create"})
    return 2 if again else 1


@pytest.mark.parametrize("operation", CALLS)
def test_each_error_of_each_request(api, connect, target, operation):
    client = connect(api, api="v1")
    jobs = len(api.jobs)
    for status, kind in ERRORS.items():
        body = {"detail": f"no\r\nway {'x' * 300}"}
        headers = {"Retry-After": "0"}
        api.fail(operation, Fault(status=status, body=body, headers=headers), times=None)
        expected = kind
        if operation == "create" and status >= 500:
            expected = CreateUnknown  # the job may exist
        errors = []

        def call(errors=errors, expected=expected):
            with pytest.raises(expected) as caught:
                CALLS[operation](client, target)
            errors.append(caught.value)

        asked = requests_after(api, call)
        api.fail(operation, None)
        look = ["get_job"] if (operation, status) == ("cancel", 409) else []  # it may be cancelled already
        assert asked == [operation] * tries(operation, status) + look, status
        (error,) = errors
        assert type(error) is expected
        message = str(error)
        assert "\n" not in message
        assert "\r" not in message
        if expected is not CreateUnknown:
            assert error.status_code == status
            assert error.retry_after == 0
            assert f"{api.url} answered {status} to the request to " in message
            assert "no way xxx" in message
            assert "x" * 190 in message  # 200 with the words before and the dots after
            assert "x" * 191 not in message
    assert len(api.jobs) == jobs


@pytest.mark.parametrize("status", ERRORS)
def test_each_error_of_a_create_on_beta(api, connect, target, status):
    api.fail("create", Fault(status=status, headers={"retry-after-ms": "0"}), times=None)
    expected = CreateUnknown if status >= 500 else ERRORS[status]
    client = connect(api)
    file_id = api.add_file("another.pdf", PDF)

    def call():
        with pytest.raises(expected):
            client.create_job(file_id, CATEGORIES)

    looks = 3 if status >= 500 else 0
    assert requests_after(api, call) == ["create"] * (2 if status in {408, 429} else 1) + ["list_jobs"] * looks
    assert list(api.jobs) == [target["job"]]


@pytest.mark.parametrize("operation", [name for name in CALLS if name != "create"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset=True),
        Fault(status=500),
        Fault(status=503, body="<html>busy</html>", headers={"retry-after": "0.01"}),
        Fault(status=429, headers={"retry-after-ms": "5"}),
        Fault(status=408),
    ],
    ids=["reset", "500", "503", "429", "408"],
)
def test_a_passing_fault(api, connect, target, operation, fault):
    api.fail(operation, fault, times=2)
    if operation == "cancel":
        api.set_status(target["job"], "processing")
    client = connect(api, api="v1", max_retries=2)
    assert requests_after(api, lambda: CALLS[operation](client, target)) == [operation] * 3


@pytest.mark.parametrize("operation", [name for name in CALLS if name != "create"])
def test_resets_that_stay(api, connect, target, operation):
    api.fail(operation, Fault(reset=True), times=None)
    client = connect(api, api="v1", max_retries=2)

    def call():
        with pytest.raises(ServiceUnreachable, match="check the network and the base URL") as caught:
            CALLS[operation](client, target)
        assert caught.value.status_code is None

    assert requests_after(api, call) == [operation] * 3


def test_no_retries(api, connect, target):
    api.fail("get_job", Fault(status=500))
    client = connect(api, max_retries=0)

    def call():
        with pytest.raises(ServiceUnavailable):
            client.get_job(target["job"])

    assert requests_after(api, call) == ["get_job"]


@pytest.mark.parametrize("operation", ["upload", "get_job", "list_jobs", "get_file"])
@pytest.mark.parametrize("body", ["<html>Sign in\nplease</html>" + "x" * 300, {"wrong": "x" * 300}, b"", b"null"])
def test_an_answer_of_another_shape(api, connect, target, operation, body):
    api.fail(operation, Fault(body=body), times=None)
    client = connect(api, api="v1")

    def call():
        with pytest.raises(InvalidServiceAnswer, match="check the base URL") as caught:
            CALLS[operation](client, target)
        assert "\n" not in str(caught.value)
        assert "x" * 201 not in str(caught.value)
        assert ("x" * 150 in str(caught.value)) == (len(body) > 300 or isinstance(body, dict))
        assert caught.value.status_code in (200, 201)

    assert requests_after(api, call) == [operation]


def test_the_job_id_of_a_malformed_job_is_kept(api, connect, target):
    api.fail("get_job", Fault(body={"id": "spl-1", "status": 3}))
    with pytest.raises(InvalidServiceAnswer, match=r"status: Input should be a valid string") as caught:
        connect(api).get_job(target["job"])
    assert caught.value.job_id == "spl-1"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {
                "detail": [
                    {"loc": ["body", "file", 0], "msg": "Field required", "type": "missing"},
                    {"msg": "b"},
                ]
            },
            "body.file.0: Field required; b;",
        ),
        ({"detail": ["odd", None]}, "odd; None;"),
        ({"detail": {"code": 1}}, '{"detail": {"code": 1}};'),
        ({"message": "no"}, '{"message": "no"};'),
        (b"[1]", "[1];"),
        (b"\xff", "�;"),
        (b"", "(nothing);"),
        ("<h1>\n No </h1>", "<h1> No </h1>;"),
    ],
)
def test_what_a_refusal_says(api, connect, target, body, words):
    api.fail("get_job", Fault(status=422, body=body))
    with pytest.raises(RequestRefused) as caught:
        connect(api).get_job(target["job"])
    assert f"for job {target['job']}: {words} mend the request" in str(caught.value)
    assert caught.value.job_id == target["job"]


def test_an_id_leads_nowhere_else(api, client):
    for odd in ("../files", "a/b", "a?b=c", "a#b", "a b", "ä", "%2e"):
        with pytest.raises(UnknownId):
            client.get_job(odd)
    assert {request.operation for request in api.requests} == {"get_job"}
    sent = len(api.requests)
    for odd in ("", ".", ".."):
        for call in (client.get_job, client.wait, client.delete_file, client.get_file, client.get_configuration):
            with pytest.raises(ValueError, match="the id is"):
                call(odd)
    assert len(api.requests) == sent


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("operation", "status"),
        [
            *(("upload", 429), ("upload", 503), ("create", 429), ("get_job", 429), ("get_job", 503)),
            *(("list_jobs", 429), ("list_jobs", 503)),
        ],
    )
    def test_too_long_ends_it_at_once(self, api, connect, target, operation, status, kind, monkeypatch):  # noqa: PLR0917
        rests = self.rests(kind, monkeypatch)
        api.fail(operation, Fault(status=status, headers={"Retry-After": "121"}), times=None)
        client = connect(api, max_retries=5)

        def call():
            with pytest.raises(ERRORS[status]) as caught:
                CALLS[operation](client, target)
            assert caught.value.retry_after == 121

        assert requests_after(api, call) == [operation]
        assert rests == []

    @pytest.mark.parametrize(
        "headers",
        [{"Retry-After": "77"}, {"retry-after-ms": "77000"}, {"retry-after-ms": "77000", "Retry-After": "5"}],
    )
    def test_a_pause_is_as_long_as_asked(self, api, connect, target, headers, kind, monkeypatch):  # noqa: PLR0917
        rests = self.rests(kind, monkeypatch)
        api.fail("get_job", Fault(status=429, headers=headers))
        connect(api).get_job(target["job"])
        assert rests == [77]

    def test_a_date_is_read_by_the_service_s_clock(self, api, connect, target, kind, monkeypatch):
        rests = self.rests(kind, monkeypatch)
        real = datetime.now(UTC)

        class Late(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) - timedelta(days=2)

        monkeypatch.setattr("splitreader.client._service.datetime", Late)
        date = format_datetime(real + timedelta(seconds=90), usegmt=True)
        api.fail("get_job", Fault(status=503, headers={"Retry-After": date}))
        connect(api).get_job(target["job"])
        (rest,) = rests
        assert 60 < rest <= 90

    def test_without_it_pauses_double_up_to_a_limit(self, api, connect, target, kind, monkeypatch):
        rests = self.rests(kind, monkeypatch)
        monkeypatch.setattr("splitreader.client._retrying.FIRST_PAUSE", 0.5)
        api.fail("get_job", Fault(status=500), times=6)
        connect(api, max_retries=6).get_job(target["job"])
        for rest, expected in zip(rests, (0.5, 1, 2, 4, 8, 8), strict=True):
            assert expected * 0.9 <= rest <= expected * 1.1
        assert rests[-1] != rests[-2]

    def test_nonsense_is_ignored(self, api, connect, target, kind, monkeypatch):
        rests = self.rests(kind, monkeypatch)
        api.fail("get_job", Fault(status=429, headers={"Retry-After": "soon"}))
        connect(api).get_job(target["job"])
        assert len(rests) == 1
        assert rests[0] < 0.1

    def rests(self, kind, monkeypatch):
        """The pauses that the client makes, which take no time here."""
        rests = []
        if kind == "sync":
            monkeypatch.setattr("splitreader.client._sync.time.sleep", rests.append)
        else:
            import asyncio

            sleep = asyncio.sleep

            async def note(seconds):
                rests.append(seconds)
                await sleep(0)

            monkeypatch.setattr(asyncio, "sleep", note)
        return rests

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"retry-after": "5"}, 5),
            ({"retry-after": "0.05"}, 0.05),
            ({"retry-after": "0"}, 0),
            ({"retry-after": "-1"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "inf"}, None),
            ({"retry-after": ""}, None),
            ({"retry-after": "soon"}, None),
            ({"retry-after-ms": "1500"}, 1.5),
            ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
            ({"retry-after-ms": "x", "retry-after": "9"}, 9),
            ({"retry-after": "Thu, 01 Jan 2026 00:01:30 GMT"}, 90),
            ({"retry-after": "Thursday, 01-Jan-26 00:01:30 GMT"}, 90),
            ({"retry-after": "Thu Jan  1 00:01:30 2026"}, 90),
            ({"retry-after": "Thu, 01 Jan 2026 01:01:30 +0100"}, 90),
            ({"retry-after": "Wed, 31 Dec 2025 23:59:00 GMT"}, 0),
            ({"retry-after": "Thu, 01 Jan 99999 00:01:30 GMT"}, None),
        ],
    )
    def test_forms(self, headers, seconds):
        assert retry_after(headers, NOW) == seconds

    @given(st.text())
    def test_no_text_is_too_odd(self, text):
        for name in ("retry-after", "retry-after-ms"):
            seconds = retry_after({name: text}, NOW)
            assert seconds is None or 0 <= seconds < math.inf

    @given(st.datetimes(), st.sampled_from(["GMT", "+9999", "-9959", "+99999999", ""]))
    def test_no_date_is_too_odd(self, moment, zone):
        text = f"Thu, {moment:%d %b %Y %H:%M:%S} {zone}"
        parse_date(text)
        seconds = retry_after({"retry-after": text}, NOW)
        assert seconds is None or 0 <= seconds < math.inf


class TestLimiter:
    @given(st.integers(1, 5), st.lists(st.floats(0, 50), min_size=1, max_size=60))
    def test_never_more_than_so_many_within_a_minute(self, per_minute, gaps):
        limiter, now, sent = Limiter(per_minute), 1000.0, []
        for gap in gaps:
            now += gap
            delay = limiter.reserve(now)
            assert delay >= 0
            sent.append(now + delay)
        assert sent == sorted(sent)
        for first, later in zip(sent, sent[per_minute:], strict=False):
            assert later - first >= MINUTE - 1e-6

    @given(st.integers(1, 5), st.lists(st.tuples(st.floats(0, 30), st.floats(0, 90)), max_size=60))
    def test_what_comes_too_late_counts_for_nothing(self, per_minute, asked):
        limiter, twin, now = Limiter(per_minute), Limiter(per_minute), 0.0
        for gap, patience in asked:
            now += gap
            delay = limiter.reserve(now, now + patience)
            if delay is not None:
                assert delay < patience
                assert twin.reserve(now) == delay

    def test_nobody_waits_without_need(self):
        limiter = Limiter(2)
        assert [limiter.reserve(at) for at in (0, 10, 10, 70, 71, 130)] == [0, 0, 50, 0, 49, 0]

    def test_without_a_limit(self):
        assert [Limiter(None).reserve(5.0) for _ in range(100)] == [0] * 100

    def test_looks_count(self, serve, connect, packet):
        api = serve(seconds=3600)
        client = connect(api, requests_per_minute=4)
        with pytest.raises(JobDeadline):
            client.run(packet, CATEGORIES, max_seconds=1)
        assert operations(api) == ["upload", "create", "get_job", "get_job"]

    def test_one_limiter_for_several_clients(self, serve, connect):
        api = serve()
        limiter = Limiter(3)
        clients = [connect(api, limiter=limiter) for _ in range(3)]
        job = clients[0].create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        for client in clients[1:]:
            client.get_job(job.id)
        with pytest.raises(JobDeadline):
            clients[2].wait(job.id, max_seconds=1)
        assert len(api.requests) == 3

    def test_one_that_blocks_does_not_block_the_event_loop(self, kind, serve, connect):
        """Such as one that asks another machine."""
        api, callers = serve(), set()

        class Remote(Limiter):
            def reserve(self, now, until=math.inf):
                with suppress(RuntimeError):
                    callers.add(asyncio.get_running_loop())
                return super().reserve(now, until)

        connect(api, limiter=Remote(None)).create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        assert callers == set()

    def test_those_who_gave_up_hold_up_nobody(self, serve, connect, monkeypatch):
        api = serve()
        now = [0.0]
        client = connect(api, requests_per_minute=1)
        client.client._service.clock = lambda: now[0]
        job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
        for _ in range(5):
            with pytest.raises(JobDeadline):
                client.wait(job.id, max_seconds=0.1)
        now[0] = 61.0
        assert client.wait(job.id, max_seconds=10).status == "completed"


def test_nothing_is_sent_when_the_time_is_over():
    times = iter([0.0, 1.5, 2.0])  # it ran out between two looks at the clock
    settings = Settings(base_url="http://127.0.0.1:1", session=None)
    service = Service(settings=settings, limiter=Limiter(None), make_event=object, clock=lambda: next(times))
    flow = send_once(service, Request(what="x", method="GET", path="/"), until=1.0)
    delay = next(flow).call()
    with pytest.raises(OutOfTime):
        flow.send(delay)


def test_parameters():
    moment = datetime(2026, 1, 2, 3, tzinfo=UTC)
    assert parameters(("a", None), ("b", ["x", "y"]), ("c", moment), ("d", 3), ("e", []), ("f", "")) == (
        ("b", "x"),
        ("b", "y"),
        ("c", "2026-01-02T03:00:00+00:00"),
        ("d", "3"),
        ("f", ""),
    )


def test_an_answer_that_never_ends(api, connect, target, monkeypatch):
    monkeypatch.setattr("splitreader.client._http.ANSWER_AT_MOST", 1000)
    api.fail("get_job", Fault(body=b"x" * 5000), times=None)
    with pytest.raises(ServiceUnreachable, match="more than 1,000 bytes"):
        connect(api).get_job(target["job"])


def test_time_outs(kind, serve, connect):
    api = serve()
    assert connect(api).client._exchange.timeout() == httpx.Timeout(60, connect=5, pool=None)
    timeout = connect(api, timeout=7, connect_timeout=2).client._exchange.timeout(3)
    assert timeout == httpx.Timeout(3, connect=2)
