"""The floor: only the hash calls that one URL must pay through ``hashlib``.

One SHA-256 of the canonical request, whose bytes are there beforehand, and an HMAC
whose pads and constant prefix were absorbed beforehand and are copied. No text is
made, no key looked at, no clock read: nothing that signs with hashlib can be faster.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from presignlib.sigv4 import signing_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from presignlib import Credentials, PresignedURL

_PREFIX = len("Canonical request:\n")
_BETWEEN = "\n\nString to sign:\n"


class Floor:
    """Signs canonical requests and gives nothing back."""

    def __init__(self, key: bytes, prefix: bytes) -> None:
        block = key.ljust(64, b"\0")
        self._inner = sha256(bytes([byte ^ 0x36 for byte in block]) + prefix)
        self._outer = sha256(bytes([byte ^ 0x5C for byte in block]))

    def __call__(self, requests: Sequence[bytes]) -> None:
        """Make the hash calls of each canonical request."""
        new_inner, new_outer = self._inner.copy, self._outer.copy
        for request in requests:
            inner = new_inner()
            inner.update(sha256(request).hexdigest().encode())
            outer = new_outer()
            outer.update(inner.digest())
            outer.hexdigest()

    def signature(self, request: bytes) -> str:
        """Return the signature that these calls come to."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(sha256(request).hexdigest().encode())
        outer.update(inner.digest())
        return outer.hexdigest()


def floor(urls: Sequence[PresignedURL], credentials: Credentials) -> tuple[Floor, list[bytes]]:
    """Return the floor of URLs of one second, and their canonical requests, which it takes."""
    explained = [_uncommented(url.explain())[_PREFIX:].split(_BETWEEN) for url in urls]
    requests = [request.encode() for request, _ in explained]
    string_to_sign = explained[0][1]
    scope = string_to_sign.split("\n")[2]
    date, region, service, _ = scope.split("/")
    key = signing_key(credentials.secret_access_key, date, region, service)
    made = Floor(key, string_to_sign[:-64].encode())
    for url, request in zip(urls, requests, strict=True):
        if not url.endswith(made.signature(request)):
            raise SystemExit("the floor does not sign what the URL signs")
    return made, requests


def _uncommented(text: str) -> str:
    return "\n".join([line for line in text.split("\n") if not line.startswith("# ")])
