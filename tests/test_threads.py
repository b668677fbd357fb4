"""Eight threads share one Presigner while the clock runs through many seconds.

Each URL is checked by its own parameters: it has to be signed with the secret of the
credentials that it names, for a second between the call and the return.
"""

from __future__ import annotations

import sys
import threading
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from presignlib import Credentials, Presigner

from .unit.samples import parameters, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THREADS = 8
URLS = 250  # of each thread
START = datetime(2026, 1, 2, 23, 59, 58, tzinfo=timezone.utc)  # midnight comes by: new signing keys
SECRETS = {f"ASIA{number}": f"secret {number}" for number in range(5)}


class Clock:
    """A clock that goes on by some milliseconds each time it is read, whoever reads it."""

    def __init__(self, step: int = 17) -> None:
        self._ticks = count()
        self._step = timedelta(milliseconds=step)
        self._lock = threading.Lock()  # so that no thread sets the reading back
        self.reading = START

    def __call__(self) -> datetime:
        with self._lock:
            self.reading = START + next(self._ticks) * self._step
            return self.reading


class Rotating:
    """A provider that has other credentials each time; their ends are near."""

    def __init__(self, clock: Clock) -> None:
        self._loads = count()
        self._clock = clock

    def load(self, min_lifetime: float = 0) -> Credentials:
        number = next(self._loads) % len(SECRETS)
        ends = self._clock.reading + timedelta(seconds=min_lifetime + 5)
        return Credentials(f"ASIA{number}", f"secret {number}", f"token {number}", expires_at=ends)


@pytest.fixture(autouse=True)
def _busy_switching() -> Iterator[None]:
    """Let threads take turns far more often than they do by themselves."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def _hammered(make: Callable[[int, int], Any]) -> list[Any]:
    """Return what ``make(thread, number)`` gave in all threads, which start together."""
    barrier = threading.Barrier(THREADS)
    made: list[list[Any]] = [[] for _ in range(THREADS)]
    errors: list[BaseException] = []

    def work(thread: int) -> None:
        barrier.wait()
        try:
            for number in range(URLS):
                made[thread].append(make(thread, number))
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == errors
    assert [URLS] * THREADS == [len(urls) for urls in made]
    return [one for urls in made for one in urls]


def _check(url: str, key: str, earliest: datetime, latest: datetime) -> str:
    """Check one URL, and return the second it was signed for."""
    given = parameters(url)
    access_key_id = given["X-Amz-Credential"].partition("/")[0]
    assert signature_of(url, SECRETS[access_key_id]) == given["X-Amz-Signature"]
    assert f"token {access_key_id[-1]}" == given["X-Amz-Security-Token"]
    assert f"/{key}" == urlsplit(url).path
    assert f"{earliest:%Y%m%dT%H%M%SZ}" <= given["X-Amz-Date"] <= f"{latest:%Y%m%dT%H%M%SZ}"
    assert given["X-Amz-Credential"].split("/")[1] == given["X-Amz-Date"][:8]
    return given["X-Amz-Date"]


def _presigner(clock: Clock, **options: Any) -> Presigner:
    return Presigner(region="us-east-1", credentials=Rotating(clock), clock=clock, expires=60, **options)


def test_threads_that_share_a_presigner_get_no_wrong_url() -> None:
    clock = Clock()
    presigner = _presigner(clock)

    def make(thread: int, number: int) -> tuple[str, str, datetime, datetime]:
        key = f"{thread}/{number}"
        earliest = clock.reading
        url = presigner.get(f"bucket-{number % 3}", key, version_id=("a", "b")[number % 2])
        assert (f"bucket-{number % 3}", key) == (url.bucket, url.key)
        assert ("a", "b")[number % 2] == parameters(url)["versionId"]
        assert url.startswith(f"https://bucket-{number % 3}.s3.us-east-1.amazonaws.com/")
        return url, key, earliest, clock.reading

    seconds = {_check(*made) for made in _hammered(make)}
    assert len(seconds) > 10
    assert {"20260102", "20260103"} == {second[:8] for second in seconds}


def test_the_contract_of_each_url_is_its_own() -> None:
    clock = Clock()
    presigner = _presigner(clock)
    for url in _hammered(lambda thread, number: presigner.get("bucket", f"{thread}/{number}")):
        given = parameters(url)
        assert f"{url.signed_at:%Y%m%dT%H%M%SZ}" == given["X-Amz-Date"]
        assert timedelta(seconds=int(given["X-Amz-Expires"])) == url.expires_at - url.signed_at


def test_threads_that_take_turns_in_sixty_five_buckets_keep_sixty_four_states() -> None:
    clock = Clock(step=1)
    presigner = _presigner(clock)

    def make(thread: int, number: int) -> tuple[str, str]:
        key = f"{thread}/{number}"
        return presigner.get(f"bucket-{number % 65}", key), key

    for url, key in _hammered(make):
        _check(url, key, START, clock.reading)
    assert len(presigner._cache.states) <= 64


def test_batches_of_threads_go_their_own_ways() -> None:
    clock = Clock()
    presigner = _presigner(clock)
    batches = [presigner.get_many("bucket", map(str, count())) for _ in range(THREADS)]

    def make(thread: int, number: int) -> tuple[str, str, datetime, datetime]:
        earliest = clock.reading
        return next(batches[thread]), str(number), earliest, clock.reading

    for made in _hammered(make):
        _check(*made)


def test_one_stable_window_gives_all_threads_one_url() -> None:
    clock = Clock(step=1)
    presigner = Presigner(
        region="us-east-1", credentials=Credentials("ASIA0", "secret 0"), clock=clock, stable_for="15m"
    )
    presigner.get("bucket", "key")
    assert len(set(_hammered(lambda *_: presigner.get("bucket", "key")))) <= 2  # before midnight, and after
