"""The commands that sign: one URL, one for each key that comes in, a form, an upload in parts."""

from __future__ import annotations

import sys

from . import (
    InvalidInputError,
    presign,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_multipart,
    presign_post,
    presign_put,
)
from ._cli_options import WHERE, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

    from . import PresignedPost, PresignedURL

_OURS = frozenset(
    {"command", "step", "target", "keys", "verb", "url", "output", "null", "upload_id", "number"}
)
_FUNCTIONS: dict[str, Any] = {
    "get": presign_get,
    "head": presign_head,
    "put": presign_put,
    "delete": presign_delete,
}
_WRITERS = {"curl": "as_curl", "fetch": "as_fetch", "httpie": "as_httpie", "python": "as_requests"}
_OF_ONE_REQUEST = ("content_length", "content_md5", "max_parts", "part_number_marker")
_CHUNK = 1 << 16  # bytes read at once, behind which what is written goes out


def run(options: Namespace) -> int:
    """Run a command; its result goes to standard output, the line for people to standard error."""
    command = options.command
    keywords = {name: value for name, value in vars(options).items() if name not in _OURS}
    output = getattr(options, "output", "json" if command == "post" else "url")
    if command == "multipart":
        return _multipart(options, keywords, output)
    if command == "url":
        return _print([presign(options.verb, options.url, **keywords)], output)
    bucket, key = target(options.target)
    if command == "post":
        return _post(presign_post(bucket, key or None, **_mappings(keywords)), output)
    if command == "list":
        return _print([presign_list(bucket, prefix=key or None, **keywords)], output)
    if options.keys is not None:
        return _stream(options, bucket, key, _mappings(keywords), output)
    return _print([_FUNCTIONS[command](bucket, _needed(key), **_mappings(keywords))], output)


def target(text: str) -> tuple[str, str]:
    """Return bucket and key of ``s3://bucket/key``; a bucket may be an ARN, the key is taken as it is."""
    scheme, mark, rest = text.partition("://")
    if scheme != "s3" or not mark:
        raise InvalidInputError("target", "s3://bucket/key")
    if rest.startswith("arn:"):
        from re import DOTALL, match

        # An access point's name is behind a slash, or a colon.
        arn = r"(arn:(?:[^:/]*:){4}(?:outpost[:/][^:/]*[:/])?accesspoint[:/][^:/]+)(?:/(.*))?"
        if found := match(arn, rest, DOTALL):
            return found[1], found[2] or ""
    bucket, _, key = rest.partition("/")
    return bucket, key


def _needed(key: str) -> str:
    if not key:
        raise InvalidInputError("target", "s3://bucket/key")
    return key


