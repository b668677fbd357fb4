"""Buckets that are more than a name: ARNs, directory buckets, aliases on Outposts.

What each kind has is a row; what all of them are checked for is code, once. Each function
gives a place: scheme, host, path, signing service and region, and the region set where
SigV4a signs.

Source: AWS SDKs, S3 endpoint rule set ("endpoint-rule-set-1.json"), in its order.
"""

from __future__ import annotations

from ._partitions import partition_of
from .errors import InvalidInputError, shown
from .request import is_host_label, is_ip_address
from .sigv4 import uri_encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .endpoints import Endpoint
    from .request import ParsedURL

    Place = tuple[str, str, str, str, str, str | None]
    Kind = tuple[str, str, tuple[str, ...]]

ARN = "arn:"
EXPRESS_SUFFIXES = ("--x-s3", "--xa-s3")  # directory buckets, and access points of them
OUTPOSTS_SUFFIX = "--op-s3"
SUFFIXES = (*EXPRESS_SUFFIXES, OUTPOSTS_SUFFIX)

_ZONE_SIZES = (8, 9, 13, 14, 20)  # characters of a zone's id that the rules know
_ALIAS_SIZE = 50  # of an Outposts alias, counted from its hardware type to its end

# By the ARN's service, which is the signing service too: what it is called, what its hosts
# are, and the switches that it has. None has S3 Accelerate.
_KINDS: dict[str, Kind] = {
    "s3": ("access points", "s3-accesspoint", ("fips", "dualstack")),
    "s3-object-lambda": ("Object Lambda", "s3-object-lambda", ("fips",)),
    "s3-outposts": ("Outposts", "s3-outposts", ()),
}
_MULTI_REGION: Kind = ("Multi-Region Access Points", "s3-global", ())


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


def place_of(bucket: str, region: str, endpoint: Endpoint, *, use_arn_region: bool) -> Place:
    """Return where a bucket is that is an ARN, or whose name ends in one of ``SUFFIXES``.

    Raises InvalidInputError where the rules refuse it.
    """
    if bucket.startswith(ARN):
        return _arn_place(bucket, region, endpoint, use_arn_region)
    make = _alias_place if bucket.endswith(OUTPOSTS_SUFFIX) else _express_place
    return make(bucket, region, endpoint)


# ARNs


def _arn_place(text: str, region: str, endpoint: Endpoint, use_arn_region: bool) -> Place:
    if endpoint.style == "path":
        raise InvalidInputError("addressing_style", "'auto' or 'virtual' for an ARN", "'path'")
    parts = text.split(":", 5)
    if len(parts) < 6 or not (parts[1] and parts[2] and parts[5]):
        raise _malformed("as arn:partition:service:region:account:resource", text)
    _, partition, service, its_region, account, resource = parts
    kind, *names = resource.replace("/", ":").split(":")
    if kind == "accesspoint":
        if not names or not names[0]:
            raise _malformed("of an access point, with its name behind 'accesspoint:'", text)
        if not its_region and service != "s3-object-lambda":
            return _multi_region_place(names[0], partition, text, region, endpoint)
        if service not in ("s3", "s3-object-lambda"):
            raise _malformed("of service s3 or s3-object-lambda for an access point", text)
    elif service != "s3-outposts" or not kind:
        raise _malformed("of an access point, for s3, s3-object-lambda or s3-outposts", text)
    _check_switches(_KINDS[service], endpoint)
    name, outpost = _names(names, service == "s3-outposts", text)
    suffix = _own_suffix(its_region, text, region, use_arn_region=use_arn_region)
    label = f"{_label('access point name', name, text)}-{_label('account', account, text)}{outpost}"
    if endpoint.url is not None:
        # The rules name Outposts by https alone, and offer SigV4a too; one region and SigV4
        # do, and cost a hundredth.
        return _under(endpoint.url, label, service, its_region, plain=bool(outpost))
    fips, dualstack = "-fips" if endpoint.fips else "", ".dualstack" if endpoint.dualstack else ""
    host = f"{label}.{_KINDS[service][1]}{fips}{dualstack}.{its_region}.{suffix}"
    return "https", host, "", service, its_region, None


def _names(names: list[str], on_outposts: bool, text: str) -> tuple[str, str]:
    """Return an access point's name, and the label of the Outpost that it is on, with its dot."""
    if on_outposts:
        if len(names) != 3 or names[1] != "accesspoint":
            raise _malformed("of an Outposts access point, as outpost:ID:accesspoint:NAME", text)
        return names[2], "." + _label("Outpost's id", names[0], text)
    if len(names) > 1:
        raise _malformed("of one access point, with nothing behind its name", text)
    return names[0], ""


