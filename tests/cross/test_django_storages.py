"""A storage of django-storages that signs here, as the how-to has it, against one that asks boto3."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from django.conf import settings
from storages.backends.s3 import S3Storage

from presignlib import PresignedURL

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "from-boto3.md"
KEYS = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "token": {"security_token": "session/token+="},
    "folder": {"location": "media"},
    "life": {"querystring_expire": 60},
    "endpoint": {"endpoint_url": "https://files.example.com:9000", "addressing_style": "path"},
}
PARAMETERS: dict[str, dict[str, Any]] = {
    "none": {},
    "disposition": {"ResponseContentDisposition": 'attachment; filename="a b.txt"'},
    "version": {"VersionId": "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"},
}


@pytest.fixture(scope="module", autouse=True)
def _django() -> None:
    if not settings.configured:
        settings.configure()


def ours() -> Any:
    """Return the class of the how-to."""
    found = re.search(
        r"```python\n(from presignlib import Credentials, boto\nfrom storages.*?)```",
        PAGE.read_text(),
        re.DOTALL,
    )
    assert found
    names: dict[str, Any] = {}
    exec(compile(found[1], str(PAGE), "exec", dont_inherit=True), names)
    return names["PresignedStorage"]


def made(kind: Any, **options: Any) -> Any:
    config = Config(
        signature_version="s3v4", s3={"addressing_style": options.pop("addressing_style", "virtual")}
    )
    given = {"bucket_name": "files", "region_name": "eu-west-1", "client_config": config, **KEYS, **options}
    return kind(**given)


def signed_at(url: str) -> datetime:
    found = re.search(r"X-Amz-Date=(\w+)", url)
    assert found
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def parted(url: str) -> tuple[str, list[str]]:
    base, _, query = url.partition("?")
    return base, sorted(query.split("&"))


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("parameters", PARAMETERS.values(), ids=PARAMETERS)
@pytest.mark.parametrize("name", ["report.pdf", "a b/\u00fc+.txt", "folder/"])
def test_a_link_is_the_one_that_boto3_makes(options: Any, parameters: Any, name: str) -> None:
    theirs = made(S3Storage, **options).url(name, parameters=parameters)
    url = made(ours(), **options).url(name, parameters=parameters, now=signed_at(theirs))
    assert parted(theirs) == parted(url)
    assert isinstance(url, PresignedURL)


def test_a_call_chooses_life_and_method() -> None:
    theirs = made(S3Storage).url("a", expire=30, http_method="HEAD")
    assert parted(theirs) == parted(
        made(ours()).url("a", expire=30, http_method="HEAD", now=signed_at(theirs))
    )


@pytest.mark.parametrize("options", [{"custom_domain": "cdn.example.com"}, {"querystring_auth": False}])
def test_links_that_are_not_signed_stay_as_they_are(options: Any) -> None:
    assert made(S3Storage, **options).url("a b") == made(ours(), **options).url("a b")
