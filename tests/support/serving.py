"""Our server on a real socket, in a thread."""

import socket
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx

from splitreader.engines import EngineAnswer, ProposedSegment
from splitreader.server import KeyRing, ServerSettings, create_app
from splitreader.server._uvicorn import HTTPServer
from support.pdfs import make_pdf

KEYS = {"key-of-acme": "acme", "key-of-globex": "globex"}
ACME = {"Authorization": "Bearer key-of-acme"}
GLOBEX = {"Authorization": "Bearer key-of-globex"}
PDF = make_pdf(["INVOICE 1\nTotal due 5", "Agreement between the parties"])
CATEGORIES = [{"name": "invoice", "description": "A request for payment"}, {"name": "contract"}]
BETA_JOBS, V1_JOBS = "/api/v1/beta/split/jobs", "/api/v1/split/jobs"
FILES, CONFIGURATIONS = "/api/v1/beta/files", "/api/v1/beta/configurations"


class HeldEngine:
    """Splits nothing until it is let go; then every packet is one invoice. Counts what it was asked for."""

    name = "held"
    is_remote = False

    def __init__(self, *, held=False):
        self.go = threading.Event()
        self.configs = []
        if not held:
            self.go.set()

    def check(self, config):
        pass

    def split(self, packet, config):
        raise NotImplementedError

    async def asplit(self, packet, config):
        import asyncio

        self.configs.append(config)
        while not await asyncio.to_thread(self.go.wait, 0.05):
            pass
        pages = await asyncio.to_thread(lambda: packet.page_count)
        return EngineAnswer(
            segments=[ProposedSegment(category="invoice", pages=range(1, pages + 1), confidence="high")]
        )


class _Server(HTTPServer):
    def __init__(self, app):
        super().__init__(app, grace_seconds=0)
        self.ready = threading.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(data, *, keys=None, engine=None, **settings):
    """The base URL of a server that works in the folder `data`."""
    app = create_app(
        ServerSettings(data=data, grace_seconds=0, **settings),
        engine=engine,
        keys=None if keys is None else KeyRing.of(keys),
    )
    server = _Server(app)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.ready.wait(0.05):
                if not thread.is_alive():
                    raise RuntimeError("the server did not start")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(60)


def client_of(url, headers=None):
    return httpx.Client(base_url=url, headers=headers, timeout=60)


def upload(client, data=PDF, name="packet.pdf", **fields):
    """Upload a file; its id."""
    answer = client.post(FILES, files={"file": (name, data)}, data={"purpose": "split", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def nested(file_id, **configuration):
    return {
        "document_input": {"type": "file_id", "value": file_id},
        "configuration": {"categories": CATEGORIES, **configuration},
    }


def v1(file_id, *, transaction_id=None, **configuration):
    body = {"file_input": file_id, "configuration": {"categories": CATEGORIES, **configuration}}
    return body if transaction_id is None else {**body, "transaction_id": transaction_id}


def ended(client, job_id, base=V1_JOBS):
    """The job, once it has ended."""
    for _ in range(6000):
        job = client.get(f"{base}/{job_id}").json()
        if job["status"] in {"completed", "failed", "cancelled"}:
            return job
        threading.Event().wait(0.01)
    raise AssertionError(f"{job_id} did not end: {job}")


def api_routes():
    """Every method and path under /api, as the application itself has them."""
    paths = create_app(ServerSettings(data=Path("unused"))).openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods if path.startswith("/api/")]


def complaints(answer):
    """Where a 422 complains, and how."""
    assert answer.status_code == 422, answer.text
    assert all(item.keys() == {"loc", "msg", "type"} for item in answer.json()["detail"])
    return [(item["loc"], item["msg"]) for item in answer.json()["detail"]]
