"""``splitreader files`` and ``splitreader jobs``: the steps of the seed guide's quickstart, and around them."""

import json
import os
import pty
import re
import signal
import subprocess
from urllib.parse import quote

import pytest

from splitreader.testing import Fault

pytestmark = pytest.mark.slow
CATEGORIES = ["-c", "invoice=A request for payment", "-c", "contract"]


def answered(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def one_line(done, code=1):
    assert (getattr(done, "exit_code", None) or done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def file_id(packet):
    """Puts a packet on an API, without a request."""
    return lambda api: api.add_file("packet.pdf", packet.read_bytes())


class TestTheQuickstart:
    @pytest.mark.parametrize("form", ["nested", "flat"])
    def test_step_by_step(self, serve, run, packet, form):
        api = serve()
        file = answered(run(api, "files", "upload", packet, "--format", "json"))
        assert api.files[file["id"]]["name"] == "packet.pdf"
        created = answered(run(api, "jobs", "create", file["id"], *CATEGORIES, "--form", form, "--format", "json"))
        (job_id,) = api.jobs
        assert created == {**api.jobs[job_id], "status": created["status"], "result": created["result"]} | {
            "updated_at": created["updated_at"]
        }
        assert answered(run(api, "jobs", "get", job_id, "--format", "json")) == api.jobs[job_id]
        done = answered(run(api, "jobs", "wait", job_id, "--format", "json"))
        assert [(s["category"], s["pages"], s["confidence_category"]) for s in done["result"]["segments"]] == [
            ("invoice", [1, 2], "high"),
            ("contract", [3], "low"),
        ]
        (request,) = [request for request in api.requests if request.operation == "create"]
        assert ("configuration" in request.body) == (form == "nested")
        assert run(api, "files", "delete", file["id"]).stdout == f"file {file['id']} is deleted\n"
        assert not api.files

    def test_the_guides_own_way_to_upload(self, serve, run, packet):
        api = serve()
        file = answered(run(api, "files", "upload", packet, "--files-api", "v1", "--format", "json"))
        assert [request.path for request in api.requests] == ["/api/v1/files"]
        assert file["id"] in api.files
        refused = run(api, "files", "upload", packet, "--files-api", "v1", "--external-file-id", "mine")
        assert "external_file_id" in one_line(refused, 2)
        assert api.count("upload") == 1

    def test_in_a_script(self, serve, run, packet):
        api = serve()
        file_id = run(api, "files", "upload", packet, "--format", "id").stdout
        job_id = run(api, "jobs", "create", file_id.strip(), *CATEGORIES, "--format", "id").stdout
        assert ([file_id], [job_id]) == ([f"{one}\n" for one in api.files], [f"{one}\n" for one in api.jobs])
        assert run(api, "jobs", "list", "--format", "id").stdout == job_id
        assert run(api, "files", "list", "--format", "id").stdout == file_id
        assert run(api, "files", "delete", file_id.strip(), "--format", "id").stdout == file_id

    def test_for_people(self, serve, run, file_id):
        api = serve()
        done = run(api, "jobs", "create", file_id(api), *CATEGORIES, "--wait")
        (job_id,) = api.jobs
        assert done.returncode == 0
        assert done.stderr == f"job {job_id} was created\n"
        assert job_id in done.stdout
        assert "completed" in done.stdout
        assert re.search(r"1 +│ +invoice +│ +1-2 +│ +high", done.stdout)
        assert "\x1b" not in done.stdout

    def test_in_v1(self, serve, run, file_id):
        api = serve(seconds=3600)
        file = file_id(api)
        arguments = [
            *CATEGORIES,
            "--target-pages",
            "1-2",
            "--transaction-id",
            "mine",
            "--api",
            "v1",
            "--format",
            "json",
        ]
        job = answered(run(api, "jobs", "create", f"llamacloud:{file}", *arguments))
        assert answered(run(api, "jobs", "create", file, *arguments))["id"] == job["id"]
        assert (job["file_input"], job["target_pages"], job["transaction_id"]) == (file, "1-2", "mine")
        assert "409" in one_line(run(api, "jobs", "delete", job["id"], "--api", "v1"))
        cancelled = answered(run(api, "jobs", "cancel", job["id"], "--api", "v1", "--format", "json"))
        assert cancelled["status"] == "cancelled"
        assert "was cancelled" in one_line(run(api, "jobs", "wait", job["id"], "--api", "v1"))
        gone = answered(run(api, "jobs", "delete", job["id"], "--api", "v1", "--format", "json"))
        assert gone == {"id": job["id"], "deleted": True}
        assert not api.jobs

    def test_every_option_of_a_job(self, serve, run, file_id):
        api = serve()
        arguments = ["--custom-instructions", "By vendor.", "--min-pages-per-split", 2, "--allow-uncategorized", "omit"]
        scope = ["--project-id", "p", "--organization-id", "o"]
        assert run(api, "jobs", "create", file_id(api), *CATEGORIES, *arguments, *scope).returncode == 0
        (request,) = api.requests
        assert request.query == {"project_id": ["p"], "organization_id": ["o"]}
        assert request.body["configuration"] == {
            "categories": [{"name": "invoice", "description": "A request for payment"}, {"name": "contract"}],
            "splitting_strategy": {
                "allow_uncategorized": "omit",
                "custom_instructions": "By vendor.",
                "min_pages_per_split": 2,
            },
        }

    def test_a_saved_configuration_instead_of_categories(self, serve, run, file_id, tmp_path):
        from splitreader.client import SplitClient

        api = serve()
        with SplitClient(api_key=api.key, base_url=api.url) as client:
            saved = client.create_configuration("mail", ["invoice", "contract"]).id
        file = file_id(api)
        job = answered(run(api, "jobs", "create", file, "--configuration-id", saved, "--format", "json"))
        assert job["configuration_id"] == saved
        both = ["--configuration-id", saved]
        (tmp_path / "c.yaml").write_text("- invoice")
        assert "give one of them" in one_line(run(api, "jobs", "create", file, *CATEGORIES, *both), 2)
        assert "give one of them" in one_line(
            run(api, "jobs", "create", file, "--categories", tmp_path / "c.yaml", *both), 2
        )
        assert "no categories" in one_line(run(api, "jobs", "create", file), 2)
        assert len(api.jobs) == 1


class TestLists:
    def test_jobs_by_every_filter(self, serve, run, file_id):
        api = serve()
        for _ in range(3):
            answered(run(api, "jobs", "create", file_id(api), *CATEGORIES, "--format", "json"))
        ids = list(api.jobs)
        assert [job["id"] for job in answered(run(api, "jobs", "list", "--page-size", 2, "--format", "json"))] == ids
        assert api.count("list_jobs") == 2
        filters = {
            "status": "completed",
            "created_at_on_or_after": "2020-01-01T00:00:00Z",
            "created_at_on_or_before": "2999-01-01T00:00:00Z",
            "project_id": "p",
            "organization_id": "o",
            "page_token": api.requests[-1].query["page_token"][0],
        }
        options = [word for name, value in filters.items() for word in (f"--{name.replace('_', '-')}", value)]
        assert answered(run(api, "jobs", "list", *options, "--job-id", "a", "--job-id", "b", "--format", "json")) == []
        assert api.requests[-1].query == {name: [value] for name, value in filters.items()} | {"job_ids": ["a", "b"]}
        for job_id in ids:
            assert job_id in run(api, "jobs", "list").stdout

    def test_files_by_every_filter(self, serve, run, packet):
        api = serve()
        arguments = ["--name", "mail.pdf", "--external-file-id", "mine", "--format", "json"]
        file = answered(run(api, "files", "upload", packet, *arguments))
        assert (file["name"], file["external_file_id"], file["purpose"]) == ("mail.pdf", "mine", "split")
        filters = ["--file-name", "mail.pdf", "--external-file-id", "mine", "--file-id", file["id"], "--page-size", 7]
        (found,) = answered(run(api, "files", "list", *filters, "--order-by", "name", "--format", "json"))
        assert found == answered(run(api, "files", "get", f"llamacloud:{file['id']}", "--format", "json"))
        (request,) = [request for request in api.requests if request.operation == "list_files"]
        assert request.query == {
            "file_ids": [file["id"]],
            "file_name": ["mail.pdf"],
            "external_file_id": ["mine"],
            "order_by": ["name"],
            "page_size": ["7"],
        }
        assert "mail.pdf" in run(api, "files", "list").stdout


class TestDownloads:
    def test_a_file_is_whole(self, serve, run, packet, file_id, tmp_path):
        api, out = serve(), tmp_path / "got.pdf"
        file = file_id(api)
        facts = answered(run(api, "files", "download", file, "--out", out, "--format", "json"))
        assert facts == {"id": file, "path": str(out), "bytes": packet.stat().st_size}
        assert out.read_bytes() == packet.read_bytes()

    def test_nothing_is_replaced_unless_asked(self, serve, run, file_id, packet):
        api = serve()
        file = file_id(api)
        packet.write_bytes(b"mine")
        assert "--overwrite" in one_line(run(api, "files", "download", file, "--out", packet))
        assert (packet.read_bytes(), api.requests) == (b"mine", [])
        assert run(api, "files", "download", file, "--out", packet, "--overwrite").returncode == 0
        assert packet.read_bytes().startswith(b"%PDF")

    def test_a_part_of_a_file_does_not_stay(self, serve, run, file_id, tmp_path):
        api, folder = serve(), tmp_path / "out"
        folder.mkdir()
        api.fail("download", Fault(cut=True), times=None)
        one_line(run(api, "files", "download", file_id(api), "--out", folder / "got.pdf"))
        assert list(folder.iterdir()) == []

    def test_a_folder_that_is_not_there(self, serve, run, file_id, tmp_path):
        api = serve()
        done = run(api, "files", "download", file_id(api), "--out", tmp_path / "no" / "got.pdf")
        assert "got.pdf" in one_line(done)


class TestFailures:
    def test_no_key(self, serve, run):
        api = serve()
        for words in (["jobs", "list"], ["files", "list"]):
            assert "LLAMA_CLOUD_API_KEY" in one_line(run(None, *words, "--base-url", api.url), 2)
        assert api.requests == []

    @pytest.mark.parametrize("debug", [[], ["--debug"]])
    def test_a_key_that_is_refused_and_echoed_is_not_shown(self, serve, run, debug):
        api = serve()
        api.fail("list_jobs", Fault(status=401, body={"detail": f"Invalid API key {api.key}"}))
        done = run(api, "jobs", "list", *debug)
        assert done.returncode == 1
        assert "401" in done.stderr
        assert ("Traceback" in done.stderr) == bool(debug)

    @pytest.mark.parametrize("fault", [Fault(reset=True), Fault(status=500, body=b"\xff")])
    def test_a_debugged_failure_shows_no_key(self, serve, run, fault):
        api = serve()
        api.fail("cancel", fault, times=None)
        api.fail("cancel", Fault(status=400))
        done = run(api, "jobs", "cancel", "spl-1", "--api", "v1", "--debug")
        assert (done.returncode, "Traceback" in done.stderr) == (1, True)

    def test_there_is_no_option_for_the_key(self, serve, run):
        for words in (["split", "x.pdf"], ["jobs", "list"], ["files", "list"]):
            assert run(serve(), *words, "--api-key", "llx").returncode == 2
        for words in (["split"], ["jobs"], ["files"]):
            said = " ".join(run(None, *words, "--help").stdout.split())
            assert "LLAMA_CLOUD_API_KEY" in said
            assert "list of processes" in said

    def test_what_is_not_there(self, serve, run, tmp_path):
        api = serve()
        for words in (["jobs", "get"], ["jobs", "wait"], ["files", "get"], ["files", "delete"]):
            assert "404" in one_line(run(api, *words, "nowhere"))
        assert "nowhere.pdf" in one_line(run(api, "files", "upload", tmp_path / "nowhere.pdf"))
        one_line(run(api, "files", "upload", tmp_path))

    def test_beta_cancels_and_deletes_nothing(self, serve, run, file_id):
        api = serve(seconds=3600)
        job = answered(run(api, "jobs", "create", file_id(api), *CATEGORIES, "--format", "json"))
        for word in ("cancel", "delete"):
            assert "405" in one_line(run(api, "jobs", word, job["id"]))
        assert job["id"] in api.jobs

    def test_a_failed_job(self, serve, run, file_id):
        api = serve(outcome="failed", error_message="page 3\nis\x1b[31m torn [bold]")
        file = file_id(api)
        done = run(api, "jobs", "create", file, *CATEGORIES, "--wait")
        (job_id,) = api.jobs
        assert (done.returncode, done.stdout) == (1, "")
        created, error = done.stderr.splitlines()
        assert created == f"job {job_id} was created"
        assert error.startswith(f"error: job {job_id} failed: page 3 is")
        seen = run(api, "jobs", "get", job_id)
        assert seen.returncode == 0
        assert "\x1b" not in seen.stdout + done.stderr
        assert "torn [bold]" in seen.stdout

    def test_patience_that_is_over_and_taken_up_again(self, serve, run, file_id):
        api = serve(outcome=lambda number: "processing")
        done = run(api, "jobs", "create", file_id(api), *CATEGORIES, "--wait", "--max-seconds", "0.01")
        (job_id,) = api.jobs
        assert done.returncode == 1
        assert f"job {job_id} was not done after 0.01 s" in done.stderr.splitlines()[1]
        assert job_id in one_line(run(api, "jobs", "wait", job_id, "--max-seconds", "0.01"))
        api.set_status(job_id, "completed")
        assert answered(run(api, "jobs", "wait", job_id, "--format", "json"))["status"] == "completed"
        assert api.count("create") == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ["jobs", "create", "f", "-c", "a", "--target-pages", "1"],
            ["jobs", "create", "f", "-c", "a", "--transaction-id", "t"],
            ["jobs", "create", "f", "-c", "a", "--form", "flat", "--custom-instructions", "x"],
            ["jobs", "create", "f", "-c", "a", "--form", "flat", "--api", "v1"],
            ["jobs", "create", "f", "-c", "a", "--max-seconds", "3"],
            ["jobs", "create", "f", "-c", "uncategorized"],
            ["jobs", "list", "--region", "us"],
            ["jobs", "list", "--base-url", "ftp://x"],
        ],
        ids=lambda arguments: " ".join(arguments[-2:]),
    )
    def test_an_option_that_can_not_be(self, serve, invoke, arguments):
        api = serve()
        options = ["--base-url", api.url] if "--region" in arguments else []
        one_line(invoke(api, *arguments, *options), 2)
        assert api.requests == []

    def test_an_id_leads_nowhere_else(self, serve, run):
        api = serve()
        one_line(run(api, "jobs", "get", "../../files?x=1"))
        (request,) = api.requests
        assert request.path.endswith(quote("../../files?x=1", safe=""))