def _multi_region_place(name: str, partition: str, text: str, region: str, endpoint: Endpoint) -> Place:
    _check_switches(_MULTI_REGION, endpoint)
    ours = partition_of(region)
    if not all(is_host_label(label.lower()) for label in name.split(".")):
        raise _malformed("of an access point whose name is a host name", text)
    if ours.name != partition:
        raise _malformed(f"of partition {ours.name}, as the region is", text)
    return "https", f"{name}.accesspoint.{_MULTI_REGION[1]}.{ours.dns_suffix}", "", "s3", "*", "*"


def _own_suffix(its_region: str, text: str, region: str, *, use_arn_region: bool) -> str:
    """Return what hosts of the ARN's region end in; it has to be one that may be used."""
    if not its_region:
        raise _malformed("with a region", text)
    if not use_arn_region and its_region != region:
        raise InvalidInputError(
            "bucket", f"an ARN of region {shown(region)}, or use_arn_region True", shown(its_region)
        )
    ours, its = partition_of(region), partition_of(its_region)
    if ours is not its:
        raise _malformed(f"of partition {ours.name}, as the region is", text)
    for label in its_region.split("."):
        _label("region", label, text)
    return its.dns_suffix


def _under(url: ParsedURL, label: str, service: str, region: str, *, plain: bool = False) -> Place:
    """Return the place of ``label`` under a given endpoint; ``plain`` takes its host alone."""
    host = f"{label}.{url.authority}"
    scheme, path = ("https", "") if plain else (url.scheme, url.path)
    return scheme, host, path, service, region, None


def _check_switches(kind: Kind, endpoint: Endpoint) -> None:
    for field in ("dualstack", "fips", "accelerate"):
        if getattr(endpoint, field) and field not in kind[2]:
            raise InvalidInputError(field, f"False for {kind[0]}, which do not have it", "True")


def _label(what: str, label: str, text: str) -> str:
    if not is_host_label(label.lower()):
        raise _malformed(f"whose {what} is letters, digits and hyphens", text)
    return label


def _malformed(rule: str, text: str) -> InvalidInputError:
    return InvalidInputError("bucket", "an ARN " + rule, shown(text))


# Names


def _express_place(bucket: str, region: str, endpoint: Endpoint) -> Place:
    """Return the zone's host of a directory bucket, which takes no other addressing style."""
    _check_switches(("S3 Express buckets", "", ("fips", "dualstack")), endpoint)
    url = endpoint.url
    if url is not None and is_ip_address(url.host):
        return url.scheme, url.authority, f"{url.path}/{uri_encode(bucket)}", "s3express", region, None
    _check_one_label(bucket)
    if url is not None:
        return _under(url, bucket, "s3express", region)
    name = bucket.removesuffix("--x-s3").removesuffix("--xa-s3")
    for size in _ZONE_SIZES:
        if name[-size - 2 : -size] == "--":
            fips, dualstack = "fips-" if endpoint.fips else "", ".dualstack" if endpoint.dualstack else ""
            suffix = partition_of(region).dns_suffix
            host = f"{bucket}.s3express-{fips}{name[-size:]}{dualstack}.{region}.{suffix}"
            return "https", host, "", "s3express", region, None
    raise InvalidInputError("bucket", "a directory bucket's name, as name--usw2-az1--x-s3", shown(bucket))


def _alias_place(bucket: str, region: str, endpoint: Endpoint) -> Place:
    """Return the host of an access point alias on Outposts; its name tells hardware and Outpost."""
    hardware, outpost, prefix = bucket[-50], bucket[-49:-32], bucket[-12:-8]
    _check_one_label(bucket)
    if not is_host_label(outpost):
        raise InvalidInputError("bucket", "an Outposts alias with the Outpost's id in it", shown(bucket))
    if hardware not in ("e", "o"):
        raise InvalidInputError("bucket", "an Outposts alias of hardware type o or e", shown(bucket))
    label = f"{bucket}.ec2" if hardware == "e" else f"{bucket}.op-{outpost}"
    if prefix != "beta":
        suffix = partition_of(region).dns_suffix
        return "https", f"{label}.s3-outposts.{region}.{suffix}", "", "s3-outposts", region, None
    if endpoint.url is None:
        raise InvalidInputError("endpoint_url", "given for an Outposts alias of a beta region")
    return _under(endpoint.url, label, "s3-outposts", region, plain=True)


def _check_one_label(bucket: str) -> None:
    if len(bucket) < 3 or not is_host_label(bucket):
        raise InvalidInputError(
            "bucket", "one label of a host name, for a bucket of this kind", shown(bucket)
        )
