"""SigV4a: keys, nonces, signatures and their form."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from presignlib import sigv4, sigv4a
from presignlib._p256 import N, sign

# RFC 6979, section A.2.5: P-256 with SHA-256.
PRIVATE = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
EXAMPLES = {
    "sample": (
        0xA6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60,
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    "test": (
        0xD16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0,
        0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
        0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
    ),
}
ACCESS_KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


# Keys


def test_the_private_key_is_that_of_the_suite() -> None:
    expected = 0x7EFC8C0E65A324242818C5A50C891C6060B6A00717B7BA3CBE3C5D765BE9259C
    assert expected == sigv4a.private_key(ACCESS_KEY_ID, SECRET)


class Kdf:
    """An HMAC that gives these numbers in turn, and keeps the messages it was asked for."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.messages: list[bytes] = []

    def __call__(self, key: bytes, message: bytes) -> bytes:
        assert b"AWS4A" + SECRET.encode() == key
        self.messages.append(message)
        return self.numbers.pop(0).to_bytes(32, "big")


@pytest.mark.parametrize("candidate", [N - 1, N, 2**256 - 1])
def test_a_candidate_that_is_no_scalar_is_passed_over(
    candidate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kdf = Kdf(candidate, candidate, 41)
    monkeypatch.setattr(sigv4a, "hmac_sha256", kdf)
    assert sigv4a.private_key(ACCESS_KEY_ID, SECRET) == 42
    label = b"\0\0\0\x01AWS4-ECDSA-P256-SHA256\0AKIDEXAMPLE"
    assert [label + bytes([counter]) + b"\0\0\1\0" for counter in (1, 2, 3)] == kdf.messages


@pytest.mark.parametrize(("candidate", "private"), [(0, 1), (N - 2, N - 1)])
def test_the_first_and_the_last_scalar_are_keys(
    candidate: int, private: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sigv4a, "hmac_sha256", Kdf(candidate))
    assert private == sigv4a.private_key(ACCESS_KEY_ID, SECRET)


def test_after_254_candidates_there_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    kdf = Kdf(*[N] * 254)
    monkeypatch.setattr(sigv4a, "hmac_sha256", kdf)
    with pytest.raises(ValueError, match="no counter"):
        sigv4a.private_key(ACCESS_KEY_ID, SECRET)
    assert kdf.numbers == []


def test_zero_has_no_public_key() -> None:
    with pytest.raises(ValueError, match="private key"):
        sigv4a.public_key(0)


# Nonces


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_nonce_is_that_of_the_rfc(text: str) -> None:
    nonce = next(sigv4a.nonces(PRIVATE, sha256(text.encode()).digest()))
    assert EXAMPLES[text][0] == nonce


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_signature_is_that_of_the_rfc(text: str) -> None:
    assert EXAMPLES[text][1:] == sigv4a.from_der(sigv4a.signature(PRIVATE, text))


def test_a_nonce_that_is_no_scalar_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bytes, bytes]] = []
    outputs = [bytes(32)] * 4 + [N.to_bytes(32, "big"), b"K" * 32, b"V" * 32, bytes(32), b"K" * 32]
    outputs += [b"V" * 32, (7).to_bytes(32, "big")]

    def scripted(key: bytes, message: bytes) -> bytes:
        asked.append((key, message))
        return outputs[len(asked) - 1]

    monkeypatch.setattr(sigv4a, "hmac_sha256", scripted)
    assert next(sigv4a.nonces(1, bytes(32))) == 7
    assert (bytes(32), N.to_bytes(32, "big") + b"\0") == asked[5]  # section 3.2, step h
    assert (b"K" * 32, N.to_bytes(32, "big")) == asked[6]


def test_a_second_nonce_differs_from_the_first() -> None:
    nonces = sigv4a.nonces(PRIVATE, sha256(b"sample").digest())
    first, second = next(nonces), next(nonces)
    assert first != second
    assert 0 < second < N


