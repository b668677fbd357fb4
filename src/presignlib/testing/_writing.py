"""What is written: objects under their conditions, in one piece and in parts."""

from __future__ import annotations

from hashlib import md5
from urllib.parse import parse_qsl, quote

from ._bodies import CHECKSUM, KINDS, Promises, received
from ._reading import MOST_PARTS, SYSTEM, is_named, iso, truth
from ._refusals import Refusal
from ._requests import Answer, number_of, xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from xml.etree.ElementTree import Element as Tag

    from . import Store
    from ._objects import About, Found, Guard
    from ._refusals import Element
    from ._requests import Request

    Wanted = list[tuple[int, dict[str, str]]]  # a part's number, and what is said of it

_LEAST_PART = 5 * 1024**2  # bytes of every part but the last
_MOST_METADATA = 2_048  # bytes of names and values
_LONGEST_XML = 1_048_576
_META = "x-amz-meta-"
_ENCRYPTION = "x-amz-server-side-encryption"
_CLASSES = frozenset(
    {"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER"}
    | {"DEEP_ARCHIVE", "GLACIER_IR"}
)


def put_object(store: Store, request: Request) -> Answer:
    """Answer PutObject. What would be refused in the end is refused before the body comes."""
    about, promises, guard = described(request.options), Promises(request.options), _guard(request)
    _check_length(store, request)
    guard(store.objects.look(request.key))
    with store.objects.new() as file:
        about["etag"] = received(file, request.body, promises, 0, store.max_object_size)
        about["checksums"] = promises.checksums
        store.objects.commit(file, request.key, about, guard)
    return Answer(200, stored_headers(about))


def delete_object(store: Store, request: Request) -> Answer:
    """Answer DeleteObject: what is not there is deleted already."""
    guard = _guard(request)
    store.objects.remove(request.key, lambda found: guard(found) if found else None)
    return Answer(204)


def stored_headers(about: About) -> dict[str, str]:
    """Return the headers that say what was stored."""
    headers = {"ETag": f'"{about["etag"]}"'}
    headers |= {CHECKSUM + kind: value for kind, value in about["checksums"].items()}
    return headers | {name: text for name, text in about["headers"].items() if name == _ENCRYPTION}


def described(options: Mapping[str, str]) -> dict[str, Any]:
    """Return what is kept of an object besides its bytes. Raises Refusal for what S3 refuses."""
    metadata = {name: text for name, text in options.items() if name.startswith(_META)}
    if sum(len(name) - len(_META) + len(text.encode()) for name, text in metadata.items()) > _MOST_METADATA:
        raise Refusal("MetadataTooLarge", MaxSizeAllowed=_MOST_METADATA)
    if options.get("x-amz-acl", "private") not in ("private", "bucket-owner-full-control"):
        raise Refusal("AccessControlListNotSupported")
    storage, encryption = options.get("x-amz-storage-class", "STANDARD"), options.get(_ENCRYPTION)
    if storage not in _CLASSES:
        raise Refusal("InvalidStorageClass", StorageClassRequested=storage)
    if encryption not in (None, "AES256"):
        raise Refusal("NotImplemented", Header=_ENCRYPTION)
    kept = {name: options[name] for name in SYSTEM if name in options}
    headers = {"content-type": "binary/octet-stream", **kept, **metadata}
    headers |= {"x-amz-storage-class": storage} if storage != "STANDARD" else {}
    headers |= {_ENCRYPTION: encryption} if encryption else {}
    if count := _count_tags(options.get("x-amz-tagging", "")):
        headers["x-amz-tagging-count"] = str(count)
    for name, text in headers.items():  # a form can say what no header can
        letters = name.replace("-", "").replace("_", "").replace(".", "")
        if not (text.isprintable() and letters.isascii() and letters.isalnum()):
            raise Refusal("InvalidArgument", "Header value is not printable.", ArgumentName=name)
    return {"headers": headers}


def _count_tags(text: str) -> int:
    tags = parse_qsl(text, keep_blank_values=True)
    if len(tags) > 10:
        raise Refusal("BadRequest", "Object tags cannot be greater than 10")
    if len(dict(tags)) < len(tags) or any(
        not 0 < len(name) <= 128 or len(value) > 256 for name, value in tags
    ):
        said = "Tags are of different keys, 1 to 128 characters each, and values of at most 256."
        raise Refusal("InvalidTag", said)
    return len(tags)


def _check_length(store: Store, request: Request) -> None:
    if request.length is None:
        raise Refusal("MissingContentLength")
    _check_size(store, request.length)


def _check_size(store: Store, size: int) -> None:
    if size > store.max_object_size:
        raise Refusal("EntityTooLarge", ProposedSize=size, MaxSizeAllowed=store.max_object_size)


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
        if match is not None and found is not None and not is_named(match, found):
            raise Refusal("PreconditionFailed", Condition="If-Match")

    return guard


# Uploads in parts


def _upload(store: Store, request: Request) -> tuple[str, About]:
    upload_id = request.query["uploadId"]
    about = store.objects.upload(upload_id, request.key)
    if about is None:
        raise Refusal("NoSuchUpload", UploadId=upload_id)
    return upload_id, about


def create_upload(store: Store, request: Request) -> Answer:
    """Answer CreateMultipartUpload."""
    upload_id = store.objects.begin(request.key, described(request.options))
    return xml("InitiateMultipartUploadResult", [*_target(store, request), ("UploadId", upload_id)])


