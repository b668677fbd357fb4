"""How long a URL lives: by what was asked for and by what signed it."""

from __future__ import annotations

import warnings
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from presignlib import (
    Credentials,
    ExpiredCredentialsError,
    InvalidInputError,
    PresignedURL,
    Presigner,
    ShortCredentialsWarning,
    presign_get,
)
from tests.strategies import LAW, WEEK, expiries, moments

from .verifier import parsed

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# When credentials end, in seconds from the time of signing: before, within and after the URL's life.
ENDS = st.floats(-WEEK, 2 * WEEK).map(lambda seconds: timedelta(seconds=seconds))
POLICIES: Any = st.sampled_from(["cap", "raise", "ignore"])
TOKENS = st.sampled_from([None, "token"])


def seconds_of(when: datetime) -> int:
    """Return whole seconds since 1970, the fraction cut."""
    return (when - EPOCH) // timedelta(seconds=1)


def signed(
    expires: Any, now: datetime, token: str | None = None, ends: datetime | None = None, policy: Any = "cap"
) -> PresignedURL:
    who = Credentials("AKIDEXAMPLE", "secret", token, expires_at=ends)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortCredentialsWarning)
        return presign_get(
            "examplebucket",
            "key",
            expires=expires,
            region="us-east-1",
            credentials=who,
            now=now,
            short_credentials=policy,
        )


# "expires_at is the earlier of the requested instant and the credentials' own expiry"
# (design, "Expiry").


@LAW
@given(expires=expiries(), now=moments(), token=TOKENS)
def test_a_url_ends_when_it_was_asked_to(expires: int, now: datetime, token: str | None) -> None:
    url = signed(expires, now, token)
    assert seconds_of(now) == seconds_of(url.signed_at)
    assert expires == url.expires
    assert url.signed_at + timedelta(seconds=expires) == url.expires_at


@LAW
@given(expires=expiries(), now=moments(), token=TOKENS, life=ENDS, policy=POLICIES)
def test_a_url_never_outlives_its_credentials(
    expires: int, now: datetime, token: str | None, life: timedelta, policy: Any
) -> None:
    ends = now + life
    try:
        url = signed(expires, now, token, ends, policy)
    except ExpiredCredentialsError as error:
        assert policy == "raise" or seconds_of(ends) <= seconds_of(now)
        assert seconds_of(error.expires_at or EPOCH) == seconds_of(ends)  # noqa: PT017 - not always raised
    else:
        assert url.expires_at == min(url.signed_at + timedelta(seconds=expires), ends.replace(microsecond=0))


@LAW
@given(expires=expiries(), now=moments(), token=TOKENS, life=ENDS, policy=POLICIES)
def test_what_ends_a_url_is_said(
    expires: int, now: datetime, token: str | None, life: timedelta, policy: Any
) -> None:
    ends = seconds_of(now + life)
    assume(ends > seconds_of(now))
    assume(policy != "raise" or seconds_of(now) + expires <= ends)
    url = signed(expires, now, token, now + life, policy)
    assert ("request" if seconds_of(now) + expires <= ends else "credentials") == url.limited_by


@LAW
@given(expires=expiries(), now=moments(), token=TOKENS)
def test_an_end_that_nobody_told_is_unknown(expires: int, now: datetime, token: str | None) -> None:
    assert ("request" if token is None else "unknown") == signed(expires, now, token).limited_by


# "If credentials end sooner, short_credentials decides: cap (shorten X-Amz-Expires, warn with
# ShortCredentialsWarning), raise, ignore" (design, "Expiry").


@LAW
@given(expires=st.integers(2, WEEK), now=moments(), data=st.data())
def test_short_credentials_cap_the_parameter_and_warn(
    expires: int, now: datetime, data: st.DataObject
) -> None:
    life = data.draw(st.integers(1, expires - 1))
    who = Credentials("AKIDEXAMPLE", "secret", expires_at=now + timedelta(seconds=life))
    presigner = Presigner(region="us-east-1", credentials=who, now=now, expires=expires)
    with pytest.warns(ShortCredentialsWarning):
        url = presigner.get("examplebucket", "key")
    assert life == url.expires
    assert ("X-Amz-Expires", str(life)) in parsed(url)
    assert url.signed_at + timedelta(seconds=life) == url.expires_at


