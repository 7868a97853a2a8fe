"""The server as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

import splitreader
from splitreader.engines import EmbeddedEngine
from splitreader.engines._protocol import Engine
from splitreader.server._logs import AccessLog
from splitreader.server._services import Services
from splitreader.server._settings import ServerSettings
from splitreader.server.access.entrance import Entrance
from splitreader.server.access.keys import KeyRing
from splitreader.server.jobs import JobRunner
from splitreader.server.routes import configurations, content, docs, files, health, jobs, session
from splitreader.server.routes.refusals import PROBLEMS, add_refusals
from splitreader.server.storage import Storage


def create_app(
    settings: ServerSettings,
    *,
    engine: Engine | None = None,
    keys: KeyRing | None = None,
    storage: Storage | None = None,
) -> FastAPI:
    """The Split API as an ASGI application, for uvicorn or another server; its lifespan must be run.

    Args:
        settings: where its data is, and what it allows.
        engine: who splits; default: `EmbeddedEngine`.
        keys: who may come in. Without keys everybody who can connect may do everything: bind it to loopback only.
        storage: an open one, of ``settings.data``; the application closes it at its end. Default: opened at its start.

    Raises:
        SplitReaderError: from the lifespan: another server works in the folder, or it can't be used.
    """
    split_by = EmbeddedEngine() if engine is None else engine

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = await run_in_threadpool(Storage.open, settings.data) if storage is None else storage
        try:
            runner = JobRunner(opened, split_by, settings)
            app.state.services = Services(settings=settings, engine=split_by, storage=opened, runner=runner)
            await runner.start()
            try:
                yield
            finally:
                await runner.stop()
        finally:
            await run_in_threadpool(opened.close)

    app = FastAPI(
        title="splitreader serve",
        summary="The Split API, answered on your own machine.",
        version=splitreader.__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Entrance, settings=settings, keys=keys, storage=lambda: app.state.services.storage)
    app.add_middleware(AccessLog)
    add_refusals(app)
    for router in (
        files.router,
        jobs.beta_router,
        jobs.v1_router,
        configurations.router,
        session.router,
        content.router,
        health.router,
        docs.router,
    ):
        app.include_router(router, responses=PROBLEMS)
    return app
