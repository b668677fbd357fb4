from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from presignlib import Credentials, CredentialsError, NoCredentialsError
from presignlib.providers import ContainerProvider
from presignlib.providers._http import Answer, NoAnswerError

from .fakes import NOON, Clock, FakeTransport, answer, document

if TYPE_CHECKING:
    from pathlib import Path

FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"


def provider(environ: dict[str, str], wire: FakeTransport | None = None) -> ContainerProvider:
    return ContainerProvider(environ=environ, transport=wire or FakeTransport(), clock=Clock())


def test_a_relative_uri_asks_the_agent_of_ecs() -> None:
    wire = FakeTransport(answer(document()))
    found = provider({RELATIVE: "/v2/credentials/1?a=b"}, wire).load()
    assert (
        Credentials("ASIAEXAMPLE", "secret/example", "token//example==", expires_at=NOON + timedelta(hours=6))
        == found
    )
    (request,) = wire.requests
    assert ("GET", "http://169.254.170.2/v2/credentials/1?a=b") == (request.method, request.url)
    assert {"Accept": "application/json"} == request.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://anything.example/creds",
        "http://127.0.0.1:8080/creds",
        "http://127.9.9.9/creds",
        "http://localhost/creds",
        "http://[::1]/creds",
        "http://169.254.170.2/creds",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials",
    ],
)
def test_a_full_uri_may_be_https_or_close_by(url: str) -> None:
    wire = FakeTransport(answer(document()))
    provider({FULL: url, TOKEN: "Bearer x"}, wire).load()
    assert (url, "Bearer x") == (wire.requests[0].url, wire.requests[0].headers["Authorization"])


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/creds",
        "http://169.254.169.254/latest",
        "http://169.254.170.2.evil.example/",
        "http://127.evil.example/",
        "http://10.0.0.1/",
        "http://169.254.170.2@evil.example/",
        "ftp://localhost/",
        "http://localhost/a b",
    ],
)
def test_nobody_else_gets_the_token(url: str) -> None:
    wire = FakeTransport()
    with pytest.raises(CredentialsError, match=FULL):
        provider({FULL: url, TOKEN: "canary"}, wire).load()
    assert [] == wire.requests


@pytest.mark.parametrize("uri", ["@evil.example/", ".evil.example/", "//", "/a b"])
def test_a_relative_uri_can_not_change_the_host(uri: str) -> None:
    wire = FakeTransport(by=lambda _: answer(document()))
    if uri == "//":
        provider({RELATIVE: uri}, wire).load()
        assert "http://169.254.170.2//" == wire.requests[0].url
    else:
        with pytest.raises(CredentialsError, match=RELATIVE):
            provider({RELATIVE: uri}, wire).load()
        assert [] == wire.requests


def test_the_token_file_goes_first_and_is_read_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one")
    environ = {FULL: "http://localhost/", TOKEN: "no", f"{TOKEN}_FILE": str(path)}
    clock = Clock()
    wire = FakeTransport(by=lambda _: answer(document(clock() + timedelta(hours=1))))
    container = ContainerProvider(environ=environ, transport=wire, clock=clock)
    container.load()
    path.write_text("two")
    clock.forward(minutes=50)
    container.load()
    assert ["one", "two"] == [request.headers["Authorization"] for request in wire.requests]


@pytest.mark.parametrize("token", ["canary\n", "ca\r\nX-Evil: 1", "canary\x7f"])
def test_a_token_with_line_breaks_is_refused(tmp_path: Path, token: str) -> None:
    (tmp_path / "token").write_text(token)
    for environ in ({TOKEN: token}, {f"{TOKEN}_FILE": str(tmp_path / "token")}):
        with pytest.raises(CredentialsError, match="has to be printable ASCII in one line") as caught:
            provider({FULL: "http://localhost/", **environ}).load()
        assert "canary" not in str(caught.value)


def test_a_token_file_that_is_gone_is_named() -> None:
    with pytest.raises(CredentialsError, match="authorization token file /gone can not be read"):
        provider({FULL: "http://localhost/", f"{TOKEN}_FILE": "/gone"}).load()


def test_outside_of_a_container_it_has_nothing() -> None:
    with pytest.raises(NoCredentialsError, match=f"container: neither {RELATIVE} nor {FULL} is set"):
        provider({}).load()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answer("", 401), "answered 401; is AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or"),
        (answer("", 404), "answered 404$"),
        (answer("<html>"), "answered with HTML"),
        (answer(document(Token=None)), "answer lacks Token"),
        (
            NoAnswerError("broke off", final=True),
            "the endpoint in AWS_CONTAINER_CREDENTIALS_FULL_URI broke off",
        ),
    ],
)
def test_a_bad_answer_names_the_variable(reply: Answer | NoAnswerError, why: str) -> None:
    with pytest.raises(CredentialsError, match=why):
        provider({FULL: "http://localhost/"}, FakeTransport(reply)).load()
