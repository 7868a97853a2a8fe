"""Key and cookie are seen by nobody: in no message, log, repr, pickle or traceback."""

import pickle

import pytest

from splitreader import SplitReaderError
from splitreader.testing import Fault
from support.exposure import all_logs, everything_of
from support.split_api import CATEGORIES, PDF, Driven

KEY = "llx-" + "TOPSECRET" + "0123456789"
COOKIE = "COOKIE" + "SECRET" + "9876543210"
HIDDEN = (KEY, COOKIE, "TOPSECRET", "COOKIESECRET")


def assert_hidden(text):
    assert not [secret for secret in HIDDEN if secret in text], text


@pytest.fixture
def api(serve):
    return serve(key=KEY, session=COOKIE)


@pytest.fixture
def logs(caplog):
    return all_logs(caplog, "splitreader.client")


@pytest.fixture(params=["key", "cookie", "environment"])
def secret_client(request, kind, api, monkeypatch):
    options = {"key": {"api_key": KEY}, "cookie": {"session": COOKIE}, "environment": {}}[request.param]
    if request.param == "environment":
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
    fault = request.node.callspec.params.get("fault")
    max_retries = 0 if fault is not None and (fault.delay or fault.drip) else 1
    client = Driven(kind, base_url=api.url, max_retries=max_retries, timeout=0.3, **options)
    yield client
    client.close()


ECHO = f"who is {KEY} with session={COOKIE}? " + KEY


FAULTS = {
    "401": Fault(status=401, body={"detail": ECHO}),
    "422": Fault(status=422, body={"detail": [{"loc": ["header", KEY, COOKIE], "msg": ECHO}]}),
    "500": Fault(status=500, body=ECHO),
    "text": Fault(body=ECHO),
    "shape": Fault(body={"echo": [KEY, COOKIE]}),
    "cut by the excerpt": Fault(status=400, body="x" * 190 + KEY + COOKIE),
    "reset": Fault(reset=True),
    "lost": Fault(reset=True, after=True),
    "time-out": Fault(delay=3600),
    "slow body": Fault(drip=0.2),
    "cut": Fault(cut=True),
    "redirect": Fault(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "retry later": Fault(status=429, headers={"Retry-After": "1000"}),
}
OPERATIONS = ("upload", "create", "get_job", "list_jobs", "content", "download", "delete_file")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_error_shows_them(api, secret_client, logs, packet, fault):
    client = secret_client
    only = KEY if "Authorization" in client.client._service.settings.credentials() else COOKIE
    other = COOKIE if only == KEY else KEY
    calls = {
        "upload": lambda: client.upload_file(packet),
        "create": lambda: client.create_job(file_id, CATEGORIES),
        "get_job": lambda: client.wait(job.id, max_seconds=0.5),
        "list_jobs": client.list_jobs,
        "content": lambda: client.download_file(file_id),
        "download": lambda: client.download_file(file_id),
        "delete_file": lambda: client.delete_file(file_id),
    }
    file_id = api.add_file("packet.pdf", PDF)
    job = client.create_job(api.add_file("other.pdf", PDF), CATEGORIES)
    if fault.drip:
        del calls["download"]  # its pieces may take their time
    raised = 0
    for operation, call in calls.items():
        api.fail(operation, fault, times=None)
        try:
            call()
        except SplitReaderError as error:
            raised += 1
            shown = everything_of(error).replace(other, "")  # what it does not know it can't hide
            assert_hidden(shown)
            assert_hidden(repr(pickle.dumps(error)).replace(other, ""))
        api.fail(operation, None)
    assert raised >= 3
    assert_hidden(logs().replace(other, ""))


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(PDF[:9]), lambda path: path.unlink()])
def test_a_file_that_breaks_off_shows_nothing(secret_client, packet, monkeypatch, change):
    from splitreader.client._upload import Upload

    pieces = Upload.pieces

    def changed(self):
        change(packet)
        return pieces(self)

    monkeypatch.setattr(Upload, "pieces", changed)
    with pytest.raises(SplitReaderError) as caught:
        secret_client.upload_file(packet)
    assert_hidden(everything_of(caught.value))


def test_a_failed_job_shows_nothing(serve, kind, logs):
    api = serve(key=KEY, outcome="failed", error_message=f"no {KEY}")
    client = Driven(kind, api, api_key=KEY)
    job = client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
    with pytest.raises(SplitReaderError, match=r"no \.\.\.") as caught:
        client.wait(job.id)
    assert_hidden(str(caught.value) + repr(caught.value) + logs())
    client.close()


def test_a_lost_creation_shows_nothing(api, secret_client, logs):
    api.fail("create", Fault(status=500, body=ECHO), times=None)
    with pytest.raises(SplitReaderError) as caught:
        secret_client.create_job(api.add_file("packet.pdf", PDF), CATEGORIES)
    assert_hidden(everything_of(caught.value))
    assert_hidden(logs())


def test_nothing_that_works_shows_them(api, secret_client, logs, packet):
    file = secret_client.upload_file(packet)
    job = secret_client.run(packet, CATEGORIES, delete_after=True)
    content = b"".join(secret_client.download_file(file.id))
    client = secret_client.client
    service = client._service
    things = [client, service, service.settings, service.limiter, service.board, client._exchange, file, job, content]
    for thing in things:
        assert_hidden(f"{thing!r} {thing!s} {thing}")
    assert_hidden(repr(vars(service)) + repr(vars(client)) + repr(vars(client._exchange)) + logs())
    (download,) = [request for request in api.requests if request.operation == "download"]
    assert_hidden(repr(download))


def test_a_client_can_t_be_pickled_with_them(secret_client):
    with pytest.raises(TypeError):
        pickle.dumps(secret_client.client)
