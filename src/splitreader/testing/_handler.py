"""HTTP on one connection: read a request, meet its fault, send the answer."""

from __future__ import annotations

import json
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from splitreader.testing._faults import Fault
from splitreader.testing._multipart import Form, parse_form
from splitreader.testing._recorded import Recorded
from splitreader.testing._server import Server
from splitreader.testing._service import Request
from splitreader.testing._wire import Answer, Refused, error_answer, problem

CHUNK = 1 << 16


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    server_version = "ScriptedAPI"
    sys_version = ""
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Nothing is printed."""

    def _serve(self) -> None:
        target = urlsplit(self.path)
        query = parse_qs(target.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        route = self.server.service.find_route(self.command, target.path)
        recorded = Recorded(
            method=self.command,
            path=target.path,
            query=query,
            headers=headers,
            body=None,
            at=time.monotonic(),
            operation=route.operation,
        )
        number = self.server.log.add(recorded)
        fault = self.server.faults.take(route.operation)
        if route.operation == "upload" and fault.reset and not fault.after:
            self._wait(fault.delay)
            self._reset()
            return
        body, refused = self._body(number)
        if not fault.after:
            self._wait(fault.delay)
        answer = None
        if not fault.instead:
            answer = refused or self._work(Request(route=route, query=query, headers=headers, body=body))
        if fault.after:
            self._wait(fault.delay)
        if fault.reset:
            self._reset()
        else:
            self._send(fault.applied(answer), fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  # the base class's names

    def _work(self, request: Request) -> Answer:
        try:
            return self.server.service.answer(request, self.server.url)
        except Exception as error:  # noqa: BLE001  # the user's script; the client is told, as by any server
            return error_answer(500, f"The script raised {type(error).__name__}: {error}")

    def _body(self, number: int) -> tuple[Any, Answer | None]:
        """The body, parsed; and the refusal of one that can't be."""
        data = self._read()
        if not data:
            return None, None
        content_type = self.headers.get("Content-Type", "")
        try:
            if content_type.lower().startswith("multipart/form-data"):
                body: Any = parse_form(content_type, data)
            else:
                body = json.loads(data)
        except ValueError as error:
            self.server.log.add_body(number, data.decode("utf-8", "replace"))
            return None, error_answer(422, [problem(["body"], f"JSON decode error: {error}", "json_invalid")])
        except Refused as refused:
            self.server.log.add_body(number, data.decode("utf-8", "replace"))
            return None, error_answer(refused.status, refused.detail)
        self.server.log.add_body(number, body.recorded() if isinstance(body, Form) else body)
        return body, None

    def _read(self) -> bytes:
        """The body as it came, in one piece.

        Raises:
            ConnectionError: the client left in the middle of it, or its length can't be understood.
        """
        data = bytearray()
        try:
            self._read_all(data)
        except ValueError:
            raise ConnectionAbortedError("not a length of a body") from None
        return bytes(data)

    def _read_all(self, data: bytearray) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                self._read_into(data, size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass  # trailers
        else:
            self._read_into(data, int(self.headers.get("Content-Length") or 0))

    def _read_into(self, data: bytearray, size: int) -> None:
        while size > 0:
            chunk = self.rfile.read(min(size, CHUNK))
            if not chunk:
                raise ConnectionAbortedError("the client left in the middle of a body")
            data += chunk
            size -= len(chunk)

    def _send(self, answer: Answer, fault: Fault) -> None:
        bodiless = answer.status in {204, 304}
        body = b"" if bodiless else answer.body
        headers = {} if bodiless else {"content-length": str(len(body))}
        if answer.content_type is not None:
            headers["content-type"] = answer.content_type
        headers |= {name.lower(): value for name, value in answer.headers.items()}
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if fault.cut:
            body = body[: len(body) // 2]
            self.close_connection = True
        if fault.drip is None:
            self.wfile.write(body)
            return
        for index in range(len(body)):
            self._wait(fault.drip)
            self.wfile.write(body[index : index + 1])

    def _wait(self, seconds: float) -> None:
        """Wait, but no longer than the server lives."""
        if seconds and self.server.closing.wait(seconds):
            raise ConnectionAbortedError("the server is closing")

    def _reset(self) -> None:
        """Close the connection with a RST."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
