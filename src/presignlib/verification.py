"""A presigned URL checked as strictly as S3 checks it, without a network.

For servers, tests and emulators. What is verified is the request: method, address,
query and the signed headers. The body is not looked at; where its hash or length is
among the signed headers, comparing it is the caller's part.

Source: Amazon S3 API Reference, "Authenticating requests: using query parameters". Where
implementations differ, the strict reading is taken.
"""

from __future__ import annotations

from hmac import compare_digest

from ._clock import utc_now
from ._time import instant_of, span_of
from .credentials import Credentials
from .errors import (
    ExpiredURLError,
    InvalidInputError,
    MalformedURLError,
    NotYetValidError,
    SignatureMismatchError,
    VerificationError,
    shown,
)
from .inspection import problems_of
from .rules import rules_for
from .sigv4 import (
    ALGORITHM,
    canonical_request,
    credential_scope,
    encode_path,
    fold,
    normalize_path,
    signature,
    signing_key,
    string_to_sign,
)
from .url_parts import SIGV4A, decoded, host_of, parse_presigned, url_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta
    from typing import TypeAlias

    from .credentials import CredentialsProvider
    from .reports import URLInfo
    from .rules import ServiceRules
    from .url_parts import URLParts

    Known: TypeAlias = (
        Credentials | CredentialsProvider | Mapping[str, Credentials] | Callable[[str], Credentials | None]
    )
    Text: TypeAlias = str | bytes
    ReceivedHeaders: TypeAlias = Mapping[str, str] | Iterable[tuple[Text, Text]]

__all__ = ["verify_url"]

_TOKENS = ("X-Amz-Security-Token", "X-Amz-S3session-Token")
# Signs for key ids that nobody knows, so that they take as long as those that somebody does.
_NOBODY = Credentials("nobody", "nothing")


def verify_url(
    url: str,
    credentials: Known,
    *,
    service: str = "s3",
    region: str | None = None,
    host: str | None = None,
    method: str = "GET",
    headers: ReceivedHeaders | None = None,
    now: datetime | None = None,
    max_expires: int | str | timedelta = "7d",
    max_skew: int | str | timedelta = "15m",
    payload_hash: str | None = None,
) -> URLInfo:
    """Return what a genuine URL says; raise for every other.

    ``url`` is absolute, or path and query as a server gets them, with ``Host`` in
    ``headers``. ``credentials`` is what may have signed: a value or provider, a mapping
    from access key ids to values, or a function that takes an id and returns a value or
    None. ``method`` and ``headers`` are those of the request, names in any case, str or
    bytes; unsigned ones may be there, but for ``x-amz-*``, ``Content-MD5`` and
    ``Authorization``. ``service`` has to be the URL's, and so have ``region`` and ``host``
    where given; the region set of a SigV4a URL has to have ``region``. ``max_expires`` is
    the longest life accepted, ``max_skew`` how far ahead of ``now`` a URL may be signed.
    ``payload_hash`` is the hex SHA-256 of the body that came, for URLs that are signed
    with one and do not carry it (``presign(payload_hash=…)``).

    Raises MalformedURLError for what is no URL; ExpiredURLError and NotYetValidError by
    ``now``; SignatureMismatchError alike for a wrong signature, a wrong token and an
    unknown key id; VerificationError for every other rule that is broken; and
    InvalidInputError for arguments that are none.
    """
    given = {
        "method": method,
        "service": service,
        "region": region,
        "host": host,
        "payload_hash": payload_hash,
    }
    for field, text in given.items():
        if not isinstance(text, str) and (text is not None or field in ("method", "service")):
            raise InvalidInputError(field, "a str", type(text).__name__)
    longest, skew = span_of("max_expires", max_expires), _skew(max_skew)
    instant = utc_now() if now is None else instant_of("now", now)
    parts = parse_presigned(url)
    info = url_info(parts, tuple([finding.cause for finding in problems_of(parts)]), instant)
    _check_form(parts, info)
    _check_scope(parts, info, service, region)
    _check_life(parts, info, instant, longest, skew)
    received = _received(headers)
    named = _host(parts, info, received, host)
    if parts.host is None:
        parts.name_host(named)
        info = url_info(parts, info.problems, instant)
    rules = rules_for(service)
    lines = _signed_lines(info, received, named)
    request = canonical_request(
        method,
        _canonical_path(parts.path, rules),
        parts.canonical_query(rules.token_parameter if rules.token_placement == "appended" else None),
        lines,
        _payload_hash(parts, info, lines, payload_hash, rules),
    )
    _check_signature(parts, info, credentials, request, rules, instant)
    return info


