"""Who waits for which job: one request asks about all of them.

Everyone who waits has a ticket with the time of its next look. Whoever's time comes first asks about all jobs that
have a ticket, and hands the answers around; so 100 jobs cost hardly more requests than one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from splitreader.client._steps import Event
from splitreader.wire import SplitJob

AT_ONCE = 50
"""Jobs that one request asks about."""


@dataclass(eq=False, kw_only=True)
class Ticket:
    """One who waits.

    Args:
        job_id: for which job.
        at: the time of the next look, on the client's clock.
        event: set when there is something new.
        outcome: what the look came to.
    """

    job_id: str
    at: float
    event: Event
    outcome: SplitJob | Exception | None = None


class Board:
    """The tickets of one client. Safe between threads.

    Attributes:
        refusals: how many questions about several jobs at once the service has refused, one after the other.
    """

    def __init__(self) -> None:
        self.refusals = 0
        self._lock = threading.Lock()
        self._tickets: list[Ticket] = []
        self._leader: Ticket | None = None

    def enter(self, ticket: Ticket) -> None:
        """Wait from now on."""
        with self._lock:
            self._tickets.append(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Wait no more."""
        with self._lock:
            self._tickets.remove(ticket)
            was_asking = self._leader is ticket
        if was_asking:  # an interrupt may have come before it could settle
            self.settle()

    @property
    def is_led(self) -> bool:
        """Whether somebody is asking."""
        return self._leader is not None

    def lead(self, ticket: Ticket, now: float) -> list[Ticket]:
        """The tickets to ask about, this one first, if its time has come and nobody else is asking; else none.

        Whoever gets some must call `settle`.
        """
        with self._lock:
            if self._leader is not None or now < ticket.at:
                return []
            self._leader = ticket
            others = sorted(
                (other for other in self._tickets if other is not ticket and other.outcome is None),
                key=lambda other: other.at,
            )
            return [ticket, *others[: AT_ONCE - 1]]

    def settle(self) -> None:
        """The asking is over: everyone looks what has come of it."""
        with self._lock:
            self._leader = None
            tickets = list(self._tickets)
        for ticket in tickets:
            ticket.event.set()
