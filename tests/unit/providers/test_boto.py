from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from presignlib import Credentials, CredentialsError, InvalidInputError, NoCredentialsError
from presignlib.providers import from_boto3

from .fakes import NOON


class Theirs:
    """Credentials as botocore has them; ``ends`` is what each look at the end gives."""

    def __init__(self, *ends: datetime | None, key: str | None = "AKIA1") -> None:
        self.ends = list(ends)
        self.key = key

    def get_frozen_credentials(self) -> SimpleNamespace:
        return SimpleNamespace(access_key=self.key, secret_key="s", token="")

    @property
    def _expiry_time(self) -> datetime | None:
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]


def session(theirs: object) -> SimpleNamespace:
    return SimpleNamespace(get_credentials=lambda: theirs)


def test_a_sessions_credentials_are_taken_with_their_end() -> None:
    assert Credentials("AKIA1", "s", expires_at=NOON) == from_boto3(session(Theirs(NOON))).load()


def test_credentials_that_do_not_end_have_none() -> None:
    plain = SimpleNamespace(get_frozen_credentials=Theirs(None).get_frozen_credentials)
    assert Credentials("AKIA1", "s") == from_boto3(session(plain)).load()


def test_an_end_that_changes_between_two_looks_is_looked_at_again() -> None:
    later = NOON + timedelta(hours=1)
    assert later == from_boto3(session(Theirs(None, NOON, later, later))).load().expires_at


def test_an_end_that_never_rests_is_taken_as_it_is() -> None:
    ends = [NOON + timedelta(hours=hour) for hour in range(9)]
    assert NOON + timedelta(hours=3) == from_boto3(session(Theirs(*ends))).load().expires_at


def test_a_session_without_credentials_has_none() -> None:
    with pytest.raises(NoCredentialsError, match="boto3 session: the session has no credentials"):
        from_boto3(session(None)).load()


def test_a_session_that_raises_is_told_by_the_kind_of_error() -> None:
    def fail() -> None:
        raise LookupError("canary")

    with pytest.raises(CredentialsError, match=r"boto3 session: the session raised LookupError$"):
        from_boto3(SimpleNamespace(get_credentials=fail)).load()


def test_keys_that_can_not_sign_are_refused() -> None:
    with pytest.raises(CredentialsError, match="boto3 session: access_key_id must be a str"):
        from_boto3(session(Theirs(NOON, key=None))).load()


def test_what_is_no_session_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="session must be a boto3 or botocore session, got str"):
        from_boto3("session")  # type: ignore[arg-type]
