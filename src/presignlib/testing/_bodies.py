"""Bodies, and what an upload's headers promise of them."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64decode, b64encode
from functools import lru_cache

from ._refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import BinaryIO, Protocol

    class Hash(Protocol):
        """What sums bytes up."""

        def update(self, data: bytes, /) -> object:
            """Take further bytes."""

        def digest(self) -> bytes:
            """Return the sum."""

    class Readable(Protocol):
        """Where bytes come from."""

        def read(self, count: int, /) -> bytes:
            """Return at most ``count`` bytes, none at the end."""


CHUNK = 1 << 18
CHECKSUM = "x-amz-checksum-"


class _Crc:
    """A cyclic redundancy check, whose bytes come out as S3 writes them."""

    def __init__(self, size: int, step: Callable[[bytes, int], int]) -> None:
        self._size, self._step, self._sum = size, step, 0

    def update(self, data: bytes) -> None:
        self._sum = self._step(data, self._sum)

    def digest(self) -> bytes:
        return self._sum.to_bytes(self._size, "big")


@lru_cache
def _table(polynomial: int) -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)  # noqa: PLW2901
        table.append(value)
    return table


def _step(size: int, polynomial: int) -> Callable[[bytes, int], int]:
    table, ones = _table(polynomial), (1 << 8 * size) - 1

    def step(data: bytes, value: int) -> int:
        value ^= ones
        for byte in data:
            value = table[(value ^ byte) & 255] ^ value >> 8
        return value ^ ones

    return step


# The polynomials of Castagnoli (RFC 3720, appendix B.4) and of NVM Express ("64b CRC"), reflected.
KINDS: dict[str, tuple[int, Callable[[], Hash]]] = {
    "sha256": (32, hashlib.sha256),
    "sha1": (20, lambda: hashlib.sha1(usedforsecurity=False)),
    "crc32": (4, lambda: _Crc(4, zlib.crc32)),
    "crc32c": (4, lambda: _Crc(4, _step(4, 0x82F63B78))),
    "crc64nvme": (8, lambda: _Crc(8, _step(8, 0x9A6C9329AC4BC9B5))),
}


class Promises:
    """What an upload's headers say of its body. Raises Refusal where they can not be read."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._content_md5 = options.get("content-md5")
        if self._content_md5 is not None and _size(self._content_md5) != 16:
            raise Refusal("InvalidDigest", Content_MD5=self._content_md5)
        self.checksums = {kind: options[CHECKSUM + kind] for kind in KINDS if CHECKSUM + kind in options}
        self._check_checksums(options.get("x-amz-sdk-checksum-algorithm", ""))
        said = options.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        if said.startswith("STREAMING-"):
            raise Refusal("NotImplemented", Header="x-amz-content-sha256")
        self._sha256 = None if said == "UNSIGNED-PAYLOAD" else said
        self._sums = {kind: KINDS[kind][1]() for kind in self.checksums}
        self._sums["md5"] = hashlib.md5(usedforsecurity=False)
        if self._sha256 is not None:
            self._sums["payload"] = hashlib.sha256()

    def _check_checksums(self, announced: str) -> None:
        said = ""
        if len(self.checksums) > 1:
            said = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        elif announced and announced.lower() not in self.checksums:
            said = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
            said += "x-amz-trailer headers were found."
        for kind, value in self.checksums.items():
            if _size(value) != KINDS[kind][0]:
                said = said or f"Value for {CHECKSUM}{kind} header is invalid."
        if said:
            raise Refusal("InvalidRequest", said)

    def update(self, data: bytes) -> None:
        """Take further bytes of the body."""
        for one in self._sums.values():
            one.update(data)

    def check(self) -> str:
        """Return the body's MD5 in hex; raise Refusal where it is not the body that was promised."""
        calculated = self._sums["md5"].digest()
        if self._content_md5 is not None and b64decode(self._content_md5) != calculated:
            digest = b64encode(calculated).decode()
            raise Refusal("BadDigest", ExpectedDigest=self._content_md5, CalculatedDigest=digest)
        for kind, value in self.checksums.items():
            if b64decode(value) != self._sums[kind].digest():
                said = f"The {kind.upper()} you specified did not match the calculated checksum."
                raise Refusal("BadDigest", said)
        if self._sha256 is not None:
            found = self._sums["payload"].digest().hex()
            if found != self._sha256:
                raise Refusal(
                    "XAmzContentSHA256Mismatch",
                    ClientComputedContentSHA256=self._sha256,
                    S3ComputedContentSHA256=found,
                )
        return calculated.hex()


def _size(text: str) -> int:
    """Return how many bytes base64 stands for, -1 where it is none."""
    try:
        return len(b64decode(text, validate=True))
    except ValueError:
        return -1


class Body:
    """A body of known length; what the client still owes is ``left``."""

    def __init__(self, source: Readable | None, length: int) -> None:
        self._source = source
        self.left = length

    def read(self, count: int = CHUNK) -> bytes:
        """Return at most ``count`` bytes, none at the end. Raises Refusal where it stops short."""
        data = self._source.read(min(count, self.left)) if self.left and self._source else b""
        if not data and self.left:
            raise Refusal("IncompleteBody")
        self.left -= len(data)
        return data

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read():
            yield data


def received(file: BinaryIO, chunks: Iterable[bytes], promises: Promises, least: int, most: int) -> str:
    """Write a body into a file; return its MD5 in hex. Raises Refusal where it is not as promised."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Refusal("EntityTooLarge", ProposedSize=size, MaxSizeAllowed=most)
        promises.update(chunk)
        file.write(chunk)
    if size < least:
        raise Refusal("EntityTooSmall", ProposedSize=size, MinSizeAllowed=least)
    return promises.check()
