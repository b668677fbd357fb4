"""S3 endpoint resolution: AWS's published rules, every row of both files."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import (
    Credentials,
    InvalidInputError,
    NoRegionError,
    Presigner,
    inspect_url,
    presign_get,
    verify_url,
)
from presignlib.endpoints import Address, Endpoint, locate, resolve

from .cases import shared

if TYPE_CHECKING:
    from collections.abc import Callable

Raw = dict[str, Any]

# Flags of the rules that make no sense for a presigner: what they put into host or
# message where they decide, and why they are not here. Such rows are not ours; without
# that text a row is one like any other.
NO_FLAGS = {
    "UseGlobalEndpoint": (
        "s3.amazonaws.com",
        "botocore's way to ask for the global host, which does not route to newer regions",
    ),
    "UseS3ExpressControlEndpoint": (
        "s3express-control",
        "the host where directory buckets are made and deleted, and nothing in them is read or written",
    ),
    "UseObjectLambdaEndpoint": (
        "object-lambda",
        "the host of WriteGetObjectResponse, which a Lambda function sends itself",
    ),
    "DisableAccessPoints": (
        "access-points-are-not-supported",
        "SDKs set it for operations that take no access point; none of those is built",
    ),
    "DisableMultiRegionAccessPoints": (
        "are-disabled",
        "a switch of SDKs' settings; who does not want such an ARN passes none",
    ),
}

# Names that the rules place although no bucket has them. The public functions refuse
# them (design: "Guards").
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


def cases(where: Callable[[Raw], bool]) -> list[Any]:
    """Return those rows of both files for which ``where`` holds."""

    def kept(raw: Raw) -> Raw | None:
        return raw if where(raw) else None

    return [*shared("endpoints", kept), *shared("endpoints_generated", kept)]


def is_for_others(raw: Raw) -> bool:
    """Tell whether a flag that makes no sense here decides the address."""
    params, expect = raw["params"], raw["expect"]
    text = (expect.get("url") or expect["error"]).lower().replace(" ", "-")
    given = [name for name in NO_FLAGS if params.get(name)]
    if params.get("Region") == "aws-global" and given == ["UseGlobalEndpoint"]:
        return False  # that region names the global host by itself
    return any(NO_FLAGS[name][0] in text for name in given)


def has_region(raw: Raw) -> bool:
    return "Region" in raw["params"] and not is_for_others(raw)


def is_placed(raw: Raw) -> bool:
    return has_region(raw) and "error" not in raw["expect"]


def is_refused(raw: Raw) -> bool:
    return has_region(raw) and "error" in raw["expect"]


def is_no_bucket(raw: Raw) -> bool:
    """Tell whether the name is none: of all, or of AWS's where the endpoint is no other store's."""
    bucket, endpoint = raw["params"].get("Bucket"), raw["params"].get("Endpoint", "amazonaws.com")
    return bucket in NO_BUCKETS and ("amazonaws.com" in endpoint or not ANY_STORE.issuperset(bucket))


def address_of(params: Raw, find: Callable[..., Address] = locate) -> Address:
    endpoint = Endpoint(
        endpoint_url=params.get("Endpoint"),
        addressing_style="path" if params.get("ForcePathStyle") else "virtual",
        dualstack=params.get("UseDualStack", False),
        fips=params.get("UseFIPS", False),
        accelerate=params.get("Accelerate", False),
        allow_http=True,
    )
    use_arn_region = params.get("UseArnRegion", True)
    return find(params.get("Bucket"), params["Region"], endpoint, use_arn_region=use_arn_region)


@pytest.mark.parametrize("case", cases(is_placed))
def test_a_bucket_is_where_the_published_rules_have_it(case: Raw) -> None:
    assert case["expect"]["url"] == address_of(case["params"]).base


@pytest.mark.parametrize("case", cases(is_placed))
def test_it_is_signed_for_as_the_published_rules_have_it(case: Raw) -> None:
    address = address_of(case["params"])
    # Outposts list two ways to sign; that with one region is taken.
    auth = case["expect"]["auth"][-1]
    assert auth["signingName"] == address.rules.service
    assert auth.get("signingRegionSet") == (None if address.region_set is None else [address.region_set])
    assert auth.get("signingRegion", "*") == address.region


@pytest.mark.parametrize(
    "case", cases(lambda raw: is_placed(raw) and not is_no_bucket(raw) and "Bucket" in raw["params"])
)
def test_the_guard_of_names_changes_no_address(case: Raw) -> None:
    address = address_of(case["params"], resolve)
    assert case["expect"]["url"] == address.base
    assert address_of(case["params"]).path == address.path


def as_read_back(bucket: str) -> str:
    """Return a bucket as its address tells it: an ARN with slashes, or, without an account, an alias."""
    if not bucket.startswith("arn:"):
        return bucket
    *head, resource = bucket.split(":", 5)
    return ":".join([*head, resource.replace(":", "/")]) if head[3] else resource[len("accesspoint/") :]


@pytest.mark.parametrize(
    "case",
    cases(
        lambda raw: (
            is_placed(raw)
            and not is_no_bucket(raw)
            and "Bucket" in raw["params"]
            and "Endpoint" not in raw["params"]
        )
    ),
)
def test_inspecting_and_verifying_a_url_for_it_gives_back_what_was_asked(case: Raw) -> None:
    params = case["params"]
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    url = presign_get(
        params["Bucket"],
        "a b/ü",
        region=params["Region"],
        credentials=credentials,
        addressing_style="path" if params.get("ForcePathStyle") else "virtual",
        dualstack=params.get("UseDualStack", False),
        fips=params.get("UseFIPS", False),
        accelerate=params.get("Accelerate", False),
        use_arn_region=params.get("UseArnRegion", True),
    )
    info = inspect_url(url, now=url.signed_at)
    region = "*" if info.region is None else info.region
    assert (as_read_back(params["Bucket"]), "a b/ü", url.region, ()) == (
        info.bucket,
        info.key,
        region,
        info.problems,
    )
    assert info == verify_url(url, credentials, service=info.service or "", now=url.signed_at)


@pytest.mark.parametrize("case", cases(lambda raw: has_region(raw) and is_no_bucket(raw)))
def test_what_no_bucket_is_called_is_refused(case: Raw) -> None:
    with pytest.raises(InvalidInputError):
        address_of(case["params"], resolve)


@pytest.mark.parametrize("case", cases(lambda raw: is_for_others(raw) and "url" in raw["expect"]))
def test_a_row_that_is_said_to_be_for_others_has_another_address(case: Raw) -> None:
    try:
        found = address_of(case["params"]).base
    except InvalidInputError:
        found = None
    assert case["expect"]["url"] != found


# Which field is at fault, by words of the rules' message; the last that fits counts.
FIELDS = {
    "": "bucket",
    "Accelerate": "accelerate",
    "dual-stack": "dualstack",
    "Dual-stack": "dualstack",
    "FIPS": "fips",
    "Invalid region: region": "region",
    "Path-style addressing cannot be used with ARN": "addressing_style",
    "Expected a endpoint": "endpoint_url",
    "was not a valid URI": "endpoint_url",
}


def field_at_fault(error: str) -> str:
    return next(field for words, field in reversed(FIELDS.items()) if words in error)


@pytest.mark.parametrize("case", cases(is_refused))
def test_what_the_rules_refuse_is_refused_by_the_field_at_fault(case: Raw) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        address_of(case["params"])
    params = case["params"]
    if "?" in params.get("Endpoint", "") or params.get("Endpoint") == "not a url":
        expected = {"endpoint_url"}  # which is looked at before all else
    elif params.get("Accelerate"):
        expected = {"accelerate", field_at_fault(case["expect"]["error"])}  # both are at fault
    else:
        expected = {field_at_fault(case["expect"]["error"])}
    assert refusal.value.field in expected


@pytest.mark.parametrize("case", cases(lambda raw: "Region" not in raw["params"]))
def test_no_address_is_had_without_a_region(case: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(NoRegionError):
        Presigner(credentials=Credentials("AKIDEXAMPLE", "secret")).object_url(
            case["params"].get("Bucket", "bucket"), "key"
        )
