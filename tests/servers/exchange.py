"""One HTTP exchange with a server on loopback, its bytes exactly as they were given.

``urllib.request`` and most clients resolve dot segments, add headers and ask the
environment for a proxy; ``http.client`` does nothing of the kind.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from presignlib import PresignedURL

LOOPBACK = "127.0.0.1"
TIMEOUT = 30  # seconds; the servers answer in milliseconds


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    host: str | None = None,
) -> Answer:
    """Return what the server at the URL's port on 127.0.0.1 answers.

    The ``Host`` header is the URL's unless ``host`` is given, so that names need not
    resolve. Nothing else is added but the length of a body.
    """
    authority, slash, target = url.partition("://")[2].partition("/")
    if not slash:
        message = f"url must have a path, got {url}"
        raise ValueError(message)
    fields = {name.lower(): value for name, value in (headers or {}).items()}
    if body is not None:
        fields.setdefault("content-length", str(len(body)))
    connection = http.client.HTTPConnection(LOOPBACK, int(authority.rpartition(":")[2]), timeout=TIMEOUT)
    try:
        connection.putrequest(method, slash + target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", authority if host is None else host)
        for name, value in fields.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def follow(url: PresignedURL, body: bytes | None = None, **changed: str | None) -> Answer:
    """Send the request that ``url`` is good for, with the headers that it names.

    ``changed`` sends other values, or with None leaves headers out; an underscore
    stands for a hyphen.
    """
    altered = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {name: value for name, value in {**url.headers, **altered}.items() if value is not None}
    return send(url.method, url, headers=headers, body=body)


def send_signed(
    method: str, url: str, access_key_id: str, secret_access_key: str, region: str, body: bytes = b""
) -> Answer:
    """Send a request signed in its headers, by lines of its own.

    What declares a server ready must not be what the server is there to test. Takes
    paths that need no encoding and no query.

    Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header".
    """
    authority, _, path = url.partition("://")[2].partition("/")
    timestamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    payload_hash = hashlib.sha256(body).hexdigest()
    headers = {"host": authority, "x-amz-content-sha256": payload_hash, "x-amz-date": timestamp}
    listed = "".join(f"{name}:{value}\n" for name, value in headers.items())
    names = ";".join(headers)
    request = f"{method}\n/{path}\n\n{listed}\n{names}\n{payload_hash}"
    scope = f"{timestamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = b"AWS4" + secret_access_key.encode()
    for part in [*scope.split("/"), f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"]:
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key_id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    )
    del headers["host"]
    return send(method, url, headers=headers, body=body)
