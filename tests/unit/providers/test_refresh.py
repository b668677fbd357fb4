from __future__ import annotations

import asyncio
import os
import pickle
import threading
import warnings
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from presignlib import (
    BlockingFetchWarning,
    Credentials,
    CredentialsError,
    ExpiredCredentialsError,
    InvalidInputError,
    RefreshFailedWarning,
)
from presignlib.providers._refresh import Refreshing

from .fakes import NOON, Clock

if TYPE_CHECKING:
    from collections.abc import Callable


class Role(Refreshing):
    """Gives a new key at each fetch, for ``lives`` seconds; raises what ``fails`` holds."""

    name = "role"

    def __init__(self, clock: Callable[[], datetime] | None, lives: float | None = 3600) -> None:
        super().__init__(clock)
        self.clock = clock
        self.lives = lives
        self.fetches = 0
        self.fails: CredentialsError | None = None

    def _fetch(self) -> Credentials:
        self._tell_of_loop()  # as what waits for somebody does
        self.fetches += 1
        if self.fails is not None:
            raise self.fails
        now = NOON if self.clock is None else self.clock()
        ends = None if self.lives is None else now + timedelta(seconds=self.lives)
        return Credentials(f"ASIA{self.fetches}", "s", "t", expires_at=ends)


def test_what_was_fetched_is_kept(clock: Clock) -> None:
    role = Role(clock)
    assert role.load() is role.load()
    assert role.fetches == 1


def test_credentials_without_an_end_are_never_fetched_again(clock: Clock) -> None:
    role = Role(clock, lives=None)
    role.load()
    clock.forward(days=400)
    role.load(604_800)
    assert role.fetches == 1


@pytest.mark.parametrize(("minutes", "fetches"), [(44, 1), (46, 2), (59, 2), (61, 2)])
def test_a_fetch_comes_fifteen_minutes_before_the_end(clock: Clock, minutes: int, fetches: int) -> None:
    role = Role(clock)
    role.load()
    clock.forward(minutes=minutes)
    role.load()
    assert fetches == role.fetches


def test_short_credentials_have_windows_in_proportion(clock: Clock) -> None:
    role = Role(clock, lives=300)
    for _ in range(149):
        role.load()
        clock.forward(seconds=1)
    assert role.fetches == 1
    clock.forward(seconds=2)
    role.load()
    assert role.fetches == 2


def test_ten_thousand_loads_over_a_role_that_is_too_short_are_one_fetch(clock: Clock) -> None:
    role = Role(clock, lives=3600)
    for _ in range(10_000):
        role.load(43_200)
    assert role.fetches == 1


def test_a_caller_who_needs_longer_credentials_gets_them_where_a_fetch_can_bring_them(clock: Clock) -> None:
    role = Role(clock, lives=3600)
    role.load()
    clock.forward(minutes=20)
    assert role.load(3000).ends_at == (clock() + timedelta(hours=1)).timestamp()
    assert role.fetches == 2


def test_such_callers_fetch_once_in_five_minutes_at_most(clock: Clock) -> None:
    role = Role(clock, lives=3600)
    for _ in range(600):
        role.load(3600)
        clock.forward(seconds=1)
    assert role.fetches == 2


def test_a_clock_that_jumps_ahead_fetches(clock: Clock) -> None:
    role = Role(clock)
    role.load()
    clock.forward(days=3650)
    role.load()
    assert role.fetches == 2


def test_a_clock_that_jumps_back_keeps_what_lives(clock: Clock) -> None:
    role = Role(clock)
    role.load()
    clock.forward(days=-3650)
    assert role.load(1).access_key_id == "ASIA1"


def test_a_failed_fetch_keeps_what_lives_and_tells_once(clock: Clock) -> None:
    role = Role(clock)
    role.load()
    clock.forward(minutes=50)
    role.fails = CredentialsError("no answer", "role")
    with pytest.warns(RefreshFailedWarning, match="not renewed and go on until they end: role: no answer"):
        assert role.load().access_key_id == "ASIA1"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        role.load()
        clock.forward(minutes=1)
        role.load()
    assert role.fetches == 3  # not again within 30 seconds
    role.fails = None
    clock.forward(minutes=1)
    assert role.load().access_key_id == "ASIA4"
    role.fails = CredentialsError("no answer", "role")
    clock.forward(minutes=50)
    with pytest.warns(RefreshFailedWarning):
        role.load()


def test_a_failed_fetch_raises_where_nothing_lives(clock: Clock) -> None:
    role = Role(clock)
    role.fails = CredentialsError("no answer", "role")
    with pytest.raises(CredentialsError, match="role: no answer"):
        role.load()
    role.fails = None
    role.load()
    clock.forward(hours=2)
    role.fails = CredentialsError("no answer", "role")
    with pytest.raises(CredentialsError, match="role: no answer"):
        role.load()


