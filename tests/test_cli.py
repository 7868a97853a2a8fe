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


def test_the_table_names_the_documents_and_nothing_goes_to_stderr(sample, sample_packet):
    done = run("split", sample, "--categories", sample_packet.with_name("categories.yaml"))
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
        ("c.json", '[\n\t"invoice",\n\t{"name": "contract", "description": "\\ud83e\\uddfe"}\n]'),
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

    def test_keeps_the_pdfs_of_before_unless_asked(self, packet, tmp_path):
        out = tmp_path / "out"
        out.mkdir()
        (out / "02-contract.pdf").write_bytes(b"mine")
        done = run("split", packet, *CATEGORIES, "--out", out, "--pdfs")
        assert done.returncode == 1
        assert "02-contract.pdf is there already" in done.stderr
        assert (out / "02-contract.pdf").read_bytes() == b"mine"

    def test_keeps_the_part_of_before_unless_asked(self, packet, tmp_path):
        out = tmp_path / "out"
        out.mkdir()
        (out / "documents.jsonl.partial").write_text("mine")
        done = run("split", packet, *CATEGORIES, "--out", out)
        assert done.returncode == 1
        assert "documents.jsonl.partial is there already" in done.stderr
        assert "--overwrite" in done.stderr
        assert (out / "documents.jsonl.partial").read_text() == "mine"
        assert run("split", packet, *CATEGORIES, "--out", out, "--overwrite").returncode == 0
        assert [path.name for path in out.iterdir()] == ["documents.jsonl"]

    def test_never_replaces_a_packet(self, packet, tmp_path):
        path = packet.rename(tmp_path / "01-invoice.pdf")
        before = path.read_bytes()
        done = run("split", path.name, *CATEGORIES, "--out", ".", "--pdfs", "--overwrite", cwd=tmp_path)
        assert done.returncode == 1
        assert "01-invoice.pdf itself" in done.stderr
        assert path.read_bytes() == before

    @pytest.mark.skipif(os.name == "nt", reason="no such names")
    def test_is_never_left(self, packet, tmp_path):
        data = packet.read_bytes()
        (tmp_path / "in").mkdir()
        for number, name in enumerate(["...pdf", "..pdf", "documents.jsonl.pdf"]):
            (tmp_path / "in" / name).write_bytes(data + b"%" * number)
        out = tmp_path / "deep" / "out"
        files = [tmp_path / "in" / name for name in ("...pdf", "..pdf", "documents.jsonl.pdf")]
        done = run("split", *files, *CATEGORIES, "--out", out, "--pdfs")
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in out.iterdir()) == [
            "documents-jsonl",
            "documents.jsonl",
            "packet",
            "packet-2",
        ]
        assert [path.name for path in out.parent.iterdir()] == ["out"]

    def test_takes_names_for_equal_that_differ_in_case(self, packet, tmp_path):
        other = tmp_path / "sub" / "PACKET.pdf"
        other.parent.mkdir()
        other.write_bytes(make_pdf(["INVOICE\nInvoice number: 7"]))
        out = tmp_path / "out"
        assert run("split", packet, other, *CATEGORIES, "--out", out, "--pdfs").returncode == 0
        assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["packet", "packet-2"]

    def test_an_end_that_fails_is_one_line(self, packet, tmp_path):
        out = tmp_path / "out"
        (out / "documents.jsonl").mkdir(parents=True)
        done = run("split", packet, *CATEGORIES, "--out", out, "--overwrite")
        assert done.returncode == 1
        assert "can't write documents.jsonl" in done.stderr
        assert done.stderr.count("\n") == 1


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
    ],
)
def test_an_error_is_one_line_on_stderr_and_a_code(packet, tmp_path, arguments, code, message):
    (tmp_path / "text.pdf").write_text("only text")
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
    (tmp_path / "scan.pdf").write_bytes(make_scan(["one"]))
    done = run("split", tmp_path / "scan.pdf", "-c", "a", "--ocr", "off", "--format", "jsonl")
    assert json.loads(done.stdout)["metadata"]["text_source"] == "none"


def test_markup_and_control_characters_in_a_category_are_only_text(packet):
    category = "[red]invoice[/red]\x1b[31m=A request for payment, with an invoice number and an amount due"
    done = run("split", packet, "-c", category, "--allow-uncategorized", "forbid")
    assert done.returncode == 0, done.stderr
    assert "│ 1 │ [red]invoice[/red] [31m │" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="no such names")
