"""What kill -9 leaves behind."""

import random

import pytest

from splitreader.server.storage import Storage
from splitreader.wire import TERMINAL_STATUSES
from support.stored import PROJECT, SEGMENTS, blobs, create, start, upload


def work_until_killed(folder, number, lines):
    """What a process said until it was killed, somewhere after this many lines."""
    said = []
    with start("support.busy_storage", folder, number) as process:
        for line in process.stdout:
            said.append(line.split())
            if len(said) == lines:
                process.kill()
    assert process.returncode < 0
    return said


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def said_of(said, word):
    """What was said with this word: by id, the rest."""
    return {words[1]: words[2:] for words in said if words[0] == word}


def test_nothing_is_lost_and_nothing_is_half_done(folder):
    points = random.Random(8)
    said = []
    for number in range(3):
        said += work_until_killed(folder, number, points.randint(8, 60))
        with Storage.open(folder) as storage:
            check_jobs(storage, said)
            check_files(storage, folder, said)
    with Storage.open(folder) as storage:
        while (job := storage.jobs.claim()) is not None:
            assert storage.files.path_of(job.sha256).is_file()
            assert storage.jobs.finish(job.id, SEGMENTS)
        check_jobs(storage, said)
        assert all(job.status in TERMINAL_STATUSES for job in storage.jobs.list(PROJECT, page_size=10_000).items)


def check_jobs(storage, said):
    jobs = {job.id: job for job in storage.jobs.list(PROJECT, page_size=10_000).items}
    assert said_of(said, "accepted").keys() <= jobs.keys()
    assert len({job.transaction_id for job in jobs.values()}) == len(jobs) >= 2
    assert all(jobs[job_id].status == status for job_id, [status] in said_of(said, "ended").items())
    assert not storage.jobs.counts()["processing"]


def check_files(storage, folder, said):
    files = {file.id: file for file in storage.files.list(PROJECT, page_size=10_000).items}
    assert said_of(said, "kept").keys() - said_of(said, "deleting").keys() <= files.keys()
    assert not said_of(said, "deleted").keys() & files.keys()
    assert all(storage.files.path_of(file.sha256).stat().st_size == file.size for file in files.values())
    jobs = storage.jobs.list(PROJECT, page_size=10_000).items
    unfinished = {job.sha256 for job in jobs if job.status not in TERMINAL_STATUSES}
    assert blobs(folder) == {file.sha256 for file in files.values()} | unfinished
    assert not list((folder / "incoming").iterdir())


def test_a_job_that_kills_the_server_each_time_fails_in_the_end(folder):
    with Storage.open(folder) as storage:
        job_id = create(storage, upload(storage)).id
    for _ in range(5):
        with Storage.open(folder) as storage:
            assert storage.jobs.claim().id == job_id  # and no end to it, as when the server dies
    with Storage.open(folder) as storage:
        job = storage.jobs.get(PROJECT, job_id)
        assert (job.status, job.attempts) == ("failed", 5)
        assert "5 times" in job.error_message
        assert not storage.jobs.claim()


def test_a_job_the_server_died_of_waits_behind_the_others(folder):
    with Storage.open(folder) as storage:
        file = upload(storage)
        ids = [create(storage, file).id for _ in range(3)]
        assert storage.jobs.claim().id == ids[0]  # and the server dies
    with Storage.open(folder) as storage:
        assert [storage.jobs.claim().id for _ in range(3)] == [ids[1], ids[2], ids[0]]
