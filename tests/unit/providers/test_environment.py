from __future__ import annotations

import pytest

from presignlib import Credentials, CredentialsError, NoCredentialsError
from presignlib.providers import EnvironmentProvider

from .fakes import NOON, iso

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s"}


def test_two_variables_are_enough() -> None:
    assert Credentials("AKIA1", "s") == EnvironmentProvider(environ=KEYS).load()


def test_token_and_end_are_taken_along() -> None:
    environ = {**KEYS, "AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": iso(NOON)}
    assert Credentials("AKIA1", "s", "t", expires_at=NOON) == EnvironmentProvider(environ=environ).load()


def test_the_old_name_of_the_token_goes_first_as_in_botocore() -> None:
    environ = {**KEYS, "AWS_SESSION_TOKEN": "new", "AWS_SECURITY_TOKEN": "old"}
    assert EnvironmentProvider(environ=environ).load().session_token == "old"


def test_variables_are_read_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = EnvironmentProvider()
    with pytest.raises(NoCredentialsError, match="environment: AWS_ACCESS_KEY_ID is not set"):
        provider.load()
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert Credentials("AKIA1", "s") == provider.load()


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIA1"}, "AWS_SECRET_ACCESS_KEY is not"),
        ({**KEYS, "AWS_SESSION_TOKEN": "a\nb"}, "session_token must be printable ASCII"),
        ({**KEYS, "AWS_CREDENTIAL_EXPIRATION": "soon"}, "AWS_CREDENTIAL_EXPIRATION must be an ISO 8601"),
    ],
)
def test_variables_that_can_not_be_used_are_an_error(environ: dict[str, str], why: str) -> None:
    with pytest.raises(CredentialsError, match=why) as caught:
        EnvironmentProvider(environ=environ).load()
    assert not isinstance(caught.value, NoCredentialsError)


def test_its_repr_shows_no_variable() -> None:
    assert repr(EnvironmentProvider(environ=KEYS)) == "EnvironmentProvider()"
