"""AWS's partitions, as far as S3's addresses need them.

Source: AWS SDKs, "partitions.json" and the S3 endpoint rule set. A region that fits
no row is taken to be a new one of partition ``aws``, as the published rules do.
"""

from __future__ import annotations


class Partition:
    """One partition: what its hosts end in, and which hosts the rules refuse there."""

    __slots__ = ("accelerate", "dns_suffix", "fips", "name")

    def __init__(self, name: str, dns_suffix: str, *, fips: bool = True, accelerate: bool = True) -> None:
        self.name = name
        self.dns_suffix = dns_suffix
        self.fips = fips
        self.accelerate = accelerate


AWS = Partition("aws", "amazonaws.com")
_CN = Partition("aws-cn", "amazonaws.com.cn", fips=False, accelerate=False)
_EUSC = Partition("aws-eusc", "amazonaws.eu")
_ISO = Partition("aws-iso", "c2s.ic.gov")
_ISO_B = Partition("aws-iso-b", "sc2s.sgov.gov")
_ISO_E = Partition("aws-iso-e", "cloud.adc-e.uk")
_ISO_F = Partition("aws-iso-f", "csp.hci.ic.gov")
_GOV = Partition("aws-us-gov", "amazonaws.com")

PARTITIONS = (AWS, _CN, _EUSC, _ISO, _ISO_B, _ISO_E, _ISO_F, _GOV)

# A region is ``<prefix>-<direction>-<number>``, and the prefix tells the partition.
_BY_PREFIX = {
    "cn": _CN,
    "eusc-de": _EUSC,
    "us-iso": _ISO,
    "us-isob": _ISO_B,
    "eu-isoe": _ISO_E,
    "us-isof": _ISO_F,
    "us-gov": _GOV,
}
# The pseudo-regions of services that have no region.
_BY_REGION = {f"{partition.name}-global": partition for partition in PARTITIONS}


def partition_of(region: str) -> Partition:
    """Return the partition that a region is in by its name; ``aws`` for unknown ones."""
    return _BY_PREFIX.get(region.rsplit("-", 2)[0]) or _BY_REGION.get(region) or AWS
