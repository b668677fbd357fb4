"""Small HTTP calls with hard limits: no proxies, no redirects, no waiting beyond five seconds.

A provider talks through a :class:`Transport`, so that its tests need no sockets.
"""

from __future__ import annotations

from io import BufferedReader, RawIOBase
from time import monotonic, sleep

from ..errors import PresignError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Mapping
    from http.client import HTTPResponse
    from typing import Any, Protocol

    class Transport(Protocol):
        """What carries a request; errors are NoAnswerErrors, after ``seconds`` at the latest."""

        def send(self, request: Request, seconds: float) -> Answer: ...
        def pause(self, seconds: float) -> None: ...
        def now(self) -> float: ...  # seconds since any fixed moment


CONNECT = READ = 1.0  # seconds to connect, and to wait for the next bytes
ATTEMPTS = 3
IN_ALL = 5.0  # seconds that one conversation may take
PAUSE = 0.1  # seconds before the second attempt; twice as much before the third
LARGEST = 262_144  # bytes of an answer


class NoAnswerError(PresignError):
    """No answer came that can be used; the text says why and holds nothing secret.

    ``timed_out`` tells that the other side was silent, ``final`` that asking again is of no use.
    """

    def __init__(self, why: str, *, timed_out: bool = False, final: bool = False) -> None:
        super().__init__(why)
        self.timed_out = timed_out
        self.final = final


class Request:
    """One request: headers are sent as they are, ``body`` is bytes or None."""

    __slots__ = ("body", "headers", "method", "url")

    def __init__(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> None:
        self.method = method
        self.url = url
        self.headers = dict(headers or {})
        self.body = body


class Answer:
    """A status and the bytes that came with it."""

    __slots__ = ("body", "status")

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.status = status
        self.body = body

    def text(self) -> str:
        """Return the body, which has to be UTF-8."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NoAnswerError("answered with bytes that are not UTF-8") from None

    def json(self) -> object:
        """Return what the body says in JSON. An error never quotes it."""
        from json import loads

        try:
            return loads(self.text())
        except (ValueError, RecursionError):
            raise NoAnswerError(f"answered with {self.kind()} where JSON is due") from None

    def kind(self) -> str:
        """Return what the body looks like."""
        kinds = {b"": "nothing", b"<": "HTML or XML, as a captive portal or a proxy does,"}
        return kinds.get(self.body.lstrip()[:1], "other text, or half of it,")


class Calls:
    """One conversation over ``transport``, else by :class:`Wire`."""

    def __init__(self, transport: Transport | None) -> None:
        self._transport = Wire() if transport is None else transport
        self._ends_at = self._transport.now() + IN_ALL

    def ask(self, request: Request) -> Answer:
        """Return the first answer that is no server's failure. Raises the last attempt's NoAnswerError."""
        transport = self._transport
        last = NoAnswerError(f"did not answer within {IN_ALL:g} seconds", timed_out=True)
        for attempt in range(ATTEMPTS):
            if attempt:
                transport.pause(PAUSE * attempt)
            left = self._ends_at - transport.now()
            if left <= 0:
                break
            try:
                answer = transport.send(request, left)
            except NoAnswerError as error:
                last = error
                if error.final:
                    break
            else:
                if answer.status < 500 and answer.status != 429:
                    return answer
                last = NoAnswerError(f"answered {answer.status}")
        raise last


class Wire:
    """The transport over sockets: certificates are checked, proxies are not looked for."""

    def send(self, request: Request, seconds: float) -> Answer:
        """Return the answer; each request has a connection of its own."""
        from http.client import HTTPException

        try:
            return _sent(request, monotonic() + seconds)
        except TimeoutError:
            raise NoAnswerError("did not answer in time", timed_out=True) from None
        except HTTPException as error:
            raise NoAnswerError(f"broke off or spoke no HTTP ({type(error).__name__})") from None
        except OSError as error:
            raise NoAnswerError(f"can not be reached ({error.strerror or type(error).__name__})") from None

    pause = staticmethod(sleep)
    now = staticmethod(monotonic)


def _sent(request: Request, ends_at: float) -> Answer:
    from http.client import HTTPConnection

    scheme, _, rest = request.url.partition("://")
    authority, slash, target = rest.partition("/")
    has_port = ":" in authority.rpartition("]")[2]
    default = 443 if scheme == "https" else 80
    connection = HTTPConnection(authority if has_port else f"{authority}:{default}")
    sock = _connected(connection.host, connection.port, ends_at)
    try:
        if scheme == "https":
            sock = _tls().wrap_socket(sock, server_hostname=connection.host)
        connection.sock = _Timed(sock, ends_at)
        # The host as the URL has it, and as it may be signed: http.client would add ":443".
        headers = {"Host": authority, **request.headers, "Connection": "close"}
        connection.request(request.method, slash + target or "/", request.body, headers)
        return _received(connection.getresponse())
    finally:
        sock.close()


def _received(response: HTTPResponse) -> Answer:
    body = response.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise NoAnswerError(f"answered with more than {LARGEST} bytes", final=True)
    if response.length:  # http.client counts down what is still to come, and does not mind
        raise NoAnswerError("broke off in the middle of its answer")
    return Answer(response.status, body)


def _connected(host: str, port: int, ends_at: float) -> socket.socket:
    import socket

    failure: OSError = TimeoutError("timed out")
    for family, kind, protocol, _, address in _addresses(host, port, ends_at):
        left = ends_at - monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(min(CONNECT, left))
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _addresses(host: str, port: int, ends_at: float) -> list[Any]:
    """Return what ``getaddrinfo`` says; a name is looked up in a thread, for the resolver knows no limit."""
    from socket import AI_NUMERICHOST, SOCK_STREAM, gaierror, getaddrinfo
    from threading import Thread

    said: list[list[Any] | OSError] = []

    def look_up() -> None:
        try:
            said.append(getaddrinfo(host, port, type=SOCK_STREAM))
        except OSError as error:
            said.append(error)

    try:
        return getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_NUMERICHOST)
    except gaierror:
        thread = Thread(target=look_up, daemon=True)  # may outlive the call, and never the process
    try:
        thread.start()
    except RuntimeError:  # some interpreters have no threads, and one that ends has no new ones
        look_up()
    else:
        thread.join(max(0.0, ends_at - monotonic()))
    if not said:
        raise NoAnswerError("has a name that was not looked up in time")
    if isinstance(said[0], OSError):
        raise said[0]
    return said[0]


def _tls() -> ssl.SSLContext:
    import os
    import ssl

    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)


class _Timed(RawIOBase):
    """A socket as ``http.client`` uses one, with a last moment for all that it reads.

    However slowly bytes drip in, reading ends. Closing is left to whoever opened it:
    ``http.client`` closes as soon as it has the headers, and the body is still to come.
    """

    def __init__(self, sock: socket.socket, ends_at: float) -> None:
        self._sock = sock
        self._ends_at = ends_at

    def sendall(self, data: bytes) -> None:
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(self)

    def close(self) -> None:
        pass

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = self._ends_at - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(min(READ, left))
        return self._sock.recv_into(buffer)
