"""S3's operations: what each option becomes, and which values are refused."""

from __future__ import annotations

import base64
import hashlib
import warnings
from typing import Any

import pytest

from presignlib import ActiveContentWarning, ClientRewriteWarning, InvalidInputError, UnsignedHeaderWarning
from presignlib.endpoints import Endpoint, resolve
from presignlib.s3 import (
    any_operation,
    bucket_request,
    checked_key,
    delete_object,
    get_object,
    head_object,
    is_rewritten,
    list_objects,
    object_request,
    plain_url,
    put_object,
    warn_rewritten,
)

from .samples import NOW

VIRTUAL = resolve("bucket", "us-east-1", Endpoint())
PATH = resolve("bucket", "us-east-1", Endpoint(addressing_style="path"))
DAY = base64.b64encode(hashlib.sha256(b"").digest()).decode()


# checked_key


@pytest.mark.parametrize(
    "key", ["a", " ", "\n\x01\x7f", "ü" * 512, "a" * 1_024, "🎉" * 256, "/", "..", "\ufeff"]
)
def test_keys_are_taken_as_they_are(key: str) -> None:
    checked_key(key)


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("key must be a str, got NoneType", None),
        ("key must be a str, got bytes", b"k"),
        ("key must be 1 to 1024 bytes of UTF-8, got 0 bytes", ""),
        ("key must be 1 to 1024 bytes of UTF-8, got 1025 bytes", "a" * 1_025),
        ("key must be 1 to 1024 bytes of UTF-8, got 1026 bytes", "ü" * 513),
        ("key must be free of NUL, got 'a\\x00'", "a\0"),
        ("key must be free of NUL, got 'ü\\x00'", "ü\0"),
        ("key must be text without lone surrogates, got '\\ud800'", "\ud800"),
    ],
)
def test_what_s3_takes_for_no_key_is_refused(message: str, key: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        checked_key(key)
    assert "key" == caught.value.field
    assert message == str(caught.value)


# is_rewritten, warn_rewritten


@pytest.mark.parametrize("key", [".", "..", "a/../b", "a/.", "./a", "a/..", "../a"])
def test_dot_segments_are_rewritten(key: str) -> None:
    assert is_rewritten(key)


@pytest.mark.parametrize("key", ["a", ".a", "a/.b", "a.", "a../b", "...", "a/...", "..a", "a//b"])
def test_dots_in_names_are_not(key: str) -> None:
    assert not is_rewritten(key)


def test_the_warning_shows_the_key() -> None:
    with pytest.warns(ClientRewriteWarning, match=r"^key 'a/\.\./b' has a '\.' or '\.\.' segment"):
        warn_rewritten("a/../b")


# object_request, bucket_request, plain_url


def test_a_request_for_objects_ends_before_the_key() -> None:
    request = object_request("GET", PATH, ([], []), "bucket")
    assert ("https://s3.us-east-1.amazonaws.com/bucket/", "/bucket/") == (request.base, request.path)
    assert ("GET", "bucket", "s3", "us-east-1", "UNSIGNED-PAYLOAD") == (
        request.method,
        request.bucket,
        request.service,
        request.region,
        request.payload_hash,
    )


def test_a_request_for_a_bucket_has_no_slash_in_path_style() -> None:
    assert "/bucket" == bucket_request("GET", PATH, ([], []), "bucket").path
    assert "/" == bucket_request("GET", VIRTUAL, ([], []), "bucket").path


def test_the_payload_hash_is_what_its_header_says() -> None:
    parts = put_object(headers={"X-Amz-Content-Sha256": "ab" * 32})
    assert "ab" * 32 == object_request("PUT", VIRTUAL, parts, "bucket").payload_hash


def test_an_unsigned_url_is_encoded_once() -> None:
    assert "https://bucket.s3.us-east-1.amazonaws.com/a%20b/%25" == plain_url(VIRTUAL, "a b/%")
    with pytest.raises(InvalidInputError, match=r"^key must be "):
        plain_url(VIRTUAL, "")


# get_object


def test_without_options_nothing_is_added() -> None:
    assert ([], []) == get_object() == head_object() == delete_object() == put_object() == any_operation()


def test_everything_about_a_download_is_a_query_parameter() -> None:
    query, headers = get_object(
        version_id="v",
        part_number=3,
        response_content_type="text/plain; charset=utf-8",
        response_cache_control="no-store",
        response_content_language="de",
        response_content_encoding="gzip",
        response_content_disposition="inline",
        response_expires="0",
        request_payer=True,
    )
    assert [
        ("response-content-type", "text/plain; charset=utf-8"),
        ("response-cache-control", "no-store"),
        ("response-content-language", "de"),
        ("response-content-encoding", "gzip"),
        ("response-content-disposition", "inline"),
        ("response-expires", "0"),
        ("partNumber", "3"),
        ("versionId", "v"),
        ("x-amz-request-payer", "requester"),
    ] == query
    assert [] == headers


def test_the_expected_owner_is_a_header() -> None:
    owner = [("x-amz-expected-bucket-owner", "123456789012")]
    assert ([], owner) == get_object(expected_bucket_owner="123456789012")


def test_an_expiry_for_caches_may_be_a_datetime() -> None:
    expected = [("response-expires", "Fri, 02 Jan 2026 14:05:00 GMT")]
    assert (expected, []) == get_object(response_expires=NOW)


def test_a_download_gets_its_name() -> None:
    value = "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"
    assert [("response-content-disposition", value)] == get_object(download_as="a.pdf")[0]


def test_a_shown_file_gets_its_name() -> None:
    value = "inline; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"
    assert [("response-content-disposition", value)] == get_object(inline_as="a.pdf")[0]


def test_showing_what_can_run_scripts_warns() -> None:
    with pytest.warns(ActiveContentWarning, match="^inline_as shows a file that can run scripts"):
        get_object(inline_as="a.html")
    with pytest.warns(ActiveContentWarning):
        get_object(inline_as="a.txt", response_content_type="text/html")


def test_downloading_it_does_not() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_object(download_as="a.html")
        get_object(inline_as="a.html", response_content_type="text/plain")


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("inline_as", {"download_as": "a", "inline_as": "b"}),
        ("download_as", {"download_as": "a", "response_content_disposition": "inline"}),
        ("inline_as", {"inline_as": "a", "response_content_disposition": "inline"}),
    ],
)
def test_one_option_names_a_download(field: str, options: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        get_object(**options)  # type: ignore[arg-type]  # each of them is a str
    assert field == caught.value.field


# head_object, delete_object, any_operation


def test_a_head_may_ask_for_a_version_and_a_part() -> None:
    assert [("partNumber", "10000"), ("versionId", "v")] == head_object(version_id="v", part_number=10_000)[0]


def test_a_delete_may_name_a_version() -> None:
    assert ([("versionId", "v")], []) == delete_object(version_id="v")


def test_any_operation_takes_query_and_headers() -> None:
    parts = any_operation(query={"uploads": ""}, headers={"x-a": "1"})
    assert ([("uploads", "")], [("x-a", "1")]) == parts


# put_object


def test_everything_that_bounds_an_upload_is_a_header() -> None:
    query, headers = put_object(
        content_type="image/png",
        content_length=0,
        overwrite=False,
        metadata={"Owner": "me"},
        tags={"a b": "c/d", "e": ""},
        checksum_sha256=hashlib.sha256(b"").digest(),
        checksum_sha1=bytes(20),
        checksum_crc32=bytes(4),
        checksum_crc32c="AAAAAA==",
        checksum_crc64nvme=bytearray(8),  # type: ignore[arg-type]  # as good as bytes
        content_md5=memoryview(bytes(16)),  # type: ignore[arg-type]  # as good as bytes
        cache_control="no-store",
        content_disposition="inline",
        content_encoding="gzip",
        storage_class="STANDARD_IA",
        acl="private",
        sse="aws:kms",
        kms_key_id="alias/mine",
        expected_bucket_owner="123456789012",
    )
    assert [] == query
    assert {
        "content-type": "image/png",
        "cache-control": "no-store",
        "content-disposition": "inline",
        "content-encoding": "gzip",
        "x-amz-storage-class": "STANDARD_IA",
        "content-length": "0",
        "if-none-match": "*",
        "x-amz-acl": "private",
        "x-amz-meta-Owner": "me",
        "x-amz-tagging": "a%20b=c%2Fd&e=",
        "x-amz-checksum-sha256": DAY,
        "x-amz-checksum-sha1": base64.b64encode(bytes(20)).decode(),
        "x-amz-checksum-crc32": "AAAAAA==",
        "x-amz-checksum-crc32c": "AAAAAA==",
        "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
        "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "alias/mine",
        "x-amz-expected-bucket-owner": "123456789012",
    } == dict(headers)


def test_a_customer_key_comes_with_its_algorithm_and_md5() -> None:
    key = b"k" * 32
    assert [
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-server-side-encryption-customer-key", base64.b64encode(key).decode()),
        (
            "x-amz-server-side-encryption-customer-key-md5",
            base64.b64encode(hashlib.md5(key).digest()).decode(),
        ),
    ] == put_object(sse_customer_key=key)[1]


def test_an_upload_may_want_one_version_in_its_place() -> None:
    assert ([], [("if-match", '"etag"')]) == put_object(if_match='"etag"')


def test_the_requester_of_an_upload_pays_by_query() -> None:
    assert [("x-amz-request-payer", "requester")] == put_object(request_payer=True)[0]


@pytest.mark.parametrize("encryption", ["AES256", "aws:kms", "aws:kms:dsse"])
def test_encryption_needs_no_key_id(encryption: Any) -> None:
    assert [("x-amz-server-side-encryption", encryption)] == put_object(sse=encryption)[1]


def test_ten_tags_and_two_kilobytes_of_metadata_fit() -> None:
    put_object(tags={f"t{n}": "v" for n in range(10)}, metadata={"a": "b" * 2_047})


# list_objects


def test_a_list_is_of_the_second_version() -> None:
    assert ([("list-type", "2")], []) == list_objects()


def test_a_list_has_its_options_in_the_query() -> None:
    assert [
        ("list-type", "2"),
        ("prefix", "ü/"),
        ("delimiter", "/"),
        ("start-after", "a"),
        ("continuation-token", "t="),
        ("max-keys", "0"),
        ("x-amz-request-payer", "requester"),
    ] == list_objects(
        prefix="ü/", delimiter="/", start_after="a", continuation_token="t=", max_keys=0, request_payer=True
    )[0]


def test_an_empty_prefix_is_a_prefix() -> None:
    assert ("prefix", "") in list_objects(prefix="")[0]


# query= and headers=


def test_query_and_headers_follow_the_options() -> None:
    query, headers = get_object(
        version_id="v",
        expected_bucket_owner="123456789012",
        query=[("a", "1"), ("a", "")],
        headers={"X-A": "b"},
    )
    assert [("versionId", "v"), ("a", "1"), ("a", "")] == query
    assert [("x-amz-expected-bucket-owner", "123456789012"), ("X-A", "b")] == headers


def test_inputs_are_not_changed() -> None:
    query, headers = [("a", "1")], {"x-a": "b"}
    parts = get_object(version_id="v", query=query, headers=headers)
    parts[0].append(("c", "d"))
    assert ([("a", "1")], {"x-a": "b"}) == (query, headers)


@pytest.mark.parametrize("name", ["versionId", "VERSIONID", "response-content-type"])
def test_s3s_parameters_do_not_repeat(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^query must be free of a second {name.lower()}$"):
        any_operation(query=[(name, "CANARY"), (name.swapcase(), "x")])


def test_headers_that_proxies_set_are_left_out_when_the_request_is_made() -> None:
    parts = any_operation(headers={"User-Agent": "x"})
    with pytest.warns(UnsignedHeaderWarning):
        request = object_request("GET", VIRTUAL, parts, "bucket")
    assert [] == request.headers


class Part:
    def __index__(self) -> int:
        return 7


def test_integers_of_others_are_integers() -> None:
    part: Any = Part()
    assert [("partNumber", "7")] == get_object(part_number=part)[0]
