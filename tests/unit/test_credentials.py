"""Credentials: values that are immutable and keep their secrets out of sight."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import presignlib.credentials
from presignlib import Credentials, CredentialsProvider, InvalidInputError

from .samples import CREDENTIALS, ENDING, INSTANT, LATER


def test_the_protocol_is_made_when_it_is_asked_for() -> None:
    vars(presignlib.credentials).pop("CredentialsProvider", None)
    made: Any = presignlib.credentials.CredentialsProvider
    assert made is presignlib.credentials.CredentialsProvider
    assert "CredentialsProvider" == made.__name__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'presignlib.credentials' has no attribute 'Nothing'$"):
        _ = presignlib.credentials.Nothing


def test_values_and_providers_satisfy_the_protocol() -> None:
    protocol: Any = CredentialsProvider
    assert isinstance(CREDENTIALS, protocol)
    assert not isinstance("AKIA", protocol)


def test_the_protocol_itself_loads_nothing() -> None:
    protocol: Any = CredentialsProvider
    with pytest.raises(NotImplementedError):
        protocol.load(None)


def test_credentials_are_their_own_provider() -> None:
    assert CREDENTIALS is CREDENTIALS.load()
    assert ENDING is ENDING.load(10**9)


def test_the_end_is_kept_as_given_and_in_whole_seconds() -> None:
    assert LATER is ENDING.expires_at
    assert INSTANT + 1_200 == ENDING.ends_at
    assert (None, None) == (CREDENTIALS.expires_at, CREDENTIALS.ends_at)


def test_credentials_can_not_be_changed() -> None:
    with pytest.raises(AttributeError, match=r"^Credentials are immutable: session_token can not be set$"):
        ENDING.session_token = None
    with pytest.raises(
        AttributeError, match=r"^Credentials are immutable: session_token can not be deleted$"
    ):
        del ENDING.session_token


def test_equal_values_make_equal_credentials() -> None:
    twin = Credentials("a", "b", "c", expires_at=LATER)
    assert twin == Credentials("a", "b", "c", expires_at=LATER)
    assert hash(twin) == hash(Credentials("a", "b", "c", expires_at=LATER))
    assert twin != Credentials("a", "b", "c")
    assert twin != "a"


def test_repr_hides_secret_and_token() -> None:
    assert "Credentials('AKIAIOSFODNN7EXAMPLE', secret_access_key='…')" == repr(CREDENTIALS)
    assert (
        f"Credentials('ASIAIOSFODNN7EXAMPLE', secret_access_key='…', session_token='…', expires_at={LATER!r})"
    ) == repr(ENDING)


@pytest.mark.parametrize("credentials", [CREDENTIALS, ENDING], ids=["lasting", "ending"])
def test_credentials_pickle_and_copy(credentials: Credentials) -> None:
    assert credentials == pickle.loads(pickle.dumps(credentials))
    assert credentials == copy.copy(credentials) == copy.deepcopy(credentials)


@pytest.mark.parametrize("secret", ["blanks in side ", " ", "grün", "🎉"])
def test_secrets_may_hold_blanks_and_any_letters(secret: str) -> None:
    assert secret == Credentials("id", secret).secret_access_key


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("access_key_id", ("", "s")),
        ("access_key_id", ("a\n", "s")),
        ("access_key_id", (" a", "s")),
        ("access_key_id", ("ä", "s")),
        ("access_key_id", (None, "s")),
        ("access_key_id", (b"a", "s")),
        ("secret_access_key", ("a", "")),
        ("secret_access_key", ("a", None)),
        ("secret_access_key", ("a", "CANARY\n")),
        ("secret_access_key", ("a", "CANARY\x7f")),
        ("secret_access_key", ("a", "CANARY\x85")),
        ("secret_access_key", ("a", "CANARY\ud800")),
        ("session_token", ("a", "s", "")),
        ("session_token", ("a", "s", "CANARY\r\n")),
        ("session_token", ("a", "s", "CANARY ")),
        ("session_token", ("a", "s", 5)),
    ],
)
def test_what_no_signature_can_be_made_with_is_refused(field: str, values: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Credentials(*values)
    assert field == caught.value.field
    assert "CANARY" not in f"{caught.value}{caught.value!r}"
