from __future__ import annotations

import hashlib
import io
from base64 import b64encode

import pytest

from presignlib.testing._bodies import KINDS, Body, Promises, received
from presignlib.testing._refusals import Refusal

BODY = b"123456789"
# The check values of the "Catalogue of parametrised CRC algorithms" (CRC-32/ISO-HDLC,
# CRC-32/ISCSI, CRC-64/NVME), and what hashlib says.
SUMS = {
    "crc32": "cbf43926",
    "crc32c": "e3069283",
    "crc64nvme": "ae8b14860a799888",
    "sha1": hashlib.sha1(BODY).hexdigest(),
    "sha256": hashlib.sha256(BODY).hexdigest(),
}
MD5 = hashlib.md5(BODY).digest()


def base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def take(options: dict[str, str], body: bytes = BODY, least: int = 0, most: int = 99) -> str:
    """Write a body in two pieces; return its MD5."""
    return received(io.BytesIO(), [body[:4], body[4:]], Promises(options), least, most)


def code(options: dict[str, str], body: bytes = BODY, least: int = 0, most: int = 99) -> str:
    with pytest.raises(Refusal) as refused:
        take(options, body, least, most)
    return refused.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_a_checksum_is_that_of_the_body(kind: str) -> None:
    options = {f"x-amz-checksum-{kind}": base64(bytes.fromhex(SUMS[kind]))}
    assert MD5.hex() == take(options)
    assert options == {f"x-amz-checksum-{kind}": text for kind, text in Promises(options).checksums.items()}
    assert "BadDigest" == code(options, b"12345678x")


@pytest.mark.parametrize("value", ["", "????", "AAAA", base64(b"x" * 33)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_checksum_of_another_size_is_refused(kind: str, value: str) -> None:
    assert "InvalidRequest" == code({f"x-amz-checksum-{kind}": value})


def test_one_checksum_is_enough() -> None:
    options = {f"x-amz-checksum-{kind}": base64(bytes.fromhex(SUMS[kind])) for kind in ("sha1", "crc32")}
    assert "InvalidRequest" == code(options)


def test_a_checksum_that_is_announced_has_to_be_there() -> None:
    announced = {"x-amz-sdk-checksum-algorithm": "SHA256"}
    assert "InvalidRequest" == code(announced)
    assert MD5.hex() == take({**announced, "x-amz-checksum-sha256": base64(bytes.fromhex(SUMS["sha256"]))})


def test_an_md5_is_that_of_the_body() -> None:
    assert MD5.hex() == take({"content-md5": base64(MD5)})
    assert ["BadDigest", "InvalidDigest"] == [
        code({"content-md5": base64(md5)}) for md5 in (b"x" * 16, b"x" * 15)
    ]


def test_a_payload_hash_is_that_of_the_body() -> None:
    assert [MD5.hex()] * 2 == [
        take({"x-amz-content-sha256": text}) for text in (SUMS["sha256"], "UNSIGNED-PAYLOAD")
    ]
    assert ["XAmzContentSHA256Mismatch", "XAmzContentSHA256Mismatch", "NotImplemented"] == [
        code({"x-amz-content-sha256": text}) for text in ("0" * 64, "", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    ]


def test_a_size_has_two_bounds() -> None:
    assert [MD5.hex()] * 2 == [take({}, least=least, most=most) for least, most in ((9, 9), (0, 99))]
    assert ["EntityTooSmall", "EntityTooLarge"] == [code({}, least=10), code({}, most=8)]


def test_a_body_gives_what_was_announced_and_no_more() -> None:
    source = io.BytesIO(BODY)
    body = Body(source, 5)
    assert [b"12", b"345", b""] == [body.read(2), body.read(), body.read()]
    assert (b"6789", 0) == (source.read(), body.left)


def test_a_body_that_stops_short_is_refused() -> None:
    body = Body(io.BytesIO(BODY), 10)
    with pytest.raises(Refusal, match="IncompleteBody"):
        list(body)
    assert 1 == body.left


def test_without_a_source_there_is_no_body() -> None:
    assert [] == list(Body(None, 0))
