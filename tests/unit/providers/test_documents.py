from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from presignlib import Credentials, CredentialsError, InvalidInputError
from presignlib.providers._refresh import credentials_from, instant

NAMES = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
GOOD: dict[str, object] = {
    "AccessKeyId": "AKIA1",
    "SecretAccessKey": "s",
    "Token": "t",
    "Expiration": "2026-01-02T03:04:05Z",
}
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def test_a_document_becomes_credentials() -> None:
    assert Credentials("AKIA1", "s", "t", expires_at=WHEN) == credentials_from("p", GOOD, NAMES, needed=4)


def test_milliseconds_are_an_end_too() -> None:
    found = credentials_from("p", {**GOOD, "Expiration": 1_767_323_045_000}, NAMES)
    assert WHEN == found.expires_at


def test_token_and_end_may_be_left_out_where_they_are_not_needed() -> None:
    assert Credentials("AKIA1", "s") == credentials_from(
        "p", {**GOOD, "Token": "", "Expiration": None}, NAMES
    )


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "has to be a JSON object"),
        (None, "has to be a JSON object"),
        ({}, "lacks AccessKeyId, SecretAccessKey, Token, Expiration"),
        ({**GOOD, "Token": None}, "lacks Token"),
        ({"Code": "AssumeRoleUnauthorizedAccess"}, "it says AssumeRoleUnauthorizedAccess"),
        ({**GOOD, "AccessKeyId": 5}, "access_key_id must be a str"),
        ({**GOOD, "AccessKeyId": "a\nb"}, "access_key_id must be printable ASCII"),
        ({**GOOD, "Token": ["x"]}, "session_token must be a str"),
        ({**GOOD, "Expiration": "soon"}, "Expiration must be an ISO 8601 instant"),
        ({**GOOD, "Expiration": True}, "Expiration must be an ISO 8601 instant"),
        ({**GOOD, "Expiration": 1e9}, "Expiration must be an ISO 8601 instant"),
        ({**GOOD, "Expiration": 10**30}, "Expiration must be an instant in milliseconds"),
    ],
)
def test_a_bad_document_is_refused_by_its_field(document: object, why: str) -> None:
    with pytest.raises(CredentialsError, match=why):
        credentials_from("p", document, NAMES, needed=4)


def test_a_code_that_no_service_is_known_to_give_is_not_shown() -> None:
    with pytest.raises(CredentialsError) as caught:
        credentials_from("p", {"Code": "canary"}, NAMES)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05z",
        "2026-01-02T03:04:05UTC",
        " 2026-01-02T03:04:05+00:00\n",
        "2026-01-02T05:04:05+02:00",
        "2026-01-02T03:04:05.0Z",
        "2026-01-02T03:04:05.000000000Z",
        "2026-01-02T05:04:05.00+02:00",
    ],
)
def test_each_way_to_write_an_instant_is_read(text: str) -> None:
    assert WHEN == instant("field", text)


def test_digits_beyond_a_microsecond_are_cut() -> None:
    assert WHEN + timedelta(microseconds=123456) == instant("field", "2026-01-02T03:04:05.1234567Z")


@pytest.mark.parametrize("text", ["", "Z", "soon", "2026-01-02T03:04:05", "2026-13-01T00:00:00Z"])
def test_what_is_no_instant_with_an_offset_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="field must be an ISO 8601 instant with its offset"):
        instant("field", text)
