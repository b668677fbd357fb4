"""Uploads in parts: each request, the id out of an answer, the body that ends it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from presignlib import Credentials, InvalidInputError, MultipartUpload, Presigner, presign_multipart

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
ANSWER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<InitiateMultipartUploadResult '
    'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>{bucket}</Bucket><Key>{key}</Key>'
    "<UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
)


def upload(bucket: str = "bucket", key: str = "a b", **keywords: Any) -> MultipartUpload:
    settings: dict[str, Any] = {"region": "us-east-1", "credentials": KEYS, "now": NOW}
    return presign_multipart(bucket, key, **{**settings, **keywords})


def answer(bucket: str = "bucket", key: str = "a b", id: str = "ID") -> str:  # noqa: A002 - as in the XML
    return ANSWER.format(bucket=bucket, key=key, id=id)


def parts_of(url: str) -> tuple[str, list[str]]:
    base, _, query = url.partition("?")
    return base, [part for part in query.split("&") if not part.startswith("X-Amz-")]


BASE = "https://bucket.s3.us-east-1.amazonaws.com/a%20b"


@pytest.mark.parametrize(
    ("url", "method", "query"),
    [
        (upload().create(), "POST", ["uploads="]),
        (upload().part("I/D", 7), "PUT", ["partNumber=7", "uploadId=I%2FD"]),
        (upload().complete("ID"), "POST", ["uploadId=ID"]),
        (upload().abort("ID"), "DELETE", ["uploadId=ID"]),
        (upload().list_parts("ID"), "GET", ["uploadId=ID"]),
        (
            upload().list_parts("ID", max_parts=5, part_number_marker=0),
            "GET",
            ["uploadId=ID", "max-parts=5", "part-number-marker=0"],
        ),
    ],
)
def test_each_request_has_its_method_and_query(url: Any, method: str, query: list[str]) -> None:
    assert (method, {}) == (url.method, url.headers)
    assert (BASE, query) == parts_of(url)


def test_each_url_lives_an_hour_unless_told() -> None:
    assert upload().create().expires == 3_600
    assert upload(expires="5m").part("ID", 1).expires == 300


def test_nothing_is_signed_before_it_is_asked_for() -> None:
    now = [NOW]
    presigner = Presigner(region="us-east-1", credentials=KEYS, clock=lambda: now[0])
    made = presigner.multipart("bucket", "k")
    assert NOW == made.part("ID", 1).signed_at
    now[0] = NOW.replace(hour=4)
    assert NOW.replace(hour=4) == made.part("ID", 2).signed_at


def test_options_of_the_object_are_signed_where_it_begins() -> None:
    url = upload(
        content_type="image/png", metadata={"a": "b"}, headers={"x-amz-checksum-algorithm": "CRC32"}
    ).create()
    expected = {"content-type": "image/png", "x-amz-checksum-algorithm": "CRC32", "x-amz-meta-a": "b"}
    assert expected == url.headers


def test_a_parts_length_and_checksum_are_signed() -> None:
    url = upload().part("ID", 1, content_length=5, checksum_crc32=b"1234")
    assert {"content-length": "5", "x-amz-checksum-crc32": "MTIzNA=="} == url.headers


def test_a_customers_key_is_in_each_part() -> None:
    made = upload(sse_customer_key=b"k" * 32)
    name = "x-amz-server-side-encryption-customer-key"
    assert made.create().headers[name] == made.part("ID", 1).headers[name]
    assert {} == made.abort("ID").headers


def test_what_all_requests_need_is_in_each() -> None:
    made = upload(request_payer=True, expected_bucket_owner="123456789012")
    for url in (made.create(), made.part("I", 1), made.complete("I"), made.abort("I"), made.list_parts("I")):
        assert {"x-amz-expected-bucket-owner": "123456789012"} == url.headers
        assert "x-amz-request-payer=requester" in url


def test_overwriting_is_refused_where_the_object_comes_to_be() -> None:
    made = upload(overwrite=False)
    assert {"if-none-match": "*"} == made.complete("ID").headers
    assert {} == made.create().headers


@pytest.mark.parametrize("number", [0, 10_001, -1, True, "1", 1.0, None])
def test_a_part_has_a_number_from_1_to_10000(number: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^number must be "):
        upload().part("ID", number)


@pytest.mark.parametrize("number", [1, 10_000])
def test_the_first_and_the_last_part_are_signed(number: int) -> None:
    assert f"partNumber={number}&" in upload().part("ID", number)


@pytest.mark.parametrize("upload_id", ["", "a\n", "a" * 1_025, None, 5, b"ID", "\ud800"])
def test_what_is_no_upload_id_is_refused(upload_id: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^upload_id must be "):
        upload().complete(upload_id)


@pytest.mark.parametrize(
    ("field", "options"),
    [("max_parts", {"max_parts": 1_001}), ("part_number_marker", {"part_number_marker": -1})],
)
def test_a_list_of_parts_has_limits(field: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{field} must be "):
        upload().list_parts("ID", **options)


@pytest.mark.parametrize("name", ["content_type", "metadata", "nonsense"])
def test_a_part_takes_no_option_of_the_object(name: str) -> None:
    with pytest.raises(TypeError, match=rf"part\(\) got an unexpected keyword argument '{name}'"):
        upload().part("ID", 1, **{name: "x"})


@pytest.mark.parametrize("name", ["content_length", "checksum_sha256", "stable_for", "nonsense"])
def test_an_upload_takes_no_option_of_a_part(name: str) -> None:
    options: dict[str, Any] = {name: 5}
    presigner = Presigner(region="us-east-1", credentials=KEYS)
    with pytest.raises(
        TypeError, match=rf"presign_multipart\(\) got an unexpected keyword argument '{name}'"
    ):
        upload(**options)
    with pytest.raises(TypeError, match=r"^multipart\(\)"):
        presigner.multipart("bucket", "k", **options)


def test_mistakes_show_before_anything_is_sent() -> None:
    with pytest.raises(InvalidInputError, match=r"^key must be "):
        upload(key="")
    with pytest.raises(InvalidInputError, match=r"^metadata must be "):
        upload(metadata={"a": "ü"})


def test_repr_names_the_object() -> None:
    assert repr(upload()) == "<MultipartUpload bucket/a b>"
    assert repr(upload(key="a\n")) == "<MultipartUpload bucket/a\\n>"


# Answers


@pytest.mark.parametrize("encode", [str, str.encode])
def test_the_id_is_taken_out_of_the_answer(encode: Any) -> None:
    assert upload().parse_upload_id(encode(answer(id="a-_.~B"))) == "a-_.~B"


def test_a_keys_special_characters_are_read() -> None:
    assert upload(key="<&>").parse_upload_id(answer(key="&lt;&amp;&gt;")) == "ID"


def test_blanks_around_a_key_do_not_matter() -> None:
    assert upload(key=" a ").parse_upload_id(answer(key=" a ")) == "ID"


def test_an_arn_may_be_answered_by_the_bucket_behind_it() -> None:
    made = upload("arn:aws:s3:us-east-1:123456789012:accesspoint:a")
    assert made.parse_upload_id(answer(bucket="behind")) == "ID"


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "ID",
        "<UploadId>ID</UploadId>",
        answer()[:-10],
        answer(id=""),
        answer(id=" "),
        answer(id="a" * 1_025),
        answer(id="&#10;a&#7;"),
        answer(key="other"),
        answer(bucket="other"),
        answer() + answer(),
        "<Error><Code>AccessDenied</Code><UploadId>ID</UploadId></Error>",
        '<!DOCTYPE a [<!ENTITY b "ID">]>' + answer(id="&b;"),
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + answer(id="&b;"),
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + answer(id="&b;"),
        answer(id="&unknown;"),
        "<a>" * 1_000 + "</a>" * 1_000,
        answer(id="a" * 2_000_000),
        b"\xff\xfe\x00",
        None,
        5,
    ],
)
def test_a_truncated_huge_or_hostile_answer_is_refused(xml: Any) -> None:
    with pytest.raises(InvalidInputError):
        upload().parse_upload_id(xml)


# The body


def test_the_body_lists_parts_by_number() -> None:
    body = fromstring(upload().complete_body({2: '"b"', 1: "a", 10: '"c-&<"'}))
    found = [(part[0].text, part[1].text) for part in body]
    assert body.tag == f"{NAMESPACE}CompleteMultipartUpload"
    assert {f"{NAMESPACE}PartNumber", f"{NAMESPACE}ETag"} == {child.tag for part in body for child in part}
    assert found == [("1", '"a"'), ("2", '"b"'), ("10", '"c-&<"')]


@pytest.mark.parametrize(
    "parts",
    [
        {},
        None,
        [1],
        {0: "a"},
        {10_001: "a"},
        {True: "a"},
        {1: ""},
        {1: '""'},
        {1: 'W/"a"'},
        {1: None},
        {1: "a\n"},
        {1: "ä"},
    ],
)
def test_a_body_without_good_parts_is_refused(parts: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^parts must be "):
        upload().complete_body(parts)
