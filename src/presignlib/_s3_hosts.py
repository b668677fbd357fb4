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
_SUFFIXES = sorted({"." + partition.dns_suffix for partition in PARTITIONS}, key=len, reverse=True)
_PLAIN = frozenset({"s3", "s3-fips", "s3-accelerate", "s3-external-1", "s3-external-2"})
_ACCESS_POINTS = {
    "s3-accesspoint": "s3",
    "s3-accesspoint-fips": "s3",
    "s3-object-lambda": "s3-object-lambda",
    "s3-object-lambda-fips": "s3-object-lambda",
}
_OUTPOSTS = frozenset({"s3-outposts", "s3-outposts-fips"})
_CONTROL = frozenset({"s3express-control", "s3express-control-fips"})
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
        is_global: bool = False,
    ) -> None:
        self.bucket = bucket
        self.path = path
        self.style = style
        self.region = region
        self.service = service
        self.is_global = is_global


def locate(host: str, path: str) -> Location | None:
    """Return where ``host[:port]`` and an encoded path lead, or None for no host of S3.

    A host that is not AWS's is taken to be a store in path style, unless its name has
    the form of a store that puts the bucket in front (``bucket.s3.example.com``).
    """
    name = host.partition(":")[0] if not host.startswith("[") else host
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return _aws(name[: -len(suffix)], path)
    bucket = _bucket_of_store(name)
    return _by_path(path) if bucket is None else Location(bucket, path[1:], "virtual")


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
    if service in _PLAIN:
        is_global = region is None and service == "s3"
        where = _by_path(path) if not head else Location(".".join(head), path[1:], "virtual")
        where.region, where.service, where.is_global = region, "s3", is_global
        return where
    if service == "s3-global" and head[1:] and head[-1] == "accesspoint":
        return Location(".".join(head[:-1]), path[1:], "virtual", service="s3", region="*")
    if service in _CONTROL:
        where = _by_path(path)
        where.region, where.service = region, "s3express"
        return where
    if service.startswith("s3express-") and head:
        return Location(".".join(head), path[1:], "virtual", region=region, service="s3express")
    if region is None or not head:
        return None
    if service in _ACCESS_POINTS:
        signing_name = _ACCESS_POINTS[service]
        return Location(_arn(head[0], region, signing_name), path[1:], "virtual", region=region, service=signing_name)
    if service in _OUTPOSTS:
        bucket = head[0] if head[0].endswith("--op-s3") else _arn(head[0], region, "s3-outposts", head[1:])
        return Location(bucket, path[1:], "virtual", region=region, service="s3-outposts")
    return None


def _vpc_endpoint(labels: list[str], path: str) -> Location | None:
    """Return the location of ``[…].bucket.vpce-id.s3.region.vpce`` and its siblings."""
    if len(labels) < 5 or labels[-3] != "s3":
        return None
    region, kind, head = labels[-2], labels[-5], labels[:-5]
    if kind == "bucket":
        where = _by_path(path) if not head else Location(".".join(head), path[1:], "virtual")
    elif kind == "accesspoint" and head:
        where = Location(_arn(head[0], region, "s3"), path[1:], "virtual")
    else:
        return None
    where.region, where.service = region, "s3"
    return where


def _by_path(path: str) -> Location:
    bucket, _, rest = path[1:].partition("/")
    return Location(bucket or None, rest, "path")


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
