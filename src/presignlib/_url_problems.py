"""What is wrong with a URL, whoever looks at it and whenever: rules that need no secret."""

from __future__ import annotations

from ._time import WEEK
from .reports import Finding
from .sigv4 import ALGORITHM
from .url_parts import SIGV2, SIGV4A

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .url_parts import URLParts

_NEEDED = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)
_HEX = frozenset("0123456789abcdef")
_NEW_URL = "make a new URL and pass it on unchanged"
_SIGN_AGAIN = "sign again, for example with presign_get"
# Schemes that are not AWS's SigV4, by a parameter that only they have.
_OTHER_SCHEMES = {
    "X-Goog-Algorithm": "Google's own signing scheme",
    "Key-Pair-Id": "CloudFront's RSA signing",
    "sig": "Azure's shared access signature",
    "OSSAccessKeyId": "Alibaba's OSS signing",
    "x-oss-signature-version": "Alibaba's OSS signing",
    "q-sign-algorithm": "Tencent's COS signing",
}


def problems_of(parts: URLParts) -> list[Finding]:
    """Return a finding for each rule that the URL breaks by itself, the gravest first."""
    names = [name for name, _ in parts.pairs]
    is_named = "X-Amz-Algorithm" in parts.auth
    if (not parts.auth and not parts.misspelt) or (is_sigv2(names) and not is_named):
        return [_unsigned(names)]
    found: list[Finding] = []
    for check in _CHECKS:
        found += check(parts)
    return found


def is_sigv2(names: list[str]) -> bool:
    """Tell whether a query's names are those of Signature Version 2."""
    return "AWSAccessKeyId" in names and "Signature" in names


def _unsigned(names: list[str]) -> Finding:
    if is_sigv2(names):
        return Finding(
            "sigv2_not_supported",
            f"The URL is signed with Signature Version 2 ({SIGV2}), which regions opened after 2013, "
            "KMS encryption and most other stores refuse",
            "sign with Signature Version 4; with boto3 that is Config(signature_version='s3v4')",
        )
    if any(name.startswith("amp;") for name in names):
        return _escaped_ampersands()
    for name, scheme in _OTHER_SCHEMES.items():
        if name in names:
            return Finding(
                "unknown", f"The URL uses {scheme}, which is not AWS's SigV4", "ask that store's own tools"
            )
    return Finding(
        "malformed",
        "The URL is not signed: it has no X-Amz-* parameter",
        "sign it, or pass the whole URL: a shell cuts one at & unless it is in quotes",
    )


def _escaped_ampersands() -> Finding:
    return Finding(
        "query_changed",
        "The URL was escaped for HTML: its & are written &amp;",
        "take the URL from the program, not from the page's source, or unescape it once",
    )


def _copying(parts: URLParts) -> Iterator[Finding]:
    """Look for what copying and pasting does to a query."""
    if any(name.startswith("amp;") for name, _ in parts.pairs):
        yield _escaped_ampersands()
    elif parts.misspelt:
        yield Finding(
            "query_changed",
            f"The parameter {parts.misspelt[0]!r:.60} is not in AWS's letters: names are case-sensitive",
            "something changed the query's letters on the way; " + _NEW_URL,
        )
    for name in parts.repeated:
        yield Finding(
            "query_changed",
            f"{name} stands more than once in the query",
            "leave one; two signed URLs were joined",
        )


def _completeness(parts: URLParts) -> Iterator[Finding]:
    missing = [name for name in _NEEDED if name not in parts.auth]
    if missing and not parts.misspelt:
        cut = " : the URL is cut short" if missing[-1] == "X-Amz-Signature" else ""
        yield Finding(
            "malformed",
            f"The URL lacks {', '.join(missing)}{cut.replace(' :', ':')}",
            "pass the whole URL; a shell cuts one at & unless it is in quotes",
        )


def _algorithm(parts: URLParts) -> Iterator[Finding]:
    algorithm = parts.auth.get("X-Amz-Algorithm")
    if algorithm is not None and algorithm not in (ALGORITHM, SIGV4A):
        yield Finding("malformed", f"X-Amz-Algorithm is neither {ALGORITHM} nor {SIGV4A}", _SIGN_AGAIN)
    has_set = "X-Amz-Region-Set" in parts.auth
    if algorithm is not None and has_set != (algorithm == SIGV4A):
        yield Finding(
            "malformed",
            f"X-Amz-Region-Set belongs to {SIGV4A} alone, which can not do without it",
            _SIGN_AGAIN,
        )


