"""S3 endpoint resolution: AWS's published rules, as far as they are about buckets by name."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, InvalidInputError, NoRegionError, Presigner
from presignlib.endpoints import Endpoint, resolve

from .cases import only, shared, without

if TYPE_CHECKING:
    from collections.abc import Callable

# The kinds that are about general purpose buckets, which are what is built so far.
KINDS = {
    "accelerate",
    "bucket-not-host-label",
    "custom-endpoint",
    "dotted-bucket",
    "dualstack",
    "fips",
    "fips-dualstack",
    "path-style",
    "virtual-host",
}


# Names that the rules place although no bucket has them. presignlib refuses them (design: "Guards").
NO_BUCKETS = {
    "example.com#": "a '#'",
    "bucket!": "a '!'",
    "buck%et": "a '%'",
    "99_ab": "an underscore",
    "99a_b": "an underscore",
    "my_bucket": "an underscore",
    "BucketName": "upper case",
    "MyBucket": "upper case",
    "aa": "fewer than 3 characters",
    "ab": "fewer than 3 characters",
    "a" * 64: "more than 63 characters",
    "trail-": "a hyphen at the end",
    "-lead": "a hyphen at the start",
    "192.168.0.1": "the form of an IPv4 address",
    "b..c": "an empty label",
}

ANY_STORE = frozenset(string.ascii_letters + string.digits + "._:-")

GLOBAL_HOST = "the rules' UseGlobalEndpoint is what botocore asks for; presignlib names the regional host"
NO_ACCELERATE = "the rules place S3 Accelerate in partitions that do not have it"

# Addresses that differ from the published rules, and why.
DIFFERENT = {
    "ForcePathStyle, UseGlobalEndpoint us-east-1 region uses the global endpoint": GLOBAL_HOST,
    "bucket-not-host-label/us-east-1/G/3490f4e360": GLOBAL_HOST,
    "accelerate/aws-global/DA/e83698997e": "the rules put us-east-1 into the one host of S3 Accelerate",
    "custom-endpoint/us-west-2/-/ab568668fb": "the rules put labels before an IP address: a.b.c.192.168.1.1",
}
REFUSED = {
    "accelerate/eu-isoe-west-1/A/9041ec1e0f": NO_ACCELERATE,
    "accelerate/eu-isoe-west-1/DA/0a8c55ad31": NO_ACCELERATE,
    "accelerate/us-isob-east-1/A/37a812aaba": NO_ACCELERATE,
    "accelerate/us-isob-east-1/DA/5e8037dd2a": NO_ACCELERATE,
    "accelerate/us-isof-south-1/DA/26f0acfc36": NO_ACCELERATE,
    "accelerate/eusc-de-east-1/A/e812e9a959": NO_ACCELERATE,
    "accelerate/eusc-de-east-1/DA/db9ea2b014": NO_ACCELERATE,
    "accelerate/us-gov-west-1/A/81108fb0ea": NO_ACCELERATE,
    "accelerate/us-iso-east-1/A/8ff8c81a6e": NO_ACCELERATE,
}

Raw = dict[str, Any]


def cases(where: Callable[[Raw], bool]) -> list[Any]:
    """Return those cases about a bucket, of both files, for which ``where`` holds."""

    def kept(raw: Raw) -> Raw | None:
        of_a_bucket = raw["kind"] in KINDS and "Bucket" in raw["params"]
        return raw if of_a_bucket and where(raw) else None

    return [*shared("endpoints", kept), *shared("endpoints_generated", kept)]


def is_no_bucket(raw: Raw) -> bool:
    """Tell whether the name is none: of all, or of AWS's where the endpoint is no other store's."""
    bucket, endpoint = raw["params"]["Bucket"], raw["params"].get("Endpoint", "amazonaws.com")
    return bucket in NO_BUCKETS and ("amazonaws.com" in endpoint or not ANY_STORE.issuperset(bucket))


def is_placed(raw: Raw) -> bool:
    return "error" not in raw["expect"] and not is_no_bucket(raw)


PLACED = cases(is_placed)


def address_of(params: dict[str, Any]) -> tuple[str, str, str]:
    """Return base URL, signing service and region for parameters of the rules."""
    endpoint = Endpoint(
        endpoint_url=params.get("Endpoint"),
        addressing_style="path" if params.get("ForcePathStyle") else "virtual",
        dualstack=params.get("UseDualStack", False),
        fips=params.get("UseFIPS", False),
        accelerate=params.get("Accelerate", False),
        allow_http=True,
    )
    address = resolve(params["Bucket"], params["Region"], endpoint)
    return address.base, address.rules.service, address.region


def expected_of(raw: Raw) -> tuple[str, str, str]:
    (auth,) = raw["expect"]["auth"]
    return raw["expect"]["url"], auth["signingName"], auth["signingRegion"]


@pytest.mark.parametrize("case", without(PLACED, {**DIFFERENT, **REFUSED}))
def test_a_bucket_is_where_the_published_rules_have_it(case: Raw) -> None:
    assert expected_of(case) == address_of(case["params"])


@pytest.mark.parametrize("case", only(PLACED, DIFFERENT))
def test_an_address_that_is_said_to_differ_does(case: Raw) -> None:
    assert expected_of(case) != address_of(case["params"])


@pytest.mark.parametrize("case", only(PLACED, REFUSED))
def test_an_address_that_is_said_to_be_refused_is(case: Raw) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        address_of(case["params"])
    assert refusal.value.field == "accelerate"


@pytest.mark.parametrize("case", cases(is_no_bucket))
def test_what_no_bucket_is_called_is_refused(case: Raw) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        address_of(case["params"])
    assert refusal.value.field in ("bucket", *REFUSALS.values())


# The field that our refusal names, for the rules' message.
REFUSALS = {
    "Cannot set dual-stack in combination with a custom endpoint.": "dualstack",
    "A custom endpoint cannot be combined with FIPS": "fips",
    # The one case also has a query in its endpoint, which is looked at first.
    "A custom endpoint cannot be combined with S3 Accelerate": "endpoint_url",
    "Accelerate cannot be used with FIPS": "accelerate",
    "Partition does not support FIPS": "fips",
    "Path-style addressing cannot be used with S3 Accelerate": "accelerate",
    "S3 Accelerate cannot be used in this region": "accelerate",
    "Custom endpoint `abcde://nota#url` was not a valid URI": "endpoint_url",
    "Custom endpoint `https://custom.com?x=1` was not a valid URI": "endpoint_url",
    "A region must be set when sending requests to S3.": "region",
}


def is_refused(raw: Raw) -> bool:
    return "error" in raw["expect"] and "Region" in raw["params"] and not is_no_bucket(raw)


@pytest.mark.parametrize("case", cases(is_refused))
def test_what_the_rules_refuse_is_refused_by_the_field_at_fault(case: Raw) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        address_of(case["params"])
    assert REFUSALS[case["expect"]["error"]] == refusal.value.field


@pytest.mark.parametrize("case", cases(lambda raw: "Region" not in raw["params"]))
def test_no_address_is_had_without_a_region(case: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(NoRegionError):
        Presigner(credentials=Credentials("AKIDEXAMPLE", "secret")).object_url(
            case["params"]["Bucket"], "key"
        )
