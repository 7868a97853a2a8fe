import contextlib
import socket
import sqlite3
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from splitreader.server import ServerSettings, create_app
from splitreader.server.access.keys import project_id_of
from support.serving import (
    ACME,
    FILES,
    KEYS,
    HeldEngine,
    api_routes,
    client_of,
    serving,
    upload,
)

SESSION = "/api/v1/session"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), keys=KEYS, engine=HeldEngine()) as url:
        yield url


@pytest.fixture
def anyone(url):
    with client_of(url) as client:
        yield client


@pytest.fixture
def acme(url):
    with client_of(url, ACME) as client:
        yield client


def test_the_description_leaves_no_route_out():
    app = create_app(ServerSettings(data=Path("unused")))
    found = {route.path for route in all_routes(app.routes) if route.include_in_schema}
    assert found == set(app.openapi()["paths"])


def all_routes(routes):
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from all_routes(inner.routes)


@pytest.mark.parametrize(("method", "path"), api_routes())
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a2V5LW9mLWFjbWU6"}, {"Cookie": "session=wrong"},
     {"Authorization": "key-of-acme"}, {"Authorization": "Bearer"}],
)  # fmt: skip
def test_every_route_wants_a_key(anyone, method, path, headers):
    answer = anyone.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid API key, or none"})


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/beta/files/", "/API/v1/beta/files", "//api/v1/beta/files"]
)
def test_what_is_not_there_tells_nothing(anyone, acme, path):
    assert anyone.get(path).status_code in {401, 404}
    assert acme.get(path).status_code == 404


def test_a_cookie_is_got_for_a_key_and_opens_the_same_things(anyone, acme):
    upload(acme, name="through-the-cookie.pdf")
    answer = anyone.post(SESSION, headers=ACME)
    assert answer.status_code == 201
    assert answer.json()["project_id"] == project_id_of("acme")
    cookie = answer.headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert name == "session"
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= attributes
    assert "secure" not in attributes
    assert "key-of-acme" not in cookie
    assert anyone.get(FILES, params={"file_name": "through-the-cookie.pdf"}).json()["items"]
    assert anyone.post(SESSION).status_code == 401  # a cookie begets no cookie
    value = anyone.cookies["session"]
    assert anyone.delete(SESSION).status_code == 204
    assert anyone.get(FILES, headers={"Cookie": f"session={value}"}).status_code == 401


