"""Every row of the budget, in the order in which the contract lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from . import ours
from .curve import against_the_ladder
from .gate import refuse_wrong
from .ours import (
    FLOOR,
    FLOOR_ENCODED,
    FLOOR_OPTIONS,
    FLOOR_TOKEN,
    GET,
    GET_OPTIONS,
    GET_TOKEN,
    INSPECT,
    INSPECT_HEADERS,
    INSPECT_SIGV4A,
    INSPECT_TOKEN,
    MANY,
    MANY_ENCODED,
    MANY_TOKEN,
    ONCE,
    ONCE_HEADERS,
    ONCE_SIGV4A,
    ONCE_TOKEN,
    VERIFY,
    VERIFY_HEADERS,
    VERIFY_SIGV4A,
    VERIFY_TOKEN,
)
from .peers import BOTO3_CLIENT, BOTOCORE_SIGNER, PEERS, S3PE
from .processes import FORBIDDEN, Installed
from .report import Row, Time, version
from .sizes import wheel_size
from .timing import Contender, Rounds, in_processes, timed_rounds
from .workload import PLAIN_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_TO_THE_FLOOR = (
    (MANY, FLOOR, 1.4),
    (MANY_TOKEN, FLOOR_TOKEN, 1.3),
    (MANY_ENCODED, FLOOR_ENCODED, 2.5),
    (GET, FLOOR, 2.0),
    (GET_TOKEN, FLOOR_TOKEN, 1.75),
    (GET_OPTIONS, FLOOR_OPTIONS, 3.5),
)
_TO_PEERS = (
    (ONCE, BOTO3_CLIENT, 8),
    (MANY, BOTOCORE_SIGNER, 28),
    (MANY, BOTO3_CLIENT, 80),
    (MANY, S3PE, 2.3),
)
_TO_SIGNING = (  # the same URL once, with nothing kept from before
    (VERIFY, ONCE),
    (VERIFY_TOKEN, ONCE_TOKEN),
    (VERIFY_HEADERS, ONCE_HEADERS),
    (VERIFY_SIGV4A, ONCE_SIGV4A),
    (INSPECT, ONCE),
    (INSPECT_TOKEN, ONCE_TOKEN),
    (INSPECT_HEADERS, ONCE_HEADERS),
    (INSPECT_SIGV4A, ONCE_SIGV4A),
)


@dataclass(frozen=True)
class Effort:
    """How often to look: rounds in each process, starts of Python, URLs whose memory is watched."""

    processes: int
    rounds: int
    starts: int
    urls: int


QUICK = Effort(processes=3, rounds=15, starts=41, urls=50_000)
FULL = Effort(processes=9, rounds=25, starts=151, urls=1_000_000)


def measure_all(root: Path, effort: Effort) -> tuple[list[Row], list[Time], list[str]]:
    """Return all rows, the time of one URL each way, and the peers that are not installed."""
    rounds = in_processes(effort.processes, _timed, effort.rounds)
    with TemporaryDirectory() as folder:
        installed = Installed(root / "src" / "presignlib", Path(folder) / "venv")
        rows = [*_speed(rounds), _curve(effort), _command_line(installed, effort, rounds.seconds(MANY))]
        rows += [*_processes(installed, effort), *_sizes(root)]
    return rows, _times(rounds), [peer.name for peer in PEERS if peer.name not in rounds]


def _timed(rounds: int) -> list[dict[str, float]]:
    return timed_rounds([*ours.contenders(), *_peers()], rounds)


def _peers() -> Iterator[Contender]:
    """Give the peers that are installed, once botocore has found their URLs right."""
    for peer in PEERS:
        try:
            sign = peer.make()
        except ModuleNotFoundError:
            continue
        for key in PLAIN_KEYS[:8]:
            refuse_wrong(peer.name, sign(key), key)
        yield Contender(peer.name, _each(sign), PLAIN_KEYS)


def _each(sign: Callable[[str], str]) -> Callable[[Sequence[str]], None]:
    def run(keys: Sequence[str]) -> None:
        for key in keys:
            sign(key)

    return run


def _speed(rounds: Rounds) -> Iterator[Row]:
    for name, floor, budget in _TO_THE_FLOOR:
        ratio = rounds.ratio(name, floor)
        yield Row(name, ratio.median, "x floor", "<=", budget, ratio.low, ratio.high)
    for name, peer, budget in _TO_PEERS:
        what = f"{name} against {peer}"
        if peer in rounds:
            ratio = rounds.ratio(peer, name)
            yield Row(what, ratio.median, "x faster", ">=", budget, ratio.low, ratio.high)
        else:
            yield Row(what, None, "x faster", ">=", budget, note="not installed")
    for name, once in _TO_SIGNING:
        ratio = rounds.ratio(name, once)
        yield Row(name, ratio.median, f"x {once.partition(',')[0]}", "<=", 3, ratio.low, ratio.high)


def _curve(effort: Effort) -> Row:
    ratio = against_the_ladder(effort.rounds)
    what = "SigV4a signature against the naive ladder"
    return Row(what, ratio.median, "x faster", ">=", 8, ratio.low, ratio.high)


def _command_line(installed: Installed, effort: Effort, one_of_many: float) -> Row:
    seconds = installed.command_line(effort.urls)
    note = f"{seconds / one_of_many:.2f} x get_many"
    return Row("command line, keys from a file", 1 / seconds, "URLs a second", ">=", 100_000, note=note)


def _processes(installed: Installed, effort: Effort) -> Iterator[Row]:
    start = installed.cold_start(effort.starts)
    yield Row("cold start to first URL", start.median, "x import hashlib", "<=", 1.3, start.low, start.high)
    loaded = installed.forbidden_modules()
    what = f"modules loaded of the {len(FORBIDDEN)} that must not be"
    yield Row(what, len(loaded), "", "<=", 0, note=", ".join(loaded))
    if installed.shows_memory:
        memory = installed.memory()
        yield Row("memory over bare Python after a URL", memory, "MiB", "<=", 7)
        blocks, resident = installed.growth(effort.urls)
        what = f"growth over {effort.urls:,} URLs in 10,000 buckets"
        yield Row(f"{what}: Python", blocks, "blocks", "<=", 0)
        yield Row(f"{what}: resident", resident, "bytes a URL", "<=", 0)
    else:
        yield Row("memory", None, "MiB", "<=", 7, note="needs /proc")


def _sizes(root: Path) -> Iterator[Row]:
    wheel = wheel_size(root)
    kilobytes = None if wheel is None else wheel / 1_000
    yield Row("wheel", kilobytes, "KB", "<=", 150, note="needs hatchling" if wheel is None else "")
    core = (root / "src" / "presignlib" / "sigv4.py").stat().st_size / 1_000
    yield Row("sigv4.py alone", core, "KB", "<=", 16)


def _times(rounds: Rounds) -> list[Time]:
    versions = {peer.name: version(peer.distribution) for peer in PEERS if peer.name in rounds}
    return [
        Time(name, versions.get(name, ""), rounds.seconds(name) * 1e6, rounds.ratio(name, MANY).median)
        for name in rounds.names
    ]
