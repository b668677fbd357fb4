"""With the credentials at hand: which likely slip reproduces the signature in the URL.

Each trial changes one thing, and the method with it, signs, and compares. A signature
that agrees proves what was signed; one that never does proves another secret.
"""

from __future__ import annotations

from functools import lru_cache
from hmac import compare_digest
from typing import NamedTuple

from .._s3_hosts import amazon_suffix
from ..reports import Finding
from ..sigv4 import (
    EMPTY_PAYLOAD_HASH,
    UNSIGNED_PAYLOAD,
    canonical_headers,
    canonical_query,
    canonical_request,
    credential_scope,
    encode_path,
    encode_query,
    joined,
    normalize_path,
    signature,
    signing_key,
    string_to_sign,
    uri_encode,
)
from ..url_parts import SIGV4A

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..credentials import Credentials
    from ..url_parts import URLParts
    from ._case import Case

    # What was signed instead, and code, cause and fix of what that would mean.
    Guess = tuple[dict[str, Any], str, str, str]

_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_REGIONS = """
us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 auto aws-global
eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1 eu-south-1 me-south-1
ap-south-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 ap-northeast-2 ap-northeast-3
af-south-1 us-gov-west-1 us-gov-east-1 cn-north-1 cn-northwest-1
"""
_TYPES = """
application/octet-stream binary/octet-stream text/plain application/json application/pdf
image/jpeg image/png multipart/form-data application/x-www-form-urlencoded
"""
_SERVICES = ("s3", "execute-api", "s3express", "s3-object-lambda")
# What clients add by themselves, so that nobody can have signed it by mistake.
_CLIENTS_OWN = ("accept", "accept-encoding", "connection", "host", "user-agent")
_MOST_PARAMETERS = 40  # that are left out one by one
_OTHER_HOST = (
    "send it to the host that was signed, or sign for the one that is sent to (endpoint_url=, sign_host=)"
)
_ENCODE_ONCE = (
    "encode each byte of the key once, all but A-Za-z0-9-._~ and the slash, and change nothing after signing"
)
_LONGEST = 20_000  # characters of a query that is signed again and again


class _Attempt(NamedTuple):
    """All that goes into a signature but method and time, in its canonical form."""

    headers: dict[str, str]
    host: str
    path: str
    query: str
    payload_hash: str
    region: str
    scope_region: str
    service: str
    scope_service: str
    secret: str


_SECRET_IS_WRONG = Finding(
    "wrong_secret",
    "No likely variant of the request gives the URL's signature with this secret: another secret "
    "signed it, or the URL was changed since",
    "check the secret: it may be cut, rotated, or of another key; and copy the URL again, whole",
)
_KEY_IS_ANOTHER = Finding(
    "wrong_secret",
    "The credentials given are of another access key id than the URL's, and their secret did not sign it",
    "pass the credentials that the URL names",
)


def try_variants(case: Case, credentials: Credentials) -> list[Finding]:
    """Return what the credentials tell: the variant that was signed, or that none was.

    One finding with the code ``ok`` says that the URL is signed as it stands. An empty
    list says that nothing could be tried.
    """
    parts, query = case.parts, case.parts.canonical_query()
    if parts.credential is None or "X-Amz-Signature" not in parts.auth or len(query) > _LONGEST:
        return []
    plain = _as_it_stands(case, query, credentials.secret_access_key)
    likely = case.method or ("GET" if case.signed is None else case.signed.method)
    is_same_key = case.key_id == credentials.access_key_id
    derived = lru_cache(None)(signing_key)
    for method in dict.fromkeys((likely, *_METHODS)):
        for changes, code, cause, fix in _guesses(case, plain, credentials.session_token):
            attempt = plain._replace(**changes)
            request = canonical_request(
                method,
                attempt.path,
                attempt.query,
                canonical_headers([*attempt.headers.items(), ("host", attempt.host)]),
                attempt.headers.get("x-amz-content-sha256") or attempt.payload_hash,
            )
            if _is_signed(parts, attempt, request, derived):
                found = [Finding(code, cause, fix)] if changes else []
                return _found(case, found, method, likely, is_same_key=is_same_key)
    return [_SECRET_IS_WRONG if is_same_key else _KEY_IS_ANOTHER]


def _as_it_stands(case: Case, query: str, secret_access_key: str) -> _Attempt:
    parts, sent = case.parts, case.sent or {}
    headers = {name: sent.get(name, "") for name in parts.signed_headers if name != "host"}
    if case.signed is not None:
        headers.update(case.signed.headers)
    return _Attempt(
        headers,
        parts.host or sent.get("host", ""),
        case.canonical_path(),
        query,
        case.rules.payload_hash,
        case.region,
        case.region,
        case.service,
        case.service,
        secret_access_key,
    )


