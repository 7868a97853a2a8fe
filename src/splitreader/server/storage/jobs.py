"""Split jobs and their way from pending to an end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from splitreader.server.storage.blobs import Blobs
from splitreader.server.storage.database import Database, now
from splitreader.server.storage.files import find_file, is_needed
from splitreader.server.storage.paging import newest_first, one_of, one_page
from splitreader.server.storage.refusals import NotCancellable, QueueFull, StillRunning, UnknownFile
from splitreader.server.storage.rows import NewJob, Page, StoredJob
from splitreader.server.storage.tables import UNFINISHED, jobs
from splitreader.wire import TERMINAL_STATUSES, JobStatus

ATTEMPTS = 5
"""How often a job may be begun without coming to an end. Servers are killed for other reasons, too."""

NEWEST_FIRST = newest_first(jobs.c.created_at, jobs.c.seq)


class JobStore:
    """The split jobs. What has ended (completed, failed, cancelled) never changes again.

    Args:
        database: for the rows.
        blobs: for the bytes, which go when the last job that needed them has ended.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    def create(self, new: NewJob, *, max_queue: int) -> tuple[StoredJob, bool]:
        """A new job and True; or, where its transaction id is known in the project, that job and False.

        Raises:
            QueueFull: `max_queue` jobs or more wait or run already.
            UnknownFile: the project has no such file.
        """
        with self._database.writing() as connection:
            if new.transaction_id is not None:
                known = _find(connection, new.project_id, jobs.c.transaction_id == new.transaction_id)
                if known is not None:
                    return known, False
            file = find_file(connection, new.project_id, new.file_id)
            if file is None:
                raise UnknownFile(f"file {new.file_id} not found; upload it first")
            if _unfinished(connection) >= max_queue:
                raise QueueFull(f"{max_queue} jobs wait or run already; try again later")
            moment = now()
            stored = StoredJob(
                id=f"spl-{uuid.uuid4().hex}",
                project_id=new.project_id,
                user_id=new.user_id,
                api=new.api,
                status="pending",
                file_id=file.id,
                file_name=file.name,
                sha256=file.sha256,
                parameters=dict(new.parameters),
                configuration_id=new.configuration_id,
                transaction_id=new.transaction_id,
                segments=None,
                error_message=None,
                attempts=0,
                created_at=moment,
                updated_at=moment,
            )
            connection.execute(insert(jobs).values({column: getattr(stored, column) for column in StoredJob.__slots__}))
        return stored, True

    def get(self, project_id: str, job_id: str) -> StoredJob | None:
        """One job; None if the project has no such."""
        with self._database.reading() as connection:
            return _find(connection, project_id, jobs.c.id == job_id)

    def of_transaction(self, project_id: str, transaction_id: str) -> StoredJob | None:
        """The job that was created with this transaction id; None if there is none.

        To answer a repeated request before its body is looked at; `create` sees to it that there is only one.
        """
        with self._database.reading() as connection:
            return _find(connection, project_id, jobs.c.transaction_id == transaction_id)

    def list(
        self,
        project_id: str,
        *,
        status: JobStatus | None = None,
        job_ids: Sequence[str] | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        page_size: int = 50,
        page_token: str | None = None,
    ) -> Page[StoredJob]:
        """The project's jobs, newest first, of both forms of the API. Pages are stable while jobs come and go.

        A page with very large results ends before it has `page_size` jobs.

        Args:
            project_id: whose jobs.
            status: only jobs that are so.
            job_ids: only these; None for all, empty for none.
            created_from: only jobs of this time or later; without a time zone it is UTC.
            created_to: only jobs of this time or earlier.
            page_size: at least 1.
            page_token: of the page before.

        Raises:
            InvalidPageToken: the token is none of this list's.
        """
        query = select(jobs).where(jobs.c.project_id == project_id)
        if status is not None:
            query = query.where(jobs.c.status == status)
        if job_ids is not None:
            query = query.where(one_of(jobs.c.id, job_ids))
        if created_from is not None:
            query = query.where(jobs.c.created_at >= created_from)
        if created_to is not None:
            query = query.where(jobs.c.created_at <= created_to)
        with self._database.reading() as connection:
            return one_page(
                connection, query, NEWEST_FIRST, _job_of, page_size=page_size, page_token=page_token, weigh=_weight
            )

    def cancel(self, project_id: str, job_id: str) -> StoredJob | None:
        """Cancel a job that waits or runs; None if the project has no such. Tell the `JobRunner` afterwards.

        Raises:
            NotCancellable: it has ended.
        """
        with self._database.alone():
            ended = self._end(
                [jobs.c.project_id == project_id, jobs.c.id == job_id, jobs.c.status.in_(UNFINISHED)],
                {"status": "cancelled"},
            )
            found = ended or self.get(project_id, job_id)
        if found is not None and ended is None:
            raise NotCancellable(
                f"split job {job_id} is {found.status} and cannot be cancelled", job_id=job_id, status=found.status
            )
        return found

    def delete(self, project_id: str, job_id: str) -> bool:
        """Delete a job that has ended; False if the project has no such. Its transaction id is free again.

        Raises:
            StillRunning: it waits or runs.
        """
        with self._database.writing() as connection:
            found = _find(connection, project_id, jobs.c.id == job_id)
            if found is None:
                return False
            if found.status not in TERMINAL_STATUSES:
                raise StillRunning(
                    f"split job {job_id} is {found.status}; cancel it first", job_id=job_id, status=found.status
                )
            connection.execute(delete(jobs).where(jobs.c.id == job_id))
        return True

    def claim(self) -> StoredJob | None:
        """Take the oldest pending job to process it; None if none waits.

        A job that was begun without an end comes after the others: the server may have died of it.
        """
        pending = select(jobs.c.seq).where(jobs.c.status == "pending")
        oldest = pending.order_by(jobs.c.attempts, jobs.c.seq).limit(1).scalar_subquery()
        with self._database.writing() as connection:
            row = _change(
                connection,
                [jobs.c.seq == oldest],
                {"status": "processing", "attempts": jobs.c.attempts + 1},
            )
        return None if row is None else _job_of(row)

    def finish(self, job_id: str, segments: Sequence[Mapping[str, Any]]) -> bool:
        """Complete a job that is processed; False if it is not, since it was cancelled meanwhile."""
        return self._end_of_processed(job_id, {"status": "completed", "segments": [dict(item) for item in segments]})

    def fail(self, job_id: str, message: str) -> bool:
        """Fail a job that is processed; False if it is not, since it was cancelled meanwhile."""
        return self._end_of_processed(job_id, {"status": "failed", "error_message": message})

    def hand_back(self, job_id: str) -> bool:
        """Let a job that is processed wait again, as if it had not been begun; False if it is not processed."""
        with self._database.writing() as connection:
            row = _change(
                connection,
                [jobs.c.id == job_id, jobs.c.status == "processing"],
                {"status": "pending", "attempts": jobs.c.attempts - 1},
            )
        return row is not None

    def counts(self) -> dict[JobStatus, int]:
        """How many jobs of all projects have each status; every status is there."""
        query = select(jobs.c.status, func.count().label("number")).group_by(jobs.c.status)
        with self._database.reading() as connection:
            found = {row.status: row.number for row in connection.execute(query)}
        return {status: found.get(status, 0) for status in get_args(JobStatus)}

    def _end_of_processed(self, job_id: str, changes: Mapping[str, Any]) -> bool:
        return self._end([jobs.c.id == job_id, jobs.c.status == "processing"], changes) is not None

    def _end(self, which: Sequence[ColumnElement[bool]], changes: Mapping[str, Any]) -> StoredJob | None:
        """Bring a job to its end, and free the bytes that only it still needed."""
        with self._database.alone():
            with self._database.writing() as connection:
                row = _change(connection, which, changes)
                needed = row is None or is_needed(connection, row["sha256"])
            if row is None:
                return None
            if not needed:
                self._blobs.free(row["sha256"])
        return _job_of(row)


