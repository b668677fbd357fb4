"""AWS Signature Version 4 for presigned URLs: the steps of AWS's signing page, each once.

This file stands alone. Copy it into another project, or onto a microcontroller, and
it signs the same bytes: it needs nothing but ``hashlib``, reads no
clock and touches no network. Inside the package, ``presignlib.signing`` checks what
people pass in and calls this file; who wants checked arguments, credentials that are
found for them or S3's many addresses should use the package.

Signing has two steps. :func:`prepare` takes everything but the path and hashes what
can be hashed ahead; the function it returns takes a path and gives the URL. One URL
is prepare and sign once, a million URLs prepare once and sign a million times.

The language is the subset that CPython, PyPy and MicroPython >= 1.25 share: no
``hmac``, no ``typing``, no ``/`` in signatures, and hash objects only through
:func:`_fork`, because MicroPython's can be neither copied nor printed as hex.

Source of all rules: AWS, "Signature Version 4 for API requests", and, for URLs,
Amazon S3 API Reference, "Authenticating requests: using query parameters".
"""

import hashlib

TYPE_CHECKING = False  # type checkers know the name; MicroPython has no typing module
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_PAYLOAD_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SECURITY_TOKEN = "X-Amz-Security-Token"
SIGNATURE = "X-Amz-Signature"

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ZEROS = bytes(64)  # a block of SHA-256, which HMAC fills its key up to

_sha256 = hashlib.sha256
_TRANSLATES = hasattr(b"", "translate")

if _TRANSLATES:
    _translated = bytes.translate
else:  # MicroPython

    def _translated(block: bytes, table: bytes) -> bytes:  # type: ignore[misc]
        return bytes([table[byte] for byte in block])


if hasattr(_sha256(b""), "copy"):

    def _fork(prefix: bytes) -> "Callable[[], hashlib._Hash]":
        """Return a function that makes hash objects which have taken in ``prefix``."""
        return _sha256(prefix).copy

else:  # MicroPython: hash objects have update() and digest(), and nothing else

    class _Hash:
        def __init__(self, prefix: bytes) -> None:
            self._hash = _sha256(prefix)

        def update(self, data: bytes) -> None:
            self._hash.update(data)

        def digest(self) -> bytes:
            return self._hash.digest()

        def hexdigest(self) -> str:
            return self._hash.digest().hex()

    def _fork(prefix: bytes) -> "Callable[[], hashlib._Hash]":
        return lambda: _Hash(prefix)  # type: ignore[return-value]


# A table that leaves what a path may hold as it is and changes every other byte:
# text is plain when translating it gives the very object back, which is what CPython does
# where nothing changes, and the fastest way to ask; what is not known to be plain is
# escaped, and that changes no plain text. The pads of HMAC (RFC 2104) are such tables too.
_PLAIN = bytes([b if b in _UNRESERVED or b == 47 else (b + 1) % 256 for b in range(256)])
_INNER_PAD = bytes([b ^ 0x36 for b in range(256)])
_OUTER_PAD = bytes([b ^ 0x5C for b in range(256)])
# A byte's text in a path; None is a NUL, which no path can carry. Filled ahead where a
# list of 256 costs nothing, on demand where it would take twelve kilobytes of a chip.
_escapes: "list[str | None] | dict[int, str]" = {}
if _TRANSLATES:
    _escapes = ["%%%02X" % b if _PLAIN[b] != b else chr(b) for b in range(256)]
    _escapes[0] = None


# 1. Percent-encoding


def encode_path(text: str) -> str:
    """Return ``text`` percent-encoded as a path: all but ``A-Za-z0-9-._~`` and ``/``.

    Raises ValueError for a NUL and for lone surrogates, which no path can carry.
    """
    raw = text.encode()
    return text if _translated(raw, _PLAIN) is raw else _escape(raw)


def uri_encode(text: str) -> str:
    """Return ``text`` percent-encoded as a query name or value: ``/`` is encoded too."""
    raw = text.encode()
    if _translated(raw, _PLAIN) is not raw:
        text = "%00".join([_escape(part) for part in raw.split(b"\0")])
    return text.replace("/", "%2F")


def _escape(raw: bytes) -> str:
    """Return UTF-8 ``raw`` percent-encoded with upper-case hex, ``/`` kept."""
    if not _TRANSLATES:
        _refuse_surrogates(raw)
    try:
        return "".join([_escapes[byte] for byte in raw])  # type: ignore[misc]
    except (KeyError, TypeError):
        if 0 in raw:
            raise ValueError("a path can not hold a NUL") from None
    for byte in raw:
        _escapes[byte] = "%%%02X" % byte if _PLAIN[byte] != byte else chr(byte)
    return "".join([_escapes[byte] for byte in raw])  # type: ignore[misc]


