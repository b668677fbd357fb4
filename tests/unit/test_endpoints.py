"""Where a bucket lives. The published rules are in tests/conformance; here is how we refuse."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import InvalidInputError
from presignlib.endpoints import (
    Endpoint,
    check_bucket,
    is_aws_host,
    is_virtual_hostable,
    resolve,
)


def _base(bucket: str = "bucket", region: str = "eu-west-1", **options: Any) -> str:
    return resolve(bucket, region, Endpoint(**options)).base


def _endpoint_with(switch: str) -> Endpoint:
    options: dict[str, Any] = {"endpoint_url": "https://store.example", switch: True}
    return Endpoint(**options)


def _signed(bucket: str = "bucket", region: str = "eu-west-1", **options: Any) -> tuple[str, str]:
    address = resolve(bucket, region, Endpoint(**options))
    return address.host, address.path


# Endpoint


@pytest.mark.parametrize("switch", ["dualstack", "fips", "accelerate"])
@pytest.mark.parametrize("value", [1, 0, None, "true"])
def test_switches_are_booleans(switch: str, value: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Endpoint(**{switch: value})
    assert (switch, "True or False") == (caught.value.field, caught.value.rule)


@pytest.mark.parametrize("style", ["Virtual", "", None, "host"])
def test_the_addressing_style_is_one_of_three(style: Any) -> None:
    with pytest.raises(
        InvalidInputError, match=r"^addressing_style must be 'auto', 'virtual' or 'path', got "
    ):
        Endpoint(addressing_style=style)


def test_accelerate_has_no_fips_hosts() -> None:
    with pytest.raises(InvalidInputError, match=r"^accelerate must be False with fips=True"):
        Endpoint(accelerate=True, fips=True)


def test_accelerate_is_not_path_style() -> None:
    with pytest.raises(InvalidInputError, match=r"^accelerate must be False with addressing_style='path'$"):
        Endpoint(accelerate=True, addressing_style="path")


@pytest.mark.parametrize("switch", ["dualstack", "fips", "accelerate"])
def test_a_custom_endpoint_takes_no_switches(switch: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        _endpoint_with(switch)
    assert (switch, "False with endpoint_url: the URL already names the host") == (
        caught.value.field,
        caught.value.rule,
    )


@pytest.mark.parametrize(
    ("rule", "url"),
    [
        ("free of a query", "https://store.example/?x=1"),
        ("free of a query", "https://store.example/?"),
        ("percent-encoded in its path", "https://store.example/a|b"),
        ("https for a host that looks public", "http://store.example"),
        ("a URL that begins with https:// or http://", "wss://store.example"),
    ],
)
def test_endpoint_urls_are_scheme_host_port_and_path(rule: str, url: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Endpoint(endpoint_url=url)
    assert str(caught.value).startswith(f"endpoint_url must be {rule}")


@pytest.mark.parametrize("host", [5, b"h", "", "a/b", "h:0", "a b", "u@h"])
def test_the_signed_host_is_host_and_port(host: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Endpoint(sign_host=host)
    assert "sign_host" == caught.value.field


# resolve, for AWS


def test_virtual_hosts_are_the_default() -> None:
    assert "https://bucket.s3.eu-west-1.amazonaws.com" == _base()
    assert ("bucket.s3.eu-west-1.amazonaws.com", "") == _signed()


def test_path_style_puts_the_bucket_in_the_path() -> None:
    assert "https://s3.eu-west-1.amazonaws.com/bucket" == _base(addressing_style="path")
    assert ("s3.eu-west-1.amazonaws.com", "/bucket") == _signed(addressing_style="path")


@pytest.mark.parametrize("style", ["auto", "virtual"])
def test_dots_go_into_the_path_as_the_certificate_has_one_label(style: str) -> None:
    base = _base("my.bucket", addressing_style=style)
    assert "https://s3.eu-west-1.amazonaws.com/my.bucket" == base


def test_switches_change_the_host() -> None:
    assert "https://bucket.s3.dualstack.eu-west-1.amazonaws.com" == _base(dualstack=True)
    assert "https://bucket.s3-fips.us-east-2.amazonaws.com" == _base(region="us-east-2", fips=True)
    both = _base(region="us-east-2", fips=True, dualstack=True)
    assert "https://bucket.s3-fips.dualstack.us-east-2.amazonaws.com" == both


def test_accelerate_names_no_region_in_the_host() -> None:
    assert "https://bucket.s3-accelerate.amazonaws.com" == _base(accelerate=True)
    both = _base(accelerate=True, dualstack=True)
    assert "https://bucket.s3-accelerate.dualstack.amazonaws.com" == both
    assert "eu-west-1" == resolve("bucket", "eu-west-1", Endpoint(accelerate=True)).region


@pytest.mark.parametrize(
    ("rule", "bucket", "region"),
    [
        ("False in aws-cn, which has no S3 Accelerate", "bucket", "cn-north-1"),
        ("False for a bucket with dots", "my.bucket", "us-east-1"),
    ],
)
def test_accelerate_is_refused_where_it_is_not(rule: str, bucket: str, region: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        _base(bucket, region, accelerate=True)
    assert ("accelerate", rule, "True") == (caught.value.field, caught.value.rule, caught.value.got)


def test_china_has_a_suffix_of_its_own_and_no_fips() -> None:
    assert "https://bucket.s3.cn-north-1.amazonaws.com.cn" == _base(region="cn-north-1")
    with pytest.raises(
        InvalidInputError, match=r"^fips must be False in aws-cn, which has no FIPS hosts, got"
    ):
        _base(region="cn-north-1", fips=True)


def test_the_pseudo_region_of_aws_signs_as_us_east_1() -> None:
    address = resolve("bucket", "aws-global", Endpoint())
    assert ("https://bucket.s3.amazonaws.com", "us-east-1") == (address.base, address.region)
    dualstack = _base(region="aws-global", dualstack=True)
    assert "https://bucket.s3.dualstack.us-east-1.amazonaws.com" == dualstack


def test_regions_on_aws_are_lower_case() -> None:
    with pytest.raises(InvalidInputError, match=r"^region must be a DNS label: lower-case"):
        _base(region="EU-west-1")


# resolve, for other stores


def test_other_stores_are_addressed_by_path() -> None:
    assert "http://localhost:9000/bucket" == _base(endpoint_url="http://localhost:9000/")


def test_base_path_and_port_are_kept_and_signed() -> None:
    options = {"endpoint_url": "https://Store.example:8443/s3/"}
    assert "https://store.example:8443/s3/bucket" == _base(**options)
    assert ("store.example:8443", "/s3/bucket") == _signed(**options)


def test_other_stores_may_be_addressed_by_host() -> None:
    options = {"endpoint_url": "https://store.example/s3", "addressing_style": "virtual"}
    assert "https://bucket.store.example/s3" == _base(**options)
    assert ("bucket.store.example", "/s3") == _signed(**options)


@pytest.mark.parametrize(
    ("bucket", "url"),
    [
        ("my.bucket", "https://store.example"),
        ("Bucket", "https://store.example"),
        ("ab", "https://store.example"),
        ("tenant:bucket", "https://store.example"),
        ("bucket", "http://127.0.0.1:9000"),
        ("bucket", "http://[::1]:9000"),
    ],
)
def test_what_can_not_stand_in_a_host_goes_into_the_path(bucket: str, url: str) -> None:
    assert _base(bucket, endpoint_url=url, addressing_style="virtual").startswith(url + "/")


def test_dots_may_stand_in_a_host_that_has_no_certificate() -> None:
    base = _base("my.bucket", endpoint_url="http://localhost:9000", addressing_style="virtual")
    assert "http://my.bucket.localhost:9000" == base


def test_a_tenant_is_encoded_in_the_path() -> None:
    assert ("store.example", "/tenant%3Abucket") == _signed(
        "tenant:bucket", endpoint_url="https://store.example"
    )


def test_an_endpoint_of_aws_is_virtual_and_keeps_awss_names() -> None:
    url = "https://s3.eu-west-1.amazonaws.com"
    assert "https://bucket.s3.eu-west-1.amazonaws.com" == _base(endpoint_url=url)
    with pytest.raises(InvalidInputError, match=r"^bucket must be 3 to 63 of a-z"):
        _base("Bucket", endpoint_url=url)


@pytest.mark.parametrize(
    "host", ["bucket.s3.eu-west-1.amazonaws.com", "bucket.s3-fips.us-east-2.amazonaws.com"]
)
def test_an_endpoint_of_aws_does_not_name_the_bucket_as_it_is_added(host: str) -> None:
    with pytest.raises(
        InvalidInputError, match=r"^endpoint_url must be free of the bucket, which is added to it$"
    ):
        _base(endpoint_url=f"https://{host}")


def test_an_endpoint_of_aws_may_be_addressed_by_path() -> None:
    options = {"endpoint_url": "https://s3.eu-west-1.amazonaws.com", "addressing_style": "path"}
    assert "https://s3.eu-west-1.amazonaws.com/bucket" == _base(**options)


def test_regions_of_other_stores_may_be_upper_case() -> None:
    address = resolve("bucket", "RegionOne", Endpoint(endpoint_url="https://store.example"))
    assert "RegionOne" == address.region


def test_the_signed_host_may_differ_from_the_urls() -> None:
    options = {"endpoint_url": "https://cdn.example", "sign_host": "MINIO:9000"}
    assert "https://cdn.example/bucket" == _base(**options)
    assert ("minio:9000", "/bucket") == _signed(**options)


def test_the_signed_host_loses_its_default_port() -> None:
    assert ("minio", "/bucket") == _signed(endpoint_url="http://localhost", sign_host="minio:80")
    assert ("minio:80", "") == _signed(sign_host="minio:80")


def test_a_signed_host_that_names_the_bucket_takes_it_out_of_the_path() -> None:
    options = {"endpoint_url": "https://cdn.example", "sign_host": "bucket.minio:9000"}
    assert "https://cdn.example" == _base(**options)
    assert ("bucket.minio:9000", "") == _signed(**options)


# check_bucket


@pytest.mark.parametrize("bucket", ["abc", "a" * 63, "1.2.3", "my-bucket.2", "a.b.c.d", "256.1.1.1.1"])
def test_awss_bucket_names_pass(bucket: str) -> None:
    check_bucket(bucket)


@pytest.mark.parametrize(
    "bucket",
    [
        "",
        "ab",
        "a" * 64,
        "Bucket",
        "my_bucket",
        "-ab",
        "ab-",
        ".ab",
        "ab.",
        "a..b",
        "192.168.0.1",
        "a/b",
        "evil.com/",
        "a@b.c",
        "a#b",
        "a?b",
        "a%2fb",
        "a b",
        "a\r\nb",
        "büc",
        "a\0b",
        "a:b",
    ],
)
def test_all_others_are_refused_on_aws(bucket: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^bucket must be 3 to 63 of a-z 0-9"):
        check_bucket(bucket)


@pytest.mark.parametrize("bucket", ["a", "Bucket_1", "t:b", "a" * 255, "192.168.0.1", "..."])
def test_other_stores_take_more_names(bucket: str) -> None:
    check_bucket(bucket, custom=True)


@pytest.mark.parametrize("bucket", ["", "a" * 256, ".", "..", "a/b", "a b", "a@b", "a%b", "ä", "a\n"])
def test_no_name_leaves_its_segment_at_other_stores(bucket: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^bucket must be 1 to 255 of A-Z a-z 0-9"):
        check_bucket(bucket, custom=True)


@pytest.mark.parametrize("bucket", [None, 5, b"bucket"])
def test_a_bucket_is_a_str(bucket: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^bucket must be a str, got "):
        check_bucket(bucket)


@pytest.mark.parametrize("custom", [False, True])
def test_an_arn_is_a_bucket(custom: bool) -> None:
    check_bucket("arn:aws:s3:us-east-1:123456789012:accesspoint/mine", custom=custom)


@pytest.mark.parametrize("custom", [False, True])
@pytest.mark.parametrize("bucket", ["arn:aws:s3:?", "arn:aws:s3::\n", "arn:aws:s3::@h", "arn:" + "a" * 2_045])
def test_an_arn_holds_nothing_that_could_leave_its_place(bucket: str, custom: bool) -> None:
    with pytest.raises(InvalidInputError, match=r"^bucket must be "):
        check_bucket(bucket, custom=custom)


@pytest.mark.parametrize("bucket", ["b--use1-az4--x-s3", "b--use1-az4--xa-s3", "b--op-s3"])
def test_directory_buckets_and_aliases_are_buckets(bucket: str) -> None:
    check_bucket(bucket)


def test_china_has_no_accelerate() -> None:
    with pytest.raises(InvalidInputError, match=r"^accelerate must be False in aws-cn"):
        resolve("bucket", "cn-north-1", Endpoint(accelerate=True))


def test_two_hyphens_alone_are_no_directory_bucket() -> None:
    check_bucket("b--use1")


# is_virtual_hostable, is_aws_host


def test_dots_need_a_host_of_several_labels() -> None:
    assert not is_virtual_hostable("my.bucket")
    assert is_virtual_hostable("my.bucket", dots=True)
    assert not is_virtual_hostable("my..bucket", dots=True)
    assert not is_virtual_hostable("1.2.3.4", dots=True)


@pytest.mark.parametrize("host", ["s3.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn", "x.c2s.ic.gov"])
def test_awss_hosts_end_in_the_suffix_of_a_partition(host: str) -> None:
    assert is_aws_host(host)


@pytest.mark.parametrize("host", ["amazonaws.com", "evilamazonaws.com", "s3.amazonaws.com.evil.example"])
def test_others_do_not(host: str) -> None:
    assert not is_aws_host(host)
