import json
import os
import pty
import signal
import subprocess
import sys

import pypdf
import pytest

import splitreader
from support.pdfs import make_pdf, make_scan

pytestmark = pytest.mark.slow
CATEGORIES = ["-c", "invoice=A request for payment", "-c", "contract"]


def run(*arguments, cwd=None, **options):
    return subprocess.run(
        [sys.executable, "-m", "splitreader", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        **options,
    )


@pytest.fixture
def packet(tmp_path):
    path = tmp_path / "packet.pdf"
    path.write_bytes(make_pdf(["INVOICE\nInvoice number: 1\nAmount due: 5", "Agreement between the parties\nContract"]))
    return path


def test_the_table_names_the_documents_and_nothing_goes_to_stderr(sample):
    done = run("split", sample, "--categories", sample.parent / "categories.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "14 pages, 7 documents" in done.stdout
    assert "bank_statement" in done.stdout
    assert "4-8" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_the_result(packet):
    done = run("split", packet, *CATEGORIES, "--format", "json")
    (answer,) = json.loads(done.stdout)
    result = splitreader.SplitResult.model_validate(answer["result"])
    assert answer["source"] == packet.as_posix()
    assert [segment.category for segment in result.segments] == ["invoice", "contract"]


def test_json_lines_are_the_documents(packet):
    done = run("split", packet, *CATEGORIES, "--format", "jsonl")
    reader = splitreader.SplitReader({"invoice": "A request for payment", "contract": None})
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": document.id, "text": document.text, "metadata": document.metadata} for document in reader.load(packet)
    ]


def test_several_packets(packet, tmp_path):
    other = tmp_path / "other.pdf"
    other.write_bytes(make_pdf(["INVOICE\nInvoice number: 7"]))
    answers = json.loads(run("split", packet, other, *CATEGORIES, "--format", "json").stdout)
    assert [answer["source"] for answer in answers] == [packet.as_posix(), other.as_posix()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.yaml", "- name: invoice\n  description: A request\n- contract\n"),
        ("c.yaml", "invoice: A request\ncontract:\n"),
        ("c.json", '[{"name": "invoice", "description": "A request"}, "contract"]'),
        ("c.json", '{"categories": [{"name": "invoice"}, {"name": "contract"}], "segments": []}'),
    ],
)
def test_categories_from_a_file(packet, tmp_path, name, content):
    (tmp_path / name).write_text(content)
    done = run("split", packet, "--categories", tmp_path / name, "--format", "json")
    assert [s["category"] for s in json.loads(done.stdout)[0]["result"]["segments"]] == ["invoice", "contract"]


