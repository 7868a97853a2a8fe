"""Split jobs and their way to an end."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from splitreader.server.storage import (
    InvalidPageToken,
    NotCancellable,
    QueueFull,
    StillRunning,
    Storage,
    UnknownFile,
)
from splitreader.wire import TERMINAL_STATUSES
from support.stored import PARAMETERS, PROJECT, SEGMENTS, create, new_job, upload


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def storage(folder):
    with Storage.open(folder) as storage:
        yield storage


@pytest.fixture
def file(storage):
    return upload(storage)


def at_once(count, call):
    """What `count` threads get that call at the same moment."""
    barrier = threading.Barrier(count)

    def go(number):
        barrier.wait()
        return call(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(go, range(count)))


class TestCreating:
    def test_a_job_is_what_was_asked_for(self, storage, file):
        job, created = storage.jobs.create(new_job(file, configuration_id="cfg-1", transaction_id="t"), max_queue=1)
        assert created
        assert storage.jobs.get(PROJECT, job.id) == job
        assert (job.status, job.file_id, job.file_name, job.sha256) == ("pending", file.id, file.name, file.sha256)
        assert (job.parameters, job.configuration_id, job.attempts) == (PARAMETERS, "cfg-1", 0)
        assert job.created_at.tzinfo is UTC

    def test_twenty_at_once_with_one_transaction_id_give_one_job(self, storage, file):
        made = at_once(20, lambda number: storage.jobs.create(new_job(file, transaction_id="one"), max_queue=5))
        assert len({job.id for job, _ in made}) == 1
        assert [created for _, created in made].count(True) == 1
        assert storage.jobs.counts()["pending"] == 1

    def test_a_transaction_id_is_the_projects_own(self, storage, file):
        theirs = upload(storage, project_id="other")
        jobs = {create(storage, file, transaction_id="t").id, create(storage, theirs, transaction_id="t").id}
        assert len(jobs) == 2
        assert storage.jobs.of_transaction(PROJECT, "t").id in jobs
        assert storage.jobs.of_transaction("third", "t") is None

    def test_the_queue_has_an_end(self, storage, file):
        first = create(storage, file, max_queue=2, transaction_id="t")
        create(storage, file, max_queue=2)
        storage.jobs.claim()
        with pytest.raises(QueueFull, match="2 jobs"):
            create(storage, file, max_queue=2)
        assert create(storage, file, max_queue=2, transaction_id="t").id == first.id
        storage.jobs.cancel(PROJECT, first.id)
        create(storage, file, max_queue=2)

    def test_the_queue_holds_no_more_when_many_come_at_once(self, storage, file):
        def go(number):
            try:
                return create(storage, file, max_queue=5).id
            except QueueFull:
                return None

        assert sum(job_id is not None for job_id in at_once(12, go)) == 5

    def test_without_the_file(self, storage, file):
        storage.files.delete(PROJECT, file.id)
        with pytest.raises(UnknownFile, match=file.id):
            create(storage, file)

    def test_not_of_another_projects_file(self, storage, file):
        with pytest.raises(UnknownFile):
            create(storage, file, project_id="other")


class TestTheWayToAnEnd:
    def test_claimed_once_each_oldest_first(self, storage, file):
        jobs = [create(storage, file).id for _ in range(8)]
        assert storage.jobs.claim().id == jobs[0]
        claimed = [job.id for job in at_once(10, lambda number: storage.jobs.claim()) if job is not None]
        assert sorted(claimed) == sorted(jobs[1:])
        assert storage.jobs.claim() is None

    def test_completed(self, storage, file):
        job = create(storage, file)
        assert not storage.jobs.finish(job.id, SEGMENTS)  # it is not processed
        claimed = storage.jobs.claim()
        assert (claimed.status, claimed.attempts) == ("processing", 1)
        assert storage.jobs.finish(job.id, SEGMENTS)
        done = storage.jobs.get(PROJECT, job.id)
        assert (done.status, done.segments, done.error_message) == ("completed", tuple(SEGMENTS), None)
        assert done.updated_at >= done.created_at

    def test_completed_without_segments(self, storage, file):
        create(storage, file)
        job = storage.jobs.claim()
        assert storage.jobs.finish(job.id, [])
        assert storage.jobs.get(PROJECT, job.id).segments == ()

    def test_failed(self, storage, file):
        create(storage, file)
        job = storage.jobs.claim()
        assert storage.jobs.fail(job.id, "why")
        assert storage.jobs.get(PROJECT, job.id).error_message == "why"

    def test_a_clean_stop_does_not_count(self, storage, file):
        create(storage, file)
        for _ in range(5):
            assert storage.jobs.hand_back(storage.jobs.claim().id)
        assert storage.jobs.claim().attempts == 1

    @pytest.mark.parametrize("is_claimed", [False, True])
    def test_cancelled(self, storage, file, is_claimed):
        job = create(storage, file)
        if is_claimed:
            storage.jobs.claim()
        assert storage.jobs.cancel(PROJECT, job.id).status == "cancelled"
        assert storage.jobs.claim() is None
        assert not storage.jobs.hand_back(job.id)
        with pytest.raises(NotCancellable, match="is cancelled") as caught:
            storage.jobs.cancel(PROJECT, job.id)
        assert caught.value.status == "cancelled"

    def test_deleted_only_when_ended(self, storage, file):
        job = create(storage, file, transaction_id="t")
        with pytest.raises(StillRunning, match="pending"):
            storage.jobs.delete(PROJECT, job.id)
        storage.jobs.cancel(PROJECT, job.id)
        assert not storage.jobs.delete("other", job.id)
        assert storage.jobs.delete(PROJECT, job.id)
        assert not storage.jobs.delete(PROJECT, job.id)
        assert create(storage, file, transaction_id="t").id != job.id

    def test_other_projects_do_not_see_it(self, storage, file):
        job = create(storage, file)
        assert storage.jobs.get("other", job.id) is None
        assert storage.jobs.cancel("other", job.id) is None
        assert not storage.jobs.list("other").items
        assert storage.jobs.get(PROJECT, job.id).status == "pending"

    def test_cancel_against_finish_has_one_winner(self, storage, file):
        for _ in range(15):
            job = create(storage, file)
            storage.jobs.claim()

            def go(number, job=job):
                try:
                    won = storage.jobs.finish(job.id, SEGMENTS) if number % 2 else storage.jobs.cancel(PROJECT, job.id)
                except NotCancellable:
                    return None
                return ("completed" if number % 2 else "cancelled") if won else None

            won = [status for status in at_once(4, go) if status is not None]
            assert won == [storage.jobs.get(PROJECT, job.id).status]

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.sampled_from(["claim", "finish", "fail", "hand_back", "cancel"]), max_size=12))
    def test_an_end_is_an_end_whatever_comes_after(self, storage, file, steps):
        job, jobs = create(storage, file), storage.jobs
        ended = None
        for step in steps:
            try:
                match step:
                    case "claim":
                        jobs.claim()
                    case "finish":
                        jobs.finish(job.id, SEGMENTS)
                    case "fail":
                        jobs.fail(job.id, "why")
                    case "hand_back":
                        jobs.hand_back(job.id)
                    case _:
                        jobs.cancel(PROJECT, job.id)
            except NotCancellable:
                assert ended is not None
            now = jobs.get(PROJECT, job.id)
            assert ended is None or now == ended
            ended = now if now.status in TERMINAL_STATUSES else None
        if ended is None:
            jobs.cancel(PROJECT, job.id)

    def test_the_database_itself_refuses_to_change_an_end(self, folder):
        with Storage.open(folder) as storage:
            job = create(storage, upload(storage))
            storage.jobs.cancel(PROJECT, job.id)
        engine = create_engine(f"sqlite:///{folder / 'splitreader.db'}")
        with engine.begin() as connection, pytest.raises(IntegrityError, match="does not change"):
            connection.execute(text("UPDATE jobs SET status = 'pending'"))
        engine.dispose()

    def test_counts(self, storage, file):
        assert set(storage.jobs.counts().values()) == {0}
        jobs = [create(storage, file) for _ in range(3)]
        storage.jobs.claim()
        storage.jobs.cancel(PROJECT, jobs[2].id)
        assert +Counter(storage.jobs.counts()) == {"pending": 1, "processing": 1, "cancelled": 1}


class TestLists:
    def test_filters(self, storage, file):
        first, second, third = (create(storage, file) for _ in range(3))
        storage.jobs.cancel(PROJECT, second.id)

        def ids(**filters):
            return [job.id for job in storage.jobs.list(PROJECT, **filters).items]

        assert ids() == [third.id, second.id, first.id]
        assert ids(status="cancelled") == [second.id]
        assert ids(job_ids=[first.id, third.id], status="pending") == [third.id, first.id]
        assert ids(created_from=second.created_at, created_to=second.created_at) == [second.id]
        assert ids(created_from=second.created_at.replace(tzinfo=None)) == [third.id, second.id]
        assert ids(created_to=second.created_at.astimezone(timezone(timedelta(hours=14)))) == [second.id, first.id]

    @pytest.mark.parametrize("moment", [datetime.min, datetime.max])  # noqa: DTZ901  # as a query may have them
    @pytest.mark.parametrize("zone", [None, UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))])
    def test_times_at_the_ends_of_the_calendar(self, storage, file, moment, zone):
        create(storage, file)
        found = storage.jobs.list(PROJECT, created_from=moment.replace(tzinfo=zone)).items
        assert len(found) == (moment.year == 1)

    def test_pages_stay_while_jobs_come_and_go(self, storage, file):
        old = [create(storage, file).id for _ in range(5)]
        seen, token = [], None
        while token is not None or not seen:
            page = storage.jobs.list(PROJECT, page_size=2, page_token=token)
            seen += [job.id for job in page.items]
            create(storage, file)
            storage.jobs.cancel(PROJECT, page.items[-1].id)
            storage.jobs.delete(PROJECT, page.items[-1].id)
            token = page.next_token
        assert seen == old[::-1]

    def test_a_page_ends_early_where_the_results_are_large(self, storage, file, monkeypatch):
        monkeypatch.setattr("splitreader.server.storage.paging.FULL", 4)
        ids = [create(storage, file).id for _ in range(5)]
        for _ in range(4):
            storage.jobs.finish(storage.jobs.claim().id, SEGMENTS)  # a segment of two pages each
        pages, token = [], None
        while token is not None or not pages:
            page = storage.jobs.list(PROJECT, page_size=1000, page_token=token)
            pages.append([job.id for job in page.items])
            token = page.next_token
        assert pages == [ids[:1:-1], ids[1::-1]]

    def test_a_token_of_nobody(self, storage):
        with pytest.raises(InvalidPageToken):
            storage.jobs.list(PROJECT, page_token="none")
