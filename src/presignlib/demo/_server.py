"""The page's HTTP server: sockets to requests, responses to sockets."""

from __future__ import annotations

import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .. import InvalidInputError
from ._site import LONGEST_BODY, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._site import Site


class Server(ThreadingHTTPServer):
    """Listens as soon as it is made; ``site`` answers."""

    site: Site
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = os.name == "posix"  # elsewhere it lets two programs share a port

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Server6(Server):
    address_family = socket.AF_INET6


def listening(host: str, port: int) -> Server:
    """Return a server that listens. Raises InvalidInputError for a place that can not be had."""
    from errno import EADDRINUSE

    try:
        return (_Server6 if ":" in host else Server)((host, port), _Handler)
    except OSError as error:
        if error.errno == EADDRINUSE:
            rule = "one that is free, and another program has this one; give another, or 0 for any"
            raise InvalidInputError("--port", rule, str(port)) from None
        raise InvalidInputError("--host", f"an address of this machine ({error.strerror})", host) from None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds without a byte
    server: Server

    def do_GET(self) -> None:
        hosts = self.headers.get_all("host", [])
        headers = {name.lower(): value for name, value in self.headers.items()}
        headers["host"] = hosts[0] if len(hosts) == 1 else ""
        length = ",".join(self.headers.get_all("content-length", ["0"]))  # two lengths are none
        fits = length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= LONGEST_BODY
        if not fits or "transfer-encoding" in headers:
            self.close_connection = True
            self.send_error(413)
            return
        response = self.server.site.answer(
            Request(self.command, self.path, headers, self.rfile.read(int(length)))
        )
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_GET  # noqa: N815  # http.server's names

    def version_string(self) -> str:
        return "presignlib"

    def log_message(self, *_: object) -> None:
        """Keep quiet: addresses hold signatures."""
