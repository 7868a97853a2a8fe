"""uvicorn, as ``splitreader serve`` runs it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

MORE_GRACE = 10
"""Seconds that requests may go on for beyond the jobs' own grace."""


class HTTPServer(uvicorn.Server):
    """Serves an application, and begins no more jobs once it stops, also while a client holds a connection open.

    Args:
        app: from `splitreader.server.create_app`.
        grace_seconds: how long jobs may run on at the end.
    """

    def __init__(self, app: FastAPI, *, grace_seconds: float) -> None:
        config = uvicorn.Config(
            app,
            http="h11",  # bounds the head of a request; httptools takes one of any size into memory
            ws="none",
            lifespan="on",
            access_log=False,
            server_header=False,
            log_config=None,
            timeout_graceful_shutdown=math.ceil(grace_seconds) + MORE_GRACE,
        )
        super().__init__(config)
        self._served = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop. The lifespan, and with it the runner, ends only once all connections are closed."""
        self._served.state.services.runner.begin_no_more()
        await super().shutdown(sockets)
