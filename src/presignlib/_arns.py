"""Buckets that are more than a name: ARNs, directory buckets, aliases on Outposts.

What each kind has is a row; what all of them are checked for is code, once.

Source: AWS SDKs, S3 endpoint rule set ("endpoint-rule-set-1.json"), in its order.
"""

from __future__ import annotations

from ._partitions import partition_of
from .errors import InvalidInputError, shown
from .request import is_host_label, is_ip_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .endpoints import Endpoint

ARN = "arn:"
EXPRESS_SUFFIXES = ("--x-s3", "--xa-s3")  # directory buckets, and access points of them
OUTPOSTS_SUFFIX = "--op-s3"
SUFFIXES = (*EXPRESS_SUFFIXES, OUTPOSTS_SUFFIX)

_ZONE_SIZES = (8, 9, 13, 14, 20)  # characters of a zone's id that the rules know
_ALIAS_SIZE = 50  # of an Outposts alias, counted from its hardware type to its end


class Place:
    """Scheme and host, whether the bucket is part of the path, and how to sign for it."""

    __slots__ = ("host", "in_path", "path", "region", "region_set", "scheme", "service")

    def __init__(
        self,
        host: str,
        service: str,
        region: str,
        *,
        scheme: str = "https",
        path: str = "",
        in_path: bool = False,
        region_set: str | None = None,
    ) -> None:
        self.scheme = scheme
        self.host = host
        self.path = path
        self.in_path = in_path
        self.service = service
        self.region = region
        self.region_set = region_set


class _Kind:
    """What one service's access points have: a name in the host, and variants of it."""

    __slots__ = ("dualstack", "fips", "name", "title")

    def __init__(self, title: str, name: str, *, fips: bool, dualstack: bool) -> None:
        self.title = title
        self.name = name
        self.fips = fips
        self.dualstack = dualstack


# By the ARN's service, which is the signing service too. None of them has S3 Accelerate.
_KINDS = {
    "s3": _Kind("access points", "s3-accesspoint", fips=True, dualstack=True),
    "s3-object-lambda": _Kind("Object Lambda", "s3-object-lambda", fips=True, dualstack=False),
    "s3-outposts": _Kind("Outposts", "s3-outposts", fips=False, dualstack=False),
}
_MULTI_REGION = _Kind("Multi-Region Access Points", "s3-global", fips=False, dualstack=False)


class _Arn:
    """An ARN in its parts; ``resource`` is cut at colons and slashes."""

    __slots__ = ("account", "partition", "region", "resource", "service")

    def __init__(self, text: str) -> None:
        parts = text.split(":", 5)
        if len(parts) < 6 or not (parts[1] and parts[2] and parts[5]):
            raise _malformed("as arn:partition:service:region:account:resource", text)
        _, self.partition, self.service, self.region, self.account, resource = parts
        self.resource = resource.replace("/", ":").split(":")


def place_of(bucket: str, region: str, endpoint: Endpoint, *, use_arn_region: bool) -> Place:
    """Return where a bucket is that is an ARN, or whose name ends in one of ``SUFFIXES``.

    Raises InvalidInputError where the rules refuse it.
    """
    if bucket.startswith(ARN):
        return _arn_place(bucket, region, endpoint, use_arn_region=use_arn_region)
    if bucket.endswith(OUTPOSTS_SUFFIX):
        return _alias_place(bucket, region, endpoint)
    return _express_place(bucket, region, endpoint)


def is_special(bucket: str, endpoint: Endpoint) -> bool:
    """Tell whether ``bucket`` has rules of its own.

    A name at another store may end as a directory bucket's does and mean nothing by it,
    so that there one has to ask for AWS's reading by the style ``"virtual"``.
    """
    if bucket.startswith(ARN):
        return True
    if not bucket.endswith(SUFFIXES) or (endpoint.is_custom and endpoint.style == "auto"):
        return False
    return len(bucket) >= _ALIAS_SIZE if bucket.endswith(OUTPOSTS_SUFFIX) else True


# ARNs


def _arn_place(text: str, region: str, endpoint: Endpoint, *, use_arn_region: bool) -> Place:
    if endpoint.style == "path":
        raise InvalidInputError("addressing_style", "'auto' or 'virtual' for an ARN", "'path'")
    arn = _Arn(text)
    kind, *names = arn.resource
    if kind == "accesspoint":
        if not names or not names[0]:
            raise _malformed("of an access point, with its name behind 'accesspoint:'", text)
        if not arn.region and arn.service != "s3-object-lambda":
            return _multi_region_place(names[0], arn, text, region, endpoint)
        return _access_point_place(names, arn, text, region, endpoint, use_arn_region=use_arn_region)
    if arn.service == "s3-outposts" and kind:
        return _outpost_place(names, arn, text, region, endpoint, use_arn_region=use_arn_region)
    raise _malformed("of an access point, for s3, s3-object-lambda or s3-outposts", text)


def _access_point_place(
    names: list[str], arn: _Arn, text: str, region: str, endpoint: Endpoint, *, use_arn_region: bool
) -> Place:
    if arn.service not in ("s3", "s3-object-lambda"):
        raise _malformed("of service s3 or s3-object-lambda for an access point", text)
    kind = _KINDS[arn.service]
    _check_switches(kind, endpoint)
    if len(names) > 1:
        raise _malformed("of one access point, with nothing behind its name", text)
    suffix = _own_suffix(arn, text, region, use_arn_region=use_arn_region)
    label = _label("access point's name", names[0], text) + "-" + _label("account", arn.account, text)
    if endpoint.url is not None:
        url = endpoint.url
        return Place(f"{label}.{url.authority}", arn.service, arn.region, scheme=url.scheme, path=url.path)
    fips = "-fips" if endpoint.fips else ""
    dualstack = ".dualstack" if endpoint.dualstack else ""
    host = f"{label}.{kind.name}{fips}{dualstack}.{arn.region}.{suffix}"
    return Place(host, arn.service, arn.region)


