"""What the store answers: a request in, an answer out, and no socket in sight."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import formatdate, parsedate_to_datetime
from hashlib import md5
from hmac import compare_digest
from secrets import token_hex
from urllib.parse import parse_qsl, quote, unquote

from ..errors import MalformedURLError
from ..sigv4 import signature, signing_key
from ..url_parts import parse_presigned
from ._bodies import CHECKSUM, CHUNK, Body, Form, Promises, checked_policy, received
from ._refusals import Refusal, check_key, check_scope, document, signature_refusal, verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, BinaryIO

    from . import Store
    from ._bodies import Readable
    from ._objects import Found, Guard
    from ._refusals import Element

_LONGEST_KEY = 1_024  # bytes of UTF-8
_LEAST_PART = 5 * 1024**2  # bytes of every part but the last
_MOST_PARTS = 10_000
_MOST_METADATA = 2_048  # bytes
_LONGEST_XML = 1_048_576
_SYSTEM = (
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
)
_CLASSES = frozenset(
    {"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER"}
    | {"DEEP_ARCHIVE", "GLACIER_IR"}
)
_ENCRYPTION = "x-amz-server-side-encryption"
# Headers that ask for what the store does not have: better refused than left out.
_BEYOND = (
    *("x-amz-object-lock-", "x-amz-grant-", "x-amz-copy-source", "x-amz-write-offset-bytes", "x-amz-mfa"),
    *("x-amz-bypass-", "x-amz-website-", "x-amz-trailer", "x-amz-expected-bucket-owner"),
    f"{_ENCRYPTION}-",
)
_SUBRESOURCES = frozenset(
    {"accelerate", "acl", "analytics", "append", "attributes", "cors", "delete", "encryption", "inventory"}
    | {"intelligent-tiering", "legal-hold", "lifecycle", "location", "logging", "metrics", "notification"}
    | {"object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication"}
    | {"requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "uploads"}
    | {"uploadId", "versioning", "versions", "website"}
)
# Whatever an object is, a browser that shows it runs nothing of it and sends nothing on.
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox"
_EXPOSED = "ETag, Content-Range, Content-Length, Last-Modified, x-amz-request-id"


class Request:
    """A request as it came: ``target`` is path and query, ``headers`` names and values.

    ``length`` is that of the body, None where it is not known.
    """

    def __init__(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        source: Readable | None = None,
        length: int | None = None,
    ) -> None:
        self.method = method
        self.target = target
        self.headers = list(headers)
        self.fields: dict[str, str] = {}
        for name, value in self.headers:
            lower = name.lower()
            self.fields[lower] = f"{self.fields[lower]},{value}" if lower in self.fields else value
        self.length = length
        self.body = Body(source, length or 0) if source else None
        self.query: dict[str, str] = {}
        self.path = self.bucket = self.key = ""

    def read_target(self) -> None:
        """Take the target apart. Raises Refusal where it can not be read."""
        try:
            self.query = dict(reversed(parse_presigned(self.target).pairs))
            raw = self.target.partition("?")[0]
            name = self.fields.get("host", "").lower()
            name = name.rpartition(":")[0] if name[-1:].isdigit() and ":" in name else name
            self.path = unquote(raw, errors="strict")
            if name.endswith(".localhost"):
                self.bucket, key = name.removesuffix(".localhost"), raw[1:]
            else:
                self.bucket, _, key = raw[1:].partition("/")
            self.bucket, self.key = unquote(self.bucket), unquote(key, errors="strict")
        except (MalformedURLError, UnicodeDecodeError):
            raise Refusal("InvalidURI") from None

    def option(self, name: str) -> str | None:
        """Return a header; those of ``x-amz-*`` may stand in the query as well, as S3 has it."""
        value = self.fields.get(name)
        if value is None and name.startswith("x-amz-"):
            return next((text for key, text in self.query.items() if key.lower() == name), None)
        return value

    def options(self, prefix: str) -> dict[str, str]:
        """Return the headers that begin with ``prefix``, by lower-case name."""
        both = {**{name.lower(): text for name, text in self.query.items()}, **self.fields}
        return {name: text for name, text in both.items() if name.startswith(prefix)}

    def chunks(self) -> Iterator[bytes]:
        """Give the body piece by piece."""
        while self.body and (data := self.body.read()):
            yield data


class Answer:
    """Status and headers, with a body that is bytes, or ``count`` bytes of a file."""

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
        self.count = len(body) if file is None else count

    def content(self) -> bytes:
        """Return the whole body, and close its file."""
        if self.file is None:
            return self.body
        with self.file as file:
            file.seek(self.start)
            return file.read(self.count)


def _xml(
    root: str, content: Iterable[Element], status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    return Answer(status, {"Content-Type": "application/xml", **(headers or {})}, document(root, content))


def answer(store: Store, request: Request) -> Answer:
    """Return what S3 would answer."""
    request_id = token_hex(8).upper()
    try:
        given = _answered(store, request)
    except Refusal as refusal:
        given = refused(refusal, request_id)
    except PermissionError:
        given = refused(Refusal("AccessDenied"), request_id)
    except (TimeoutError, ConnectionError):
        raise  # the client's, who is slow or gone
    except OSError:
        given = refused(Refusal("InternalError"), request_id)
    given.headers["x-amz-request-id"] = given.headers["x-amz-id-2"] = request_id
    origin = request.fields.get("origin")
    if store.allowed_origins:
        given.headers["Vary"] = "Origin"
    if origin is not None and _is_allowed(store, origin):
        given.headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _EXPOSED}
    return given


def refused(refusal: Refusal, request_id: str = "") -> Answer:
    """Return the answer that a refusal is."""
    headers = {"Content-Type": "application/xml"}
    if refusal.status == 416:
        size = next((value for name, value in refusal.elements if name == "ActualObjectSize"), "*")
        headers["Content-Range"] = f"bytes */{size}"
    return Answer(refusal.status, headers, refusal.document(request_id))


def _answered(store: Store, request: Request) -> Answer:
    request.read_target()
    if request.method == "OPTIONS":
        return _preflight(store, request)
    level = "object" if request.key else "bucket" if request.bucket else "service"
    if (level, request.method) == ("bucket", "POST") and "X-Amz-Signature" not in request.query:
        return _post_form(store, request)
    verify(request, store.credentials, store.region, store.now())
    if level != "service" and request.bucket != store.bucket:
        raise Refusal("NoSuchBucket", BucketName=request.bucket)
    named = sorted(_SUBRESOURCES.intersection(request.query))
    operation = _OPERATIONS.get((level, request.method, *named))
    if operation is None:
        if named or level != "object":
            raise Refusal("NotImplemented", "The store does not have this operation.", ResourceType=level)
        raise Refusal("MethodNotAllowed", Method=request.method, ResourceType=level.upper())
    _check_options(request)
    return operation(store, request)


def _check_options(request: Request) -> None:
    if (size := len(request.key.encode())) > _LONGEST_KEY:
        raise Refusal("KeyTooLongError", Size=size, MaxSizeAllowed=_LONGEST_KEY)
    for name in request.options("x-amz-"):
        if name.startswith(_BEYOND):
            raise Refusal("NotImplemented", Header=name)
    if request.query.get("versionId", "null") != "null":
        raise Refusal("NoSuchVersion", Key=request.key, VersionId=request.query["versionId"])


# Other origins


def _is_allowed(store: Store, origin: str) -> bool:
    return origin in store.allowed_origins or "*" in store.allowed_origins


def _preflight(store: Store, request: Request) -> Answer:
    origin, method = (request.fields.get(name, "") for name in ("origin", "access-control-request-method"))
    if not origin or not method:
        raise Refusal("BadRequest", "Insufficient information. Origin request header needed.")
    if not _is_allowed(store, origin) or method not in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        raise Refusal("AccessForbidden", Method=method, ResourceType="OBJECT")
    headers = {
        "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE",
        "Access-Control-Max-Age": "300",
    }
    if names := request.fields.get("access-control-request-headers"):
        headers["Access-Control-Allow-Headers"] = names
    return Answer(200, headers)


# Reading


def _get_object(store: Store, request: Request) -> Answer:
    found = store.objects.open(request.key)
    if found is None:
        raise Refusal("NoSuchKey", Key=request.key)
    try:
        given = _read(request, found)
    except Refusal:
        found.file.close()
        raise
    if request.method == "HEAD" or given.status == 304:
        found.file.close()
        given.file = None
    return given


def _read(request: Request, found: Found) -> Answer:
    headers = {
        "Last-Modified": formatdate(found.modified, usegmt=True),
        "ETag": f'"{found.etag}"',
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }
    if _unchanged(request, found):
        return Answer(304, headers)
    headers |= {name.title(): text for name, text in found.about["headers"].items() if name in _SYSTEM}
    headers |= {name: text for name, text in found.about["headers"].items() if name not in _SYSTEM}
    span = _part(request, found) or _range(request, found)
    start, count = span or (0, found.size)
    if span:
        headers["Content-Range"] = (
            f"bytes {start}-{start + count - 1}/{found.size}" if found.size else "bytes */0"
        )
    elif request.option("x-amz-checksum-mode") == "ENABLED":
        headers |= {CHECKSUM + kind: value for kind, value in found.about.get("checksums", {}).items()}
    if sizes := "partNumber" in request.query and found.about.get("parts"):
        headers["x-amz-mp-parts-count"] = str(len(sizes))
    headers |= _overrides(request)
    if headers["Content-Type"] != "application/pdf":  # which browsers show in a sandbox of their own
        headers["Content-Security-Policy"] = _SANDBOX
    return Answer(206 if span else 200, headers, b"", found.file, start, count)


def _overrides(request: Request) -> dict[str, str]:
    """Return the headers that a URL asks for: it is signed, so they are."""
    headers = {}
    for name in _SYSTEM:
        value = request.query.get(f"response-{name}")
        if value is not None:
            if not value.isprintable():
                raise Refusal(
                    "InvalidArgument", "Header value is not printable.", ArgumentName=f"response-{name}"
                )
            headers[name.title()] = value
    return headers


def _unchanged(request: Request, found: Found) -> bool:
    """Tell whether the client's copy is good. Raises Refusal where its condition fails.

    An ETag wins over a time. Source: RFC 9110, "Precedence of Preconditions".
    """
    match, unmodified = request.fields.get("if-match"), _instant(request.fields.get("if-unmodified-since"))
    if match is not None and not _names(match, found.etag):
        raise Refusal("PreconditionFailed", Condition="If-Match")
    if match is None and unmodified is not None and found.modified > unmodified:
        raise Refusal("PreconditionFailed", Condition="If-Unmodified-Since")
    none = request.fields.get("if-none-match")
    since = _instant(request.fields.get("if-modified-since"))
    return _names(none, found.etag) if none is not None else since is not None and found.modified <= since


def _names(tags: str, etag: str) -> bool:
    listed = [tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")]
    return etag in listed or "*" in listed


def _instant(text: str | None) -> float | None:
    with suppress(ValueError, TypeError, OverflowError):
        when = parsedate_to_datetime(text or "")
        return (when if when.tzinfo else when.replace(tzinfo=timezone.utc)).timestamp()
    return None


def _range(request: Request, found: Found) -> tuple[int, int] | None:
    """Return the first byte and the number of bytes asked for; None where it is all of them.

    Several ranges are all of them, as S3 has it, and so is what can not be read.
    """
    text, asked = request.fields.get("range", ""), request.fields.get("if-range")
    unit, _, spec = text.partition("=")
    first, dash, last = spec.strip().partition("-")
    digits = first + last
    if unit.strip().lower() != "bytes" or not dash or not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) > 40 or (first and last and int(last) < int(first)):
        return None
    if asked is not None and not _names(asked, found.etag) and _instant(asked) != found.modified:
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
    sizes = found.about.get("parts") or [found.size]
    number = _number("partNumber", text, 1, _MOST_PARTS)
    if number > len(sizes):
        raise Refusal("InvalidPartNumber", ActualPartCount=len(sizes), PartNumberRequested=number)
    return sum(sizes[: number - 1]), sizes[number - 1]


def _number(name: str, text: str, least: int, most: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else -1
    if not least <= number <= most:
        said = f"Argument {name} must be an integer between {least} and {most}"
        raise Refusal("InvalidArgument", said, ArgumentName=name, ArgumentValue=text)
    return number


# Writing


def _put_object(store: Store, request: Request) -> Answer:
    about = _described(request.option, request.options("x-amz-meta-"))
    promises = Promises(request.option)
    guard = _guard(request)
    _check_length(store, request)
    guard_early(store, request, guard)
    with store.objects.new() as file:
        about["etag"] = received(file, request.chunks(), promises, 0, store.max_object_size)
        about["checksums"] = promises.checksums
        store.objects.commit(file, request.key, about, guard)
    return Answer(200, _stored_headers(about))


def guard_early(store: Store, request: Request, guard: Guard) -> None:
    """Refuse before the body comes what would be refused behind it."""
    found = store.objects.open(request.key)
    if found is not None:
        found.file.close()
    guard(found)


def _stored_headers(about: dict[str, Any]) -> dict[str, str]:
    headers = {"ETag": f'"{about["etag"]}"'}
    headers |= {CHECKSUM + kind: value for kind, value in about["checksums"].items()}
    stored = about["headers"]
    return headers | ({_ENCRYPTION: stored[_ENCRYPTION]} if _ENCRYPTION in stored else {})


def _described(option: Callable[[str], str | None], metadata: dict[str, str]) -> dict[str, Any]:
    """Return what is kept of an object besides its bytes. Raises Refusal for what S3 refuses."""
    headers = {name: value for name in _SYSTEM if (value := option(name)) is not None}
    headers.setdefault("content-type", "binary/octet-stream")
    if (
        sum(len(name) - len("x-amz-meta-") + len(text.encode()) for name, text in metadata.items())
        > _MOST_METADATA
    ):
        raise Refusal("MetadataTooLarge", MaxSizeAllowed=_MOST_METADATA)
    headers |= metadata
    if (option("x-amz-acl") or "private") not in ("private", "bucket-owner-full-control"):
        raise Refusal("AccessControlListNotSupported")
    storage = option("x-amz-storage-class") or "STANDARD"
    if storage not in _CLASSES:
        raise Refusal("InvalidStorageClass", StorageClassRequested=storage)
    headers |= {"x-amz-storage-class": storage} if storage != "STANDARD" else {}
    encryption = option(_ENCRYPTION)
    if encryption not in (None, "AES256"):
        raise Refusal("NotImplemented", Header=_ENCRYPTION)
    headers |= {_ENCRYPTION: encryption} if encryption else {}
    if tags := _tags(option("x-amz-tagging") or ""):
        headers["x-amz-tagging-count"] = str(len(tags))
    for name, text in headers.items():  # a form can say what no header can
        if (
            not text.isprintable()
            or not name.isascii()
            or not name.replace("-", "").replace("_", "").isalnum()
        ):
            raise Refusal("InvalidArgument", "Header value is not printable.", ArgumentName=name)
    return {"headers": headers}


def _tags(text: str) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True)
    if len(pairs) > 10:
        raise Refusal("BadRequest", "Object tags cannot be greater than 10")
    tags = dict(pairs)
    if len(tags) < len(pairs) or any(not 0 < len(n) <= 128 or len(v) > 256 for n, v in pairs):
        raise Refusal(
            "InvalidTag",
            "The tags are not of different keys of 1 to 128 characters, and values of up to 256.",
        )
    return tags


def _check_length(store: Store, request: Request) -> None:
    if request.length is None:
        raise Refusal("MissingContentLength")
    if request.length > store.max_object_size:
        raise Refusal("EntityTooLarge", ProposedSize=request.length, MaxSizeAllowed=store.max_object_size)


def _guard(request: Request) -> Guard:
    """Return what looks at the object that is there, and raises where it must not be touched."""
    match, none = request.fields.get("if-match"), request.fields.get("if-none-match")
    if none not in (None, "*"):
        raise Refusal("NotImplemented", Header="If-None-Match")

    def guard(found: Found | None) -> None:
        if none is not None and found is not None:
            raise Refusal("PreconditionFailed", Condition="If-None-Match")
        if match is not None and found is None:
            raise Refusal("NoSuchKey", Key=request.key)
        if match is not None and found is not None and not _names(match, found.etag):
            raise Refusal("PreconditionFailed", Condition="If-Match")

    return guard


def _delete_object(store: Store, request: Request) -> Answer:
    guard = _guard(request)
    store.objects.remove(request.key, lambda found: guard(found) if found else None)
    return Answer(204)


# Uploads in parts


def _upload(store: Store, request: Request) -> tuple[str, dict[str, Any]]:
    upload_id = request.query["uploadId"]
    about = store.objects.upload(upload_id, request.key)
    if about is None:
        raise Refusal("NoSuchUpload", UploadId=upload_id)
    return upload_id, about


def _create_upload(store: Store, request: Request) -> Answer:
    about = _described(request.option, request.options("x-amz-meta-"))
    upload_id = store.objects.begin(request.key, about)
    content = [("Bucket", store.bucket), ("Key", request.key), ("UploadId", upload_id)]
    return _xml("InitiateMultipartUploadResult", content)


def _put_part(store: Store, request: Request) -> Answer:
    number = _number("partNumber", request.query.get("partNumber", ""), 1, _MOST_PARTS)
    upload_id, _ = _upload(store, request)
    promises = Promises(request.option)
    _check_length(store, request)
    with store.objects.new() as file:
        etag = received(file, request.chunks(), promises, 0, store.max_object_size)
        about = {"etag": etag, "checksums": promises.checksums}
        if not store.objects.commit_part(file, upload_id, number, about):
            raise Refusal("NoSuchUpload", UploadId=upload_id)
    return Answer(200, _stored_headers({**about, "headers": {}}))


def _list_parts(store: Store, request: Request) -> Answer:
    upload_id, about = _upload(store, request)
    most = min(_number("max-parts", request.query.get("max-parts", "1000"), 0, 2**31 - 1), 1_000)
    marker = _number("part-number-marker", request.query.get("part-number-marker", "0"), 0, 2**31 - 1)
    behind = [(number, part) for number, part in store.objects.parts(upload_id).items() if number > marker]
    listed = behind[:most]
    content: list[Element] = [
        ("Bucket", store.bucket),
        ("Key", request.key),
        ("UploadId", upload_id),
        ("StorageClass", about["headers"].get("x-amz-storage-class", "STANDARD")),
        ("PartNumberMarker", marker),
        ("NextPartNumberMarker", listed[-1][0] if listed else None),
        ("MaxParts", most),
        ("IsTruncated", _truth(len(behind) > most)),
    ]
    for number, part in listed:
        content.append(
            (
                "Part",
                [
                    ("PartNumber", number),
                    ("LastModified", _iso(part["time"] / 1e9)),
                    ("ETag", f'"{part["etag"]}"'),
                    ("Size", part["size"]),
                ],
            )
        )
    return _xml("ListPartsResult", content)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S.000Z}"


def _abort_upload(store: Store, request: Request) -> Answer:
    store.objects.end(_upload(store, request)[0])
    return Answer(204)


def _complete_upload(store: Store, request: Request) -> Answer:
    upload_id, about = _upload(store, request)
    guard = _guard(request)
    if request.length is None:
        raise Refusal("MissingContentLength")
    wanted = _wanted_parts(_small_body(request))
    parts = store.objects.parts(upload_id)
    for number, etag in wanted:
        if number not in parts or parts[number]["etag"] != etag:
            raise Refusal("InvalidPart", UploadId=upload_id, PartNumber=number, ETag=etag)
    sizes = [parts[number]["size"] for number, _ in wanted]
    for (number, etag), size in list(zip(wanted, sizes, strict=True))[:-1]:
        if size < _LEAST_PART:
            raise Refusal(
                "EntityTooSmall", ProposedSize=size, MinSizeAllowed=_LEAST_PART, PartNumber=number, ETag=etag
            )
    if sum(sizes) > store.max_object_size:
        raise Refusal("EntityTooLarge", ProposedSize=sum(sizes), MaxSizeAllowed=store.max_object_size)
    whole = md5(b"".join([bytes.fromhex(etag) for _, etag in wanted]), usedforsecurity=False).hexdigest()
    etag = f"{whole}-{len(wanted)}"
    with store.objects.new() as file:
        for number, _ in wanted:
            _append(file, store.objects.part(upload_id, number), upload_id)
        stored = {**about, "etag": etag, "checksums": {}, "parts": sizes}
        store.objects.commit(file, request.key, stored, guard)
    store.objects.end(upload_id)
    where = _location(store, request)
    content = [("Location", where), ("Bucket", store.bucket), ("Key", request.key), ("ETag", f'"{etag}"')]
    return _xml("CompleteMultipartUploadResult", content)


def _append(file: BinaryIO, path: str, upload_id: str) -> None:
    try:
        with open(path, "rb") as part:
            while data := part.read(CHUNK):
                file.write(data)
    except FileNotFoundError:  # aborted meanwhile
        raise Refusal("NoSuchUpload", UploadId=upload_id) from None


def _small_body(request: Request) -> bytes:
    if (request.length or 0) > _LONGEST_XML:
        raise Refusal("MalformedXML")
    return b"".join(request.chunks())


def _wanted_parts(body: bytes) -> list[tuple[int, str]]:
    """Return number and ETag of each part, from XML that nobody has looked at yet."""
    from xml.etree import ElementTree as Tree

    try:
        if b"<!" in body:  # a document type, whose entities could grow; XML that S3 takes has none
            raise ValueError
        root = Tree.fromstring(body, Tree.XMLParser(encoding="utf-8"))
        parts = [{child.tag.rpartition("}")[2]: child.text or "" for child in part} for part in root]
        wanted = [(int(part["PartNumber"]), part["ETag"].strip().strip('"').lower()) for part in parts]
    except (ValueError, KeyError, Tree.ParseError):
        raise Refusal("MalformedXML") from None
    if root.tag.rpartition("}")[2] != "CompleteMultipartUpload" or not wanted:
        raise Refusal("MalformedXML")
    if any(first >= second for (first, _), (second, _) in zip(wanted, wanted[1:], strict=False)):
        raise Refusal("InvalidPartOrder")
    return wanted


def _location(store: Store, request: Request, key: str | None = None) -> str:
    return f"http://{request.fields.get('host', '')}/{store.bucket}/{quote(key or request.key)}"


# Forms


def _post_form(store: Store, request: Request) -> Answer:
    if request.bucket != store.bucket:
        raise Refusal("NoSuchBucket", BucketName=request.bucket)
    if request.length is None or request.body is None:
        raise Refusal("MissingContentLength")
    form = Form(request.body, request.fields.get("content-type", ""))
    fields = form.fields
    if "key" not in fields:
        said = "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
        raise Refusal("InvalidArgument", said, ArgumentName="key", ArgumentValue="")
    fields["key"] = request.key = fields["key"].replace("${filename}", form.filename)
    _check_form_signature(store, fields)
    least, most = checked_policy(fields["policy"], fields, store.bucket, store.now().timestamp())
    most = store.max_object_size if most < 0 else min(most, store.max_object_size)
    if not request.key or "\0" in request.key:
        raise Refusal("InvalidArgument", "User key must have a length greater than 0.", ArgumentName="key")
    # A form's fields are an upload's headers under the same names, but for these two.
    options = {**fields, "x-amz-acl": fields.get("acl", "private")}
    request.fields = {"host": request.fields.get("host", "")}
    request.query = {name: text for name, text in options.items() if name.startswith("x-amz-")}
    if "tagging" in fields:
        raise Refusal("NotImplemented", Header="tagging")
    _check_options(request)
    about = _described(options.get, request.options("x-amz-meta-"))
    promises = Promises(options.get)
    with store.objects.new() as file:
        about["etag"] = received(file, form.file(), promises, least, most)
        about["checksums"] = promises.checksums
        store.objects.commit(file, request.key, about, lambda _: None)
    return _posted(store, request, fields, _stored_headers(about))


def _check_form_signature(store: Store, fields: dict[str, str]) -> None:
    if "policy" not in fields:
        raise Refusal("AccessDenied")
    for name in ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"):
        if name.lower() not in fields:
            said = f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields."
            raise Refusal("InvalidArgument", said, ArgumentName=name, ArgumentValue="")
    if fields["x-amz-algorithm"] != "AWS4-HMAC-SHA256":
        raise Refusal("InvalidArgument", 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
    pieces = fields["x-amz-credential"].rsplit("/", 4)
    is_whole = len(pieces) == 5 and pieces[4] == "aws4_request"
    credential = (pieces[0], pieces[1], pieces[2], pieces[3]) if is_whole else None
    refusal = check_scope(credential, fields["x-amz-date"], store.region)
    refusal = refusal or check_key(credential, fields.get("x-amz-security-token"), store.credentials)
    if refusal:
        raise refusal
    ends_at = store.credentials.expires_at
    if ends_at is not None and store.now() >= ends_at:
        raise Refusal("ExpiredToken")
    key = signing_key(store.credentials.secret_access_key, pieces[1], pieces[2], pieces[3])
    given = fields["x-amz-signature"]
    if not compare_digest(signature(key, fields["policy"]).encode(), given.encode()):
        raise signature_refusal(pieces[0], fields["policy"], given)


def _posted(store: Store, request: Request, fields: dict[str, str], headers: dict[str, str]) -> Answer:
    where = _location(store, request)
    target = fields.get("success_action_redirect", fields.get("redirect", ""))
    if target.startswith(("https://", "http://")) and target.isascii() and target.isprintable():
        more = f"bucket={store.bucket}&key={quote(request.key, safe='')}&etag={quote(headers['ETag'])}"
        return Answer(303, {**headers, "Location": f"{target}{'&' if '?' in target else '?'}{more}"})
    status = fields.get("success_action_status")
    if status == "201":
        content = [
            ("Location", where),
            ("Bucket", store.bucket),
            ("Key", request.key),
            ("ETag", headers["ETag"]),
        ]
        return _xml("PostResponse", content, 201, {**headers, "Location": where})
    return Answer(200 if status == "200" else 204, {**headers, "Location": where})


# The bucket


def _head_bucket(store: Store, _: Request) -> Answer:
    return Answer(200, {"x-amz-bucket-region": store.region})


def _list_objects(store: Store, request: Request) -> Answer:
    is_second = request.query.get("list-type") == "2"
    prefix, delimiter = request.query.get("prefix", ""), request.query.get("delimiter", "")
    most = _number("max-keys", request.query.get("max-keys", "1000"), 0, 2**31 - 1)
    token = request.query.get("continuation-token")
    start = request.query.get("start-after" if is_second else "marker", "")
    behind, is_prefix = _from_token(token) if is_second and token is not None else (start, False)
    entries, last = _page(store.objects.keys(prefix), prefix, delimiter, behind, is_prefix, min(most, 1_000))
    encoded: Callable[[str], str] = str
    if request.query.get("encoding-type") == "url":
        encoded = lambda text: quote(text, safe="/~")  # noqa: E731
    content: list[Element] = [
        ("Name", store.bucket),
        ("Prefix", encoded(prefix)),
        ("Delimiter", encoded(delimiter) if delimiter else None),
        ("MaxKeys", most),
        ("EncodingType", request.query.get("encoding-type")),
        ("IsTruncated", _truth(last is not None)),
    ]
    if is_second:
        content += [
            ("KeyCount", len(entries)),
            ("StartAfter", encoded(start) if start else None),
            ("ContinuationToken", token),
            ("NextContinuationToken", last and _to_token(*last)),
        ]
    else:
        content += [("Marker", encoded(start)), ("NextMarker", last and encoded(last[0]))]
    for name, is_common in entries:
        if is_common:
            content.append(("CommonPrefixes", [("Prefix", encoded(name))]))
        elif listed := _listed(store, name, encoded):
            content.append(("Contents", listed))
    return _xml("ListBucketResult", content)


def _page(
    keys: list[str], prefix: str, delimiter: str, behind: str, is_prefix: bool, most: int
) -> tuple[list[tuple[str, bool]], tuple[str, bool] | None]:
    """Return keys and common prefixes, and what the next page comes behind, None at the end."""
    entries: list[tuple[str, bool]] = []
    mark = behind.encode()
    for key in keys:
        if key.encode() <= mark or (is_prefix and key.startswith(behind)):
            continue
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = (key, False) if end < 0 else (key[: end + len(delimiter)], True)
        if entries and entries[-1] == entry:
            continue
        if len(entries) == most:
            return entries, entries[-1] if entries else None
        entries.append(entry)
    return entries, None


def _listed(store: Store, key: str, encoded: Callable[[str], str]) -> list[Element] | None:
    with suppress(OSError):  # gone meanwhile, or not ours to read
        found = store.objects.open(key)
        if found is not None:
            found.file.close()
            return [
                ("Key", encoded(key)),
                ("LastModified", _iso(found.modified)),
                ("ETag", f'"{found.etag}"'),
                ("Size", found.size),
                ("StorageClass", found.about["headers"].get("x-amz-storage-class", "STANDARD")),
            ]
    return None


def _to_token(name: str, is_prefix: bool) -> str:
    return json.dumps([name, is_prefix]).encode().hex()


def _from_token(token: str) -> tuple[str, bool]:
    with suppress(ValueError, TypeError):
        name, is_prefix = json.loads(bytes.fromhex(token))
        if isinstance(name, str) and isinstance(is_prefix, bool):
            return name, is_prefix
    said = "The continuation token provided is incorrect"
    raise Refusal("InvalidArgument", said, ArgumentName="continuation-token")


_OPERATIONS: dict[tuple[str, ...], Callable[[Store, Request], Answer]] = {
    ("object", "GET"): _get_object,
    ("object", "HEAD"): _get_object,
    ("object", "PUT"): _put_object,
    ("object", "DELETE"): _delete_object,
    ("object", "POST", "uploads"): _create_upload,
    ("object", "PUT", "uploadId"): _put_part,
    ("object", "GET", "uploadId"): _list_parts,
    ("object", "POST", "uploadId"): _complete_upload,
    ("object", "DELETE", "uploadId"): _abort_upload,
    ("bucket", "GET"): _list_objects,
    ("bucket", "HEAD"): _head_bucket,
}