def take_up_again(connection: Connection) -> tuple[int, int]:
    """After a server was killed: let what it processed wait again, unless that has happened too often.

    Returns:
        How many jobs wait now, those that were handed back before included, and how many have failed.
    """
    processed = jobs.c.status == "processing"
    message = (
        f"the server stopped {ATTEMPTS} times while it ran this job, which may be too large for its memory; look into "
        "the server's log, then create the job again"
    )
    failed = connection.execute(
        update(jobs)
        .where(processed, jobs.c.attempts >= ATTEMPTS)
        .values(status="failed", error_message=message, updated_at=now())
    ).rowcount
    connection.execute(update(jobs).where(processed).values(status="pending", updated_at=now()))
    return _unfinished(connection), failed


def _find(connection: Connection, project_id: str, which: ColumnElement[bool]) -> StoredJob | None:
    row = connection.execute(select(jobs).where(jobs.c.project_id == project_id, which)).mappings().one_or_none()
    return None if row is None else _job_of(row)


def _unfinished(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(jobs).where(jobs.c.status.in_(UNFINISHED))).scalar_one()


def _change(
    connection: Connection, which: Sequence[ColumnElement[bool]], changes: Mapping[str, Any]
) -> RowMapping | None:
    """Change one job, if there is one that fits; the job as it is now."""
    change = update(jobs).where(*which).values(**changes, updated_at=now()).returning(*jobs.c)
    return connection.execute(change).mappings().one_or_none()


def _weight(job: StoredJob) -> int:
    """The numbers of pages and the segments in a job's result."""
    return sum(1 + len(segment["pages"]) for segment in job.segments or ())


def _job_of(row: RowMapping) -> StoredJob:
    values = {column: row[column] for column in StoredJob.__slots__}
    if values["segments"] is not None:
        values["segments"] = tuple(values["segments"])
    return StoredJob(**values)