def _is_signed(
    parts: URLParts, attempt: _Attempt, request: str, derived: Callable[[str, str, str, str], bytes]
) -> bool:
    """Tell whether the URL's signature is that of ``request``, or for SigV4a one of it."""
    key_id, day, *_ = parts.credential or ("", "")
    time, given = parts.auth.get("X-Amz-Date", ""), parts.auth["X-Amz-Signature"]
    if parts.auth.get("X-Amz-Algorithm") == SIGV4A:
        from .. import sigv4a  # few need it, and its curve takes time to load

        scope = sigv4a.credential_scope(day, attempt.scope_service)
        private = sigv4a.private_key(key_id, attempt.secret)
        return sigv4a.is_own(private, string_to_sign(time, scope, request, SIGV4A), given)
    scope = credential_scope(day, attempt.scope_region, attempt.scope_service)
    key = derived(attempt.secret, day, attempt.region, attempt.service)
    return compare_digest(signature(key, string_to_sign(time, scope, request)).encode(), given.encode())


def _found(case: Case, found: list[Finding], method: str, likely: str, *, is_same_key: bool) -> list[Finding]:
    if not is_same_key:
        found.append(
            Finding(
                "wrong_secret",
                "The secret of these credentials signed the URL, which names another access key id: "
                "two pairs are mixed up",
                "sign with id and secret of one pair",
            )
        )
    if method != likely and (case.method is not None or case.answer.code):
        sent = f" and was sent with {likely:.20}" if case.method else ""
        found.append(
            Finding(
                "method_mismatch",
                f"The URL is signed for {method}{sent}",
                f"send {method}, or sign a URL for the method that is sent",
            )
        )
    return found or [
        Finding("ok", f"These credentials signed the URL, for {method}", "nothing in the URL is wrong")
    ]


def _guesses(case: Case, plain: _Attempt, session_token: str | None) -> Iterator[Guess]:
    """Return the guesses, the likely ones first; the first changes nothing."""
    yield {}, "", "", ""
    yield from _hosts(case, plain)
    yield from _paths(case, plain)
    yield from _header_values(case, plain.headers)
    yield from _scopes(plain) if case.region else _region_sets(case, plain)
    yield from _secrets(plain.secret)
    yield from _queries(case, plain.query, session_token)
    for payload_hash in (UNSIGNED_PAYLOAD, EMPTY_PAYLOAD_HASH):
        if payload_hash != plain.payload_hash:
            yield (
                {"payload_hash": payload_hash},
                "payload_mismatch",
                f"The URL was signed with {payload_hash} as the body's hash",
                f"sign with {plain.payload_hash} for this service",
            )


def _hosts(case: Case, plain: _Attempt) -> Iterator[Guess]:
    for host, path in _addresses(case, plain):
        if (host, path) != (plain.host, plain.path):
            yield (
                {"host": host, "path": path},
                "host_changed",
                f"The URL was signed for host {host:.253} and now names {plain.host:.253}",
                _OTHER_HOST,
            )


def _addresses(case: Case, plain: _Attempt) -> Iterator[tuple[str, str]]:
    """Return hosts and paths under which the same object can have been signed."""
    host, path, place = plain.host, plain.path, case.parts.location
    name = host.partition(":")[0]
    names = ((case.sent or {}).get("host", host), name, f"{host}:443", f"{host}:80", f"{name}:9000")
    yield from [(other, path) for other in dict.fromkeys(names)]
    if place is None or place.bucket is None or place.bucket.startswith("arn:"):
        return
    bucket, region, suffix = place.bucket, plain.region, amazon_suffix(name)
    rest = path if place.style == "virtual" else path.removeprefix(f"/{bucket}") or "/"
    if suffix is None:
        yield f"{bucket}.{host}", rest
        return
    for other in (f"s3.{region}", "s3", f"s3-{region}", f"s3.dualstack.{region}", "s3-accelerate"):
        yield f"{bucket}.{other}.{suffix}", rest
        yield f"{other}.{suffix}", f"/{bucket}{rest}"


def _paths(case: Case, plain: _Attempt) -> Iterator[Guess]:
    sent, path, place = case.parts.path, plain.path, case.parts.location
    guesses = {sent, encode_path(path), encode_path(sent), normalize_path(path)}
    guesses |= {"/" + path, path + "/", path.rstrip("/"), path.lower()}
    guesses |= {path.replace("%20", "+"), path.replace("%20", " "), path.replace("%2B", "%20")}
    guesses.add("/" + path[1:].replace("/", "%2F"))
    if place is not None and place.bucket is not None:
        bare = path.removeprefix(f"/{place.bucket}")
        guesses.add(bare if bare != path else f"/{place.bucket}{path}")
    for guess in sorted(guesses - {path}):
        yield (
            {"path": guess},
            "path_rewritten",
            "The path that was signed is another one, or is percent-encoded in another way",
            _ENCODE_ONCE,
        )


