"""The curve: its group law, at its edges too, and ECDSA over it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from presignlib import _p256
from presignlib._p256 import G, N, P, is_on_curve, is_signed_by, sign, times_base, verify

# Scalars at which lengths change, digits of the comb are empty or full, and sums are small.
EDGES = [
    1,
    2,
    3,
    4,
    15,
    16,
    255,
    256,
    2**32 - 1,
    2**32,
    2**32 + 1,
    2**128 - 1,
    2**128,
    2**224 - 1,
    2**224,
    2**255 - 1,
    2**255,
    2**256 - N - 1,
    2**256 - N,
    2**256 - N + 1,
    2**257 - 2 * N - 1,
    2**257 - 2 * N,
    2**257 - 2 * N + 1,
    N // 2,
    N // 2 + 1,
    N - 2**32,
    N - 3,
    N - 2,
    N - 1,
]

# The one scalar whose comb comes to ``last``, the point that is added to it.
MEETS_LAST = 2**257 - 2**33 + 2 - 2 * N


def ladder(k: int) -> tuple[int, int] | None:
    """Return ``k * G`` as slowly and plainly as can be: in affine points, bit by bit."""
    total: tuple[int, int] | None = None
    for bit in f"{k:b}":
        total = added(total, total)
        if bit == "1":
            total = added(total, G)
    return total


def added(left: tuple[int, int] | None, right: tuple[int, int] | None) -> tuple[int, int] | None:
    if left is None or right is None:
        return left or right
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    rise, run = (3 * x1 * x1 - 3, 2 * y1) if left == right else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


@pytest.mark.parametrize("k", [*EDGES, MEETS_LAST])
def test_an_edge_scalar_gives_the_point_of_the_plain_ladder(k: int) -> None:
    assert ladder(k) == times_base(k)


@pytest.mark.parametrize("k", EDGES)
def test_an_edge_scalar_gives_the_point_of_another_implementation(k: int) -> None:
    numbers = ec.derive_private_key(k, ec.SECP256R1()).public_key().public_numbers()
    assert (numbers.x, numbers.y) == times_base(k)


@pytest.mark.parametrize("tooth", range(256))
def test_each_bit_of_the_comb_has_its_point(tooth: int) -> None:
    k = 2**tooth % N
    numbers = ec.derive_private_key(k, ec.SECP256R1()).public_key().public_numbers()
    assert (numbers.x, numbers.y) == times_base(k)


def test_zero_times_the_base_is_infinity() -> None:
    assert times_base(0) is None


def test_every_scalar_is_made_to_have_257_bits() -> None:
    assert {257} == {_p256._lengthened(k).bit_length() for k in [0, *EDGES]}


def test_a_lengthened_scalar_is_the_same_multiple() -> None:
    assert EDGES == [_p256._lengthened(k) % N for k in EDGES]


def test_every_scalar_takes_the_same_number_of_additions(monkeypatch: pytest.MonkeyPatch) -> None:
    times_base(1)  # the table is made once, and not counted
    calls = {"plus": 0, "doubled": 0}
    plus, doubled = _p256._plus, _p256._doubled

    def counted(k: int) -> tuple[int, int]:
        calls.update(plus=0, doubled=0)
        times_base(k)
        return calls["plus"], calls["doubled"]

    def counted_plus(left: tuple[int, int, int], right: tuple[int, int]) -> tuple[int, int, int]:
        calls["plus"] += 1
        return plus(left, right)

    def counted_doubled(point: tuple[int, int, int]) -> tuple[int, int, int]:
        calls["doubled"] += 1
        return doubled(point)

    monkeypatch.setattr(_p256, "_plus", counted_plus)
    monkeypatch.setattr(_p256, "_doubled", counted_doubled)
    assert {(33, 8)} == {counted(k) for k in EDGES}
    assert (33, 9) == counted(MEETS_LAST)  # nobody meets it by chance


def test_no_point_of_the_table_is_added_to_itself_or_to_its_negative() -> None:
    times_base(1)
    assert _p256._table is not None
    points = [point for block in _p256._table.blocks for point in block]
    assert 4 * 256 == len({x for x, _ in points})
    assert all(is_on_curve(point) for point in points)


def test_adding_a_point_to_itself_doubles_it() -> None:
    assert times_base(2) == _p256._affine([_p256._plus((*G, 1), G)])[0]


def test_adding_a_point_to_its_negative_gives_infinity() -> None:
    assert _p256._plus((*G, 1), (G[0], P - G[1]))[2] == 0


def test_adding_a_point_to_infinity_gives_the_point() -> None:
    assert (*G, 1) == _p256._plus((1, 1, 0), G)


def test_infinity_doubled_is_infinity() -> None:
    assert _p256._doubled((1, 1, 0))[2] == 0


def test_the_base_is_on_the_curve() -> None:
    assert is_on_curve(G)


@pytest.mark.parametrize("point", [(0, 0), (G[0], G[1] + 1), (G[0] + P, G[1]), (G[0], G[1] - P)])
def test_what_is_not_on_the_curve_is_told(point: tuple[int, int]) -> None:
    assert not is_on_curve(point)


# ECDSA

PRIVATE = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721  # RFC 6979, A.2.5
PUBLIC = (
    0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
    0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
)
DIGEST = 2**255 + 12345
MASK = 0xA6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60


def test_the_public_key_of_the_rfcs_example() -> None:
    assert PUBLIC == times_base(PRIVATE)


@pytest.mark.parametrize("digest", [0, 1, N - 1, N, N + 1, 2**256 - 1])
def test_what_was_signed_verifies(digest: int) -> None:
    signed = sign(PRIVATE, digest, 987654321)
    assert signed is not None
    assert verify(PUBLIC, digest, *signed)
    assert is_signed_by(PRIVATE, digest, *signed, MASK)


def test_no_nonce_of_zero_signs() -> None:
    assert sign(PRIVATE, DIGEST, 0) is None


def test_a_nonce_that_makes_s_zero_signs_nothing() -> None:
    x, _ = times_base(7) or G
    assert sign(PRIVATE, -x * PRIVATE % N, 7) is None


R, S = sign(PRIVATE, DIGEST, 42) or (0, 0)

# As in Wycheproof: numbers that are out of range, swapped, negated, or those of another text.
WRONG = {
    "another digest": (DIGEST + 1, R, S),
    "r is zero": (DIGEST, 0, S),
    "s is zero": (DIGEST, R, 0),
    "both are zero": (DIGEST, 0, 0),
    "r is the order": (DIGEST, N, S),
    "s is the order": (DIGEST, R, N),
    "r is negative": (DIGEST, R - N, S),
    "s is negative": (DIGEST, R, S - N),
    "r is beyond the order": (DIGEST, R + N, S),
    "s is beyond the order": (DIGEST, R, S + N),
    "r is beyond the field": (DIGEST, R + P, S),
    "r and s are swapped": (DIGEST, S, R),
    "r is one": (DIGEST, 1, S),
    "s is one": (DIGEST, R, 1),
    "r is negated": (DIGEST, N - R, S),
    "r and s are N - 1": (DIGEST, N - 1, N - 1),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_is_refused(wrong: tuple[int, int, int]) -> None:
    assert not verify(PUBLIC, *wrong)
    assert not is_signed_by(PRIVATE, *wrong, MASK)


def test_a_signature_with_s_negated_is_as_good() -> None:
    assert verify(PUBLIC, DIGEST, R, N - S)
    assert is_signed_by(PRIVATE, DIGEST, R, N - S, MASK)


# The signature's multiple is 42: sums of 0 and it, of two equal points, and modulo N.
@pytest.mark.parametrize("mask", [0, 1, 21, 41, 42, 43, N - 1, N, N + 42, 2**256 - 1, MASK])
def test_no_mask_changes_what_is_told(mask: int) -> None:
    assert is_signed_by(PRIVATE, DIGEST, R, S, mask)
    assert not is_signed_by(PRIVATE, DIGEST + 1, R, S, mask)
    assert not is_signed_by(PRIVATE + 1, DIGEST, R, S, mask)


def test_a_digest_of_zero_leaves_the_public_keys_part_alone() -> None:
    r, s = sign(PRIVATE, 0, 11) or (0, 0)
    assert verify(PUBLIC, 0, r, s)


def test_a_sum_that_is_infinity_verifies_nothing() -> None:
    r = 5
    assert not verify(PUBLIC, -r * PRIVATE % N, r, 3)
    assert not is_signed_by(PRIVATE, -r * PRIVATE % N, r, 3, MASK)


def test_a_sum_of_two_equal_points_is_found() -> None:
    x, _ = times_base(2) or G
    r = x % N
    digest = r * PRIVATE % N
    s = digest  # so that both parts are G
    assert verify(PUBLIC, digest, r, s)


def test_a_public_key_off_the_curve_verifies_nothing() -> None:
    assert not verify((PUBLIC[0], PUBLIC[1] + 1), DIGEST, R, S)
