import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest
from typer.testing import CliRunner

from splitreader.cli import _app as cli
from splitreader.server import ServerSettings, create_app
from splitreader.server._uvicorn import HTTPServer
from support.serving import FILES, V1_JOBS, HeldEngine, client_of, upload, v1

SPLITREADER = [sys.executable, "-m", "splitreader"]


def run(*arguments, **environment):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env=environment)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_a_public_address_without_keys_is_refused_and_nothing_is_made(tmp_path, host):
    outcome = run("serve", "--data", tmp_path / "data", "--host", host, SPLITREADER_SERVER_KEYS="")
    assert outcome.exit_code == 2
    assert "serve-key" in outcome.stderr
    assert not (tmp_path / "data").exists()


def test_a_file_of_keys_that_is_wrong_is_refused(tmp_path):
    outcome = run("serve", "--data", tmp_path / "data", "--keys", tmp_path / "none.yaml", SPLITREADER_SERVER_KEYS="")
    assert outcome.exit_code == 2
    assert "none.yaml" in outcome.stderr


def test_an_address_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        outcome = run("serve", "--data", tmp_path / "data", "--port", port, SPLITREADER_SERVER_KEYS="")
    assert outcome.exit_code == 1
    assert f"127.0.0.1:{port}" in outcome.stderr


def test_serve_with_a_key_and_stop_at_sigterm(tmp_path):
    keys = tmp_path / "keys.yaml"
    made = run("serve-key", "--project", "acme", "--file", keys)
    assert made.exit_code == 0
    key = made.stdout.strip()
    command = [*SPLITREADER, "serve", "--data", tmp_path / "data", "--port", "0", "--keys", keys]
    command += ["--allow-host", "split.test", "--max-upload", "1"]
    environment = {**os.environ, "SPLITREADER_SERVER_KEYS": "globex:other-key"}
    with (
        (tmp_path / "log").open("w+") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", line)[0]
        assert "with keys" in line
        with client_of(url, {"Authorization": f"Bearer {key}"}) as client:
            file_id = upload(client, name="secret-name.pdf")
            assert "server" not in client.get("/healthz").headers
            assert client.get("/healthz", headers={"Host": "split.test"}).status_code == 200
            assert client.post(FILES, files={"file": ("a", b"x" * 1_048_577)}).status_code == 413
            assert client.get(f"{FILES}/{file_id}", headers={"Authorization": "Bearer other-key"}).status_code == 404
        assert httpx.get(url + FILES).status_code == 401
        second = run("serve", "--data", tmp_path / "data", "--port", "0", SPLITREADER_SERVER_KEYS="")
        assert second.exit_code == 1
        assert str(tmp_path / "data") in second.stderr
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        log.seek(0)
        lines = [json.loads(line) for line in log]
    requests = [line for line in lines if line["message"] == "request"]
    assert [line["status"] for line in requests] == [201, 200, 200, 413, 404, 401]
    assert all(line["level"] == "info" for line in lines)
    assert key not in str(lines)
    assert "secret-name" not in str(lines)


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path):
    code = "\n".join([
        "import importlib.util, sys",
        "find = importlib.util.find_spec",
        "importlib.util.find_spec = lambda name, *rest: None if name in ('fastapi', 'uvicorn') else find(name, *rest)",
        "from splitreader.cli import main",
        f"sys.argv = ['splitreader', 'serve', '--data', {str(tmp_path)!r}]",
        "main()",
    ])  # fmt: skip
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert outcome.returncode == 1
    assert outcome.stderr.count("\n") == 1
    assert "pip install 'splitreader[server]'" in outcome.stderr
    assert "fastapi, uvicorn" in outcome.stderr


def test_the_package_itself_loads_nothing_of_the_server():
    heavy = ["fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "splitreader.server"]
    code = f"import sys, splitreader, splitreader.cli._app; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_once_it_stops_no_more_jobs_are_begun_whoever_holds_a_connection(tmp_path):
    engine = HeldEngine(held=True)
    app = create_app(ServerSettings(data=tmp_path, workers=1, grace_seconds=0), engine=engine)
    server = HTTPServer(app, grace_seconds=0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        with client_of(f"http://127.0.0.1:{address[1]}") as client:
            file_id = upload(client)
            for _ in range(2):
                assert client.post(V1_JOBS, json=v1(file_id)).status_code == 201
        services = app.state.services
        until(lambda: engine.configs)
        with socket.create_connection(address) as held:
            head = f"POST {V1_JOBS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            held.sendall(f"{head}Content-Length: 9\r\n\r\n".encode())
            until(lambda: server.server_state.tasks)
            server.should_exit = True
            until(lambda: listener.fileno() == -1)
            engine.go.set()
            workers = services.runner._workers
            until(lambda: len(engine.configs) > 1 or all(worker.done() for worker in workers))
            assert services.storage.jobs.counts()["pending"] == 1
            assert thread.is_alive()
        thread.join(60)
        assert not thread.is_alive()
    assert len(engine.configs) == 1


def until(check):
    """Look until it is so."""
    for _ in range(3000):
        if check():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never was so")
