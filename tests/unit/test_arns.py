"""Buckets that are more than a name: where they are, and what is refused of them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from presignlib import Credentials, InvalidInputError, PresignedURL, object_url, presign_get, presign_put
from presignlib.endpoints import Address, Endpoint, locate, resolve

ACCOUNT = "123456789012"
ACCESS_POINT = f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint:mine"
OBJECT_LAMBDA = f"arn:aws:s3-object-lambda:us-west-2:{ACCOUNT}:accesspoint/mine"
OUTPOST = f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost:op-01:accesspoint:mine"
MULTI_REGION = f"arn:aws:s3::{ACCOUNT}:accesspoint:mfzwi23gnjvgw.mrap"
DIRECTORY = "mine--usw2-az1--x-s3"
ALIAS = "test-accessp-{}0b1d075431d83bebde8xz5w8ijx1qzlbp3i3{}0--op-s3"

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def at(bucket: str, region: str = "us-west-2", *, use_arn_region: bool = True, **endpoint: Any) -> Address:
    return resolve(bucket, region, Endpoint(**endpoint), use_arn_region=use_arn_region)


def refused(bucket: str, region: str = "us-west-2", **keywords: Any) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as refusal:
        at(bucket, region, **keywords)
    return refusal.value


# Where they are

PLACES = {
    ACCESS_POINT: f"https://mine-{ACCOUNT}.s3-accesspoint.us-west-2.amazonaws.com",
    OBJECT_LAMBDA: f"https://mine-{ACCOUNT}.s3-object-lambda.us-west-2.amazonaws.com",
    OUTPOST: f"https://mine-{ACCOUNT}.op-01.s3-outposts.us-west-2.amazonaws.com",
    MULTI_REGION: "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com",
    DIRECTORY: f"https://{DIRECTORY}.s3express-usw2-az1.us-west-2.amazonaws.com",
}


@pytest.mark.parametrize("bucket", PLACES)
def test_each_kind_has_its_host(bucket: str) -> None:
    address = at(bucket)
    assert PLACES[bucket] == address.base
    assert (PLACES[bucket].removeprefix("https://"), "") == (address.host, address.path)


@pytest.mark.parametrize(
    ("bucket", "service"),
    [
        (ACCESS_POINT, "s3"),
        (OBJECT_LAMBDA, "s3-object-lambda"),
        (OUTPOST, "s3-outposts"),
        (MULTI_REGION, "s3"),
        (DIRECTORY, "s3express"),
        (ALIAS.format("o", "kuse1"), "s3-outposts"),
    ],
)
def test_each_kind_is_signed_for_its_service(bucket: str, service: str) -> None:
    assert service == at(bucket).rules.service


def test_colons_and_slashes_are_the_same_in_an_arn() -> None:
    assert at(ACCESS_POINT).base == at(ACCESS_POINT.replace("accesspoint:", "accesspoint/")).base


def test_the_bucket_of_the_url_is_the_arn_as_it_was_given() -> None:
    url = presign_get(ACCESS_POINT, "a/b", region="us-west-2", credentials=KEYS)
    assert (ACCESS_POINT, "a/b") == (url.bucket, url.key)
    assert url.startswith(PLACES[ACCESS_POINT] + "/a/b?")


def test_an_object_has_a_plain_url_there_too() -> None:
    assert f"{PLACES[OUTPOST]}/a%20b" == object_url(OUTPOST, "a b", region="us-west-2")


def test_a_host_is_written_in_lower_case() -> None:
    address = at(f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint:Mine")
    assert PLACES[ACCESS_POINT] == address.base
    assert address.host == address.host.lower()


def test_sign_host_says_what_is_signed() -> None:
    assert at(ACCESS_POINT, sign_host="inner.example").host == "inner.example"


# Regions


def test_the_arns_region_is_the_one_that_counts() -> None:
    address = at(ACCESS_POINT, "eu-central-1")
    assert address.region == "us-west-2"
    assert ".us-west-2." in address.host


@pytest.mark.parametrize("bucket", [ACCESS_POINT, OBJECT_LAMBDA, OUTPOST])
def test_another_region_is_refused_where_the_arns_is_not_to_be_used(bucket: str) -> None:
    assert "use_arn_region True" in str(refused(bucket, "eu-central-1", use_arn_region=False))


@pytest.mark.parametrize("bucket", [ACCESS_POINT, OBJECT_LAMBDA, OUTPOST])
def test_its_own_region_is_accepted_where_the_arns_is_not_to_be_used(bucket: str) -> None:
    assert PLACES[bucket] == at(bucket, use_arn_region=False).base


def test_the_environment_says_whether_the_arns_region_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_S3_USE_ARN_REGION", "false")
    with pytest.raises(InvalidInputError, match="use_arn_region"):
        object_url(ACCESS_POINT, "k", region="eu-central-1")


@pytest.mark.parametrize("bucket", [ACCESS_POINT, OBJECT_LAMBDA, OUTPOST, MULTI_REGION])
def test_an_arn_of_another_partition_is_refused(bucket: str) -> None:
    assert refused(bucket, "cn-north-1").field == "bucket"


def test_a_multi_region_access_point_of_china_is_there() -> None:
    address = at(MULTI_REGION.replace("aws", "aws-cn", 1), "cn-north-1")
    assert address.host == "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com.cn"


# Multi-Region Access Points


def test_a_multi_region_access_point_is_signed_for_everywhere() -> None:
    address = at(MULTI_REGION)
    assert (address.region, address.region_set) == ("*", "*")


def test_its_url_is_one_of_sigv4a() -> None:
    url = presign_put(MULTI_REGION, "k", region="us-west-2", credentials=KEYS, now=NOW, overwrite=False)
    assert "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&" in url
    assert "&X-Amz-Region-Set=%2A&" in url
    assert "X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fs3%2Faws4_request" in url
    assert url.region == "*"
    assert {"if-none-match": "*"} == url.headers


@pytest.mark.parametrize("bucket", [ACCESS_POINT, OBJECT_LAMBDA, OUTPOST, DIRECTORY])
def test_nothing_else_is(bucket: str) -> None:
    url: PresignedURL = presign_get(bucket, "k", region="us-west-2", credentials=KEYS)
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256&" in url


# Variants


@pytest.mark.parametrize(
    ("bucket", "switches", "host"),
    [
        (ACCESS_POINT, {"fips": True}, "s3-accesspoint-fips.us-west-2"),
        (ACCESS_POINT, {"dualstack": True}, "s3-accesspoint.dualstack.us-west-2"),
        (ACCESS_POINT, {"fips": True, "dualstack": True}, "s3-accesspoint-fips.dualstack.us-west-2"),
        (OBJECT_LAMBDA, {"fips": True}, "s3-object-lambda-fips.us-west-2"),
        (DIRECTORY, {"fips": True}, "s3express-fips-usw2-az1.us-west-2"),
        (DIRECTORY, {"dualstack": True}, "s3express-usw2-az1.dualstack.us-west-2"),
        (DIRECTORY, {"fips": True, "dualstack": True}, "s3express-fips-usw2-az1.dualstack.us-west-2"),
    ],
)
def test_variants_are_in_the_host(bucket: str, switches: dict[str, Any], host: str) -> None:
    assert at(bucket, **switches).host.endswith(f".{host}.amazonaws.com")


@pytest.mark.parametrize(
    ("bucket", "field"),
    [
        (ACCESS_POINT, "accelerate"),
        (OBJECT_LAMBDA, "dualstack"),
        (OBJECT_LAMBDA, "accelerate"),
        (OUTPOST, "dualstack"),
        (OUTPOST, "fips"),
        (OUTPOST, "accelerate"),
        (MULTI_REGION, "dualstack"),
        (MULTI_REGION, "fips"),
        (MULTI_REGION, "accelerate"),
        (DIRECTORY, "accelerate"),
    ],
)
def test_what_a_kind_does_not_have_is_refused(bucket: str, field: str) -> None:
    switches: dict[str, Any] = {field: True}
    assert field == refused(bucket, **switches).field


@pytest.mark.parametrize("bucket", [ACCESS_POINT, OBJECT_LAMBDA, OUTPOST, MULTI_REGION])
def test_no_arn_is_addressed_by_path(bucket: str) -> None:
    assert refused(bucket, addressing_style="path").field == "addressing_style"


def test_a_directory_bucket_has_its_own_host_in_any_style() -> None:
    assert PLACES[DIRECTORY] == at(DIRECTORY, addressing_style="path").base


# Endpoints of one's own


@pytest.mark.parametrize(
    ("bucket", "base"),
    [
        (ACCESS_POINT, f"https://mine-{ACCOUNT}.store.example:9000/base"),
        (OBJECT_LAMBDA, f"https://mine-{ACCOUNT}.store.example:9000/base"),
        (OUTPOST, f"https://mine-{ACCOUNT}.op-01.store.example:9000"),
        (DIRECTORY, f"https://{DIRECTORY}.store.example:9000/base"),
    ],
)
def test_a_custom_endpoint_takes_the_place_of_awss_host(bucket: str, base: str) -> None:
    address = at(bucket, endpoint_url="https://store.example:9000/base", addressing_style="virtual")
    assert base == address.base


def test_a_directory_bucket_at_an_ip_address_is_in_the_path() -> None:
    address = at(DIRECTORY, endpoint_url="https://10.0.0.1/base", addressing_style="virtual")
    assert f"https://10.0.0.1/base/{DIRECTORY}" == address.base
    assert f"/base/{DIRECTORY}" == address.path


@pytest.mark.parametrize("bucket", [DIRECTORY, ALIAS.format("o", "kuse1")])
def test_at_another_store_a_name_means_nothing_by_its_end(bucket: str) -> None:
    address = at(bucket, endpoint_url="https://store.example")
    assert f"https://store.example/{bucket}" == address.base
    assert address.rules.service == "s3"


# S3 Express


@pytest.mark.parametrize(
    "zone", ["abcd-ab1", "usw2-az12", "test-zone-ab1", "test1-zone-ab1", "test1-long1-zone-ab1"]
)
@pytest.mark.parametrize("suffix", ["--x-s3", "--xa-s3"])
def test_the_zone_is_in_the_host(zone: str, suffix: str) -> None:
    assert (
        f"mine--{zone}{suffix}.s3express-{zone}.us-west-2.amazonaws.com" == at(f"mine--{zone}{suffix}").host
    )


@pytest.mark.parametrize("bucket", ["mine--usaz1--x-s3", "mine-usw2-az1--x-s3", "b--x-s3", "mi--n--xa-s3"])
def test_a_zone_that_is_none_is_refused(bucket: str) -> None:
    assert "a directory bucket's name" in str(refused(bucket))


@pytest.mark.parametrize("endpoint_url", [None, "https://store.example"])
def test_a_directory_bucket_has_no_dots(endpoint_url: str | None) -> None:
    refusal = refused(f"my.{DIRECTORY}", endpoint_url=endpoint_url, addressing_style="virtual")
    assert "one label" in str(refusal)


def test_a_session_token_travels_under_its_own_name() -> None:
    session = Credentials("ASIDEXAMPLE", "secret", "session/token")
    url = presign_get(DIRECTORY, "k", region="us-west-2", credentials=session, now=NOW)
    assert "&X-Amz-S3session-Token=session%2Ftoken&" in url
    assert "X-Amz-Security-Token" not in url


# Outposts aliases


def test_an_alias_tells_its_rack() -> None:
    bucket = ALIAS.format("o", "kuse1")
    assert f"{bucket}.op-0b1d075431d83bebd.s3-outposts.us-west-2.amazonaws.com" == at(bucket).host


def test_an_alias_tells_its_server() -> None:
    bucket = ALIAS.format("e", "kuse1")
    assert f"{bucket}.ec2.s3-outposts.us-west-2.amazonaws.com" == at(bucket).host


def test_an_alias_of_a_beta_region_needs_an_endpoint() -> None:
    assert refused(ALIAS.format("e", "ebeta")).field == "endpoint_url"


def test_an_alias_of_a_beta_region_is_at_its_endpoint() -> None:
    bucket = ALIAS.format("e", "ebeta")
    address = at(bucket, endpoint_url="https://beta.example", addressing_style="virtual")
    assert f"https://{bucket}.ec2.beta.example" == address.base


def test_an_alias_of_unknown_hardware_is_refused() -> None:
    assert "type o or e" in str(refused(ALIAS.format("h", "kuse1")))


def test_an_alias_with_a_dot_is_refused() -> None:
    assert "one label" in str(refused("te.t" + ALIAS.format("o", "kuse1")[4:]))


def test_an_alias_without_an_outpost_is_refused() -> None:
    bucket = ALIAS.format("o", "kuse1")
    assert "Outpost's id" in str(refused(bucket.replace("o0b1d", "o-b1d")))


def test_a_short_name_that_ends_like_an_alias_is_a_bucket() -> None:
    assert at("b--op-s3").host == "b--op-s3.s3.us-west-2.amazonaws.com"


# ARNs that are none

MALFORMED = [
    "arn:",
    "arn:aws",
    "arn:aws:s3:us-west-2:1",
    "arn::s3:us-west-2:1:accesspoint:a",
    "arn:aws::us-west-2:1:accesspoint:a",
    "arn:aws:s3:us-west-2:1:",
    "arn:aws:s3:us-west-2:1::a",
    "arn:aws:s3:us-west-2:1:accesspoint",
    "arn:aws:s3:us-west-2:1:accesspoint:",
    "arn:aws:s3:us-west-2:1:accesspoint:a:b",
    "arn:aws:s3:us-west-2:1:accesspoint:a.b",
    "arn:aws:s3:us-west-2:1:accesspoint:a_b",
    "arn:aws:s3:us-west-2::accesspoint:a",
    "arn:aws:s3:us-west-2:1_2:accesspoint:a",
    "arn:aws:s3:us_west:1:accesspoint:a",
    "arn:aws:s3:us-west-2:1:bucket:a",
    "arn:aws:s3:::bucket",
    "arn:aws:s3::1:accesspoint:-a",
    "arn:aws:s3::1:accesspoint:a..b",
    "arn:aws:sqs:us-west-2:1:accesspoint:a",
    "arn:aws:sqs:us-west-2:1:queue",
    "arn:aws:s3-object-lambda::1:accesspoint:a",
    "arn:aws:s3-object-lambda:us-west-2:1:accesspoint:a:b",
    "arn:aws:s3-object-lambda:us-west-2:1:bucket:a",
    "arn:aws:s3-outposts:us-west-2:1:outpost",
    "arn:aws:s3-outposts:us-west-2:1:outpost:op-1",
    "arn:aws:s3-outposts:us-west-2:1:outpost:op-1:accesspoint",
    "arn:aws:s3-outposts:us-west-2:1:outpost:op-1:accesspoint:a:b",
    "arn:aws:s3-outposts:us-west-2:1:outpost:op-1:bucket:a",
    "arn:aws:s3-outposts:us-west-2:1:outpost:op_1:accesspoint:a",
    "arn:aws:s3-outposts:us-west-2:1:outpost:op-1:accesspoint:a_b",
    "arn:aws:s3-outposts::1:outpost:op-1:accesspoint:a",
    "arn:aws:s3-outposts:us-west-2:1_2:outpost:op-1:accesspoint:a",
    "ARN:aws:s3:us-west-2:1:accesspoint:a",
]


@pytest.mark.parametrize("bucket", MALFORMED)
def test_a_malformed_arn_is_refused(bucket: str) -> None:
    assert refused(bucket).field == "bucket"


def test_a_refusal_shows_the_arn_cut() -> None:
    assert len(str(refused("arn:aws:s3:us-west-2:1:accesspoint:" + "a" * 500))) < 160


# The rules alone


def test_without_a_bucket_there_is_the_regions_host() -> None:
    assert locate(None, "us-west-2", Endpoint()).base == "https://s3.us-west-2.amazonaws.com"


def test_without_a_bucket_there_is_the_custom_endpoint() -> None:
    address = locate(None, "us-west-2", Endpoint("https://store.example/base"))
    assert (address.base, address.path) == ("https://store.example/base", "/base")


def test_without_a_bucket_s3_accelerate_means_nothing() -> None:
    assert locate(None, "us-west-2", Endpoint(accelerate=True)).host == "s3.us-west-2.amazonaws.com"
