"""boto3's calls: what is written where, and what raises instead of vanishing."""

from __future__ import annotations

import inspect
from datetime import datetime, timezone
from typing import Any

import pytest

from presignlib import Credentials, InvalidInputError, PresignedURL, boto

WHERE: dict[str, Any] = {
    "region": "us-east-1",
    "credentials": Credentials("AKIDEXAMPLE", "secret"),
    "now": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
}
OBJECT = {"Bucket": "bucket", "Key": "k"}


def url_of(operation: str = "get_object", http_method: str | None = None, **params: Any) -> PresignedURL:
    return boto.generate_presigned_url(operation, {**OBJECT, **params}, 60, http_method, **WHERE)


def refused(field: str, operation: Any = "get_object", **params: Any) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        url_of(operation, **params)
    assert field == refusal.value.field
    return str(refusal.value)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (boto.generate_presigned_url, ["ClientMethod", "Params", "ExpiresIn", "HttpMethod"]),
        (boto.generate_presigned_post, ["Bucket", "Key", "Fields", "Conditions", "ExpiresIn"]),
    ],
)
def test_the_arguments_are_boto3s(function: Any, names: list[str]) -> None:
    shown = inspect.signature(function).parameters
    assert names == [name for name in shown if name != "where"]
    assert shown["ExpiresIn"].default == 3_600


@pytest.mark.parametrize(
    ("name", "value", "header", "text"),
    [
        (
            "IfModifiedSince",
            datetime(2026, 1, 2, tzinfo=timezone.utc),
            "if-modified-since",
            "Fri, 02 Jan 2026 00:00:00 GMT",
        ),
        ("Range", "bytes=0-9", "range", "bytes=0-9"),
    ],
)
def test_a_header_is_written_as_boto3_writes_it(name: str, value: Any, header: str, text: str) -> None:
    assert {header: text} == url_of(**{name: value}).headers


def test_switches_and_dates_of_locks_are_written_in_their_own_way() -> None:
    until = datetime(2026, 1, 2, tzinfo=timezone.utc)
    url = url_of("put_object", ObjectLockRetainUntilDate=until, BucketKeyEnabled=False, ContentLength=5)
    assert url.headers["x-amz-object-lock-retain-until-date"] == "2026-01-02T00:00:00Z"
    assert url.headers["x-amz-server-side-encryption-bucket-key-enabled"] == "false"
    assert url.headers["content-length"] == "5"


def test_a_list_is_joined() -> None:
    url = url_of("get_object_attributes", ObjectAttributes=["ETag", "ObjectSize"])
    assert url.headers["x-amz-object-attributes"] == "ETag,ObjectSize"


@pytest.mark.parametrize("key", ["k" * 32, b"k" * 32])
def test_a_customers_key_is_encoded_and_gets_its_md5(key: Any) -> None:
    headers = url_of("put_object", SSECustomerKey=key, SSECustomerAlgorithm="AES256").headers
    assert (
        headers["x-amz-server-side-encryption-customer-key"] == "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    )
    assert headers["x-amz-server-side-encryption-customer-key-md5"] == "mT2HRsMGJ5IX5C+0rreZ8Q=="


def test_a_key_that_comes_with_its_md5_is_taken_as_it_is() -> None:
    headers = url_of("put_object", SSECustomerKey="encoded", SSECustomerKeyMD5="md5").headers
    assert headers["x-amz-server-side-encryption-customer-key"] == "encoded"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("src/a b", "src/a%20b"),
        ("src/a b?versionId=v", "src/a%20b?versionId=v"),
        ({"Bucket": "src", "Key": "a b"}, "src/a%20b"),
        ({"Bucket": "src", "Key": "a", "VersionId": "v"}, "src/a?versionId=v"),
    ],
)
def test_a_source_to_copy_is_encoded(source: Any, text: str) -> None:
    assert text == url_of("copy_object", CopySource=source).headers["x-amz-copy-source"]


@pytest.mark.parametrize("given", [{}, {"EncodingType": "url"}])
def test_lists_ask_for_encoded_keys(given: Any) -> None:
    url = boto.generate_presigned_url("list_objects_v2", {"Bucket": "bucket", **given}, **WHERE)
    assert "&encoding-type=url&" in url


