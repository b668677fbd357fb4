"""The store on loopback: clients of others, many at once, and those that misbehave."""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.session import Session

from presignlib import Credentials, InvalidInputError, diagnose, testing
from presignlib.testing import Store, _server
from presignlib.testing._objects import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from presignlib import PresignedURL

pytest_plugins = ["pytester"]
presign_store = testing.presign_store  # the entry point brings it where the package is installed
PATIENCE = 10.0  # seconds until something that happens at once has to have happened


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


def follow(url: PresignedURL, body: bytes | None = None) -> tuple[int, bytes]:
    """Send a request with ``urllib``, as a program would."""
    request = urllib.request.Request(url, body, url.headers, method=url.method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@contextmanager
def connected(store: Store) -> Iterator[socket.socket]:
    port = int(store.endpoint_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        yield connection


def head(url: PresignedURL, *lines: str) -> bytes:
    """Return the head of a request as bytes; ``lines`` stand behind Host."""
    host, _, target = url.partition("://")[2].partition("/")
    return "\r\n".join([f"{url.method} /{target} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode(
        "latin-1"
    )


def said(connection: socket.socket) -> bytes:
    """Return all that comes until the connection ends."""
    received = b""
    with suppress(ConnectionError):
        while data := connection.recv(65_536):
            received += data
    return received


def comes_true(condition: Callable[[], bool]) -> bool:
    end = monotonic() + PATIENCE
    while not (is_true := condition()) and monotonic() < end:
        sleep(0.01)
    return is_true


def unfinished(store: Store) -> list[str]:
    folder = Path(store.objects.own, "new")
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


# From start to close


def test_a_store_works_with_nothing_given(store: Store) -> None:
    presigner = store.presigner()
    assert (200, b"") == follow(presigner.put(store.bucket, "a.txt"), b"hello")
    assert (200, b"hello") == follow(presigner.get(store.bucket, "a.txt"))
    assert ("demo", "us-east-1", 20) == (store.bucket, store.region, len(store.credentials.access_key_id))
    assert f"<Store demo at {store.endpoint_url}>" == repr(store)


def test_each_store_has_keys_of_its_own() -> None:
    first, second = Store(), Store()
    assert first.credentials.secret_access_key != second.credentials.secret_access_key
    assert first.credentials.access_key_id != second.credentials.access_key_id
    assert "<Store demo, not started>" == repr(first)


def test_a_store_takes_keys_with_a_session_token_and_another_region() -> None:
    keys = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "token")
    with Store(credentials=keys, region="eu-west-1", bucket="my-bucket") as store:
        presigner = store.presigner(expires="1m")
        url = presigner.put("my-bucket", "a")
        assert (200, 60) == (follow(url, b"x")[0], url.expires)
        assert 400 == follow(store.presigner(region="us-east-1").get("my-bucket", "a"))[0]


def test_a_folder_is_served_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a b.txt").write_text("hello")
    with Store(tmp_path) as store:
        assert (200, b"hello") == follow(store.presigner().get("demo", "deep/a b.txt"))
        assert ["deep"] == [path.name for path in tmp_path.iterdir()]
        follow(store.presigner().put("demo", "new.txt"), b"new")
    assert {"deep", "new.txt", OWN} == {path.name for path in tmp_path.iterdir()}
    with Store(str(tmp_path)) as store:
        assert (200, b"new") == follow(store.presigner().get("demo", "new.txt"))


def test_a_temporary_folder_goes_with_its_store() -> None:
    with Store() as store:
        root = store.objects.root
        assert Path(root).is_dir()
    assert not Path(root).exists()


def test_a_store_starts_again_once_it_is_closed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for body in (b"one", b"two"):
        store.start()
        assert 200 == follow(store.presigner().put("demo", "a"), body)[0]
        store.close()
        store.close()
    assert b"two" == (tmp_path / "a").read_bytes()


def test_what_was_not_finished_is_gone_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / OWN / "new").mkdir(parents=True)
    (tmp_path / OWN / "new" / "half").touch()
    os.utime(tmp_path / OWN / "new" / "half", (1, 1))
    with Store(tmp_path) as store:
        assert [] == unfinished(store)


def test_a_store_starts_once(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="store must be started once"):
        store.start()


@pytest.mark.parametrize("ask", [lambda s: s.endpoint_url, lambda s: s.presigner(), lambda s: s.objects])
def test_a_store_that_is_not_started_has_no_address(ask: Callable[[Store], Any]) -> None:
    with pytest.raises(InvalidInputError, match="store must be started, with start"):
        ask(Store())


def test_a_port_that_is_taken_is_told(store: Store) -> None:
    port = int(store.endpoint_url.rpartition(":")[2])
    other = Store(port=port)
    with pytest.raises(InvalidInputError, match=f"port must be free on 127.0.0.1, or 0 .*, got {port}"):
        other.start()
    assert "<Store demo, not started>" == repr(other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"port": 70_000}, "port must be free on 127.0.0.1, or 0 for one that is, got 70000"),
        ({"folder": "/no/such/folder"}, "folder must be a folder that exists, got '/no/such/folder'"),
        ({"bucket": "a/b"}, "bucket must be 3 to 63 of a-z, 0-9, '-' and '.', got 'a/b'"),
        ({"bucket": "ab"}, "bucket must be 3 to 63 of"),
        ({"credentials": {"AKIA": "x"}}, "credentials must be Credentials, one key pair, got dict"),
        ({"host": "0.0.0.0"}, "host must be a loopback address; allow_remote=True lets other machines in"),
        ({"host": "192.0.2.1"}, "host must be a loopback address"),
        ({"host": "example.com"}, "host must be a loopback address"),
        ({"host": ""}, "host must be a loopback address"),
        ({"host": "192.0.2.1", "allow_remote": True}, "host must be an address of this machine, got '192"),
        ({"bucket": None}, "bucket must be a str, got NoneType"),
        ({"region": 3}, "region must be a str, got int"),
        ({"port": "8000"}, "port must be an int, got str"),
        ({"max_object_size": "5 MB"}, "max_object_size must be an int, of bytes, got str"),
        ({"timeout": "1s"}, "timeout must be a number of seconds, got str"),
        ({"timeout": 0}, "timeout must be more than 0 seconds, got 0"),
    ],
)
def test_what_can_not_be_served_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Store(**options).start()
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("host", "begins"),
    [("localhost", "http://localhost:"), ("127.0.0.2", "http://127.0.0.2:"), ("::1", "http://[::1]:")],
)
def test_every_loopback_address_will_do(host: str, begins: str) -> None:
    with Store(host=host) as store:
        assert store.endpoint_url.startswith(begins)
        assert 200 == follow(store.presigner().put("demo", "a"), b"x")[0]


