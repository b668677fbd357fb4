"""With the credentials at hand: which likely slip reproduces the signature in the URL?

Each trial changes one thing, or two of the likely ones, signs, and compares. A signature
that agrees proves what was signed; one that never does proves another secret.
"""

from __future__ import annotations

from hmac import compare_digest

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
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..credentials import Credentials
    from ._case import Case

_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "me-south-1", "af-south-1", "us-gov-west-1", "us-gov-east-1",
    "cn-north-1", "cn-northwest-1", "auto", "aws-global",
)  # fmt: skip
_TYPES = (
    "application/octet-stream", "binary/octet-stream", "text/plain", "application/json", "image/jpeg", "image/png",
    "application/pdf", "multipart/form-data", "application/x-www-form-urlencoded", "",
)  # fmt: skip
_MOST = 20_000  # bytes of a query that is signed again and again


class Variant:
    """One guess at what was signed: a change of the request, and what it would mean."""

    __slots__ = ("code", "parts", "what", "fix")

    def __init__(self, code: str, what: str, fix: str, **parts: object) -> None:
        self.code = code
        self.what = what
        self.fix = fix
        self.parts = parts


class Signer:
    """Signs variants of one case; keys are derived once each."""

    def __init__(self, case: Case, secret_access_key: str) -> None:
        assert case.parts is not None and case.parts.credential is not None
        parts = case.parts
        _, self.date, self.region, self.service = parts.credential
        self.timestamp = parts.auth.get("X-Amz-Date", "")
        self.secret = secret_access_key
        self.query = parts.canonical_query()
        self.host = parts.host or (case.sent or {}).get("host", "")
        self.path = case.canonical_path()
        self.rules = case.rules
        self.headers = {name: (case.sent or {}).get(name, "") for name in parts.signed_headers if name != "host"}
        if case.signed is not None:
            self.headers.update(case.signed.headers)
        self._keys: dict[tuple[str, str, str, str], bytes] = {}

    def sign(self, **change: object) -> str:
        """Return the signature of the request with ``change``: names of its parts and values."""
        say = {
            "method": "GET", "path": self.path, "query": self.query, "host": self.host, "headers": self.headers,
            "payload_hash": self.rules.payload_hash, "region": self.region, "service": self.service,
            "scope_region": self.region, "secret": self.secret, "date": self.date, **change,
        }  # fmt: skip
        headers = say["headers"]
        assert isinstance(headers, dict)
        lines = canonical_headers([*headers.items(), ("host", str(say["host"]))])
        payload_hash = headers.get("x-amz-content-sha256") or say["payload_hash"]
        request = canonical_request(str(say["method"]), str(say["path"]), str(say["query"]), lines, str(payload_hash))
        scope = credential_scope(self.date, str(say["scope_region"]), self.service)
        name = (str(say["secret"]), str(say["date"]), str(say["region"]), str(say["service"]))
        if name not in self._keys:
            self._keys[name] = signing_key(*name)
        return signature(self._keys[name], string_to_sign(self.timestamp, scope, request))


def try_variants(case: Case, credentials: Credentials) -> list[Finding]:
    """Return what the credentials tell: the variant that was signed, or that none was."""
    parts = case.parts
    if parts is None or parts.credential is None or not parts.auth.get("X-Amz-Signature"):
        return []
    if len(parts.canonical_query()) > _MOST or not parts.credential[2]:
        return []
    wanted = parts.auth["X-Amz-Signature"].encode()
    signer = Signer(case, credentials.secret_access_key)
    sent = case.method or (case.signed.method if case.signed is not None else "GET")
    same = case.key_id == credentials.access_key_id
    for method in dict.fromkeys((sent, *_METHODS)):
        for variant in _variants(case, signer, credentials):
            if compare_digest(signer.sign(method=method, **variant.parts).encode(), wanted):
                return _found(case, variant, method, sent, same)
    if not same:
        return [
            Finding(
                "wrong_secret",
                "The credentials given are of another access key id than the URL's, and their secret did not sign it",
                "pass the credentials that the URL names",
            )
        ]
    return [
        Finding(
            "wrong_secret",
            "No likely variant of the request gives the URL's signature with this secret: another secret signed it, "
            "or the signature was changed",
            "check the secret: it may be cut, rotated, or of another key; and copy the URL again, whole",
        )
    ]


