"""Nothing grows: not with URLs, not with buckets, not with days."""

from __future__ import annotations

import gc
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from presignlib import Credentials, Presigner, presign_get

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
# Blocks that the interpreter itself may take meanwhile, as for its caches. A leak of one
# object in a thousand URLs would be twice as many.
SLACK = 100


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


def _growth(work: Callable[[int], object], count: int) -> int:
    """Return the blocks that ``work(count)`` leaves behind.

    What is done for the first time (a cache filled, coverage's note of a branch) is done
    before; what other threads of the test run take meanwhile is not there each time, as a
    leak is. So the least of three is the answer.
    """
    work(count // 10)
    growths: list[int] = []
    while not growths or (growths[-1] > SLACK and len(growths) < 3):
        before = _blocks()
        work(count)
        growths.append(_blocks() - before)
    return min(growths)


def test_two_hundred_thousand_urls_in_two_thousand_buckets_leave_nothing(
    presigner: Presigner, clock: Clock
) -> None:
    def sign(urls: int) -> None:
        for number in range(urls):
            bucket = f"bucket-{number // 100}"
            presigner.get(bucket, f"folder/{number}")
            if not number % 10_000:
                clock.now += timedelta(seconds=1)

    assert _growth(sign, 200_000) <= SLACK


def test_two_hundred_thousand_urls_of_a_batch_leave_nothing(presigner: Presigner, clock: Clock) -> None:
    def sign(urls: int) -> None:
        for _ in presigner.get_many("bucket", map(str, range(urls))):
            clock.now += timedelta(milliseconds=1)

    assert _growth(sign, 200_000) <= SLACK


def test_ten_thousand_calls_of_a_function_leave_nothing() -> None:
    def sign(urls: int) -> None:
        for number in range(urls):
            presign_get(f"bucket-{number}", "k", region="us-east-1", credentials=CREDENTIALS, now=START)

    assert _growth(sign, 10_000) <= SLACK


def test_a_leak_of_one_object_in_a_thousand_is_seen() -> None:
    leaked: list[object] = []

    def leak(urls: int) -> None:
        leaked.extend([object() for _ in range(0, urls, 1_000)])

    assert _growth(leak, 200_000) > SLACK


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
