"""`splitreader serve` when its process ends: killed at any point, or told to stop."""

import signal
import sys

import pytest

from support.killed_server import KilledServer
from support.pdfs import make_pdf
from support.serve_process import Serving, until
from support.serving import V1_JOBS, client_of, ended, upload, v1

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")


@pytest.mark.slow
def test_no_job_is_lost_and_each_ends_once_however_often_the_server_is_killed(tmp_path):
    run = KilledServer(tmp_path, jobs=40, kills=5, seed=8)
    try:
        run.run()
    finally:
        print(f"seed 8, killed at: {run.killed_while}")  # shown when the test fails
        run.close()


@pytest.mark.parametrize(("grace", "status"), [(0, "pending"), (60, "completed")])
def test_at_sigterm_what_runs_is_handed_back_or_done_and_a_new_start_goes_on(tmp_path, grace, status):
    packet = make_pdf([f"INVOICE {number}\nTotal due 5" for number in range(200)])
    serving = Serving(tmp_path, "--workers", 1, "--grace-seconds", grace)
    try:
        with serving.running() as url, client_of(url) as client:
            file_id = upload(client, packet)
            first, second = (client.post(V1_JOBS, json=v1(file_id)).json()["id"] for _ in range(2))
            until(lambda: client.get(f"{V1_JOBS}/{first}").json()["status"] == "processing")
            assert serving.terminate() == -signal.SIGTERM  # as if it had not been caught: so uvicorn has it
        rows = {job_id: rest for job_id, *rest in serving.rows("SELECT id, status, attempts FROM jobs")}
        assert rows == {first: [status, int(status == "completed")], second: ["pending", 0]}
        assert not serving.processes()
        with serving.running() as url, client_of(url) as client:
            assert [ended(client, job_id)["status"] for job_id in (first, second)] == ["completed"] * 2
            serving.terminate()
        lines = serving.lines()
        assert {line["level"] for line in lines} == {"info"}
        assert any(line["message"] == f"job {first}: handed back" for line in lines) == (status == "pending")
    finally:
        serving.close()
