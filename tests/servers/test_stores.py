"""The judges are judged: what waves everything through is never ready, nothing stays behind."""

from __future__ import annotations

import hashlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.absent import not_run

from . import install, stores
from .conftest import not_here
from .exchange import send
from .install import TamperedError, UnavailableError
from .stores import Keys, Store, StoreError, running, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEEPER = Path(stores.__file__).with_name("keeper.py")


class _Accepts(http.server.BaseHTTPRequestHandler):
    """A store that asks nobody for a signature, as some of those for tests do."""

    kept: ClassVar[dict[str, bytes]] = {}

    def do_PUT(self) -> None:
        self.kept[self.path] = self.rfile.read(int(self.headers["content-length"]))
        self._say(b"")

    def do_GET(self) -> None:
        self._say(self.kept[self.path])

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _accepting() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Accepts) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _kept(*commands: tuple[Path, list[str]]) -> Iterator[subprocess.Popen[bytes]]:
    home = commands[0][0].with_name("home")
    keeper = stores.start_keeper(home, list(commands), dict(os.environ))
    try:
        yield keeper
    finally:
        stores.stop_keeper(keeper)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for(path: Path) -> int:
    """Return the number that another process writes into ``path``."""
    end = monotonic() + 20
    while monotonic() < end:
        if path.is_file() and path.read_text().endswith("\n"):
            return int(path.read_text())
        sleep(0.02)
    message = f"nothing in {path}"
    raise AssertionError(message)


def _comes_true(condition: Callable[[], bool]) -> bool:
    end = monotonic() + 10
    while not condition() and monotonic() < end:
        sleep(0.02)
    return condition()


# ---- Ready


def test_a_server_that_waves_everything_through_is_never_ready(tmp_path: Path) -> None:
    asleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    with _accepting() as port, _kept((tmp_path / "log", asleep)) as keeper:
        store = Store("accepts", port, Path(sys.executable), Keys("AKIANOBODY", "secret"))
        with pytest.raises(StoreError, match="is no judge: 200 for a wrong secret, 200 unsigned"):
            wait_until_ready(store, keeper, [tmp_path / "log"])


def test_a_server_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such device'); raise SystemExit(3)"]
    (port,) = stores.free_ports(1)
    with _kept((tmp_path / "log", command)) as keeper:
        store = Store("ends", port, Path(sys.executable), Keys("AKIANOBODY", "secret"))
        with pytest.raises(StoreError, match="ended by itself\n--- log\nno such device"):
            wait_until_ready(store, keeper, [tmp_path / "log"])


@pytest.mark.usefixtures("starts_servers")
def test_a_store_leaves_no_file_and_no_listener_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "CACHE", tmp_path)  # other runs use the real one at the same time
    try:
        with running("juicefs") as store:
            assert 1 == len(list(tmp_path.iterdir()))
            assert 403 == send("GET", store.endpoint_url + "/").status
    except UnavailableError as error:
        not_here(error, "juicefs")
    assert [] == list(tmp_path.iterdir())
    with pytest.raises(ConnectionRefusedError):
        send("GET", store.endpoint_url + "/")


@pytest.mark.usefixtures("starts_servers")
def test_a_port_that_was_taken_meanwhile_is_left_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    free_ports, asked = stores.free_ports, []

    def first_taken(count: int) -> list[int]:
        asked.append(count)
        return [taken, *free_ports(count - 1)] if len(asked) == 1 else free_ports(count)

    monkeypatch.setattr(stores, "free_ports", first_taken)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        taken = holder.getsockname()[1]
        try:
            with running("juicefs") as store:
                assert taken != store.port
        except UnavailableError as error:
            not_here(error, "juicefs")
    assert 2 == len(asked)


# ---- Keeper


def _serving(served: Path, first: str = "") -> list[str]:
    """Return a command that writes its pid into ``served`` and stays."""
    code = f"""
import os, pathlib, signal, time
{first}
pathlib.Path({str(served)!r}).write_text(f"{{os.getpid()}}\\n")
time.sleep(60)
"""
    return [sys.executable, "-c", code]


def test_servers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """Killed outright, it can not tidy up; the closed pipe does."""
    home, served = tmp_path / "home", tmp_path / "served"
    home.mkdir()
    starter = f"""
import os, sys, time
sys.path.insert(0, {str(KEEPER.parents[2])!r})
from pathlib import Path
from tests.servers.stores import start_keeper
home = Path({str(home)!r})
start_keeper(home, [(home / "log", {_serving(served)!r})], dict(os.environ))
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", starter]) as process:
        try:
            pid = _wait_for(served)
        finally:
            process.kill()
    assert _comes_true(lambda: not _is_alive(pid))
    assert _comes_true(lambda: not home.exists())


def test_a_server_that_ignores_a_request_to_end_is_killed(tmp_path: Path) -> None:
    served = tmp_path / "served"
    ignores = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    with _kept((tmp_path / "log", _serving(served, ignores))):
        pid = _wait_for(served)
    assert not _is_alive(pid)


def test_the_end_of_one_server_ends_all(tmp_path: Path) -> None:
    served = tmp_path / "served"
    leaves = f"import pathlib, time\nwhile not pathlib.Path({str(served)!r}).exists(): time.sleep(0.02)"
    commands = [(tmp_path / "a", _serving(served)), (tmp_path / "b", [sys.executable, "-c", leaves])]
    with _kept(*commands) as keeper:
        assert 1 == keeper.wait(20)
    assert not _is_alive(_wait_for(served))


# ---- Installing


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let ``installed`` read locks from, and write to, a folder of the test."""
    (tmp_path / "locks").mkdir()
    monkeypatch.setattr(install, "HERE", tmp_path)
    monkeypatch.setattr(install, "CACHE", tmp_path / "cache")
    return tmp_path


