"""boto3's two presigning calls, in boto3's shape, for programs that change one import.

Names and results are boto3's with ``signature_version="s3v4"`` and regional hosts. What
boto3 drops without a word raises here: unknown operations, unknown parameters, bodies.
The module can stand where a client is asked for these two methods.

Source: Amazon S3 API Reference, the pages of the operations; their names, and those of the
parameters, are the SDK's for Python.
"""

from __future__ import annotations

from hashlib import md5

from ._operations import life_of, sign_post
from ._time import WEEK, as_datetime, http_date, instant_of
from .errors import InvalidInputError, shown
from .post_policy import FILENAME, Form, conditions_of
from .presigner import Presigner
from .request import pairs_of
from .s3 import base64_text, checked_key
from .settings import Where, with_environment
from .sigv4 import encode_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from typing_extensions import Unpack

    from ._keywords import WhereKeywords
    from .post_policy import Condition, PresignedPost
    from .results import PresignedURL

__all__ = ["generate_presigned_post", "generate_presigned_url"]

_CUSTOMER_KEYS = ("SSECustomerKey", "CopySourceSSECustomerKey")
_ISO_DATES = ("ObjectLockRetainUntilDate",)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A parameter is written under its own name, with hyphens: those of the query, headers of HTTP,
# and all others as headers that begin with x-amz-. What is called otherwise stands below.
_QUERY = _words("""
ContinuationToken Delimiter EncodingType FetchOwner Id KeyMarker Marker MaxKeys MaxParts MaxUploads
PartNumberMarker Prefix ResponseCacheControl ResponseContentDisposition ResponseContentEncoding
ResponseContentLanguage ResponseContentType ResponseExpires StartAfter UploadIdMarker VersionIdMarker""")
_HTTP = _words("""
CacheControl ContentDisposition ContentEncoding ContentLanguage ContentLength ContentMD5 ContentType
Expires IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince Range""")
_SSE = "x-amz-server-side-encryption"
_OTHERWISE = {
    "PartNumber": "partNumber",
    "UploadId": "uploadId",
    "VersionId": "versionId",
    "AnnotationDirective": "x-amz-object-annotation-directive",
    "BucketKeyEnabled": f"{_SSE}-bucket-key-enabled",
    "ExpectedSourceBucketOwner": "x-amz-source-expected-bucket-owner",
    "MpuObjectSize": "x-amz-mp-object-size",
    "ObjectLockLegalHoldStatus": "x-amz-object-lock-legal-hold",
    "SSECustomerAlgorithm": f"{_SSE}-customer-algorithm",
    "SSECustomerKey": f"{_SSE}-customer-key",
    "SSECustomerKeyMD5": f"{_SSE}-customer-key-md5",
    "CopySourceSSECustomerAlgorithm": f"x-amz-copy-source{_SSE[5:]}-customer-algorithm",
    "CopySourceSSECustomerKey": f"x-amz-copy-source{_SSE[5:]}-customer-key",
    "CopySourceSSECustomerKeyMD5": f"x-amz-copy-source{_SSE[5:]}-customer-key-md5",
    "SSEKMSEncryptionContext": f"{_SSE}-context",
    "SSEKMSKeyId": f"{_SSE}-aws-kms-key-id",
}

_CUSTOMER = "SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5"
_SENDER = "RequestPayer ExpectedBucketOwner"
_READ = f"""Range IfMatch IfModifiedSince IfNoneMatch IfUnmodifiedSince VersionId PartNumber ChecksumMode
ResponseCacheControl ResponseContentDisposition ResponseContentEncoding ResponseContentLanguage
ResponseContentType ResponseExpires {_CUSTOMER} {_SENDER}"""
_CHECKSUMS = """ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumMD5 ChecksumSHA1 ChecksumSHA256
ChecksumSHA512 ChecksumXXHASH64 ChecksumXXHASH3 ChecksumXXHASH128"""
_OBJECT = f"""Metadata ACL CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Expires
GrantFullControl GrantRead GrantReadACP GrantWriteACP StorageClass Tagging WebsiteRedirectLocation
ServerSideEncryption SSEKMSKeyId SSEKMSEncryptionContext BucketKeyEnabled ObjectLockMode
ObjectLockRetainUntilDate ObjectLockLegalHoldStatus ObjectLockEventHold ObjectLockEventHoldDurationDays
ObjectLockEventHoldDurationYears {_CUSTOMER} {_SENDER}"""
_SOURCE = """CopySource CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch
CopySourceIfUnmodifiedSince CopySourceSSECustomerAlgorithm CopySourceSSECustomerKey
CopySourceSSECustomerKeyMD5 ExpectedSourceBucketOwner"""
_DIRECTIVES = "MetadataDirective TaggingDirective AnnotationDirective"
_PARTS = "MaxParts=x-amz-max-parts PartNumberMarker=x-amz-part-number-marker"
_LIST = f"Delimiter EncodingType MaxKeys Prefix OptionalObjectAttributes {_SENDER}"

