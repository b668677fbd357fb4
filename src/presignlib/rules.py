"""How services differ when they read a presigned URL: one row each, no branches."""

from __future__ import annotations

from ._time import WEEK
from .sigv4 import EMPTY_PAYLOAD_HASH, SECURITY_TOKEN, UNSIGNED_PAYLOAD

__all__ = ["ServiceRules", "rules_for"]


class ServiceRules:
    """What one service does its own way; ``service`` is its name in the credential scope.

    ``path_encoding``: ``"once"`` signs the path as sent, ``"twice"`` encodes the path
    as sent once more. ``normalize_path``: empty and dot segments go before signing.
    ``payload_hash``: the last line of the canonical request when none is given.
    ``token_placement``: whether the session token is signed or appended behind the
    signature. ``token_parameter``: what the token's parameter is called.
    ``max_expires``: the longest life of a URL, in seconds.
    """

    __slots__ = (
        "max_expires",
        "normalize_path",
        "path_encoding",
        "payload_hash",
        "service",
        "token_parameter",
        "token_placement",
    )

    def __init__(
        self,
        service: str,
        *,
        path_encoding: str = "twice",
        normalize_path: bool = True,
        payload_hash: str = EMPTY_PAYLOAD_HASH,
        token_placement: str = "signed",
        token_parameter: str = SECURITY_TOKEN,
        max_expires: int = WEEK,
    ) -> None:
        self.service = service
        self.path_encoding = path_encoding
        self.normalize_path = normalize_path
        self.payload_hash = payload_hash
        self.token_placement = token_placement
        self.token_parameter = token_parameter
        self.max_expires = max_expires


def _s3(service: str, token_parameter: str = SECURITY_TOKEN) -> ServiceRules:
    return ServiceRules(
        service,
        path_encoding="once",
        normalize_path=False,
        payload_hash=UNSIGNED_PAYLOAD,
        token_parameter=token_parameter,
    )


_ROWS = {
    row.service: row
    for row in (
        _s3("s3"),
        _s3("s3-object-lambda"),
        _s3("s3-outposts"),
        # Session credentials of CreateSession travel under a name of their own.
        _s3("s3express", "X-Amz-S3session-Token"),
        # AWS IoT's broker takes the session token behind the signature, unsigned.
        ServiceRules("iotdevicegateway", token_placement="appended"),
    )
}


def rules_for(service: str) -> ServiceRules:
    """Return the row of ``service``, or the rules that all services without one share."""
    return _ROWS.get(service) or ServiceRules(service)
