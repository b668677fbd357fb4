"""Instance metadata and the container's endpoint over sockets, in health and in sickness."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, CredentialsError, NoCredentialsError, Presigner
from presignlib.providers import (
    ContainerProvider,
    InstanceMetadataProvider,
    _http,
    default_chain,
    instance_region,
)

from .loopback import Asked, Reply, Role, http, metadata, serving

if TYPE_CHECKING:
    from collections.abc import Callable


STRANGER = Path(__file__).parent / "stranger.pem"  # key and certificate of "localhost", signed by nobody
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


def instance(url: str) -> InstanceMetadataProvider:
    return InstanceMetadataProvider(environ={"AWS_EC2_METADATA_SERVICE_ENDPOINT": url})


def container(url: str, **more: str) -> ContainerProvider:
    return ContainerProvider(environ={"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/creds", **more})


def test_an_instances_role_is_found_by_the_default_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(metadata(Role())) as server:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        found = default_chain().find()
        assert instance_region() == "eu-west-1"
    assert ("instance metadata", "ASIALOOPBACK") == (found.provider, found.credentials.access_key_id)
    assert [("PUT", "/latest/api/token"), *[("GET", server.asked[at].target) for at in (1, 2)]] == [
        (asked.method, asked.target) for asked in server.asked[:3]
    ]


def test_a_containers_role_is_found_with_its_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("pod-token")

    def reply(asked: Asked) -> Reply:
        return http(Role().document()) if asked.headers.get("authorization") == "pod-token" else http("", 401)

    with serving(reply) as server:
        file = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token")}
        assert container(server.url, **file).load().session_token == "t//=="
        with pytest.raises(CredentialsError, match="answered 401; is AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            container(server.url).load()


def test_no_proxy_is_asked_and_no_redirect_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(lambda _: http("", 302, Location="http://127.0.0.1:9/")) as server:
        with pytest.raises(CredentialsError, match=r"answered 302$"):
            container(server.url).load()
        assert len(server.asked) == 1


def silence(connection: socket.socket) -> None:
    time.sleep(1.3)


def drip(connection: socket.socket) -> None:
    for byte in http(Role().document()):
        connection.sendall(bytes([byte]))
        time.sleep(0.5)


def cut(connection: socket.socket) -> None:
    connection.sendall(http(Role().document())[:-40])


def half_json(connection: socket.socket) -> None:
    connection.sendall(http(Role().document()[:-40]))


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff" * 40 + b"\r\n\r\n")


def hang_up(connection: socket.socket) -> None:
    connection.close()


def flood(connection: socket.socket) -> None:
    connection.sendall(http(b"x" * 300_000))


def chunks(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"Acc')


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (silence, "did not answer in time"),
        (drip, "did not answer in time"),
        (cut, "broke off in the middle of its answer"),
        (half_json, "answered with other text, or half of it"),
        (garbage, "broke off or spoke no HTTP"),
        (hang_up, "broke off or spoke no HTTP|can not be reached"),
        (flood, "answered with more than 262144 bytes"),
        (chunks, "broke off or spoke no HTTP .IncompleteRead"),
        (lambda connection: connection.sendall(http("<html>canary</html>")), "answered with HTML or XML"),
    ],
)
def test_each_fault_ends_within_five_seconds_and_says_what_it_was(
    broken: Callable[[socket.socket], None], why: str
) -> None:
    with serving(lambda _: broken) as server:
        start = time.monotonic()
        with pytest.raises(CredentialsError, match=why) as caught:
            container(server.url).load()
        assert time.monotonic() - start < 6.5
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("broken", [cut, half_json, garbage, hang_up, silence])
def test_an_instance_that_fails_mid_answer_names_itself(broken: Callable[[socket.socket], None]) -> None:
    play = metadata(Role())
    with (
        serving(lambda asked: broken if asked.target.endswith("demo-role") else play(asked)) as server,
        pytest.raises(CredentialsError, match=r"^instance metadata: the service "),
    ):
        instance(server.url).load()


def test_a_server_that_recovers_is_asked_again() -> None:
    play = metadata(Role())
    failures: list[Reply] = [http("", 503), hang_up, http("", 500)]
    with serving(lambda asked: failures.pop(0) if failures else play(asked)) as server:
        with pytest.raises(CredentialsError):
            instance(server.url).load()
        assert instance(server.url).load().access_key_id == "ASIALOOPBACK"


def test_a_body_that_comes_later_than_its_headers_is_waited_for() -> None:
    def late(connection: socket.socket) -> None:
        head, _, body = http(Role().document()).partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\nConnection: close\r\n\r\n")
        time.sleep(0.2)
        connection.sendall(body)

    with serving(lambda _: late) as server:
        assert container(server.url).load().access_key_id == "ASIALOOPBACK"


def test_a_resolver_that_is_silent_takes_no_more_than_the_time_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, answers = socket.getaddrinfo, threading.Event()

    def silent(host: str, port: int, **options: Any) -> Any:
        if "flags" not in options:
            answers.wait(10)
        return real(host, port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    monkeypatch.setattr(_http, "IN_ALL", 0.3)
    start = time.monotonic()
    with pytest.raises(CredentialsError, match=r"FULL_URI has a name that was not looked up in time$"):
        container("http://localhost").load()
    assert time.monotonic() - start < 5
    answers.set()


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, *_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(CredentialsError, match=r"can not be reached \(Name or service not known\)$"):
        container("http://localhost").load()


def test_nobody_there_is_told_at_once() -> None:
    with serving(lambda _: http("")) as server:
        url = server.url
    with pytest.raises(NoCredentialsError, match=r"can not be reached \(Connection refused\)$"):
        instance(url).load()


def test_an_answer_that_is_lost_a_hop_away_hints_at_the_limit() -> None:
    with (
        serving(lambda _: silence) as server,
        pytest.raises(NoCredentialsError, match="http-put-response-hop-limit to 2"),
    ):
        instance(server.url).load()


def test_version_1_is_never_asked() -> None:
    with serving(lambda asked: http(Role().document()) if asked.method == "GET" else http("", 405)) as server:
        with pytest.raises(NoCredentialsError, match="knows no version 2"):
            instance(server.url).load()
        assert ["PUT"] == [asked.method for asked in server.asked]


def test_a_stranger_with_a_certificate_of_his_own_is_not_talked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: http(Role().document()), certificate=STRANGER) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(CredentialsError, match=r"can not be reached \(.*certificate verify failed"):
            container(url).load()
        assert [] == server.asked
        monkeypatch.setenv("AWS_CA_BUNDLE", str(STRANGER))
        assert container(url).load().access_key_id == "ASIALOOPBACK"


def test_the_host_is_sent_as_the_url_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = _http._connected
    monkeypatch.setenv("AWS_CA_BUNDLE", str(STRANGER))
    with serving(lambda _: http(""), certificate=STRANGER) as server:
        port = int(server.url.rpartition(":")[2])
        monkeypatch.setattr(
            _http, "_connected", lambda host, asked, ends: connect(host, port if asked == 443 else 0, ends)
        )
        _http.Wire().send(_http.Request("GET", "https://localhost/"), 5)
    assert server.asked[0].headers["host"] == "localhost"


def test_sixty_four_threads_over_credentials_that_end_share_one_refresh() -> None:
    role = Role(hours=0.2)
    with serving(metadata(role)) as server:
        provider = instance(server.url)
        presigner = Presigner(region="eu-west-1", credentials=provider, expires="1m")
        presigner.prepare("1m")
        ended = provider._memory.held
        assert ended is not None
        provider._memory.held = Credentials("ASIAENDED", "s", "t", expires_at=LONG_AGO)
        role.key, role.hours = "ASIANEW", 6
        urls: list[str] = []
        barrier = threading.Barrier(64)

        def sign(number: int) -> None:
            barrier.wait()
            urls.append(presigner.get("bucket", f"key-{number}"))

        threads = [threading.Thread(target=sign, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = [asked for asked in server.asked if asked.target.endswith("demo-role")]
    assert 64 == len(urls)
    assert all("ASIANEW%2F" in url for url in urls)
    assert 2 == len(asked)


def test_a_service_that_goes_away_leaves_what_still_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: http(Role(hours=0.2).document())) as server:
        provider = container(server.url)
        first = provider.load()
        provider._memory.fetched_at -= 3000
    with pytest.warns(UserWarning, match=r"go on until they end: container: .*can not be reached"):
        assert first == provider.load()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert first == provider.load()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_fetches_its_own() -> None:
    with serving(metadata(Role())) as server:
        provider = instance(server.url)
        provider.load()
        provider._memory.lock.acquire()  # as another thread may hold it when the process forks
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork: that is the point
            child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if provider.load().access_key_id == "ASIALOOPBACK" else 2
            finally:
                os._exit(code)
        provider._memory.lock.release()
        _, status = os.waitpid(child, 0)
        assert 0 == status
        assert 6 == len(server.asked)
