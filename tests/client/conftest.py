"""Both clients, and a Split API that answers as each test says."""

import ssl
from contextlib import ExitStack

import pytest

from splitreader.client import _creating, _retrying, _waiting
from splitreader.testing import ScriptedSplitAPI
from support.split_api import PDF, SCRIPT, Driven


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """No key and no proxy of whoever runs the tests."""
    for name in ("LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY", "LLAMA_CLOUD_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def certificates():
    """Reading them takes longer than most of these tests, which speak plain HTTP."""
    return ssl.create_default_context()


@pytest.fixture(autouse=True)
def one_context(monkeypatch, certificates):
    """All clients share it."""
    monkeypatch.setattr("httpx._transports.default.create_ssl_context", lambda **options: certificates)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """Pauses are real, but short."""
    monkeypatch.setattr(_retrying, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(_creating, "LOOK_UP_PAUSE", 0.01)
    monkeypatch.setattr(_waiting, "SHORTEST_GAP", 0.01)


@pytest.fixture
def serve():
    """``serve(...)`` starts a `ScriptedSplitAPI` that ends with the test."""
    with ExitStack() as stack:
        yield lambda script=SCRIPT, **options: stack.enter_context(ScriptedSplitAPI(script, **options))


@pytest.fixture
def api(serve):
    """An API whose jobs are completed at once."""
    return serve()


@pytest.fixture(params=["sync", "async"])
def kind(request):
    """Which client."""
    return request.param


@pytest.fixture
def connect(kind, serve):
    """``connect(api, ...)`` makes a client, sync or async, that is closed with the test."""
    with ExitStack() as stack:

        def connect(api=None, /, **options):
            client = Driven(kind, api, **{"max_retries": 1} | options)
            stack.callback(client.close)
            return client

        yield connect


@pytest.fixture
def client(connect, api):
    """A client of `api`."""
    return connect(api)


@pytest.fixture
def packet(tmp_path):
    """A file to upload."""
    path = tmp_path / "packet.pdf"
    path.write_bytes(PDF)
    return path
