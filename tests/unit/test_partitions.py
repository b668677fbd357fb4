"""Which partition a region is in."""

from __future__ import annotations

import pytest

from presignlib._partitions import partition_of


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws", "us-east-1"),
        ("aws", "eu-central-1"),
        ("aws", "aws-global"),
        ("aws", "mars-north-1"),
        ("aws", "x"),
        ("aws-cn", "cn-north-1"),
        ("aws-cn", "aws-cn-global"),
        ("aws-us-gov", "us-gov-west-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"),
        ("aws-iso-e", "eu-isoe-west-1"),
        ("aws-iso-f", "us-isof-south-1"),
        ("aws-eusc", "eusc-de-east-1"),
    ],
)
def test_the_name_of_a_region_tells_its_partition(partition: str, region: str) -> None:
    assert partition == partition_of(region).name