@pytest.mark.parametrize(("host", "begins"), [("0.0.0.0", "http://127.0.0.1:"), ("::", "http://[::1]:")])
def test_other_machines_are_let_in_where_that_is_said(host: str, begins: str) -> None:
    with Store(host=host, allow_remote=True) as store:
        assert store.endpoint_url.startswith(begins)
        assert 200 == follow(store.presigner().put("demo", "a"), b"x")[0]


def test_closing_ends_every_thread_and_every_connection() -> None:
    before = threading.active_count()
    store = Store().start()
    with connected(store) as idle, connected(store) as half:
        half.sendall(head(store.presigner().put("demo", "a"), "Content-Length: 9") + b"half")
        assert comes_true(lambda: threading.active_count() == before + 3)
        store.close()
        assert before == threading.active_count()
        assert (b"", True) == (said(idle), b" 200 " not in said(half))


# Clients of others


@pytest.fixture
def client(store: Store) -> Any:
    return Session().create_client(
        "s3",
        region_name=store.region,
        endpoint_url=store.endpoint_url,
        aws_access_key_id=store.credentials.access_key_id,
        aws_secret_access_key=store.credentials.secret_access_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def ask(method: str, url: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    host, _, target = url.partition("://")[2].partition("/")
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request(
            method, "/" + target, body, {name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_what_botocore_signs_is_served(store: Store, client: Any) -> None:
    target = {"Bucket": store.bucket, "Key": "a b/\u00fc.txt"}

    def url(operation: str, **options: Any) -> str:
        return str(client.generate_presigned_url(operation, Params=options))

    stored = ask(
        "PUT", url("put_object", **target, ContentType="text/plain"), b"hello", content_type="text/plain"
    )
    assert (200, b"") == stored
    assert (200, b"hello") == ask("GET", url("get_object", **target))
    assert (200, b"") == ask("HEAD", url("head_object", **target))
    for operation in ("list_objects", "list_objects_v2"):
        assert b"<Key>a%20b/%C3%BC.txt</Key>" in ask("GET", url(operation, Bucket=store.bucket))[1]
    assert (200, b"") == ask("HEAD", url("head_bucket", Bucket=store.bucket))
    assert (204, b"") == ask("DELETE", url("delete_object", **target))
    assert 404 == ask("GET", url("get_object", **target))[0]


def test_a_form_by_botocore_is_taken(store: Store, client: Any) -> None:
    conditions = [["content-length-range", 1, 9], {"Content-Type": "image/png"}]
    form = client.generate_presigned_post(
        store.bucket, "in/${filename}", {"Content-Type": "image/png"}, conditions
    )
    fields = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in form["fields"].items()
    ]
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    statuses = [
        ask(
            "POST",
            form["url"] if form["url"].count("/") > 2 else form["url"] + "/",
            "".join([*fields, file]).encode() + body + b"\r\n--b--\r\n",
            content_type="multipart/form-data; boundary=b",
        )[0]
        for body in (b"picture", b"too large a picture")
    ]
    assert [204, 400] == statuses
    assert (200, b"picture") == follow(store.presigner().get(store.bucket, "in/a.png"))


def test_three_parts_by_botocore_become_one_object(store: Store, client: Any) -> None:
    target = {"Bucket": store.bucket, "Key": "big"}
    signed = store.presigner().multipart(store.bucket, "big")
    created = ask("POST", client.generate_presigned_url("create_multipart_upload", Params=target))
    upload = {**target, "UploadId": signed.parse_upload_id(created[1])}
    bodies = {1: b"a" * 5 * 1024**2, 2: b"b" * 5 * 1024**2, 3: b"end"}
    for number, body in bodies.items():
        url = client.generate_presigned_url("upload_part", Params={**upload, "PartNumber": number})
        assert 200 == ask("PUT", url, body)[0]
    tags = {number: f'"{hashlib.md5(body).hexdigest()}"' for number, body in bodies.items()}
    done = ask(
        "POST",
        client.generate_presigned_url("complete_multipart_upload", Params=upload),
        signed.complete_body(tags).encode(),
    )
    assert 200 == done[0]
    assert (200, b"".join(bodies.values())) == follow(store.presigner().get(store.bucket, "big"))


# Many, and large


def test_two_hundred_downloads_at_once_all_come_whole(store: Store) -> None:
    body = os.urandom(300_000)
    presigner = store.presigner()
    follow(presigner.put("demo", "a"), body)
    begun = threading.Barrier(200)

    def download(_: int) -> bool:
        begun.wait(PATIENCE)
        return (200, body) == follow(presigner.get("demo", "a"))

    with ThreadPoolExecutor(200) as pool:
        assert [True] * 200 == list(pool.map(download, range(200)))


def test_of_uploads_at_once_under_one_key_one_is_there_whole(store: Store) -> None:
    presigner = store.presigner()
    bodies = [bytes([number]) * 200_000 for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda body: follow(presigner.put("demo", "a"), body)[0], bodies))
    assert [200] * 16 == answers
    assert follow(presigner.get("demo", "a"))[1] in bodies


def test_of_uploads_at_once_that_overwrite_nothing_one_is_taken(store: Store) -> None:
    url = store.presigner().put("demo", "a", overwrite=False)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: follow(url, b"x")[0], range(16)))
    assert [200, *[412] * 15] == sorted(answers)


