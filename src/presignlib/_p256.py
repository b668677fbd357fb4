"""Arithmetic on the curve P-256 with plain integers, for SigV4a alone.

Who should use it: ``sigv4a``, and nobody else. Python's integers are not constant in
time, so these functions tell a little of their secrets to whoever can measure them
finely, on the same machine. The multiplication makes the same number of additions for
every scalar, which hides what is seen most easily: its length and its zeros.

Points are ``(x, y)`` with None for the point at infinity, or Jacobian triples
``(X, Y, Z)`` that stand for ``(X/Z², Y/Z³)``, where Z is 0 at infinity.

Source: SEC 2, section 2.4.2, "Recommended Parameters secp256r1"; SEC 1, section 4.1,
"Elliptic Curve Digital Signature Algorithm"; for the formulas the Explicit-Formulas
Database, "Jacobian coordinates with a4=-3".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Point: TypeAlias = tuple[int, int]
    Jacobian: TypeAlias = tuple[int, int, int]

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of G
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

_INFINITY = (1, 1, 0)

# A comb cuts 256 bits into 8 teeth of 32, and each tooth into 4 blocks of 8 columns:
# bit ``32 * tooth + 8 * block + column``.
_TEETH, _BLOCKS, _COLUMNS = 8, 4, 8
_COMB = sum([1 << 32 * tooth for tooth in range(_TEETH)])
# Modulo 2**32 - 2 a bit of the comb at 2**(32 * tooth) is 2**tooth, so that the
# remainder gathers eight bits that lie far apart into one digit.
_GATHER = 2**32 - 2


class _Table:
    """Multiples of G: ``blocks[block][digit]`` is ``2**(8 * block) * (1 + digit's teeth) * G``.

    The 1 in each keeps every digit from adding nothing. Summed over blocks and columns
    it comes to ``2**32 - 1``, which ``last`` takes away again: it is
    ``(2**256 - 2**32 + 1) * G``, and has the top bit of a scalar of 257 bits.

    Source: Lim and Lee, "More Flexible Exponentiation with Precomputation".
    """

    __slots__ = ("blocks", "last")

    def __init__(self) -> None:
        power: Jacobian = (*G, 1)
        powers = []
        for exponent in range(256):
            if exponent % _COLUMNS == 0:
                powers.append(power)
            power = _doubled(power)
        bases = _affine([*powers, power])
        points = [bases[block] for block in range(_BLOCKS)]  # of digit 0, then 1, ...
        for tooth in range(_TEETH):
            steps = bases[tooth * _BLOCKS : (tooth + 1) * _BLOCKS]
            points += _sums(points, steps * (len(points) // _BLOCKS))
        self.blocks = [points[block::_BLOCKS] for block in range(_BLOCKS)]
        x, y = bases[_BLOCKS]
        self.last = _affine([_plus(_plus((*bases[-1], 1), (x, P - y)), G)])[0]


_table: _Table | None = None


def times_base(k: int) -> Point | None:
    """Return ``k * G`` for ``0 <= k < N``: 33 additions and 8 doublings for every ``k``."""
    global _table  # noqa: PLW0603 - public points, made by the first who needs them
    if _table is None:
        _table = _Table()
    scalar = _lengthened(k)
    total: Jacobian = _INFINITY
    for column in range(_COLUMNS - 1, -1, -1):
        total = _doubled(total)
        for block, points in enumerate(_table.blocks):
            digit = (scalar >> _COLUMNS * block + column & _COMB) % _GATHER
            total = _plus(total, points[digit])
    total = _plus(total, _table.last)
    return None if total[2] == 0 else _affine([total])[0]


def _lengthened(k: int) -> int:
    """Return ``k + N`` or ``k + 2N``, whichever has 257 bits: the same multiple of G.

    Source: Brumley and Tuveri, "Remote Timing Attacks are Still Practical", section 6.
    """
    longer = k + N
    return longer if longer >> 256 else longer + N


def is_on_curve(point: Point) -> bool:
    """Tell whether ``point`` solves the curve's equation, within the field."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x + 3 * x - B) % P == 0


# ECDSA. A digest is a SHA-256 as an integer; a signature is a pair (r, s).


def sign(private_key: int, digest: int, nonce: int) -> tuple[int, int] | None:
    """Return the signature of ``digest``, or None where this nonce gives none.

    That is once in 2**255 or so. A nonce must be secret and never sign two digests.
    """
    point = times_base(nonce)
    if point is None:
        return None
    r = point[0] % N
    s = pow(nonce, -1, N) * (digest + r * private_key) % N
    return (r, s) if r and s else None


def verify(public_key: Point, digest: int, r: int, s: int) -> bool:
    """Tell whether the owner of ``public_key``, a point on the curve, signed ``digest``."""
    if not (0 < r < N and 0 < s < N and is_on_curve(public_key)):
        return False
    w = pow(s, -1, N)
    ours = times_base(digest * w % N)
    theirs = _times(r * w % N, public_key)
    total = theirs if ours is None else _plus(theirs, ours)
    return total[2] != 0 and _affine([total])[0][0] % N == r


def is_signed_by(private_key: int, digest: int, r: int, s: int, mask: int) -> bool:
    """Tell the same to who holds the private key: the public key's part is a multiple of G too.

    ``mask`` is a scalar that nobody can guess. The multiple that is looked for is the key's
    and numbers' that a stranger chose; it is added up from two that he knows nothing of, lest
    the time it takes tell him the key.
    """
    if not (0 < r < N and 0 < s < N):
        return False
    total = _INFINITY
    for scalar in (mask, (digest + r * private_key) * pow(s, -1, N) - mask):
        point = times_base(scalar % N)
        total = total if point is None else _plus(total, point)
    return total[2] != 0 and _affine([total])[0][0] % N == r


# Adding points


def _times(k: int, point: Point) -> Jacobian:
    """Return ``k * point`` by doubling and adding: for public numbers only."""
    total: Jacobian = _INFINITY
    for bit in f"{k:b}":
        total = _doubled(total)
        if bit == "1":
            total = _plus(total, point)
    return total


def _doubled(point: Jacobian) -> Jacobian:
    x, y, z = point
    delta = z * z % P
    gamma = y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x3 = (alpha * alpha - 8 * beta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % P, 2 * y * z % P


def _plus(left: Jacobian, right: Point) -> Jacobian:
    x1, y1, z1 = left
    x2, y2 = right
    if z1 == 0:
        return x2, y2, 1
    z1z1 = z1 * z1 % P
    h = (x2 * z1z1 - x1) % P
    r = (y2 * z1 * z1z1 - y1) % P
    if h == 0:
        return _INFINITY if r else _doubled(left)
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _sums(left: list[Point], right: list[Point]) -> list[Point]:
    """Return the sums, pair by pair, of points whose sum is not infinity."""
    pairs = list(zip(left, right, strict=True))
    inverses = _inverses([x2 - x1 if x2 != x1 else 2 * y1 for (x1, y1), (x2, _) in pairs])
    sums = []
    for ((x1, y1), (x2, y2)), inverse in zip(pairs, inverses, strict=True):
        slope = (y2 - y1 if x2 != x1 else 3 * (x1 * x1 - 1)) * inverse % P
        x3 = (slope * slope - x1 - x2) % P
        sums.append((x3, (slope * (x1 - x3) - y1) % P))
    return sums


def _affine(points: list[Jacobian]) -> list[Point]:
    """Return Jacobian points, none of them infinity, as ``(x, y)``."""
    inverses = _inverses([z for _, _, z in points])
    return [(x * i * i % P, y * i * i * i % P) for (x, y, _), i in zip(points, inverses, strict=True)]


def _inverses(numbers: list[int]) -> list[int]:
    """Return the inverses modulo P, for the price of one and three products each.

    Source: Montgomery, "Speeding the Pollard and Elliptic Curve Methods of
    Factorization", section 10.3.1.
    """
    products = [1]
    for number in numbers:
        products.append(products[-1] * number % P)
    inverse = pow(products.pop(), -1, P)
    inverses = []
    for number in reversed(numbers):
        inverses.append(inverse * products.pop() % P)
        inverse = inverse * number % P
    return inverses[::-1]
