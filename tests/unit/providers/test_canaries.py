"""A canary in every field that can hold a secret: none is ever heard."""

from __future__ import annotations

import itertools
import json
import logging
import traceback
import warnings
from datetime import timedelta
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from presignlib import Credentials, CredentialsError, Presigner
from presignlib.providers import (
    AssumeRoleProvider,
    ContainerProvider,
    EnvironmentProvider,
    InstanceMetadataProvider,
    ProcessProvider,
    ProfileProvider,
    SSOProvider,
    WebIdentityProvider,
)
from presignlib.providers._files import CONFIG, CREDENTIALS

from .fakes import NOON, Clock, FakeTransport, answer, document, iso, sts_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from presignlib.credentials import CredentialsProvider
    from presignlib.providers._http import Answer

BIRD = "canary"
BAD = (f"{BIRD}\n", f"{BIRD}\x00", f"{BIRD} ü", "", None, 5)


def documents() -> Iterator[dict[str, object]]:
    """Return documents in which each field in turn is a bird that can not be used."""
    whole: dict[str, object] = {
        **document(),
        "SecretAccessKey": BIRD,
        "Token": BIRD,
        "Message": BIRD,
        "Version": 1,
    }
    for name, value in itertools.product((*whole, "SessionToken", "Other"), BAD):
        yield {**whole, name: value}


def answers() -> Iterator[Answer]:
    for one in documents():
        yield answer(one)
    for text in (BIRD, f"<a>{BIRD}</a>", f"<{BIRD}>", f'{{"{BIRD}": "{BIRD}', f"[[{BIRD}", BIRD * 50_000):
        for status in (200, 302, 400, 401, 403, 404, 500):
            yield answer(text, status)


def sts_answers() -> Iterator[Answer]:
    whole = sts_answer().body.decode().replace("role/secret", BIRD).replace("role//token==", BIRD)
    for cut in range(0, len(whole), 7):
        yield answer(whole[:cut])
    for field in ("ASIAROLE", "2026"):
        yield answer(whole.replace(field, f"{BIRD} ü"))
    yield answer(whole.replace("AssumedRoleUser", f"Error><Code>{BIRD}</Code></Error"), 403)


def heard(provider: CredentialsProvider, capture: pytest.LogCaptureFixture) -> str:
    """Return all that can be read of a provider which loads, or fails to."""
    text = [repr(provider), str(getattr(provider, "described", ""))]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            text.append(repr(provider.load()))
        except CredentialsError as error:
            text += [str(error), repr(error), repr(error.args), repr(error.tried), str(error.provider)]
            text += traceback.format_exception_only(type(error), error)
            text += [str(error.__cause__)]
    text += [str(warning.message) for warning in caught]
    return "\n".join([*text, repr(provider), capture.text])


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_services_can_not_make_it_sing(caplog: pytest.LogCaptureFixture) -> None:
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": BIRD,
    }
    for one in answers():
        wire = FakeTransport(*[one] * 3)
        assert BIRD not in heard(ContainerProvider(environ=environ, transport=wire, clock=Clock()), caplog)
        for before in ([], [answer(BIRD)], [answer(BIRD), answer("role")]):
            wire = FakeTransport(*before, *[one] * 9)
            assert BIRD not in heard(
                InstanceMetadataProvider(environ={}, transport=wire, clock=Clock()), caplog
            )


def test_sts_can_not_make_it_sing(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(BIRD)
    source = Credentials("AKIA1", BIRD, BIRD)
    for one in (*answers(), *sts_answers()):
        role = AssumeRoleProvider(
            source, "arn", external_id=BIRD, transport=FakeTransport(*[one] * 3), clock=Clock()
        )
        assert BIRD not in heard(role, caplog)
        token = str(tmp_path / "token")
        web = WebIdentityProvider(
            "arn", token, environ={}, transport=FakeTransport(*[one] * 3), clock=Clock()
        )
        assert BIRD not in heard(web, caplog)


def test_a_sign_in_can_not_make_it_sing(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    until = iso(NOON + timedelta(hours=1))
    tokens = [
        json.dumps({"accessToken": token, "expiresAt": end})
        for token in (BIRD, *BAD)
        for end in (until, BIRD)
    ]
    for text in (*tokens, BIRD, f'{{"accessToken": "{BIRD}'):
        (tmp_path / f"{sha1(b'https://start').hexdigest()}.json").write_text(text, encoding="utf-8")
        for one in answers():
            sso = SSOProvider(
                start_url="https://start",
                region="eu-west-1",
                account_id="1",
                role_name="R",
                cache_directory=str(tmp_path),
                transport=FakeTransport(*[one] * 3),
                clock=Clock(),
            )
            assert BIRD not in heard(sso, caplog)


def test_a_process_can_not_make_it_sing(caplog: pytest.LogCaptureFixture) -> None:
    outputs = [json.dumps(one).encode() for one in documents()]
    for output in (*outputs, BIRD.encode(), b"\xff" + BIRD.encode(), f'{{"{BIRD}'.encode()):
        for code in (0, 1):
            tool = ProcessProvider(
                f"tool --password {BIRD}", run=lambda *_, o=output, c=code: (c, o), clock=Clock()
            )
            assert BIRD not in heard(tool, caplog)


def test_variables_can_not_make_it_sing(caplog: pytest.LogCaptureFixture) -> None:
    names = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION")
    for name, value in itertools.product(names, (BIRD, *BAD[:4])):
        environ = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": BIRD, name: str(value)}
        assert BIRD not in heard(EnvironmentProvider(environ=environ), caplog)


@pytest.mark.parametrize(
    "lines",
    [
        "aws_access_key_id = AKIA1\naws_secret_access_key = canary\x01",
        "aws_access_key_id = AKIA1\naws_secret_access_key = canary\naws_session_token = canary \u00fc",
        "aws_access_key_id = AKIA1\naws_secret_access_key =\n  canary",
        "aws_access_key_id = AKIA1\naws_secret_access_key =\n  canary = canary",
        "aws_secret_access_key = canary\naws_secret_access_key = canary",
        "aws_secret_access_key canary",
        "credential_process = tool --password 'canary",
        "credential_process = /gone/tool --password canary",
        "role_arn = r\nsource_profile = default\nexternal_id = canary",
        "role_arn = r\nsource_profile = default\naws_secret_access_key = canary",
        "[canary",
    ],
)
def test_files_can_not_make_it_sing(lines: str, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    for name in ("config", "credentials"):
        (tmp_path / name).write_text(f"[default]\n{lines}\n", encoding="utf-8")
        environ = {CONFIG[0]: str(tmp_path / "config"), CREDENTIALS[0]: str(tmp_path / "credentials")}
        provider = ProfileProvider(environ=environ, transport=FakeTransport(*[answer(BIRD)] * 3))
        assert BIRD not in heard(provider, caplog)


def test_a_presigner_over_a_provider_does_not_sing() -> None:
    provider = AssumeRoleProvider(
        Credentials("AKIA1", BIRD, BIRD), "arn", transport=FakeTransport(sts_answer())
    )
    assert BIRD not in repr(Presigner(region="us-east-1", credentials=provider))