def test_five_gigabytes_are_served_from_where_they_lie(tmp_path: Path) -> None:
    size = 5 * 1024**3
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(size)
    (tmp_path / "empty").touch()
    with Store(tmp_path) as store:
        presigner = store.presigner()
        url = presigner.get("demo", "sparse", headers={"Range": f"bytes={size - 3}-"})
        assert (206, b"\0\0\0") == follow(url)
        assert (200, b"") == follow(presigner.get("demo", "empty"))
        with connected(store) as connection:
            connection.sendall(head(presigner.head("demo", "sparse"), "Connection: close"))
            assert f"Content-Length: {size}\r\n".encode() in said(connection)


def test_a_large_body_needs_no_memory_of_its_size(store: Store) -> None:
    import tracemalloc

    presigner, size = store.presigner(), 64 * 1024**2
    tracemalloc.start()
    try:
        with connected(store) as connection:
            connection.sendall(
                head(presigner.put("demo", "a"), f"Content-Length: {size}", "Connection: close")
            )
            for _ in range(64):
                connection.sendall(bytes(1024**2))
            assert said(connection).startswith(b"HTTP/1.1 200 ")
        with connected(store) as connection:
            connection.sendall(head(presigner.get("demo", "a"), "Connection: close"))
            received = 0
            while data := connection.recv(65_536):
                received += len(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size < received < size + 2_000
    assert peak < 16 * 1024**2


# One connection after another request


def test_a_connection_serves_many_requests(store: Store) -> None:
    presigner = store.presigner()
    refused = presigner.put("demo", "b", content_length=9)
    answers, sockets = [], set()
    with closing(
        http.client.HTTPConnection(store.endpoint_url.partition("://")[2], timeout=PATIENCE)
    ) as connection:
        for url, body in (
            (presigner.put("demo", "a"), b"hello"),
            (refused, b"x" * 300_000),
            (
                presigner.get("demo", "a", headers={"If-None-Match": '"5d41402abc4b2a76b9719d911017c592"'}),
                None,
            ),
            (presigner.get("demo", "missing"), b"a body that nobody reads"),
            (presigner.head("demo", "a"), None),
            (presigner.delete("demo", "b"), None),
            (presigner.get("demo", "a"), None),
        ):
            path = "/" + url.partition("://")[2].partition("/")[2]
            headers = {**url.headers, **({"content-length": str(len(body))} if body else {})}
            connection.request(url.method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            answers.append((answer.status, content if answer.status == 200 else content[:5]))
            sockets.add(connection.sock)
    assert [
        (200, b""),
        (403, b"<?xml"),
        (304, b""),
        (404, b"<?xml"),
        (200, b""),
        (204, b""),
        (200, b"hello"),
    ] == answers
    assert 1 == len(sockets)


def test_a_client_that_asks_first_is_told_to_go_on(store: Store) -> None:
    with connected(store) as connection:
        url = store.presigner().put("demo", "a")
        connection.sendall(head(url, "Content-Length: 5", "Expect: 100-continue", "Connection: close"))
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(65_536)
        connection.sendall(b"hello")
        assert said(connection).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_asks_first_and_is_refused_sends_nothing(store: Store) -> None:
    with connected(store) as connection:
        url = store.presigner(region="eu-west-1").put("demo", "a")
        connection.sendall(head(url, "Content-Length: 5", "Expect: 100-continue"))
        assert said(connection).startswith(b"HTTP/1.1 400 ")


# Those that misbehave


def test_a_client_that_hangs_up_leaves_nothing(store: Store) -> None:
    presigner = store.presigner()
    follow(presigner.put("demo", "a"), b"old")
    with connected(store) as connection:
        connection.sendall(head(presigner.put("demo", "a"), "Content-Length: 99") + b"half")
        assert comes_true(lambda: len(unfinished(store)) == 1)
    assert comes_true(lambda: unfinished(store) == [])
    assert (200, b"old") == follow(presigner.get("demo", "a"))


def test_a_client_that_resets_its_connection_leaves_nothing(
    store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    presigner = store.presigner()
    with connected(store) as connection:
        connection.sendall(head(presigner.put("demo", "a"), "Content-Length: 99") + b"half")
        assert comes_true(lambda: len(unfinished(store)) == 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert comes_true(lambda: unfinished(store) == [])
    assert 404 == follow(presigner.get("demo", "a"))[0]
    assert ("", "") == capfd.readouterr()


BROKEN: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "chunks of unknown length": ("PUT", ("Transfer-Encoding: chunked",), b"411"),
    "no length": ("PUT", (), b"411"),
    "two kinds of length": ("PUT", ("Transfer-Encoding: chunked", "Content-Length: 5"), b"400"),
    "two lengths": ("PUT", ("Content-Length: 5", "Content-Length: 6"), b"400"),
    "no number": ("PUT", ("Content-Length: +5",), b"400"),
    "a number too long": ("PUT", (f"Content-Length: {'9' * 19}",), b"400"),
    "a folded header": ("GET", ("X-Team: red", " team"), b"400"),
    "a line without a colon": ("GET", ("X-Team: red", "team"), b"400"),
    "headers without end": ("GET", tuple(f"X-{number}: x" for number in range(200)), b"400"),
    "a header too long": ("GET", (f"X-Team: {'x' * 70_000}",), b"400"),
}


@pytest.mark.parametrize(("method", "lines", "status"), BROKEN.values(), ids=BROKEN)
def test_a_request_that_can_not_be_read_is_refused_and_ends_its_connection(
    store: Store, method: str, lines: tuple[str, ...], status: bytes
) -> None:
    with connected(store) as connection:
        connection.sendall(head(store.presigner().request(method, "demo", "a"), *lines) + b"hello")
        answer = said(connection)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"\r\nConnection: close\r\n" in answer
    assert b"</Code><Message>" in answer
    assert 1 == answer.count(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (f"GET /{'x' * 70_000} HTTP/1.1", b"400", b"RequestURITooLong"),
        ("PATCH /demo/a HTTP/1.1", b"405", b"MethodNotAllowed"),
        ("GET /demo/a HTTP/9.9", b"400", b"BadRequest"),
        ("GET /demo/a b HTTP/1.1", b"400", b"BadRequest"),
        ("nothing", b"400", b"BadRequest"),
    ],
)
def test_a_first_line_that_is_none_is_refused(store: Store, line: str, status: bytes, code: bytes) -> None:
    with connected(store) as connection:
        connection.sendall(f"{line}\r\nHost: x\r\n\r\n".encode())
        answer = said(connection)
    assert b" " + status + b" " in answer[:20] or answer.startswith(b"<?xml")
    assert b"<Code>" + code + b"</Code>" in answer


def test_a_path_keeps_its_slashes(store: Store) -> None:
    """Python's own server takes ``//key`` for ``/key``."""
    with Store(host="localhost") as named:
        presigner = named.presigner(addressing_style="virtual")
        for url, body in ((presigner.put("demo", "/a"), b"x"), (presigner.get("demo", "/a"), b"")):
            with connected(named) as connection:
                connection.sendall(head(url, f"Content-Length: {len(body)}", "Connection: close") + body)
                assert said(connection).startswith(b"HTTP/1.1 200 ")
        assert ["/a"] == named.objects.keys()


def test_a_client_that_is_silent_is_hung_up_on() -> None:
    with Store(timeout=0.2) as store, connected(store) as silent, connected(store) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost:")
        assert [b"", b""] == [said(silent), said(half)]


def test_a_client_that_dribbles_is_hung_up_on() -> None:
    with Store(timeout=0.3) as store, connected(store) as connection:
        begun = monotonic()
        with suppress(ConnectionError):
            while monotonic() < begun + PATIENCE:
                connection.sendall(b"x")
                sleep(0.05)
        assert monotonic() < begun + PATIENCE / 2


def test_a_body_that_stops_coming_is_refused() -> None:
    with Store(timeout=0.3) as store, connected(store) as connection:
        url = store.presigner().put("demo", "a")
        connection.sendall(head(url, "Content-Length: 400000") + b"half")
        answer = said(connection)
        assert (b"HTTP/1.1 400", True) == (answer[:12], b"<Code>RequestTimeout</Code>" in answer)
        assert comes_true(lambda: unfinished(store) == [])
        assert "unknown" == diagnose(url, answer).code


def test_a_file_that_becomes_shorter_ends_its_connection(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(64 * 1024**2))
    with Store(tmp_path) as store, connected(store) as connection:
        connection.sendall(head(store.presigner().get("demo", "a")))
        assert connection.recv(10)
        os.truncate(tmp_path / "a", 10)
        assert len(said(connection)) < 64 * 1024**2


def test_there_is_an_end_to_connections(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setattr(_server, "_MOST", 1)
    with connected(store) as first:
        first.sendall(b"GET")
        assert comes_true(lambda: threading.active_count() > 1)
        with connected(store) as second:
            assert b"" == said(second)


def test_a_mistake_of_our_own_is_told_on_stderr(
    monkeypatch: pytest.MonkeyPatch, store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(_server, "answer", fail)
    with connected(store) as connection:
        connection.sendall(head(store.presigner().get("demo", "a")))
        assert b"" == said(connection)
    assert comes_true(lambda: "ZeroDivisionError" in capfd.readouterr().err)


def test_the_store_writes_nothing_about_requests(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    follow(store.presigner().get("demo", "a"))
    assert ("", "") == capfd.readouterr()


# pytest


def test_a_test_may_ask_for_a_store(presign_store: Store) -> None:
    assert 200 == follow(presign_store.presigner().put("demo", "a"), b"x")[0]


def test_a_program_that_has_a_store_needs_no_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pytest")
    spec = spec_from_file_location("presignlib.testing", testing.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not hasattr(module, "presign_store")
    assert "pytest" not in sys.modules


def test_pytest_gives_each_test_a_store_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import urllib.request

        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_link(presign_store, number):
            presigner = presign_store.presigner()
            assert [] == presign_store.objects.keys()
            url = presigner.put(presign_store.bucket, "a.txt")
            request = urllib.request.Request(url, b"x", method="PUT")
            assert 200 == urllib.request.urlopen(request).status
            assert b"x" == urllib.request.urlopen(presigner.get("demo", "a.txt")).read()
        """
    )
    pytester.makeini("[pytest]\nfilterwarnings = error")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(Path(_server.__file__).parents[2]))
        patched.setenv("no_proxy", "*")
        result = pytester.runpytest_subprocess("-p", "presignlib.testing", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
