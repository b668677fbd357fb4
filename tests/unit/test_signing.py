"""The one pipeline: what a preparation holds, how long it may be used, and who ends the URL."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from presignlib import Credentials, ExpiredCredentialsError, InvalidInputError
from presignlib._time import lifetime
from presignlib.request import SignableRequest
from presignlib.rules import rules_for
from presignlib.signing import Prepared, checked_policy, prepare

from .samples import CREDENTIALS, ENDING, INSTANT, NOW, TEMPORARY, parameters

ENDS = INSTANT + 1_200  # of ENDING


def _request(
    token_placement: str = "signed", headers: list[tuple[str, str]] | None = None
) -> SignableRequest:
    rules = rules_for("s3")
    return SignableRequest(
        "GET",
        "https://h/",
        "/",
        "h",
        [("a", "1")],
        headers or [],
        "us-east-1",
        rules,
        "s3",
        rules.payload_hash,
        token_placement,
        "bucket",
    )


def _prepared(credentials: Credentials, expires: Any, now: float = INSTANT, **options: Any) -> Prepared:
    return prepare(_request(), credentials, lifetime(expires), now, **options)


# prepare: how long it is good for


def test_a_preparation_is_good_for_its_second() -> None:
    prepared = _prepared(CREDENTIALS, 60, INSTANT + 0.7)
    assert (INSTANT, INSTANT + 1) == (prepared.start, prepared.end)


def test_a_stable_window_begins_on_its_grid() -> None:
    prepared = _prepared(CREDENTIALS, 60, INSTANT + 100.5, stable_for=900)
    start = INSTANT + 100 - (INSTANT + 100) % 900
    assert (start, start + 900) == (prepared.start, prepared.end)


def test_a_stable_url_has_the_life_asked_for_at_the_end_of_its_window() -> None:
    contract = _prepared(CREDENTIALS, 60, stable_for=900).contract
    assert 960 == contract.expires
    assert contract.signed_at + 960 == contract.expires_at


def test_a_stable_window_ends_with_its_credentials() -> None:
    prepared = _prepared(ENDING, 60, ENDS - 5, stable_for=3_600)
    assert ENDS == prepared.end == prepared.contract.expires_at


def test_a_stable_window_ends_with_the_instant_asked_for() -> None:
    prepared = _prepared(CREDENTIALS, NOW + timedelta(seconds=9), INSTANT, stable_for=3_600)
    assert INSTANT + 9 == prepared.end == prepared.contract.expires_at


def test_an_instant_that_is_past_is_refused_though_its_window_began_before() -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be "):
        _prepared(CREDENTIALS, NOW - timedelta(seconds=1), INSTANT, stable_for=3_600)


def test_an_instant_that_is_now_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 604800 seconds, got an instant 0 "):
        _prepared(CREDENTIALS, NOW, INSTANT)


# prepare: what ends the URL


def test_lasting_credentials_leave_the_end_to_the_request() -> None:
    contract = _prepared(CREDENTIALS, 60).contract
    assert (60, INSTANT + 60, "request") == (contract.expires, contract.expires_at, contract.limited_by)


def test_a_token_without_an_end_leaves_it_unknown() -> None:
    assert "unknown" == _prepared(TEMPORARY, 60).contract.limited_by


def test_credentials_that_end_in_time_leave_the_end_to_the_request() -> None:
    prepared = _prepared(ENDING, 1_200)
    assert ("request", False) == (prepared.contract.limited_by, prepared.shortened)


def test_short_credentials_cap_the_url() -> None:
    prepared = _prepared(ENDING, 1_201)
    contract = prepared.contract
    assert (1_200, ENDS, "credentials") == (contract.expires, contract.expires_at, contract.limited_by)
    assert prepared.shortened
    assert "1200" == parameters(prepared.sign("k"))["X-Amz-Expires"]


def test_short_credentials_may_be_ignored_but_for_the_truth() -> None:
    contract = _prepared(ENDING, 3_600, short_credentials="ignore").contract
    assert (3_600, ENDS, "credentials") == (contract.expires, contract.expires_at, contract.limited_by)


def test_short_credentials_may_be_an_error_that_knows_the_end() -> None:
    with pytest.raises(ExpiredCredentialsError) as caught:
        _prepared(ENDING, 3_600, short_credentials="raise")
    assert datetime.fromtimestamp(ENDS, timezone.utc) == caught.value.expires_at
    assert (
        "credentials end at 2026-01-02 14:25:00 UTC, before the 3600 seconds asked for; "
        "ask for less, or use short_credentials='cap'"
    ) == str(caught.value)


@pytest.mark.parametrize("policy", ["cap", "raise", "ignore"])
def test_credentials_that_have_ended_sign_nothing(policy: Any) -> None:
    with pytest.raises(ExpiredCredentialsError, match=r"^credentials have ended at 2026-01-02 14:25:00 UTC$"):
        _prepared(ENDING, 60, ENDS, short_credentials=policy)


# the signer


def test_the_signature_is_the_last_parameter() -> None:
    url = _prepared(TEMPORARY, 60).sign("k")
    assert "X-Amz-Signature" == list(parameters(url))[-1]
    assert ["a", "X-Amz-Algorithm"] == list(parameters(url))[:2]


def test_an_appended_token_follows_the_signature_and_is_not_signed() -> None:
    appended = prepare(_request("appended"), TEMPORARY, lifetime(60), INSTANT).sign("k")
    assert appended.endswith("&X-Amz-Security-Token=token%2F%2B%3D")
    lasting = Credentials(TEMPORARY.access_key_id, TEMPORARY.secret_access_key)
    unsigned = prepare(_request("appended"), lasting, lifetime(60), INSTANT).sign("k")
    assert unsigned == appended.rpartition("&")[0]


def test_headers_are_signed_beside_the_host() -> None:
    request = _request(headers=[("a", "1"), ("x-b", "2")])
    prepared = prepare(request, CREDENTIALS, lifetime(60), INSTANT)
    assert "a;host;x-b" == parameters(prepared.sign("k"))["X-Amz-SignedHeaders"]
    assert (("a", "1"), ("x-b", "2")) == prepared.contract.headers
    assert "\na:1\nhost:h\nx-b:2\n\na;host;x-b\nUNSIGNED-PAYLOAD" in prepared.contract.tail


# signing keys


def test_a_signing_key_is_kept_for_its_day() -> None:
    keys: Any = {}
    first = _prepared(CREDENTIALS, 60, keys=keys).sign("k")
    assert 1 == len(keys)
    assert first == _prepared(CREDENTIALS, 60, keys=keys).sign("k") == _prepared(CREDENTIALS, 60).sign("k")
    _prepared(CREDENTIALS, 60, INSTANT + 86_400, keys=keys)
    assert 2 == len(keys)


def test_another_secret_has_another_signing_key() -> None:
    keys: Any = {}
    mine = _prepared(CREDENTIALS, 60, keys=keys).sign("k")
    other = Credentials(CREDENTIALS.access_key_id, "another secret")
    assert mine != _prepared(other, 60, keys=keys).sign("k")


def test_signing_keys_are_bounded() -> None:
    keys: Any = {}
    for day in range(50):
        _prepared(CREDENTIALS, 60, INSTANT + day * 86_400, keys=keys)
    assert len(keys) <= 16


# checked_policy


@pytest.mark.parametrize("policy", ["cap", "raise", "ignore"])
def test_there_are_three_policies(policy: str) -> None:
    assert policy == checked_policy(policy)


def test_others_are_refused() -> None:
    with pytest.raises(
        InvalidInputError, match=r"^short_credentials must be 'cap', 'raise' or 'ignore', got "
    ):
        checked_policy("Cap")
