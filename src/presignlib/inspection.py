"""A presigned URL explained: every part as data, and what is wrong with it. No secret needed."""

from __future__ import annotations

from ._time import instant_of
from ._url_problems import is_sigv2, problems_of
from .url_parts import SIGV2, parse_presigned, url_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from .reports import URLInfo
    from .url_parts import URLParts

__all__ = ["inspect_url"]


def inspect_url(url: str | Mapping[str, Any], *, now: datetime | None = None) -> URLInfo:
    """Return what a presigned URL says: algorithm, key id, region, expiry, bucket, key, problems.

    ``url`` is absolute, or a path with its query. A presigned POST is inspected as the
    mapping that the signing tools give: ``{"url": …, "fields": {…}}`` or the fields alone.
    ``now`` is the time that ``is_expired()`` then takes; None reads the clock when asked.

    Nothing is checked against a secret: whoever made the URL can have written anything
    into it. Use ``verify_url`` to believe it.

    Raises MalformedURLError for what is no URL, and InvalidInputError for what is no str
    and no mapping. Whatever else is wrong is in ``problems``.
    """
    instant = None if now is None else instant_of("now", now)
    if not isinstance(url, str):
        from ._post_parts import PostParts, post_info

        return post_info(PostParts(url), instant)
    parts = parse_presigned(url)
    problems = tuple([finding.cause for finding in problems_of(parts)])
    info = url_info(parts, problems, instant)
    if info.algorithm is None and is_sigv2([name for name, _ in parts.pairs]):
        _read_sigv2(info, parts)
    return info


def _read_sigv2(info: URLInfo, parts: URLParts) -> None:
    """Fill in what Signature Version 2 writes under other names."""
    given = dict(parts.pairs)
    info.algorithm = SIGV2
    info.access_key_id = given["AWSAccessKeyId"]
    info.has_token = "x-amz-security-token" in given
    ends = given.get("Expires", "")
    if ends.isascii() and ends.isdigit() and len(ends) < 11:
        info._ends = int(ends)  # seconds since 1970, and not how long
    hidden = ("AWSAccessKeyId", "Signature", "Expires", "x-amz-security-token")
    info.query = tuple([pair for pair in parts.query if pair[0] not in hidden])
