"""A presigned URL or POST explained: its parts as data, and what is wrong with it. No secret needed."""

from __future__ import annotations

from ._time import WEEK, instant_of, parse_timestamp
from .errors import InvalidInputError, MalformedURLError
from .reports import Finding, URLInfo
from .sigv4 import ALGORITHM
from .url_parts import SIGV2, SIGV4A, parse_presigned, split_credential, url_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from .url_parts import URLParts

__all__ = ["inspect_url"]

ALL_THREE = "sign with all three parts of the credentials: access key id, secret and session token"
ONE_SET = "sign with parts of one set of credentials; a leftover AWS_SESSION_TOKEN mixes two"
ESCAPED_FOR_HTML = Finding(
    "query_changed",
    "The URL was escaped for HTML: its & are written &amp;",
    "take the URL from the program, not from the page's source, or unescape it once",
)
_NEW_URL = "make a new URL and pass it on unchanged"
_NEEDED = tuple(
    [f"X-Amz-{n}" for n in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")]
)
_HEX = frozenset("0123456789abcdef")
_SOME_SIGNATURE = "0" * 64
_LARGEST = 1_000_000  # characters of a policy; S3 takes 20 KB for all fields
_NEEDED_FIELDS = ("key", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
# Schemes that are not AWS's SigV4, by a parameter that only they have.
_OTHER_SCHEMES = {
    "X-Goog-Algorithm": "Google's own signing scheme",
    "Key-Pair-Id": "CloudFront's RSA signing",
    "sig": "Azure's shared access signature",
    "OSSAccessKeyId": "Alibaba's OSS signing",
    "x-oss-signature-version": "Alibaba's OSS signing",
    "q-sign-algorithm": "Tencent's COS signing",
}


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
        return _post_info(PostParts(url), instant)
    parts = parse_presigned(url)
    info = url_info(parts, tuple([finding.cause for finding in problems_of(parts)]), instant)
    if info.algorithm is None and _is_sigv2([name for name, _ in parts.pairs]):
        _read_sigv2(info, parts)
    return info


def _is_sigv2(names: list[str]) -> bool:
    return "AWSAccessKeyId" in names and "Signature" in names


def _read_sigv2(info: URLInfo, parts: URLParts) -> None:
    given = dict(parts.pairs)
    info.algorithm = SIGV2
    info.access_key_id = given["AWSAccessKeyId"]
    info.has_token = "x-amz-security-token" in given
    ends = given.get("Expires", "")
    if ends.isascii() and ends.isdigit() and len(ends) < 11:
        info._ends = int(ends)  # seconds since 1970, and not how long
    hidden = ("AWSAccessKeyId", "Signature", "Expires", "x-amz-security-token")
    info.query = tuple([pair for pair in parts.query if pair[0] not in hidden])


def problems_of(parts: URLParts) -> list[Finding]:
    """Return a finding for each rule that the URL breaks by itself, the gravest first."""
    names = [name for name, _ in parts.pairs]
    if (not parts.auth and not parts.misspelt) or ("X-Amz-Algorithm" not in parts.auth and _is_sigv2(names)):
        return [_unsigned(names)]
    return [
        *_copied(parts, names),
        *_credential(parts, parts.auth),
        *_times_headers_signature(parts, parts.auth),
        *_token(parts),
        *_address(parts),
    ]


def _unsigned(names: list[str]) -> Finding:
    if _is_sigv2(names):
        return Finding(
            "sigv2_not_supported",
            f"The URL is signed with Signature Version 2 ({SIGV2}), which regions opened after 2013, "
            "KMS encryption and most other stores refuse",
            "sign with Signature Version 4; with boto3 that is Config(signature_version='s3v4')",
        )
    if _is_escaped(names):
        return ESCAPED_FOR_HTML
    for name, scheme in _OTHER_SCHEMES.items():
        if name in names:
            cause = f"The URL uses {scheme}, which is not AWS's SigV4"
            return Finding("unknown", cause, "ask that store's own tools")
    return Finding(
        "malformed",
        "The URL is not signed: it has no X-Amz-* parameter",
        "sign it, or pass the whole URL: a shell cuts one at & unless it is in quotes",
    )


def _is_escaped(names: list[str]) -> bool:
    return any(name.startswith("amp;") for name in names)


def _copied(parts: URLParts, names: list[str]) -> Iterator[Finding]:
    """Look for what copying and pasting does to a query."""
    if _is_escaped(names):
        yield ESCAPED_FOR_HTML
    elif parts.misspelt:
        yield Finding(
            "query_changed",
            f"The parameter {parts.misspelt[0]!r:.60} is not in AWS's letters: names are case-sensitive",
            "something changed the query's letters on the way; " + _NEW_URL,
        )
    for name in parts.repeated:
        cause = f"{name} stands more than once in the query"
        yield Finding("query_changed", cause, "leave one; two signed URLs were joined")
    missing = [name for name in _NEEDED if name not in parts.auth]
    if missing and not parts.misspelt:
        cut = ": the URL is cut short" if missing[-1] == "X-Amz-Signature" else ""
        yield Finding(
            "malformed",
            f"The URL lacks {', '.join(missing)}{cut}",
            "pass the whole URL; a shell cuts one at & unless it is in quotes",
        )


def _credential(parts: URLParts, auth: dict[str, str]) -> Iterator[Finding]:
    algorithm, credential = auth.get("X-Amz-Algorithm"), auth.get("X-Amz-Credential")
    if algorithm not in (None, ALGORITHM, SIGV4A):
        yield _malformed(f"X-Amz-Algorithm is neither {ALGORITHM} nor {SIGV4A}")
    if algorithm is not None and ("X-Amz-Region-Set" in auth) != (algorithm == SIGV4A):
        yield _malformed(f"X-Amz-Region-Set belongs to {SIGV4A} alone, which can not do without it")
    if parts.credential is not None:
        if "X-Amz-Date" in auth and parts.credential[1] != auth["X-Amz-Date"][:8]:
            yield _malformed("The credential's day is not that of X-Amz-Date")
    elif credential is not None and "%2F" in credential.upper():
        cause = "The URL was percent-encoded twice: its % are written %25"
        yield Finding("query_changed", cause, _NEW_URL)
    elif credential is not None:
        yield _malformed("X-Amz-Credential is not of the form KEY_ID/YYYYMMDD/REGION/SERVICE/aws4_request")


def _times_headers_signature(parts: URLParts, auth: dict[str, str]) -> Iterator[Finding]:
    if "X-Amz-Date" in auth and parts.signed_at is None:
        yield _malformed("X-Amz-Date is not a time of the form YYYYMMDDTHHMMSSZ")
    expires = parts.expires
    if "X-Amz-Expires" in auth and not 0 < (expires or 0) <= WEEK:
        got = "" if expires is None else f", got {expires}"
        yield _malformed(
            f"X-Amz-Expires is not 1 to {WEEK} whole seconds (seven days){got}",
            "sign again with expires of at most '7d'",
        )
    if "X-Amz-SignedHeaders" in auth:
        names = parts.signed_headers
        if "host" not in names:
            yield _malformed("The host is not among X-Amz-SignedHeaders")
        if names != sorted({name.lower() for name in names}):
            yield _malformed("X-Amz-SignedHeaders is not in lower case, in order, each name once")
    text = auth.get("X-Amz-Signature", _SOME_SIGNATURE)
    is_hex, size = _HEX.issuperset(text), 64
    if auth.get("X-Amz-Algorithm") == SIGV4A and text is not _SOME_SIGNATURE:
        is_hex = is_hex and text[:2] == "30" and len(text) > 3
        size = 4 + 2 * int(text[2:4], 16) if is_hex else len(text)  # DER's second byte is its length
    if len(text) != size or not is_hex:
        what = f"has {len(text)} characters" if len(text) != size else "has other characters in it"
        yield Finding(
            "signature_altered",
            f"The signature {what} where {size} lower-case hex digits belong: "
            "it was cut or changed in copying",
            "copy the URL again, whole",
        )


def _malformed(cause: str, fix: str = "sign again, for example with presign_get") -> Finding:
    return Finding("malformed", cause, fix)


def _token(parts: URLParts) -> Iterator[Finding]:
    key_id = parts.credential[0] if parts.credential else ""
    if len(key_id) != 20:
        return
    if key_id.startswith("ASIA") and not parts.has_token:
        yield Finding(
            "session_token_missing",
            "The key id begins with ASIA, so the credentials are temporary, and the URL has no session token",
            ALL_THREE,
        )
    if key_id.startswith("AKIA") and parts.has_token:
        yield Finding(
            "session_token_invalid",
            "The key id begins with AKIA, so the credentials are permanent, but the URL has a session token",
            ONE_SET,
        )


def _address(parts: URLParts) -> Iterator[Finding]:
    place = parts.location if parts.credential else None
    _, _, region, service = parts.credential or ("", "", "", "")
    if place is not None and place.service not in (None, service):
        yield Finding(
            "wrong_service",
            f"The host belongs to {place.service} and the URL is signed for {service:.60}",
            f"sign with service={place.service!r}",
        )
    if place is not None and region and place.region not in (None, "*", region):
        yield Finding(
            "wrong_region",
            f"The host is in {place.region:.60} and the URL is signed for {region:.60}",
            f"sign with region={place.region!r:.60}, if that is where the bucket is",
        )
    if place is not None and region and place.region == "*":
        yield _malformed(
            f"The host is a Multi-Region Access Point's, which takes {SIGV4A} (SigV4a) alone",
            "sign for the access point's ARN, which picks SigV4a by itself",
        )
    if place is not None and place.is_global and region not in ("", "us-east-1"):
        yield Finding(
            "redirect",
            f"The host has no region in it, and S3 may redirect to {region:.60}, which breaks the signature",
            f"sign for the host s3.{region:.60}.amazonaws.com",
        )
    if {".", ".."} & {*parts.path.split("/")}:
        yield Finding(
            "path_rewritten",
            "The path has a '.' or '..' segment, which browsers and most clients resolve before they send it",
            "name the key otherwise, or send with curl --path-as-is",
        )


# POST


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
        return [name for name in _NEEDED_FIELDS if name not in self.fields]

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


def _post_info(parts: PostParts, now: float | None = None) -> URLInfo:
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
        problems=tuple(_post_problems(parts, algorithm)),
        policy=parts.policy,
        _now=now,
        **_place(parts),
    )


def _post_problems(parts: PostParts, algorithm: str | None) -> Iterator[str]:
    if parts.missing():
        yield "The form lacks the fields " + ", ".join(parts.missing())
    if algorithm not in (None, ALGORITHM):
        yield f"x-amz-algorithm is not {ALGORITHM}"
    if parts.policy is None and "policy" in parts.fields:
        yield "The policy is not a JSON object in base64"
    if parts.policy is not None and parts.ends is None:
        yield "The policy has no expiration of the form 2026-01-02T14:05:00Z"
    if parts.policy is not None and parts.unconditioned():
        yield "No condition of the policy allows the fields " + ", ".join(parts.unconditioned())


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