def _refuse_surrogates(raw: bytes) -> None:
    """Refuse what CPython's ``encode()`` refuses, and MicroPython's lets through."""
    for lead, byte in zip(raw, raw[1:]):
        if lead == 0xED and byte >= 0xA0:
            raise ValueError("text can not hold lone surrogates")


def normalize_path(path: str) -> str:
    """Return ``path`` without empty and dot segments, as all services but S3 sign it.

    A slash at the end stays. Source: RFC 3986, section 5.2.4, "Remove Dot Segments",
    and AWS's test suite for the empty segments.
    """
    kept: "list[str]" = []
    for segment in path.split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment and segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")


# 2. The canonical request


def encode_query(pairs: "Iterable[tuple[str, str]]") -> "list[tuple[str, str]]":
    """Return each pair as its encoded name and its parameter, ``name=value`` encoded."""
    encoded = []
    for name, value in pairs:
        encoded_name = uri_encode(name)
        encoded.append((encoded_name, f"{encoded_name}={uri_encode(value)}"))
    return encoded


def canonical_query(encoded: "Iterable[tuple[str, str]]") -> str:
    """Return encoded parameters as the text that is signed: sorted by name, then value.

    The name is compared before its parameter, because ``-`` sorts before ``=``: by
    parameters alone, ``a-b=1`` would stand before ``a=1``.
    """
    return joined(sorted(encoded))


def joined(encoded: "Iterable[tuple[str, str]]") -> str:
    """Return encoded parameters as the text of a query, in the order given."""
    return "&".join([parameter for _, parameter in encoded])


def canonical_headers(headers: "Iterable[tuple[str, str]]") -> "list[tuple[str, str]]":
    """Return ``(name, value)`` pairs sorted by lower-case name, values folded.

    Values of a name that repeats are joined with a comma, in the order given.
    """
    values: "dict[str, list[str]]" = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(fold(value))
    return [(name, ",".join(values[name])) for name in sorted(values)]


def fold(value: str) -> str:
    """Return a header value without outer blanks and with inner runs as one space.

    Only ASCII blanks count: a no-break space is part of the value.
    """
    for blank in "\t\r\n":
        value = value.replace(blank, " ")
    return " ".join([word for word in value.split(" ") if word])


def signed_headers(canonical: "Iterable[tuple[str, str]]") -> str:
    """Return the names of canonical headers as ``X-Amz-SignedHeaders`` writes them."""
    return ";".join([name for name, _ in canonical])


def canonical_request(
    method: str, path: str, query: str, headers: "list[tuple[str, str]]", payload_hash: str
) -> str:
    """Return the text whose hash is signed; every part is in its canonical form."""
    tail = request_tail(query, headers, signed_headers(headers), payload_hash)
    return method + "\n" + path + tail


def request_tail(query: str, headers: "list[tuple[str, str]]", names: str, payload_hash: str) -> str:
    """Return the canonical request from behind the path to its end.

    ``names`` are the signed headers' names.
    """
    lines = "".join([f"{name}:{value}\n" for name, value in headers])
    return f"\n{query}\n{lines}\n{names}\n{payload_hash}"


# 3. The string to sign


def credential_scope(date: str, region: str, service: str) -> str:
    """Return what a signature is good for; ``date`` is ``YYYYMMDD`` in UTC."""
    return f"{date}/{region}/{service}/aws4_request"


def string_to_sign(timestamp: str, scope: str, request: str, algorithm: str = ALGORITHM) -> str:
    """Return the text that is signed for the canonical request ``request``."""
    request_hash = _sha256(request.encode()).digest().hex()
    return string_head(timestamp, scope, algorithm) + request_hash


def string_head(timestamp: str, scope: str, algorithm: str = ALGORITHM) -> str:
    """Return the string to sign up to the hash of the request."""
    return f"{algorithm}\n{timestamp}\n{scope}\n"


# 4. The signature


def signing_key(secret_access_key: str, date: str, region: str, service: str) -> bytes:
    """Derive the key that signs one day, one region and one service.

    ``date`` is ``YYYYMMDD`` in UTC; the result is 32 raw bytes, as secret as the
    secret access key.

    Source: AWS General Reference, "Calculate the signature for AWS Signature Version 4".
    """
    key = ("AWS4" + secret_access_key).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac_sha256(key, part.encode())
    return key


