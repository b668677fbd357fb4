"""S3's operations: options become query parameters and headers, and a request.

What bounds an upload is a signed header, which the sender has to send; what must
survive a click is a query parameter. Nothing is added that was not asked for.

Source: Amazon S3 API Reference, the pages of the operations.
"""

from __future__ import annotations

from ._time import http_date, instant_of
from .errors import ActiveContentWarning, ClientRewriteWarning, InvalidInputError, shown, warn
from .request import (
    SignableRequest,
    check_header_value,
    check_text,
    checked_headers,
    checked_query,
    is_token,
    pairs_of,
)
from .sigv4 import encode_path, uri_encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any, Literal

    from .endpoints import Address
    from .request import Pairs

    Parts = tuple[list[tuple[str, str]], list[tuple[str, str]]]
    StorageEncryption = Literal["AES256", "aws:kms", "aws:kms:dsse"]

LONGEST_KEY = 1_024  # bytes of UTF-8
_LONGEST_PUT = 5 * 1024**3  # bytes; what is longer goes up in parts
_ACLS = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)
_ENCRYPTIONS = ("AES256", "aws:kms", "aws:kms:dsse")
_CHECKSUM_BYTES = {"sha256": 32, "sha1": 20, "crc32": 4, "crc32c": 4, "crc64nvme": 8}
_UNREPEATED = frozenset({"versionid", "partnumber", "uploadid", "x-amz-request-payer"})
_SSE = "x-amz-server-side-encryption"


def checked_key(key: str | None) -> str:
    """Return a key that S3 takes for one: 1 to 1,024 bytes of UTF-8 without NUL.

    Other control characters are legal. Keys are never changed.
    """
    if not isinstance(key, str):
        raise InvalidInputError("key", "a str", type(key).__name__)
    if key.isascii() and 0 < len(key) <= LONGEST_KEY and "\0" not in key:
        return key
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise InvalidInputError("key", "text without lone surrogates", shown(key)) from None
    if not 0 < size <= LONGEST_KEY:
        raise InvalidInputError("key", f"1 to {LONGEST_KEY} bytes of UTF-8", f"{size} bytes")
    if "\0" in key:
        raise InvalidInputError("key", "free of NUL", shown(key))
    return key


def is_rewritten(key: str) -> bool:
    """Tell whether most clients would change the path of ``key`` before they send it."""
    if "/." not in key and not key.startswith("."):
        return False
    segments = key.split("/")
    return "." in segments or ".." in segments


def warn_rewritten(key: str) -> None:
    """Say that browsers, curl, requests and httpx resolve the dot segments of ``key``."""
    warn(
        ClientRewriteWarning,
        f"key {shown(key)} has a '.' or '..' segment, which browsers and most clients resolve "
        "before they send the URL, and so break its signature",
    )


def object_request(method: str, address: Address, parts: Parts, bucket: str) -> SignableRequest:
    """Return the request for keys of one bucket; the key comes when it is signed."""
    query, headers = parts
    return _request(method, address.base + "/", address.path + "/", address, query, headers, bucket)


def bucket_request(method: str, address: Address, parts: Parts, bucket: str) -> SignableRequest:
    """Return the request for a bucket itself; path style signs ``/bucket`` without a slash."""
    query, headers = parts
    slash = "" if address.path else "/"
    return _request(method, address.base + slash, address.path + slash, address, query, headers, bucket)


def plain_url(address: Address, key: str) -> str:
    """Return the unsigned URL of an object."""
    checked_key(key)
    return f"{address.base}/{encode_path(key)}"


def _request(
    method: str,
    base: str,
    path: str,
    address: Address,
    query: list[tuple[str, str]],
    headers: list[tuple[str, str]],
    bucket: str,
) -> SignableRequest:
    rules = address.rules
    payload_hash = rules.payload_hash
    if headers:
        headers = checked_headers(headers)
        payload_hash = dict(headers).get("x-amz-content-sha256", payload_hash)
    return SignableRequest(
        method,
        base,
        path,
        address.host,
        query,
        headers,
        address.region,
        rules,
        rules.service,
        payload_hash,
        rules.token_placement,
        bucket,
        address.region_set,
    )


