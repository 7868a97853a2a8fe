"""A web site on 127.0.0.1 whose answers the tests write byte by byte."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

PDF = b"%PDF-1.7\n" + b"not much of a packet, but it begins like one\n" * 100


@dataclass
class Asked:
    """One request as it came."""

    target: str
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Serves `routes`: a target and what to answer, as bytes or as a function of the connection."""

    def __init__(self, tls=None):
        self.routes = {}
        self.asked = []
        self.connections = 0
        self.closing = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def url(self, target="/packet.pdf", host="127.0.0.1", user="", scheme="http"):
        return f"{scheme}://{user}{host}:{self.port}{target}"

    def close(self):
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def connections_so_far(self):
        """All that came before this call; one of our own makes sure that they have been taken."""
        before_ours = threading.Event()
        self.routes["/last"] = lambda connection: before_ours.set()
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"GET /last HTTP/1.1\r\n\r\n")
            assert before_ours.wait(20)
        return self.connections - 1

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self._tls is not None:
                connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = connection.recv(4096)
                if not chunk:
                    return
                head += chunk
            first, *lines = head.decode().split("\r\n\r\n")[0].split("\r\n")
            target = first.split()[1]
            self.asked.append(Asked(target, dict(line.split(": ", 1) for line in lines)))
            answer = self.routes.get(target, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if callable(answer):
                answer(connection)
            else:
                connection.sendall(answer)


def answer(body=PDF, status="200 OK", **headers):
    """A whole answer; headers by name, with _ for -; None leaves one out."""
    lines = {"Content-Length": len(body), "Content-Type": "application/pdf"}
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in lines.items() if value is not None)]
    return "\r\n".join([*head, "", ""]).encode() + body


def redirect(location, status="302 Found"):
    return answer(b"", status=status, Location=location)
