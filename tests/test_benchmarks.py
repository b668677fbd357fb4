"""The benchmarks run on what is there now; how fast it is, they tell and no test does."""

from __future__ import annotations

import pytest

from benchmarks import ours
from benchmarks.curve import against_the_ladder
from benchmarks.measurements import _speed
from benchmarks.timing import Rounds, timed_rounds


@pytest.fixture(scope="module")
def rounds() -> Rounds:
    """Two short rounds of everything; each contender is found right before it is timed."""
    few = [type(one)(one.name, one.run, one.items[:2]) for one in ours.contenders()]
    return Rounds(timed_rounds(few, 2))


def test_each_row_of_ours_is_measured(rounds: Rounds) -> None:
    rows = {row.what: row.measured for row in _speed(rounds) if row.note != "not installed"}
    assert {ours.MANY, ours.GET, ours.VERIFY, ours.VERIFY_SIGV4A, ours.INSPECT} <= {
        what.partition(" against ")[0] for what in rows
    }
    assert [] == [what for what, measured in rows.items() if measured is None or measured <= 0]


def test_the_curve_is_held_against_the_ladder() -> None:
    assert against_the_ladder(2).median > 1