# Each operation: its method, what it is about with the query that names it, and the
# parameters that a URL can sign. Those that are sent in a body are not here. ``Name=header``
# is a header in that operation alone.
OPERATIONS = {
    "get_object": f"GET key {_READ}",
    "head_object": f"HEAD key {_READ}",
    "put_object": (
        f"PUT key {_OBJECT} {_CHECKSUMS} ContentLength ContentMD5 IfMatch IfNoneMatch WriteOffsetBytes"
    ),
    "delete_object": (
        "DELETE key MFA VersionId BypassGovernanceRetention IfMatch IfMatchLastModifiedTime "
        f"IfMatchSize {_SENDER}"
    ),
    "copy_object": f"PUT key {_OBJECT} {_SOURCE} {_DIRECTIVES} IfMatch IfNoneMatch ChecksumAlgorithm",
    "get_object_acl": f"GET key?acl VersionId {_SENDER}",
    "get_object_attributes": f"GET key?attributes VersionId ObjectAttributes {_PARTS} {_CUSTOMER} {_SENDER}",
    "get_object_tagging": f"GET key?tagging VersionId {_SENDER}",
    "get_object_torrent": f"GET key?torrent {_SENDER}",
    "create_multipart_upload": f"POST key?uploads {_OBJECT} ChecksumAlgorithm ChecksumType",
    "upload_part": f"PUT key UploadId PartNumber ContentLength ContentMD5 {_CHECKSUMS} {_CUSTOMER} {_SENDER}",
    "upload_part_copy": f"PUT key UploadId PartNumber {_SOURCE} CopySourceRange {_CUSTOMER} {_SENDER}",
    "complete_multipart_upload": (
        f"POST key UploadId {_CHECKSUMS} ChecksumType MpuObjectSize IfMatch IfNoneMatch {_CUSTOMER} {_SENDER}"
    ),
    "abort_multipart_upload": f"DELETE key UploadId IfMatchInitiatedTime {_SENDER}",
    "list_parts": f"GET key UploadId MaxParts PartNumberMarker {_CUSTOMER} {_SENDER}",
    "list_objects": f"GET bucket Marker {_LIST}",
    "list_objects_v2": f"GET bucket?list-type=2 ContinuationToken FetchOwner StartAfter {_LIST}",
    "list_object_versions": f"GET bucket?versions KeyMarker VersionIdMarker {_LIST}",
    "list_multipart_uploads": (
        f"GET bucket?uploads Delimiter EncodingType KeyMarker MaxUploads Prefix UploadIdMarker {_SENDER}"
    ),
    "head_bucket": "HEAD bucket ExpectedBucketOwner",
    "get_bucket_analytics_configuration": "GET bucket?analytics Id ExpectedBucketOwner",
    "get_bucket_cors": "GET bucket?cors ExpectedBucketOwner",
    "get_bucket_policy": "GET bucket?policy ExpectedBucketOwner",
    "get_bucket_website": "GET bucket?website ExpectedBucketOwner",
}
_ENCODED = ("list_objects", "list_objects_v2", "list_object_versions")  # answer with encoded keys


def generate_presigned_url(
    ClientMethod: str,  # noqa: N803 - boto3's names
    Params: Mapping[str, Any] | None = None,  # noqa: N803
    ExpiresIn: int = 3_600,  # noqa: N803
    HttpMethod: str | None = None,  # noqa: N803
    **where: Unpack[WhereKeywords],
) -> PresignedURL:
    """Return the URL of one of S3's operations, as ``get_object``, for boto3's parameters.

    ``where`` are the keywords of the presign functions: region, credentials, endpoint.
    Raises InvalidInputError for an operation or a parameter that is not known.
    """
    if not isinstance(ClientMethod, str) or ClientMethod not in OPERATIONS:
        rule = "an operation that can be presigned: " + ", ".join(sorted(OPERATIONS))
        raise InvalidInputError("ClientMethod", rule, shown(ClientMethod))
    method, subject, *names = OPERATIONS[ClientMethod].split()
    subject, _, sub_resource = subject.partition("?")
    known = {name: header for name, _, header in [one.partition("=") for one in names]}
    params = _mapping("Params", Params)
    target = [_target(params, name) for name in (("Bucket", "Key") if subject == "key" else ("Bucket",))]
    for name in params:
        if name not in known:
            raise InvalidInputError("Params", f"of {ClientMethod}'s parameters that a URL signs", shown(name))
    if ClientMethod in _ENCODED:
        params.setdefault("EncodingType", "url")
    _complete_customer_keys(params)
    query = [sub_resource.partition("=")[::2]] if sub_resource else []
    headers = [
        (f"x-amz-meta-{name}", value)
        for name, value in _mapping("Metadata", params.pop("Metadata", {})).items()
    ]
    for name, value in params.items():
        wire = known[name] or _written(name)
        in_header = wire.startswith("x-amz-") or name in _HTTP
        (headers if in_header else query).append((wire, _text(name, value)))
    presigner = Presigner(expires=ExpiresIn, **where)
    return presigner.request(
        method if HttpMethod is None else HttpMethod, *target, query=query or None, headers=headers or None
    )