def _multi_region_place(name: str, arn: _Arn, text: str, region: str, endpoint: Endpoint) -> Place:
    _check_switches(_MULTI_REGION, endpoint)
    partition = partition_of(region)
    if not all(is_host_label(label.lower()) for label in name.split(".")):
        raise _malformed("of an access point whose name is a host name", text)
    if partition.name != arn.partition:
        raise _malformed(f"of partition {partition.name}, as the region is", text)
    return Place(f"{name}.accesspoint.s3-global.{partition.dns_suffix}", "s3", "*", region_set="*")


def _outpost_place(
    names: list[str], arn: _Arn, text: str, region: str, endpoint: Endpoint, *, use_arn_region: bool
) -> Place:
    _check_switches(_KINDS["s3-outposts"], endpoint)
    if len(names) != 3 or names[1] != "accesspoint":
        raise _malformed("of an Outposts access point, as outpost:ID:accesspoint:NAME", text)
    outpost = _label("Outpost's id", names[0], text)
    suffix = _own_suffix(arn, text, region, use_arn_region=use_arn_region)
    label = _label("access point's name", names[2], text) + "-" + _label("account", arn.account, text)
    parent = f"s3-outposts.{arn.region}.{suffix}" if endpoint.url is None else endpoint.url.authority
    # The rules offer SigV4a too, but one region and SigV4 do, and cost a hundredth.
    return Place(f"{label}.{outpost}.{parent}", arn.service, arn.region)


def _own_suffix(arn: _Arn, text: str, region: str, *, use_arn_region: bool) -> str:
    """Return what hosts of the ARN's region end in; it has to be one that may be used."""
    if not arn.region:
        raise _malformed("with a region", text)
    if not use_arn_region and arn.region != region:
        raise InvalidInputError(
            "bucket", f"an ARN of region {shown(region)}, or use_arn_region True", shown(arn.region)
        )
    ours, its = partition_of(region), partition_of(arn.region)
    if ours is not its:
        raise _malformed(f"of partition {ours.name}, as the region is", text)
    for label in arn.region.split("."):
        _label("region", label, text)
    return its.dns_suffix


def _check_switches(kind: _Kind, endpoint: Endpoint) -> None:
    for field, given, has in (
        ("dualstack", endpoint.dualstack, kind.dualstack),
        ("fips", endpoint.fips, kind.fips),
        ("accelerate", endpoint.accelerate, False),
    ):
        if given and not has:
            raise InvalidInputError(field, f"False for {kind.title}, which do not have it", "True")


def _label(what: str, label: str, text: str) -> str:
    if not is_host_label(label.lower()):
        raise _malformed(f"whose {what} is letters, digits and hyphens", text)
    return label


def _malformed(rule: str, text: str) -> InvalidInputError:
    return InvalidInputError("bucket", "an ARN " + rule, shown(text))


# Names


def _express_place(bucket: str, region: str, endpoint: Endpoint) -> Place:
    """Return the zone's host of a directory bucket, which takes no other addressing style."""
    if endpoint.accelerate:
        raise InvalidInputError("accelerate", "False for S3 Express, which does not have it", "True")
    if endpoint.url is not None:
        url = endpoint.url
        if is_ip_address(url.host):
            return Place(url.authority, "s3express", region, scheme=url.scheme, path=url.path, in_path=True)
        _check_one_label(bucket)
        return Place(f"{bucket}.{url.authority}", "s3express", region, scheme=url.scheme, path=url.path)
    _check_one_label(bucket)
    name = bucket.removesuffix("--x-s3").removesuffix("--xa-s3")
    for size in _ZONE_SIZES:
        if name[-size - 2 : -size] == "--":
            fips = "fips-" if endpoint.fips else ""
            dualstack = ".dualstack" if endpoint.dualstack else ""
            suffix = partition_of(region).dns_suffix
            host = f"{bucket}.s3express-{fips}{name[-size:]}{dualstack}.{region}.{suffix}"
            return Place(host, "s3express", region)
    raise InvalidInputError("bucket", "a directory bucket's name, as name--usw2-az1--x-s3", shown(bucket))


def _alias_place(bucket: str, region: str, endpoint: Endpoint) -> Place:
    """Return the host of an access point alias on Outposts; its name tells hardware and Outpost."""
    hardware, outpost, prefix = bucket[-50], bucket[-49:-32], bucket[-12:-8]
    _check_one_label(bucket)
    if not is_host_label(outpost):
        raise InvalidInputError("bucket", "an Outposts alias with the Outpost's id in it", shown(bucket))
    if hardware not in ("e", "o"):
        raise InvalidInputError("bucket", "an Outposts alias of hardware type o or e", shown(bucket))
    rack = "ec2" if hardware == "e" else f"op-{outpost}"
    if prefix != "beta":
        parent = f"s3-outposts.{region}.{partition_of(region).dns_suffix}"
    elif endpoint.url is not None:
        parent = endpoint.url.authority
    else:
        raise InvalidInputError("endpoint_url", "given for an Outposts alias of a beta region")
    return Place(f"{bucket}.{rack}.{parent}", "s3-outposts", region)


def _check_one_label(bucket: str) -> None:
    if len(bucket) < 3 or not is_host_label(bucket):
        raise InvalidInputError(
            "bucket", "one label of a host name, for a bucket of this kind", shown(bucket)
        )
