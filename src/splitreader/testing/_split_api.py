"""A Split API whose answers, delays and faults a test chooses."""

from __future__ import annotations

from collections.abc import Callable

from splitreader.testing._faults import Fault, check_times
from splitreader.testing._jobs import FROM_SCRIPT, APIScript, Jobs, Plan
from splitreader.testing._routes import OPERATIONS, Operation
from splitreader.testing._scripted import ScriptedAPI
from splitreader.testing._service import Service
from splitreader.testing._wire import JSON


class ScriptedSplitAPI(ScriptedAPI):
    """The LlamaCloud Split API on a free port of 127.0.0.1: files, jobs (beta and v1) and saved configurations.

    ``with ScriptedSplitAPI([("invoice", [1, 2])]) as api:`` serves until the block ends; `start` and `close` do the
    same by hand. It may be used from any thread.

    Args:
        script: the result of every job: ``(category, pages)`` or ``(category, pages, confidence)`` for each segment;
            or a function of the upload and of the create request's body that returns such a list. It is called once
            for each job, one job at a time; what it raises is answered as a 500.
        seconds: how long a job takes, or a function of its number (0, 1, 2, ...). It is pending for the first third,
            then processing.
        outcome: how a job ends: ``"completed"``, ``"failed"`` or ``"cancelled"``; any other text is a status in which
            it stays for ever. Or a function of the job's number.
        error_message: of jobs that have their outcome.
        result: the raw ``result`` of completed jobs, for malformed ones; instead of the script's.
        key: the only API key it takes; ``None`` takes any, and none.
        session: a ``session`` cookie that it takes instead of the key.
    """

    def __init__(  # noqa: PLR0913  # all but the script have defaults
        self,
        script: APIScript = (),
        seconds: float | Callable[[int], float] = 0.0,
        *,
        outcome: str | Callable[[int], str] = "completed",
        error_message: str | None = None,
        result: object = FROM_SCRIPT,
        key: str | None = "llx-test",
        session: str | None = None,
    ) -> None:
        plan = Plan(script=script, seconds=seconds, outcome=outcome, error_message=error_message, result=result)
        self.key = key
        self._jobs = Jobs(plan)
        self._service = Service(self._jobs, key=key, session=session)
        super().__init__(self._service)

    def count(self, operation: Operation) -> int:
        """How many requests of one operation have come."""
        _known(operation)
        return sum(request.operation == operation for request in self.requests)

    @property
    def jobs(self) -> dict[str, JSON]:
        """The jobs by id, as the API would answer them now, each in the form (beta or v1) it was created in."""
        return self._jobs.snapshot()

    @property
    def files(self) -> dict[str, JSON]:
        """The files by id."""
        return self._service.files.snapshot()

    @property
    def configurations(self) -> dict[str, JSON]:
        """The saved configurations by id."""
        return self._service.configurations.snapshot()

    def add_file(self, name: str, data: bytes) -> str:
        """Put a file there without a request; its id."""
        return self._service.files.add(name, data, content_type="application/pdf", purpose="split").upload.id

    def fail(self, operation: Operation, fault: Fault | None, times: int | None = 1) -> None:
        """The next ``times`` requests of an operation meet this fault, after those ordered before.

        Args:
            operation: which requests.
            fault: what they meet; ``None``: no more faults for this operation.
            times: how many; ``None``: all from then on.
        """
        _known(operation)
        check_times(times)
        if fault is None:
            self._faults.clear(operation)
        else:
            self._faults.order(operation, fault, times)

    def set_status(self, job_id: str, status: str, error_message: str | None = None) -> None:
        """Give a job a status by hand, which it keeps.

        Args:
            job_id: as the API gave it.
            status: any text, also one that no client knows.
            error_message: what the job says of its end.

        Raises:
            KeyError: no job has this id.
        """
        self._jobs.change(job_id, status, error_message)

    def ended_at(self, job_id: str) -> float | None:
        """When a job ended, by ``time.monotonic()``; ``None`` while it has not.

        Raises:
            KeyError: no job has this id.
        """
        return self._jobs.ended_at(job_id)


def _known(operation: Operation) -> None:
    if operation not in OPERATIONS:
        raise ValueError(f"no operation is called {operation!r}; there are {', '.join(OPERATIONS)}")
