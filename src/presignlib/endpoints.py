"""Where a bucket lives: host, path, signing region. S3's published endpoint rules.

Source: AWS SDKs, S3 endpoint rule set ("endpoint-rule-set-1.json"); what is here is
its part for plain buckets, and ``_arns`` has the rest. The region is always in the
host: AWS's global host does not route to newer regions and answers with redirects
that break uploads.
"""

from __future__ import annotations

from ._partitions import PARTITIONS, Partition, partition_of
from .errors import InvalidInputError, shown
from .request import (
    ParsedURL,
    check_http,
    checked_label,
    is_host_label,
    is_ip_address,
    is_ipv4,
    parse_authority,
    parse_url,
)
from .rules import rules_for
from .sigv4 import uri_encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .dialects import Dialect
    from .rules import ServiceRules

_AWS_BUCKET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_ANY_BUCKET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-")
_S3 = rules_for("s3")
_BASE_PATH = frozenset("/-._~!$&'()*+,;=:@%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_STYLES = ("auto", "virtual", "path")
_AWS_SUFFIXES = tuple(["." + partition.dns_suffix for partition in PARTITIONS])
_ARN = frozenset(":/.-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_LONGEST_ARN = 2_048


class Endpoint:
    """What decides an address besides bucket and region; checked when it is made.

    ``style`` is the addressing style; ``url`` the parsed ``endpoint_url`` or None;
    ``is_custom`` tells that it is a host of someone other than AWS, and ``dialect`` is
    the row of that store, where it is known.
    """

    __slots__ = ("accelerate", "dialect", "dualstack", "fips", "is_custom", "sign_host", "style", "url")

    def __init__(
        self,
        endpoint_url: str | None = None,
        sign_host: str | None = None,
        addressing_style: str = "auto",
        dualstack: bool = False,
        fips: bool = False,
        accelerate: bool = False,
        allow_http: bool = False,
    ) -> None:
        switches = {"dualstack": dualstack, "fips": fips, "accelerate": accelerate}
        for field, value in switches.items():
            if type(value) is not bool:
                raise InvalidInputError(field, "True or False", shown(value))
        if addressing_style not in _STYLES:
            raise InvalidInputError(
                "addressing_style", "'auto', 'virtual' or 'path'", shown(addressing_style)
            )
        self.style = addressing_style
        self.dualstack = dualstack
        self.fips = fips
        self.accelerate = accelerate
        self.url = None if endpoint_url is None else _parsed_endpoint(endpoint_url, allow_http)
        self.is_custom = self.url is not None and not is_aws_host(self.url.host)
        self.dialect = _dialect(self.url) if self.is_custom and self.url is not None else None
        self.sign_host = None if sign_host is None else _parsed_sign_host(sign_host, self.url)
        if accelerate and fips:
            raise InvalidInputError("accelerate", "False with fips=True: S3 Accelerate has no FIPS hosts")
        if accelerate and addressing_style == "path":
            raise InvalidInputError("accelerate", "False with addressing_style='path'")
        for field, value in switches.items():
            if value and self.url is not None:
                raise InvalidInputError(field, "False with endpoint_url: the URL already names the host")


class Address:
    """Where one bucket is: URL ``base`` and canonical ``path`` up to the key, signed ``host``.

    ``region_set`` is None unless the bucket has to be signed for by SigV4a.
    """

    __slots__ = ("base", "host", "path", "region", "region_set", "rules")

    def __init__(
        self,
        base: str,
        path: str,
        host: str,
        region: str,
        rules: ServiceRules,
        region_set: str | None = None,
    ) -> None:
        self.base = base
        self.path = path
        self.host = host
        self.region = region
        self.rules = rules
        self.region_set = region_set


def resolve(bucket: str, region: str, endpoint: Endpoint, *, use_arn_region: bool = True) -> Address:
    """Return the address of ``bucket``; its ``path`` ends before the key's slash.

    ``bucket`` may be an ARN; its region counts unless ``use_arn_region`` is False.
    Raises InvalidInputError for what is no bucket, and where AWS's rules refuse the
    combination.
    """
    check_bucket(bucket, custom=endpoint.is_custom)
    return _located(bucket, region, endpoint, "." not in bucket, use_arn_region)


def locate(bucket: str | None, region: str, endpoint: Endpoint, *, use_arn_region: bool = True) -> Address:
    """Return what the published rules alone say, of any name, or of no bucket for None.

    This is for those who compare rules. A name that is no bucket's may leave its label
    or path segment: :func:`resolve` looks first.
    """
    hostable = bucket is not None and is_virtual_hostable(bucket)
    return _located(bucket, region, endpoint, hostable, use_arn_region)


def _located(
    bucket: str | None, region: str, endpoint: Endpoint, hostable: bool, use_arn_region: bool
) -> Address:
    """``hostable``: whether the bucket can be one label, under the wildcard certificate."""
    checked_label("region", region, any_case=endpoint.is_custom)
    partition = partition_of(region)
    if endpoint.fips and not partition.fips:
        raise InvalidInputError("fips", f"False in {partition.name}, which has no FIPS hosts", "True")
    if bucket is not None and ("--" in bucket or ":" in bucket):
        special = _special_address(bucket, region, endpoint, use_arn_region)
        if special is not None:
            return special
    signing_region = "us-east-1" if region == "aws-global" else region
    if endpoint.url is not None:
        return _custom_address(bucket, signing_region, endpoint, endpoint.url)
    virtual = hostable and endpoint.style != "path"
    if endpoint.accelerate and bucket is not None:
        host = _accelerate_host(region, endpoint, partition, virtual=virtual)
    else:
        host = _aws_host(region, endpoint, partition)
    return _address(
        "https", f"{bucket}.{host}" if virtual else host, bucket, signing_region, endpoint, virtual
    )


def _special_address(bucket: str, region: str, endpoint: Endpoint, use_arn_region: bool) -> Address | None:
    """Return the address of an ARN, directory bucket or Outposts alias; None for other buckets."""
    from . import _arns  # few need it

    if not _arns.is_special(bucket, endpoint):
        return None
    scheme, host, path, service, region, region_set = _arns.place_of(
        bucket, region, endpoint, use_arn_region=use_arn_region
    )
    host = host.lower()
    base = f"{scheme}://{host}{path}"
    return Address(base, path, endpoint.sign_host or host, region, rules_for(service), region_set)


def check_bucket(bucket: str, *, custom: bool = False) -> None:
    """Refuse what is no bucket name on AWS or, with ``custom``, at any store.

    Nothing that passes can leave its host label or path segment. Source: Amazon S3
    User Guide, "General purpose bucket naming rules".
    """
    if not isinstance(bucket, str):
        raise InvalidInputError("bucket", "a str", type(bucket).__name__)
    if custom:
        if bucket.startswith("arn:") and _is_arn(bucket):
            return
        if not (0 < len(bucket) < 256 and _ANY_BUCKET.issuperset(bucket) and bucket not in (".", "..")):
            raise InvalidInputError("bucket", "1 to 255 of A-Z a-z 0-9 . _ : -", shown(bucket))
        return
    if not (
        2 < len(bucket) < 64
        and _AWS_BUCKET.issuperset(bucket)
        and bucket[0] not in ".-"
        and bucket[-1] not in ".-"
        and not ("." in bucket and (".." in bucket or is_ipv4(bucket)))
    ):
        if bucket.startswith("arn:") and _is_arn(bucket):
            return
        rule = "3 to 63 of a-z 0-9 . - with a letter or digit at both ends, no '..' and no IPv4 address"
        raise InvalidInputError("bucket", rule, shown(bucket))


def _is_arn(text: str) -> bool:
    """Tell whether ``text`` has only what an ARN of S3 may have; the rules see to its form."""
    return len(text) <= _LONGEST_ARN and _ARN.issuperset(text)


def is_virtual_hostable(bucket: str, *, dots: bool = False) -> bool:
    """Tell whether ``bucket`` can stand in the host: as one label or, with ``dots``, several."""
    if len(bucket) < 3 or is_ipv4(bucket):
        return False
    return all(is_host_label(label) for label in (bucket.split(".") if dots else (bucket,)))


def is_aws_host(host: str) -> bool:
    """Tell whether ``host`` is one of AWS's own, in any partition."""
    return host.endswith(_AWS_SUFFIXES)


def _accelerate_host(region: str, endpoint: Endpoint, partition: Partition, *, virtual: bool) -> str:
    if not partition.accelerate:
        raise InvalidInputError(
            "accelerate", f"False in {partition.name}, which has no S3 Accelerate", "True"
        )
    if not virtual:
        raise InvalidInputError("accelerate", "False for a bucket with dots", "True")
    dualstack = ".dualstack" if endpoint.dualstack else ""
    if dualstack and region == "aws-global":
        dualstack += ".us-east-1"  # as the rules have it
    return f"s3-accelerate{dualstack}.{partition.dns_suffix}"


def _aws_host(region: str, endpoint: Endpoint, partition: Partition) -> str:
    service = ("s3-fips" if endpoint.fips else "s3") + (".dualstack" if endpoint.dualstack else "")
    if region == "aws-global" and service == "s3":
        return f"s3.{partition.dns_suffix}"
    return f"{service}.{region if region != 'aws-global' else 'us-east-1'}.{partition.dns_suffix}"


def _custom_address(bucket: str | None, region: str, endpoint: Endpoint, url: ParsedURL) -> Address:
    style = endpoint.style
    if bucket is None:
        return _address(url.scheme, url.authority, bucket, region, endpoint, True, url.path)
    if not endpoint.is_custom:
        if url.host.startswith(f"{bucket}.s3"):
            raise InvalidInputError("endpoint_url", "free of the bucket, which is added to it")
        style = "virtual" if style == "auto" else style
    if style == "auto" and endpoint.sign_host is not None and endpoint.sign_host.startswith(bucket + "."):
        # The signed host names the bucket, so the path must not name it again; the
        # URL's host is someone's own name for that bucket and is taken as it is.
        return _address(url.scheme, url.authority, bucket, region, endpoint, True, url.path)
    if style == "virtual":
        # A name with dots is looked at without the host behind it: so do the rules.
        virtual = (is_virtual_hostable(bucket) and not is_ip_address(url.host)) or (
            url.scheme == "http" and "." in bucket and is_virtual_hostable(bucket, dots=True)
        )
    else:
        virtual = False
    host = f"{bucket}.{url.authority}" if virtual else url.authority
    return _address(url.scheme, host, bucket, region, endpoint, virtual, url.path)


def _address(
    scheme: str,
    host: str,
    bucket: str | None,
    region: str,
    endpoint: Endpoint,
    virtual: bool,
    prefix: str = "",
) -> Address:
    path = prefix if virtual or bucket is None else f"{prefix}/{uri_encode(bucket)}"
    return Address(f"{scheme}://{host}{path}", path, endpoint.sign_host or host, region, _S3)


def _dialect(url: ParsedURL) -> Dialect | None:
    from .dialects import dialect_of  # no URL of AWS needs it

    return dialect_of(url.host, url.path)


def _parsed_endpoint(endpoint_url: str, allow_http: bool) -> ParsedURL:
    url = parse_url("endpoint_url", endpoint_url, ("https", "http"))
    if "?" in endpoint_url:
        raise InvalidInputError("endpoint_url", "free of a query ('?…')")
    if not _BASE_PATH.issuperset(url.path):
        raise InvalidInputError("endpoint_url", "percent-encoded in its path")
    check_http("endpoint_url", url.scheme, url.host, allow_http)
    url.path = url.path.rstrip("/")
    return url


def _parsed_sign_host(sign_host: str, url: ParsedURL | None) -> str:
    if not isinstance(sign_host, str):
        raise InvalidInputError("sign_host", "a str", type(sign_host).__name__)
    host, port = parse_authority("sign_host", sign_host, "https" if url is None else url.scheme)
    return host if port is None else f"{host}:{port}"
