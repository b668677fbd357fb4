"""What is read: objects and parts of them under their conditions, and lists of keys."""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from datetime import datetime, timezone
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import quote

from ._bodies import CHECKSUM
from ._refusals import Refusal
from ._requests import Answer, number_of, xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from . import Store
    from ._objects import Found
    from ._refusals import Element
    from ._requests import Request

    Entry = tuple[str, bool]  # a key, or a common prefix where True

SYSTEM = (
    *("content-type", "cache-control", "content-disposition", "content-encoding", "content-language"),
    "expires",
)
MOST_PARTS = 10_000
_MOST_LISTED = 1_000
_LARGEST = 2**31 - 1
# Whatever an object is, a browser that shows it runs nothing of it and sends nothing on.
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox"


def get_object(store: Store, request: Request) -> Answer:
    """Answer GetObject and HeadObject."""
    found = store.objects.open(request.key)
    if found is None or found.file is None:
        raise Refusal("NoSuchKey", Key=request.key)
    with ExitStack() as stack:
        stack.callback(found.file.close)
        given = _read(request, found)
        if request.method == "GET" and given.status != 304:
            stack.pop_all()
            given.file = found.file
        return given


def _read(request: Request, found: Found) -> Answer:
    headers = {
        "Last-Modified": formatdate(found.modified, usegmt=True),
        "ETag": f'"{found.etag}"',
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }
    if _is_unchanged(request, found):
        return Answer(304, headers)
    headers |= {name.title() if name in SYSTEM else name: text for name, text in found.headers.items()}
    span = _part(request, found) or _range(request, found)
    start, count = span or (0, found.size)
    if span:
        headers["Content-Range"] = f"bytes {start}-{start + count - 1}/{found.size}"
    elif request.options.get("x-amz-checksum-mode") == "ENABLED":
        headers |= {CHECKSUM + kind: value for kind, value in found.about.get("checksums", {}).items()}
    if "partNumber" in request.query and "parts" in found.about:
        headers["x-amz-mp-parts-count"] = str(len(found.about["parts"]))
    headers |= _overrides(request)
    if headers["Content-Type"] != "application/pdf":  # which browsers show in a sandbox of their own
        headers["Content-Security-Policy"] = _SANDBOX
    return Answer(206 if span else 200, headers, start=start, count=count)


def _overrides(request: Request) -> dict[str, str]:
    """Return the headers that the URL asks for: it is signed, so they are."""
    given = {name: request.query.get(f"response-{name}") for name in SYSTEM}
    headers = {name.title(): value for name, value in given.items() if value is not None}
    if not all(value.isprintable() for value in headers.values()):
        raise Refusal("InvalidArgument", "Header value is not printable.", ArgumentName="response-*")
    return headers


def _is_unchanged(request: Request, found: Found) -> bool:
    """Tell whether the client's copy is good. Raises Refusal where its condition fails.

    An ETag wins over a time. Source: RFC 9110, "Precedence of Preconditions".
    """
    match, none = request.fields.get("if-match"), request.fields.get("if-none-match")
    unmodified, since = (
        _instant(request.fields.get(name, "")) for name in ("if-unmodified-since", "if-modified-since")
    )
    if match is not None and not is_named(match, found):
        raise Refusal("PreconditionFailed", Condition="If-Match")
    if match is None and unmodified is not None and found.modified > unmodified:
        raise Refusal("PreconditionFailed", Condition="If-Unmodified-Since")
    if none is not None:
        return is_named(none, found)
    return since is not None and found.modified <= since


def is_named(tags: str, found: Found) -> bool:
    """Tell whether a list of ETags has the object's."""
    listed = [tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")]
    return found.etag in listed or "*" in listed


def _instant(text: str) -> float | None:
    with suppress(ValueError, TypeError, OverflowError):
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    return None


def _range(request: Request, found: Found) -> tuple[int, int] | None:
    """Return the first byte and the number of bytes asked for; None where it is all of them.

    Several ranges are all of them, as S3 has it, and so is what can not be read.
    """
    text, condition = request.fields.get("range", ""), request.fields.get("if-range")
    unit, _, spec = text.partition("=")
    first, dash, last = spec.strip().partition("-")
    digits = first + last
    if unit.strip().lower() != "bytes" or not dash or not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) > 40 or (first and last and int(last) < int(first)):
        return None
    if condition is not None and not is_named(condition, found) and _instant(condition) != found.modified:
        return None
    start = int(first) if first else max(found.size - int(last), 0)
    end = min(int(last), found.size - 1) if first and last else found.size - 1
    if start > end:
        raise Refusal("InvalidRange", RangeRequested=text, ActualObjectSize=found.size)
    return start, end - start + 1


