"""Presigned URLs without what makes them work, for logs and reprs."""

from __future__ import annotations

HIDDEN = "…"

_SECRET_PARAMETERS = frozenset(
    {"x-amz-signature", "x-amz-credential", "x-amz-security-token", "x-amz-s3session-token"}
)


def redact_url(url: str) -> str:
    """Return ``url`` with signature, credential and token as ``…``; the rest stays."""
    base, mark, query = url.partition("?")
    return base + mark + "&".join([_redacted(parameter) for parameter in query.split("&")])


def _redacted(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    return name + equals + HIDDEN if equals and name.lower() in _SECRET_PARAMETERS else parameter
