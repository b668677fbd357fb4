"""Fair timing on a machine that others use too: interleaved rounds and their ratios.

What counts is processor time, of all threads: it stands still while others run.
"""

from __future__ import annotations

import gc
import random
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median, quantiles
from time import process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SLICE = 0.005  # seconds; short enough to be rarely interrupted, long enough for the timer


@dataclass(frozen=True)
class Contender:
    """Something that makes a URL of each item: ``run`` does so for all it is given."""

    name: str
    run: Callable[[Sequence[Any]], object]
    items: Sequence[Any]


@dataclass(frozen=True)
class Ratio:
    """How many times longer one contender took than another: over all rounds."""

    median: float
    low: float
    high: float  # with ``low``, the quartiles


class Rounds:
    """The times of all contenders, round by round, in seconds for one URL."""

    def __init__(self, rounds: list[dict[str, float]]) -> None:
        self._rounds = rounds

    @property
    def names(self) -> list[str]:
        """The contenders' names."""
        return list(self._rounds[0])

    def __contains__(self, name: str) -> bool:
        return name in self._rounds[0]

    def seconds(self, name: str) -> float:
        """Return the median time that ``name`` took for one URL."""
        return median([times[name] for times in self._rounds])

    def ratio(self, name: str, other: str) -> Ratio:
        """Return how many times longer ``name`` took than ``other``.

        The ratio is taken inside each round: what slows the machine down for a while
        slows both down.
        """
        return ratio_of([times[name] / times[other] for times in self._rounds])


def ratio_of(ratios: list[float]) -> Ratio:
    """Return the median of ``ratios`` and their quartiles."""
    low, _, high = quantiles(ratios, n=4)
    return Ratio(median(ratios), low, high)


def in_processes(count: int, timed: Callable[[int], list[dict[str, float]]], rounds: int) -> Rounds:
    """Return the rounds that ``timed`` measures in each of ``count`` fresh processes.

    Where code and data happen to lie in memory moves a ratio by some per cent, and stays
    as it is while a process lives: one process would measure its own luck.
    """
    gathered = []
    for _ in range(count):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            gathered += process.submit(timed, rounds).result()
    return Rounds(gathered)


def timed_rounds(contenders: Sequence[Contender], rounds: int) -> list[dict[str, float]]:
    """Time every contender once a round, each round in an order of its own."""
    slices = [(contender, contender.items[: _count(contender)]) for contender in contenders]
    with _without_gc():
        return [_one_round(slices) for _ in range(rounds)]


def _one_round(slices: list[tuple[Contender, Sequence[Any]]]) -> dict[str, float]:
    times = {}
    for contender, items in random.sample(slices, len(slices)):
        times[contender.name] = _timed(contender, items) / len(items)
        gc.collect()
    return times


def _count(contender: Contender) -> int:
    """Return how many items make a slice. Looking for it warms the contender up."""
    count = 8
    while count < len(contender.items) and _timed(contender, contender.items[:count]) < _SLICE:
        count *= 2
    return count


def _timed(contender: Contender, items: Sequence[Any]) -> float:
    run = contender.run
    started = process_time()
    run(items)
    return process_time() - started


@contextmanager
def _without_gc() -> Iterator[None]:
    """Keep the collector out of everyone's slices; peers with many objects gain by it."""
    gc.collect()
    gc.freeze()  # what is loaded needs no looking at between slices
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
