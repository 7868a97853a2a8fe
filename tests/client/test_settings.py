"""Who asks, and where: keys, cookies, base URLs, the user's own httpx client."""

import pickle

import httpx
import pytest

from splitreader import InvalidConfiguration, KeyRefused, ServiceUnreachable
from splitreader.client import Settings
from splitreader.testing import Fault
from support.split_api import CATEGORIES, KEY, PDF, Driven, of


@pytest.fixture
def api(serve):
    return serve(session="cookie-test")


class TestCredentials:
    def test_by_argument(self, api, connect, monkeypatch):
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-wrong")
        connect(api, api_key=f" {KEY}\n").list_jobs()
        assert api.requests[0].headers["authorization"] == f"Bearer {KEY}"

    @pytest.mark.parametrize("name", ["LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY"])
    def test_by_environment(self, api, connect, monkeypatch, name):
        monkeypatch.setenv("LLAMA_PARSE_API_KEY", "llx-wrong")
        monkeypatch.setenv(name, KEY)
        connect(base_url=api.url).list_jobs()
        assert api.requests[0].headers["authorization"] == f"Bearer {KEY}"

    def test_an_empty_variable_is_none(self, api, connect, monkeypatch):
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "")
        monkeypatch.setenv("LLAMA_PARSE_API_KEY", KEY)
        connect(base_url=api.url).list_jobs()

    def test_by_cookie(self, api, connect, monkeypatch, packet):
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-wrong")
        client = connect(api, api_key=None, session="cookie-test")
        file = client.upload_file(packet)
        client.run(file, CATEGORIES)
        assert b"".join(client.download_file(file.id)) == PDF
        for request in api.requests:
            assert "authorization" not in request.headers
            assert request.headers.get("cookie") == (None if request.operation == "download" else "session=cookie-test")

    def test_key_and_cookie(self, api, connect):
        connect(api, session="cookie-test").list_jobs()
        assert api.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert api.requests[0].headers["cookie"] == "session=cookie-test"

    @pytest.mark.parametrize("options", [{"api_key": "llx-wrong"}, {"api_key": None, "session": "wrong"}])
    def test_a_wrong_one_is_refused(self, api, connect, options):
        with pytest.raises(KeyRefused, match="check the key, and that it belongs to this base URL") as caught:
            connect(api, **options).list_jobs()
        assert caught.value.status_code == 401
        assert len(api.requests) == 1

    def test_none_is_refused_before_anything_is_sent(self, api, kind):
        with pytest.raises(InvalidConfiguration, match=r"LLAMA_CLOUD_API_KEY, or pass api_key= .*https://cloud\.llama"):
            Driven(kind, base_url=api.url)
        assert api.requests == []

    @pytest.mark.parametrize("option", ["api_key", "session"])
    @pytest.mark.parametrize(
        "bad",
        ["", " ", "se\ncret", "se cret", "secr\u00e9t", "se\u2028cret", "sec\x00ret", "se;cret", 'se"cret', "se,cret"],
    )
    def test_bad_ones_are_not_shown(self, api, kind, option, bad):
        with pytest.raises(InvalidConfiguration, match=f"{option} can't be sent") as caught:
            Driven(kind, base_url=api.url, **{option: bad})
        assert not bad.strip() or bad not in str(caught.value)
        assert "cret" not in str(caught.value)

    def test_a_bad_one_of_the_environment_is_named(self, api, kind, monkeypatch):
        monkeypatch.setenv("LLAMA_PARSE_API_KEY", "se cret")
        with pytest.raises(InvalidConfiguration, match="LLAMA_PARSE_API_KEY can't be sent") as caught:
            Driven(kind, base_url=api.url)
        assert "cret" not in str(caught.value)

    def test_the_environment_s_key_is_looked_up_anew(self, api, connect, monkeypatch):
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-old")
        client = connect(base_url=api.url)
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
        client.list_jobs()


class TestBaseUrl:
    @pytest.mark.parametrize(
        ("options", "url"),
        [
            ({}, "https://api.cloud.llamaindex.ai"),
            ({"region": "us"}, "https://api.cloud.llamaindex.ai"),
            ({"region": "eu"}, "https://api.cloud.eu.llamaindex.ai"),
            ({"base_url": "https://example.com/llama/"}, "https://example.com/llama"),
        ],
    )
    def test_where(self, options, url):
        assert Settings.resolve(api_key=KEY, **options).base_url == url

    def test_by_environment(self, api, connect, monkeypatch):
        monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", f"{api.url}/")
        connect(api_key=KEY).list_jobs()
        assert of(api, "list_jobs")
        assert Settings.resolve(api_key=KEY, region="eu").base_url == "https://api.cloud.eu.llamaindex.ai"
        assert Settings.resolve(api_key=KEY, base_url="https://a.b").base_url == "https://a.b"

    def test_a_path_of_its_own_is_kept(self, api, connect):
        with pytest.raises(Exception, match="answered 404"):
            connect(api, base_url=f"{api.url}/llama").list_jobs()
        assert api.requests[0].path == "/llama/api/v1/beta/split/jobs"

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"region": "mars"}, "region is 'mars'"),
            ({"region": "eu", "base_url": "https://a.b"}, "give one of them"),
            ({"base_url": "ftp://a.b"}, "no http"),
            ({"base_url": "a.b"}, "no http"),
            ({"base_url": "https://"}, "no http"),
            ({"base_url": "https://a.b?c=d"}, "no http"),
            ({"base_url": "https://[a"}, "no http"),
            ({"base_url": "https://a.b:99999"}, "no http"),
            ({"base_url": "https://a.b:c"}, "no http"),
            ({"base_url": "https://me:secret@a.b"}, "holds a user name"),
            ({"base_url": "https://me:secret@a.b:99999"}, "holds a user name"),
            ({"base_url": "https://me:secret@[a"}, "holds a user name"),
            ({"api": "v2"}, "api is 'v2'"),
            ({"max_retries": -1}, "max_retries"),
            ({"max_retries": True}, "max_retries"),
            ({"timeout": 0}, "timeout"),
            ({"timeout": float("inf")}, "timeout"),
            ({"connect_timeout": -1}, "connect_timeout"),
            ({"requests_per_minute": 0}, "requests_per_minute"),
        ],
    )
    def test_wrong_options(self, options, words):
        with pytest.raises(InvalidConfiguration, match=words) as caught:
            Settings.resolve(api_key=KEY, **options)
        assert "secret" not in str(caught.value)

    def test_nobody_there(self, api, connect):
        client = connect(api)
        api.close()
        with pytest.raises(ServiceUnreachable, match=f"{api.url} could not be reached to list the split jobs"):
            client.list_jobs()


