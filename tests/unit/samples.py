"""Credentials, an instant, and what most tests sign with them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from presignlib import Credentials

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
INSTANT = 1_767_362_700  # the same, in seconds
LATER = datetime(2026, 1, 2, 14, 25, tzinfo=timezone.utc)  # 20 minutes from NOW
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token/+=")
ENDING = Credentials(
    "ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token", expires_at=LATER
)
WHERE: dict[str, Any] = {"region": "us-east-1", "credentials": CREDENTIALS, "now": NOW}


def parameters(url: str) -> dict[str, str]:
    """Return the query of a URL, decoded; no name may repeat."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def signature_of(url: str, secret_access_key: str, method: str = "GET", headers: str = "") -> str:
    """Return the signature that a presigned S3 URL should have, by ``hmac`` and its own parameters.

    ``headers`` is the canonical text of what is signed besides the host. The path and the
    parameters are taken as they stand in the URL: whoever encoded them wrongly is not found here.
    """
    parts = urlsplit(url)
    query = [p for p in parts.query.split("&") if not p.startswith("X-Amz-Signature=")]
    given = parameters(url)
    scope = given["X-Amz-Credential"].split("/", 1)[1]
    request = "\n".join(
        [
            method,
            parts.path,
            "&".join(sorted(query)),
            f"host:{parts.netloc}\n{headers}",
            given["X-Amz-SignedHeaders"],
            "UNSIGNED-PAYLOAD",
        ]
    )
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    text = f"AWS4-HMAC-SHA256\n{given['X-Amz-Date']}\n{scope}\n{digest}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()