def get_object(
    *,
    version_id: str | None = None,
    part_number: int | None = None,
    download_as: str | None = None,
    inline_as: str | None = None,
    response_content_type: str | None = None,
    response_cache_control: str | None = None,
    response_content_language: str | None = None,
    response_content_encoding: str | None = None,
    response_content_disposition: str | None = None,
    response_expires: str | datetime | None = None,
    request_payer: bool = False,
    expected_bucket_owner: str | None = None,
    query: Pairs | None = None,
    headers: Pairs | None = None,
) -> Parts:
    """Return query and headers of GetObject."""
    response_content_disposition = _one_disposition(
        download_as, inline_as, response_content_disposition, response_content_type
    )
    if response_expires is not None and not isinstance(response_expires, str):
        response_expires = http_date(int(instant_of("response_expires", response_expires) // 1))
    overrides = (
        ("response-content-type", response_content_type),
        ("response-cache-control", response_cache_control),
        ("response-content-language", response_content_language),
        ("response-content-encoding", response_content_encoding),
        ("response-content-disposition", response_content_disposition),
        ("response-expires", response_expires),
    )
    options = [
        (name, _header_text(name.replace("-", "_"), text)) for name, text in overrides if text is not None
    ]
    if part_number is not None:
        options.append(("partNumber", str(checked_integer("part_number", part_number, 1, 10_000))))
    return _object_parts(options, [], version_id, request_payer, expected_bucket_owner, query, headers)


def head_object(
    *,
    version_id: str | None = None,
    part_number: int | None = None,
    request_payer: bool = False,
    expected_bucket_owner: str | None = None,
    query: Pairs | None = None,
    headers: Pairs | None = None,
) -> Parts:
    """Return query and headers of HeadObject."""
    options = []
    if part_number is not None:
        options.append(("partNumber", str(checked_integer("part_number", part_number, 1, 10_000))))
    return _object_parts(options, [], version_id, request_payer, expected_bucket_owner, query, headers)


def delete_object(
    *,
    version_id: str | None = None,
    request_payer: bool = False,
    expected_bucket_owner: str | None = None,
    query: Pairs | None = None,
    headers: Pairs | None = None,
) -> Parts:
    """Return query and headers of DeleteObject."""
    return _object_parts([], [], version_id, request_payer, expected_bucket_owner, query, headers)


def put_object(
    *,
    content_type: str | None = None,
    content_length: int | None = None,
    overwrite: bool = True,
    if_match: str | None = None,
    metadata: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    checksum_sha256: bytes | str | None = None,
    checksum_sha1: bytes | str | None = None,
    checksum_crc32: bytes | str | None = None,
    checksum_crc32c: bytes | str | None = None,
    checksum_crc64nvme: bytes | str | None = None,
    content_md5: bytes | str | None = None,
    cache_control: str | None = None,
    content_disposition: str | None = None,
    content_encoding: str | None = None,
    storage_class: str | None = None,
    acl: str | None = None,
    sse: StorageEncryption | None = None,
    kms_key_id: str | None = None,
    sse_customer_key: bytes | None = None,
    request_payer: bool = False,
    expected_bucket_owner: str | None = None,
    query: Pairs | None = None,
    headers: Pairs | None = None,
) -> Parts:
    """Return query and headers of PutObject: all that bounds the upload is a header."""
    texts = (
        ("content-type", content_type),
        ("cache-control", cache_control),
        ("content-disposition", content_disposition),
        ("content-encoding", content_encoding),
        ("if-match", if_match),
        ("x-amz-storage-class", storage_class),
    )
    fields = [
        (name, _header_text(name.removeprefix("x-amz-").replace("-", "_"), text))
        for name, text in texts
        if text is not None
    ]
    if content_length is not None:
        fields.append(
            ("content-length", str(checked_integer("content_length", content_length, 0, _LONGEST_PUT)))
        )
    if not isinstance(overwrite, bool):
        raise InvalidInputError("overwrite", "True or False", shown(overwrite))
    if not overwrite:
        if if_match is not None:
            raise InvalidInputError(
                "if_match", "left out with overwrite=False: one wants the object, the other its absence"
            )
        fields.append(("if-none-match", "*"))
    if acl is not None:
        fields.append(("x-amz-acl", _one_of("acl", acl, _ACLS)))
    fields += checked_metadata(metadata)
    fields += _tags(tags)
    checksums = {
        "sha256": checksum_sha256,
        "sha1": checksum_sha1,
        "crc32": checksum_crc32,
        "crc32c": checksum_crc32c,
        "crc64nvme": checksum_crc64nvme,
    }
    for kind, value in checksums.items():
        if value is not None:
            fields.append(
                (f"x-amz-checksum-{kind}", _digest(f"checksum_{kind}", value, _CHECKSUM_BYTES[kind]))
            )
    if content_md5 is not None:
        fields.append(("content-md5", _digest("content_md5", content_md5, 16)))
    fields += _encryption(sse, kms_key_id, sse_customer_key)
    return _object_parts([], fields, None, request_payer, expected_bucket_owner, query, headers)


def multipart_upload(
    *,
    content_type: str | None = None,
    overwrite: bool = True,
    if_match: str | None = None,
    metadata: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    cache_control: str | None = None,
    content_disposition: str | None = None,
    content_encoding: str | None = None,
    storage_class: str | None = None,
    acl: str | None = None,
    sse: StorageEncryption | None = None,
    kms_key_id: str | None = None,
    sse_customer_key: bytes | None = None,
    request_payer: bool = False,
    expected_bucket_owner: str | None = None,
    headers: Pairs | None = None,
) -> tuple[Parts, dict[str, Any], Parts]:
    """Return query and headers of CreateMultipartUpload, options of each part, and the completion's."""
    options: dict[str, Any] = dict(locals())  # the keywords, and nothing else so far
    common = {name: options.pop(name) for name in ("request_payer", "expected_bucket_owner")}
    complete = put_object(overwrite=options.pop("overwrite"), if_match=options.pop("if_match"), **common)
    return put_object(**options, **common), {"sse_customer_key": sse_customer_key, **common}, complete


def list_objects(
    *,
    prefix: str | None = None,
    delimiter: str | None = None,
    max_keys: int | None = None,
    start_after: str | None = None,
    continuation_token: str | None = None,
    request_payer: bool = False,
    expected_bucket_owner: str | None = None,
    query: Pairs | None = None,
    headers: Pairs | None = None,
) -> Parts:
    """Return query and headers of ListObjectsV2."""
    options = [("list-type", "2")]
    texts = (
        ("prefix", prefix),
        ("delimiter", delimiter),
        ("start-after", start_after),
        ("continuation-token", continuation_token),
    )
    for name, text in texts:
        if text is not None:
            options.append((name, text_of(name.replace("-", "_"), text)))
    if max_keys is not None:
        options.append(("max-keys", str(checked_integer("max_keys", max_keys, 0, 2**31 - 1))))
    return _object_parts(options, [], None, request_payer, expected_bucket_owner, query, headers)


def any_operation(*, query: Pairs | None = None, headers: Pairs | None = None) -> Parts:
    """Return query and headers of an operation that has no options of its own here."""
    return _merged([], [], query, headers)


def _object_parts(
    options: list[tuple[str, str]],
    fields: list[tuple[str, str]],
    version_id: str | None,
    request_payer: bool,
    expected_bucket_owner: str | None,
    query: Pairs | None,
    headers: Pairs | None,
) -> Parts:
    """Return the parts with what most operations have in common."""
    if version_id is not None:
        if version_id == "":
            raise InvalidInputError("version_id", "an id of at least one character")
        options.append(("versionId", text_of("version_id", version_id)))
    if not isinstance(request_payer, bool):
        raise InvalidInputError("request_payer", "True or False", shown(request_payer))
    if request_payer:
        options.append(("x-amz-request-payer", "requester"))
    if expected_bucket_owner is not None:
        owner = expected_bucket_owner
        if not (isinstance(owner, str) and len(owner) == 12 and owner.isascii() and owner.isdigit()):
            raise InvalidInputError("expected_bucket_owner", "an account id of 12 digits")
        fields.append(("x-amz-expected-bucket-owner", owner))
    return _merged(options, fields, query, headers)


def _merged(
    options: list[tuple[str, str]],
    fields: list[tuple[str, str]],
    query: Pairs | None,
    headers: Pairs | None,
) -> Parts:
    """Return options with what came by ``query`` and ``headers``, no name set by both."""
    if query is not None:
        more = checked_query("query", pairs_of("query", query))
        _refuse_twice("query", options, more)
        names = [name.lower() for name, _ in more]
        for name in names:
            if (name in _UNREPEATED or name.startswith("response-")) and names.count(name) > 1:
                raise InvalidInputError("query", f"free of a second {name}")
        options = options + more
    if headers is not None:
        extra = pairs_of("headers", headers)
        _refuse_twice("headers", fields, extra)
        fields = fields + extra
    return options, fields


def _refuse_twice(field: str, ours: list[tuple[str, str]], given: list[tuple[str, str]]) -> None:
    taken = {name.lower() for name, _ in ours}
    for name, _ in given:
        if name.lower() in taken:
            raise InvalidInputError(field, f"free of {name.lower()}, which an option sets already")


def _one_disposition(
    download_as: str | None, inline_as: str | None, given: str | None, content_type: str | None
) -> str | None:
    if download_as is None and inline_as is None:
        return given
    from ._disposition import disposition, is_active

    named = (("download_as", "attachment", download_as), ("inline_as", "inline", inline_as))
    for field, kind, filename in named:
        if filename is None:
            continue
        if given is not None:
            raise InvalidInputError(
                field, "alone: it, another name and response_content_disposition set the same header"
            )
        given = disposition(kind, _filename(field, filename))
        if kind == "inline" and is_active(filename, content_type):
            warn(
                ActiveContentWarning,
                "inline_as shows a file that can run scripts with the rights of its host; "
                "use download_as, or serve such files from a host of their own",
            )
    return given


def _filename(field: str, filename: str) -> str:
    text_of(field, filename)
    if not filename or any(c < " " or "\x7f" <= c <= "\x9f" for c in filename):
        raise InvalidInputError(field, "a file name without control characters")
    return filename


def checked_metadata(metadata: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Return metadata as headers: printable ASCII, 2 KB in all."""
    pairs = pairs_of("metadata", metadata)
    names = [name.lower() for name, _ in pairs]
    if len(set(names)) < len(names):
        raise InvalidInputError("metadata", "of names that differ by more than case")
    if sum(len(name) + len(value) for name, value in pairs) > 2_048:
        raise InvalidInputError("metadata", "2048 bytes at most, names and values together")
    for name, value in pairs:
        if not is_token(name):
            raise InvalidInputError("metadata", "named by tokens: letters, digits and !#$%&'*+-.^_`|~")
        check_header_value("metadata", value)
    return [(f"x-amz-meta-{name}", value) for name, value in pairs]


def _tags(tags: Mapping[str, str] | None) -> list[tuple[str, str]]:
    pairs = pairs_of("tags", tags)
    if not pairs:
        return []
    if len(pairs) > 10 or len({name for name, _ in pairs}) < len(pairs):
        raise InvalidInputError("tags", "10 at most, each with a name of its own")
    for name, value in pairs:
        text_of("tags", name)
        text_of("tags", value)
        if not 0 < len(name) <= 128 or len(value) > 256:
            raise InvalidInputError("tags", "of names of 1 to 128 characters and values of at most 256")
        if name.lower().startswith("aws:"):
            raise InvalidInputError("tags", "of names that do not begin with 'aws:', which are AWS's own")
    text = "&".join([f"{uri_encode(name)}={uri_encode(value)}" for name, value in pairs])
    return [("x-amz-tagging", text)]


def _encryption(sse: str | None, kms_key_id: str | None, customer_key: bytes | None) -> list[tuple[str, str]]:
    fields = []
    if sse is not None:
        fields.append((_SSE, _one_of("sse", sse, _ENCRYPTIONS)))
    if kms_key_id is not None:
        if sse not in ("aws:kms", "aws:kms:dsse"):
            raise InvalidInputError("kms_key_id", "given with sse='aws:kms' or 'aws:kms:dsse'")
        fields.append((f"{_SSE}-aws-kms-key-id", _header_text("kms_key_id", kms_key_id)))
    if customer_key is not None:
        if sse is not None:
            raise InvalidInputError(
                "sse_customer_key", "given without sse: an object has one kind of encryption"
            )
        if not isinstance(customer_key, (bytes, bytearray, memoryview)) or len(bytes(customer_key)) != 32:
            raise InvalidInputError("sse_customer_key", "32 bytes")
        from hashlib import md5  # which a build may lack, so that it is asked for here alone

        raw = bytes(customer_key)
        fields += [
            (f"{_SSE}-customer-algorithm", "AES256"),
            (f"{_SSE}-customer-key", base64_text(raw)),
            # S3 asks for MD5 to tell a mangled key, not to keep anything secret.
            (f"{_SSE}-customer-key-md5", base64_text(md5(raw, usedforsecurity=False).digest())),
        ]
    return fields


def _digest(field: str, value: bytes | str, size: int) -> str:
    """Return a checksum, raw or in base64, as base64 of exactly ``size`` bytes."""
    rule = f"{size} bytes, or their base64"
    if isinstance(value, (bytes, bytearray, memoryview)):
        raw = bytes(value)
        text = base64_text(raw)
    elif isinstance(value, str):
        from binascii import a2b_base64

        try:
            raw = a2b_base64(value)
        except ValueError:
            raise InvalidInputError(field, rule) from None
        text = value
        if base64_text(raw) != value:
            raise InvalidInputError(field, rule)
    else:
        raise InvalidInputError(field, rule, type(value).__name__)
    if len(raw) != size:
        raise InvalidInputError(field, rule, f"{len(raw)} bytes")
    return text


def base64_text(raw: bytes) -> str:
    """Return bytes in base64, as S3's headers have checksums and keys."""
    from binascii import b2a_base64

    return b2a_base64(raw, newline=False).decode()


def _header_text(field: str, value: str) -> str:
    """Return text that becomes a header of a request or a response."""
    if not isinstance(value, str):
        raise InvalidInputError(field, "a str", type(value).__name__)
    if not value:
        raise InvalidInputError(field, "text of at least one character")
    check_header_value(field, value)
    return value


def text_of(field: str, value: str) -> str:
    """Return what is a str of which UTF-8 has bytes."""
    if not isinstance(value, str):
        raise InvalidInputError(field, "a str", type(value).__name__)
    check_text(field, value)
    return value


def checked_integer(field: str, value: int, least: int, most: int) -> int:
    """Return an integer from ``least`` to ``most``; whatever has ``__index__`` is one, but no bool."""
    if isinstance(value, (bool, type)) or not hasattr(value, "__index__"):
        raise InvalidInputError(field, f"an integer from {least} to {most}", shown(value))
    number = int(value.__index__())
    if not least <= number <= most:
        raise InvalidInputError(field, f"{least} to {most}", shown(number))
    return number


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise InvalidInputError(field, "one of " + ", ".join(allowed), shown(value))
    return value
