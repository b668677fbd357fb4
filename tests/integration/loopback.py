"""A server on loopback that says, byte for byte, what a test tells it to.

It plays the instance metadata service, the container's endpoint, and both when they are
broken: silent, slow, cut off, in the wrong language.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from typing_extensions import Self

ROLES = "/latest/meta-data/iam/security-credentials/"
SESSION = "AQAEAN-session-token=="


class Asked:
    """One request as it came in."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


Reply: TypeAlias = "bytes | Callable[[socket.socket], None]"


def http(body: bytes | str, status: int = 200, **headers: str) -> bytes:
    """Return a whole answer, with its length."""
    raw = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + raw


class Loopback:
    """The server; ``reply`` is asked for each request, on a thread of its own."""

    def __init__(self, reply: Callable[[Asked], Reply], certificate: Path | None = None) -> None:
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self.asked: list[Asked] = []
        self._reply = reply
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve)]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()
        for thread in self._threads:
            thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._answer, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        raw = b""
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            while b"\r\n\r\n" not in raw:
                part = connection.recv(65_536)
                if not part:
                    return
                raw += part
            asked = Asked(raw)
            self.asked.append(asked)
            reply = self._reply(asked)
            if isinstance(reply, bytes):
                connection.sendall(reply)
            else:
                reply(connection)
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client went away, as clients do
        finally:
            connection.close()


class Role:
    """The credentials that the services hand out now."""

    def __init__(
        self, hours: float = 6, key: str = "ASIALOOPBACK", secret: str = "s", token: str = "t//=="
    ) -> None:
        self.hours = hours
        self.key, self.secret, self.token = key, secret, token

    def document(self) -> str:
        """Return them as both services write them."""
        until = datetime.now(timezone.utc) + timedelta(hours=self.hours)
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": "2026-01-02T12:00:00Z",
                "Type": "AWS-HMAC",
                "AccessKeyId": self.key,
                "SecretAccessKey": self.secret,
                "Token": self.token,
                "Expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            },
            indent=2,
        )


def metadata(role: Role) -> Callable[[Asked], Reply]:
    """Return what plays the instance metadata service, version 2 only."""

    def reply(asked: Asked) -> Reply:
        if (asked.method, asked.target) == ("PUT", "/latest/api/token"):
            if not 1 <= int(asked.headers.get("x-aws-ec2-metadata-token-ttl-seconds", "0")) <= 21_600:
                return http("", 400)
            return http(SESSION, X_Aws_Ec2_Metadata_Token_Ttl_Seconds="21600")
        if asked.headers.get("x-aws-ec2-metadata-token") != SESSION:
            return http("", 401)
        pages = {
            ROLES: "demo-role",
            f"{ROLES}demo-role": role.document(),
            "/latest/meta-data/placement/region": "eu-west-1",
        }
        return http(pages[asked.target]) if asked.target in pages else http("", 404)

    return reply


@contextmanager
def serving(reply: Callable[[Asked], Reply], certificate: Path | None = None) -> Iterator[Loopback]:
    """Run a server for the length of a ``with``."""
    with Loopback(reply, certificate) as server:
        yield server
