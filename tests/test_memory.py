"""Nothing grows: not with URLs, not with buckets, not with days."""

from __future__ import annotations

import gc
import sys
from datetime import datetime, timedelta, timezone

import pytest

from presignlib import Credentials, Presigner, presign_get

START = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
# Blocks that the interpreter itself may take or give back meanwhile, as for its caches, and
# coverage for its notes (130 were seen). A leak of one object in a hundred URLs would be
# five times as many.
SLACK = 400


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def presigner(clock: Clock) -> Presigner:
    return Presigner(region="us-east-1", credentials=CREDENTIALS, clock=clock)


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def _sign(presigner: Presigner, clock: Clock, buckets: range, urls: int) -> None:
    """Sign so many URLs in each bucket, a second a hundred buckets."""
    for number in buckets:
        bucket = f"bucket-{number}"
        for key in range(urls):
            presigner.get(bucket, f"folder/{key}")
        if not number % 100:
            clock.now += timedelta(seconds=1)


def test_two_hundred_thousand_urls_in_two_thousand_buckets_leave_nothing(
    presigner: Presigner, clock: Clock
) -> None:
    _sign(presigner, clock, range(1_000, 1_200), 10)  # fills what is kept
    before = _blocks()
    _sign(presigner, clock, range(2_000, 4_000), 100)
    assert abs(_blocks() - before) <= SLACK


def test_two_hundred_thousand_urls_of_a_batch_leave_nothing(presigner: Presigner, clock: Clock) -> None:
    for _ in presigner.get_many("bucket", map(str, range(100))):
        pass
    before = _blocks()
    for _ in presigner.get_many("bucket", map(str, range(200_000))):
        clock.now += timedelta(milliseconds=1)
    assert abs(_blocks() - before) <= SLACK


def test_ten_thousand_calls_of_a_function_leave_nothing() -> None:
    def sign(number: int) -> None:
        presign_get(f"bucket-{number}", "k", region="us-east-1", credentials=CREDENTIALS, now=START)

    sign(0)
    before = _blocks()
    for number in range(10_000):
        sign(number)
    assert abs(_blocks() - before) <= SLACK


def test_states_are_bounded_over_ten_thousand_buckets(presigner: Presigner, clock: Clock) -> None:
    most = 0
    for number in range(10_000):
        presigner.get(f"bucket-{number}", "k")
        most = max(most, len(presigner._cache.states))
    assert 64 == most


def test_states_are_bounded_over_many_options(presigner: Presigner) -> None:
    for number in range(1, 1_000):
        presigner.get("bucket", "k", expires=number, version_id=str(number))
    assert 64 == len(presigner._cache.states)


def test_signing_keys_are_bounded_over_many_days(presigner: Presigner, clock: Clock) -> None:
    for _ in range(100):
        presigner.get("bucket", "k")
        clock.now += timedelta(days=1)
    assert len(presigner._cache.keys) <= 16


def test_calls_that_go_elsewhere_are_not_kept(presigner: Presigner) -> None:
    for region in ("eu-west-1", "eu-west-2", "eu-west-3"):
        presigner.get("bucket", "k", region=region)
    assert {} == presigner._cache.states
