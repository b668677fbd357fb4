"""The demo over sockets: what a reader gets, what strangers do not, and what goes wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, cli, diagnose, inspect_url
from presignlib.demo._server import Server
from presignlib.testing import Store

from .demo import Demo, demo
from .loopback import Role, metadata, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = str(Path(str(cli.__file__)).parents[1])


@pytest.fixture(scope="module")
def samples() -> Iterator[Demo]:
    """The demo as it starts without an argument."""
    with demo() as running:
        yield running


@pytest.fixture
def store_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that the demo is pointed at, as at any other, with its keys in the environment."""
    with Store(region="eu-west-1") as store:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", store.credentials.access_key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", store.credentials.secret_access_key)
        monkeypatch.delenv("AWS_REGION", raising=False)
        yield store


def pointed_at(store: Store, **changed: str) -> list[str]:
    words = {"bucket": store.bucket, "region": store.region, "endpoint_url": store.endpoint_url, **changed}
    return [word for name, value in words.items() for word in (f"--{name.replace('_', '-')}", value)]


def said(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return exit status and what a start that fails says."""
    status = cli.main(["demo", "--port", "0", *arguments])
    captured = capsys.readouterr()
    assert captured.out == ""
    return status, captured.err


# ---- What a reader gets


def test_the_samples_are_refused_unsigned_and_given_signed(samples: Demo) -> None:
    for name, start in (("hello.txt", b"You hold"), ("picture.png", b"\x89PNG"), ("report.pdf", b"%PDF")):
        plain, signed = samples.links(name)
        refused, given = samples.send("GET", plain), samples.send("GET", signed)
        assert (403, True) == (refused.status, b"<Code>AccessDenied</Code>" in refused.body)
        assert (200, True) == (given.status, given.body.startswith(start))


def test_objects_are_served_under_their_type_and_never_sniffed(samples: Demo) -> None:
    answer = samples.send("GET", samples.links("picture.png")[1])
    assert ("image/png", "nosniff") == (
        answer.headers["Content-Type"],
        answer.headers["X-Content-Type-Options"],
    )


def test_the_store_lets_the_page_and_no_other_origin_read(samples: Demo) -> None:
    _, signed = samples.links("hello.txt")
    origin = samples.address.rstrip("/")
    assert origin == samples.send("GET", signed, Origin=origin).headers["Access-Control-Allow-Origin"]
    assert (
        samples.send("GET", signed, Origin="http://evil.example").headers["Access-Control-Allow-Origin"]
        is None
    )


def test_an_upload_is_there_and_a_second_one_refused(tmp_path: Path) -> None:
    with demo(str(tmp_path)) as page:
        assert page.put("new.txt", b"new").status == 200
        assert b"new" == page.send("GET", page.links("new.txt")[1]).body
        assert page.put("new.txt", b"other").status == 412
        assert page.put("new.txt", b"other", replace=True).status == 200
        assert b"other" == (tmp_path / "new.txt").read_bytes()


def test_an_object_is_deleted_by_the_pages_form(tmp_path: Path) -> None:
    (tmp_path / "old & grey.txt").write_bytes(b"x")
    with demo(str(tmp_path)) as page:
        body = f"token={page.site.token}&key=old+%26+grey.txt".encode()
        answer = page.send("POST", "/delete", body, Origin=page.address.rstrip("/"))
        assert (303, []) == (answer.status, list(tmp_path.glob("*.txt")))
        assert b"Deleted old &amp; grey.txt" in page.send("GET", f"/{answer.headers['Location'][2:]}").body


def test_a_link_that_ended_is_refused_and_diagnosed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with demo(str(tmp_path), "--expires", "1") as page:
        _, signed = page.links("a")
        end = monotonic() + 10
        while (answer := page.send("GET", signed)).status == 200 and monotonic() < end:
            sleep(0.2)
        told = page.ask("/diagnose", url=signed, status=answer.status, text=answer.body.decode())
    assert (403, "expired") == (answer.status, told["code"])


def test_a_page_over_another_store_lists_it_and_signs_for_it(store_elsewhere: Store) -> None:
    with demo(*pointed_at(store_elsewhere)) as page:
        assert page.put("a/b.txt", b"there").status == 200
        assert b"there" == page.send("GET", page.links("a/b.txt")[1]).body


def test_a_page_on_an_instance_signs_with_its_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    role = Role(hours=6, key="ASIAROLE", secret="of/the+role", token="session//token==")
    (tmp_path / "a.txt").write_bytes(b"by the role")
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    with (
        serving(metadata(role)) as service,
        Store(tmp_path, credentials=Credentials(role.key, role.secret, role.token)) as store,
    ):
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url)
        with demo(*pointed_at(store)) as page:
            _, signed = page.links("a.txt")
            assert ("ASIAROLE", True) == (inspect_url(signed).access_key_id, inspect_url(signed).has_token)
            assert b"by the role" == page.send("GET", signed).body


def test_a_page_of_a_prefix_shows_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in/a.txt", "out.txt"):
        (tmp_path / name).write_bytes(b"x")
    with demo(str(tmp_path), "--prefix", "in/") as page:
        html = page.send("GET", "/").body
    assert (True, False) == (b"in/a.txt" in html, b"out.txt" in html)


@pytest.mark.parametrize("name", ["form é ☃.txt", "a;b.txt", "C:\\\\a\\\\form.txt"])
def test_a_form_names_the_object_as_the_browser_names_the_file(name: str, tmp_path: Path) -> None:
    with demo(str(tmp_path)) as page:
        html = page.send("GET", "/").body.decode()
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
        parts = [f'name="{field}"\r\n\r\n{unescape(value)}' for field, value in fields]
        parts += ['name="Content-Type"\r\n\r\ntext/plain', f'name="file"; filename="{name}"\r\n\r\nby form']
        body = "".join(f"--B\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--B--\r\n"
        answer = page.send(
            "POST",
            f"{page.site.store}/demo",
            body.encode(),
            Content_Type="multipart/form-data; boundary=B",
        )
        assert (303, True) == (answer.status, answer.headers["Location"].startswith(page.address)), answer
        assert (
            b"by form" == page.send("GET", page.links(name.replace("\\\\", "/").rpartition("/")[2])[1]).body
        )


# ---- What strangers do not get


def test_a_name_that_leads_here_gets_no_page(samples: Demo) -> None:
    """DNS rebinding: the browser asks our address under the attacker's name."""
    answer = samples.send("GET", "/", Host=f"evil.example:{samples.port}")
    assert (421, False) == (answer.status, b"X-Amz-Signature" in answer.body)


def test_two_hosts_get_no_page(samples: Demo) -> None:
    request = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{samples.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    )
    assert raw(samples, request.encode()).startswith(b"HTTP/1.1 421")


def test_a_form_of_another_site_changes_nothing(samples: Demo) -> None:
    """CSRF: the browser sends the attacker's form to us, with its origin."""
    for origin in ("http://evil.example", "null"):
        body = f"token={samples.site.token}&key=hello.txt".encode()
        assert samples.send("POST", "/delete", body, Origin=origin).status == 403
    assert samples.links("hello.txt")


def test_a_script_of_another_site_may_not_even_ask(samples: Demo) -> None:
    answer = samples.send(
        "OPTIONS",
        "/sign",
        Origin="http://evil.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="x-demo-token",
    )
    assert answer.status == 403
    assert [] == [name for name in answer.headers if name.lower().startswith("access-control")]


def test_the_page_says_what_may_be_loaded(samples: Demo) -> None:
    headers = samples.send("GET", "/").headers
    assert f"connect-src 'self' {samples.site.store};" in headers["Content-Security-Policy"]
    assert ("nosniff", "no-store") == (headers["X-Content-Type-Options"], headers["Cache-Control"])


def test_the_page_names_its_server_and_no_python(samples: Demo) -> None:
    assert "presignlib" == samples.send("GET", "/").headers["Server"]


def test_beyond_loopback_the_page_only_reads(store_elsewhere: Store) -> None:
    where = (*pointed_at(store_elsewhere), "--host", "0.0.0.0", "--allow-remote")
    with demo(*where) as page:
        assert b'<form method="post"' not in page.send("GET", "/").body
        answer = page.send(
            "POST", "/sign", b"{}", Origin=page.address.rstrip("/"), X_Demo_Token=page.site.token
        )
        assert (403, True) == (answer.status, b"--allow-changes" in answer.body)


def test_beyond_loopback_changes_have_to_be_allowed(store_elsewhere: Store) -> None:
    where = (
        *pointed_at(store_elsewhere),
        "--host",
        "0.0.0.0",
        "--allow-remote",
        "--allow-changes",
        "--no-delete",
    )
    with demo(*where) as page:
        assert page.put("a.txt", b"x").status == 200
        assert b"Delete" not in page.send("GET", "/").body


def test_beyond_loopback_a_name_has_to_be_allowed(store_elsewhere: Store) -> None:
    where = (
        *pointed_at(store_elsewhere),
        "--host",
        "0.0.0.0",
        "--allow-remote",
        "--allowed-host",
        "Files.example",
    )
    with demo(*where) as page:
        hosts = ("files.example", "203.0.113.7:80", "evil.example")
        assert [200, 200, 421] == [page.send("GET", "/", Host=host).status for host in hosts]


def test_under_a_name_the_page_only_reads(tmp_path: Path) -> None:
    """A proxy on this machine hides that its readers are elsewhere."""
    with demo(str(tmp_path), "--allowed-host", "files.example:443") as page:
        answer = page.send("GET", "/", Host="files.example")
        assert (200, False) == (answer.status, b"Choose files" in answer.body)
    with demo(str(tmp_path), "--allowed-host", "files.example", "--allow-changes") as page:
        assert b"Choose files" in page.send("GET", "/", Host="files.example").body


# ---- What goes wrong: at the start


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str], samples: Demo) -> None:
    status, text = said("--port", str(samples.port), capsys=capsys)
    assert (2, True) == (
        status,
        f"another program has this one; give another, or 0 for any, got {samples.port}" in text,
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["/no/such/folder"], "FOLDER must be a folder that is there, got '/no/such/folder'"),
        (["--port", "70000"], "--port must be 0 to 65535"),
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--host", "files.example"], "--allow-remote"),
        (["--host", "0.0.0.0", "--allow-remote"], "--host must be an address of loopback without --bucket"),
        (
            ["--host", "203.0.113.5", "--allow-remote", "--bucket", "bbb"],
            "--host must be an address of this machine",
        ),
        (["folder", "--bucket", "bbb"], "FOLDER must be left out with --bucket"),
        (["--region", "eu-west-1"], "--bucket must be given with --region"),
        (["--expires", "0"], "must be 1 to 604800 seconds, got 0"),
        (["--expires", "soon"], "must be whole seconds"),
    ],
)
def test_a_start_that_can_not_be_says_why(
    arguments: list[str], text: str, capsys: pytest.CaptureFixture[str], stopped: None
) -> None:
    status, told = said(*arguments, capsys=capsys)
    assert (2, True) == (status, text in told), told