def test_another_method_is_signed() -> None:
    assert url_of(http_method="DELETE").method == "DELETE"


def test_no_parameters_lack_a_bucket() -> None:
    with pytest.raises(InvalidInputError, match=r"^Params must be with Bucket, a str$"):
        boto.generate_presigned_url("head_bucket", **WHERE)


@pytest.mark.parametrize("operation", ["list_buckets", "GetObject", "", None, ["get_object"]])
def test_an_unknown_operation_raises(operation: Any) -> None:
    assert "copy_object, create_multipart_upload, " in refused("ClientMethod", operation)


@pytest.mark.parametrize("name", ["Body", "versionId", "MaxKeys", "ContentType"])
def test_a_parameter_that_would_vanish_raises(name: str) -> None:
    assert name in refused("Params", **{name: "x"})


def test_metadata_belong_to_uploads() -> None:
    assert url_of("put_object", Metadata={"a": "b"}).headers == {"x-amz-meta-a": "b"}
    assert "Metadata" in refused("Params", Metadata={"a": "b"})


@pytest.mark.parametrize(
    ("operation", "params", "field"),
    [
        ("get_object", {"VersionId": object()}, "Params"),
        ("get_object", {"Key": None}, "Params"),  # which would be a URL of the bucket
        ("get_object_attributes", {"ObjectAttributes": [1]}, "Params"),
        ("put_object", {"Metadata": "a=b"}, "Metadata"),
        ("put_object", {"SSECustomerKey": 32}, "SSECustomerKey"),
        ("put_object", {"SSECustomerKey": "short"}, "SSECustomerKey"),
        ("copy_object", {"CopySource": {"Bucket": "a"}}, "Params"),
        ("copy_object", {"CopySource": 5}, "CopySource"),
    ],
)
def test_a_value_that_can_not_be_written_raises(operation: str, params: Any, field: str) -> None:
    assert refused(field, operation, **params)


@pytest.mark.parametrize("params", ["ab", ["a"], 5])
def test_parameters_are_a_mapping(params: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^Params must be a mapping, got "):
        boto.generate_presigned_url("get_object", params, **WHERE)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("key", {"Key": None}),
        ("Fields", {"Fields": 5}),
        ("Fields", {"Fields": {"acl": 5}}),
        ("Conditions", {"Conditions": 5}),
        ("Conditions", {"Conditions": [5]}),
        ("Conditions", {"Conditions": [["eq", "$acl"]]}),
    ],
)
def test_what_is_no_form_raises(field: str, given: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        boto.generate_presigned_post(**{"Bucket": "bucket", "Key": "k", **given, **WHERE})
    assert field == refusal.value.field


@pytest.mark.parametrize("expires", [0, -5, 604_801, 3_600.5, True])
def test_what_boto3_lets_through_raises(expires: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be "):
        boto.generate_presigned_url("get_object", OBJECT, expires, **WHERE)
    with pytest.raises(InvalidInputError, match=r"^expires must be "):
        boto.generate_presigned_post("bucket", "k", ExpiresIn=expires, **WHERE)


# Forms


@pytest.mark.parametrize(
    ("key", "condition"),
    [("k", {"key": "k"}), ("a/${filename}", ["starts-with", "$key", "a/"])],
)
def test_a_form_has_boto3s_conditions(key: str, condition: Any) -> None:
    given: list[list[str | int]] = [["content-length-range", 0, 9]]
    post = boto.generate_presigned_post("bucket", key, {"acl": "private"}, given, **WHERE)
    assert [*given, {"bucket": "bucket"}, condition] == post.policy["conditions"][:3]
    assert ["acl", "key"] == list(post["fields"])[:2]


def test_a_form_of_boto3_is_checked_all_the_same() -> None:
    post = boto.generate_presigned_post(
        "bucket", "k", {"acl": "private"}, [["content-length-range", 0, 9]], **WHERE
    )
    expected = [
        "The file has to have 0 to 9 bytes, and has 10.",
        "Field acl has no condition in the policy.",
    ]
    assert expected == post.check(size=10)


def test_the_module_can_stand_for_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    client: Any = boto
    url = client.generate_presigned_url("get_object", Params=OBJECT, ExpiresIn=60, HttpMethod=None)
    assert url.startswith("https://bucket.s3.us-east-1.amazonaws.com/k?")
