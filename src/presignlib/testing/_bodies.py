"""Bodies: what an upload's headers promise of it, and forms, read as they come in."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64decode, b64encode
from functools import lru_cache

from ._refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, BinaryIO, Protocol

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
_HEADERS = 8_192  # bytes of one part's headers in a form
_FIELDS = 20_480  # bytes of all fields of a form, as S3 has it


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
_KINDS: dict[str, tuple[int, Callable[[], Hash]]] = {
    "sha256": (32, hashlib.sha256),
    "sha1": (20, lambda: hashlib.sha1(usedforsecurity=False)),
    "crc32": (4, lambda: _Crc(4, zlib.crc32)),
    "crc32c": (4, lambda: _Crc(4, _step(4, 0x82F63B78))),
    "crc64nvme": (8, lambda: _Crc(8, _step(8, 0x9A6C9329AC4BC9B5))),
}


class Promises:
    """What an upload's headers say of its body: hashes, of one or more kinds."""

    def __init__(self, option: Callable[[str], str | None]) -> None:
        self.md5: Hash = hashlib.md5(usedforsecurity=False)
        self._sums: dict[str, Hash] = {}
        self.checksums = self._checksums(option)
        self._content_md5 = option("content-md5")
        if self._content_md5 is not None and _decoded(self._content_md5, 16) is None:
            raise Refusal("InvalidDigest", Content_MD5=self._content_md5)
        said = option("x-amz-content-sha256") or "UNSIGNED-PAYLOAD"
        self._sha256 = None if said == "UNSIGNED-PAYLOAD" else said
        if said.startswith("STREAMING-"):
            raise Refusal("NotImplemented", Header="x-amz-content-sha256")
        if self._sha256 is not None:
            self._sums["payload"] = hashlib.sha256()

    def _checksums(self, option: Callable[[str], str | None]) -> dict[str, str]:
        given = {kind: value for kind in _KINDS if (value := option(CHECKSUM + kind)) is not None}
        if len(given) > 1:
            said = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            raise Refusal("InvalidRequest", said)
        for kind, value in given.items():
            if _decoded(value, _KINDS[kind][0]) is None:
                raise Refusal("InvalidRequest", f"Value for {CHECKSUM}{kind} header is invalid.")
            self._sums[kind] = _KINDS[kind][1]()
        return given

    def update(self, data: bytes) -> None:
        """Take further bytes of the body."""
        for one in (self.md5, *self._sums.values()):
            one.update(data)

    def check(self) -> str:
        """Return the body's MD5 in hex; raise Refusal where it is not the body that was promised."""
        calculated = self.md5.digest()
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


def _decoded(text: str, size: int) -> bytes | None:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if len(raw) == size else None


class Body:
    """A body of known length; what the client still owes is ``left``."""

    def __init__(self, source: Readable, length: int) -> None:
        self._source = source
        self.left = length

    def read(self, count: int = CHUNK) -> bytes:
        """Return at most ``count`` bytes, none at the end. Raises Refusal where it stops short."""
        data = self._source.read(min(count, self.left)) if self.left else b""
        if not data and self.left:
            raise Refusal("IncompleteBody")
        self.left -= len(data)
        return data