def test_credentials_that_came_too_late_are_refused(clock: Clock) -> None:
    role = Role(clock, lives=0)
    with pytest.raises(ExpiredCredentialsError, match="is this machine's clock right"):
        role.load()


def test_a_bug_in_a_fetch_does_not_keep_the_lock(clock: Clock) -> None:
    class Broken(Role):
        def _fetch(self) -> Credentials:
            raise ZeroDivisionError

    role = Broken(clock)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            role.load()


class Gate(Role):
    """A role whose fetch waits until it is let through."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.open = threading.Event()
        self.entered = threading.Event()

    def _fetch(self) -> Credentials:
        self.entered.set()
        self.open.wait(10)
        return super()._fetch()


def _all_load(role: Gate, callers: int) -> list[object]:
    results: list[object] = []

    def load() -> None:
        try:
            results.append(role.load())
        except CredentialsError as error:
            results.append(error)

    threads = [threading.Thread(target=load) for _ in range(callers)]
    for thread in threads:
        thread.start()
    role.entered.wait(10)
    role.open.set()
    for thread in threads:
        thread.join()
    return results


def test_sixty_four_threads_share_one_fetch(clock: Clock) -> None:
    role = Gate(clock)
    results = _all_load(role, 64)
    assert role.fetches == 1
    assert [Credentials("ASIA1", "s", "t", expires_at=NOON + timedelta(hours=1))] * 64 == results


def test_callers_who_waited_share_a_failure_and_no_error_object(clock: Clock) -> None:
    role = Gate(clock)
    role.fails = CredentialsError("no answer", "role")
    results = _all_load(role, 8)
    assert ["role: no answer"] * 8 == [str(result) for result in results]
    assert len({id(result) for result in results}) == 8


def test_while_one_fetches_early_the_others_go_on_with_what_lives(clock: Clock) -> None:
    role = Gate(clock)
    role.open.set()
    role.load()
    role.open.clear()
    role.entered.clear()
    clock.forward(minutes=47)
    one = threading.Thread(target=role.load)
    one.start()
    role.entered.wait(10)
    assert role.load().access_key_id == "ASIA1"
    role.open.set()
    one.join()
    assert role.load().access_key_id == "ASIA2"


def test_who_waited_and_finds_a_failure_goes_on_with_what_lives(clock: Clock) -> None:
    role = Gate(clock)
    role.open.set()
    role.load()
    role.open.clear()
    role.entered.clear()
    clock.forward(minutes=55)
    role.fails = CredentialsError("no answer", "role")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RefreshFailedWarning)
        results = _all_load(role, 4)
    assert ["ASIA1"] * 4 == [getattr(result, "access_key_id", "") for result in results]
    assert role.fetches == 2


def test_who_waited_fetches_again_if_what_came_has_ended_meanwhile(clock: Clock) -> None:
    role = Role(clock)

    class Lock:
        def acquire(self, _wait: bool) -> bool:
            role._memory.attempts += 1  # somebody else's fetch, and its credentials have ended
            return True

        def release(self) -> None:
            pass

    role._memory.lock = Lock()  # type: ignore[assignment]
    assert role.load().access_key_id == "ASIA1"


def test_a_forked_child_begins_with_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    role = Role(clock)
    role.load()
    role._memory.lock.acquire()  # as another thread may have held it at the fork
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    assert role.load().access_key_id == "ASIA2"


def test_a_pickled_provider_begins_with_nothing() -> None:
    role = Role(None)
    role.lives = None
    role.load()
    copy = pickle.loads(pickle.dumps(role))
    assert b"ASIA1" not in pickle.dumps(role)
    assert copy.load().access_key_id == "ASIA2"


def test_a_fetch_within_a_running_loop_warns_once(clock: Clock) -> None:
    role = Role(clock)

    async def serve() -> None:
        with pytest.warns(BlockingFetchWarning, match=r"await presigner\.aprepare\(\) at start"):
            role.load()
        clock.forward(hours=2)
        role.load()

    asyncio.run(serve())
    assert role.fetches == 2


def test_a_fetch_in_a_thread_of_a_loop_does_not_warn(clock: Clock) -> None:
    role = Role(clock)
    asyncio.run(asyncio.to_thread(role.load))
    assert role.fetches == 1


def test_a_clock_has_to_be_a_function() -> None:
    with pytest.raises(InvalidInputError, match="clock must be a function"):
        Role(NOON)  # type: ignore[arg-type]


def test_its_repr_is_its_name(clock: Clock) -> None:
    assert repr(Role(clock)) == "<Role role>"


def test_a_provider_says_itself_how_to_fetch(clock: Clock) -> None:
    with pytest.raises(NotImplementedError):
        Refreshing(clock).load()
