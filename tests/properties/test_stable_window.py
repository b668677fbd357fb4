"""Cache-stable URLs: one object, one URL, for a while.

"stable_for rounds the signing time down to that grid, so one object gives one
byte-identical URL for the window under equal credentials, with at least `expires` left"
(design, "Cache-stable URLs").
"""

from __future__ import annotations

from datetime import datetime, timedelta
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
    presign_get,
)
from tests.strategies import LAW, WEEK, expiries, moments

from .test_expiry import EPOCH, seconds_of

WINDOWS = st.integers(1, WEEK - 1) | st.sampled_from([1, 60, 900, 3_600, 86_400])
WHO = Credentials("AKIDEXAMPLE", "secret")


def signed(now: datetime, window: int, expires: Any, who: Credentials = WHO) -> PresignedURL:
    return presign_get(
        "examplebucket",
        "key",
        now=now,
        stable_for=window,
        expires=expires,
        region="us-east-1",
        credentials=who,
    )


def in_window(now: datetime, window: int, data: st.DataObject) -> datetime:
    """Return another moment of the window that ``now`` is in, to the microsecond."""
    start = EPOCH + timedelta(seconds=seconds_of(now) // window * window)
    return start + timedelta(microseconds=data.draw(st.integers(0, window * 1_000_000 - 1)))


@LAW
@given(now=moments(), window=WINDOWS, expires=expiries(), data=st.data())
def test_one_object_has_one_url_in_a_window(
    now: datetime, window: int, expires: int, data: st.DataObject
) -> None:
    assume(expires + window <= WEEK)
    assert str(signed(now, window, expires)) == str(signed(in_window(now, window, data), window, expires))


@LAW
@given(now=moments(), window=WINDOWS, expires=expiries())
def test_a_url_has_the_life_asked_for_left_at_every_moment_of_its_window(
    now: datetime, window: int, expires: int
) -> None:
    assume(expires + window <= WEEK)
    assert signed(now, window, expires).expires_at - now >= timedelta(seconds=expires)


@LAW
@given(now=moments(), window=WINDOWS, expires=expiries())
def test_the_next_window_has_another_url(now: datetime, window: int, expires: int) -> None:
    assume(expires + window <= WEEK)
    later = now + timedelta(seconds=window)
    assert str(signed(now, window, expires)) != str(signed(later, window, expires))


@LAW
@given(now=moments(), window=WINDOWS, expires=expiries())
def test_the_signing_time_lies_on_the_grid(now: datetime, window: int, expires: int) -> None:
    assume(expires + window <= WEEK)
    url = signed(now, window, expires)
    assert seconds_of(url.signed_at) % window == 0
    assert timedelta(0) <= now - url.signed_at < timedelta(seconds=window)


@LAW
@given(window=WINDOWS, expires=expiries())
def test_life_and_window_together_are_a_week_at_most(window: int, expires: int) -> None:
    assume(expires + window > WEEK)
    with pytest.raises(InvalidInputError) as refusal:
        signed(EPOCH, window, expires)
    assert refusal.value.field == "stable_for"


@LAW
@given(now=moments(), window=st.integers(1, 86_400), expires=st.integers(1, 86_400), data=st.data())
def test_a_life_until_an_instant_ends_at_that_instant_in_every_moment_of_the_window(
    now: datetime, window: int, expires: int, data: st.DataObject
) -> None:
    other = in_window(now, window, data)
    ends = max(now, other) + timedelta(seconds=expires)
    one, same = signed(now, window, ends), signed(other, window, ends)
    assert seconds_of(ends) == seconds_of(one.expires_at)
    assert str(one) == str(same)


@LAW
@given(now=moments(), window=st.integers(1, 86_400), life=st.integers(1, 86_400), data=st.data())
@pytest.mark.filterwarnings("ignore::presignlib.ShortCredentialsWarning")
def test_short_credentials_cap_the_url_alike_in_every_moment_of_the_window(
    now: datetime, window: int, life: int, data: st.DataObject
) -> None:
    other = in_window(now, window, data)
    who = Credentials("AKIDEXAMPLE", "secret", "token", expires_at=max(now, other) + timedelta(seconds=life))
    one, same = signed(now, window, 2 * 86_400, who), signed(other, window, 2 * 86_400, who)
    assert who.expires_at is not None
    assert seconds_of(who.expires_at) == seconds_of(one.expires_at)
    assert str(one) == str(same)


@LAW
@given(now=moments(), window=st.integers(2, 86_400), data=st.data())
def test_an_instant_that_is_past_is_refused_although_its_window_is_not(
    now: datetime, window: int, data: st.DataObject
) -> None:
    start = EPOCH + timedelta(seconds=seconds_of(now) // window * window)
    ends = start + timedelta(seconds=data.draw(st.integers(0, (now - start) // timedelta(seconds=1))))
    with pytest.raises(InvalidInputError) as refusal:
        signed(now, window, ends)
    assert refusal.value.field == "expires"


@LAW
@given(
    start=moments(),
    steps=st.lists(st.floats(-100, 100), max_size=8),
    window=st.integers(1, 120),
    life=st.integers(1, 200),
)
@pytest.mark.filterwarnings("ignore::presignlib.ShortCredentialsWarning")
def test_a_presigner_has_the_url_of_the_window_that_its_clock_is_in(
    start: datetime, steps: list[float], window: int, life: int
) -> None:
    time = start
    who = Credentials("AKIDEXAMPLE", "secret", "token", expires_at=start + timedelta(seconds=life))
    presigner = Presigner(
        region="us-east-1", credentials=who, clock=lambda: time, stable_for=window, expires=60
    )
    for step in [0.0, *steps]:
        time += timedelta(seconds=step)
        if seconds_of(time) < seconds_of(start) + life:
            assert str(signed(time, window, 60, who)) == str(presigner.get("examplebucket", "key"))
        else:
            with pytest.raises(ExpiredCredentialsError):
                presigner.get("examplebucket", "key")


@LAW
@given(start=moments(), steps=st.lists(st.floats(0, 50), max_size=8), life=st.integers(1, 100))
def test_a_presigner_refuses_an_instant_once_it_is_past(
    start: datetime, steps: list[float], life: int
) -> None:
    time = start
    ends = start + timedelta(seconds=life)
    presigner = Presigner(
        region="us-east-1", credentials=WHO, clock=lambda: time, stable_for=3_600, expires=ends
    )
    for step in [0.0, *steps]:
        time += timedelta(seconds=step)
        if seconds_of(time) < seconds_of(ends):
            assert seconds_of(ends) == seconds_of(presigner.get("examplebucket", "key").expires_at)
        else:
            with pytest.raises(InvalidInputError):
                presigner.get("examplebucket", "key")