@LAW
@given(expires=st.integers(2, WEEK), now=moments(), data=st.data())
def test_short_credentials_can_be_refused(expires: int, now: datetime, data: st.DataObject) -> None:
    ends = now + timedelta(seconds=data.draw(st.integers(1, expires - 1)))
    with pytest.raises(ExpiredCredentialsError):
        signed(expires, now, None, ends, "raise")


@LAW
@given(expires=st.integers(2, WEEK), now=moments(), data=st.data())
def test_short_credentials_can_be_ignored_in_the_parameter_but_not_in_the_contract(
    expires: int, now: datetime, data: st.DataObject
) -> None:
    life = data.draw(st.integers(1, expires - 1))
    url = signed(expires, now, None, now + timedelta(seconds=life), "ignore")
    assert ("X-Amz-Expires", str(expires)) in parsed(url)
    assert url.signed_at + timedelta(seconds=life) == url.expires_at


# "Expires = int | str | timedelta | datetime" (design, "Public names"): one life, many spellings.


@LAW
@given(expires=expiries(), now=moments())
def test_every_spelling_of_a_life_gives_the_same_url(expires: int, now: datetime) -> None:
    hours, rest = divmod(expires, 3_600)
    words = " ".join([f"{n}{unit}" for n, unit in ((hours, "h"), (rest // 60, "m"), (rest % 60, "s")) if n])
    instant = now.replace(microsecond=0) + timedelta(seconds=expires)
    spellings = (f"{expires}s", f"+{expires} seconds", words, timedelta(seconds=expires), instant)
    assert {str(signed(expires, now))} == {str(signed(spelling, now)) for spelling in spellings}


@LAW
@given(expires=st.integers(max_value=0) | st.integers(min_value=WEEK + 1), now=moments())
def test_no_life_is_shorter_than_a_second_or_longer_than_a_week(expires: int, now: datetime) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        signed(expires, now)
    assert refusal.value.field == "expires"


@LAW
@given(longest=expiries(), expires=expiries())
def test_a_presigner_refuses_exactly_what_is_longer_than_its_maximum(longest: int, expires: int) -> None:
    who = Credentials("AKIDEXAMPLE", "secret")
    presigner = Presigner(region="us-east-1", credentials=who, expires=1, max_expires=longest)
    if expires <= longest:
        assert expires == presigner.get("examplebucket", "key", expires=expires).expires
    else:
        with pytest.raises(InvalidInputError):
            presigner.get("examplebucket", "key", expires=expires)


# "Nothing prepared outlives its second (or stable_for window) or the credentials it was made
# from" (design, "Expiry"): whatever the clock does, a URL is one of now.


@LAW
@given(start=moments(), steps=st.lists(st.floats(-5, 5), min_size=1, max_size=8), life=st.integers(1, 10))
def test_a_presigner_signs_for_now_whatever_its_clock_did_before(
    start: datetime, steps: list[float], life: int
) -> None:
    times = [start]
    for step in steps:
        times.append(times[-1] + timedelta(seconds=step))
    ends = start + timedelta(seconds=life)
    clock = iter(times)
    time = start
    who = Credentials("AKIDEXAMPLE", "secret", "token", expires_at=ends)
    presigner = Presigner(
        region="us-east-1", credentials=who, clock=lambda: time, expires=3, short_credentials="ignore"
    )
    for time in clock:
        if seconds_of(time) >= seconds_of(ends):
            with pytest.raises(ExpiredCredentialsError):
                presigner.get("examplebucket", "key")
        else:
            assert signed(3, time, "token", ends, "ignore") == presigner.get("examplebucket", "key")
