"""What takes a process of its own: cold start, modules loaded, memory.

The package is installed for it in an empty virtual environment, compiled, as a wheel
would be; children run isolated (``-I``) and with an empty environment.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from .timing import Ratio, ratio_of
from .workload import ACCESS_KEY_ID, BUCKET, EXPIRES, PLAIN_KEYS, REGION, SECRET_ACCESS_KEY

FORBIDDEN = frozenset(
    {
        "collections",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "json",
        "logging",
        "pathlib",
        "re",
        "threading",
        "typing",
        "urllib",
    }
)

_FIRST_URL = f"""
from presignlib import Credentials, presign_get
credentials = Credentials({ACCESS_KEY_ID!r}, {SECRET_ACCESS_KEY!r})
presign_get({BUCKET!r}, "photos/img.jpg", region={REGION!r}, credentials=credentials, expires={EXPIRES})
"""
_MODULES = """
import sys
before = set(sys.modules)
sys.path.append(sys.argv[1])
import presignlib
print(*sorted(set(sys.modules) - before))
"""
_RESIDENT = """
def resident():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1])
"""
_MEMORY = f"{_RESIDENT}\nprint(resident())"
_GROWTH = f"""
import gc, sys
from presignlib import Credentials, Presigner
{_RESIDENT}
credentials = Credentials({ACCESS_KEY_ID!r}, {SECRET_ACCESS_KEY!r})
presigner = Presigner(region={REGION!r}, credentials=credentials, expires={EXPIRES})

def sign(numbers):
    for number in numbers:
        presigner.get("examplebucket-%05d" % (number % 10_000), "photos/%09d.jpg" % number)

def blocks():
    gc.collect()
    return sys.getallocatedblocks()

look = {{"blocks": blocks, "resident": resident}}[sys.argv[1]]
sign(range(20_000))  # fills what is kept on purpose
before = look()
before = look()  # again, so that the number itself is counted before as after
sign(range(int(sys.argv[2])))
print(look() - before)
"""


class Installed:
    """presignlib in a virtual environment of its own, in ``folder``."""

    def __init__(self, package: Path, folder: Path) -> None:
        builder = venv.EnvBuilder(with_pip=False)
        builder.create(folder)
        self._python: str = builder.ensure_directories(folder).env_exe
        self._site = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
        target = Path(self._site) / package.name
        shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(target, quiet=1)

    shows_memory = Path("/proc/self/status").exists()

    def cold_start(self, starts: int) -> Ratio:
        """Return how much more processor time than ``import hashlib`` a first URL takes.

        Both include the interpreter's own start.
        """
        url, bare = [], []
        for number in range(starts):
            if number % 2:
                url.append(self._timed(_FIRST_URL))
            bare.append(self._timed("import hashlib"))
            if not number % 2:
                url.append(self._timed(_FIRST_URL))
        return ratio_of([a / b for a, b in zip(url, bare, strict=True)])

    def forbidden_modules(self) -> list[str]:
        """Return what ``import presignlib`` loads and must not."""
        loaded = self._output(_MODULES, self._site, options=("-I", "-S")).split()
        return [name for name in loaded if name.partition(".")[0] in FORBIDDEN]

    def memory(self, starts: int = 9) -> float:
        """Return what a first URL adds to bare Python's resident memory, in MiB."""
        bare = median([int(self._output(_MEMORY)) for _ in range(starts)])
        used = median([int(self._output(_FIRST_URL + _MEMORY)) for _ in range(starts)])
        return (used - bare) / 1_024

    def growth(self, count: int) -> tuple[int, int]:
        """Return what ``count`` URLs in 10,000 buckets leave behind.

        That is: blocks of Python's allocator, where a single one is seen, and resident
        memory in whole bytes for each URL, where other allocators are seen too.
        """
        blocks = int(self._output(_GROWTH, "blocks", str(count)))
        kibibytes = int(self._output(_GROWTH, "resident", str(count)))
        return blocks, round(kibibytes * 1_024 / count)

    def command_line(self, keys: int, runs: int = 5) -> float:
        """Return the seconds of processor time that the command line takes for one of many keys.

        Keys come from a file, URLs go to another; what a start costs is taken off.
        """
        with TemporaryDirectory() as folder:
            lines = [f"{PLAIN_KEYS[number % len(PLAIN_KEYS)]}\n" for number in range(keys)]
            full, empty = Path(folder) / "keys", Path(folder) / "none"
            full.write_text("".join(lines))
            empty.touch()
            times = [self._streamed(full, keys) - self._streamed(empty, 0) for _ in range(runs)]
        return median(times) / keys

    def _streamed(self, keys: Path, count: int) -> float:
        """Return the processor time of ``presignlib get s3://BUCKET/ -``, once it gave ``count`` URLs."""
        names = {"AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}
        command = [self._python, "-I", "-m", "presignlib", "get", f"s3://{BUCKET}/", "-", "--region", REGION]
        written = keys.with_suffix(".urls")
        before = os.times()
        with keys.open("rb") as source, written.open("wb") as target:
            subprocess.run(
                command, env=names, stdin=source, stdout=target, stderr=subprocess.DEVNULL, check=True
            )
        after = os.times()
        with written.open("rb") as target:
            given = sum(1 for _ in target)
        if given != count:
            message = f"{given} URLs of {count} keys"
            raise RuntimeError(message)
        return after.children_user + after.children_system - before.children_user - before.children_system

    def _output(self, code: str, *arguments: str, options: tuple[str, ...] = ("-I",)) -> str:
        command = [self._python, *options, "-c", code, *arguments]
        return subprocess.run(command, env={}, check=True, capture_output=True, text=True).stdout

    def _timed(self, code: str) -> float:
        command = [self._python, "-I", "-c", code]
        child = os.posix_spawn(self._python, command, {})
        _, status, used = os.wait4(child, 0)
        if status:
            raise SystemExit("a child of the cold start failed")
        return used.ru_utime + used.ru_stime
