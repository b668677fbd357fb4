"""Rows with their budgets, as tables to read and as data to keep."""

from __future__ import annotations

import os
import platform
import ssl
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .measurements import Effort


@dataclass(frozen=True)
class Row:
    """One line of the budget. ``measured`` is None where ``note`` says why it could not be.

    ``low`` and ``high`` are the quartiles, for what was measured in rounds.
    """

    what: str
    measured: float | None
    unit: str
    limit: Literal["<=", ">="]
    budget: float
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """``ok``, ``over``, or a dash for what was not measured."""
        if self.measured is None:
            return "-"
        kept = self.measured <= self.budget if self.limit == "<=" else self.measured >= self.budget
        return "ok" if kept else "over"

    def cells(self) -> list[str]:
        """Return the row's line of the table."""
        measured = "not measured" if self.measured is None else f"{_short(self.measured)} {self.unit}"
        spread = "" if self.low is None or self.high is None else f"{_short(self.low)} to {_short(self.high)}"
        sign = {"<=": "≤", ">=": "≥"}[self.limit]
        return [self.what, measured, spread or self.note, f"{sign} {self.budget:g}", self.verdict]


@dataclass(frozen=True)
class Time:
    """What one URL costs in microseconds, and how many times as much as with get_many."""

    what: str
    version: str
    microseconds: float
    times: float

    def cells(self) -> list[str]:
        """Return the line of the table."""
        return [self.what, self.version, f"{self.microseconds:.2f}", f"{self.times:.2f}"]


def budget_table(rows: Sequence[Row]) -> str:
    """Return the rows against their budgets."""
    return _table(["what", "measured", "half of the rounds", "budget", ""], [row.cells() for row in rows])


def time_table(times: Sequence[Time]) -> str:
    """Return what one URL costs, cheapest first."""
    ordered = sorted(times, key=lambda time: time.microseconds)
    return _table(["one URL", "version", "µs", "x get_many"], [time.cells() for time in ordered])


def as_data(rows: Sequence[Row], times: Sequence[Time], effort: Effort) -> dict[str, Any]:
    """Return all that was measured, with what it was measured on, for JSON."""
    return {
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "interpreter": interpreter(),
        "machine": machine(),
        "effort": asdict(effort),
        "budgets": [{**asdict(row), "verdict": row.verdict} for row in rows],
        "times": [asdict(time) for time in times],
    }


def interpreter() -> str:
    """Return the interpreter and the library its hashes come from."""
    implementation = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{implementation} ({platform.python_compiler()}), {ssl.OPENSSL_VERSION}"


def machine() -> str:
    """Return the kind of machine: its processor, and how many of them can be used."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{usable} CPUs ({_processor()}), {platform.system()} {platform.machine()}"


def version(distribution: str) -> str:
    """Return the installed version of a distribution."""
    return metadata.version(distribution)


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if not described.exists():
        return platform.processor() or "processor"
    lines = dict(line.partition("\t")[::2] for line in described.read_text().splitlines())
    named = {name.strip(): value.strip(" \t:") for name, value in lines.items()}
    instructions = " with SHA instructions" if "sha_ni" in named.get("flags", "").split() else ""
    return named.get("model name", "processor") + instructions


def _short(number: float) -> str:
    """Return the digits that matter; counts have no fraction."""
    if isinstance(number, int) or number >= 100:
        return f"{number:.0f}"
    return f"{number:.3f}" if number < 10 else f"{number:.1f}"


def _table(head: list[str], lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    rows = [head, ["-" * width for width in widths], *lines]
    return "\n".join(
        "| " + " | ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=True)]) + " |"
        for row in rows
    )
