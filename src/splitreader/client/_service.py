"""What the flows of one client share."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from splitreader.client._limiter import RequestLimiter
from splitreader.client._looks import Board
from splitreader.client._retry_after import parse_date
from splitreader.client._settings import Settings
from splitreader.client._steps import Answer, Event


@dataclass(kw_only=True)
class Service:
    """The service as flows know it: how to reach it, and what is going on there.

    Args:
        settings: of the client.
        limiter: of its requests.
        make_event: for waiting in the client's own way.
        board: the jobs that are waited for.
        clock: monotonic, seconds.
        ahead: how far the service's clock is ahead of ours, once an answer has told.
        creating: for each file how many jobs are being created.
        handed_out: the ids of the jobs that were created.
    """

    settings: Settings
    limiter: RequestLimiter
    make_event: Callable[[], Event]
    board: Board = field(default_factory=Board)
    clock: Callable[[], float] = time.monotonic
    ahead: timedelta | None = None
    creating: Counter[str] = field(default_factory=Counter)
    handed_out: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """Where split jobs are."""
        return "/api/v1/beta/split/jobs" if self.settings.api == "beta" else "/api/v1/split/jobs"

    def scoped(self, project_id: str | None, organization_id: str | None) -> Service:
        """The same for another project or organization; jobs of two projects are not looked at together."""
        if project_id is None and organization_id is None:
            return self
        settings = replace(
            self.settings,
            project_id=project_id or self.settings.project_id,
            organization_id=organization_id or self.settings.organization_id,
        )
        return replace(self, settings=settings, board=Board())

    def now(self) -> datetime:
        """The service's time, as far as it is known."""
        return self.by_its_clock(datetime.now(UTC))

    def by_its_clock(self, moment: datetime) -> datetime:
        """A time of our clock in the service's."""
        return moment + (self.ahead or timedelta())

    def note_time(self, answer: Answer) -> None:
        """Learn the service's time from an answer."""
        if (date := parse_date(answer.headers.get("date"))) is not None:
            self.ahead = date - datetime.now(UTC)

    def jittered(self, seconds: float) -> float:
        """About so many seconds: clients that began together should not go on together."""
        return seconds * random.uniform(0.9, 1.1)  # noqa: S311  # no secret