class TestHostileNames:
    NAME = "[red]a[bold]\x1b[31m\r.pdf"

    def test_in_the_table(self, packet, tmp_path):
        path = tmp_path / self.NAME
        packet.rename(path)
        done = run("split", self.NAME, *CATEGORIES, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "[red]a[bold] [31m" in done.stdout
        assert "\x1b" not in done.stdout

    def test_in_errors(self, tmp_path):
        (tmp_path / self.NAME).write_bytes(b"no pdf")
        done = run("split", self.NAME, *CATEGORIES, cwd=tmp_path)
        assert done.returncode == 1
        assert "[red]a[bold]" in done.stderr
        assert not any(character in done.stderr for character in "\x1b\r")

    @pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
    @pytest.mark.parametrize("style", ["table", "json", "jsonl"])
    def test_that_no_encoding_has(self, packet, tmp_path, style, encoding):
        path = tmp_path / os.fsdecode(b"\xe2\x82\xac\xc3\xa9\xf0\x9f\xa7\xbe\xff.pdf")
        packet.rename(path)
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        out = tmp_path / "out"
        arguments = ["split", path.name, *CATEGORIES, "--format", style, "--out", out]
        done = run(*arguments, cwd=tmp_path, env=environment, encoding=encoding)
        assert (done.returncode, done.stderr) == (0, "")
        if style == "json":
            assert json.loads(done.stdout)[0]["source"] == path.name
        if style == "jsonl":
            assert json.loads(done.stdout.splitlines()[0])["metadata"]["file_name"] == path.name
        line = (out / "documents.jsonl").read_text(encoding="utf-8").splitlines()[0]
        assert json.loads(line)["metadata"]["file_name"] == path.name

    def test_in_an_error_that_no_encoding_has(self, tmp_path):
        (tmp_path / os.fsdecode(b"\xe2\x82\xac\xff.pdf")).write_bytes(b"no pdf")
        done = run("split", tmp_path, *CATEGORIES, env={**os.environ, "PYTHONIOENCODING": "ascii"})
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1


class TestSystemErrors:
    def test_a_reader_that_went_away_is_no_news(self, packet):
        ours, theirs = os.pipe()
        os.close(ours)
        arguments = [sys.executable, "-m", "splitreader", "split", str(packet), *CATEGORIES, "--format", "jsonl"]
        done = subprocess.run(arguments, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False)
        os.close(theirs)
        assert (done.returncode, done.stderr) == (1, "")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110
    @pytest.mark.parametrize("style", ["table", "json", "jsonl"])
    def test_a_full_standard_output_is_one_line(self, packet, style):
        arguments = [sys.executable, "-m", "splitreader", "split", str(packet), *CATEGORIES, "--format", style]
        with open("/dev/full", "w") as full:  # noqa: PTH123
            done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("error: No space left")
        assert done.stderr.count("\n") == 1

    def test_a_name_that_is_too_long_is_one_line(self):
        done = run("split", "x" * 5000 + ".pdf", *CATEGORIES)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1


class TestOptions:
    def test_target_pages(self, packet):
        done = run("split", packet, *CATEGORIES, "--target-pages", "2", "--format", "jsonl")
        assert [json.loads(line)["metadata"]["pages"] for line in done.stdout.splitlines()] == ["2"]

    def test_min_pages_per_split(self, packet):
        done = run("split", packet, *CATEGORIES, "--min-pages-per-split", "2", "--format", "jsonl")
        assert [json.loads(line)["metadata"]["page_count"] for line in done.stdout.splitlines()] == [2]

    def test_password_from_the_environment(self, packet):
        writer = pypdf.PdfWriter(packet)
        writer.encrypt("open sesame", algorithm="AES-256")
        writer.write(packet)
        arguments = ("split", packet, *CATEGORIES, "--format", "jsonl")
        closed = run(*arguments)
        assert (closed.returncode, closed.stdout) == (1, "")
        assert "wants a password" in closed.stderr
        done = run(*arguments, env={**os.environ, "SPLITREADER_PASSWORD": "open sesame"})
        assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)

    def test_on_error_skip(self, packet, tmp_path):
        for name in ("a.pdf", "z.pdf"):
            (tmp_path / name).write_text(f"no pdf, {name}")
        done = run("split", tmp_path, *CATEGORIES, "--on-error", "skip", "--format", "json")
        assert done.returncode == 1
        assert [answer["source"] for answer in json.loads(done.stdout)] == ["packet.pdf"]
        first, second = done.stderr.splitlines()
        assert first.startswith("error: ")
        assert "a.pdf" in first
        assert "z.pdf" in second

    def test_json_is_whole_when_a_later_packet_fails(self, packet, tmp_path):
        (tmp_path / "z.pdf").write_bytes(b"no pdf")
        done = run("split", packet, tmp_path / "z.pdf", *CATEGORIES, "--format", "json")
        assert done.returncode == 1
        assert [answer["source"] for answer in json.loads(done.stdout)] == [packet.as_posix()]
        assert "z.pdf is not a PDF" in done.stderr


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
            env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
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
        path = tmp_path / "long\x1b[35;1m.pdf"
        path.write_bytes(make_pdf(["INVOICE " * 300] * 1500))
        process, terminal = self.start("split", path, "-c", "invoice", "--format", "json")
        drawn, printed = self.drawn(terminal), process.stdout.read()
        process.stdout.close()
        assert process.wait() == 0
        assert "1500" in drawn
        assert "\x1b[35;1m" not in drawn
        assert json.loads(printed)[0]["result"]["page_count"] == 1500

    @pytest.mark.usefixtures("hears_ctrl_c")
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
