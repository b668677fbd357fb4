"""The core, step by step. Expected values are AWS's own, or computed by hand with hmac.

The file runs twice: as it is, and as a microcontroller's Python would run it, where
hash objects have no ``copy`` and bytes no ``translate``.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import sigv4

if TYPE_CHECKING:
    from types import SimpleNamespace

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def _without_translate_and_copy() -> SimpleNamespace:
    """Return sigv4.py as it is where ``hasattr`` finds neither."""
    from types import SimpleNamespace

    path = Path(str(sigv4.__file__))
    names: dict[str, Any] = {"hasattr": lambda *_: False, "__name__": "sigv4"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return SimpleNamespace(**names)


SMALL = _without_translate_and_copy()


@pytest.fixture(params=[sigv4, SMALL], ids=["CPython", "MicroPython"])
def core(request: pytest.FixtureRequest) -> Any:
    return request.param


# encode_path


def test_a_path_keeps_unreserved_characters_and_slashes(core: Any) -> None:
    path = "/AZaz09-._~/"
    assert path == core.encode_path(path)


def test_a_path_encodes_all_else_in_upper_case_hex(core: Any) -> None:
    assert "/a%20b%2Bc%25%C3%BC%F0%9F%8E%89%0A" == core.encode_path("/a b+c%ü🎉\n")


def test_a_path_can_not_hold_a_nul(core: Any) -> None:
    with pytest.raises(ValueError, match="a path can not hold a NUL"):
        core.encode_path("a\0b")


def test_a_path_can_not_hold_a_lone_surrogate(core: Any) -> None:
    with pytest.raises(ValueError):
        core.encode_path("a\udc80")


def test_every_byte_encodes_the_first_time_and_the_second(core: Any) -> None:
    text = "".join(map(chr, range(1, 128)))
    first = core.encode_path(text)
    assert first == core.encode_path(text)
    assert "%01%02" == first[:6]
    assert "%7B%7C%7D~%7F" == first[-13:]


# uri_encode


def test_a_query_value_encodes_the_slash_too(core: Any) -> None:
    assert "a%2Fb" == core.uri_encode("a/b")


def test_a_query_value_may_hold_a_nul(core: Any) -> None:
    assert "%00a%20%00" == core.uri_encode("\0a \0")


def test_plain_text_is_its_own_encoding(core: Any) -> None:
    assert "aZ09-._~" == core.uri_encode("aZ09-._~")


# _refuse_surrogates


def test_the_bytes_of_a_lone_surrogate_are_refused_where_encode_lets_them_through() -> None:
    with pytest.raises(ValueError, match="text can not hold lone surrogates"):
        SMALL._refuse_surrogates(b"a\xed\xa0\x80")


def test_the_last_character_below_the_surrogates_is_not_refused() -> None:
    assert "%ED%9F%BF" == SMALL.encode_path("\ud7ff")


# normalize_path


@pytest.mark.parametrize(
    ("normal", "path"),
    [
        ("/", ""),
        ("/", "/"),
        ("/", "//"),
        ("/", "/./"),
        ("/", "/.."),
        ("/", "/a/.."),
        ("/a/", "/a/"),
        ("/a", "/a"),
        ("/c", "/a/b/../../c"),
        ("/b", "/../../b"),
        ("/a/b/", "//a//./b///"),
        ("/...", "/..."),
    ],
)
def test_normal_paths_have_no_empty_and_no_dot_segments(normal: str, path: str) -> None:
    assert normal == sigv4.normalize_path(path)


# encode_query, canonical_query, joined


def test_pairs_are_encoded_in_the_order_given() -> None:
    assert [("b%2F", "b%2F=1%20"), ("a", "a=")] == sigv4.encode_query([("b/", "1 "), ("a", "")])


def test_a_canonical_query_is_sorted_by_name_before_value() -> None:
    encoded = sigv4.encode_query([("a-b", "1"), ("a", "2"), ("a", "1"), ("A", "3")])
    assert "A=3&a=1&a=2&a-b=1" == sigv4.canonical_query(encoded)


def test_a_joined_query_keeps_its_order() -> None:
    assert "b=1&a=2" == sigv4.joined([("b", "b=1"), ("a", "a=2")])


# canonical_headers, fold, signed_headers


def test_header_names_are_lower_case_and_sorted() -> None:
    assert [("a", "2"), ("b", "1")] == sigv4.canonical_headers([("B", "1"), ("a", "2")])


def test_values_of_a_name_that_repeats_join_in_their_order() -> None:
    assert [("a", "z,b")] == sigv4.canonical_headers([("a", "z"), ("A", "b")])


def test_only_ascii_blanks_are_trimmed_and_folded() -> None:
    assert "a b \xa0c" == sigv4.fold(" \t a \t\r\n b \xa0c ")


def test_signed_headers_are_the_names_with_semicolons_between() -> None:
    assert "host;x-amz-acl" == sigv4.signed_headers([("host", "h"), ("x-amz-acl", "private")])


# canonical_request, request_tail


def test_the_canonical_request_has_six_parts_on_lines_of_their_own() -> None:
    request = sigv4.canonical_request("PUT", "/a", "x=1", [("host", "h"), ("z", "1")], "HASH")
    assert "PUT\n/a\nx=1\nhost:h\nz:1\n\nhost;z\nHASH" == request


# credential_scope, string_to_sign, string_head


def test_the_scope_is_date_region_service_and_a_fixed_word() -> None:
    assert "20130524/us-east-1/s3/aws4_request" == sigv4.credential_scope("20130524", "us-east-1", "s3")


def test_the_string_to_sign_ends_in_the_hash_of_the_request() -> None:
    text = sigv4.string_to_sign("20130524T000000Z", "SCOPE", "ü")
    assert f"AWS4-HMAC-SHA256\n20130524T000000Z\nSCOPE\n{hashlib.sha256('ü'.encode()).hexdigest()}" == text


def test_the_string_to_sign_takes_another_algorithm() -> None:
    assert "OTHER\nT\nS\n" == sigv4.string_head("T", "S", "OTHER")


# signing_key, signature, hmac_sha256


def test_the_signing_key_is_the_one_that_aws_documents(core: Any) -> None:
    """AWS General Reference, "Examples of how to derive a signing key for Signature Version 4"."""
    key = core.signing_key(KEYS_SECRET, "20120215", "us-east-1", "iam")
    assert "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d" == key.hex()


def test_a_signature_is_the_hmac_in_hex(core: Any) -> None:
    expected = hmac.new(b"k" * 32, b"text", "sha256").hexdigest()
    assert expected == core.signature(b"k" * 32, "text")


@pytest.mark.parametrize("size", [0, 1, 32, 63, 64, 65, 200])
def test_hmac_takes_keys_of_any_size(core: Any, size: int) -> None:
    key = bytes(range(size))
    assert hmac.new(key, b"message", "sha256").digest() == core.hmac_sha256(key, b"message")


# auth_parameters


def test_the_parameters_stand_in_the_order_of_awss_page() -> None:
    encoded = sigv4.auth_parameters("AK/20130524/r/s3/aws4_request", "T", 60, "host;z")
    assert [
        ("X-Amz-Algorithm", "X-Amz-Algorithm=AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", "X-Amz-Credential=AK%2F20130524%2Fr%2Fs3%2Faws4_request"),
        ("X-Amz-Date", "X-Amz-Date=T"),
        ("X-Amz-Expires", "X-Amz-Expires=60"),
        ("X-Amz-SignedHeaders", "X-Amz-SignedHeaders=host%3Bz"),
    ] == encoded


def test_a_session_token_comes_last_and_encoded() -> None:
    encoded = sigv4.auth_parameters("C", "T", 60, "host", "a/b=", "X-Amz-S3session-Token", "A")
    assert ("X-Amz-S3session-Token", "X-Amz-S3session-Token=a%2Fb%3D") == encoded[-1]
    assert ("X-Amz-Algorithm", "X-Amz-Algorithm=A") == encoded[0]


# prepare


def test_one_preparation_signs_many_paths_as_the_steps_alone_do(core: Any) -> None:
    key = core.signing_key(SECRET, "20130524", "us-east-1", "s3")
    head, tail = "20130524T000000Z", "\nq\nhost:h\n\nhost\nUNSIGNED-PAYLOAD"
    sign = core.prepare("GET\n/", tail, core.string_head(head, "SCOPE"), key, "https://h/", "?q&S=")
    for path, encoded in (("a", "a"), ("a b", "a%20b"), ("ü", "%C3%BC"), ("a", "a")):
        text = sigv4.string_to_sign(head, "SCOPE", f"GET\n/{encoded}{tail}")
        assert f"https://h/{encoded}?q&S={sigv4.signature(key, text)}" == sign(path)


def test_a_prepared_signer_refuses_a_nul(core: Any) -> None:
    sign = core.prepare("", "", "", bytes(32), "", "")
    with pytest.raises(ValueError, match="a path can not hold a NUL"):
        sign("a\0")


# presign


def test_the_documented_example_has_its_documented_signature(core: Any) -> None:
    """Amazon S3 API Reference, "Authenticating requests: using query parameters"."""
    url = core.presign(
        "GET",
        "https://examplebucket.s3.amazonaws.com",
        "/test.txt",
        "AKIAIOSFODNN7EXAMPLE",
        SECRET,
        "us-east-1",
        "20130524T000000Z",
        86_400,
    )
    assert (
        "https://examplebucket.s3.amazonaws.com/test.txt"
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    ) == url


def test_a_url_with_everything_is_signed_over_everything(core: Any) -> None:
    url = core.presign(
        "PUT",
        "https://store.example/base/bucket",
        "/a b",
        "AK",
        SECRET,
        "eu-west-1",
        "20260102T140500Z",
        60,
        session_token="to/ken",
        query=[("versionId", "1/2")],
        headers=[("X-Amz-Acl", " private ")],
        payload_hash="ab" * 32,
    )
    unsigned, _, signature = url.rpartition("&X-Amz-Signature=")
    query = unsigned.partition("?")[2]
    request = sigv4.canonical_request(
        "PUT",
        "/base/bucket/a%20b",
        "&".join(sorted(query.split("&"))),
        [("host", "store.example"), ("x-amz-acl", "private")],
        "ab" * 32,
    )
    scope = "20260102/eu-west-1/s3/aws4_request"
    key = sigv4.signing_key(SECRET, "20260102", "eu-west-1", "s3")
    assert sigv4.signature(key, sigv4.string_to_sign("20260102T140500Z", scope, request)) == signature
    assert query.startswith("versionId=1%2F2&X-Amz-Algorithm=")
    assert query.endswith("&X-Amz-SignedHeaders=host%3Bx-amz-acl&X-Amz-Security-Token=to%2Fken")
