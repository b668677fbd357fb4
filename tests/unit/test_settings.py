"""Region, endpoint and switches: arguments first, then the environment."""

from __future__ import annotations

import os
from typing import Any

import pytest

from presignlib import InvalidInputError, NoRegionError, object_url, presign, presign_get
from presignlib.settings import KEYWORDS, SigningSettings, Where, with_environment

from .samples import CREDENTIALS, INSTANT, NOW, WHERE


def _where(**given: Any) -> Where:
    return Where(**with_environment({"credentials": CREDENTIALS, **given}))


# SigningSettings, Where


def test_a_fixed_time_stands_still() -> None:
    assert INSTANT == SigningSettings(credentials=CREDENTIALS, now=NOW).clock()


def test_without_one_the_clock_goes() -> None:
    settings = SigningSettings(credentials=CREDENTIALS)
    assert INSTANT < settings.clock() <= settings.clock()


@pytest.mark.parametrize("switch", ["allow_http", "use_arn_region", "fips", "dualstack", "accelerate"])
@pytest.mark.parametrize("value", [1, "true", None])
def test_switches_are_booleans(switch: str, value: Any) -> None:
    with pytest.raises(InvalidInputError, match=f"^{switch} must be True or False, got "):
        _where(**{switch: value})


@pytest.mark.parametrize("credentials", ["AKIA", 5, object(), {"a": "b"}, type(CREDENTIALS)])
def test_credentials_are_values_or_a_provider(credentials: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        _where(credentials=credentials)
    assert "credentials" == caught.value.field
    assert f"got {type(credentials).__name__}" in str(caught.value)


def test_no_region_is_an_error_that_names_the_places() -> None:
    with pytest.raises(NoRegionError) as caught:
        _where().address("bucket")
    assert ("region=", "AWS_REGION", "AWS_DEFAULT_REGION") == caught.value.looked_at
    assert "R2 takes auto" not in str(caught.value)


def test_with_a_custom_endpoint_it_names_the_usual_ones() -> None:
    with pytest.raises(NoRegionError, match=r"most stores take us-east-1, R2 takes auto$"):
        _where(endpoint_url="https://store.example").address("bucket")


def test_with_an_endpoint_of_aws_it_does_not() -> None:
    with pytest.raises(NoRegionError, match=r"AWS_DEFAULT_REGION$"):
        _where(endpoint_url="https://s3.eu-west-1.amazonaws.com").address("bucket")


def test_what_is_settled_says_the_same_again() -> None:
    given = {
        "region": "eu-west-1",
        "endpoint_url": "https://Store.example:443/base/",
        "sign_host": "inner:9000",
        "addressing_style": "path",
        "allow_http": True,
        "use_arn_region": False,
        "short_credentials": "ignore",
    }
    settled = _where(**given).settled()
    assert {
        "region": "eu-west-1",
        "endpoint_url": "https://store.example/base",
        "sign_host": "inner:9000",
        "addressing_style": "path",
        "dualstack": False,
        "fips": False,
        "accelerate": False,
        "use_arn_region": False,
        "allow_http": True,
        "short_credentials": "ignore",
    } == settled
    assert settled == _where(**settled).settled()
    assert KEYWORDS >= settled.keys()


# with_environment


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_an_environment_without_our_variables_changes_nothing() -> None:
    given = {"region": None}
    assert given is with_environment(given)


def test_the_region_is_found_in_two_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, AWS_DEFAULT_REGION="eu-west-2")
    assert "eu-west-2" == _where().region
    _set(monkeypatch, AWS_REGION="eu-west-1")
    assert "eu-west-1" == _where().region
    _set(monkeypatch, AWS_REGION="")
    assert "eu-west-2" == _where().region


def test_an_argument_wins_and_none_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, AWS_REGION="eu-west-1")
    assert "us-east-1" == _where(region="us-east-1").region
    assert "eu-west-1" == _where(region=None).region


def test_the_endpoint_is_found_in_awss_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "PRESIGN_ENDPOINT_URL"):
        _set(monkeypatch, **{name: f"https://{name.lower().replace('_', '-')}.example"})
        found.append(_where().settled()["endpoint_url"])
    assert [
        "https://aws-endpoint-url.example",
        "https://aws-endpoint-url-s3.example",
        "https://presign-endpoint-url.example",
    ] == found
    given = _where(endpoint_url="https://given.example").settled()["endpoint_url"]
    assert "https://given.example" == given


@pytest.mark.parametrize("on", ["true", "TRUE", " True ", "1"])
def test_awss_endpoints_can_be_ignored(monkeypatch: pytest.MonkeyPatch, on: str) -> None:
    _set(monkeypatch, AWS_ENDPOINT_URL_S3="https://store.example", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=on)
    assert None is _where().settled()["endpoint_url"]
    _set(monkeypatch, PRESIGN_ENDPOINT_URL="https://ours.example")
    assert "https://ours.example" == _where().settled()["endpoint_url"]


@pytest.mark.parametrize("off", ["false", "0", "yes", "no"])
def test_other_words_switch_nothing_on(monkeypatch: pytest.MonkeyPatch, off: str) -> None:
    _set(monkeypatch, AWS_ENDPOINT_URL="https://store.example", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=off)
    assert "https://store.example" == _where().settled()["endpoint_url"]


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("fips", "AWS_USE_FIPS_ENDPOINT"),
        ("dualstack", "AWS_USE_DUALSTACK_ENDPOINT"),
        ("use_arn_region", "AWS_S3_USE_ARN_REGION"),
        ("allow_http", "PRESIGN_ALLOW_HTTP"),
    ],
)
def test_switches_are_read_and_arguments_win(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str
) -> None:
    _set(monkeypatch, **{variable: "true"})
    assert True is _where().settled()[name]
    assert False is _where(**{name: False}).settled()[name]
    _set(monkeypatch, **{variable: "false"})
    assert False is _where().settled()[name]


def test_plain_http_can_be_allowed_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"region": "us-east-1", "endpoint_url": "http://store.example"}
    with pytest.raises(InvalidInputError):
        object_url("bucket", "k", **given)  # type: ignore[arg-type]  # both are str
    _set(monkeypatch, PRESIGN_ALLOW_HTTP="1")
    assert "http://store.example/bucket/k" == object_url("bucket", "k", **given)  # type: ignore[arg-type]


def test_other_services_take_the_region_and_no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, AWS_REGION="eu-west-1", AWS_ENDPOINT_URL="https://store.example")
    _set(monkeypatch, AWS_USE_FIPS_ENDPOINT="true", AWS_ENDPOINT_URL_S3="https://store.example")
    url = presign("GET", "https://h.example/", service="execute-api", credentials=CREDENTIALS, now=NOW)
    assert "eu-west-1" == url.region
    assert url.startswith("https://h.example/?")


def test_a_region_of_the_environment_is_checked_like_any(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, AWS_REGION="evil.com/")
    with pytest.raises(InvalidInputError, match=r"^region must be a DNS label"):
        presign_get("bucket", "k", credentials=CREDENTIALS)


def test_an_environment_of_another_kind_is_asked_name_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"AWS_REGION": "eu-west-1"})
    assert "eu-west-1" == _where().region


def test_with_all_given_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = presign_get("bucket", "k", **WHERE)
    _set(monkeypatch, AWS_REGION="eu-west-1", AWS_ACCESS_KEY_ID="other", AWS_PROFILE="other")
    assert before == presign_get("bucket", "k", **WHERE)