class Form:
    """A body of ``multipart/form-data``: the fields in front of the file, and then the file.

    ``fields`` have lower-case names; ``filename`` is the last part of the file's. Fields
    behind the file are ignored, as S3 does.
    """

    def __init__(self, body: Readable, content_type: str) -> None:
        self._body = body
        self._mark = b"\r\n--" + _boundary(content_type)
        self._buffer = b"\r\n"  # so that the first mark is like all others
        self.fields: dict[str, str] = {}
        self.filename = ""
        size = sum(map(len, self._until(_FIELDS)))
        while (name := self._next()) != "file":
            value = b"".join(self._until(_FIELDS - size))
            size += len(value) + len(name)
            try:
                self.fields.setdefault(name, value.decode())
            except UnicodeDecodeError:
                raise _malformed() from None

    def file(self) -> Iterator[bytes]:
        """Give the file's bytes."""
        return self._until(None)

    def _more(self) -> None:
        data = self._body.read(CHUNK)
        if not data:
            raise _malformed()
        self._buffer += data

    def _until(self, most: int | None) -> Iterator[bytes]:
        """Give the bytes up to the next mark, and pass over it."""
        given = 0
        while (end := self._buffer.find(self._mark)) < 0:
            end = max(len(self._buffer) - len(self._mark), 0)
            given += end
            if most is not None and given > most:
                raise Refusal("MaxPostPreDataLengthExceeded")
            yield self._buffer[:end]
            self._buffer = self._buffer[end:]
            self._more()
        if most is not None and given + end > most:
            raise Refusal("MaxPostPreDataLengthExceeded")
        yield self._buffer[:end]
        self._buffer = self._buffer[end + len(self._mark) :]

    def _next(self) -> str:
        """Read the headers of the next part; return its name in lower case."""
        while len(self._buffer) < 2:
            self._more()
        if self._buffer.startswith(b"--"):
            said = "POST requires exactly one file upload per request."
            raise Refusal("InvalidArgument", said, ArgumentName="file", ArgumentValue="0")
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _HEADERS:
                raise _malformed()
            self._more()
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        from email import message_from_bytes

        message = message_from_bytes(head.lstrip(b" \t\r\n"))
        name = message.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise _malformed()
        filename = message.get_filename("")
        self.filename = filename.replace("\\", "/").rpartition("/")[2]
        return name.lower()


def _boundary(content_type: str) -> bytes:
    from email.message import Message

    message = Message()
    message["content-type"] = content_type
    boundary = message.get_boundary()
    if message.get_content_type() != "multipart/form-data" or not boundary or len(boundary) > 70:
        said = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise Refusal("PreconditionFailed", Condition=said)
    return boundary.encode()


def _malformed() -> Refusal:
    return Refusal(
        "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."
    )


def received(file: BinaryIO, chunks: Iterator[bytes], promises: Promises, least: int, most: int) -> str:
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


def checked_policy(text: str, fields: Mapping[str, str], bucket: str, now: float) -> tuple[int, int]:
    """Return the least and the most bytes that a POST policy allows the file.

    ``fields`` are those of the form. Raises Refusal where the policy does not allow them.
    """
    import json
    from datetime import datetime, timezone

    try:
        policy = json.loads(b64decode(text, validate=True).decode())
        expiration, conditions = policy["expiration"], policy["conditions"]
        form = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in expiration else "%Y-%m-%dT%H:%M:%SZ"
        ends_at = datetime.strptime(expiration, form).replace(tzinfo=timezone.utc).timestamp()
        tests = [test for condition in conditions for test in _tests(condition)]
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        raise Refusal("InvalidPolicyDocument", "Invalid Policy: Invalid JSON or condition.") from None
    if now >= ends_at:
        raise _against("Policy expired.")
    values = {**fields, "bucket": bucket}
    least, most = 0, -1
    for operator, name, value in tests:
        if operator == "content-length-range":
            least, most = max(least, name), value if most < 0 else min(most, value)
        elif not _holds(operator, values.get(name), value, name):
            raise _against(f'Policy Condition failed: ["{operator}", "${name}", "{value}"]')
    free = {"x-amz-signature", "file", "policy"} | {name for _, name, _ in tests}
    extra = [name for name in fields if name not in free and not name.startswith("x-ignore-")]
    if extra:
        raise _against("Extra input fields: " + ", ".join(extra))
    return least, most


def _against(said: str) -> Refusal:
    return Refusal("AccessDenied", "Invalid according to Policy: " + said)


def _tests(condition: Any) -> list[tuple[str, Any, Any]]:
    """Return what a condition asks: operator, lower-case name and value; or the sizes."""
    if isinstance(condition, dict):
        condition_list = [["eq", f"${name}", value] for name, value in condition.items()]
        return [test for one in condition_list for test in _tests(one)]
    operator, name, value = condition
    operator = operator.lower()
    if operator == "content-length-range":
        return [(operator, int(name), int(value))]
    if operator not in ("eq", "starts-with") or not isinstance(value, str) or name[:1] != "$":
        raise ValueError
    return [(operator, name[1:].lower(), value)]


def _holds(operator: str, found: str | None, value: str, name: str) -> bool:
    if found is None:
        return False
    if operator == "eq":
        return found == value
    # "Uploads whose Content-Type is a list": each part of it is looked at.
    return all(
        part.strip().startswith(value) for part in (found.split(",") if name == "content-type" else [found])
    )