class TestPickling:
    def test_a_key_of_the_environment_stays_there(self, monkeypatch):
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-env")
        settings = Settings.resolve(project_id="p", api="v1")
        pickled = pickle.dumps(settings)
        assert b"llx-env" not in pickled
        again = pickle.loads(pickled)
        assert again == settings
        assert again.credentials() == {"Authorization": "Bearer llx-env"}
        monkeypatch.delenv("LLAMA_CLOUD_API_KEY")
        with pytest.raises(InvalidConfiguration, match="no LlamaCloud key"):
            again.credentials()

    @pytest.mark.parametrize("options", [{"api_key": KEY}, {"session": "cookie"}])
    def test_an_explicit_one_does_not_travel(self, options):
        with pytest.raises(TypeError, match="keep an API key in the environment variable") as caught:
            pickle.dumps(Settings.resolve(**options))
        assert KEY not in str(caught.value)


class TestOwnHttpClient:
    @pytest.fixture
    def own(self, kind):
        def own(**options):
            return (httpx.AsyncClient if kind == "async" else httpx.Client)(**options)

        return own

    def test_it_is_used_and_stays_open(self, api, kind, own):
        http = own(headers={"X-Mine": "1"})
        client = Driven(kind, api, http_client=http)
        file_id = api.add_file("packet.pdf", PDF)
        client.get_file(file_id)
        assert b"".join(client.download_file(file_id)) == PDF
        for request in api.requests[:2]:
            assert request.headers["x-mine"] == "1"
            assert request.headers["authorization"] == f"Bearer {KEY}"
        if client.is_async:
            client._runner.run(client.client.aclose())
        else:
            client.client.close()
        assert not http.is_closed
        self.close(client, http)

    def test_its_credentials_do_not_reach_the_presigned_url(self, api, kind, own):
        http = own(
            auth=("user", "password"), cookies={"mine": "1"}, headers={"Authorization": "Bearer mine", "Cookie": "a=b"}
        )
        client = Driven(kind, api, http_client=http, session="cookie-test")
        assert b"".join(client.download_file(api.add_file("packet.pdf", PDF))) == PDF
        (content,) = of(api, "content")
        assert content.headers["authorization"] == f"Bearer {KEY}"
        assert content.headers["cookie"] == "session=cookie-test"
        self.close(client, http)

    def test_its_base_url_changes_nothing(self, api, kind, own):
        http = own(base_url="http://127.0.0.1:1/elsewhere", follow_redirects=True)
        client = Driven(kind, api, http_client=http)
        client.list_jobs()
        assert api.requests[0].path == "/api/v1/beta/split/jobs"
        self.close(client, http)

    def test_its_time_outs_count(self, api, kind, own):
        http = own(timeout=0.2)
        client = Driven(kind, api, http_client=http, max_retries=0)
        api.fail("list_jobs", Fault(delay=3600))
        with pytest.raises(ServiceUnreachable, match="no answer within the time-out"):
            client.list_jobs()
        self.close(client, http)

    def test_our_time_outs_win(self, api, kind, own):
        http = own(timeout=1000)
        client = Driven(kind, api, http_client=http, max_retries=0, timeout=0.2)
        api.fail("list_jobs", Fault(delay=3600))
        with pytest.raises(ServiceUnreachable):
            client.list_jobs()
        self.close(client, http)

    def test_redirects_are_not_followed_with_the_key(self, api, kind, own):
        http = own(follow_redirects=True)
        client = Driven(kind, api, http_client=http)
        api.fail("list_jobs", Fault(status=307, headers={"Location": f"{api.url}/elsewhere"}))
        with pytest.raises(Exception, match="answered 307"):
            client.list_jobs()
        assert len(api.requests) == 1
        self.close(client, http)

    def close(self, client, http):
        if client.is_async:
            client._runner.run(http.aclose())
        else:
            http.close()
        client.close()


def test_what_every_request_says(api, connect):
    connect(api).list_jobs()
    headers = api.requests[0].headers
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("splitreader/")


def test_a_client_is_closed_with_its_block(api, kind):
    client = Driven(kind, api)
    client.list_jobs()
    http = client.client._http
    client.close()
    assert http.is_closed
