"""The resolver against botocore's engine on AWS's own rules, on made-up inputs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import create_loader

from presignlib import InvalidInputError
from presignlib.endpoints import Endpoint, locate

REGIONS = [
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
    "aws-global",
    "aws-cn-global",
    "xx-mars-1",
    "mx-central-1",
    "me-south-1",
]
NAMES = [
    "examplebucket",
    "my.bucket",
    "a.b.c",
    "abc",
    "ab",
    "My_Bucket",
    "UPPER",
    "192.168.1.1",
    "b-",
    "-b",
    "buck%et",
    "99_ab",
    "x..y",
    "bucket.",
    "1.2.3",
    "arn:aws",
    "arn:",
    "arn:aws:s3",
    "foo--op-s3",
    "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "test-accessp-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "test-accessp-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3ebeta0--op-s3",
    "test-accessp-h0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "test-accessp-o0b1d0754.1d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
    "test-accessp-o-b1d075431d83beb-e8xz5w8ijx1qzlbp3i3kuse10--op-s3",
]
ZONES = [
    "usw2-az1",
    "usw2-az12",
    "abcd-ab1",
    "test-zone-ab1",
    "test1-zone-ab1",
    "test1-long1-zone-ab1",
    "usaz1",
    "usw2-az123",
    "a",
    "ab--cdef",
]
ENDPOINTS = [
    "https://custom.com",
    "http://custom.com:9000",
    "https://10.0.0.1",
    "http://127.0.0.1:9000",
    "https://example.amazonaws.com",
    "https://custom.com/base",
    "http://[::1]:8080",
]
TAILS = ["", "", ":accesspoint:mine", "/accesspoint/mine", ":accesspoint", ":foo", ":accesspoint:mi.ne"]
TAILS += [":bucket:mine", ":accesspoint:mine:more", ":accesspoint:"]


def directory_bucket(some: random.Random) -> str:
    name, zone = some.choice(["mine", "my.bucket", "my--b", "", "M"]), some.choice(ZONES)
    return name + some.choice(["--", "--", "-"]) + zone + some.choice(["--x-s3", "--xa-s3", "--op-s3"])


def arn(some: random.Random) -> str:
    service = some.choice(["s3", "s3", "s3-object-lambda", "s3-outposts", "s3-outposts", "sqs", ""])
    kind = some.choice(["accesspoint", "accesspoint", "outpost", "outpost", "bucket_name", ""])
    name = some.choice(["mine", "my.ap", "mfz.mrap", "", "a_b", "-x", "op-01234567890123456"])
    tail = "" if kind == "accesspoint" and some.random() < 0.6 else some.choice(TAILS)
    region = some.choice([*REGIONS, "", "", "us-west-2", "a b", "us_west"])
    account = some.choice(["123456789012"] * 5 + ["", "12_3"])
    partition = some.choice(["aws", "aws", "aws-cn", "aws-us-gov", ""])
    return f"arn:{partition}:{service}:{region}:{account}:{kind}{some.choice(':/')}{name}{tail}"


def parameters(some: random.Random) -> dict[str, Any]:
    accelerate = some.random() < 0.1
    params: dict[str, Any] = {
        "Region": some.choice(REGIONS),
        "UseFIPS": some.random() < 0.2,
        "UseDualStack": some.random() < 0.2,
        "Accelerate": accelerate,
        # Together they are refused at once here, and by the rules only if there is a bucket.
        "ForcePathStyle": not accelerate and some.random() < 0.2,
        "UseGlobalEndpoint": False,
    }
    if some.random() < 0.95:
        params["Bucket"] = some.choice([some.choice(NAMES), directory_bucket(some), arn(some), arn(some)])
    if some.random() < 0.2:
        params["Endpoint"] = some.choice(ENDPOINTS)
    if some.random() < 0.3:
        params["UseArnRegion"] = some.random() < 0.5
    return params


def by_the_rules(engine: EndpointProvider, params: dict[str, Any]) -> tuple[str, str, str] | None:
    try:
        endpoint = engine.resolve_endpoint(**params)
    except EndpointProviderError:
        return None
    auth = endpoint.properties["authSchemes"][-1]  # the last of Outposts' two is that with a region
    region = auth.get("signingRegion") or auth["signingRegionSet"][0]
    if region == "aws-global":
        region = "us-east-1"  # which the rules forget in one of their branches
    return endpoint.url, auth["signingName"], region


def by_us(params: dict[str, Any]) -> tuple[str, str, str] | None:
    try:
        endpoint = Endpoint(
            endpoint_url=params.get("Endpoint"),
            addressing_style="path" if params["ForcePathStyle"] else "virtual",
            dualstack=params["UseDualStack"],
            fips=params["UseFIPS"],
            accelerate=params["Accelerate"],
            allow_http=True,
        )
        use_arn_region = params.get("UseArnRegion", True)
        address = locate(params.get("Bucket"), params["Region"], endpoint, use_arn_region=use_arn_region)
    except InvalidInputError:
        return None
    region = "us-east-1" if address.region == "aws-global" else address.region
    return address.base, address.rules.service, region


@pytest.mark.parametrize("seed", range(4))
def test_the_resolver_agrees_with_the_published_rules(seed: int) -> None:
    loader = create_loader()
    rules = loader.load_service_model("s3", "endpoint-rule-set-1")
    engine = EndpointProvider(rules, loader.load_data("partitions"))
    some = random.Random(seed)
    cases = [parameters(some) for _ in range(1_000)]
    found = [by_us(params) for params in cases]
    assert [by_the_rules(engine, params) for params in cases] == found
    assert sum(address is not None for address in found) > 200
