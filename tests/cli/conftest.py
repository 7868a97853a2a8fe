import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from splitreader.cli._app import app
from splitreader.testing import ScriptedSplitAPI
from support.pdfs import make_pdf

KEY = "llx-do-not-show-this"
SCRIPT = [("invoice", [1, 2]), ("contract", [3], "low")]


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(["INVOICE 1", "Total due 5", "Agreement between the parties"]))
    return path


@pytest.fixture
def serve():
    """Starts a scripted Split API; the commands of `run` find it."""
    started = []

    def start(*arguments, **options):
        started.append(ScriptedSplitAPI(*(arguments or (SCRIPT,)), key=KEY, **options).start())
        return started[-1]

    yield start
    for api in started:
        api.close()


@pytest.fixture
def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("LLAMA_")}


@pytest.fixture
def command(environment):
    """The command line for a process that talks to an API, and its environment."""

    def build(api, *arguments):
        reach = {} if api is None else {"LLAMA_CLOUD_API_KEY": KEY, "LLAMA_CLOUD_BASE_URL": api.url}
        return [sys.executable, "-m", "splitreader", *map(str, arguments)], environment | reach

    return build


@pytest.fixture
def run(command):
    """Runs the command line; the key is in nothing that it prints."""

    def call(api, *arguments, **options):
        words, environment = command(api, *arguments)
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, **options)
        assert KEY not in done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def invoke(environment, monkeypatch):
    """Runs the command line in this process, which is quick; for what ends before anything is read or sent."""
    for name in ("LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY", "LLAMA_CLOUD_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(api, *arguments):
        reach = {} if api is None else {"LLAMA_CLOUD_API_KEY": KEY, "LLAMA_CLOUD_BASE_URL": api.url}
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=reach)

    return call
