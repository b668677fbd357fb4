"""The store on a socket: HTTP/1.1, a thread a connection, and an end to each wait."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from time import monotonic

from ._answers import answer
from ._bodies import CHUNK
from ._refusals import Refusal
from ._requests import Answer, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Store

_MOST = 1_024  # connections at once
_SLOWEST = 64 * 1024  # bytes a second, over a whole body
_LINGER = 5.0  # seconds for a client to read an answer before its connection ends
_ASKEW = (FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect)
_POLL = 0.05  # seconds between looks at who is too slow, and whether to stop


class Server(ThreadingHTTPServer):
    """Listens once made; ``start`` serves from a thread, ``stop`` ends all of them."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = os.name != "nt"  # there it would share the port with a stranger

    def __init__(self, store: Store, host: str, port: int, patience: float) -> None:
        self.store = store
        self.patience = patience
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._connections: dict[Any, tuple[Thread, float]] = {}  # each with when it has to end
        super().__init__((host, port), _Handler)
        self._thread = Thread(target=self.serve_forever, args=(_POLL,), daemon=True)

    def server_bind(self) -> None:
        """Bind, without asking name servers what this machine is called, as HTTPServer does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection and every thread."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        connections = list(self._connections.items())
        for request, _ in connections:
            _hang_up(request)
        for _, (thread, _) in connections:
            thread.join()

    def verify_request(self, _request: Any, _client_address: Any) -> bool:
        """Tell whether there is room for one more connection."""
        return len(self._connections) < _MOST

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin a connection in a thread of its own."""
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._connections[request] = thread, monotonic() + self.patience
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        self._connections.pop(request, None)
        super().shutdown_request(request)

    def give_time(self, request: Any, seconds: float) -> None:
        """Let a connection live this long from now."""
        self._connections[request] = self._connections[request][0], monotonic() + seconds

    def service_actions(self) -> None:
        """End the connections of clients that take too long."""
        now = monotonic()
        for request, (_, end) in list(self._connections.items()):
            if now > end:
                _hang_up(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _hang_up(request: socket.socket) -> None:
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(self.server.patience)

    def version_string(self) -> str:
        return "presignlib.testing"

    def handle_expect_100(self) -> bool:
        self._is_waiting = True  # for the word that it may send; a body that is refused never gets it
        return True

    def log_message(self, *_: object) -> None:
        pass  # a request line has a signature in it

    def send_error(self, code: int, message: str | None = None, _explain: str | None = None) -> None:
        """Answer what is no request, or none of these methods, in XML too."""
        said = {
            414: Refusal("RequestURITooLong", "The URI is longer than the server takes."),
            431: Refusal(
                "RequestHeaderSectionTooLarge", "Your request header section exceeds the maximum allowed size"
            ),
            501: Refusal("MethodNotAllowed", Method=self.command or "", ResourceType="OBJECT"),
        }.get(int(code)) or Refusal(
            "BadRequest", f"An error occurred when parsing the HTTP request. {message or ''}"
        )
        self._send(refused(said), last=True)
        self._linger()

    def handle_one_request(self) -> None:
        self._is_waiting = False
        super().handle_one_request()
        self.server.give_time(self.connection, self.server.patience)

    def _serve(self) -> None:
        length = self._length()
        if length is not None and length < 0:
            return self.send_error(400)
        target = self.requestline.split(" ")[1]  # self.path has lost slashes at its front
        headers = self.headers.items()
        self.server.give_time(self.connection, self.server.patience + (length or 0) / _SLOWEST)
        try:
            given, left = answer(self.server.store, self.command, target, headers, self, length)
        except TimeoutError:
            given, left = refused(Refusal("RequestTimeout")), -1
        last = left < 0 or length is None or self._is_waiting or "transfer-encoding" in self.headers
        try:
            self._send(given, last=last)
        finally:
            if given.file:
                given.file.close()
        if last:
            return self._linger()
        while left and (data := self.read(min(left, CHUNK))):
            left -= len(data)
        return None

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = _serve

    def _length(self) -> int | None:
        """Return the body's length, None where it is not told, a negative one where all is askew."""
        values = self.headers.get_all("content-length", [])
        is_askew = any(isinstance(defect, _ASKEW) for defect in self.headers.defects)
        if is_askew or any("\n" in value or "\r" in value for value in self.headers.values()):
            return -1
        if "transfer-encoding" in self.headers:
            return -1 if values else None
        if not values:
            return None if self.command in ("PUT", "POST") else 0
        is_number = len(values) == 1 and values[0].isascii() and values[0].isdecimal() and len(values[0]) < 19
        return int(values[0]) if is_number else -1

    def read(self, count: int) -> bytes:
        """Return what came of the body, after the word that a waiting client asked for."""
        if self._is_waiting:
            self._is_waiting = False
            self.send_response_only(100)
            self.end_headers()
        return self.rfile.read1(count)

    def _send(self, given: Answer, *, last: bool) -> None:
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value.encode().decode("latin-1"))
        if given.status not in (204, 304):
            self.send_header("Content-Length", str(given.count))
        if last:
            self.send_header("Connection", "close")
        self.server.give_time(self.connection, self.server.patience + given.count / _SLOWEST)
        self.end_headers()
        if self.command == "HEAD" or not given.count:
            return
        if given.file is None:
            self.wfile.write(given.body)
        elif self.connection.sendfile(given.file, given.start, given.count) < given.count:
            self.close_connection = True  # the file became shorter; what was promised can not be kept

    def _linger(self) -> None:
        """Let the client read its answer: closing over what it still sends would take that away."""
        self.close_connection = True
        self.server.give_time(self.connection, _LINGER)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while self.rfile.read1(CHUNK):
                pass