class TestFolder:
    def test_holds_the_documents_and_a_pdf_for_each(self, packet, tmp_path):
        out = tmp_path / "out"
        done = run("split", packet, *CATEGORIES, "--out", out, "--pdfs")
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in out.iterdir()) == [
            "01-invoice.pdf",
            "02-contract.pdf",
            "documents.jsonl",
        ]
        lines = [json.loads(line) for line in (out / "documents.jsonl").read_text().splitlines()]
        assert [line["metadata"]["category"] for line in lines] == ["invoice", "contract"]
        assert len(pypdf.PdfReader(out / "02-contract.pdf").pages) == 1

    def test_has_a_folder_for_each_of_several_packets(self, packet, tmp_path):
        twin = tmp_path / "sub" / "packet.pdf"
        twin.parent.mkdir()
        twin.write_bytes(make_pdf(["INVOICE\nInvoice number: 7"]))
        out = tmp_path / "out"
        assert run("split", packet, twin, *CATEGORIES, "--out", out, "--pdfs").returncode == 0
        assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.pdf")) == [
            "packet-2/01-invoice.pdf",
            "packet/01-invoice.pdf",
            "packet/02-contract.pdf",
        ]

    def test_replaces_nothing_unless_asked(self, packet, tmp_path):
        out = tmp_path / "out"
        assert run("split", packet, *CATEGORIES, "--out", out).returncode == 0
        again = run("split", packet, *CATEGORIES, "--out", out)
        assert again.returncode == 1
        assert "documents.jsonl is there already" in again.stderr
        assert run("split", packet, *CATEGORIES, "--out", out, "--overwrite").returncode == 0

    def test_shows_that_it_is_not_whole_after_an_error(self, packet, tmp_path):
        broken = tmp_path / "z.pdf"
        broken.write_bytes(b"no pdf")
        out = tmp_path / "out"
        assert run("split", packet, broken, *CATEGORIES, "--out", out).returncode == 1
        assert [path.name for path in out.iterdir()] == ["documents.jsonl.partial"]
        assert len((out / "documents.jsonl.partial").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere.pdf", "-c", "a"], 1, "no file or folder 'nowhere.pdf'"),
        (["packet.pdf"], 2, "no categories"),
        (["packet.pdf", "-c", "a", "-c", "a"], 2, "two categories are called 'a'"),
        (["packet.pdf", "-c", "a", "--pdfs"], 2, "--pdfs needs --out"),
        (["packet.pdf", "--categories", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["packet.pdf", "--categories", "packet.pdf"], 2, "packet.pdf"),
        (["text.pdf", "-c", "a"], 1, "text.pdf is not a PDF"),
        (["scan.pdf", "-c", "a"], 1, "pages 1 of scan.pdf are images"),
    ],
)
def test_an_error_is_one_line_on_stderr_and_a_code(packet, tmp_path, arguments, code, message):
    (tmp_path / "text.pdf").write_text("only text")
    (tmp_path / "scan.pdf").write_bytes(make_scan(1))
    done = run("split", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: ")
    assert message in done.stderr


def test_debug_shows_the_traceback():
    done = run("split", "nowhere.pdf", "-c", "a", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "SourceNotFound" in done.stderr


def test_an_option_that_is_not_there_ends_with_the_usage_code():
    assert run("split", "x.pdf", "--colour").returncode == 2


def test_scans_go_on_without_their_text_when_asked(tmp_path):
    (tmp_path / "scan.pdf").write_bytes(make_scan(1))
    done = run("split", tmp_path / "scan.pdf", "-c", "a", "--ocr", "off", "--format", "jsonl")
    assert json.loads(done.stdout)["metadata"]["text_source"] == "none"


def test_markup_and_control_characters_in_a_category_are_only_text(packet):
    done = run("split", packet, "-c", "[red]invoice[/red]\x1b[31m")
    assert "[red]invoice[/red] [31m" in done.stdout or "uncategorized" in done.stdout
    assert "\x1b" not in done.stdout


def test_version():
    assert run("--version").stdout.strip() == splitreader.__version__


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
class TestTerminal:
    def start(self, *arguments):
        """The command with a terminal for standard error and a pipe for standard output."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "splitreader", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        )
        os.close(theirs)
        return process, ours

    def drawn(self, terminal):
        seen = b""
        try:
            while piece := os.read(terminal, 4096):
                seen += piece
        except OSError:
            pass
        os.close(terminal)
        return seen.decode(errors="replace")

    def test_shows_a_progress_bar_and_keeps_results_apart(self, tmp_path):
        path = tmp_path / "long.pdf"
        path.write_bytes(make_pdf(["INVOICE " * 300] * 1500))
        process, terminal = self.start("split", path, "-c", "invoice", "--format", "json")
        drawn, printed = self.drawn(terminal), process.stdout.read()
        process.stdout.close()
        assert process.wait() == 0
        assert "1500" in drawn
        assert json.loads(printed)[0]["result"]["page_count"] == 1500

    def test_ctrl_c_ends_it_with_130_and_no_traceback(self, tmp_path):
        path = tmp_path / "long.pdf"
        path.write_bytes(make_pdf(["INVOICE " * 300] * 3000))
        process, terminal = self.start("split", path, "-c", "invoice")
        os.read(terminal, 1)
        process.send_signal(signal.SIGINT)
        drawn = self.drawn(terminal)
        process.stdout.read()
        process.stdout.close()
        assert process.wait() == 130
        assert "Traceback" not in drawn
