"""``splitreader split --engine llamacloud``."""

import json

import pypdf
import pytest

from support.pdfs import make_pdf

pytestmark = pytest.mark.slow
CATEGORIES = ["-c", "invoice=A request for payment", "-c", "contract"]
CLOUD = [*CATEGORIES, "--engine", "llamacloud"]


def usage_error(done):
    assert (getattr(done, "exit_code", None) or done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_packet_is_split_there_and_deleted(serve, run, packet, tmp_path):
    api = serve()
    out = tmp_path / "out"
    done = run(api, "split", packet, *CLOUD, "--format", "json", "--out", out, "--pdfs", "--custom-instructions", "x")
    assert (done.returncode, done.stderr) == (0, "")
    (answer,) = json.loads(done.stdout)
    ((job_id, job),) = api.jobs.items()
    assert answer["source"] == packet.as_posix()
    assert (answer["result"]["engine"], answer["result"]["job_id"]) == ("llamacloud", job_id)
    assert [segment["pages"] for segment in answer["result"]["segments"]] == [[1, 2], [3]]
    assert not api.files
    assert len(pypdf.PdfReader(out / "01-invoice.pdf").pages) == 2
    (create,) = [request for request in api.requests if request.operation == "create"]
    assert create.body["configuration"]["splitting_strategy"]["custom_instructions"] == "x"
    assert job["document_input"]["type"] == "file_id"


def test_a_file_that_is_there_is_read_and_stays(serve, run, packet):
    api = serve()
    file_id = api.add_file("packet.pdf", packet.read_bytes())
    done = run(api, "split", f"llamacloud:{file_id}", *CLOUD, "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["metadata"]["source"] == f"llamacloud:{file_id}"
    assert "INVOICE 1" in first["text"]
    assert (first["metadata"]["pages"], second["metadata"]["pages"]) == ("1-2", "3")
    assert (api.count("upload"), list(api.files)) == (0, [file_id])


def test_a_file_here_of_such_a_name_comes_first(serve, run, packet):
    api = serve()
    packet.rename(packet.with_name("llamacloud:x"))
    assert run(api, "split", "llamacloud:x", *CLOUD, cwd=packet.parent).returncode == 0
    assert api.count("upload") == 1


def test_every_option(serve, run, packet):
    api = serve(seconds=0)
    options = ["--api", "v1", "--base-url", api.url, "--project-id", "p", "--organization-id", "o", "--keep-file"]
    done = run(api, "split", packet, *CLOUD, *options, "--target-pages", "1-3", "--max-seconds", "60")
    assert (done.returncode, done.stderr) == (0, "")
    (create,) = [request for request in api.requests if request.operation == "create"]
    assert create.path == "/api/v1/split/jobs"
    assert create.query == {"project_id": ["p"], "organization_id": ["o"]}
    assert create.body["configuration"]["target_pages"] == "1-3"
    assert len(api.files) == 1


def test_a_saved_configuration(serve, run, packet):
    from splitreader.client import SplitClient

    api = serve()
    with SplitClient(api_key=api.key, base_url=api.url) as client:
        saved = client.create_configuration("mail", ["invoice", "contract"]).id
    done = run(api, "split", packet, "--engine", "llamacloud", "--configuration-id", saved, "--format", "jsonl")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert "give one of them" in usage_error(run(api, "split", packet, *CLOUD, "--configuration-id", saved))


def test_a_job_is_taken_up_again(serve, run, packet, tmp_path):
    api = serve(outcome=lambda number: "processing")
    late = run(api, "split", packet, *CLOUD, "--max-seconds", "0.01")
    (job_id,) = api.jobs
    assert (late.returncode, late.stdout) == (1, "")
    assert f"job {job_id} was not done" in late.stderr
    api.set_status(job_id, "completed")
    other = tmp_path / "other.pdf"
    other.write_bytes(make_pdf(["x"]))
    again = ["split", packet, *CLOUD, "--job-id", job_id, "--format", "json"]
    assert "--job-id" in usage_error(run(api, *again, other))
    done = run(api, *again)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["result"]["job_id"] == job_id
    assert (api.count("upload"), api.count("create"), len(api.files)) == (1, 1, 1)


@pytest.mark.parametrize(
    "option",
    [
        ["--api", "beta"],
        ["--base-url", "http://127.0.0.1:1"],
        ["--region", "us"],
        ["--project-id", "p"],
        ["--organization-id", "o"],
        ["--configuration-id", "c"],
        ["--keep-file"],
        ["--max-seconds", "5"],
        ["--job-id", "spl-1"],
    ],
    ids=lambda option: option[0],
)
def test_the_embedded_engine_refuses_what_only_llamacloud_has(invoke, packet, option):
    said = usage_error(invoke(None, "split", packet, *CATEGORIES, *option))
    assert option[0] in said
    assert "--engine llamacloud" in said


def test_the_embedded_engine_refuses_a_file_of_llamacloud_and_instructions(run, packet):
    assert "--engine llamacloud" in usage_error(run(None, "split", packet, "llamacloud:x", *CATEGORIES))
    assert "custom_instructions" in usage_error(
        run(None, "split", packet, *CATEGORIES, "--custom-instructions", "By vendor.")
    )


def test_a_key_that_is_missing_or_options_that_fit_not(serve, run, packet):
    assert "LLAMA_CLOUD_API_KEY" in usage_error(run(None, "split", packet, *CLOUD))
    api = serve()
    assert "target_pages" in usage_error(run(api, "split", packet, *CLOUD, "--target-pages", "1"))
    assert "llamacloud:" in usage_error(run(api, "split", "llamacloud:", *CLOUD))
    assert api.requests == []


def test_a_packet_that_is_too_long_goes_nowhere(serve, run, packet):
    api = serve()
    done = run(api, "split", packet, *CLOUD, "--max-pages", 2)
    assert done.returncode == 1
    assert "3 pages" in done.stderr
    assert api.requests == []
    assert run(None, "split", packet, *CATEGORIES, "--max-pages", 2).returncode == 1
    assert run(None, "split", packet, *CATEGORIES, "--max-pages", 3).returncode == 0


def test_a_failed_job_is_left_out_and_the_others_are_done(serve, run, packet):
    api = serve(lambda upload, body: [("invoice", [1])], outcome=lambda n: "failed" if n == 0 else "completed")
    other = packet.with_name("z.pdf")
    other.write_bytes(make_pdf(["INVOICE 2"]))
    done = run(api, "split", packet, other, *CLOUD, "--on-error", "skip", "--format", "json")
    assert done.returncode == 1
    assert [answer["source"] for answer in json.loads(done.stdout)] == [other.as_posix()]
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not api.files


def test_a_private_url_is_read_only_when_allowed(serve, run, packet):
    """The API's own download link is such a URL."""
    from splitreader.client import SplitClient

    api = serve()
    with SplitClient(api_key=api.key, base_url=api.url) as client:
        url = client.file_content(api.add_file("packet.pdf", packet.read_bytes())).url
    assert run(None, "split", url, *CATEGORIES).returncode == 1
    done = run(None, "split", url, *CATEGORIES, "--allow-private", "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
