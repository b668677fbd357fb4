"""Runs commands until its standard input closes or one of them ends; then it ends all.

``python keeper.py HOME '[["LOG", ["command", "argument"]], …]'``. Whoever starts this
holds the other end of standard input, which the system closes however that process dies;
so no server outlives the tests, nor does HOME, the folder of its files. Where a command
ends by itself HOME stays, with what it has logged. Knows nothing of S3.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 2.0  # seconds that a command may take to end
INTERVAL = 0.1


def main() -> int:
    """Return 0 after an orderly end, 1 where a command ended by itself."""
    # The starter closes the pipe and decides; a Ctrl-C or a SIGTERM meant for it is not for us.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _nothing)
    home, commands = sys.argv[1:]
    children: list[subprocess.Popen[bytes]] = []
    try:
        for log, command in json.loads(commands):
            children.append(_started(command, Path(log)))
        while not select.select([0], [], [], INTERVAL)[0]:
            if any(child.poll() is not None for child in children):
                return 1
    finally:
        _end(children)
    shutil.rmtree(home, ignore_errors=True)
    return 0


def _started(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        # A session each: servers that signal their whole process group reach themselves alone.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _nothing(number: int, frame: object) -> None:
    # Not SIG_IGN, which the commands would inherit; a handler ends with exec.
    pass


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, wait, then make it so. An unwaited child keeps its pid: none is reused."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for child in children:
            if child.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, number)
        end = monotonic() + PATIENCE
        while monotonic() < end and any(child.poll() is None for child in children):
            sleep(INTERVAL / 4)


if __name__ == "__main__":
    sys.exit(main())
