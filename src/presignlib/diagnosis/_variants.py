"""The likely slips of signers, clients and proxies, each as the request that was signed instead."""

from __future__ import annotations

from .._s3_hosts import amazon_suffix
from ..reports import Finding
from ..sigv4 import (
    EMPTY_PAYLOAD_HASH,
    UNSIGNED_PAYLOAD,
    canonical_query,
    encode_path,
    encode_query,
    joined,
    normalize_path,
    uri_encode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ._case import Case

_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "auto", "aws-global"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "me-south-1"),
    *("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
    *("af-south-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1"),
)
_TYPES = (
    *("application/octet-stream", "binary/octet-stream", "text/plain", "application/json", "application/pdf"),
    *("image/jpeg", "image/png", "multipart/form-data", "application/x-www-form-urlencoded"),
)
_SERVICES = ("s3", "execute-api", "s3express", "s3-object-lambda")
# What clients add by themselves, so that nobody can have signed it by mistake.
_CLIENTS_OWN = ("accept", "accept-encoding", "connection", "host", "user-agent")
_MOST_PARAMETERS = 40  # that are left out one by one


class Attempt:
    """All that goes into a signature but method and time, in its canonical form."""

    __slots__ = (
        "headers",
        "host",
        "path",
        "payload_hash",
        "query",
        "region",
        "scope_region",
        "scope_service",
        "secret",
        "service",
    )

    def __init__(self, case: Case, secret_access_key: str) -> None:
        sent, parts = case.sent or {}, case.parts
        self.headers = {name: sent.get(name, "") for name in parts.signed_headers if name != "host"}
        if case.signed is not None:
            self.headers.update(case.signed.headers)
        self.host = parts.host or sent.get("host", "")
        self.path = case.canonical_path()
        self.query = parts.canonical_query()
        self.payload_hash = case.rules.payload_hash
        self.region = self.scope_region = case.region
        self.service = self.scope_service = case.rules.service
        self.secret = secret_access_key

    def but(self, **changes: object) -> Attempt:
        """Return a copy with other values."""
        other = Attempt.__new__(Attempt)
        for name in self.__slots__:
            setattr(other, name, changes.get(name, getattr(self, name)))
        return other


class Variant:
    """One guess: what was signed, and what that would mean; None is the request as it stands."""

    __slots__ = ("attempt", "finding")

    def __init__(self, attempt: Attempt, finding: Finding | None) -> None:
        self.attempt = attempt
        self.finding = finding


def variants(case: Case, attempt: Attempt, session_token: str | None) -> Iterator[Variant]:
    """Return the guesses, the likely ones first; the first changes nothing."""
    yield Variant(attempt, None)
    yield from _hosts(case, attempt)
    yield from _paths(case, attempt)
    yield from _header_values(case, attempt)
    yield from _regions(attempt) if case.region else _region_sets(case, attempt)
    yield from _secrets(attempt)
    yield from _queries(case, attempt, session_token)
    yield from _payloads(attempt)


def _guess(attempt: Attempt, code: str, cause: str, fix: str, **changes: Any) -> Variant:
    return Variant(attempt.but(**changes), Finding(code, cause, fix))


def _hosts(case: Case, attempt: Attempt) -> Iterator[Variant]:
    for host, path in _addresses(case, attempt):
        if (host, path) != (attempt.host, attempt.path):
            yield _guess(
                attempt,
                "host_changed",
                f"The URL was signed for host {host:.253} and now names {attempt.host:.253}",
                "send it to the host that was signed, or sign for the one that is sent to "
                "(endpoint_url=, sign_host=)",
                host=host,
                path=path,
            )


def _addresses(case: Case, attempt: Attempt) -> list[tuple[str, str]]:
    """Return hosts and paths under which the same object can have been signed."""
    host, place = attempt.host, case.parts.location
    name = host.partition(":")[0]
    names = ((case.sent or {}).get("host", host), name, f"{host}:443", f"{host}:80", f"{name}:9000")
    found = [(other, attempt.path) for other in dict.fromkeys(names)]
    if place is None or place.bucket is None or place.bucket.startswith("arn:"):
        return found
    rest = attempt.path if place.style == "virtual" else attempt.path.removeprefix(f"/{place.bucket}") or "/"
    suffix = amazon_suffix(name)
    if suffix is None:
        return [*found, (f"{place.bucket}.{host}", rest)]
    region = attempt.region
    for other in (f"s3.{region}", "s3", f"s3-{region}", f"s3.dualstack.{region}", "s3-accelerate"):
        found += [
            (f"{place.bucket}.{other}.{suffix}", rest),
            (f"{other}.{suffix}", f"/{place.bucket}{rest}"),
        ]
    return found


def _paths(case: Case, attempt: Attempt) -> Iterator[Variant]:
    sent, path, place = case.parts.path, attempt.path, case.parts.location
    guesses = {sent, encode_path(path), encode_path(sent), normalize_path(path)}
    guesses |= {"/" + path, path + "/", path.rstrip("/"), path.lower()}
    guesses |= {path.replace("%20", "+"), path.replace("%20", " "), "/" + path[1:].replace("/", "%2F")}
    if place is not None and place.bucket is not None:
        bare = path.removeprefix(f"/{place.bucket}")
        guesses.add(bare if bare != path else f"/{place.bucket}{path}")
    for guess in sorted(guesses - {path}):
        yield _guess(
            attempt,
            "path_rewritten",
            "The path that was signed is another one, or is percent-encoded in another way",
            "encode each byte of the key once, all but A-Za-z0-9-._~ and the slash, and change nothing "
            "after signing",
            path=guess,
        )