def signature(key: bytes, text: str) -> str:
    """Return the signature of ``text``, a string to sign, in 64 hex digits."""
    return hmac_sha256(key, text.encode()).hex()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA-256 of ``message``, 32 bytes (RFC 2104)."""
    if len(key) > 64:
        key = _sha256(key).digest()
    block = key + _ZEROS[len(key) :]
    inner = _sha256(_translated(block, _INNER_PAD))
    inner.update(message)
    outer = _sha256(_translated(block, _OUTER_PAD))
    outer.update(inner.digest())
    return outer.digest()


# 5. The URL


def auth_parameters(
    credential: str,
    timestamp: str,
    expires: int,
    names: str,
    session_token: "str | None" = None,
    token_parameter: str = SECURITY_TOKEN,
    algorithm: str = ALGORITHM,
) -> "list[tuple[str, str]]":
    """Return the parameters that authenticate a URL, encoded, all but the signature.

    ``credential`` is the access key id, a slash and the scope; ``expires`` is in
    seconds; ``names`` are the signed headers' names.
    """
    encoded = [
        ("X-Amz-Algorithm", f"X-Amz-Algorithm={algorithm}"),
        ("X-Amz-Credential", f"X-Amz-Credential={uri_encode(credential)}"),
        ("X-Amz-Date", f"X-Amz-Date={timestamp}"),
        ("X-Amz-Expires", f"X-Amz-Expires={expires}"),
        ("X-Amz-SignedHeaders", f"X-Amz-SignedHeaders={uri_encode(names)}"),
    ]
    if session_token is not None:
        encoded.append((token_parameter, f"{token_parameter}={uri_encode(session_token)}"))
    return encoded


def prepare(
    head: str,
    tail: str,
    string: str,
    key: bytes,
    base: str,
    query: str,
) -> "Callable[[str], str]":
    """Return the function that signs: it takes the rest of a path and gives the URL.

    ``head`` and ``tail`` are the canonical request before and behind that rest,
    ``string`` is the string to sign up to the request's hash, ``key`` the signing
    key, 32 bytes. ``base`` is the URL before the rest, ``query`` all that follows it up to the
    signature's value.

    The function raises ValueError for text that no path can carry. It encodes the
    rest once and uses that one text in the request and in the URL: a second encoder
    would sooner or later disagree with the first.
    """
    request_tail = tail.encode()
    block = key + _ZEROS[len(key) :]
    new_request = _fork(head.encode())
    new_message = _fork(_translated(block, _INNER_PAD) + string.encode())
    new_mac = _fork(_translated(block, _OUTER_PAD))

    def sign(text: str) -> str:
        raw = text.encode()
        if _translated(raw, _PLAIN) is not raw:
            text = _escape(raw)
            raw = text.encode()
        request = new_request()
        request.update(raw)
        request.update(request_tail)
        message = new_message()
        message.update(request.hexdigest().encode())
        mac = new_mac()
        mac.update(message.digest())
        return f"{base}{text}{query}{mac.hexdigest()}"

    return sign


def presign(
    method: str,
    url: str,
    path: str,
    access_key_id: str,
    secret_access_key: str,
    region: str,
    timestamp: str,
    expires: int,
    service: str = "s3",
    session_token: "str | None" = None,
    query: "Iterable[tuple[str, str]]" = (),
    headers: "Iterable[tuple[str, str]]" = (),
    payload_hash: str = UNSIGNED_PAYLOAD,
) -> str:
    """Return the presigned URL of one request: the whole of this file in one call.

    ``url`` is scheme, host and any encoded prefix, as ``https://bucket.host`` or
    ``https://host/bucket``; ``path`` the rest, not encoded, beginning with ``/``;
    ``timestamp`` ``YYYYMMDDTHHMMSSZ`` in UTC; ``expires`` seconds. Headers are signed
    and have to be sent with the request. Paths are signed as S3 signs them; for other
    services use the package.
    """
    host, slash, prefix = url.split("://", 1)[1].partition("/")
    signed = canonical_headers([("host", host)] + list(headers))
    date = timestamp[:8]
    scope = credential_scope(date, region, service)
    credential = access_key_id + "/" + scope
    pairs = encode_query(query)
    names = signed_headers(signed)
    pairs += auth_parameters(credential, timestamp, expires, names, session_token)
    sign = prepare(
        method + "\n" + slash + prefix,
        request_tail(canonical_query(pairs), signed, names, payload_hash),
        string_head(timestamp, scope),
        signing_key(secret_access_key, date, region, service),
        url,
        "?" + joined(pairs) + "&" + SIGNATURE + "=",
    )
    return sign(path)
