"""Where credentials come from: the environment, so far."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

import presignlib.providers
from presignlib import Credentials, CredentialsError, NoCredentialsError, presign_get
from presignlib.providers import EnvironmentProvider, default_chain


@pytest.fixture
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "CANARY")


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match=r"^module 'presignlib.providers' has no attribute 'Nothing'$"):
        _ = presignlib.providers.Nothing


def test_the_default_chain_asks_the_environment() -> None:
    assert isinstance(default_chain(), EnvironmentProvider)


def test_profiles_are_refused_in_so_many_words() -> None:
    with pytest.raises(CredentialsError, match=r"^profile: profiles can not be read yet") as caught:
        presign_get("bucket", "k", region="us-east-1", profile="work")
    assert "profile" == caught.value.provider


def test_no_access_key_is_no_credentials() -> None:
    with pytest.raises(NoCredentialsError, match=r"^environment: AWS_ACCESS_KEY_ID is not set$") as caught:
        EnvironmentProvider().load()
    assert "environment" == caught.value.provider


def test_an_access_key_without_its_secret_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    with pytest.raises(CredentialsError, match=r"AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not$"):
        EnvironmentProvider().load()


@pytest.mark.usefixtures("_keys")
def test_two_variables_are_enough() -> None:
    assert Credentials("AKIA", "CANARY") == EnvironmentProvider().load()


@pytest.mark.usefixtures("_keys")
def test_the_environment_is_read_anew_at_each_load(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = EnvironmentProvider()
    provider.load()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIA")
    assert "ASIA" == provider.load().access_key_id


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])
def test_a_token_comes_by_its_name_of_now_or_of_old(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "token")
    assert "token" == EnvironmentProvider().load().session_token
    monkeypatch.setenv(name, "")
    assert None is EnvironmentProvider().load().session_token


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize(
    "text", ["2026-01-02T14:05:00Z", "2026-01-02T16:05:00+02:00", " 2026-01-02T14:05:00Z "]
)
def test_the_end_is_an_instant_with_its_offset(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", text)
    expected = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
    assert expected == EnvironmentProvider().load().expires_at


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("text", ["tomorrow", "2026-01-02T14:05:00", "1767362700"])
def test_other_ends_are_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", text)
    rule = "AWS_CREDENTIAL_EXPIRATION must be an ISO 8601 instant with its offset"
    with pytest.raises(CredentialsError, match=f"^environment: {rule}$"):
        EnvironmentProvider().load()


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
@pytest.mark.usefixtures("_keys")
def test_values_that_no_signature_is_made_with_are_refused_unseen(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "CANARY\n")
    with pytest.raises(CredentialsError) as caught:
        EnvironmentProvider().load()
    assert str(caught.value).startswith(f"environment: {name.removeprefix('AWS_').lower()} must be ")
    assert "CANARY" not in f"{caught.value}{caught.value!r}"
