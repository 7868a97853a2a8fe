"""``--cache`` of ``splitreader split``, ``eval`` and ``report``."""

import json
import os
import subprocess
import sys

import pytest

from splitreader.testing import ScriptedSplitAPI
from support.pdfs import make_pdf

PAGES = ["INVOICE 1\nTotal due 5", "CONTRACT\nThis agreement is made between the parties"]
CATEGORIES = ["-c", "invoice=A request for payment", "-c", "contract"]
TRUTH = {
    "pdf": "packet.pdf",
    "page_count": 2,
    "categories": ["invoice", "contract"],
    "segments": [{"category": "invoice", "pages": [1]}, {"category": "contract", "pages": [2]}],
}

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "packet.pdf").write_bytes(make_pdf(PAGES))
    (tmp_path / "packet.json").write_text(json.dumps(TRUTH))
    return tmp_path


def run(*arguments, cwd, **environment):
    ours = {name: value for name, value in os.environ.items() if not name.startswith("LLAMA_")}
    return subprocess.run(
        [sys.executable, "-m", "splitreader", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={**ours, **environment},
    )


REPORT = ["report", "packet.pdf", *CATEGORIES, "-o", "report.html", "--overwrite"]


@pytest.mark.parametrize("command", [["split", "packet.pdf", *CATEGORIES, "--format", "json"], ["eval", "."], REPORT])
def test_the_second_run_pays_nothing(folder, command):
    with ScriptedSplitAPI([("invoice", [1]), ("contract", [2])]) as api:
        cloud = {"LLAMA_CLOUD_API_KEY": api.key, "LLAMA_CLOUD_BASE_URL": api.url}
        done = [run(*command, "--engine", "llamacloud", "--cache", "kept", cwd=folder, **cloud) for _ in range(2)]
        assert [item.returncode for item in done] == [0, 0], done[0].stderr
        assert len(api.jobs) == 1
    if command[0] == "split":
        assert done[0].stdout == done[1].stdout


def test_a_folder_that_can_not_be_one_is_an_error_in_one_line(folder):
    done = run("split", "packet.pdf", *CATEGORIES, "--cache", ".", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "holds other files" in done.stderr
    assert done.stderr.count("\n") == 1
