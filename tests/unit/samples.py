"""Credentials, an instant, and what most tests sign with them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

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
    from urllib.parse import parse_qsl, urlsplit

    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