def _credential(parts: URLParts) -> Iterator[Finding]:
    text = parts.auth.get("X-Amz-Credential")
    if text is None:
        return
    if parts.credential is None:
        if "%2F" in text.upper():
            yield Finding(
                "query_changed", "The URL was percent-encoded twice: its % are written %25", _NEW_URL
            )
        else:
            yield Finding(
                "malformed",
                "X-Amz-Credential is not of the form KEY_ID/YYYYMMDD/REGION/SERVICE/aws4_request",
                _SIGN_AGAIN,
            )
        return
    if "X-Amz-Date" in parts.auth and parts.credential[1] != parts.auth["X-Amz-Date"][:8]:
        yield Finding("malformed", "The credential's day is not that of X-Amz-Date", _SIGN_AGAIN)


def _times(parts: URLParts) -> Iterator[Finding]:
    if "X-Amz-Date" in parts.auth and parts.signed_at is None:
        yield Finding("malformed", "X-Amz-Date is not a time of the form YYYYMMDDTHHMMSSZ", _SIGN_AGAIN)
    if "X-Amz-Expires" in parts.auth and not 0 < (parts.expires or 0) <= WEEK:
        got = "" if parts.expires is None else f", got {parts.expires}"
        yield Finding(
            "malformed",
            f"X-Amz-Expires is not 1 to {WEEK} whole seconds (seven days){got}",
            "sign again with expires of at most '7d'",
        )


def _headers(parts: URLParts) -> Iterator[Finding]:
    names = parts.signed_headers
    if "X-Amz-SignedHeaders" not in parts.auth:
        return
    if "host" not in names:
        yield Finding("malformed", "The host is not among X-Amz-SignedHeaders", _SIGN_AGAIN)
    if names != sorted({name.lower() for name in names}):
        yield Finding(
            "malformed", "X-Amz-SignedHeaders is not in lower case, in order, each name once", _SIGN_AGAIN
        )


def _signature(parts: URLParts) -> Iterator[Finding]:
    text = parts.auth.get("X-Amz-Signature")
    if text is None:
        return
    is_hex, size = _HEX.issuperset(text), 64
    if parts.auth.get("X-Amz-Algorithm") == SIGV4A:
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


def _token(parts: URLParts) -> Iterator[Finding]:
    has_token = "X-Amz-Security-Token" in parts.auth or "X-Amz-S3session-Token" in parts.auth
    key_id = parts.credential[0] if parts.credential else ""
    if len(key_id) != 20:
        return
    if key_id.startswith("ASIA") and not has_token:
        yield Finding(
            "session_token_missing",
            "The key id begins with ASIA, so the credentials are temporary, and the URL has no session token",
            "sign with all three parts of the credentials: access key id, secret and session token",
        )
    if key_id.startswith("AKIA") and has_token:
        yield Finding(
            "session_token_invalid",
            "The key id begins with AKIA, so the credentials are permanent, but the URL has a session token",
            "sign with parts of one set of credentials; a leftover AWS_SESSION_TOKEN mixes two",
        )


def _address(parts: URLParts) -> Iterator[Finding]:
    location = parts.location
    if location is None or parts.credential is None:
        return
    _, _, region, service = parts.credential
    if location.service is not None and location.service != service:
        yield Finding(
            "wrong_service",
            f"The host belongs to {location.service} and the URL is signed for {service:.60}",
            f"sign with service={location.service!r}",
        )
    if not region:
        return
    if location.region == "*":
        yield Finding(
            "malformed",
            f"The host is a Multi-Region Access Point's, which takes {SIGV4A} (SigV4a) alone",
            "sign for the access point's ARN, which picks SigV4a by itself",
        )
    if location.region not in (None, "*", region):
        yield Finding(
            "wrong_region",
            f"The host is in {location.region:.60} and the URL is signed for {region:.60}",
            f"sign with region={location.region!r:.60}, if that is where the bucket is",
        )
    if location.is_global and region != "us-east-1":
        yield Finding(
            "redirect",
            f"The host has no region in it, and S3 may redirect to {region:.60}, which breaks the signature",
            f"sign for the host s3.{region:.60}.amazonaws.com",
        )


def _path(parts: URLParts) -> Iterator[Finding]:
    segments = parts.path.split("/")
    if "." in segments or ".." in segments:
        yield Finding(
            "path_rewritten",
            "The path has a '.' or '..' segment, which browsers and most clients resolve before they send it",
            "name the key otherwise, or send with curl --path-as-is",
        )


_CHECKS: tuple[Callable[[URLParts], Iterator[Finding]], ...] = (
    _copying,
    _completeness,
    _algorithm,
    _credential,
    _times,
    _headers,
    _signature,
    _token,
    _address,
    _path,
)