def _wheel(folder: Path) -> Path:
    """Write a distribution of one module, as an index would give it."""
    path = folder / "tiny_server-1.0-py3-none-any.whl"
    files = {
        "tiny_server.py": "ANSWER = 42\n",
        "tiny_server-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny-server\nVersion: 1.0\n",
        "tiny_server-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "tiny_server-1.0.dist-info/RECORD": "",
    }
    with closing(zipfile.ZipFile(path, "w")) as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return path


def _lock(folder: Path, wheel: Path, digest: str) -> None:
    (folder / "locks" / "tiny.txt").write_text(f"tiny-server @ {wheel.as_uri()} --hash=sha256:{digest}\n")


def test_a_download_with_another_hash_is_never_used(elsewhere: Path) -> None:
    _lock(elsewhere, _wheel(elsewhere), "0" * 64)
    with pytest.raises(TamperedError, match=r"Expected sha256 0{64}"):
        install.installed("tiny")


def test_an_installation_is_made_once_and_again_when_its_lock_changes(elsewhere: Path) -> None:
    wheel = _wheel(elsewhere)
    _lock(elsewhere, wheel, hashlib.sha256(wheel.read_bytes()).hexdigest())
    python = install.installed("tiny")
    said = subprocess.run(
        [python, "-c", "import tiny_server as t; print(t.ANSWER)"], capture_output=True, check=True
    )
    assert b"42\n" == said.stdout
    trace = python.parent / "trace"
    trace.touch()
    assert (python, True) == (install.installed("tiny"), trace.exists())
    with (elsewhere / "locks" / "tiny.txt").open("a") as lock:
        lock.write("# changed\n")
    assert (python, False) == (install.installed("tiny"), trace.exists())


def test_what_can_not_be_installed_is_told_with_the_reason(elsewhere: Path) -> None:
    _lock(elsewhere, elsewhere / "absent-1.0-py3-none-any.whl", "0" * 64)
    with pytest.raises(UnavailableError, match=r"can not install tiny: .*absent-1\.0"):
        install.installed("tiny")


@pytest.fixture
def package(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a package where ``apt-get download``, which is replaced, takes it from."""
    if shutil.which("dpkg-deb") is None:
        not_run("packages of Debian can not be built here")
    tree, built = elsewhere / "tree", elsewhere / "tiny_1.0_amd64.deb"
    for folder in ("DEBIAN", "usr/bin", "usr/share"):
        (tree / folder).mkdir(parents=True)
    control = (
        "Package: tiny\nVersion: 1.0\nArchitecture: amd64\nMaintainer: n <n@example.com>\nDescription: n\n"
    )
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "usr" / "bin" / "tiny").write_text("#!/bin/sh\n")
    subprocess.run(["dpkg-deb", "-b", tree, built], check=True, capture_output=True)
    (elsewhere / "bin").mkdir()
    apt = elsewhere / "bin" / "apt-get"
    apt.write_text(
        f"""#!/bin/sh\n[ "$*" = "download tiny:amd64=1.0" ] && exec cp {built} .
echo no "$*" >&2; exit 1\n"""
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{elsewhere / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return built


def test_packages_of_debian_are_unpacked_and_not_installed(elsewhere: Path, package: Path) -> None:
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    (elsewhere / "locks" / "tiny.txt").write_text(f"# what\ntiny 1.0 {digest}\n")
    home = install.unpacked("tiny")
    assert ["usr/bin/tiny"] == [str(p.relative_to(home)) for p in home.glob("usr/*/*")]
    assert home == install.unpacked("tiny")


def test_a_package_with_another_hash_is_never_used(elsewhere: Path, package: Path) -> None:
    (elsewhere / "locks" / "tiny.txt").write_text(f"tiny 1.0 {'0' * 64}\n")
    with pytest.raises(TamperedError, match="tiny has another hash"):
        install.unpacked("tiny")


def test_a_package_that_is_gone_is_told_with_the_reason(elsewhere: Path, package: Path) -> None:
    (elsewhere / "locks" / "tiny.txt").write_text(f"tiny 0.9 {'0' * 64}\n")
    with pytest.raises(UnavailableError, match=r"can not fetch the lists of packages: no -o .* update"):
        install.unpacked("tiny")


def test_without_apt_there_are_no_packages(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "locks" / "tiny.txt").write_text("")
    monkeypatch.setenv("PATH", str(elsewhere))
    with pytest.raises(UnavailableError, match="from packages of Debian 13"):
        install.unpacked("tiny")


def test_without_a_server_tests_are_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no URL was tried on swift: no network"):
        not_here(UnavailableError("no network"), "swift")


def test_without_a_server_tests_fail_where_they_have_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no URL was tried on swift: no network"):
        not_here(UnavailableError("no network"), "swift")


# ---- Exchange


def test_a_request_is_sent_byte_by_byte() -> None:
    """No segment is resolved, no header added; the tests rest on it."""
    heard: list[bytes] = []

    def listen() -> None:
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(65_536))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=listen)
        thread.start()
        answer = send("GET", f"http://b.s3.test:{port}//a/./../%7e?x=+&y", headers={"X-A": "1"})
        thread.join()
    assert 204 == answer.status
    assert [f"GET //a/./../%7e?x=+&y HTTP/1.1\r\nHost: b.s3.test:{port}\r\nx-a: 1\r\n\r\n".encode()] == heard