def test_where_a_nonce_gives_no_signature_the_next_does(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []

    def refusing_once(private: int, digest: int, nonce: int) -> tuple[int, int] | None:
        used.append(nonce)
        return None if len(used) == 1 else sign(private, digest, nonce)

    monkeypatch.setattr(sigv4a, "sign", refusing_once)
    signature = sigv4a.signature(PRIVATE, "sample")
    assert sigv4a.is_own(PRIVATE, "sample", signature)
    nonces = sigv4a.nonces(PRIVATE, sha256(b"sample").digest())
    assert [next(nonces), next(nonces)] == used


# Signatures


def test_two_thousand_signatures_verify_by_another_implementation() -> None:
    numbers = random.Random(6979)
    for _ in range(2_000):
        private = numbers.randrange(1, N)
        text = f"text {numbers.getrandbits(64)}"
        key = ec.derive_private_key(private, ec.SECP256R1()).public_key()
        raw = bytes.fromhex(sigv4a.signature(private, text))
        key.verify(raw, text.encode(), ec.ECDSA(hashes.SHA256()))  # raises where it is wrong


def test_signatures_of_another_implementation_verify() -> None:
    numbers = random.Random(25)
    for _ in range(20):
        private = numbers.randrange(1, N)
        key = ec.derive_private_key(private, ec.SECP256R1())
        signature = key.sign(b"text", ec.ECDSA(hashes.SHA256())).hex()
        assert sigv4a.verify(sigv4a.public_key(private), "text", signature)
        assert sigv4a.is_own(private, "text", signature)


def test_a_signature_is_not_one_of_another_text() -> None:
    signature = sigv4a.signature(PRIVATE, "sample")
    assert not sigv4a.verify(sigv4a.public_key(PRIVATE), "sample ", signature)
    assert not sigv4a.is_own(PRIVATE, "sample ", signature)


def test_a_signature_is_not_one_of_another_key() -> None:
    signature = sigv4a.signature(PRIVATE, "sample")
    assert not sigv4a.verify(sigv4a.public_key(PRIVATE + 1), "sample", signature)
    assert not sigv4a.is_own(PRIVATE + 1, "sample", signature)


def test_a_prepared_signer_signs_what_the_steps_sign() -> None:
    scope = sigv4a.credential_scope("20260102", "s3")
    string = sigv4.string_head("20260102T030405Z", scope, sigv4a.ALGORITHM)
    sign = sigv4a.prepare("GET\n/", "\n\nhost:h\n\nhost\nX", string, PRIVATE, "https://h/", "?s=")
    base, _, signature = sign("a b").partition("?s=")
    request = "GET\n/a%20b\n\nhost:h\n\nhost\nX"
    text = sigv4.string_to_sign("20260102T030405Z", scope, request, sigv4a.ALGORITHM)
    assert base == "https://h/a%20b"
    assert sigv4a.signature(PRIVATE, text) == signature


# DER


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((1, 1), "3006020101020101"),
        ((0x7F, 0x80), "300702017f02020080"),
        ((0xFF, 0x100), "3008020200ff02020100"),
        ((N - 1, 1), f"3026022100{N - 1:064x}020101"),
    ],
)
def test_der_writes_numbers_with_a_zero_before_a_high_bit(numbers: tuple[int, int], text: str) -> None:
    assert text == sigv4a.der(*numbers).hex()
    assert numbers == sigv4a.from_der(text)


def test_the_padding_of_awss_c_library_is_taken_off() -> None:
    assert (1, 1) == sigv4a.from_der("3006020101020101****")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "3000",
        "30060201010201",
        "300602010102010",
        "30 06 02 01 01 02 01 01",
        "+006020101020101",
        "3106020101020101",
        "3006030101020101",
        "3007020101020101",
        "300602010102010100",
        "30070202000102010100",
        "300702020001020101",
        "3006020181020101",
        "308106020101020101",
        "30060201010201ff",
        "zz06020101020101",
        "\uff13006020101020101",
        "30ff02ff" + "01" * 255 + "020101",
    ],
)
def test_what_is_not_der_to_the_byte_is_refused(text: str) -> None:
    assert sigv4a.from_der(text) is None


def test_a_signature_that_is_not_der_verifies_nothing() -> None:
    assert not sigv4a.verify(sigv4a.public_key(PRIVATE), "sample", "3006")
    assert not sigv4a.is_own(PRIVATE, "sample", "3006")