def _header_values(case: Case, attempt: Attempt) -> Iterator[Variant]:
    headers = attempt.headers
    if "content-type" in headers:
        for value in _TYPES:
            yield _guess(
                attempt,
                "header_changed",
                f"The URL was signed for content-type {value}",
                f"send content-type: {value}",
                headers={**headers, "content-type": value},
            )
    for name in headers:
        yield _guess(
            attempt,
            "header_changed",
            f"The header {name:.60} is listed as signed and is not part of the signature",
            "sign again: what is listed and what is signed differ",
            headers={other: value for other, value in headers.items() if other != name},
        )
    more = {name: value for name, value in (case.sent or {}).items() if name not in _CLIENTS_OWN}
    if more.keys() - headers.keys():
        yield _guess(
            attempt,
            "header_changed",
            "The signature covers headers that X-Amz-SignedHeaders does not list",
            "list every header that is signed",
            headers=more,
        )


def _regions(attempt: Attempt) -> Iterator[Variant]:
    fix = "use one region for the signing key and the credential scope"
    for region in _REGIONS:
        if region != attempt.region:
            cause = f"The signing key is that of region {region}, and the URL says {attempt.region:.60}"
            yield _guess(attempt, "wrong_region", cause, fix, region=region)
            yield _guess(attempt, "wrong_region", cause, fix, region=region, scope_region=region)
    for service in _SERVICES:
        if service != attempt.service:
            cause = f"The signing key is that of service {service}, and the URL says {attempt.service:.60}"
            yield _guess(
                attempt,
                "wrong_service",
                cause,
                "use one service for the signing key and the credential scope",
                service=service,
            )


def _region_sets(case: Case, attempt: Attempt) -> Iterator[Variant]:
    """Return what a SigV4a URL can have said of regions and service: no key depends on them."""
    given = case.parts.auth.get("X-Amz-Region-Set", "")
    (_, old), *others = encode_query([("X-Amz-Region-Set", one) for one in (given, "*", *_REGIONS)])
    for region, (_, new) in zip(("*", *_REGIONS), others, strict=True):
        cause = f"The URL was signed for the region set {region}, and says {given:.60}"
        yield _guess(
            attempt,
            "wrong_region",
            cause,
            "sign for the region set that is sent",
            query=attempt.query.replace(old, new),
        )
    for service in _SERVICES:
        cause = f"The URL was signed for service {service}, and says {attempt.service:.60}"
        yield _guess(
            attempt, "wrong_service", cause, "sign for the service that is sent to", scope_service=service
        )


def _secrets(attempt: Attempt) -> Iterator[Variant]:
    secret = attempt.secret
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
        yield _guess(
            attempt,
            "wrong_secret",
            f"The URL was signed with the secret {how}",
            "give the signer the secret exactly as it was issued",
            secret=guess,
        )


def _queries(case: Case, attempt: Attempt, session_token: str | None) -> Iterator[Variant]:
    pairs = [pair for pair in case.parts.pairs if pair[0] != "X-Amz-Signature"]
    name = case.rules.token_parameter
    bare = [pair for pair in pairs if pair[0] != name]
    if len(bare) < len(pairs):
        yield _guess(
            attempt,
            "query_changed",
            "The session token was added after signing, and S3 wants it signed",
            "sign the token with the other parameters",
            query=canonical_query(encode_query(bare)),
        )
    elif session_token is not None:
        yield _guess(
            attempt,
            "session_token_missing",
            "The session token was signed and is missing from the URL",
            "pass the whole URL",
            query=canonical_query(encode_query([*pairs, (name, session_token)])),
        )
    yield _guess(
        attempt,
        "query_changed",
        "The query was signed in another order than the sorted one",
        "sort the parameters by their encoded names before signing",
        query=joined(encode_query(pairs)),
    )
    for old, new in (("%20", "+"), ("%2F", "/"), ("%3B", ";"), ("%2F", "%2f")):
        yield _guess(
            attempt,
            "query_changed",
            "The query was signed in another percent-encoding",
            "encode every byte but A-Za-z0-9-._~, with upper-case hex and %20 for a blank",
            query=attempt.query.replace(old, new),
        )
    for index, (name, _) in enumerate(pairs[:_MOST_PARAMETERS]):
        yield _guess(
            attempt,
            "query_changed",
            f"The parameter {name:.60} was added after signing",
            "sign all parameters; pass own ones when signing (query=)",
            query=canonical_query(encode_query(pairs[:index] + pairs[index + 1 :])),
        )


def _payloads(attempt: Attempt) -> Iterator[Variant]:
    for payload_hash in (UNSIGNED_PAYLOAD, EMPTY_PAYLOAD_HASH):
        if payload_hash != attempt.payload_hash:
            yield _guess(
                attempt,
                "payload_mismatch",
                f"The URL was signed with {payload_hash} as the body's hash",
                f"sign with {attempt.payload_hash} for this service",
                payload_hash=payload_hash,
            )
