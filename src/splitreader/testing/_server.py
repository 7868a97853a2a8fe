"""The listening socket, one thread for each connection, and their end."""

from __future__ import annotations

import contextlib
import selectors
import socket
import socketserver
import threading
import time
from typing import Any, Protocol

from splitreader.testing._faults import Faults
from splitreader.testing._recorded import RequestLog
from splitreader.testing._routes import Route
from splitreader.testing._service import Request
from splitreader.testing._wire import Answer

JOIN_SECONDS = 10


class Answers(Protocol):
    """What a server serves."""

    def find_route(self, method: str, path: str) -> Route:
        """Where a request goes."""
        ...

    def answer(self, request: Request, base_url: str) -> Answer:
        """The answer to a request, a refusal included."""
        ...


class Server(socketserver.TCPServer):
    """Accepts connections on a free port of 127.0.0.1 from when it is made until `stop`."""

    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(
        self, handler: type[socketserver.BaseRequestHandler], service: Answers, faults: Faults, log: RequestLog
    ) -> None:
        self.service = service
        self.faults = faults
        self.log = log
        self.closing = threading.Event()
        self._connections: list[tuple[socket.socket, threading.Thread]] = []  # of the accepting thread, until it ends
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._wake, self._waker = socket.socketpair()
        self._accepting = threading.Thread(target=self._accept, name="scripted-split-api", daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Close every socket and end every thread; what waits stops waiting."""
        self.closing.set()
        self._waker.send(b"x")
        self._accepting.join()
        self.server_close()
        self._wake.close()
        self._waker.close()
        for connection, _ in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        until = time.monotonic() + JOIN_SECONDS
        for _, thread in self._connections:
            thread.join(max(0, until - time.monotonic()))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        thread = threading.Thread(
            target=self._serve, args=[request, client_address], name="scripted-split-api", daemon=True
        )
        thread.start()
        self._connections = [known for known in self._connections if known[1].is_alive()]
        self._connections.append((request, thread))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed."""

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not self.closing.is_set():
                if any(key.fileobj is self.socket for key, _ in selector.select()) and not self.closing.is_set():
                    self.handle_request()

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        try:
            with contextlib.suppress(OSError):  # the client has gone, or `stop` has closed the connection
                self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)