def put_part(store: Store, request: Request) -> Answer:
    """Answer UploadPart."""
    number = number_of("partNumber", request.query.get("partNumber", ""), 1, MOST_PARTS)
    upload_id, _ = _upload(store, request)
    promises = Promises(request.options)
    _check_length(store, request)
    with store.objects.new() as file:
        etag = received(file, request.body, promises, 0, store.max_object_size)
        about = {"etag": etag, "checksums": promises.checksums, "headers": {}}
        if not store.objects.commit_part(file, upload_id, number, about):
            raise Refusal("NoSuchUpload", UploadId=upload_id)
    return Answer(200, stored_headers(about))


def list_parts(store: Store, request: Request) -> Answer:
    """Answer ListParts."""
    upload_id, about = _upload(store, request)
    most, marker = (
        number_of(name, request.query.get(name, default), 0, 2**31 - 1)
        for name, default in (("max-parts", "1000"), ("part-number-marker", "0"))
    )
    behind = [(number, part) for number, part in store.objects.parts(upload_id).items() if number > marker]
    listed = behind[: min(most, 1_000)]
    content: list[Element] = [
        *_target(store, request),
        ("UploadId", upload_id),
        ("StorageClass", about["headers"].get("x-amz-storage-class", "STANDARD")),
        ("PartNumberMarker", marker),
        ("NextPartNumberMarker", listed[-1][0] if listed else None),
        ("MaxParts", most),
        ("IsTruncated", truth(len(behind) > len(listed))),
    ]
    return xml("ListPartsResult", content + [("Part", _part(number, part)) for number, part in listed])


def _part(number: int, part: About) -> list[Element]:
    when = iso(part["time"] // 1_000_000_000)
    return [
        ("PartNumber", number),
        ("LastModified", when),
        ("ETag", f'"{part["etag"]}"'),
        ("Size", part["size"]),
    ]


def abort_upload(store: Store, request: Request) -> Answer:
    """Answer AbortMultipartUpload."""
    store.objects.end(_upload(store, request)[0])
    return Answer(204)


def complete_upload(store: Store, request: Request) -> Answer:
    """Answer CompleteMultipartUpload: the parts become the object, at once."""
    upload_id, about = _upload(store, request)
    guard = _guard(request)
    for name in request.options:
        if name.startswith((CHECKSUM, "x-amz-mp-object-size")):
            raise Refusal("NotImplemented", Header=name)
    numbers, sizes, digests = _checked_parts(store, upload_id, _wanted(request))
    _check_size(store, sum(sizes))
    etag = f"{md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(numbers)}"
    about |= {"etag": etag, "checksums": {}, "parts": sizes}
    if not store.objects.join(upload_id, numbers, request.key, about, guard):
        raise Refusal("NoSuchUpload", UploadId=upload_id)
    where = ("Location", location(store, request))
    return xml("CompleteMultipartUploadResult", [where, *_target(store, request), ("ETag", f'"{etag}"')])


def _checked_parts(store: Store, upload_id: str, wanted: Wanted) -> tuple[list[int], list[int], list[bytes]]:
    """Return number, size and MD5 of each part. Raises Refusal where one is not the one meant."""
    parts = store.objects.parts(upload_id)
    sizes, digests = [], []
    for number, said in wanted:
        part = parts.get(number, {"etag": None})
        etag = said["ETag"].strip().strip('"')
        sums = {kind: said[name] for kind in KINDS if (name := "Checksum" + kind.upper()) in said}
        if part["etag"] != etag or any(part["checksums"].get(kind) != sums[kind] for kind in sums):
            raise Refusal("InvalidPart", UploadId=upload_id, PartNumber=number, ETag=etag)
        size = part["size"]
        if size < _LEAST_PART and number != wanted[-1][0]:
            least = _LEAST_PART
            raise Refusal(
                "EntityTooSmall", ProposedSize=size, MinSizeAllowed=least, PartNumber=number, ETag=etag
            )
        sizes.append(size)
        digests.append(bytes.fromhex(etag))
    return [number for number, _ in wanted], sizes, digests


def _wanted(request: Request) -> Wanted:
    """Return the parts that the body lists, which is XML that nobody has looked at yet."""
    from xml.etree import ElementTree as ET

    if request.length is None:
        raise Refusal("MissingContentLength")
    body = b"".join(request.body) if request.length <= _LONGEST_XML else b""
    try:
        parser = ET.XMLParser(encoding="utf-8")  # noqa: S314  # a document type, whose entities grow, is refused
        parser.feed(b"" if b"<!" in body else body)
        wanted = [_wanted_part(tag) for tag in parser.close()]
    except (ValueError, KeyError, ET.ParseError):
        raise Refusal("MalformedXML") from None
    numbers = [number for number, _ in wanted]
    if not numbers:
        raise Refusal("MalformedXML")
    if sorted(set(numbers)) != numbers:
        raise Refusal("InvalidPartOrder")
    return wanted


def _wanted_part(tag: Tag) -> tuple[int, dict[str, str]]:
    part = {child.tag.rpartition("}")[2]: child.text or "" for child in tag}
    return int(part["PartNumber"]), {"ETag": part["ETag"], **part}


def _target(store: Store, request: Request) -> list[Element]:
    return [("Bucket", store.bucket), ("Key", request.key)]


def location(store: Store, request: Request) -> str:
    """Return the address of what was stored."""
    return f"http://{request.fields.get('host', '')}/{store.bucket}/{quote(request.key)}"
