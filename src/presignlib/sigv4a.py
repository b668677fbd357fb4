"""SigV4a: AWS's signature for several regions at once, by ECDSA on P-256.

It differs from SigV4 in the algorithm's name, in a scope without region, and in how
the string to sign is signed; the regions stand in ``X-Amz-Region-Set``. Multi-Region
Access Points of S3 take nothing else.

Signing here is not constant in time, because Python's integers are not. Sign where
nobody hostile can measure it: on a machine of your own, not beside others' code. A
signature that was made tells nothing, since nonces are derived and never guessed.

Source: AWS, "Signature Version 4 for API requests", and awslabs/aws-c-auth; for the key
NIST SP 800-108, "KDF in Counter Mode"; for nonces RFC 6979.
"""

from __future__ import annotations

from hashlib import sha256

from ._p256 import N, is_signed_by, sign, times_base
from ._p256 import verify as verify_point
from .sigv4 import encode_path, hmac_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._p256 import Point

ALGORITHM = "AWS4-ECDSA-P256-SHA256"


def credential_scope(date: str, service: str) -> str:
    """Return what a signature is good for; ``date`` is ``YYYYMMDD`` in UTC."""
    return f"{date}/{service}/aws4_request"


def private_key(access_key_id: str, secret_access_key: str) -> int:
    """Derive the private key of a pair of credentials; it is as secret as they are.

    A candidate that is no scalar of the curve is passed over, once in 2**32 times.
    """
    secret = ("AWS4A" + secret_access_key).encode()
    label = b"\0\0\0\1" + ALGORITHM.encode() + b"\0" + access_key_id.encode()
    for counter in range(1, 255):
        candidate = hmac_sha256(secret, label + bytes([counter]) + b"\0\0\1\0")
        number = int.from_bytes(candidate, "big")
        if number <= N - 2:
            return number + 1
    raise ValueError("no counter gives a private key")


def public_key(private: int) -> Point:
    """Return the point on the curve by which others check what ``private`` signs."""
    point = times_base(private)
    if point is None:
        raise ValueError("a private key is from 1 to the curve's order less 1")
    return point


def signature(private: int, text: str) -> str:
    """Return the signature of ``text``, a string to sign, in hex: DER of r and s.

    The same text gives the same signature; other signers' differ from run to run.
    """
    digest = sha256(text.encode()).digest()
    number = int.from_bytes(digest, "big")
    pairs = (sign(private, number, nonce) for nonce in nonces(private, digest))
    return der(*next(filter(None, pairs))).hex()


def nonces(private: int, digest: bytes) -> Iterator[int]:
    """Yield the nonces for a digest, in order; the second is used where the first fails.

    Source: RFC 6979, section 3.2, with HMAC-SHA-256.
    """
    number = int.from_bytes(digest, "big") % N
    seed = private.to_bytes(32, "big") + number.to_bytes(32, "big")
    key, value = bytes(32), b"\1" * 32
    for mark in (b"\0", b"\1"):
        key = hmac_sha256(key, value + mark + seed)
        value = hmac_sha256(key, value)
    while True:
        value = hmac_sha256(key, value)
        nonce = int.from_bytes(value, "big")
        if 0 < nonce < N:
            yield nonce
        key = hmac_sha256(key, value + b"\0")
        value = hmac_sha256(key, value)


def prepare(head: str, tail: str, string: str, private: int, base: str, query: str) -> Callable[[str], str]:
    """Return the function that signs: it takes the rest of a path and gives the URL.

    The parts are those of ``sigv4.prepare``, with the private key for the signing key.
    """
    before, behind = sha256(head.encode()), tail.encode()

    def signed(text: str) -> str:
        text = encode_path(text)
        request = before.copy()
        request.update(text.encode())
        request.update(behind)
        return f"{base}{text}{query}{signature(private, string + request.hexdigest())}"

    return signed


# Verifying


def verify(point: Point, text: str, hex_signature: str) -> bool:
    """Tell whether the owner of a public key signed ``text``, a string to sign."""
    pair = from_der(hex_signature)
    return pair is not None and verify_point(point, _digest(text), *pair)


def is_own(private: int, text: str, hex_signature: str) -> bool:
    """Tell whether ``private`` signed ``text``: as ``verify`` with its public key, and four times as fast.

    Any signature of the key is good, whatever its nonce. What strangers send can be
    checked so: no time that they measure is that of a number they know a part of.
    """
    pair = from_der(hex_signature)
    if pair is None:
        return False
    mask = hmac_sha256(private.to_bytes(32, "big"), (text + hex_signature).encode())
    return is_signed_by(private, _digest(text), *pair, int.from_bytes(mask, "big"))


def _digest(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest(), "big")


# DER: a SEQUENCE (0x30) of two INTEGERs (0x02). Source: ITU-T X.690, sections 8 and 10.

_LONGEST = 144  # hex digits, for two numbers below N


def der(r: int, s: int) -> bytes:
    """Return a signature's two numbers as DER."""
    body = _integer(r) + _integer(s)
    return b"\x30" + bytes([len(body)]) + body


def _integer(number: int) -> bytes:
    raw = number.to_bytes(number.bit_length() // 8 + 1, "big")  # with a zero before a high bit
    return b"\x02" + bytes([len(raw)]) + raw


def from_der(text: str) -> tuple[int, int] | None:
    """Return r and s of a signature in hex, or None where it is not DER to the byte.

    Stars at the end, with which AWS's C library pads, are taken off.
    """
    text = text.rstrip("*")
    if len(text) > _LONGEST or not (text.isascii() and text.isalnum()):
        return None
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    numbers = []
    rest = raw[2:]
    for _ in range(2):
        size = rest[1] if len(rest) > 1 else 0
        numbers.append(int.from_bytes(rest[2 : 2 + size], "big"))
        rest = rest[2 + size :]
    # Made again it has to be the same: DER writes each number in one way alone.
    r, s = numbers
    return (r, s) if der(r, s) == raw else None
