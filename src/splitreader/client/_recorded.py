"""A run whose trace is kept: another process takes it up where this one ended, and nothing is paid twice."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from splitreader._errors import (
    CreateUnknown,
    JobCancelled,
    JobFailed,
    SplitReaderError,
    UnknownId,
)
from splitreader.client._creating import LOOK_UP_PAUSE, MARGIN, candidates, create_job, learn_time
from splitreader.client._files import get_file, upload_file
from splitreader.client._job_bodies import NewJob
from splitreader.client._jobs import Plan, delete_upload, delete_uploads, run_job, uploads
from splitreader.client._record import JobRecord, Trace
from splitreader.client._retrying import may_have_worked
from splitreader.client._service import Service
from splitreader.client._steps import Do, Flow, Rest
from splitreader.client._upload import Upload
from splitreader.client._waiting import NEW_FOR, OnProgress, check_seconds, wait
from splitreader.wire import SplitJob

logger = logging.getLogger("splitreader.client")

MOST_ATTEMPTS = 20
"""Jobs of earlier runs that came to nothing, one after the other, after which no more is tried."""

MOST_NAMED = 5
"""Jobs that a message names."""

_TRANSACTIONS = uuid.UUID("6a1c8f0e-6c0b-5c0f-9f52-3c1d1f0a4e77")
"""The namespace of the transaction ids that follow from records."""


def run_planned(
    service: Service,
    planned: Plan,
    *,
    max_seconds: float,
    progress: OnProgress | None = None,
    source: str | None = None,
) -> Flow[SplitJob]:
    """`run_job`; with a record it takes up what an earlier run has begun.

    A job of an earlier run that failed, was cancelled, or is not known to the service any more, counts for nothing: a
    new one is created. One that this run has created is an error, and the next run creates a new one.

    Raises:
        JobError, ServiceError: see their trees.
        SplitReaderError: the record can't be read or written; nothing was paid for.
    """
    if planned.record is None:
        return (yield from run_job(service, planned, max_seconds=max_seconds, progress=progress, source=source))
    check_seconds(max_seconds)
    service = service.scoped(planned.job.project_id, planned.job.organization_id)
    run = _Run(service, planned, planned.record, source)
    known: Trace = yield Do(run.record.read)
    if known.job_id is not None:
        known = replace(known, is_doubtful=True)  # the run that created it may have deleted the file already
    left = MOST_ATTEMPTS
    while True:
        is_old = known.job_id is not None
        if known.job_id is None:
            known, is_old = yield from run.start(known)
        assert known.job_id is not None
        try:
            done = yield from wait(
                service,
                known.job_id,
                max_seconds=max_seconds,
                progress=progress,
                source=source,
                file_id=known.file_id,
                is_new=not is_old or run.is_recent(known),
            )
        except (JobFailed, JobCancelled, UnknownId) as error:
            left -= 1
            if not is_old and isinstance(error, UnknownId):
                raise  # it was created just now, so it goes on
            known = yield from run.give_up(known)
            if not is_old or not left:
                raise
            logger.warning("a job of an earlier run came to nothing (%s); a new one is created", error)
        except BaseException:
            logger.warning("job %s is taken up by the next run with the same record", known.job_id)
            raise
        else:
            yield from run.clean(known)
            return done


@dataclass(frozen=True)
class _Run:
    """One packet on its way to a job.

    Args:
        service: where.
        planned: what is to be done.
        record: the trace of what was done.
        source: of the packet, for errors.
    """

    service: Service
    planned: Plan
    record: JobRecord
    source: str | None

    def start(self, known: Trace) -> Flow[tuple[Trace, bool]]:
        """The trace with a job, and whether the job is of an earlier run."""
        service = self.service
        transaction = uuid.uuid5(_TRANSACTIONS, f"{self.record.key} {known.attempt}")
        job = self.planned.job.of_transaction(str(transaction))
        if known.sent_at is not None and known.file_id is not None and job.transaction_id is None:
            found = yield from self._look_for(job.of_file(known.file_id), known, known.sent_at)
            if found is not None:
                logger.info("job %s of an earlier run is taken up", found.id)
                return (yield from self._note(replace(known, job_id=found.id))), True
        known = yield from self._with_file(known)
        assert known.file_id is not None
        job = job.of_file(known.file_id)
        yield from learn_time(service)
        sent_at = service.now()
        known = replace(known, sent_at=sent_at)
        yield from self._write(known)
        try:
            created = yield from create_job(service, job, source=self.source)
        except CreateUnknown:
            raise
        except SplitReaderError:  # there is no job
            yield from self.give_up(known, attempt=known.attempt)
            raise
        created_at = created.created_at
        is_old = isinstance(created_at, datetime) and created_at.tzinfo is not None and created_at < sent_at - MARGIN
        return (yield from self._note(replace(known, job_id=created.id))), is_old

    def is_recent(self, known: Trace) -> bool:
        """Whether the job was asked for so lately that it may still be unknown where it is looked for."""
        return known.sent_at is not None and self.service.now() - known.sent_at < timedelta(seconds=NEW_FOR)

    def clean(self, known: Trace) -> Flow[None]:
        """Delete what was uploaded, if that is wanted, now that no job needs it. Errors are logged."""
        if not self.planned.delete_after or known.external_file_id is None:
            return
        if known.is_doubtful or known.file_id is None:
            yield from delete_uploads(self.service, known.external_file_id)
        else:
            yield from delete_upload(self.service, known.file_id)

    def give_up(self, known: Trace, *, attempt: int | None = None) -> Flow[Trace]:
        """Begin anew: the file goes, and the next job is the next attempt."""
        yield from self.clean(known)
        return (yield from self._note(Trace(attempt=known.attempt + 1 if attempt is None else attempt)))

    def _with_file(self, known: Trace) -> Flow[Trace]:
        """The trace with a file that is on the service."""
        upload = self.planned.upload
        if upload is None:
            return replace(known, file_id=self.planned.job.file_id)
        if known.file_id is not None:
            try:
                yield from get_file(self.service, known.file_id)
            except UnknownId:
                known = Trace(attempt=known.attempt)
            else:
                return known
        if known.external_file_id is not None:  # ended while it was uploaded: it may be there
            found = yield from uploads(self.service, known.external_file_id)
            known = replace(known, is_doubtful=True)
            if found:
                return replace(known, file_id=found[0])
        return (yield from self._upload(upload, known))

    def _upload(self, upload: Upload, known: Trace) -> Flow[Trace]:
        name = known.external_file_id or upload.external_file_id
        assert name is not None
        known = replace(known, external_file_id=name)
        yield from self._write(known)
        try:
            uploaded = yield from upload_file(self.service, upload.named(name), source=self.source)
        except SplitReaderError as error:
            if may_have_worked(error) and self.planned.delete_after:
                yield from delete_uploads(self.service, name)
            raise
        return replace(known, file_id=uploaded.file.id, is_doubtful=known.is_doubtful or uploaded.is_doubtful)

    def _look_for(self, job: NewJob, known: Trace, sent_at: datetime) -> Flow[SplitJob | None]:
        """The job that an earlier run asked for, if it did; waits until it would be seen.

        Raises:
            CreateUnknown: the file is not ours alone, so a job for it may be another's, with other rules: a listing
                does not tell those. A saved configuration has them all; of its jobs one that is alone is it.
        """
        service = self.service
        while True:
            yield from learn_time(service)
            is_late = not self.is_recent(known)  # before it is looked for
            found = yield from candidates(service, job, sent_at - MARGIN)
            if found and (self.planned.upload is not None or (len(found) == 1 and job.configuration_id is not None)):
                return found[0]
            if found:
                if job.retry_unknown:
                    return None
                raise CreateUnknown(
                    f"an earlier run asked for a job for file {job.file_id}, and nothing tells whether it is one that "
                    f"was created since ({', '.join(one.id for one in found[:MOST_NAMED])}); take one up by its id, "
                    "or retry_unknown=True creates it again, and may pay twice",
                    file_id=job.file_id,
                    sent_at=sent_at,
                    source=self.source,
                )
            if is_late:
                return None
            yield Rest(service.jittered(LOOK_UP_PAUSE))

    def _write(self, known: Trace) -> Flow[None]:
        """Keep what has to be known before anything is paid for.

        Raises:
            SplitReaderError: it can't be kept, so nothing is; the file is deleted.
        """
        try:
            yield Do(lambda: self.record.write(known))
        except SplitReaderError:
            yield from self.clean(known)
            raise

    def _note(self, known: Trace) -> Flow[Trace]:
        """Keep what could also be found again without; an error is logged."""
        try:
            yield Do(lambda: self.record.write(known))
        except SplitReaderError as error:
            logger.warning("the trace of job %s can't be kept: %s", known.job_id, error)
        return known
