"""A signer of the tests' own, written from AWS's page with hmac and urllib, and all ways to get it wrong.

Each keyword of :func:`signed` is one step of the signing page; its default is the right one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "examplebucket.s3.eu-west-1.amazonaws.com"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TIME = "20260102T140500Z"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
Pairs = list[tuple[str, str]]


class Sent(NamedTuple):
    """A request as it is sent."""

    url: str
    method: str
    headers: dict[str, str]


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _joined(pairs: Pairs) -> str:
    return "&".join([f"{name}={value}" for name, value in pairs])


def signed(
    *,
    key: str = "a folder/ü+1.txt",
    host: str = HOST,
    method: str = "GET",
    query: Pairs | None = None,
    headers: Pairs | None = None,
    key_id: str = KEY_ID,
    secret: str = SECRET,
    token: str | None = None,
    token_name: str = "X-Amz-Security-Token",
    region: str = "eu-west-1",
    service: str = "s3",
    expires: str = "900",
    time: str = TIME,
    algorithm: str = "AWS4-HMAC-SHA256",
    # 1. what the canonical request is made of
    sent_method: str | None = None,
    path_in_request: Callable[[str], str] = str,
    path_in_url: Callable[[str], str] = str,
    encode: Callable[[str], str] = _encoded,
    sort: Callable[[Pairs], Pairs] = sorted,
    signed_query: Callable[[Pairs], Pairs] = list,
    header_name: Callable[[str], str] = str.lower,
    header_value: Callable[[str], str] = lambda value: " ".join(value.split()),
    sort_headers: Callable[[Pairs], Pairs] = sorted,
    host_in_request: Callable[[str], str] = str,
    names: Callable[[list[str]], list[str]] = list,
    payload: str = "UNSIGNED-PAYLOAD",
    canonical: Callable[[str], str] = str,
    # 2. the string to sign
    scope: str | None = None,
    algorithm_in_string: str | None = None,
    time_in_string: str | None = None,
    digest: Callable[[str], str] = lambda text: hashlib.sha256(text.encode()).hexdigest(),
    string: Callable[[str], str] = str,
    # 3. the signing key
    prefix: str = "AWS4",
    key_parts: Callable[[list[str]], list[str]] = list,
    key_as_hex: bool = False,
    sign: Callable[[str], str] | None = None,  # what signs the string instead
    # 4. the URL
    written: Callable[[Pairs], Pairs] = list,
    signature: Callable[[str], str] = str,
    sent_headers: Callable[[dict[str, str]], dict[str, str]] = dict,
    url: Callable[[str], str] = str,
) -> Sent:
    """Return the request that one signer, right or wrong, sends."""
    path = "/" + quote(key, safe="/-._~")
    date = time[:8]
    credential_scope = scope or f"{date}/{region}/{service}/aws4_request"
    lines = [(header_name(name), header_value(value)) for name, value in headers or []]
    lines = sort_headers([*lines, (header_name("host"), host_in_request(host))])
    listed = ";".join(names([name for name, _ in lines]))
    pairs: Pairs = [
        *(query or []),
        ("X-Amz-Algorithm", algorithm),
        ("X-Amz-Credential", f"{key_id}/{credential_scope}"),
        ("X-Amz-Date", time),
        ("X-Amz-Expires", expires),
        ("X-Amz-SignedHeaders", listed),
        *([] if token is None else [(token_name, token)]),
    ]
    encoded = [(encode(name), encode(value)) for name, value in pairs]
    block = "".join([f"{name}:{value}\n" for name, value in lines])
    request = canonical(
        "\n".join(
            [method, path_in_request(path), _joined(sort(signed_query(encoded))), block, listed, payload]
        )
    )
    to_sign = string(
        "\n".join(
            [algorithm_in_string or algorithm, time_in_string or time, credential_scope, digest(request)]
        )
    )
    secret_key = (prefix + secret).encode()
    for part in key_parts([date, region, service, "aws4_request"]):
        secret_key = _mac(secret_key, part)
        secret_key = secret_key.hex().encode() if key_as_hex else secret_key
    made = signature(_mac(secret_key, to_sign).hex() if sign is None else sign(to_sign))
    text = _joined(written([*encoded, ("X-Amz-Signature", made)]))
    return Sent(
        url(f"https://{host}{path_in_url(path)}?{text}"),
        sent_method or method,
        sent_headers(dict(headers or [])),
    )


SIGV4A = "AWS4-ECDSA-P256-SHA256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signed_for_regions(
    *,
    region_set: str = "eu-west-1,us-*",
    time: str = TIME,
    # 3. the key pair
    prefix: str = "AWS4A",
    label: str = SIGV4A,
    key_id: str = KEY_ID,
    id_in_key: str | None = None,
    secret: str = SECRET,
    counter: int = 1,
    length: int = 256,
    scalar: Callable[[int], int] = lambda candidate: candidate + 1,
    # 4. the signature
    curve: ec.EllipticCurve | None = None,
    hashing: hashes.HashAlgorithm | None = None,
    signed_text: Callable[[str], bytes] = str.encode,
    numbers: Callable[[int, int], tuple[int, int]] = lambda r, s: (r, s),
    der: Callable[[bytes], bytes] = bytes,
    written_as: Callable[[bytes], str] = bytes.hex,
    **options: Any,
) -> Sent:
    """Return the request that one signer of SigV4a, right or wrong, sends: the nonce is random."""

    def sign(text: str) -> str:
        fixed = b"\0\0\0\1" + label.encode() + b"\0" + (id_in_key or key_id).encode() + bytes([counter])
        made = hmac.new((prefix + secret).encode(), fixed + length.to_bytes(4, "big"), hashlib.sha256)
        private = ec.derive_private_key(scalar(int.from_bytes(made.digest(), "big")), curve or ec.SECP256R1())
        raw = private.sign(signed_text(text), ec.ECDSA(hashing or hashes.SHA256()))
        r_and_s = numbers(*utils.decode_dss_signature(raw))
        return written_as(der(utils.encode_dss_signature(*r_and_s)))

    options = {"algorithm": SIGV4A, "scope": f"{time[:8]}/s3/aws4_request", "sign": sign, **options}
    query = [*options.pop("query", []), ("X-Amz-Region-Set", region_set)]
    return signed(query=query, time=time, key_id=key_id, secret=secret, **options)


class Wrong(NamedTuple):
    """One slip, and what the same signer does right: only ``slip`` lies between the two."""

    name: str
    slip: dict[str, Any]
    base: dict[str, Any]


def _without(name: str) -> Callable[[Pairs], Pairs]:
    return lambda pairs: [pair for pair in pairs if pair[0] != name]


def _renamed(old: str, new: str) -> Callable[[Pairs], Pairs]:
    return lambda pairs: [(new if name == old else name, value) for name, value in pairs]


def _valued(name: str, value: str) -> Callable[[Pairs], Pairs]:
    return lambda pairs: [(one, value if one == name else old) for one, old in pairs]


_META: Pairs = [("x-amz-meta-a", "two  blanks"), ("Content-Type", "text/plain")]
_QUERY: Pairs = [("versionId", "a+b/c"), ("a-b", "1"), ("a", "x y"), ("empty", "")]
_TOKEN = {"token": "tok/en+with=signs", "key_id": "ASIAIOSFODNN7EXAMPLE"}

WRONG: list[Wrong] = [
    # ---- the canonical request
    Wrong("signs another method", {"sent_method": "PUT"}, {}),
    Wrong("signs the method in lower case", {"method": "get", "sent_method": "GET"}, {"method": "GET"}),
    Wrong("encodes the path twice", {"path_in_request": lambda p: quote(p, safe="/-._~")}, {}),
    Wrong("leaves the path raw", {"path_in_request": lambda _: "/a folder/ü+1.txt"}, {}),
    Wrong("signs the path without its slash", {"path_in_request": lambda p: p[1:]}, {}),
    Wrong("signs the bucket in the path of a virtual host", {"path_in_request": lambda p: "/examplebucket" + p}, {}),
    Wrong("signs lower-case escapes", {"path_in_request": lambda p: p.replace("%C3%BC", "%c3%bc")}, {}),
    Wrong("writes a plus for a blank in the path", {"path_in_request": lambda p: p.replace("%20", "+")}, {}),
    Wrong("encodes the slash in the path", {"path_in_request": lambda p: "/" + p[1:].replace("/", "%2F")}, {}),
    Wrong("resolves double slashes", {"path_in_request": lambda p: p.replace("//", "/")}, {"key": "a//b"}),
    Wrong("resolves dot segments", {"path_in_request": lambda p: p.replace("/b/../", "/")}, {"key": "a/b/../c"}),
    Wrong("leaves the query unsorted", {"sort": list}, {"query": _QUERY}),
    Wrong("sorts name=value texts", {"sort": lambda ps: sorted(ps, key="=".join)}, {"query": _QUERY}),
    Wrong(
        "signs a plus for a blank in the query",
        {"signed_query": lambda ps: [(n, v.replace("%20", "+")) for n, v in ps]},
        {"query": _QUERY},
    ),
    Wrong("leaves / in the signed query", {"signed_query": lambda ps: [(n, v.replace("%2F", "/")) for n, v in ps]}, {}),
    Wrong("signs the query without X-Amz-Expires", {"signed_query": _without("X-Amz-Expires")}, {}),
    Wrong("signs no empty parameters", {"signed_query": lambda ps: [p for p in ps if p[1]]}, {"query": _QUERY}),
    Wrong("signs own parameters not", {"signed_query": _without("versionId")}, {"query": _QUERY}),
    Wrong("appends the token unsigned", {"signed_query": _without("X-Amz-Security-Token")}, _TOKEN),
    Wrong("signs header names as written", {"header_name": str}, {"headers": _META}),
    Wrong("keeps runs of blanks", {"header_value": str}, {"headers": _META}),
    Wrong("signs header values in lower case", {"header_value": str.lower}, {"headers": [("x-amz-meta-a", "Big")]}),
    Wrong("sorts headers not", {"sort_headers": list}, {"headers": [("x-amz-meta-a", "1")]}),
    Wrong("lists a header it does not sign", {"names": lambda ns: sorted([*ns, "range"]),
          "sent_headers": lambda h: {**h, "range": "bytes=0-1"}}, {}),
    Wrong("lists headers unsorted", {"names": lambda ns: ns[::-1]}, {"headers": _META}),
    Wrong("lists headers with commas", {"names": lambda ns: [",".join(ns)]}, {"headers": _META}),
    Wrong("lists no host", {"names": lambda ns: [n for n in ns if n != "host"]}, {"headers": _META}),
    Wrong("signs the host with its scheme's port", {"host_in_request": lambda h: h + ":443"}, {}),
    Wrong("signs the host without its port", {"host_in_request": lambda h: h.partition(":")[0]},
          {"host": "localhost:9000"}),
    Wrong("signs the host in upper case", {"host_in_request": str.upper}, {}),
    Wrong("signs another host", {"host_in_request": lambda _: "s3.amazonaws.com"}, {}),
    Wrong("signs the hash of nothing", {"payload": EMPTY}, {}),
    Wrong("signs no payload line", {"payload": ""}, {}),
    Wrong("ends lines with CR LF", {"canonical": lambda text: text.replace("\n", "\r\n")}, {}),
    Wrong("leaves out the empty line", {"canonical": lambda text: text.replace("\n\n", "\n")}, {}),
    Wrong("ends the request with a line break", {"canonical": lambda text: text + "\n"}, {}),
    # ---- the string to sign
    Wrong("signs with another algorithm's name", {"algorithm_in_string": "AWS4-HMAC-SHA512"}, {}),
    Wrong("signs the day for the time", {"time_in_string": TIME[:8]}, {}),
    Wrong("signs another time", {"time_in_string": "20260102T140501Z"}, {}),
    Wrong("hashes with SHA-1", {"digest": lambda text: hashlib.sha1(text.encode()).hexdigest()}, {}),
    Wrong("writes the hash in upper case", {"digest": lambda t: hashlib.sha256(t.encode()).hexdigest().upper()}, {}),
    Wrong("signs the request itself", {"digest": str}, {}),
    Wrong("ends the string with a line break", {"string": lambda text: text + "\n"}, {}),
    # ---- the signing key
    Wrong("has another secret", {"secret": SECRET[:-1]}, {}),
    Wrong("has a blank behind its secret", {"secret": SECRET + " "}, {}),
    Wrong("leaves out AWS4", {"prefix": ""}, {}),
    Wrong("derives the key for another region", {"key_parts": lambda ps: [ps[0], "us-east-1", *ps[2:]]}, {}),
    Wrong("derives the key for another service", {"key_parts": lambda ps: [*ps[:2], "sts", ps[3]]}, {}),
    Wrong("derives the key for another day", {"key_parts": lambda ps: ["20260101", *ps[1:]]}, {}),
    Wrong("derives the key without its last step", {"key_parts": lambda ps: ps[:3]}, {}),
    Wrong("derives the key in another order", {"key_parts": lambda ps: ps[::-1]}, {}),
    Wrong("goes on with keys in hex", {"key_as_hex": True}, {}),
    # ---- the scope and the life
    Wrong("scopes to another day", {"scope": "20260101/eu-west-1/s3/aws4_request"}, {}),
    Wrong("scopes to another service", {"service": "sts"}, {}),
    Wrong("ends the scope in other words", {"scope": "20260102/eu-west-1/s3/aws4"}, {}),
    Wrong("lives too long", {"expires": "604801"}, {}),
    Wrong("lives not at all", {"expires": "0"}, {}),
    Wrong("lives negatively", {"expires": "-900"}, {}),
    Wrong("lives a fraction", {"expires": "900.5"}, {}),
    Wrong("lives in Arabic digits", {"expires": "٩٠٠"}, {}),
    Wrong("lives with a sign", {"expires": "+900"}, {}),
    Wrong("lives by the clock", {"expires": "1:00:00"}, {}),
    Wrong("has no lifetime", {"written": _without("X-Amz-Expires"), "signed_query": _without("X-Amz-Expires")}, {}),
    Wrong("dates by another format", {"time": "2026-01-02T14:05:00Z"}, {}),
    Wrong("uses an algorithm that nobody knows", {"algorithm": "AWS4-HMAC-SHA512"}, {}),
    # ---- the URL
    Wrong("writes the signature in upper case", {"signature": str.upper}, {}),
    Wrong("cuts the signature", {"signature": lambda s: s[:-1]}, {}),
    Wrong("writes the signature in base64", {"signature": lambda s: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="}, {}),
    Wrong("writes parameters in lower case",
          {"written": _renamed("X-Amz-Date", "x-amz-date"), "signed_query": _renamed("X-Amz-Date", "x-amz-date")}, {}),
    Wrong("writes a parameter twice",
          {"written": lambda ps: [*ps, ("X-Amz-Date", TIME)], "signed_query": lambda ps: [*ps, ("X-Amz-Date", TIME)]}, {}),
    Wrong("adds a parameter after signing", {"written": lambda ps: [*ps, ("utm_source", "mail")]}, {}),
    Wrong("changes the lifetime after signing", {"written": _valued("X-Amz-Expires", "604800")}, {}),
    Wrong("writes another path than it signs", {"path_in_url": lambda p: p + "x"}, {}),
    Wrong("drops the token", {"written": _without("X-Amz-Security-Token")}, _TOKEN),
    Wrong("changes the token", {"written": _valued("X-Amz-Security-Token", "other")}, _TOKEN),
    Wrong("names the token as S3 Express does", {"token_name": "X-Amz-S3session-Token"}, _TOKEN),
    Wrong("signs with a token it should not have", {"token": "stray"}, {}),
    Wrong("escapes for HTML", {"url": lambda u: u.replace("&", "&amp;")}, {}),
    Wrong("encodes the URL twice", {"url": lambda u: u.replace("%", "%25")}, {}),
    Wrong("drops a signed header", {"sent_headers": lambda h: {}}, {"headers": _META}),
    Wrong("sends another header value", {"sent_headers": lambda h: {**h, "Content-Type": "text/html"}}, {"headers": _META}),
    Wrong("sends an unsigned x-amz header", {"sent_headers": lambda h: {**h, "x-amz-acl": "public-read"}}, {}),
    Wrong("sends an unsigned Content-MD5", {"sent_headers": lambda h: {**h, "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}}, {}),
    Wrong("sends Authorization too", {"sent_headers": lambda h: {**h, "Authorization": "AWS4-HMAC-SHA256 x"}}, {}),
]  # fmt: skip

_OF_REGIONS: Callable[[Pairs], Pairs] = _without("X-Amz-Region-Set")


def _raw(signature: bytes) -> str:
    r, s = utils.decode_dss_signature(signature)
    return f"{r:064x}{s:064x}"


WRONG_FOR_REGIONS: list[Wrong] = [
    # ---- the region set and the scope
    Wrong("names a region in the scope", {"scope": "20260102/eu-west-1/s3/aws4_request"}, {}),
    Wrong("has no region set", {"written": _OF_REGIONS, "signed_query": _OF_REGIONS}, {}),
    Wrong("has an empty region set", {"region_set": ""}, {}),
    Wrong("signs the region set not", {"signed_query": _OF_REGIONS}, {}),
    Wrong("widens the region set after signing", {"written": _valued("X-Amz-Region-Set", "%2A")}, {}),
    Wrong("writes the region set in lower case", {"written": _renamed("X-Amz-Region-Set", "x-amz-region-set"),
          "signed_query": _renamed("X-Amz-Region-Set", "x-amz-region-set")}, {}),
    Wrong("sends the region set as a header too", {"sent_headers": lambda h: {**h, "x-amz-region-set": "*"}}, {}),
    Wrong("scopes to another day", {"scope": "20260101/s3/aws4_request"}, {}),
    Wrong("scopes to another service", {"scope": "20260102/sts/aws4_request"}, {}),
    # ---- the string to sign
    Wrong("signs with SigV4's name", {"algorithm_in_string": "AWS4-HMAC-SHA256"}, {}),
    Wrong("says SigV4", {"algorithm": "AWS4-HMAC-SHA256"}, {}),
    Wrong("signs another time", {"time_in_string": "20260102T140501Z"}, {}),
    Wrong("signs another method", {"sent_method": "PUT"}, {}),
    Wrong("encodes the path twice", {"path_in_request": lambda p: quote(p, safe="/-._~")}, {}),
    # ---- the key pair
    Wrong("signs with SigV4's HMAC", {"sign": None}, {}),
    Wrong("has another secret", {"secret": SECRET[:-1]}, {}),
    Wrong("derives the key with SigV4's prefix", {"prefix": "AWS4"}, {}),
    Wrong("derives the key for SigV4's name", {"label": "AWS4-HMAC-SHA256"}, {}),
    Wrong("derives the key for another id", {"id_in_key": "ASIAIOSFODNN7EXAMPLE"}, {}),
    Wrong("counts from nought", {"counter": 0}, {}),
    Wrong("counts on from two", {"counter": 2}, {}),
    Wrong("gives the key's length in bytes", {"length": 32}, {}),
    Wrong("takes the candidate as it is", {"scalar": int}, {}),
    Wrong("takes the candidate modulo the order", {"scalar": lambda c: c % (ORDER - 1)}, {}),
    Wrong("signs on another curve", {"curve": ec.SECP256K1()}, {}),
    # ---- the signature
    Wrong("hashes the string with SHA-384", {"hashing": hashes.SHA384()}, {}),
    Wrong("hashes the string twice", {"signed_text": lambda t: hashlib.sha256(t.encode()).digest()}, {}),
    Wrong("exchanges r and s", {"numbers": lambda r, s: (s, r)}, {}),
    Wrong("adds the order to r", {"numbers": lambda r, s: (r + ORDER, s)}, {}),
    Wrong("adds the order to s", {"numbers": lambda r, s: (r, s + ORDER)}, {}),
    Wrong("signs with nought", {"numbers": lambda r, s: (0, 0)}, {}),
    Wrong("writes r and s without DER", {"written_as": _raw}, {}),
    Wrong("writes lengths in the long form", {"der": lambda b: b"\x30\x81" + b[1:]}, {}),
    Wrong("writes a byte behind the signature", {"der": lambda b: b + b"\0"}, {}),
    Wrong("pads the signature with stars, as a chunk's", {"signature": lambda s: s.ljust(144, "*") + "*"}, {}),
    Wrong("writes the signature in upper case", {"signature": str.upper}, {}),
    Wrong("writes the signature in base64", {"written_as": lambda b: base64.b64encode(b).decode()}, {}),
    Wrong("cuts the signature", {"signature": lambda s: s[:-2]}, {}),
    Wrong("has no signature", {"signature": lambda s: ""}, {}),
    # ---- the token
    Wrong("drops the token", {"written": _without("X-Amz-Security-Token")}, _TOKEN),
    Wrong("changes the token", {"written": _valued("X-Amz-Security-Token", "other")}, _TOKEN),
    Wrong("appends the token unsigned", {"signed_query": _without("X-Amz-Security-Token")}, _TOKEN),
    Wrong("signs with a token it should not have", {"token": "stray"}, {}),
]  # fmt: skip
