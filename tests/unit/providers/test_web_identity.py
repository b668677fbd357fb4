from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from presignlib import CredentialsError, ExpiredCredentialsError, NoCredentialsError
from presignlib.providers import WebIdentityProvider

from .fakes import NOON, Clock, FakeTransport, sts_answer, sts_error

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/web"
ACTION = "AssumeRoleWithWebIdentity"


def test_the_token_is_read_and_sent_unsigned(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "token").write_text("header.payload.mark")
    environ = {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ROLE_ARN": ROLE,
        "AWS_ROLE_SESSION_NAME": "ci",
        "AWS_REGION": "eu-west-1",
    }
    wire = FakeTransport(sts_answer(ACTION))
    found = WebIdentityProvider(environ=environ, transport=wire, clock=clock).load()
    assert found.access_key_id == "ASIAROLE"
    (request,) = wire.requests
    assert request.url == "https://sts.eu-west-1.amazonaws.com/"
    assert {"content-type"} == set(request.headers)
    assert request.body is not None
    assert b"WebIdentityToken=header.payload.mark" in request.body
    assert b"RoleSessionName=ci" in request.body


def test_the_token_is_read_again_for_each_fetch(tmp_path: Path, clock: Clock) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    later = NOON + timedelta(hours=3)
    wire = FakeTransport(sts_answer(ACTION), sts_answer(ACTION, later))
    provider = WebIdentityProvider(ROLE, str(token), environ={}, transport=wire, clock=clock)
    provider.load()
    token.write_text("second")
    clock.forward(minutes=50)
    provider.load()
    bodies = [request.body or b"" for request in wire.requests]
    assert [True, True] == [b"=first" in bodies[0], b"=second" in bodies[1]]


def test_without_a_token_file_it_has_nothing() -> None:
    with pytest.raises(NoCredentialsError, match="web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set"):
        WebIdentityProvider(environ={}).load()


def test_a_token_without_a_role_is_an_error() -> None:
    with pytest.raises(CredentialsError, match="a token file is named and no role"):
        WebIdentityProvider(token_file="/token", environ={}).load()


@pytest.mark.parametrize("content", ["", " \n", "ü", "x" * 70_000])
def test_a_file_that_holds_no_token_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content, encoding="utf-8")
    with pytest.raises(CredentialsError, match="token has to hold one token of ASCII"):
        WebIdentityProvider(ROLE, str(tmp_path / "token"), environ={}).load()


@pytest.mark.parametrize(("path", "why"), [("/gone", "No such file or directory"), ("a\0b", "not a path")])
def test_a_file_that_can_not_be_read_is_named_with_the_reason(path: str, why: str) -> None:
    with pytest.raises(CredentialsError, match=why):
        WebIdentityProvider(ROLE, path, environ={}).load()


def test_a_token_that_has_ended_is_told_from_credentials_that_have(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old")
    wire = FakeTransport(sts_error("ExpiredTokenException", 400))
    with pytest.raises(ExpiredCredentialsError, match="the web identity token has ended"):
        WebIdentityProvider(ROLE, str(tmp_path / "token"), environ={}, transport=wire).load()