def _check_form(parts: URLParts, info: URLInfo) -> None:
    """Check that every parameter is there, once, and reads as what it has to be."""
    if parts.repeated or parts.misspelt:
        raise VerificationError("every SigV4 parameter must be there once, in AWS's letters", info)
    if info.algorithm not in (ALGORITHM, SIGV4A):
        raise VerificationError(f"X-Amz-Algorithm must be {ALGORITHM} or {SIGV4A}", info)
    for name in ("X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"):
        if name not in parts.auth:
            raise VerificationError(f"{name} must be in the query", info)
    if bool(parts.auth.get("X-Amz-Region-Set")) != (info.algorithm == SIGV4A):
        raise VerificationError(f"X-Amz-Region-Set must be there with {SIGV4A}, and with nothing else", info)
    if any(name in ("AWSAccessKeyId", "Signature") for name, _ in parts.query):
        raise VerificationError("only one way to sign may be used: Signature Version 2 is there too", info)
    names = list(info.signed_headers)
    if "host" not in names:
        raise VerificationError("host must be a signed header", info)
    if names != sorted({name.lower() for name in names}):
        raise VerificationError("X-Amz-SignedHeaders must be in lower case, in order, each name once", info)


def _check_scope(parts: URLParts, info: URLInfo, service: str, region: str | None) -> None:
    if parts.credential is None:
        form = f"YYYYMMDD/{'' if info.algorithm == SIGV4A else 'REGION/'}SERVICE/aws4_request"
        raise VerificationError(f"X-Amz-Credential must be KEY_ID/{form}", info)
    if parts.signed_at is None:
        raise VerificationError("X-Amz-Date must be a time of the form YYYYMMDDTHHMMSSZ", info)
    if info.date != parts.auth["X-Amz-Date"][:8]:
        raise VerificationError("the credential's day must be that of X-Amz-Date", info)
    if info.service != service:
        raise VerificationError(f"the URL must be signed for service {shown(service)}", info)
    if info.region_set is None:
        is_good = bool(info.region) and region in (None, info.region)
    else:
        is_good = region is None or any(_is_good_for(region, one) for one in info.region_set)
    if not is_good:
        raise VerificationError(f"the URL must be signed for region {shown(region)}", info)


def _check_life(parts: URLParts, info: URLInfo, now: float, longest: int, skew: int) -> None:
    if info.expires is None or not 0 < info.expires <= longest:
        raise VerificationError(f"X-Amz-Expires must be 1 to {longest} seconds", info)
    signed_at = parts.signed_at or 0
    if signed_at > now + skew:
        raise NotYetValidError(f"the URL is signed {signed_at - now:.0f} seconds in the future", info)
    if now >= signed_at + info.expires:
        late = now - signed_at - info.expires
        raise ExpiredURLError(f"the URL has expired {late:.0f} seconds ago", info, info.expires_at)


def _skew(max_skew: int | str | timedelta) -> int:
    return 0 if max_skew == 0 and max_skew is not False else span_of("max_skew", max_skew)


def _received(headers: ReceivedHeaders | None) -> dict[str, list[str]]:
    """Return received values by lower-case name, in their order."""
    received: dict[str, list[str]] = {}
    if not headers:
        return received
    items = headers.items() if hasattr(headers, "items") else headers
    try:
        for name, value in items:
            received.setdefault(_text(name).lower(), []).append(_text(value))
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError("headers", "a mapping, or pairs of name and value") from None
    return received


