"""``splitreader report``."""

import subprocess
import sys

import pytest

from support.pdfs import make_pdf


def run(*arguments):
    command = [sys.executable, "-m", "splitreader", "report", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(["INVOICE\nInvoice No: INV-1\nAmount due 610.00", "SERVICE AGREEMENT\n1. Scope"]))
    return path


def test_a_file(packet, tmp_path):
    done = run(packet, "-c", "invoice", "-c", "contract", "-o", tmp_path / "report.html", "--pictures", 100)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"wrote {tmp_path / 'report.html'}\n"
    assert "INV-1" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_folder_with_a_packet_that_can_not_be_read(packet, tmp_path):
    (tmp_path / "z.pdf").write_bytes(b"no pdf")
    done = run(packet, tmp_path / "z.pdf", "-c", "invoice", "-o", tmp_path / "out", "--on-error", "skip", "--no-text")
    assert done.returncode == 1
    assert "z.pdf is not a PDF" in done.stderr
    assert "could not be split" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<template" not in (tmp_path / "out" / "001-packet.html").read_text(encoding="utf-8")


def test_a_file_that_is_there(packet, tmp_path):
    (tmp_path / "report.html").write_text("mine")
    done = run(packet, "-c", "invoice", "-o", tmp_path / "report.html")
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert done.stdout == ""
    assert (tmp_path / "report.html").read_text() == "mine"


def test_an_option_of_another_engine(packet, tmp_path):
    done = run(packet, "-c", "invoice", "-o", tmp_path / "report.html", "--model", "m")
    assert done.returncode == 2
    assert "add --engine llm" in done.stderr