def _mappings(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return keywords with the pairs of those that are mappings; a name that repeats is refused."""
    for name in ("metadata", "tags"):
        pairs = keywords.get(name, ())
        if len(dict(pairs)) < len(pairs):
            raise InvalidInputError(name, "given once for each name")
        if pairs:
            keywords[name] = dict(pairs)
    return keywords


# ---- Results


def _print(urls: list[PresignedURL], output: str) -> int:
    for url in urls:
        print(_written(url, output))
    _tell(_until(urls[-1]) + (_to_send(urls[-1]) if output == "url" else ""))
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def _written(url: PresignedURL, output: str) -> str:
    """Return a result on one line."""
    if output == "json":
        from json import dumps

        return dumps(url.to_dict())
    if output == "html":
        return url.as_html().replace("\n", "&#10;")
    return str(getattr(url, _WRITERS[output])() if output in _WRITERS else url)


def _until(url: PresignedURL) -> str:
    ends = f"valid until {url.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    return {
        "request": ends,
        "credentials": f"{ends}, limited by credentials",
        "unknown": f"{ends} at the latest: when the session token ends is not known",
    }[url.limited_by]


def _to_send(url: PresignedURL) -> str:
    """Return what a holder of the bare URL has to know besides."""
    headers = url.to_dict()["headers"]  # where a customer's key is hidden
    return (
        f"; has to be sent with {', '.join([f'{name}: {headers[name]}' for name in headers])}"
        if headers
        else ""
    )


def _post(post: PresignedPost, output: str) -> int:
    from json import dumps

    texts = {"json": lambda: dumps(post), "url": lambda: post["url"], "html": post.as_form}
    print(texts.get(output, post.as_curl if output == "curl" else post.as_fetch)())
    _tell(f"valid until {post.expires_at:%Y-%m-%d %H:%M:%S} UTC")
    return 0


# ---- Uploads in parts


def _multipart(options: Namespace, keywords: dict[str, Any], output: str) -> int:
    bucket, key = target(options.target)
    step, parts = options.step.replace("-", "_"), keywords.pop("parts", None)
    own = {n: keywords.pop(n) for n in [*keywords] if n in _OF_ONE_REQUEST or n.startswith("checksum_")}
    upload = presign_multipart(bucket, _needed(key), **_mappings(keywords))
    if step == "parse_id":
        print(upload.parse_upload_id(sys.stdin.buffer.read()))
        return 0
    if step == "body":
        print(
            upload.complete_body(dict(parts or _parts_of(sys.stdin.buffer.read().decode("utf-8", "replace"))))
        )
        return 0
    if step == "create":
        return _print([upload.create()], output)
    if step == "part":
        return _print([upload.part(options.upload_id, number, **own) for number in options.number], output)
    return _print([getattr(upload, step)(options.upload_id, **own)], output)


def _parts_of(text: str) -> Iterator[tuple[int, str]]:
    for line in filter(None, map(str.strip, text.splitlines())):
        number, _, etag = line.partition(" ")
        if not (number.isascii() and number.isdigit()):
            raise InvalidInputError("standard input", "lines of a part's number and its ETag")
        yield int(number), etag.strip()


# ---- Many keys


def _stream(options: Namespace, bucket: str, prefix: str, keywords: dict[str, Any], output: str) -> int:
    """Write one result for each key that comes in, and tell how many and until when."""
    from . import Presigner

    command = options.command
    keywords = {"expires": "5m" if command == "delete" else "15m", **keywords}
    where = {name: keywords.pop(name) for name in WHERE & keywords.keys()}
    presigner = Presigner(expires=keywords.pop("expires"), **where)
    keys = _Keys(sys.stdin.buffer, b"\0" if hasattr(options, "null") else b"\n", prefix)

    sign = getattr(presigner, command)

    def written(key: str) -> str:
        return _written(sign(bucket, key, **keywords), output)

    fast = command == "get" and output == "url"
    results: Any = presigner.get_many(bucket, keys, **keywords) if fast else map(written, keys)
    failed = _write(results, keys, command)
    sys.stdout.flush()
    signed = keys.seen - failed
    last = f", the last {_until(sign(bucket, 'k', **keywords))}" if signed else ""
    _tell(f"{signed:,} URL{'s' * (signed != 1)}{last}")
    return 2 if failed else 0


def _write(results: Iterator[str], keys: _Keys, command: str) -> int:
    """Write results, each on a line; return how many keys could not be signed, which are told by their line.

    ``results`` goes on behind a key that has raised, as a batch and ``map`` do.
    """
    write, failed = sys.stdout.write, 0
    while True:
        try:
            for result in results:
                write(f"{result}\n")
            break
        except InvalidInputError as error:
            if error.field != "key":
                raise
            failed += 1
            keys.clear()
            _tell(f"presignlib: line {keys.number}: {told(command, error)}")
    return failed


class _Keys:
    """Keys that come in bytes; ``number`` is the last line's, ``seen`` counts those that were not blank.

    At the end of each chunk that could be read at once, what was written for it goes out,
    so that whoever feeds keys slowly is answered. A terminal sees how far it is.
    """

    def __init__(self, stream: BinaryIO, end: bytes, prefix: str) -> None:
        self.number = self.seen = 0
        self._stream = stream
        self._end = end
        self._prefix = prefix
        self._bar = _Bar(stream) if sys.stderr.isatty() and not sys.stdout.isatty() else None

    def __iter__(self) -> Iterator[str]:
        prefix, is_line = self._prefix, self._end == b"\n"
        for raw in self._records():
            self.number += 1
            line = raw[:-1] if is_line and raw.endswith(b"\r") else raw
            if line:
                self.seen += 1
                yield prefix + line.decode("utf-8", "surrogateescape")

    def _records(self) -> Iterator[bytes]:
        rest = bytearray()  # which grows without copying where a record is long
        while chunk := self._stream.read1(_CHUNK):  # type: ignore[attr-defined]
            rest += chunk
            if self._end in chunk:
                *whole, last = bytes(rest).split(self._end)
                rest = bytearray(last)
                yield from whole
            sys.stdout.flush()
            if self._bar is not None:
                self._bar.show(len(chunk), self.seen)
        self.clear()
        if rest:
            yield bytes(rest)

    def clear(self) -> None:
        """Take the bar away, for a line or for good."""
        if self._bar is not None:
            self._bar.clear()


class _Bar:
    """How far a stream is, on standard error: a bar where its size is known, and the number of URLs."""

    def __init__(self, stream: BinaryIO, clock: Callable[[], float] | None = None) -> None:
        from os import fstat
        from time import monotonic

        self._clock = clock or monotonic
        self._start = self._shown = self._clock()
        self._read = 0
        try:
            self._size = fstat(stream.fileno()).st_size  # 0 of a pipe
        except OSError:
            self._size = 0

    def show(self, size: int, count: int) -> None:
        """Show that ``size`` more bytes were read, and ``count`` URLs made; ten times a second."""
        self._read += size
        now = self._clock()
        if now - self._shown < 0.1:
            return
        self._shown = now
        part = min(self._read / self._size, 1.0) if self._size else 0.0
        bar = f"[{'#' * int(part * 30):30}] {part:4.0%} " if self._size else ""
        sys.stderr.write(f"\r{bar}{count:,} URLs, {count / (now - self._start):,.0f} a second\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave an empty line."""
        sys.stderr.write("\r\x1b[K")