def generate_presigned_post(
    Bucket: str,  # noqa: N803
    Key: str,  # noqa: N803
    Fields: Mapping[str, str] | None = None,  # noqa: N803
    Conditions: Sequence[Condition] | None = None,  # noqa: N803
    ExpiresIn: int = 3_600,  # noqa: N803
    **where: Unpack[WhereKeywords],
) -> PresignedPost:
    """Return ``{"url": …, "fields": {…}}``, with boto3's policy to the byte.

    As in boto3 a field gets no condition by itself, and S3 refuses a form with such a
    field: ``check()`` tells. ``presign_post`` makes both from one argument.
    """
    fields = {**dict(pairs_of("Fields", Fields)), "key": checked_key(Key)}
    conditions: list[Any] = [*conditions_of("Conditions", Conditions or ()), {"bucket": Bucket}]
    if Key.endswith(FILENAME):
        conditions.append(["starts-with", "$key", Key.removesuffix(FILENAME)])
    else:
        conditions.append({"key": Key})
    place = Where(**with_environment(dict(where)))
    return sign_post(Bucket, Form(fields, conditions), place, life_of(ExpiresIn, None, WEEK), set())


def _written(name: str) -> str:
    """Return the name of a parameter's header, or of its parameter in the query."""
    if name in _OTHERWISE:
        return _OTHERWISE[name]
    last, hyphened = "", ""
    for char in name:
        hyphened += f"-{char}" if char.isupper() and last.islower() else char
        last = char
    return ("" if name in _QUERY or name in _HTTP else "x-amz-") + hyphened.lower()


def _target(params: dict[str, Any], name: str) -> str:
    value = params.pop(name, None)
    if not isinstance(value, str):
        raise InvalidInputError("Params", f"with {name}, a str")
    return value


def _mapping(field: str, given: Any) -> dict[str, Any]:
    if given is not None and not hasattr(given, "items"):
        raise InvalidInputError(field, "a mapping", type(given).__name__)
    return dict(given or {})


def _complete_customer_keys(params: dict[str, Any]) -> None:
    """Encode customers' keys and add their MD5, as boto3 does where that is not given."""
    for name in _CUSTOMER_KEYS:
        if name in params and f"{name}MD5" not in params:
            key = params[name]
            raw = key.encode() if isinstance(key, str) else bytes(key) if isinstance(key, bytearray) else key
            if not isinstance(raw, bytes) or len(raw) != 32:
                raise InvalidInputError(name, "32 bytes")
            params[name] = base64_text(raw)
            params[f"{name}MD5"] = base64_text(md5(raw, usedforsecurity=False).digest())


def _text(name: str, value: Any) -> str:
    """Return a parameter's value as it is written in a header or query."""
    if name == "CopySource":
        return _copy_source(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if hasattr(value, "utcoffset"):
        instant = int(instant_of(name, value) // 1)
        return f"{as_datetime(instant):%Y-%m-%dT%H:%M:%SZ}" if name in _ISO_DATES else http_date(instant)
    if not isinstance(value, str):
        raise InvalidInputError(
            "Params", f"with a value for {name} that can be written", type(value).__name__
        )
    return value


def _copy_source(source: str | Mapping[str, str]) -> str:
    if isinstance(source, str):
        path, mark, version = source.partition("?versionId=")
        return encode_path(path) + mark + version
    parts = _mapping("CopySource", source)
    path = "/".join(_target(parts, name) for name in ("Bucket", "Key"))
    return encode_path(path) + (f"?versionId={parts['VersionId']}" if parts.get("VersionId") else "")
