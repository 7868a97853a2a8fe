import json

import pytest
from typer.testing import CliRunner

from splitreader.cli._app import app
from support.pdfs import make_pdf

PAGES = ["Berthing record\nvessel quay tide pilot", "Orchard survey\nblossom apple hive frost"]
SEGMENTS = [{"category": "blue", "pages": [1]}, {"category": "green", "pages": [2]}]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def truth(tmp_path):
    """Three packets of texts, and one PDF."""
    (tmp_path / "packet.pdf").write_bytes(make_pdf(PAGES))
    texts = [
        {"pages": [f"{page}\n{word}" for page in PAGES], "categories": ["blue", "green"], "segments": SEGMENTS}
        for word in ("morning", "noon", "evening")
    ]
    pdf = {"pdf": "packet.pdf", "page_count": 2, "categories": ["blue", "green"], "segments": SEGMENTS}
    path = tmp_path / "truth.json"
    path.write_text(json.dumps([*texts, pdf]))
    return path


def test_what_fit_writes_split_and_eval_take(truth, tmp_path):
    model = tmp_path / "model.json"
    done = run("fit", truth, "--out", model)
    assert (done.exit_code, done.stdout) == (0, f"{model}: EmbeddedEngine(fitted to 8 documents of 2 categories)\n")
    done = run(
        "split", tmp_path / "packet.pdf", "-c", "blue", "-c", "green", "--engine-file", model, "--format", "json"
    )
    assert [s["category"] for s in json.loads(done.stdout)[0]["result"]["segments"]] == ["blue", "green"]
    plain = run("split", tmp_path / "packet.pdf", "-c", "blue", "-c", "green", "--format", "json")
    assert plain.stdout != done.stdout
    done = run("eval", truth, "--engine-file", model, "--format", "json")
    assert json.loads(done.stdout)["metrics"]["page_category"]["value"] == 1


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(truth, tmp_path):
    model = tmp_path / "model.json"
    model.write_text("mine")
    done = run("fit", truth, "--out", model)
    assert (done.exit_code, model.read_text()) == (1, "mine")
    assert "pass --overwrite" in done.stderr
    assert run("fit", truth, "--out", model, "--overwrite").exit_code == 0
    assert model.read_text() != "mine"


def test_a_file_of_something_else_is_refused(truth, tmp_path):
    done = run("split", tmp_path / "packet.pdf", "-c", "blue", "--engine-file", truth)
    assert done.exit_code == 2
    assert "is no file of a fitted embedded engine" in done.stderr


def test_the_hosted_engine_takes_none(truth, tmp_path):
    done = run("split", tmp_path / "packet.pdf", "-c", "blue", "--engine", "llamacloud", "--engine-file", truth)
    assert done.exit_code == 2
    assert "--engine-file is for the embedded engine" in done.stderr
