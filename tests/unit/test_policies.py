"""The least that AWS has to allow, as dicts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from presignlib import InvalidInputError, cors_rules, iam_policy

BUCKET = "arn:aws:s3:::reports"
POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/team"


def statement(sid: str, action: list[str], resource: str, **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


def actions_of(*actions: str) -> list[str]:
    return [name for part in iam_policy("reports", actions=actions)["Statement"] for name in part["Action"]]


# ---- iam_policy


def test_a_policy_has_the_form_that_iam_takes() -> None:
    expected = {"Version": "2012-10-17", "Statement": [statement("Objects", ["s3:GetObject"], f"{BUCKET}/*")]}
    assert expected == json.loads(json.dumps(iam_policy("reports", actions=["get"])))


def test_listing_is_on_the_bucket_and_limited_to_the_prefix() -> None:
    listed, read = iam_policy("reports", "2026/", actions=["get", "list"])["Statement"]
    only = {"StringLike": {"s3:prefix": "2026/*"}}
    assert statement("List", ["s3:ListBucket"], BUCKET, Condition=only) == listed
    assert statement("Objects", ["s3:GetObject"], f"{BUCKET}/2026/*") == read


def test_listing_all_has_no_condition() -> None:
    assert [statement("List", ["s3:ListBucket"], BUCKET)] == iam_policy("reports", actions="list")[
        "Statement"
    ]


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (["s3:GetObject"], ["get", "head"]),
        (["s3:PutObject"], ["put", "post"]),
        (["s3:DeleteObject"], ["delete"]),
        (["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], ["multipart", "put"]),
        (["s3:ListBucketVersions", "s3:GetObjectVersion"], ["s3:GetObjectVersion", "s3:ListBucketVersions"]),
        (["s3:PutObject", "s3:PutObjectTagging"], ["put", "s3:PutObjectTagging"]),
    ],
)
def test_words_stand_for_the_fewest_actions(expected: list[str], words: list[str]) -> None:
    assert expected == actions_of(*words)


def test_one_text_names_several() -> None:
    assert iam_policy("reports", actions=["get", "list"]) == iam_policy("reports", actions="get, list")


@pytest.mark.parametrize(
    "action", ["GET", "s3:*", "s3:getobject", "s3:Get*", "GetObject", "s3:DeleteBucket", ""]
)
def test_what_nothing_here_presigns_is_refused(action: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^actions must be of get, head, .*, got '"):
        iam_policy("reports", actions=[action])


@pytest.mark.parametrize("actions", [[], 5, [5], None])
def test_actions_are_words(actions: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^actions must be one name at least, each a str$"):
        iam_policy("reports", actions=actions)


def test_what_iam_reads_as_a_pattern_is_escaped() -> None:
    listed, read = iam_policy("reports", "a*b?${aws:username}/", actions="get,list")["Statement"]
    assert {"s3:prefix": "a${*}b${?}${$}{aws:username}/*"} == listed["Condition"]["StringLike"]
    assert f"{BUCKET}/a${{*}}b${{?}}${{$}}{{aws:username}}/*" == read["Resource"]


@pytest.mark.parametrize(
    ("start", "region"),
    [
        ("arn:aws:", "eu-west-1"),
        ("arn:aws-cn:", "cn-north-1"),
        ("arn:aws-us-gov:", "us-gov-west-1"),
        ("arn:aws-eusc:", "eusc-de-east-1"),
    ],
)
def test_arns_are_of_the_regions_partition(start: str, region: str) -> None:
    policy = iam_policy("reports", actions="get,list", region=region)
    assert [f"{start}s3:::reports", f"{start}s3:::reports/*"] == [p["Resource"] for p in policy["Statement"]]


@pytest.mark.parametrize(
    "bucket", [POINT, POINT.replace("accesspoint/", "accesspoint:")], ids=["slash", "colon"]
)
def test_an_access_point_is_named_by_its_arn(bucket: str) -> None:
    policy = iam_policy(bucket, "a/", actions="get,list", region="us-west-2")
    assert [POINT, f"{POINT}/object/a/*"] == [part["Resource"] for part in policy["Statement"]]


def test_an_access_points_arn_says_its_partition() -> None:
    point = POINT.replace("aws", "aws-cn", 1).replace("us-west-2", "cn-north-1")
    assert f"{point}/object/*" == iam_policy(point, actions="get")["Statement"][0]["Resource"]


def test_a_multi_region_access_point_has_no_region() -> None:
    point = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"
    assert f"{point}/object/*" == iam_policy(point, actions="get")["Statement"][0]["Resource"]


@pytest.mark.parametrize(
    ("rule", "bucket"),
    [
        ("3 to 63 of a-z", "a*b"),
        ("3 to 63 of a-z", "reports/2026"),
        ("3 to 63 of a-z", f"{POINT}*"),
        ("a str", 5),
        ("a plain bucket's name or an access point's ARN", "reports--use1-az4--x-s3"),
        ("a plain bucket's name or an access point's ARN", "team-abcdefghijklmnopqrstuvwxyz1234-s3alias"),
        ("an ARN of an access point, for s3", "arn:aws:s3:::reports"),
        ("an ARN of an access point, with its name", "arn:aws:s3:us-west-2:123456789012:accesspoint/"),
        ("a bucket's name, or the ARN of an access point of S3", POINT.replace(":s3:", ":s3-object-lambda:")),
    ],
)
def test_a_bucket_that_a_policy_can_not_name_is_refused(rule: str, bucket: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        iam_policy(bucket, actions="get")
    assert str(caught.value).startswith("bucket must be")
    assert rule in str(caught.value)


def test_an_access_point_of_another_partition_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^bucket must be an ARN of partition aws-cn"):
        iam_policy(POINT, actions="get", region="cn-north-1")


@pytest.mark.parametrize(
    ("field", "options"),
    [("prefix", {"prefix": 5}), ("prefix", {"prefix": "\ud800"}), ("region", {"region": "a b"})],
)
def test_prefix_and_region_are_checked(field: str, options: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        iam_policy("reports", actions="get", **options)
    assert field == caught.value.field


# ---- cors_rules


def test_uploads_may_send_what_can_be_signed() -> None:
    expected = {
        "AllowedOrigins": ["https://app.example.com"],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": [
            *("content-type", "content-md5", "cache-control", "content-disposition", "content-encoding"),
            *("if-match", "if-none-match", "x-amz-*"),
        ],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    assert {"CORSRules": [expected]} == cors_rules(["https://app.example.com"], ["PUT"])


@pytest.mark.parametrize(
    ("headers", "methods"),
    [(["range", "x-amz-*"], "GET"), (["range", "x-amz-*"], "HEAD,GET"), (["x-amz-*"], "DELETE")],
)
def test_reading_and_deleting_need_fewer_headers(headers: list[str], methods: str) -> None:
    [rule] = cors_rules("*", methods)["CORSRules"]
    assert (headers, methods.split(",")) == (rule["AllowedHeaders"], rule["AllowedMethods"])


def test_forms_are_uploads_too() -> None:
    assert "content-type" in cors_rules("*", "POST")["CORSRules"][0]["AllowedHeaders"]


@pytest.mark.parametrize("origin", ["*", "http://localhost:8080", "https://a.example", "http://[::1]:8080"])
def test_origins_are_taken_as_browsers_send_them(origin: str) -> None:
    assert [origin] == cors_rules(origin, "PUT")["CORSRules"][0]["AllowedOrigins"]


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "https://a.example/",
            "https://A.example",
            "https://a.example:443",
            "a.example",
            "https://*.a.example",
        ),
        *("https://user@a.example", "null", "https://a.example?x", "file:///a", "", "HTTPS://a.example"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^origins must be"):
        cors_rules([origin], ["PUT"])


@pytest.mark.parametrize("methods", [["PATCH"], ["get"], ["OPTIONS"], [""]])
def test_methods_are_those_that_s3_knows(methods: list[str]) -> None:
    with pytest.raises(InvalidInputError, match=r"^methods must be of GET, HEAD, PUT, POST, DELETE$"):
        cors_rules("*", methods)


@pytest.mark.parametrize(("origins", "methods"), [([], ["GET"]), (["*"], []), (None, "GET"), ("*", [b"GET"])])
def test_origins_and_methods_are_names(origins: Any, methods: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"must be one name at least, each a str$"):
        cors_rules(origins, methods)
