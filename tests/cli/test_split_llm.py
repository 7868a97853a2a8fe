"""``--engine llm`` of ``split``, ``eval`` and ``serve``."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from splitreader.cli._app import app
from splitreader.testing import Fault, ScriptedChatAPI
from support.pdfs import make_pdf, make_scan

pytestmark = pytest.mark.slow
KEY = "sk-do-not-show-this"
TRUTH = [("invoice", [1, 2]), ("contract", [3, 4, 5])]
TEXTS = ["Copper kettles hung in rows.", "Rain fell.", "Geese crossed the pond.", "Old maps.", "Snow on the road."]
CATEGORIES = ["-c", "invoice=A request for payment", "-c", "contract"]


@pytest.fixture
def api():
    with ScriptedChatAPI(TRUTH, key=KEY) as api:
        yield api


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(TEXTS))
    return path


@pytest.fixture
def called(environment, tmp_path):
    """Runs the command line with a key in the environment; it is in nothing that is printed."""
    ours = {name: value for name, value in environment.items() if not name.startswith("OPENAI_")}

    def call(*arguments, **variables):
        words = [sys.executable, "-m", "splitreader", *map(str, arguments)]
        env = ours | {"OPENAI_API_KEY": KEY} | variables
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert KEY not in done.stdout + done.stderr
        return done

    return call


def test_a_model_that_takes_no_temperature(called, packet):
    with ScriptedChatAPI(TRUTH, key=KEY, takes_temperature=False) as api:
        done = called("split", packet, *CATEGORIES, "--engine", "llm", "--model", "m", "--base-url", api.url)
        assert [request.body.get("temperature") for request in api.requests] == [0.0, None]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_packet_is_split_by_the_model_named(api, called, packet):
    done = called(
        "split", packet, *CATEGORIES, "--engine", "llm", "--model", "m", "--base-url", api.url, "--format", "json"
    )
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)[0]["result"]
    assert result["engine"] == "llm"
    assert [(segment["category"], segment["pages"]) for segment in result["segments"]] == [
        ("invoice", [1, 2]),
        ("contract", [3, 4, 5]),
    ]
    assert api.calls == 1
    assert api.requests[0].body["model"] == "m"


def test_the_environment_may_name_the_server(api, called, packet):
    done = called("split", packet, *CATEGORIES, "--engine", "llm", "--model", "m", OPENAI_BASE_URL=api.url)
    assert (done.returncode, api.calls) == (0, 1)


def test_every_option(api, called, packet, tmp_path):
    options = ["--llm-mode", "uncertain", "--llm-timeout", "30", "--llm-cache", "cache", "--max-cost", "1"]
    options += ["--price-per-million", "0.5,2", "--custom-instructions", "Kettles are invoices."]
    options += ["--window", "2", "--max-concurrent", "2", "--max-tokens", "100000", "--vision"]
    words = ["split", packet, *CATEGORIES, "--engine", "llm", "--model", "m", "--base-url", api.url, *options]
    first, second = (called(*words, "--format", "json") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    usage = json.loads(first.stdout)[0]["result"]["usage"]
    assert usage["mode"] == "uncertain"
    assert usage["cost"] > 0
    system, user = api.requests[0].body["messages"]
    assert "Kettles are invoices." in system["content"]
    assert 1 <= [part["type"] for part in user["content"]].count("image_url") <= 2
    assert json.loads(second.stdout)[0]["result"]["usage"]["cost"] == 0
    assert api.calls == usage["questions"]
    assert list((tmp_path / "cache").rglob("*"))


def test_a_scan_is_split_by_what_the_model_sees(api, called, tmp_path):
    (tmp_path / "scan.pdf").write_bytes(make_scan(TEXTS))
    options = ["--engine", "llm", "--model", "m", "--base-url", api.url, "--ocr", "off", "--vision", "--window", "3"]
    done = called("split", "scan.pdf", *CATEGORIES, *options, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    segments = json.loads(done.stdout)[0]["result"]["segments"]
    assert [(segment["category"], segment["pages"]) for segment in segments] == [(n, p) for n, p in TRUTH]
    shown = [[part["type"] for part in request.body["messages"][1]["content"]] for request in api.requests]
    assert [*map(len, shown)] == [4, 4]
    assert {kind for kinds in shown for kind in kinds[1:]} == {"image_url"}


def test_a_model_that_fails_is_one_line_and_exit_code_1(api, called, packet):
    api.answer_next(Fault(status=404, body={"error": {"message": "model 'm' not found"}}), times=None)
    done = called("split", packet, *CATEGORIES, "--engine", "llm", "--model", "m", "--base-url", api.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"error: .*model 'm' not found; check the model's name and the base URL.*\n", done.stderr)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "llm"], "--engine llm needs --model NAME"),
        (
            ["--engine", "llm", "--model", "m", "--region", "eu"],
            "the llm engine has no --region; add --engine llamacloud",
        ),
        (["--model", "m"], "the embedded engine has no --model; add --engine llm, or leave it out"),
        (["--base-url", "http://localhost/v1"], "add --engine llm or --engine llamacloud, or leave it out"),
        (["--engine", "llamacloud", "--llm-mode", "full"], "the llamacloud engine has no --llm-mode; add --engine llm"),
        (["--engine", "llm", "--model", "m", "--price-per-million", "1"], "--price-per-million takes two numbers"),
        (["--engine", "llm", "--model", "m", "--max-cost", "1"], "max_cost needs price_per_million"),
        (["--engine", "llm", "--model", "m", "--base-url", "localhost"], "is no http(s) URL"),
        (["--engine", "llm", "--model", "m", "--max-tokens", "0"], "max_tokens_per_packet is 0"),
        (["--engine", "llm", "--model", "m", "--window", "1"], "window is 1; it must be a whole number from 2 to 50"),
        (["--engine", "llm", "--model", "m", "--max-concurrent", "0"], "max_concurrent is 0"),
        (["--vision"], "the embedded engine has no --vision; add --engine llm, or leave it out"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_read(packet, options, message, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = CliRunner().invoke(app, ["split", str(packet), *CATEGORIES, *options])
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_file_on_llamacloud_needs_llamacloud(called):
    done = called("split", "llamacloud:f-1", *CATEGORIES, "--engine", "llm", "--model", "m")
    assert done.returncode == 2
    assert "llamacloud:f-1 is a file of LlamaCloud" in done.stderr


def test_eval_measures_it(api, called, packet, tmp_path):
    segments = [{"category": category, "pages": pages} for category, pages in TRUTH]
    truth = {"pdf": "packet.pdf", "page_count": 5, "categories": ["invoice", "contract"], "segments": segments}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    done = called("eval", "truth.json", "--engine", "llm", "--model", "m", "--base-url", api.url, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert api.calls == 1
    assert '"llm"' in done.stdout


def test_a_server_asks_it(api, called, packet, environment, tmp_path):
    words = [sys.executable, "-m", "splitreader", "serve", "--data", "data", "--port", "0"]
    words += ["--engine", "llm", "--model", "m", "--base-url", api.url]
    env = {name: value for name, value in environment.items() if name != "SPLITREADER_SERVER_KEYS"}
    env |= {"OPENAI_API_KEY": KEY}
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, cwd=tmp_path, env=env) as server,
    ):
        try:
            url = re.search(r"http://[0-9.:]+", server.stdout.readline())[0]
            done = called(
                "split", packet, *CATEGORIES, "--engine", "llamacloud", "--custom-instructions", "x",
                "--format", "json", LLAMA_CLOUD_API_KEY="any", LLAMA_CLOUD_BASE_URL=url,
            )  # fmt: skip
        finally:
            server.terminate()
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)[0]["result"]
    assert [segment["pages"] for segment in result["segments"]] == [[1, 2], [3, 4, 5]]
    assert api.calls == 1
    assert KEY not in (tmp_path / "log").read_text()
