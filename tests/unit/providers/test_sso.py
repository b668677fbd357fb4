from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha1
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, CredentialsError, ExpiredCredentialsError
from presignlib.providers import SSOProvider
from presignlib.providers._http import Answer, NoAnswerError

from .fakes import NOON, Clock, FakeTransport, answer, iso

if TYPE_CHECKING:
    from pathlib import Path

START = "https://corp.awsapps.example/start"
ROLE = {
    "roleCredentials": {
        "accessKeyId": "ASIASSO",
        "secretAccessKey": "s",
        "sessionToken": "t",
        "expiration": int((NOON + timedelta(hours=1)).timestamp() * 1000),
    }
}


def cached(folder: Path, key: str = START, **changes: Any) -> None:
    token = {"accessToken": "sign-in", "expiresAt": iso(NOON + timedelta(hours=8)), **changes}
    (folder / f"{sha1(key.encode()).hexdigest()}.json").write_text(json.dumps(token))


def provider(folder: Path, clock: Clock, wire: FakeTransport, **options: str) -> SSOProvider:
    given = {"start_url": START, "region": "eu-west-1", "account_id": "123456789012", "role_name": "Reader"}
    return SSOProvider(**{**given, **options}, cache_directory=str(folder), transport=wire, clock=clock)


def test_the_cached_token_gets_the_roles_credentials(tmp_path: Path, clock: Clock) -> None:
    cached(tmp_path)
    wire = FakeTransport(answer(ROLE))
    expected = Credentials("ASIASSO", "s", "t", expires_at=NOON + timedelta(hours=1))
    assert expected == provider(tmp_path, clock, wire).load()
    (request,) = wire.requests
    url = "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=Reader&account_id=123456789012"
    assert url == request.url
    assert {"x-amz-sso_bearer_token": "sign-in"} == request.headers


def test_the_token_of_a_session_is_cached_by_its_name(tmp_path: Path, clock: Clock) -> None:
    cached(tmp_path, "corp")
    assert provider(tmp_path, clock, FakeTransport(answer(ROLE)), session="corp").load().session_token == "t"


def test_chinas_portal_has_its_own_name(tmp_path: Path, clock: Clock) -> None:
    cached(tmp_path)
    wire = FakeTransport(answer(ROLE))
    provider(tmp_path, clock, wire, region="cn-north-1").load()
    assert wire.requests[0].url.startswith("https://portal.sso.cn-north-1.amazonaws.com.cn/")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "is not in the cache"),
        ("{", "in a file that is no JSON"),
        (b"\xff", "in a file that is no JSON"),
        ("[" * 100_000, "in a file that is no JSON"),
        ("[]", "is not in its cache file"),
        ({"accessToken": "a\nb"}, "is not in its cache file"),
        ({"accessToken": ""}, "is not in its cache file"),
        ({"expiresAt": None}, "has no end in its cache file"),
        ({"expiresAt": "soon"}, "has no end in its cache file"),
        ({"expiresAt": iso(NOON)}, "has ended at 2026-01-02 12:00:00"),
    ],
)
def test_a_token_that_is_no_good_says_which_command_to_run(
    tmp_path: Path, clock: Clock, content: str | bytes | dict[str, Any] | None, why: str
) -> None:
    if isinstance(content, dict):
        cached(tmp_path, **content)
    elif content is not None:
        raw = content if isinstance(content, bytes) else content.encode()
        (tmp_path / f"{sha1(START.encode()).hexdigest()}.json").write_bytes(raw)
    with pytest.raises(ExpiredCredentialsError, match=f"{why}; run: aws sso login --profile dev"):
        provider(tmp_path, clock, FakeTransport(), login="aws sso login --profile dev").load()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answer("", 401), "no longer accepted; run: aws sso login"),
        (answer("", 403), "answered 403; is the role assigned to you in that account"),
        (answer("", 400), "answered 400$"),
        (answer("<html>"), "the portal answered with HTML"),
        (answer({}), "has to be a JSON object"),
        (answer("[]"), "has to be a JSON object"),
        (NoAnswerError("can not be reached", final=True), "the portal can not be reached"),
    ],
)
def test_a_portal_that_says_no_is_told_with_the_reason(
    tmp_path: Path, clock: Clock, reply: Answer | NoAnswerError, why: str
) -> None:
    cached(tmp_path)
    with pytest.raises(CredentialsError, match=why):
        provider(tmp_path, clock, FakeTransport(reply)).load()


def test_a_region_that_is_none_is_refused(tmp_path: Path, clock: Clock) -> None:
    cached(tmp_path)
    with pytest.raises(CredentialsError, match="sso_region must be a DNS label"):
        provider(tmp_path, clock, FakeTransport(), region="evil.com/").load()


def test_the_cache_is_in_the_home_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = SSOProvider(start_url=START, region="eu-west-1", account_id="1", role_name="R")
    assert str(tmp_path / ".aws/sso/cache" / f"{sha1(START.encode()).hexdigest()}.json") == found._path()
