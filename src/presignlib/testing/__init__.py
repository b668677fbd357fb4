"""An S3-compatible store for tests and demos, as strict as S3 in what it serves.

Signatures, lifetimes, signed headers, sizes, checksums, conditions and form policies are
checked, and refusals have S3's own words. It keeps objects in a folder, knows one bucket
and one key pair, and takes presigned URLs and forms alone. It is no place for data that
matter: nothing is replicated, encrypted or synced to disk.

pytest has it as the fixture ``presign_store``, empty for each test.
"""

from __future__ import annotations

import sys

from ..errors import InvalidInputError, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from os import PathLike
    from tempfile import TemporaryDirectory
    from typing import Any

    from .. import Credentials, Presigner
    from ._objects import Folder
    from ._server import Server

__all__ = ["Store"]

_BUCKET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "bucket": (str, "a str"),
    "region": (str, "a str"),
    "port": (int, "an int"),
    "max_object_size": (int, "an int, of bytes"),
    "timeout": ((int, float), "a number of seconds"),
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Store:
    """One bucket over a folder, on loopback, from ``start()`` or ``with`` to ``close()``.

    ``folder`` has to exist; without it there is a temporary one. Its files are objects
    under their relative names. ``credentials`` sign; without them they are made up.
    ``port`` 0 takes a free one. ``max_object_size`` is in bytes. Pages of
    ``allowed_origins``, as ``"http://localhost:8000"`` or ``"*"``, may use it from a
    browser. ``clock`` gives the time by which URLs live. ``timeout`` is how many seconds
    a client may keep it waiting. ``allow_remote`` lets other machines in.

    Raises InvalidInputError for what can not be served: a folder that is not there, a
    port that is taken, a host beyond loopback.
    """

    def __init__(
        self,
        folder: str | PathLike[str] | None = None,
        *,
        bucket: str = "demo",
        credentials: Credentials | None = None,
        region: str = "us-east-1",
        host: str = "127.0.0.1",
        port: int = 0,
        max_object_size: int = 5 * 1024**3,
        allowed_origins: Iterable[str] = (),
        clock: Callable[[], datetime] | None = None,
        timeout: float = 30.0,
        allow_remote: bool = False,
    ) -> None:
        _check_kinds(
            bucket=bucket, region=region, port=port, max_object_size=max_object_size, timeout=timeout
        )
        if timeout <= 0:
            raise InvalidInputError("timeout", "more than 0 seconds", shown(timeout))
        if not 3 <= len(bucket) <= 63 or not _BUCKET.issuperset(bucket):
            raise InvalidInputError("bucket", "3 to 63 of a-z, 0-9, '-' and '.'", shown(bucket))
        if credentials is not None and not hasattr(credentials, "secret_access_key"):
            raise InvalidInputError("credentials", "Credentials, one key pair", type(credentials).__name__)
        if not (allow_remote or _is_loopback(host)):
            rule = "a loopback address; allow_remote=True lets other machines in, over plain http"
            raise InvalidInputError("host", rule, shown(host))
        self.bucket = bucket
        self.region = region
        self.credentials = credentials or _made_up()
        self.max_object_size = max_object_size
        self.allowed_origins = frozenset(
            [allowed_origins] if isinstance(allowed_origins, str) else allowed_origins
        )
        self._where = host, port, timeout
        self._clock = clock
        self._temporary: TemporaryDirectory[str] | None = None
        self._objects = None if folder is None else _opened(folder)
        self._server: Server | None = None

    @property
    def endpoint_url(self) -> str:
        """Where it listens, as ``http://127.0.0.1:41234``."""
        if self._server is None:
            raise InvalidInputError("store", "started, with start() or in a with statement")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._where[0], self._where[0])  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}"

    @property
    def objects(self) -> Folder:
        """The objects, a module's own business; ``objects.root`` is the folder's path."""
        if self._objects is None:
            raise InvalidInputError("store", "started, with start() or in a with statement")
        return self._objects

    def presigner(self, **options: Any) -> Presigner:
        """Return a Presigner for this store; ``options`` are those of ``Presigner``."""
        from .. import Presigner

        settings: dict[str, Any] = {"endpoint_url": self.endpoint_url, "region": self.region}
        settings |= {"credentials": self.credentials, "clock": self._clock, "allow_http": True}
        return Presigner(**{**settings, **options})

    def now(self) -> datetime:
        """Return the time, in UTC, by which URLs live."""
        if self._clock is not None:
            return self._clock()
        from datetime import datetime, timezone

        return datetime.now(timezone.utc)

    def start(self) -> Store:
        """Listen, and serve from threads of its own."""
        from errno import EADDRNOTAVAIL

        from ._server import Server

        if self._server is not None:
            raise InvalidInputError("store", "started once, and closed before it starts again")
        if self._objects is None:
            from tempfile import TemporaryDirectory

            self._temporary = TemporaryDirectory(prefix="presignlib-")
            self._objects = _opened(self._temporary.name)
        host, port, timeout = self._where
        try:
            self._server = Server(self, host, port, timeout)
        except (OSError, OverflowError) as error:
            self.close()
            if getattr(error, "errno", None) == EADDRNOTAVAIL:
                raise InvalidInputError("host", "an address of this machine", shown(host)) from None
            raise InvalidInputError("port", f"free on {host}, or 0 for one that is", shown(port)) from None
        self._objects.sweep()
        self._server.start()
        return self

    def close(self) -> None:
        """End every connection and thread; a temporary folder goes too."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = self._objects = None

    def __enter__(self) -> Store:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Store {self.bucket}{f' at {self.endpoint_url}' if self._server else ', not started'}>"


def _check_kinds(**given: object) -> None:
    for field, value in given.items():
        kind, rule = _KINDS[field]
        if not isinstance(value, kind):
            raise InvalidInputError(field, rule, type(value).__name__)


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _made_up() -> Credentials:
    from secrets import choice, token_urlsafe

    from .. import Credentials

    return Credentials("LOCAL" + "".join([choice(_LETTERS) for _ in range(15)]), token_urlsafe(30))


def _opened(folder: str | PathLike[str]) -> Folder:
    from os import fspath
    from os.path import isdir

    from ._objects import Folder

    path = fspath(folder)
    if not isdir(path):
        raise InvalidInputError("folder", "a folder that exists", shown(path))
    return Folder(path)


if "pytest" in sys.modules:  # as its plugin; a program that has a store needs no pytest
    import pytest

    @pytest.fixture
    def presign_store() -> Iterator[Store]:
        """Give a running :class:`presignlib.testing.Store`, empty, for one test."""
        with Store() as store:
            yield store
