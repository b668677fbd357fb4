"""Requests to services other than S3, from the URL as it will be sent."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, InvalidInputError, NoRegionError, PresignedURL, presign
from presignlib._service_request import parsed_query, regions_of, service_request
from presignlib.sigv4 import EMPTY_PAYLOAD_HASH

if TYPE_CHECKING:
    from presignlib.request import SignableRequest

HASH = "0123456789abcdef" * 4


def _request(
    url: str = "https://api.example.com/", service: str = "execute-api", **options: Any
) -> SignableRequest:
    return service_request("get", url, service, "us-east-1", **options)


def test_the_url_is_sent_as_it_is_and_the_path_encoded_once_more() -> None:
    request = _request("https://API.example.com:443/a%20b//../c")
    assert "https://api.example.com/a%20b//../c" == request.base
    assert "/a%2520b/c" == _request("https://api.example.com/a%20b//./c").path
    assert "/c" == request.path
    assert ("GET", "api.example.com", "us-east-1", "execute-api") == (
        request.method,
        request.host,
        request.region,
        request.service,
    )


def test_an_empty_path_is_a_slash() -> None:
    request = _request("https://api.example.com")
    assert ("https://api.example.com/", "/") == (request.base, request.path)


def test_s3_signs_the_path_as_sent() -> None:
    assert "/a%20b//../c" == _request("https://h.example/a%20b//../c", "s3").path


def test_encoding_and_normalizing_can_be_chosen() -> None:
    url = "https://h.example/a%20b//c"
    assert "/a%20b/c" == _request(url, path_encoding="once").path
    assert "/a%2520b//c" == _request(url, normalize=False).path
    assert "/a%2520b/c" == _request(url, "s3", path_encoding="twice", normalize=True).path


def test_the_urls_own_query_comes_first() -> None:
    request = _request("https://h.example/?b=%20&a", query=[("c", "+")])
    assert [("b", " "), ("a", ""), ("c", "+")] == request.query


def test_headers_are_canonical() -> None:
    assert [("x-a", "1")] == _request(headers={"X-A": " 1 "}).headers


def test_the_payload_is_empty_unless_told() -> None:
    assert EMPTY_PAYLOAD_HASH == _request().payload_hash
    assert "UNSIGNED-PAYLOAD" == _request(service="s3").payload_hash
    assert HASH == _request(payload_hash=HASH).payload_hash
    assert "UNSIGNED-PAYLOAD" == _request(payload_hash="UNSIGNED-PAYLOAD").payload_hash


def test_a_payload_header_tells_too() -> None:
    header = {"x-amz-content-sha256": HASH}
    assert HASH == _request(headers=header).payload_hash
    assert HASH == _request(headers=header, payload_hash=HASH).payload_hash
    with pytest.raises(
        InvalidInputError, match=r"^payload_hash must be the same as the header x-amz-content"
    ):
        _request(headers=header, payload_hash="ff" * 32)


def test_the_token_can_be_appended() -> None:
    assert "signed" == _request().token_placement
    assert "appended" == _request(token_placement="appended").token_placement


def test_web_sockets_are_urls_too() -> None:
    assert "wss://h.example/" == _request("wss://h.example:443/").base
    assert "ws://localhost/" == _request("ws://localhost:80/").base


def test_plain_http_is_refused_unless_allowed() -> None:
    with pytest.raises(InvalidInputError, match=r"^url must be https for a host that looks public"):
        _request("http://h.example/")
    assert "http://h.example/" == _request("http://h.example/", allow_http=True).base


@pytest.mark.parametrize("payload_hash", ["", "FF" * 32, "f" * 63, 5, ["a"] * 64, b"f" * 64])
def test_a_payload_hash_is_lower_case_hex(payload_hash: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^payload_hash must be 64 lower-case hex digits"):
        _request(payload_hash=payload_hash)


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("path_encoding", {"path_encoding": "thrice"}),
        ("token_placement", {"token_placement": "hidden"}),
        ("normalize_path", {"normalize": 1}),
        ("service", {"service": "s3/evil"}),
        ("service", {"service": "S3"}),
        ("url", {"url": "https://h.example/ä"}),
        ("url", {"url": "https://h.example/?X-Amz-Signature=x"}),
        ("query", {"query": {"x-amz-date": "x"}}),
    ],
)
def test_choices_outside_are_refused_by_their_field(field: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        _request(**options)
    assert field == caught.value.field


# parsed_query


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([], ""),
        ([], "&&"),
        ([("a", "")], "a"),
        ([("a", "")], "a="),
        ([("a", "b=c")], "a=b=c"),
        ([("a", "+")], "a=+"),
        ([("ü/", "\0")], "%C3%BC%2f=%00"),
        ([("b", "2"), ("a", "1"), ("b", "1")], "b=2&a=1&b=1"),
        ([("", "x")], "=x"),
    ],
)
def test_a_query_is_read_as_it_will_be_by_the_server(pairs: list[tuple[str, str]], text: str) -> None:
    assert pairs == parsed_query(text)


@pytest.mark.parametrize(
    "text", ["%", "a=%", "a=%2", "a=%zz", "a=%FF", "%C3=a", "a=%ED%A0%80", "a=%+1", "a=% 1"]
)
def test_escapes_that_are_not_utf_8_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^url must be percent-encoded UTF-8 in its query$"):
        parsed_query(text)


# The regions that SigV4a signs for

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.fixture
def _no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def _url_of(**keywords: Any) -> PresignedURL:
    return presign("GET", "https://example.com/", service="s3", credentials=KEYS, now=NOW, **keywords)


@pytest.mark.parametrize(
    ("given", "signed"),
    [
        ("*", "*"),
        ("us-east-1", "us-east-1"),
        ("us-east-1,eu-*", "us-east-1,eu-*"),
        (["us-east-1", "eu-*"], "us-east-1,eu-*"),
        (("*",), "*"),
    ],
)
def test_a_region_set_is_a_string_or_a_sequence(given: Any, signed: str) -> None:
    assert signed == regions_of("sigv4a", None, given)


def test_sigv4a_without_a_region_set_takes_the_region() -> None:
    assert regions_of("sigv4a", "us-east-1", None) == "us-east-1"


def test_sigv4_has_no_region_set() -> None:
    assert regions_of("sigv4", "us-east-1", None) is None


@pytest.mark.parametrize(
    "given", ["", ",", "us-east-1,", " us-east-1", "US-EAST-1", "us/east", [], [""], [1], 1, b"*", "a" * 64]
)
def test_what_is_no_region_set_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        regions_of("sigv4a", None, given)
    assert refusal.value.field == "region_set"


def test_a_region_set_needs_sigv4a() -> None:
    with pytest.raises(InvalidInputError, match="region_set must be left out with algorithm='sigv4'"):
        _url_of(region="us-east-1", region_set="*")


@pytest.mark.parametrize("algorithm", ["SIGV4A", "", 4, "sigv2"])
def test_an_unknown_algorithm_is_refused(algorithm: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        _url_of(region="us-east-1", algorithm=algorithm)
    assert refusal.value.field == "algorithm"


@pytest.mark.usefixtures("_no_region")
def test_sigv4a_needs_a_region_or_a_region_set() -> None:
    with pytest.raises(NoRegionError):
        _url_of(algorithm="sigv4a")


def test_the_region_set_is_what_the_url_tells_as_its_region() -> None:
    assert _url_of(algorithm="sigv4a", region_set="eu-*").region == "eu-*"


def test_the_same_request_has_the_same_signature() -> None:
    assert _url_of(algorithm="sigv4a", region_set="*") == _url_of(algorithm="sigv4a", region_set="*")
