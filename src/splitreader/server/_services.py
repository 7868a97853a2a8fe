"""What the routes of one running server share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from splitreader.engines._protocol import Engine
from splitreader.server._settings import ServerSettings
from splitreader.server.jobs import JobRunner
from splitreader.server.storage import Storage


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of a running server.

    Args:
        settings: what it allows.
        engine: who splits.
        storage: what it keeps.
        runner: who runs the jobs.
    """

    settings: ServerSettings
    engine: Engine
    storage: Storage
    runner: JobRunner


async def services_of(request: Request) -> Services:
    """The parts of the server that a request came to."""
    services: Services = request.app.state.services
    return services


Served = Annotated[Services, Depends(services_of)]
