"""``splitreader serve`` and ``splitreader serve-key``."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from splitreader._errors import ServerError
from splitreader._limits import MEGABYTE
from splitreader.cli._engine import EngineFileOption, EngineName, choose_engine, engine_options
from splitreader.cli._exits import one_line_errors
from splitreader.cli._model import ModelUrlOption, model_options
from splitreader.cli._options import DebugOption, OCROption
from splitreader.cli._sharing import with_options

if TYPE_CHECKING:
    from splitreader.server import KeyRing
    from splitreader.server._uvicorn import HTTPServer

_BACKLOG = 2048


@with_options(asked=model_options)
def serve(
    *,
    data: Annotated[Path, typer.Option(metavar="DIR", help="Where files and jobs are kept.", show_default=False)],
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Who may come in; splitreader serve-key makes it.", show_default=False),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name clients call this server by; repeat it.", show_default=False),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Jobs side by side.")] = 2,
    engine: Annotated[
        Literal["embedded", "llm"], typer.Option(help="embedded works here, offline; llm asks the --model you name.")
    ] = "embedded",
    engine_file: EngineFileOption = None,
    base_url: ModelUrlOption = None,
    asked: Mapping[str, Any],
    ocr: OCROption = "auto",
    max_upload: Annotated[int, typer.Option(metavar="MB", min=1, help="Of one file.")] = 512,
    max_pages: Annotated[int, typer.Option(min=1, help="Of one packet.")] = 10_000,
    max_queue: Annotated[int, typer.Option(min=1, help="Jobs that may wait or run; more get 429.")] = 1_000,
    job_seconds: Annotated[float, typer.Option(min=1, help="How long a job may run.")] = 1_800,
    grace_seconds: Annotated[float, typer.Option(min=0, help="How long jobs may run on at the end.")] = 20,
    secure_cookies: Annotated[
        bool, typer.Option("--secure-cookies", help="Session cookies for TLS only, behind a proxy that does TLS.")
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Serve the Split API on this machine.

    Clients of LlamaCloud's Split API work against it: give them http://127.0.0.1:8000 as base URL. Keys come from
    --keys or the environment variable SPLITREADER_SERVER_KEYS (project:key,project:key); without keys it listens on
    this machine only. With --engine llm page texts are sent to the model at --base-url, by default OpenAI's; its key is
    read from the environment variable OPENAI_API_KEY. Logs go to standard error as JSON lines. SIGTERM and Ctrl-C let
    running jobs end, or hand them back for the next start. Exit codes: 1 it could not start; 2 the command line is
    wrong.
    """
    with one_line_errors(debug=debug):
        from splitreader.server import ServerSettings, create_app
        from splitreader.server._uvicorn import HTTPServer
        from splitreader.server.access.hosts import check_binding, hosts_for
        from splitreader.server.storage import Storage

        ring = _keys(keys)
        check_binding(host, has_keys=ring is not None)
        settings = ServerSettings(
            data=data,
            hosts=hosts_for(host, allow_host or ()),
            workers=workers,
            max_upload=max_upload * MEGABYTE,
            max_pages=max_pages,
            max_queue=max_queue,
            job_seconds=job_seconds,
            grace_seconds=grace_seconds,
            secure_cookies=secure_cookies,
            ocr=ocr,
        )
        splits = choose_engine(EngineName(engine), engine_options(asked, base_url=base_url), None, engine_file)
        _log_as_json()
        with _listen(host, port) as listener, Storage.open(data) as storage:
            app = create_app(settings, engine=splits, keys=ring, storage=storage)
            _announce(listener, ring)
            _run(HTTPServer(app, grace_seconds=grace_seconds), listener)


def serve_key(
    project: Annotated[str, typer.Option(metavar="NAME", help="Whose files and jobs it opens.", show_default=False)],
    file: Annotated[Path, typer.Option(metavar="FILE", help="The file of keys; made if need be.", show_default=False)],
    debug: DebugOption = False,
) -> None:
    """Make a key for splitreader serve, and print it.

    The file keeps its hash only: the key can't be shown again. A running server knows it after its next start.
    """
    with one_line_errors(debug=debug):
        from splitreader.server.access.keys import add_key

        typer.echo(add_key(file, project))


def _keys(file: Path | None) -> KeyRing | None:
    from splitreader.server import KeyRing

    from_environment = KeyRing.from_environment()
    if file is None:
        return from_environment
    from_file = KeyRing.from_file(file)
    return from_file if from_environment is None else from_file.joined(from_environment)


def _listen(host: str, port: int) -> socket.socket:
    address = host.strip("[]")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ServerError(
            f"can't listen at {host}:{port} ({error.strerror or error}); choose another --port, or another --host"
        ) from error


def _announce(listener: socket.socket, ring: KeyRing | None) -> None:
    address, port = listener.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    who = "no keys: for this machine only" if ring is None else "with keys"
    typer.echo(f"splitreader serve: http://{shown}:{port} ({who}; the API is described at /docs)")


def _run(server: HTTPServer, listener: socket.socket) -> None:
    server.run(sockets=[listener])
    if not server.started:
        raise ServerError("the server did not start; its log says why")


def _log_as_json() -> None:
    from splitreader.server._logs import JSONLines

    handler = logging.StreamHandler()
    handler.setFormatter(JSONLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("splitreader").setLevel(logging.INFO)
