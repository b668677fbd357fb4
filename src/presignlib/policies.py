"""What AWS has to allow for presigned URLs: an IAM policy, and a bucket's CORS settings.

A presigned URL may do what its signer may, so the least that a signer gets is the first
guard. Both are plain dicts, for ``json.dumps`` and AWS's own tools.

Source: Amazon S3 User Guide, "Policies and permissions", "Using CORS"; IAM User Guide,
"Policy variables and tags"; Service Authorization Reference, "Actions for Amazon S3".
"""

from __future__ import annotations

from ._partitions import partition_of
from .endpoints import Endpoint, check_bucket, resolve
from .errors import InvalidInputError, shown
from .request import check_text, checked_label, parse_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["cors_rules", "iam_policy"]

_WORDS = {
    "get": ["s3:GetObject"],
    "head": ["s3:GetObject"],  # S3 has no action of its own for it
    "put": ["s3:PutObject"],
    "post": ["s3:PutObject"],
    "delete": ["s3:DeleteObject"],
    "list": ["s3:ListBucket"],
    "multipart": ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
}
# Those that S3 can limit to a prefix, by the condition key s3:prefix.
_ON_BUCKETS = frozenset({"s3:ListBucket", "s3:ListBucketVersions"})
_ON_OBJECTS = frozenset(
    f"s3:{verb}Object{what}"
    for verb, kinds in (
        ("Get", " Version Attributes VersionAttributes Acl VersionAcl Tagging VersionTagging"),
        ("Get", "LegalHold Retention"),
        ("Put", " Acl VersionAcl Tagging VersionTagging LegalHold Retention"),
        ("Delete", " Version Tagging VersionTagging"),
        ("Restore", ""),
    )
    for what in kinds.split(" ")
) | {"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:BypassGovernanceRetention"}
_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
# What presign_put may sign, and with it a browser has to ask for in advance.
_SENT_WITH_UPLOADS = (
    *("content-type", "content-md5", "cache-control", "content-disposition"),
    *("content-encoding", "if-match", "if-none-match"),
)


def iam_policy(
    bucket: str, prefix: str = "", *, actions: str | Iterable[str], region: str | None = None
) -> dict[str, Any]:
    """Return the IAM policy of a signer: ``actions`` on the objects below ``prefix``, and no more.

    ``bucket`` is a name or an access point's ARN; ``prefix`` is taken as it is, so that
    ``"a"`` covers ``ab`` too: end it in a slash. ``actions`` are the words ``get``,
    ``head``, ``put``, ``post``, ``delete``, ``list``, ``multipart``, and S3's own names as
    ``s3:GetObjectVersion``; several, or one text with commas. ``region`` is needed for the
    partitions of China, GovCloud and their like, whose ARNs differ.

    Characters that IAM reads as patterns are escaped. Raises InvalidInputError.
    """
    wanted = _checked_actions(actions)
    resource, objects = _resources(bucket, region)
    if not isinstance(prefix, str):
        raise InvalidInputError("prefix", "a str", type(prefix).__name__)
    check_text("prefix", prefix)
    pattern = "".join([f"${{{c}}}" if c in "*?$" else c for c in prefix]) + "*"
    on_bucket = [action for action in wanted if action in _ON_BUCKETS]
    on_objects = [action for action in wanted if action not in _ON_BUCKETS]
    statements: list[dict[str, Any]] = []
    if on_bucket:
        statements.append({"Sid": "List", "Effect": "Allow", "Action": on_bucket, "Resource": resource})
        if prefix:
            statements[0]["Condition"] = {"StringLike": {"s3:prefix": pattern}}
    if on_objects:
        target = f"{objects}/{pattern}"
        statements.append({"Sid": "Objects", "Effect": "Allow", "Action": on_objects, "Resource": target})
    return {"Version": "2012-10-17", "Statement": statements}


def cors_rules(origins: str | Iterable[str], methods: str | Iterable[str]) -> dict[str, Any]:
    """Return a bucket's CORS settings, in the form of ``aws s3api put-bucket-cors``.

    ``origins`` are those of the pages, as browsers send them: ``https://app.example.com``,
    or ``"*"`` for any; ``methods`` what their URLs are for. One text may name several, with
    commas. Allowed are the headers that the presign functions may sign; pages may read the
    ETag. Raises InvalidInputError.
    """
    verbs = _several("methods", methods)
    if not set(verbs) <= set(_METHODS):
        raise InvalidInputError("methods", f"of {', '.join(_METHODS)}")
    uploads = not {"PUT", "POST"}.isdisjoint(verbs)
    reads = not {"GET", "HEAD"}.isdisjoint(verbs)
    rule = {
        "AllowedOrigins": [_checked_origin(origin) for origin in _several("origins", origins)],
        "AllowedMethods": verbs,
        "AllowedHeaders": [*(_SENT_WITH_UPLOADS if uploads else ()), *(("range",) * reads), "x-amz-*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3_600,
    }
    return {"CORSRules": [rule]}


def _several(field: str, given: str | Iterable[str]) -> list[str]:
    """Return what was named, each once, in its order."""
    names = given.split(",") if isinstance(given, str) else list(given) if hasattr(given, "__iter__") else []
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidInputError(field, "one name at least, each a str")
    return list(dict.fromkeys([name.strip() for name in names]))


def _checked_actions(actions: str | Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in _several("actions", actions):
        if name not in _WORDS and name not in _ON_BUCKETS and name not in _ON_OBJECTS:
            rule = f"of {', '.join(_WORDS)}, or S3's names of what can be presigned, as s3:GetObjectVersion"
            raise InvalidInputError("actions", rule, shown(name))
        found += _WORDS.get(name, [name])
    return list(dict.fromkeys(found))


def _resources(bucket: str, region: str | None) -> tuple[str, str]:
    """Return the ARN of the bucket or access point, and the one that objects are below."""
    if not (isinstance(bucket, str) and bucket.startswith("arn:")):
        check_bucket(bucket)
        if bucket.endswith(("--x-s3", "--op-s3", "-s3alias")):
            rule = "a plain bucket's name or an access point's ARN, as aliases have none of their own"
            raise InvalidInputError("bucket", rule, shown(bucket))
        partition = partition_of("" if region is None else checked_label("region", region))
        arn = f"arn:{partition.name}:s3:::{bucket}"
        return arn, arn
    start, _, resource = bucket.partition(":accesspoint")
    parts = start.split(":")
    resolve(bucket, region or parts[3] or "us-east-1", Endpoint())  # by the published rules
    if parts[2] != "s3":
        raise InvalidInputError(
            "bucket", "a bucket's name, or the ARN of an access point of S3", shown(bucket)
        )
    arn = f"{start}:accesspoint/{resource[1:]}"
    return arn, f"{arn}/object"


def _checked_origin(origin: str) -> str:
    if origin != "*":
        url = parse_url("origins", origin, ("https", "http"))
        if f"{url.scheme}://{url.authority}" != origin:
            rule = (
                "as browsers send them: scheme://host[:port] in lower case, without a path or a default port"
            )
            raise InvalidInputError("origins", rule)
    return origin
