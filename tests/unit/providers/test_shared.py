"""One default provider per profile and process; regions and endpoints out of profiles."""

from __future__ import annotations

import asyncio
import os
import pickle
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import presignlib.providers
from presignlib import (
    BlockingFetchWarning,
    Credentials,
    CredentialsError,
    InvalidInputError,
    NoRegionError,
    Presigner,
    object_url,
    presign,
    presign_get,
)
from presignlib.providers import ContainerProvider, shared_chain

from .fakes import NOON, Clock, FakeTransport, answer, document

if TYPE_CHECKING:
    from pathlib import Path

KEYS = "aws_access_key_id = AKIA1\naws_secret_access_key = s\n"
GIVEN = Credentials("AKIAGIVEN", "s")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setattr(presignlib.providers, "_shared", (os.getpid(), {}))
    return tmp_path


def test_a_profile_gives_credentials_region_and_endpoint(home: Path) -> None:
    (home / "config").write_text(f"[profile dev]\nregion = eu-west-1\nendpoint_url = http://s3.test\n{KEYS}")
    url = presign_get("bucket", "key", profile="dev")
    assert url.startswith("http://s3.test/bucket/key?")
    assert "AKIA1%2F" in url
    assert url.region == "eu-west-1"


def test_the_variable_names_the_profile_of_all_calls(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config").write_text(f"[profile dev]\nregion = eu-west-1\n{KEYS}")
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert object_url("bucket", "key") == "https://bucket.s3.eu-west-1.amazonaws.com/key"
    assert presign("GET", "https://sqs.test/", service="sqs").region == "eu-west-1"


def test_arguments_and_variables_go_before_the_profile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config").write_text(f"[default]\nregion = eu-west-1\nendpoint_url = http://profile.test\n{KEYS}")
    assert object_url("b", "k", endpoint_url="http://mine.test") == "http://mine.test/b/k"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://all.test")
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    assert object_url("b", "k") == "http://all.test/b/k"
    assert presign_get("b", "k").region == "us-east-2"
    assert presign_get("b", "k", region="us-west-2").region == "us-west-2"


@pytest.mark.parametrize("where", ["variable", "profile"])
def test_endpoints_of_files_can_be_ignored(home: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    line = "ignore_configured_endpoint_urls = true\n" if where == "profile" else ""
    (home / "config").write_text(f"[default]\nregion = eu-west-1\nendpoint_url = http://profile.test\n{line}")
    if where == "variable":
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert object_url("bucket", "k") == "https://bucket.s3.eu-west-1.amazonaws.com/k"


def test_with_credentials_and_region_given_no_file_is_looked_at(home: Path) -> None:
    (home / "config").write_text("not a config file")
    assert presign_get("bucket", "key", credentials=GIVEN, region="us-east-1")
    with pytest.raises(CredentialsError, match="is malformed"):
        presign_get("bucket", "key", credentials=GIVEN)


def test_a_named_profile_is_looked_for_whatever_is_given(home: Path) -> None:
    with pytest.raises(CredentialsError, match="profile dve: is not defined"):
        presign_get("bucket", "key", credentials=GIVEN, region="us-east-1", profile="dve")


def test_no_region_names_each_place_looked_at(home: Path) -> None:
    with pytest.raises(NoRegionError) as caught:
        presign_get("bucket", "key", credentials=GIVEN)
    files = f"profile default in {home / 'config'} and {home / 'credentials'}"
    assert ("region=", "AWS_REGION", "AWS_DEFAULT_REGION", files) == caught.value.looked_at


@pytest.mark.parametrize("profile", ["", 5])
def test_a_profile_is_named_by_text(home: Path, profile: object) -> None:
    with pytest.raises(InvalidInputError, match="profile must be the name of a profile"):
        presign_get("bucket", "key", profile=profile)  # type: ignore[arg-type]


def test_all_callers_share_one_chain_a_profile(home: Path) -> None:
    assert shared_chain(None) is shared_chain(None)
    assert shared_chain("a") is not shared_chain(None)


def test_a_forked_child_begins_with_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = shared_chain(None)
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    assert chain is not shared_chain(None)
    assert shared_chain(None) is shared_chain(None)


def test_ten_thousand_urls_over_a_role_that_is_too_short_are_one_fetch(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = FakeTransport(by=lambda _: answer(document(NOON + timedelta(hours=1))))
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x")
    shared_chain(None)._made[ContainerProvider] = ContainerProvider(transport=wire, clock=Clock())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(10_000):
            url = presign_get("bucket", "key", region="us-east-1", expires="12h", now=NOON)
    assert ("credentials", NOON + timedelta(hours=1)) == (url.limited_by, url.expires_at)
    assert 1 == len(wire.requests)


def test_a_presigner_travels_without_what_its_provider_fetched(home: Path) -> None:
    (home / "credentials").write_text(f"[default]\n{KEYS}")
    presigner = Presigner(region="us-east-1")
    presigner.prepare()
    assert b"AKIA1" not in pickle.dumps(presigner)
    assert "AKIA1" in pickle.loads(pickle.dumps(presigner)).get("bucket", "key")


def test_the_modules_hand_their_names_on() -> None:
    for name in presignlib.providers.__all__:
        assert callable(getattr(presignlib.providers, name))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        presignlib.providers.Nothing  # noqa: B018 - the look itself raises


def container(hours: float = 6) -> tuple[ContainerProvider, FakeTransport]:
    wire = FakeTransport(by=lambda _: answer(document(NOON + timedelta(hours=hours))))
    environ = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}
    return ContainerProvider(environ=environ, transport=wire, clock=Clock()), wire


def test_prepare_fetches_so_that_the_first_url_does_not() -> None:
    provider, wire = container()
    presigner = Presigner(region="us-east-1", credentials=provider, clock=Clock())
    presigner.prepare("30m")
    assert 1 == len(wire.requests)
    presigner.get("bucket", "key")
    assert 1 == len(wire.requests)


def test_prepare_takes_a_duration() -> None:
    presigner = Presigner(region="us-east-1", credentials=container()[0])
    with pytest.raises(InvalidInputError, match="min_lifetime must be"):
        presigner.prepare("soon")


def test_aprepare_fetches_beside_the_loop_and_once_for_all_who_wait() -> None:
    provider, wire = container()
    presigner = Presigner(region="us-east-1", credentials=provider, clock=Clock())

    async def serve() -> None:
        await asyncio.gather(*[presigner.aprepare() for _ in range(20)])
        presigner.get("bucket", "key")

    asyncio.run(serve())
    assert 1 == len(wire.requests)


def test_a_get_that_has_to_fetch_inside_a_loop_warns_once() -> None:
    provider, _ = container()
    presigner = Presigner(region="us-east-1", credentials=provider, clock=Clock())

    async def serve() -> None:
        presigner.get("bucket", "key")
        presigner.get("bucket", "other")

    with pytest.warns(BlockingFetchWarning) as caught:
        asyncio.run(serve())
    assert 1 == len(caught)
    assert __file__ == caught[0].filename


def test_a_get_inside_a_loop_does_not_warn_of_providers_that_have_nothing_to_fetch(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    async def serve() -> None:
        with pytest.raises(CredentialsError, match="none were found"):
            presign_get("bucket", "key", region="us-east-1")

    asyncio.run(serve())
