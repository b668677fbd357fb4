"""S3's host names read backwards: which bucket, key and region an address names.

The mirror of ``endpoints``. Source: AWS SDKs, S3 endpoint rule set, and for the forms
that it no longer makes (``s3-eu-west-1``, ``s3-external-1``) the AWS General Reference,
"Amazon S3 endpoints and quotas".
"""

from __future__ import annotations

from ._partitions import PARTITIONS, partition_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    AddressingStyle = Literal["virtual", "path"]

S3_SERVICES = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
_SUFFIXES = sorted({partition.dns_suffix for partition in PARTITIONS}, key=len, reverse=True)
# Each of these may end in -fips.
_PLAIN = frozenset({"s3", "s3-accelerate", "s3-external-1", "s3-external-2"})
_ACCESS_POINTS = {"s3-accesspoint": "s3", "s3-object-lambda": "s3-object-lambda"}
# Stores whose hosts end like this and put the bucket in front, by how many labels are
# the host's own before that ending.
_STORES = (
    (".r2.cloudflarestorage.com", 1),
    (".digitaloceanspaces.com", 1),
    (".storage.googleapis.com", 0),
)


class Location:
    """Where a host and a path lead.

    ``bucket`` is a name or an access point's ARN, ``path`` the still encoded rest behind
    the bucket, ``region`` what the host names. ``service`` is the signing name that an
    AWS host takes, None for other hosts. ``is_global`` marks AWS's host without region.
    """

    __slots__ = ("bucket", "is_global", "path", "region", "service", "style")

    def __init__(
        self,
        bucket: str | None,
        path: str,
        style: AddressingStyle | None,
        *,
        region: str | None = None,
        service: str | None = None,
    ) -> None:
        self.bucket = bucket
        self.path = path
        self.style = style
        self.region = region
        self.service = service
        self.is_global = False


def locate(host: str, path: str) -> Location | None:
    """Return where ``host[:port]`` and an encoded path lead, or None for no host of S3.

    A host that is not AWS's is taken to be a store in path style, unless its name has
    the form of a store that puts the bucket in front (``bucket.s3.example.com``).
    """
    name = host.partition(":")[0] if not host.startswith("[") else host
    suffix = amazon_suffix(name)
    if suffix is not None:
        return _aws(name[: -len(suffix) - 1], path)
    bucket = _bucket_of_store(name)
    return _by_path(path) if bucket is None else _virtual(bucket, path)


def amazon_suffix(name: str) -> str | None:
    """Return what an AWS host ends in, as ``amazonaws.com``; None for other hosts."""
    for suffix in _SUFFIXES:
        if name.endswith("." + suffix):
            return suffix
    return None


def _aws(name: str, path: str) -> Location | None:
    labels = name.split(".")
    if labels[-1] == "vpce":
        return _vpc_endpoint(labels, path)
    for at in range(len(labels) - 1, max(len(labels) - 4, -1), -1):
        if labels[at].startswith("s3"):
            rest = [label for label in labels[at + 1 :] if label != "dualstack"]
            return _service(labels[at], labels[:at], rest[0] if rest else None, path)
    return None


def _service(service: str, head: list[str], region: str | None, path: str) -> Location | None:
    """Return the location for one service label, with what stands before and behind it."""
    if region is None and service.count("-") > 2 and not service.startswith("s3-website"):
        region, service = service[3:].removeprefix("fips-"), "s3"  # the old form, s3-eu-west-1
    where, is_fips = None, service.endswith("-fips")
    service = service.removesuffix("-fips")
    if service in _PLAIN:
        where = _virtual(".".join(head), path, "s3", region) if head else _by_path(path, "s3", region)
        where.is_global = region is None and service == "s3" and not is_fips
    elif service == "s3express-control":
        where = _by_path(path, "s3express", region)
    elif service == "s3-global" and head[1:] and head[-1] == "accesspoint":
        where = _virtual(".".join(head[:-1]), path, "s3", "*")
    elif service.startswith("s3express-") and head:
        where = _virtual(".".join(head), path, "s3express", region)
    elif service in _ACCESS_POINTS and head and region is not None:
        name = _ACCESS_POINTS[service]
        where = _virtual(_arn(head[0], region, name), path, name, region)
    elif service == "s3-outposts" and head and region is not None:
        is_alias = head[0].endswith("--op-s3")
        bucket = head[0] if is_alias else _arn(head[0], region, "s3-outposts", head[1:])
        where = _virtual(bucket, path, "s3-outposts", region)
    return where


def _vpc_endpoint(labels: list[str], path: str) -> Location | None:
    """Return the location of ``[…].bucket.vpce-id.s3.region.vpce`` and its siblings."""
    if len(labels) < 5 or labels[-3] != "s3":
        return None
    region, kind, head = labels[-2], labels[-5], labels[:-5]
    if kind == "bucket":
        return _virtual(".".join(head), path, "s3", region) if head else _by_path(path, "s3", region)
    if kind == "accesspoint" and head:
        return _virtual(_arn(head[0], region, "s3"), path, "s3", region)
    return None


def _virtual(bucket: str, path: str, service: str | None = None, region: str | None = None) -> Location:
    return Location(bucket, path[1:], "virtual", region=region, service=service)


def _by_path(path: str, service: str | None = None, region: str | None = None) -> Location:
    bucket, _, rest = path[1:].partition("/")
    return Location(bucket or None, rest, "path", region=region, service=service)


def _arn(label: str, region: str, service: str, outpost: list[str] | None = None) -> str:
    """Return the ARN that ``name-account`` before an access point's host stands for."""
    name, _, account = label.rpartition("-")
    inner = f"outpost/{outpost[0]}/" if outpost else ""
    return f"arn:{partition_of(region).name}:{service}:{region}:{account}:{inner}accesspoint/{name}"


def _bucket_of_store(name: str) -> str | None:
    for suffix, own in _STORES:
        if name.endswith(suffix):
            labels = name[: -len(suffix)].split(".")
            return ".".join(labels[: len(labels) - own]) or None
    head, mark, _ = name.partition(".s3.")
    return head if mark else None