def _found(case: Case, variant: Variant, method: str, sent: str, same: bool) -> list[Finding]:
    """Return what a variant that reproduces the signature means."""
    findings = []
    if variant.code != "ok":
        findings.append(Finding(variant.code, variant.what, variant.fix))
    if not same:
        findings.append(
            Finding(
                "wrong_secret",
                "The secret of these credentials signed the URL, which names another access key id: two pairs are mixed up",
                "sign with id and secret of one pair",
            )
        )
    if method != sent and (case.method is not None or case.answer.code):
        findings.append(
            Finding(
                "method_mismatch",
                f"The URL is signed for {method}" + (f" and was sent with {sent}" if case.method else ""),
                f"send {method}, or sign a URL for the method that is sent",
            )
        )
    return findings or [Finding("ok", f"These credentials signed the URL, for {method}", "nothing in the URL is wrong")]


def _variants(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    """Return the guesses, the likely ones first; the first changes nothing."""
    yield Variant("ok", "", "")
    for make in (_hosts, _paths, _header_values, _regions, _secrets, _queries, _payloads):
        yield from make(case, signer, credentials)


def _hosts(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    name, _, port = signer.host.partition(":")
    guesses = {(case.sent or {}).get("host", ""), name, f"{signer.host}:443", f"{signer.host}:80", f"{name}:9000"}
    place = case.parts.location if case.parts else None
    region = signer.region
    paths: list[tuple[str, str]] = [(host, signer.path) for host in sorted(guesses) if host]
    if place is not None and place.service == "s3" and place.bucket is not None and not place.bucket.startswith("arn:"):
        rest = "/" + place.path
        suffix = name[name.rindex("amazonaws") :] if "amazonaws" in name else "amazonaws.com"
        for host in (f"s3.{region}.{suffix}", f"s3.{suffix}", f"s3-{region}.{suffix}", f"s3.dualstack.{region}.{suffix}"):
            paths += [(f"{place.bucket}.{host}", rest), (host, f"/{place.bucket}{rest}")]
    elif place is not None and place.bucket is not None:
        paths += [(f"{place.bucket}.{signer.host}", "/" + place.path)]
    for host, path in paths:
        if (host, path) != (signer.host, signer.path):
            yield Variant(
                "host_changed",
                f"The URL was signed for host {host:.253} and now names {signer.host:.253}",
                "send it to the host that was signed, or sign for the one that is sent to (endpoint_url=, sign_host=)",
                host=host,
                path=path,
            )


def _paths(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    assert case.parts is not None
    sent = case.parts.path
    guesses = {encode_path(signer.path), normalize_path(signer.path), normalize_path(sent), sent, "/" + signer.path}
    guesses |= {encode_path(sent), sent.replace("%2F", "/"), signer.path.rstrip("/"), signer.path + "/"}
    guesses |= {signer.path.replace("%20", "+"), sent.replace("%20", " "), signer.path.lower()}
    place = case.parts.location
    if place is not None and place.style == "path" and place.bucket:
        guesses.add("/" + place.path)
    elif place is not None and place.bucket:
        guesses.add(f"/{place.bucket}{signer.path}")
    for path in sorted(guesses - {signer.path}):
        yield Variant(
            "path_rewritten",
            "The path that was signed is another one, or is percent-encoded in another way",
            "encode each byte of the key once, all but A-Za-z0-9-._~ and the slash, and change nothing after signing",
            path=path,
        )


def _header_values(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    names = list(signer.headers)
    if "content-type" in names:
        for value in _TYPES:
            yield Variant(
                "header_changed",
                f"The URL was signed for content-type {value!r}",
                f"send content-type: {value}",
                headers={**signer.headers, "content-type": value},
            )
    for name in names:
        less = {other: value for other, value in signer.headers.items() if other != name}
        yield Variant(
            "header_changed",
            f"The header {name:.60} is listed as signed and is not part of the signature",
            "sign again: signer and list do not agree",
            headers=less,
        )
    if case.sent:
        more = {n: v for n, v in case.sent.items() if n not in ("host", "user-agent", "accept", "connection")}
        yield Variant(
            "header_changed",
            "The signature covers headers that X-Amz-SignedHeaders does not list",
            "list every header that is signed",
            headers=more,
        )


def _regions(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    for region in _REGIONS:
        if region != signer.region:
            said = f"The signing key is that of region {region}, and the URL says {signer.region:.60}"
            fix = "use one region for the key and the credential scope"
            yield Variant("wrong_region", said, fix, region=region)
            yield Variant("wrong_region", said, fix, region=region, scope_region=region)
    for service in ("s3", "execute-api", "s3express", "s3-object-lambda"):
        if service != signer.service:
            yield Variant(
                "wrong_service",
                f"The signing key is that of service {service}, and the URL says {signer.service:.60}",
                "use one service for the key and the credential scope",
                service=service,
            )


def _secrets(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    secret = signer.secret
    guesses = {
        secret.strip(): "without the blanks around it",
        secret.strip() + "\n": "with a line break at its end",
        secret.strip() + "\r\n": "with a line break at its end",
        " " + secret: "with a blank before it",
        secret + " ": "with a blank behind it",
        f'"{secret}"': "with quotes around it",
        f"'{secret}'": "with quotes around it",
        secret.strip("\"'"): "without the quotes around it",
        encode_path(secret).replace("/", "%2F"): "percent-encoded",
        secret.replace(" ", "+"): "with + where it has blanks",
        secret.replace("+", " "): "with blanks where it has +",
        secret[:-1]: "without its last character",
        secret[1:]: "without its first character",
        secret.lower(): "in lower case",
        "AWS4" + secret: "with AWS4 in front twice",
    }
    guesses.pop(secret, None)
    for guess, how in guesses.items():
        yield Variant(
            "wrong_secret",
            f"The URL was signed with the secret {how}",
            "give the signer the secret exactly as it was issued",
            secret=guess,
        )


def _queries(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    assert case.parts is not None
    pairs = [pair for pair in case.parts.pairs if pair[0] != "X-Amz-Signature"]
    tokens = ("X-Amz-Security-Token", "X-Amz-S3session-Token")
    rest = [pair for pair in pairs if pair[0] not in tokens]
    if len(rest) < len(pairs):
        yield Variant(
            "query_changed",
            "The session token was added after signing, and S3 wants it signed",
            "sign the token with the other parameters",
            query=canonical_query(encode_query(rest)),
        )
    elif credentials.session_token is not None:
        more = [*pairs, ("X-Amz-Security-Token", credentials.session_token)]
        yield Variant(
            "session_token_missing",
            "The session token was signed and is missing from the URL",
            "pass the whole URL",
            query=canonical_query(encode_query(more)),
        )
    yield Variant(
        "query_changed",
        "The query was signed in another order than the sorted one",
        "sort the parameters by their encoded names before signing",
        query=joined(encode_query(pairs)),
    )
    raw = canonical_query(encode_query(pairs))
    for spelling in (raw.replace("%20", "+"), raw.replace("%2F", "/"), raw.replace("%3B", ";"), raw.replace("%2F", "%2f")):
        if spelling != raw:
            yield Variant(
                "query_changed",
                "The query was signed in another percent-encoding",
                "encode every byte but A-Za-z0-9-._~, with upper-case hex and %20 for a blank",
                query=spelling,
            )
    for index, (name, _) in enumerate(pairs[:40]):
        less = canonical_query(encode_query(pairs[:index] + pairs[index + 1 :]))
        yield Variant(
            "query_changed",
            f"The parameter {name:.60} was added after signing",
            "sign all parameters; pass own ones when signing (query=)",
            query=less,
        )


def _payloads(case: Case, signer: Signer, credentials: Credentials) -> Iterator[Variant]:
    for payload_hash in (UNSIGNED_PAYLOAD, EMPTY_PAYLOAD_HASH):
        if payload_hash != signer.rules.payload_hash:
            yield Variant(
                "payload_mismatch",
                f"The URL was signed with {payload_hash:.20} as the body's hash",
                f"sign with {signer.rules.payload_hash:.20} for this service",
                payload_hash=payload_hash,
            )