def _header_values(case: Case, headers: dict[str, str]) -> Iterator[Guess]:
    for value in _TYPES.split() if "content-type" in headers else ():
        yield (
            {"headers": {**headers, "content-type": value}},
            "header_changed",
            f"The URL was signed for content-type {value}",
            f"send content-type: {value}",
        )
    for name in headers:
        yield (
            {"headers": {other: value for other, value in headers.items() if other != name}},
            "header_changed",
            f"The header {name:.60} is listed as signed and is not part of the signature",
            "sign again: what is listed and what is signed differ",
        )
    more = {name: value for name, value in (case.sent or {}).items() if name not in _CLIENTS_OWN}
    if more.keys() - headers.keys():
        yield (
            {"headers": more},
            "header_changed",
            "The signature covers headers that X-Amz-SignedHeaders does not list",
            "list every header that is signed",
        )


def _scopes(plain: _Attempt) -> Iterator[Guess]:
    for region in _REGIONS.split():
        for changes in ({"region": region}, {"region": region, "scope_region": region}):
            if region != plain.region:
                yield (
                    changes,
                    "wrong_region",
                    f"The signing key is that of region {region}, and the URL says {plain.region:.60}",
                    "use one region for the signing key and the credential scope",
                )
    for service in _SERVICES:
        if service != plain.service:
            yield (
                {"service": service},
                "wrong_service",
                f"The signing key is that of service {service}, and the URL says {plain.service:.60}",
                "use one service for the signing key and the credential scope",
            )


def _region_sets(case: Case, plain: _Attempt) -> Iterator[Guess]:
    """Return what a SigV4a URL can have said of regions and service: no key depends on them."""
    given = case.parts.auth.get("X-Amz-Region-Set", "")
    regions = ("*", *_REGIONS.split())
    (_, old), *others = encode_query([("X-Amz-Region-Set", one) for one in (given, *regions)])
    for region, (_, new) in zip(regions, others, strict=True):
        yield (
            {"query": plain.query.replace(old, new)},
            "wrong_region",
            f"The URL was signed for the region set {region}, and says {given:.60}",
            "sign for the region set that is sent",
        )
    for service in _SERVICES:
        yield (
            {"scope_service": service},
            "wrong_service",
            f"The URL was signed for service {service}, and says {plain.service:.60}",
            "sign for the service that is sent to",
        )


def _secrets(secret: str) -> Iterator[Guess]:
    bare = secret.strip()
    guesses = {
        bare: "without the blanks around it",
        bare + "\n": "with a line break at its end",
        bare + "\r\n": "with a line break at its end",
        " " + secret: "with a blank before it",
        secret + " ": "with a blank behind it",
        f'"{secret}"': "with quotes around it",
        f"'{secret}'": "with quotes around it",
        secret.strip("\"'"): "without the quotes around it",
        uri_encode(secret): "percent-encoded",
        secret.replace(" ", "+"): "with + where it has blanks",
        secret.replace("+", " "): "with blanks where it has +",
        secret[:-1]: "without its last character",
        secret[1:]: "without its first character",
        "AWS4" + secret: "with AWS4 in front twice",
    }
    guesses.pop(secret, None)
    for guess, how in guesses.items():
        yield (
            {"secret": guess},
            "wrong_secret",
            f"The URL was signed with the secret {how}",
            "give the signer the secret exactly as it was issued",
        )


def _queries(case: Case, query: str, session_token: str | None) -> Iterator[Guess]:
    pairs = [pair for pair in case.parts.pairs if pair[0] != "X-Amz-Signature"]
    token = case.rules.token_parameter
    bare = [pair for pair in pairs if pair[0] != token]
    if len(bare) < len(pairs):
        yield (
            {"query": canonical_query(encode_query(bare))},
            "query_changed",
            "The session token was added after signing, and S3 wants it signed",
            "sign the token with the other parameters",
        )
    elif session_token is not None:
        yield (
            {"query": canonical_query(encode_query([*pairs, (token, session_token)]))},
            "session_token_missing",
            "The session token was signed and is missing from the URL",
            "pass the whole URL",
        )
    yield (
        {"query": joined(encode_query(pairs))},
        "query_changed",
        "The query was signed in another order than the sorted one",
        "sort the parameters by their encoded names before signing",
    )
    for old, new in (("%20", "+"), ("%2F", "/"), ("%3B", ";"), ("%2F", "%2f")):
        yield (
            {"query": query.replace(old, new)},
            "query_changed",
            "The query was signed in another percent-encoding",
            "encode every byte but A-Za-z0-9-._~, with upper-case hex and %20 for a blank",
        )
    for index, (name, _) in enumerate(pairs[:_MOST_PARAMETERS]):
        yield (
            {"query": canonical_query(encode_query(pairs[:index] + pairs[index + 1 :]))},
            "query_changed",
            f"The parameter {name:.60} was added after signing",
            "sign all parameters; pass own ones when signing (query=)",
        )