def _part(request: Request, found: Found) -> tuple[int, int] | None:
    text = request.query.get("partNumber")
    if text is None:
        return None
    sizes: list[int] = found.about.get("parts", [found.size])
    number = number_of("partNumber", text, 1, MOST_PARTS)
    if number > len(sizes):
        raise Refusal("InvalidPartNumber", ActualPartCount=len(sizes), PartNumberRequested=number)
    return (sum(sizes[: number - 1]), sizes[number - 1]) if found.size else None


# The bucket


def head_bucket(store: Store, _: Request) -> Answer:
    """Answer HeadBucket."""
    return Answer(200, {"x-amz-bucket-region": store.region})


def list_objects(store: Store, request: Request) -> Answer:
    """Answer ListObjectsV2, and ListObjects where the second is not asked for."""
    query, is_second = request.query, request.query.get("list-type") == "2"
    prefix, delimiter, kind = (query.get(name, "") for name in ("prefix", "delimiter", "encoding-type"))
    text: Callable[[str], str] = quote if kind == "url" else str
    most = number_of("max-keys", query.get("max-keys", "1000"), 0, _LARGEST)
    start = query.get("start-after" if is_second else "marker", "")
    behind = _behind(start, query.get("continuation-token"), None if is_second else delimiter)
    page, last = _page(store.objects.keys(prefix), prefix, delimiter, behind, min(most, _MOST_LISTED))
    entries = [element for name, is_prefix in page for element in _entry(store, name, is_prefix, text)]
    content: list[Element] = [
        ("Name", store.bucket),
        ("Prefix", text(prefix)),
        ("Delimiter", text(delimiter) or None),
        ("MaxKeys", most),
        ("EncodingType", kind or None),
        ("IsTruncated", truth(last is not None)),
    ]
    if is_second:
        content += [
            ("KeyCount", len(entries)),
            ("StartAfter", text(start) or None),
            ("ContinuationToken", query.get("continuation-token")),
            ("NextContinuationToken", last and json.dumps(last).encode().hex()),
        ]
    else:
        content += [("Marker", text(start)), ("NextMarker", last and text(last[0]))]
    return xml("ListBucketResult", content + entries)


def _behind(start: str, token: str | None, delimiter: str | None) -> Entry:
    """Return what a list comes behind; one of the first kind goes on behind a whole prefix."""
    if delimiter is not None:
        return start, bool(delimiter) and start.endswith(delimiter)
    return (start, False) if token is None else _from_token(token)


def _page(
    keys: list[str], prefix: str, delimiter: str, behind: Entry, most: int
) -> tuple[list[Entry], Entry | None]:
    """Return keys and common prefixes, and what the next page comes behind, None at the end."""
    entries: list[Entry] = []
    mark = behind[0].encode()
    for key in keys:
        if key.encode() <= mark or (behind[1] and key.startswith(behind[0])):
            continue
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = (key, False) if end < 0 else (key[: end + len(delimiter)], True)
        if entries and entries[-1] == entry:
            continue
        if len(entries) == most:
            return entries, entries[-1] if entries else None
        entries.append(entry)
    return entries, None


def _entry(store: Store, name: str, is_prefix: bool, text: Callable[[str], str]) -> list[Element]:
    """Return the element of a key or prefix; nothing where the object is gone meanwhile."""
    if is_prefix:
        return [("CommonPrefixes", [("Prefix", text(name))])]
    found = store.objects.look(name)
    if found is None:
        return []
    content: list[Element] = [
        ("Key", text(name)),
        ("LastModified", iso(found.modified)),
        ("ETag", f'"{found.etag}"'),
        ("Size", found.size),
        ("StorageClass", found.headers.get("x-amz-storage-class", "STANDARD")),
    ]
    return [("Contents", content)]


def _from_token(token: str) -> Entry:
    with suppress(ValueError, TypeError):
        name, is_prefix = json.loads(bytes.fromhex(token))
        if isinstance(name, str) and isinstance(is_prefix, bool):
            return name, is_prefix
    said = "The continuation token provided is incorrect"
    raise Refusal("InvalidArgument", said, ArgumentName="continuation-token")


def truth(value: bool) -> str:
    """Return a boolean as XML has it."""
    return "true" if value else "false"


def iso(seconds: float) -> str:
    """Return an instant as S3's XML has it."""
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S.000Z}"
