"""The module's functions: one URL each, from arguments alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

import presignlib
from presignlib import (
    ClientRewriteWarning,
    InvalidInputError,
    NoRegionError,
    ShortCredentialsWarning,
    object_url,
    presign,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_put,
)

from .samples import CREDENTIALS, ENDING, NOW, TEMPORARY, WHERE, parameters

API = "https://api.example.com/"
FUNCTIONS: list[Any] = [presign_get, presign_head, presign_put, presign_delete]


@pytest.mark.parametrize(
    ("method", "seconds", "function"),
    [
        ("GET", 900, presign_get),
        ("HEAD", 900, presign_head),
        ("PUT", 900, presign_put),
        ("DELETE", 300, presign_delete),
    ],
)
def test_each_function_signs_its_method_for_its_life(method: str, seconds: int, function: Any) -> None:
    url = function("bucket", "a b", **WHERE)
    assert (method, seconds, "a b") == (url.method, url.expires, url.key)
    assert "/a%20b" == urlsplit(url).path


def test_a_list_signs_a_get_of_the_bucket() -> None:
    url = presign_list("bucket", prefix="a/", **WHERE)
    assert ("GET", 300, "/") == (url.method, url.expires, urlsplit(url).path)
    assert ("2", "a/") == (parameters(url)["list-type"], parameters(url)["prefix"])


def test_a_list_by_path_has_no_slash_behind_the_bucket() -> None:
    url = presign_list("bucket", addressing_style="path", **WHERE)
    assert "/bucket" == urlsplit(url).path


def test_no_two_methods_have_one_signature() -> None:
    signatures = {
        parameters(function("bucket", "k", expires=60, **WHERE))["X-Amz-Signature"] for function in FUNCTIONS
    }
    assert len(FUNCTIONS) == len(signatures)


def test_a_query_parameter_stands_before_those_of_signing() -> None:
    url = presign_get("bucket", "k", version_id="v", **WHERE)
    assert ["versionId", "X-Amz-Algorithm"] == list(parameters(url))[:2]


def test_the_life_may_be_an_instant() -> None:
    url = presign_get("bucket", "k", expires=NOW + timedelta(minutes=1), **WHERE)
    assert (60, NOW + timedelta(minutes=1)) == (url.expires, url.expires_at)


def test_without_a_time_the_url_is_of_now() -> None:
    url = presign_get("bucket", "k", region="us-east-1", credentials=CREDENTIALS)
    assert not url.expires_within("14m")
    assert url.expires_within("15m")


def test_a_stable_window_gives_one_url() -> None:
    start = NOW.replace(minute=0)
    urls = {
        presign_get("bucket", "k", stable_for="15m", **{**WHERE, "now": start + timedelta(seconds=s)})
        for s in (0, 1, 450, 899)
    }
    assert 1 == len(urls)
    assert urls != {
        presign_get("bucket", "k", stable_for="15m", **{**WHERE, "now": start + timedelta(minutes=15)})
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_none_is_no_expiry_in_the_functions(function: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be whole seconds, .* got NoneType$"):
        function("bucket", "k", expires=None, **WHERE)


def test_a_key_with_dot_segments_warns_each_time() -> None:
    for _ in range(2):
        with pytest.warns(ClientRewriteWarning):
            presign_get("bucket", "a/../b", **WHERE)


def test_short_credentials_warn() -> None:
    with pytest.warns(ShortCredentialsWarning):
        url = presign_get("bucket", "k", expires="1h", **{**WHERE, "credentials": ENDING})
    assert ("credentials", 1_200) == (url.limited_by, url.expires)


def test_credentials_and_region_are_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert presign_get("bucket", "k", **WHERE) == presign_get("bucket", "k", now=NOW)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_unknown_keyword_is_a_type_error(function: Any) -> None:
    message = rf"^{function.__name__}\(\) got an unexpected keyword argument 'foo'$"
    with pytest.raises(TypeError, match=message):
        function("bucket", "k", foo=60, **WHERE)


@pytest.mark.parametrize("name", ["ExpiresIn", "expires_in", "expire", "ttl"])
def test_other_tools_names_for_the_expiry_are_told_ours(name: str) -> None:
    wrong: Any = presign_get
    message = rf"^presign_get\(\) got an unexpected keyword argument '{name}'; use expires=$"
    with pytest.raises(TypeError, match=message):
        wrong("bucket", "k", **{name: 60}, **WHERE)


def test_targets_are_the_only_positional_arguments() -> None:
    wrong: Any = presign_get
    with pytest.raises(TypeError):
        wrong("bucket", "k", "15m")


# object_url


def test_an_unsigned_url_needs_no_credentials() -> None:
    assert "https://bucket.s3.us-east-1.amazonaws.com/a%20b" == object_url(
        "bucket", "a b", region="us-east-1"
    )


def test_an_unsigned_url_takes_no_options_of_signing() -> None:
    wrong: Any = object_url
    with pytest.raises(TypeError, match=r"^object_url\(\) got an unexpected keyword argument 'expires'$"):
        wrong("bucket", "k", expires=5, region="us-east-1")


# presign


def test_any_service_is_signed_by_its_rules() -> None:
    url = presign(
        "POST", API + "a%20b?x=1", service="execute-api", query={"y": "2"}, headers={"X-A": "1"}, **WHERE
    )
    assert url.startswith(API + "a%20b?x=1&y=2&X-Amz-Algorithm=")
    assert ("POST", {"x-a": "1"}, 900) == (url.method, url.headers, url.expires)
    assert "POST\n/a%2520b\n" in url.explain()
    assert "%2F20260102%2Fus-east-1%2Fexecute-api%2Faws4_request" in url


def test_a_token_may_be_appended() -> None:
    where = {**WHERE, "credentials": TEMPORARY}
    url = presign("GET", API, service="iotdevicegateway", token_placement="appended", **where)
    assert ["X-Amz-Signature", "X-Amz-Security-Token"] == list(parameters(url))[-2:]
    assert "X-Amz-Security-Token" not in url.explain()


def test_any_service_needs_a_region() -> None:
    with pytest.raises(NoRegionError):
        presign("GET", API, service="execute-api", credentials=CREDENTIALS)


def test_an_unknown_keyword_names_the_public_function() -> None:
    wrong: Any = presign
    with pytest.raises(TypeError, match=r"^presign\(\) got an unexpected keyword argument 'Params'$"):
        wrong("GET", API, service="s3", Params=1, **WHERE)


def test_a_service_has_to_be_named() -> None:
    wrong: Any = presign
    with pytest.raises(TypeError, match=r"^presign\(\) missing 1 required keyword-only argument: 'service'$"):
        wrong("GET", API, **WHERE)


def test_s3_by_url_and_s3_by_name_are_one() -> None:
    by_name = presign_get("bucket", "a b", **WHERE)
    by_url = presign("GET", "https://bucket.s3.us-east-1.amazonaws.com/a%20b", service="s3", **WHERE)
    assert by_name == by_url


# the package's own names


def test_expires_is_a_union_of_all_that_says_how_long() -> None:
    assert isinstance("15m", presignlib.Expires)
    assert isinstance(NOW, presignlib.Expires)
    assert not isinstance(1.5, presignlib.Expires)


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'presignlib' has no attribute 'generate_presigned_url'$"
    ):
        _ = presignlib.generate_presigned_url