def test_a_wrong_key_is_not_made_good_by_a_cookie(anyone):
    anyone.post(SESSION, headers=ACME)
    assert anyone.get(FILES).status_code == 200
    assert anyone.get(FILES, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_cookie_is_for_tls_where_the_settings_say_so(tmp_path):
    with serving(tmp_path, keys=KEYS, secure_cookies=True, session_seconds=60) as url:
        answer = httpx.post(url + SESSION, headers=ACME)
    assert "; secure" in answer.headers["Set-Cookie"].lower()
    assert "max-age=60" in answer.headers["Set-Cookie"].lower()


def test_a_cookie_is_for_tls_where_the_request_came_by_it(url):
    answer = httpx.post(url + SESSION, headers={**ACME, "X-Forwarded-Proto": "https"})
    assert "; secure" in answer.headers["Set-Cookie"].lower()


def test_a_session_dies_with_its_key_and_with_its_time(tmp_path):
    with serving(tmp_path, keys=KEYS) as url:
        cookie = {"Cookie": f"session={httpx.post(url + SESSION, headers=ACME).cookies['session']}"}
        assert httpx.get(url + FILES, headers=cookie).status_code == 200
    with serving(tmp_path, keys={"key-of-globex": "globex"}) as url:
        assert httpx.get(url + FILES, headers=cookie).status_code == 401
    with serving(tmp_path, keys={"key-of-acme": "another"}) as url:  # the key has changed hands
        assert httpx.get(url + FILES, headers=cookie).status_code == 401
    with serving(tmp_path, keys=KEYS) as url:
        assert httpx.get(url + FILES, headers=cookie).status_code == 200


def test_a_server_without_keys_has_one_project_and_no_sessions(tmp_path):
    with serving(tmp_path) as url:
        assert httpx.get(url + FILES).status_code == 200
        assert httpx.get(url + FILES, headers={"Authorization": "Bearer any"}).status_code == 200
        assert httpx.post(url + SESSION, headers=ACME).status_code == 409


@pytest.mark.parametrize(
    "path", [FILES, "/healthz", "/docs", "/openapi.json", "/content/p/f?expires=1&signature=x", "/"]
)
def test_a_foreign_host_is_refused_everywhere(url, path):
    for host in ("evil.test", "evil.test:8000", "localhost.evil.test", ""):
        assert httpx.get(url + path, headers={**ACME, "Host": host}).status_code == 400
    assert httpx.get(url + path, headers={**ACME, "Host": "localhost:1"}).status_code != 400


def test_a_host_that_was_named_is_served(tmp_path):
    with serving(tmp_path, hosts=("split.test",)) as url:
        assert httpx.get(url + "/healthz", headers={"Host": "Split.test:443"}).status_code == 200
        assert httpx.get(url + "/healthz").status_code == 400


@pytest.mark.parametrize("origin", ["null", "https://evil.test", "http://127.0.0.1", "http://localhost:1"])
@pytest.mark.parametrize(("method", "path"), [route for route in api_routes() if route[0] != "GET"])
def test_pages_of_other_origins_can_change_nothing(anyone, method, path, origin):
    for credentials in (ACME, {}):
        answer = anyone.request(method, path, headers={**credentials, "Origin": origin})
        assert answer.status_code == 403


def test_the_servers_own_pages_can_and_no_other_may_read(url):
    own = httpx.post(url + SESSION, headers={**ACME, "Origin": url})
    assert own.status_code == 201
    for answer in (
        httpx.get(url + FILES, headers={**ACME, "Origin": "https://evil.test"}),
        httpx.options(url + FILES, headers={"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_answers_are_not_cached_and_not_guessed_at(acme):
    for path in (FILES, "/healthz", "/docs"):
        assert acme.get(path).headers["X-Content-Type-Options"] == "nosniff"
    assert acme.get(FILES).headers["Cache-Control"] == "no-store"


def test_health_needs_no_key_and_tells_when_the_database_is_gone(tmp_path, caplog):
    with serving(tmp_path, keys=KEYS) as url:
        answer = httpx.get(url + "/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        drop_table(tmp_path, "secrets")
        answer = httpx.get(url + "/healthz")
        assert answer.status_code == 503
        assert "secrets" not in answer.text
    assert "no such table: secrets" in caplog.text


def test_a_session_that_can_t_be_looked_up_is_not_refused_for_good(tmp_path, caplog):
    with serving(tmp_path, keys=KEYS) as url:
        drop_table(tmp_path, "sessions")
        answer = httpx.get(url + FILES, headers={"Cookie": "session=any"})
        assert answer.status_code == 503
        assert "sessions" not in answer.text
    assert "no such table: sessions" in caplog.text


def drop_table(data, name):
    """Damage the database of a running server."""
    with contextlib.closing(sqlite3.connect(data / "splitreader.db")) as connection:
        connection.execute(f"DROP TABLE {name}")


def test_the_docs_need_nothing_from_elsewhere(anyone):
    page = anyone.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
    for part in ("docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js", "openapi.json"):
        assert anyone.get(f"/{part}").status_code == 200
    assert anyone.get("/docs/../_app.py").status_code == 404
    assert anyone.get("/docs/secret").status_code == 404


def test_the_access_log_holds_ids_and_no_names_queries_or_keys(acme, caplog):
    caplog.set_level("INFO", "splitreader.server")
    file_id = upload(acme, name="secret-name.pdf")
    acme.get(f"{FILES}/{file_id}", params={"file_name": "secret-name.pdf"})
    acme.get(f"{FILES}/secret-name.pdf")
    acme.get("/secret-name.pdf")
    records = [record for record in caplog.records if record.name == "splitreader.server.access"]
    assert [record.status for record in records] == [201, 200, 404, 404]
    assert records[1].file_id == file_id
    assert records[1].route == f"{FILES}/{{file_id}}"
    text = " ".join(str(vars(record)) for record in caplog.records)
    assert "secret-name" not in text
    assert "key-of-acme" not in text


@pytest.mark.parametrize("path", [FILES, "/api/v1/beta/split/jobs"])
def test_a_body_that_stops_coming_is_not_waited_for(url, monkeypatch, path):
    monkeypatch.setattr("splitreader.server.access.entrance.SILENCE_SECONDS", 0.05)
    host, port = url.removeprefix("http://").split(":")
    kind = "multipart/form-data; boundary=b" if path == FILES else "application/json"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer key-of-acme\r\nContent-Type: {kind}\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n--b\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("begin", [b"GET /healthz?", b"GET /healthz HTTP/1.1\r\nX-Long: "])
def test_the_head_of_a_request_is_bounded(url, begin):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection, pytest.raises(ConnectionError):
        connection.sendall(begin + b"a" * (64 << 20))
