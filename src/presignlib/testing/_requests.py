"""A request as it came, and the answer to it; no socket in sight."""

from __future__ import annotations

from urllib.parse import unquote

from ..errors import MalformedURLError
from ..url_parts import parse_presigned
from ._bodies import Body
from ._refusals import Refusal, document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from ._bodies import Readable
    from ._refusals import Element

_LONGEST_KEY = 1_024  # bytes of UTF-8
# Headers that ask for what the store does not have: better refused than left out.
_BEYOND = (
    *("x-amz-object-lock-", "x-amz-grant-", "x-amz-copy-source", "x-amz-write-offset-bytes", "x-amz-mfa"),
    *("x-amz-bypass-", "x-amz-website-", "x-amz-trailer", "x-amz-expected-bucket-owner", "tagging"),
    "x-amz-server-side-encryption-",
)


class Request:
    """A request: ``target`` is path and query as sent, ``headers`` pairs of name and value.

    ``length`` is that of the body, None where it is not known. ``fields`` has the headers
    by lower-case name; ``options`` has beside them what the query says of ``x-amz-*``,
    which S3 takes for headers. ``path``, ``bucket`` and ``key`` are decoded; the bucket may
    stand in the host, as ``NAME.localhost`` or before any domain where it is ``bucket``.

    Raises Refusal for a target that can not be read.
    """

    def __init__(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        source: Readable | None = None,
        length: int | None = 0,
        bucket: str = "",
    ) -> None:
        self.method = method
        self.target = target
        self.headers = list(headers)
        self.fields: dict[str, str] = {}
        for name, value in self.headers:
            lower = name.lower()
            self.fields[lower] = f"{self.fields[lower]},{value}" if lower in self.fields else value
        self.length = length
        self.body = Body(source, length or 0)
        raw = target.partition("?")[0]
        try:
            self.query = dict(reversed(parse_presigned(target).pairs))  # the first of a name counts
            self.path = unquote(raw, errors="strict")
            self.bucket, self.key = self._address(raw, bucket)
        except (MalformedURLError, UnicodeDecodeError):
            raise Refusal("InvalidURI") from None
        hoisted = {name.lower(): text for name, text in self.query.items()}
        self.options = {
            name: text for name, text in hoisted.items() if name.startswith("x-amz-")
        } | self.fields

    def _address(self, path: str, known: str) -> tuple[str, str]:
        """Return bucket and key: the bucket is in the host, or begins the path."""
        name = self.fields.get("host", "").lower().partition(":")[0]
        if known and name.startswith(known + "."):
            bucket, key = known, path[1:]
        elif name.endswith(".localhost"):
            bucket, key = name.removesuffix(".localhost"), path[1:]
        else:
            bucket, _, key = path[1:].partition("/")
        return unquote(bucket, errors="strict"), unquote(key, errors="strict")

    def check_options(self) -> None:
        """Raise Refusal for a key that is too long, and for what the store does not have."""
        if (size := len(self.key.encode())) > _LONGEST_KEY:
            raise Refusal("KeyTooLongError", Size=size, MaxSizeAllowed=_LONGEST_KEY)
        for name in self.options:
            if name.startswith(_BEYOND):
                raise Refusal("NotImplemented", Header=name)


class Answer:
    """Status and headers, with a body that is bytes, or ``count`` bytes of an open file."""

    def __init__(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        file: BinaryIO | None = None,
        start: int = 0,
        count: int = 0,
    ) -> None:
        self.status = status
        self.headers = headers or {}
        self.body = body
        self.file = file
        self.start = start
        self.count = count or len(body)


def xml(
    root: str, content: Iterable[Element], status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    """Return an XML document as an answer."""
    return Answer(status, {"Content-Type": "application/xml", **(headers or {})}, document(root, content))


def refused(refusal: Refusal, request_id: str = "") -> Answer:
    """Return the answer that a refusal is."""
    headers = {"Content-Type": "application/xml"}
    for name, value in refusal.elements:
        if name == "ActualObjectSize":
            headers["Content-Range"] = f"bytes */{value}"
    return Answer(refusal.status, headers, refusal.document(request_id))


def number_of(name: str, text: str, least: int, most: int) -> int:
    """Return the number that a parameter is. Raises Refusal where it is none, or beyond its bounds."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else -1
    if not least <= number <= most:
        said = f"Argument {name} must be an integer between {least} and {most}"
        raise Refusal("InvalidArgument", said, ArgumentName=name, ArgumentValue=text)
    return number
