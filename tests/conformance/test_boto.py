"""``presignlib.boto`` from the calls that botocore's client was given."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest

from presignlib import InvalidInputError, boto

from .cases import Case, only, parted, settings_of, shared, signing_case, stages, without

pytestmark = pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")

Raw = dict[str, Any]
CASES = shared("s3_presign", signing_case)
POSTS = shared("s3_post")
GLOBAL_HOST = "s3.amazonaws.com"

UNDERSCORE = ("bucket", "no bucket of AWS has an underscore")
REFUSED = {
    "bucket-virtual/underscore": UNDERSCORE,
    "bucket-auto/underscore": UNDERSCORE,
    "bucket-path/underscore": UNDERSCORE,
    "bucket-operation/list-buckets": ("ClientMethod", "every request here is for a bucket"),
}
OTHERWISE = {"put-headers/content-type-form": "boto3 drops this one content type, and so leaves it unsigned"}


def value_of(name: str, value: Any) -> Any:
    if name == "CopySource":
        return unquote(value)  # botocore encodes it in place, and the vectors have it as it was then
    if name in ("ResponseExpires", "IfModifiedSince", "IfUnmodifiedSince", "Expires"):
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def called(case: Case) -> Any:
    call = case.raw["call"]
    return boto.generate_presigned_url(
        call["operation"],
        Params={name: value_of(name, value) for name, value in call["params"].items()},
        ExpiresIn=call["expires_in"],
        HttpMethod=call["http_method"],
        **settings_of(case.raw),
    )


def has_regional_host(case: Case) -> bool:
    client = case.raw["client"]
    return GLOBAL_HOST not in case.url or "endpoint" in client or client["region"] == "aws-global"


HELD = [p for p in without(CASES, {**REFUSED, **OTHERWISE}) if p.marks or has_regional_host(p.values[0])]
GLOBAL = [
    p for p in without(CASES, {**REFUSED, **OTHERWISE}) if p.marks or not has_regional_host(p.values[0])
]


@pytest.mark.parametrize("case", HELD)
def test_a_url_is_boto3s(case: Case) -> None:
    url = called(case)
    signed = stages(url)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert parted(case.signed_url or "") == parted(url)


@pytest.mark.parametrize("case", GLOBAL)
def test_the_host_is_regional_where_boto3s_is_global(case: Case) -> None:
    expected = case.url.replace(GLOBAL_HOST, f"s3.{case.region}.amazonaws.com", 1)
    assert expected == called(case).partition("?")[0]


@pytest.mark.parametrize("case", only(CASES, REFUSED))
def test_what_is_not_for_it_is_refused(case: Case) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        called(case)
    assert REFUSED[case.id][0] == refusal.value.field


@pytest.mark.parametrize("case", only(CASES, OTHERWISE))
def test_a_header_that_boto3_drops_is_signed(case: Case) -> None:
    assert case.headers == []
    assert {"content-type": case.raw["call"]["params"]["ContentType"]} == called(case).headers


@pytest.mark.parametrize("case", POSTS)
def test_a_form_is_boto3s_to_the_byte(case: Raw) -> None:
    call = case["call"]
    post = boto.generate_presigned_post(
        call["bucket"],
        call["key"],
        Fields=call["fields"],
        Conditions=call["conditions"],
        ExpiresIn=call["expires_in"],
        **settings_of(case),
    )
    expected = case["expected"]
    assert expected["policy"] == post.policy
    assert [(name, value) for name, value in expected["fields"]] == list(post["fields"].items())
    assert expected["url"].replace(GLOBAL_HOST, f"s3.{case['client']['region']}.amazonaws.com") == post["url"]
