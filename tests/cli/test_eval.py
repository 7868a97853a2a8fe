import json
import os
import subprocess
import sys

import pytest

from support.pdfs import make_pdf

TRUTH = {
    "pdf": "packet.pdf",
    "page_count": 3,
    "categories": [{"name": "invoice", "description": "A request for payment"}, {"name": "contract"}],
    "segments": [{"category": "invoice", "pages": [1, 2]}, {"category": "contract", "pages": [3]}],
}


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "splitreader", "eval", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.fixture
def folder(tmp_path):
    pages = [
        "INVOICE\nInvoice number: 1001\nPage 1 of 2\nWidgets 10.00",
        "Page 2 of 2\nTotal amount due 10.00",
        "CONTRACT\nThis agreement is made between the parties",
    ]
    (tmp_path / "packet.pdf").write_bytes(make_pdf(pages))
    (tmp_path / "packet.json").write_text(json.dumps(TRUTH))
    return tmp_path


def test_a_folder_as_a_table_and_as_a_page(folder):
    done = run(".", "--html", "report.html", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "embedded: 1 packets from 1 sources, 3 pages" in done.stdout
    assert "packets_without_error     1.000" in done.stdout
    assert "Packets with an error: 0 of 1" in (folder / "report.html").read_text()
    again = run(".", "--html", "report.html", cwd=folder)
    assert (again.returncode, again.stdout) == (1, "")
    assert "pass --overwrite" in again.stderr
    assert run(".", "--html", "report.html", "--overwrite", cwd=folder).returncode == 0


def test_a_page_without_a_folder_is_refused_before_anything_is_split(folder):
    (folder / "packet.pdf").unlink()
    done = run(".", "--html", "nowhere/report.html", cwd=folder)
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "error: nowhere is no folder; make it first, or choose another file",
    )


def test_json(folder):
    done = run("packet.json", "--format", "json", cwd=folder)
    assert json.loads(done.stdout)["metrics"]["segment_category_f1"]["value"] == 1


def test_a_packet_that_can_not_be_split_is_reported(folder):
    (folder / "packet.pdf").write_text("no pdf")
    done = run(".", cwd=folder)
    assert done.returncode == 1
    assert "1 packets could not be split and count as missed" in done.stdout
    assert "is not a PDF" in done.stdout


def test_a_truth_that_is_wrong_is_one_line(folder):
    (folder / "packet.json").write_text(json.dumps({**TRUTH, "segments": [{"category": "x", "pages": [1]}]}))
    done = run(".", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_options_of_another_engine_are_refused(folder):
    done = run(".", "--api", "v1", cwd=folder)
    assert done.returncode == 2
    assert "the embedded engine has no --api" in done.stderr
