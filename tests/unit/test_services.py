"""Requests to any service, and the regions that SigV4a signs for."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from presignlib import Credentials, InvalidInputError, NoRegionError, PresignedURL, presign
from presignlib.services import regions_of

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def url_of(**keywords: Any) -> PresignedURL:
    return presign("GET", "https://example.com/", service="s3", credentials=KEYS, now=NOW, **keywords)


# SigV4a


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
        url_of(region="us-east-1", region_set="*")


@pytest.mark.parametrize("algorithm", ["SIGV4A", "", 4, "sigv2"])
def test_an_unknown_algorithm_is_refused(algorithm: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        url_of(region="us-east-1", algorithm=algorithm)
    assert refusal.value.field == "algorithm"


def test_sigv4a_needs_a_region_or_a_region_set() -> None:
    with pytest.raises(NoRegionError):
        url_of(algorithm="sigv4a")


def test_the_region_set_is_what_the_url_tells_as_its_region() -> None:
    assert url_of(algorithm="sigv4a", region_set="eu-*").region == "eu-*"


def test_the_same_request_has_the_same_signature() -> None:
    assert url_of(algorithm="sigv4a", region_set="*") == url_of(algorithm="sigv4a", region_set="*")
