"""The jobs: what they answer, how long they take, how they end."""

from __future__ import annotations

import copy
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from splitreader.testing._checks import STATUSES
from splitreader.testing._files import ScriptedUpload
from splitreader.testing._wire import (
    JSON,
    PROJECT_ID,
    USER_ID,
    Query,
    Refused,
    first,
    now_utc,
    one_page,
    problem,
    query_moment,
    timestamp,
)

ScriptedSegment: TypeAlias = tuple[str, Sequence[int]] | tuple[str, Sequence[int], str]
APIScript: TypeAlias = Sequence[ScriptedSegment] | Callable[[ScriptedUpload, JSON], Sequence[ScriptedSegment]]

TERMINAL: Final = ("completed", "failed", "cancelled")
FROM_SCRIPT: Final = object()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How every job goes; see `ScriptedSplitAPI`."""

    script: APIScript
    seconds: float | Callable[[int], float]
    outcome: str | Callable[[int], str]
    error_message: str | None
    result: object

    def result_of(self, upload: ScriptedUpload, request: JSON) -> object:
        """The result of a job that completes."""
        if self.result is not FROM_SCRIPT:
            return self.result
        script = self.script(upload, copy.deepcopy(request)) if callable(self.script) else self.script
        segments = []
        for category, pages, *confidence in script:
            level = confidence[0] if confidence else "high"
            segments.append({"category": category, "pages": list(pages), "confidence_category": level})
        return {"segments": segments}


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What a create request asks for."""

    request: JSON
    beta: bool
    upload: ScriptedUpload
    parameters: JSON
    project_id: str | None


@dataclass(kw_only=True)
class Job:
    """One job. Its status follows from the clock until somebody sets it by hand."""

    asked: NewJob
    number: int
    seconds: float
    outcome: str
    error_message: str | None
    result: object
    id: str = field(default_factory=lambda: f"spl-{uuid.uuid4().hex}")
    started: float = field(default_factory=time.monotonic)
    created: datetime = field(default_factory=now_utc)
    changed_at: float | None = None

    def status(self) -> tuple[str, float]:
        """The status now, and since when by the monotonic clock."""
        if self.changed_at is not None:
            return self.outcome, self.changed_at
        age = time.monotonic() - self.started
        if age >= self.seconds:
            return self.outcome, self.started + self.seconds
        if age >= self.seconds / 3:
            return "processing", self.started + self.seconds / 3
        return "pending", self.started

    def change(self, status: str, error_message: str | None) -> None:
        """The status from now on."""
        self.outcome, self.error_message, self.changed_at = status, error_message, time.monotonic()

    def answer(self, *, beta: bool) -> JSON:
        """The job as the API answers it under beta or under v1."""
        status, since = self.status()
        request, parameters = self.asked.request, self.asked.parameters
        answer: JSON = {
            "id": self.id,
            "status": status,
            "project_id": self.asked.project_id or PROJECT_ID,
            "user_id": USER_ID,
            "categories": [{"description": None, **category} for category in parameters["categories"]],
            "configuration_id": request.get("configuration_id"),
            "result": copy.deepcopy(self.result) if status == "completed" else None,
            "error_message": None if status in {"pending", "processing"} else self.error_message,
            "created_at": timestamp(self.created),
            "updated_at": timestamp(self.created + timedelta(seconds=since - self.started)),
        }
        file_id = self.asked.upload.id
        if beta:
            return answer | {"document_input": {"type": "file_id", "value": file_id}}
        return answer | {
            "file_input": file_id,
            "document_input_type": "parse_job_id" if file_id.startswith("pjb-") else "file_id",
            "splitting_strategy": {"allow_uncategorized": "include", **(parameters.get("splitting_strategy") or {})},
            "parse_tier": parameters.get("parse_tier"),
            "parse_config_id": parameters.get("parse_config_id"),
            "target_pages": parameters.get("target_pages"),
            "transaction_id": request.get("transaction_id"),
        }


class Jobs:
    """All jobs, in order of creation."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._creating = threading.Lock()
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._transactions: dict[str, Job] = {}
        self._number = 0

    def create(self, transaction_id: str | None, prepare: Callable[[], NewJob], *, beta: bool) -> JSON:
        """A new job, or the one that has this transaction id. One at a time, so that a script runs once a job."""
        with self._creating:
            with self._lock:
                if transaction_id is not None and transaction_id in self._transactions:
                    return self._transactions[transaction_id].answer(beta=beta)
            asked = prepare()
            seconds, outcome = self._plan.seconds, self._plan.outcome
            result = self._plan.result_of(asked.upload, asked.request)
            job = Job(
                asked=asked,
                number=self._number,
                seconds=seconds(self._number) if callable(seconds) else seconds,
                outcome=outcome(self._number) if callable(outcome) else outcome,
                error_message=self._plan.error_message,
                result=result,
            )
            self._number += 1
            with self._lock:
                self._jobs[job.id] = job
                if transaction_id is not None:
                    self._transactions[transaction_id] = job
                return job.answer(beta=beta)

    def get(self, job_id: str, *, beta: bool) -> JSON:
        """One job."""
        with self._lock:
            return self._known(job_id).answer(beta=beta)

    def cancel(self, job_id: str) -> JSON:
        """Cancel a job; it is cancelled at once."""
        with self._lock:
            job = self._known(job_id)
            if (status := job.status()[0]) in TERMINAL:
                raise Refused(409, f"Split job {job_id} is {status} and cannot be cancelled")
            job.change("cancelled", None)
            return job.answer(beta=False)

    def delete(self, job_id: str) -> None:
        """Forget a job that has ended; its transaction id goes on naming it."""
        with self._lock:
            job = self._known(job_id)
            if (status := job.status()[0]) not in TERMINAL:
                raise Refused(409, f"Split job {job_id} is {status}; cancel it first")
            del self._jobs[job_id]

    def change(self, job_id: str, status: str, error_message: str | None) -> None:
        """Set a status by hand.

        Raises:
            KeyError: no job has this id.
        """
        with self._lock:
            self._jobs[job_id].change(status, error_message)

    def ended_at(self, job_id: str) -> float | None:
        """When a job ended by the monotonic clock; ``None`` while it has not."""
        with self._lock:
            status, since = self._jobs[job_id].status()
        return since if status in TERMINAL else None

    def snapshot(self) -> dict[str, JSON]:
        """All jobs as the API would answer them now, each in the form it was created in."""
        with self._lock:
            return {job_id: job.answer(beta=job.asked.beta) for job_id, job in self._jobs.items()}

    def page(self, query: Query, *, beta: bool) -> JSON:
        """The jobs that a list request asks for."""
        status = first(query, "status")
        if status is not None and status not in STATUSES:
            raise Refused(422, [problem(["query", "status"], f"Input should be one of {', '.join(STATUSES)}", "enum")])
        after, before = query_moment(query, "created_at_on_or_after"), query_moment(query, "created_at_on_or_before")
        ids, project = query.get("job_ids"), first(query, "project_id")
        with self._lock:
            found = [
                job
                for job in self._jobs.values()
                if (not ids or job.id in ids)
                and (project is None or (job.asked.project_id or PROJECT_ID) == project)
                and (after is None or job.created >= after)
                and (before is None or job.created <= before)
            ]
            items: list[dict[str, Any]] = [job.answer(beta=beta) for job in found]
        return one_page([item for item in items if status in {None, item["status"]}], query)

    def _known(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise Refused(404, f"Split job {job_id} not found")
        return job