def test_help_loads_no_httpx(command):
    for words in ([], ["split"], ["jobs"], ["jobs", "create"], ["files"]):
        line, environment = command(None, *words, "--help")
        done = subprocess.run(
            [line[0], "-X", "importtime", *line[1:]], env=environment, capture_output=True, text=True, check=True
        )
        assert "splitreader.cli._jobs" in done.stderr
        assert not re.search(r"\| +(httpx|splitreader\.client|asyncio|pypdf|yaml)\b", done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
class TestTerminal:
    def start(self, command, api, *arguments):
        """The command with a terminal for standard error and a pipe for standard output."""
        line, environment = command(api, *arguments)
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=theirs, env={**environment, "TERM": "xterm", "COLUMNS": "200"}
        )
        os.close(theirs)
        return process, ours

    def read(self, terminal, until=None):
        seen = b""
        try:
            while (until is None or until not in seen) and (piece := os.read(terminal, 4096)):
                seen += piece
        except OSError:
            pass
        return seen

    def end(self, process, terminal):
        os.close(terminal)
        printed = process.stdout.read()
        process.stdout.close()
        return process.wait(), printed

    @pytest.mark.parametrize("words", ["jobs wait", "split"])
    def test_shows_the_status_of_a_job_apart_from_the_result(self, serve, command, file_id, packet, words):
        api = serve(outcome=lambda number: "waiting for\x1b[35mpages [bold]")
        if words == "split":
            arguments = ["split", packet, *CATEGORIES, "--engine", "llamacloud", "--format", "json"]
        else:
            line, environment = command(api, "jobs", "create", file_id(api), *CATEGORIES)
            subprocess.run(line, env=environment, check=True, capture_output=True)
            arguments = ["jobs", "wait", next(iter(api.jobs)), "--format", "json"]
        process, terminal = self.start(command, api, *arguments)
        seen = self.read(terminal, b"[bold]")
        (job_id,) = api.jobs
        api.set_status(job_id, "completed")
        self.read(terminal)
        code, printed = self.end(process, terminal)
        assert f"job {job_id} is waiting for [35mpages [bold]".encode() in seen
        assert code == 0
        assert json.loads(printed)
        assert api.key.encode() not in seen

    @pytest.mark.usefixtures("hears_ctrl_c")
    def test_ctrl_c_leaves_the_job_and_says_so(self, serve, command, packet):
        api = serve(seconds=3600)
        process, terminal = self.start(command, api, "split", packet, *CATEGORIES, "--engine", "llamacloud")
        for _ in range(3):  # the spinner turns while the command waits
            self.read(terminal, b"pending")
        process.send_signal(signal.SIGINT)
        seen = self.read(terminal).decode()
        code, printed = self.end(process, terminal)
        (job_id,) = api.jobs
        assert (code, printed) == (130, b"")
        assert f"job {job_id} goes on" in seen
        assert "Traceback" not in seen
        assert len(api.files) == 1