def _text(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not isinstance(value, str):
        raise InvalidInputError("headers", "names and values that are str or bytes")
    return value


def _host(parts: URLParts, info: URLInfo, received: dict[str, list[str]], pinned: str | None) -> str:
    """Return the host that is signed: where the request says it twice, both must agree."""
    try:
        named = {host_of(value.strip(" \t"), parts.scheme) for value in received.get("host", ())}
        if parts.host is not None:
            named.add(parts.host)
        if pinned is not None:
            named.add(host_of(pinned, parts.scheme))
    except MalformedURLError as error:
        raise VerificationError(f"the host {error.rule}", info) from None
    if len(named) != 1 or len(received.get("host", ())) > 1:
        raise VerificationError(
            "the request must name its host, in one way: in the URL, as Host in headers, or by host=", info
        )
    return named.pop()


def _signed_lines(info: URLInfo, received: dict[str, list[str]], host: str) -> list[tuple[str, str]]:
    """Return the canonical headers, as signed by this URL and sent with this request."""
    if "authorization" in received:
        raise VerificationError(
            "only one way to sign may be used: there is an Authorization header too", info
        )
    for name in received:
        # S3 says so of Content-MD5 too, as brekkylab/backlot measured it (``backlot/auth.py``).
        if (name.startswith("x-amz-") or name == "content-md5") and name not in info.signed_headers:
            raise VerificationError(f"header {shown(name)} must be signed, as x-amz-* and content-md5", info)
    lines = []
    for name in info.signed_headers:
        values = [host] if name == "host" else received.get(name)
        if values is None:
            raise VerificationError(f"header {shown(name)} is signed and must be sent", info)
        value = ",".join([fold(value) for value in values])
        # fold() takes a line break for a blank; no server should have let one through.
        if not (value.isascii() and "".join(values).replace("\t", " ").isprintable()):
            raise VerificationError(f"header {shown(name)} must be printable ASCII", info)
        lines.append((name, value))
    return lines


def _check_signature(
    parts: URLParts, info: URLInfo, credentials: Known, request: str, rules: ServiceRules, now: float
) -> None:
    known = _lookup(credentials, parts.credential[0] if parts.credential else "")
    signer = known or _NOBODY
    is_right = _is_signed(parts, signer, request)
    has_token = _is_token(parts, rules, signer.session_token)
    if not (is_right and has_token and known is not None):
        raise SignatureMismatchError("the signature is not that of this request by a known key", info)
    if known.ends_at is not None and now >= known.ends_at:
        raise ExpiredURLError("the credentials that signed the URL have expired", info, known.expires_at)


def _is_signed(parts: URLParts, signer: Credentials, request: str) -> bool:
    """Tell whether the URL's signature of a canonical request is one of ``signer``."""
    _, date, region, service = parts.credential or ("", "", "", "")
    auth, secret = parts.auth, signer.secret_access_key
    timestamp, given = auth["X-Amz-Date"], auth["X-Amz-Signature"]
    if auth["X-Amz-Algorithm"] == ALGORITHM:
        text = string_to_sign(timestamp, credential_scope(date, region, service), request)
        expected = signature(signing_key(secret, date, region, service), text)
        return compare_digest(expected.encode(), given.encode())
    from . import sigv4a  # few need it, and its curve takes time to load

    text = string_to_sign(timestamp, sigv4a.credential_scope(date, service), request, SIGV4A)
    private = sigv4a.private_key(signer.access_key_id, secret)
    # Hex has one form, and the stars that pad the signatures of chunks are for chunks.
    return sigv4a.is_own(private, text, given) and given.isalnum() and given == given.lower()


def _is_good_for(region: str, pattern: str) -> bool:
    """Tell whether one entry of a region set names a region; ``*`` is any text, or none.

    The whole is compared, without case. Source: what S3 answers, as brekkylab/backlot
    measured it in September 2026 (``backlot/sigv4a.py``): AWS's pages tell no more than ``*``.
    """
    text, (head, *rest) = region.lower(), pattern.lower().split("*")
    if not rest or not text.startswith(head):
        return text == head
    (*middle, tail), at = rest, len(head)
    for piece in middle:
        at = text.find(piece, at) + len(piece)
        if at < len(piece):
            return False
    return text.endswith(tail) and len(text) - len(tail) >= at


def _lookup(credentials: Known, access_key_id: str) -> Credentials | None:
    """Return the credentials of an id, None where nobody has it."""
    found: object
    if hasattr(credentials, "load"):
        found = credentials.load()
    elif hasattr(credentials, "get"):
        found = credentials.get(access_key_id)
    elif callable(credentials):
        found = credentials(access_key_id)
    else:
        raise InvalidInputError("credentials", "Credentials, a mapping from ids to them, or a function")
    if found is None:
        return None
    if not isinstance(found, Credentials):
        raise InvalidInputError(
            "credentials", "such that an id gives Credentials or None", type(found).__name__
        )
    return found if found.access_key_id == access_key_id else None


def _canonical_path(path: str, rules: ServiceRules) -> str:
    """Return the path as it is signed: for S3 decoded and encoded again, key by key alike.

    For the other services the path as sent, without empty and dot segments, is encoded.
    """
    if rules.normalize_path:
        path = normalize_path(path)
    if rules.path_encoding == "once":
        path = decoded("url", path)
    try:
        return encode_path(path)
    except ValueError:
        raise MalformedURLError("url", "free of NUL in its path") from None


def _payload_hash(
    parts: URLParts, info: URLInfo, lines: list[tuple[str, str]], known: str | None, rules: ServiceRules
) -> str:
    """Return the canonical request's last line: what somebody says, or the service's own."""
    said = {value for name, value in lines if name == "x-amz-content-sha256"}
    said.update([value for name, value in parts.query if name == "X-Amz-Content-Sha256"])
    said.update([] if known is None else [known])
    if len(said) > 1:
        raise VerificationError("headers, query and payload_hash must say the same of the body", info)
    return said.pop() if said else rules.payload_hash


def _is_token(parts: URLParts, rules: ServiceRules, session_token: str | None) -> bool:
    """Tell whether the URL has the credentials' token, under the service's name, or both have none."""
    for name in _TOKENS:
        wanted = session_token if name == rules.token_parameter else None
        given = parts.auth.get(name)
        if given is None or wanted is None:
            if given is not wanted:
                return False
        elif not compare_digest(given.encode(), wanted.encode()):
            return False
    return True
