"""SigV4a's signature against the naive ladder: affine points, bit by bit, no table."""

from __future__ import annotations

from hashlib import sha256
from statistics import quantiles
from time import perf_counter

from presignlib import sigv4a
from presignlib._p256 import G, N, P

from .timing import Ratio
from .workload import ACCESS_KEY_ID, SECRET_ACCESS_KEY

Point = tuple[int, int]
PRIVATE = sigv4a.private_key(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
TEXTS = [f"text {number}" for number in range(20)]


def against_the_ladder(rounds: int) -> Ratio:
    """Return how many times faster a signature is, round by round in turns."""
    for text in TEXTS[:2]:
        if sigv4a.from_der(sigv4a.signature(PRIVATE, text)) != by_ladder(text):
            message = "the two do not sign alike"
            raise ValueError(message)
    ratios = []
    for _ in range(rounds):
        start = perf_counter()
        for text in TEXTS:
            by_ladder(text)
        middle = perf_counter()
        for text in TEXTS:
            sigv4a.signature(PRIVATE, text)
        ratios.append((middle - start) / (perf_counter() - middle))
    low, median, high = quantiles(ratios, n=4)
    return Ratio(median, low, high)


def by_ladder(text: str) -> Point:
    """Return r and s of the signature of ``text``."""
    digest = sha256(text.encode()).digest()
    nonce = next(sigv4a.nonces(PRIVATE, digest))
    r = _ladder(nonce)[0] % N
    return r, pow(nonce, -1, N) * (int.from_bytes(digest, "big") + r * PRIVATE) % N


def _ladder(scalar: int) -> Point:
    total = G
    for bit in f"{scalar:b}"[1:]:
        total = _added(total, total)
        if bit == "1":
            total = _added(total, G)
    return total


def _added(left: Point, right: Point) -> Point:
    (x1, y1), (x2, y2) = left, right
    rise, run = (3 * x1 * x1 - 3, 2 * y1) if left == right else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P
