"""A presigned POST read back: its fields, and the policy in them, as data."""

from __future__ import annotations

from ._time import parse_timestamp
from .errors import InvalidInputError, MalformedURLError
from .reports import URLInfo
from .sigv4 import ALGORITHM
from .url_parts import parse_presigned, split_credential

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_LARGEST = 1_000_000  # characters of a policy; S3 takes 20 KB for all fields
_NEEDED = ("key", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")


class PostParts:
    """A POST form in parts: ``fields`` by lower-case name, and the decoded ``policy``.

    ``url`` is where the form goes, None where only fields were given. ``ends`` is the
    policy's expiration in seconds since 1970, None where it can not be read.
    """

    def __init__(self, form: Mapping[Any, Any]) -> None:
        if not hasattr(form, "get"):
            raise InvalidInputError("url", "a str, or a mapping with url and fields", type(form).__name__)
        url, fields = form.get("url"), form.get("fields", form)
        if not hasattr(fields, "items") or not (url is None or isinstance(url, str)):
            raise InvalidInputError("url", "a str, or a mapping with url and fields")
        self.url = url
        self.fields = {
            name.lower(): value
            for name, value in fields.items()
            if isinstance(name, str) and isinstance(value, str) and not (fields is form and name == "url")
        }
        self.policy = _decoded_policy(self.fields.get("policy", ""))
        self.ends = iso_instant(self.policy.get("expiration")) if self.policy else None

    def conditions(self) -> list[Any]:
        """Return the policy's conditions, an empty list where it has none."""
        found = self.policy.get("conditions") if self.policy else None
        return found if isinstance(found, list) else []

    def missing(self) -> list[str]:
        """Return the names of the fields without which S3 takes no form."""
        return [name for name in _NEEDED if name not in self.fields]

    def unconditioned(self) -> list[str]:
        """Return the fields that no condition allows, which S3 refuses."""
        free = {"policy", "x-amz-signature", "file", "awsaccesskeyid", "signature"}
        named = set()
        for condition in self.conditions():
            if isinstance(condition, dict):
                named.update([str(name).lower() for name in condition])
            elif isinstance(condition, list) and len(condition) == 3:
                named.add(str(condition[1]).lower().removeprefix("$"))
        return [name for name in self.fields if name not in free | named and not name.startswith("x-ignore-")]


def post_info(parts: PostParts, now: float | None = None) -> URLInfo:
    """Return a presigned POST as the data that ``inspect_url`` gives."""
    fields = parts.fields
    algorithm = fields.get("x-amz-algorithm")
    credential = split_credential(fields.get("x-amz-credential", ""), algorithm)
    access_key_id, date, region, service = credential or (fields.get("awsaccesskeyid"), None, None, None)
    signed_at = parse_timestamp(fields.get("x-amz-date", ""))
    return URLInfo(
        algorithm=algorithm,
        access_key_id=access_key_id,
        date=date,
        region=region or None,
        service=service,
        _signed=signed_at,
        expires=None if signed_at is None or parts.ends is None else parts.ends - signed_at,
        _ends=parts.ends,
        has_token="x-amz-security-token" in fields,
        key=fields.get("key"),
        problems=tuple(_problems(parts, algorithm)),
        policy=parts.policy,
        _now=now,
        **_place(parts),
    )


def _problems(parts: PostParts, algorithm: str | None) -> list[str]:
    found = []
    missing = parts.missing()
    if missing:
        found.append("The form lacks the fields " + ", ".join(missing))
    if algorithm is not None and algorithm != ALGORITHM:
        found.append(f"x-amz-algorithm is not {ALGORITHM}")
    if parts.policy is None:
        if "policy" in parts.fields:
            found.append("The policy is not a JSON object in base64")
    else:
        if parts.ends is None:
            found.append("The policy has no expiration of the form 2026-01-02T14:05:00Z")
        bare = parts.unconditioned()
        if bare:
            found.append("No condition of the policy allows the fields " + ", ".join(bare))
    return found


def _place(parts: PostParts) -> dict[str, Any]:
    """Return where the form goes, by its URL or else its policy, as attributes of URLInfo."""
    if parts.url is not None:
        try:
            url = parse_presigned(parts.url)
        except MalformedURLError:
            return {}
        place = url.location
        where = {} if place is None else {"bucket": place.bucket, "addressing_style": place.style}
        return {"scheme": url.scheme, "host": url.host, **where}
    for condition in parts.conditions():
        if isinstance(condition, dict) and isinstance(condition.get("bucket"), str):
            return {"bucket": condition["bucket"]}
        if isinstance(condition, list) and condition[:2] == ["eq", "$bucket"] and len(condition) == 3:
            return {"bucket": str(condition[2])}
    return {}


def _decoded_policy(text: str) -> dict[str, Any] | None:
    """Return the JSON object that base64 ``text`` holds, or None."""
    from binascii import a2b_base64
    from json import loads

    if not text or len(text) > _LARGEST:
        return None
    try:
        document = loads(a2b_base64(text.encode()).decode())
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def iso_instant(text: object) -> int | None:
    """Return ISO 8601 in UTC, with or without fractions, in seconds since 1970; None for other text."""
    if not isinstance(text, str):
        return None
    seconds = text.partition(".")[0].rstrip("Z")
    return parse_timestamp(seconds.replace("-", "").replace(":", "") + "Z")
