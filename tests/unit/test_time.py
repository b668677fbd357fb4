"""Durations and the time formats of SigV4."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from presignlib import InvalidInputError
from presignlib._time import (
    WEEK,
    as_datetime,
    clock_text,
    http_date,
    instant_of,
    lifetime,
    seconds_of,
    span_of,
    timestamp,
)

from .samples import INSTANT, NOW


class Index:
    """An integer of someone else's, as numpy has them."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


def test_a_timestamp_is_the_basic_form_of_iso_8601() -> None:
    assert "20260102T140500Z" == timestamp(INSTANT)


def test_an_http_date_is_english_and_in_gmt() -> None:
    assert "Fri, 02 Jan 2026 14:05:00 GMT" == http_date(INSTANT)


def test_an_http_date_knows_the_ends_of_the_week_and_the_year() -> None:
    assert "Sun, 31 Dec 2028 23:59:59 GMT" == http_date(1_861_919_999)
    assert "Mon, 01 Jan 2029 00:00:00 GMT" == http_date(1_861_920_000)


def test_a_time_of_the_same_day_is_shown_without_its_date() -> None:
    assert "14:06 UTC" == clock_text(INSTANT + 60, INSTANT)


def test_a_time_of_another_day_is_shown_with_its_date() -> None:
    assert "2026-01-03 14:05 UTC" == clock_text(INSTANT + 86_400, INSTANT)


def test_an_instant_becomes_an_aware_datetime_in_utc() -> None:
    assert NOW == as_datetime(INSTANT)
    assert timezone.utc is as_datetime(INSTANT).tzinfo


# instant_of


def test_an_aware_datetime_of_any_zone_is_an_instant() -> None:
    assert INSTANT == instant_of("now", NOW.astimezone(timezone(timedelta(hours=5, minutes=45))))


def test_a_fraction_of_a_second_stays() -> None:
    assert INSTANT + 0.5 == instant_of("now", NOW + timedelta(milliseconds=500))


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(InvalidInputError) as caught:
        instant_of("now", NOW.replace(tzinfo=None))
    assert "now must be an aware datetime, got a naive one; add tzinfo=timezone.utc" == str(caught.value)


def test_what_is_no_datetime_is_no_instant() -> None:
    with pytest.raises(InvalidInputError, match=r"^now must be an aware datetime, got int$"):
        instant_of("now", 5)


def test_a_datetime_that_utc_can_not_express_is_no_instant() -> None:
    class Overflowing(datetime):
        """A datetime as some zones make them, at the ends of the calendar."""

        def timestamp(self) -> float:
            raise OverflowError

    with pytest.raises(InvalidInputError, match=r"^now must be an aware datetime that UTC can express$"):
        instant_of("now", Overflowing(1, 1, 1, tzinfo=timezone.utc))


# seconds_of


@pytest.mark.parametrize(
    ("seconds", "span"),
    [
        (900, 900),
        (-5, -5),
        (7, Index(7)),
        (90, "90s"),
        (900, "15m"),
        (43_200, "12h"),
        (604_800, "7d"),
        (604_800, "1w"),
        (5_400, "1h30m"),
        (5_400, "1h 30m"),
        (60, "1 minute"),
        (60, "+1 minute"),
        (60, "+ 1 minute"),
        (600, "10 minutes"),
        (600, "  10 minutes  "),
        (3_600, "1 hour"),
        (3_660, "1 hour 1 minute"),
        (86_400, "1 day"),
        (45, "45 secs"),
        (0, "0s"),
        (90_061, timedelta(days=1, hours=1, minutes=1, seconds=1)),
        (-86_400, timedelta(days=-1)),
    ],
)
def test_durations_are_read_in_whole_seconds(seconds: int, span: Any) -> None:
    found = seconds_of("span", span)
    assert seconds == found
    assert int is type(found)


@pytest.mark.parametrize(
    "span",
    [True, False, 1.0, None, b"15m", Ellipsis, [900], object()],
    ids=lambda span: type(span).__name__,
)
def test_what_is_no_duration_is_refused_by_its_type(span: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^span must be whole seconds, '15m', '1h30m', "):
        seconds_of("span", span)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "+",
        "900",
        "m",
        "-5m",
        "5 m m",
        "5m5m",
        "5s5m",
        "1.5h",
        "15M",
        "15\tm",
        "15 fortnights",
        "٣m",
        "++5m",
        "5m+5s",
        "1234567890s",
        "15m\n",
    ],
)
def test_words_that_are_no_duration_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^span must be whole seconds, '15m', '1h30m', "):
        seconds_of("span", text)


def test_bare_digits_are_told_both_ways_to_write_them() -> None:
    with pytest.raises(InvalidInputError, match=r", got '900'; write 900 or '900s'$"):
        seconds_of("span", "900")


def test_fractions_of_a_second_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"^span must be whole seconds, got 0:00:01.500000$"):
        seconds_of("span", timedelta(seconds=1.5))


# span_of


@pytest.mark.parametrize("span", [1, WEEK, "7d"])
def test_a_span_is_a_second_to_a_week(span: Any) -> None:
    assert 1 <= span_of("stable_for", span) <= WEEK


@pytest.mark.parametrize(
    ("shown", "span"), [("0", 0), ("'8d'", "8d"), ("-60", timedelta(minutes=-1)), ("3", Index(3))]
)
def test_a_span_outside_is_refused_and_shown(shown: str, span: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        span_of("stable_for", span, 2)
    assert f"stable_for must be 1 to 2 seconds, got {shown}" == str(caught.value)


# lifetime


@pytest.mark.parametrize("expires", [60, "60s", "1 minute", timedelta(minutes=1), Index(60)])
def test_a_relative_lifetime_is_the_same_whenever_it_is_signed(expires: Any) -> None:
    assert 60 == lifetime(expires).after(INSTANT) == lifetime(expires).after(0)


def test_an_instant_is_so_many_seconds_from_the_time_of_signing() -> None:
    assert 60 == lifetime(NOW).after(INSTANT - 60)


def test_an_instant_between_seconds_is_rounded_down() -> None:
    assert INSTANT == lifetime(NOW + timedelta(microseconds=999_999)).ends_at


@pytest.mark.parametrize("seconds", [0, -1, WEEK + 1])
def test_an_instant_past_or_too_far_is_refused_when_it_is_signed(seconds: int) -> None:
    with pytest.raises(InvalidInputError) as caught:
        lifetime(NOW).after(INSTANT - seconds)
    assert (
        f"expires must be 1 to 604800 seconds, got an instant {seconds} seconds from the time of signing"
    ) == str(caught.value)


@pytest.mark.parametrize("expires", [0, -1, WEEK + 1, "8d", timedelta(days=8), Index(0)])
def test_a_lifetime_outside_the_limits_is_refused_at_once(expires: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 604800 seconds, got "):
        lifetime(expires)


def test_a_lifetime_of_the_wrong_type_is_told_all_the_forms() -> None:
    wrong: Any = 1.5
    with pytest.raises(InvalidInputError, match=r"a timedelta or an aware datetime, got 1.5$"):
        lifetime(wrong)


def test_a_lifetime_knows_a_shorter_limit() -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 60 seconds, got 61$"):
        lifetime(61, 60)