def test_a_file_is_no_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert 2 == said(str(tmp_path / "file"), capsys=capsys)[0]


def test_no_credentials_is_told_at_the_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert 3 == said("--bucket", "bbb", "--region", "eu-west-1", capsys=capsys)[0]


def test_no_region_is_told_at_the_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert 3 == said("--bucket", "bbb", capsys=capsys)[0]


def started(*arguments: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """Start the demo as a process; return it, and what it says until it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "presignlib", "demo", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )
    assert process.stderr is not None
    text = process.stderr.readline()
    assert "open http://127.0.0.1:" in text, text + process.stderr.read()
    return process, text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_it_quietly_and_frees_its_ports(number: int, tmp_path: Path) -> None:
    process, text = started(TMPDIR=str(tmp_path))
    assert (True, 1) == ("Ctrl-C" in text, len(list(tmp_path.iterdir())))
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert (0, "", []) == (process.returncode, out, list(tmp_path.iterdir()))
    port = int(re.findall(r":(\d+)/", text)[0])
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_bucket_that_is_not_there_is_told_in_the_terminal_and_on_the_page(store_elsewhere: Store) -> None:
    where = pointed_at(store_elsewhere, bucket="not-there")
    keys = {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    process, _ = started(*where, **keys)
    process.send_signal(signal.SIGINT)
    process.wait(20)
    assert process.stderr is not None
    err = process.stderr.read()
    process.communicate(timeout=20)
    assert "The store does not list the bucket: 404" in err
    with demo(*where) as page:
        answer = page.send("GET", "/")
        assert (502, True) == (answer.status, b"NoSuchBucket" in answer.body)


def test_a_wrong_region_is_told_with_the_right_one(store_elsewhere: Store) -> None:
    with demo(*pointed_at(store_elsewhere, region="us-east-1")) as page:
        answer = page.send("GET", "/")
    assert (502, True) == (answer.status, b"eu-west-1" in answer.body)


def test_a_store_that_went_away_is_told_on_the_page(store_elsewhere: Store) -> None:
    with demo(*pointed_at(store_elsewhere, endpoint_url="http://127.0.0.1:9")) as page:
        answer = page.send("GET", "/")
    assert (503, True) == (answer.status, b"can not be reached" in answer.body)


# ---- From start to end, in this process


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serving ends at once, as by Ctrl-C."""

    def serve_forever(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", serve_forever)
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_nohup_is_heeded(capsys: pytest.CaptureFixture[str], stopped: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert 0 == said(capsys=capsys)[0]
    assert signal.SIG_IGN is signal.getsignal(signal.SIGHUP)


def test_the_terminal_says_where_to_open_the_page(capsys: pytest.CaptureFixture[str], stopped: None) -> None:
    status, text = said(capsys=capsys)
    assert (0, True) == (status, text.startswith("presignlib demo: open http://127.0.0.1:"))
    assert "bucket demo at http://127.0.0.1:" in text


def test_the_terminal_says_who_can_reach_the_page(
    capsys: pytest.CaptureFixture[str], stopped: None, store_elsewhere: Store
) -> None:
    where = (*pointed_at(store_elsewhere), "--host", "0.0.0.0", "--allow-remote")
    assert "everyone who reaches this address can read\n" in said(*where, capsys=capsys)[1]
    assert "can read and change\n" in said(*where, "--allow-changes", capsys=capsys)[1]


def test_the_terminal_says_what_the_store_refuses(
    capsys: pytest.CaptureFixture[str], stopped: None, store_elsewhere: Store
) -> None:
    status, text = said(*pointed_at(store_elsewhere, bucket="not-there"), capsys=capsys)
    assert (0, True) == (status, "The store does not list the bucket: 404" in text)


def test_it_runs_outside_of_the_main_thread(stopped: None) -> None:
    options = cli._parser().parse_args(["demo", "--port", "0"])
    with ThreadPoolExecutor(1) as pool:
        assert 0 == pool.submit(options.run, options).result()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_it_listens_on_ipv6(capsys: pytest.CaptureFixture[str], stopped: None) -> None:
    assert "open http://[::1]:" in said("--host", "::1", capsys=capsys)[1]


# ---- What goes wrong: names and files


NAMES = (
    "<script>alert(1)</script>".replace("/", "_"),
    "..%2f..%2fetc",
    "x" * 251 + ".txt",
    "a\nb",
    "%",
    "+ &?#;'\"",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_file_is_shown_and_served(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with demo(str(tmp_path)) as page:
        assert b"mine" == page.send("GET", page.links(name)[1]).body
        assert b"<script>" not in page.send("GET", "/").body


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/out.txt", "..\\out.txt"])
def test_no_name_leaves_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with demo(str(folder)) as page:
        body = f'{{"do":"put","key":"{name}","type":"a/b","size":1}}'.replace("\\", "\\\\").encode()
        answer = page.send("POST", "/sign", body, Origin=page.address[:-1], X_Demo_Token=page.site.token)
        assert answer.status in (200, 400)
        if answer.status == 200:
            import json

            to: dict[str, Any] = json.loads(answer.body)
            page.send("PUT", to["url"], b"x", **to["headers"])
    assert [folder] == list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [255, 256, 1_024])
def test_names_as_long_as_s3_takes_them_are_uploaded_and_served(size: int, tmp_path: Path) -> None:
    with demo(str(tmp_path)) as page:
        assert page.put("x" * size, b"long").status == 200
        assert b"long" == page.send("GET", page.links("x" * size)[1]).body


def test_nothing_and_five_gigabytes_are_both_shown_and_served(tmp_path: Path) -> None:
    (tmp_path / "nothing").write_bytes(b"")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(5 * 1024**3)
    with demo(str(tmp_path)) as page:
        html = page.send("GET", "/").body
        assert (True, True) == (b"0 bytes" in html, b"5.4 GB" in html)
        assert b"" == page.send("GET", page.links("nothing")[1]).body
        answer = page.send("GET", page.links("huge")[1], Range="bytes=5368709110-")
        assert (206, b"\0" * 10) == (answer.status, answer.body)


@contextmanager
def reading_as_nobody() -> Iterator[None]:
    """Root reads everything; whoever else runs this is stopped by the file's mode already."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_can_not_be_read_is_refused_by_the_store() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file, mode in (("open", 0o644), ("secret", 0)):
            (folder / file).write_bytes(b"x")
            (folder / file).chmod(mode)
        with demo(name) as page:
            urls = [page.links(file)[1] for file in ("open", "secret")]
            assert page.send("GET", urls[0]).status == 200
            with reading_as_nobody():
                answer = page.send("GET", urls[1])
    assert (True, True) == (answer.status >= 400, b"<Error>" in answer.body), answer


# ---- What goes wrong: clients


def raw(page: Demo, request: bytes) -> bytes:
    """Send bytes as they are; return all that comes back."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


@pytest.mark.parametrize(
    "length", ["2000000", "-1", "x", "1, 1", "1\r\nContent-Length: 1", "\u0661", "9" * 30]
)
def test_a_body_that_is_too_long_or_has_no_length_is_refused(length: str, samples: Demo) -> None:
    head = f"POST /sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    assert raw(samples, head.encode()).startswith(b"HTTP/1.1 413")


def test_head_is_answered_without_a_body(samples: Demo) -> None:
    answer = raw(samples, b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert (True, b"") == (answer.startswith(b"HTTP/1.1 200"), answer.partition(b"\r\n\r\n")[2])


def test_a_fault_of_our_own_shows_in_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with demo() as page:
        page.site.answer = None  # type: ignore[assignment, method-assign]
        assert b"" == raw(page, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert "Traceback" in capfd.readouterr().err


def test_a_body_in_chunks_is_refused(samples: Demo) -> None:
    head = b"POST /sign HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert raw(samples, head).startswith(b"HTTP/1.1 413")


def test_clients_that_hang_up_leave_the_page_as_it_was(
    samples: Demo, capfd: pytest.CaptureFixture[str]
) -> None:
    for request in (
        b"",
        b"GET / HT",
        b"POST /sign HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{",
    ):
        with socket.create_connection(("127.0.0.1", samples.port)) as connection:
            connection.sendall(request)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset
    assert samples.send("GET", "/").status == 200
    assert "Traceback" not in capfd.readouterr().err


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with demo(str(tmp_path)) as page:
        to = page.ask("/sign", do="put", key="half.txt", type="text/plain", size=100_000)
        host, _, target = to["url"].removeprefix("http://").partition("/")
        head = "".join(f"{name}: {value}\r\n" for name, value in {"host": host, **to["headers"]}.items())
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as connection:
            connection.sendall(f"PUT /{target} HTTP/1.1\r\n{head}\r\n".encode() + b"x" * 50_000)
        end = monotonic() + 5
        while monotonic() < end and [*tmp_path.rglob("*half*")]:
            sleep(0.05)
        assert b"half.txt" not in page.send("GET", "/").body
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_two_hundred_downloads_at_once_all_arrive(tmp_path: Path) -> None:
    content = os.urandom(200_000)
    (tmp_path / "a.bin").write_bytes(content)
    with demo(str(tmp_path)) as page, ThreadPoolExecutor(200) as pool:
        _, signed = page.links("a.bin")
        answers = list(pool.map(lambda _: page.send("GET", signed), range(200)))
    assert {(200, content)} == {(answer.status, answer.body) for answer in answers}


def test_two_hundred_readers_at_once_all_get_the_page(samples: Demo) -> None:
    with ThreadPoolExecutor(200) as pool:
        assert {200} == set(pool.map(lambda _: samples.send("GET", "/").status, range(200)))


def test_what_the_store_said_is_what_diagnose_is_made_for(samples: Demo) -> None:
    plain, signed = samples.links("hello.txt")
    changed = signed.replace("hello.txt", "report.pdf")
    codes = [diagnose(url, samples.send("GET", url).body).code for url in (plain, changed)]
    assert "malformed" == codes[0]
    assert codes[1] in ("path_rewritten", "wrong_secret", "signature_altered", "query_changed")
