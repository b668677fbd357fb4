from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

import presignlib.providers
from presignlib.cli import main

if TYPE_CHECKING:
    from pathlib import Path

KEYS = "aws_access_key_id = AKIA1\naws_secret_access_key = canary\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(presignlib.providers, "_shared", (os.getpid(), {}))
    return tmp_path


def test_it_prints_who_answers_and_why_the_others_did_not(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config").write_text(f"[default]\nregion = eu-west-1\n{KEYS}")
    assert 0 == main(["credentials"])
    out, err = capsys.readouterr()
    assert [
        f"provider:      profile default, keys in {home / 'config'}",
        "access key id: AKIA1",
        "expires:       never",
        "region:        eu-west-1",
        "asked before:  environment: AWS_ACCESS_KEY_ID is not set",
    ] == out.splitlines()
    assert "" == err


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2100-01-01T02:00:00+02:00", "expires:       2100-01-01 00:00:00 UTC"),
        ("", "expires:       not known: they have a session token, and nothing says when it ends"),
    ],
)
def test_it_says_when_they_end(
    until: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "canary-token")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", until)
    assert 0 == main(["credentials"])
    out = capsys.readouterr().out
    assert said in out
    assert "region:        none found; give --region, or set AWS_REGION" in out
    assert "canary" not in out


def test_it_prints_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "canary-token")
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2100-01-01T02:00:00+02:00")
    assert 0 == main(["credentials", "-o", "json"])
    assert {
        "provider": "environment",
        "access_key_id": "AKIA1",
        "expires_at": "2100-01-01T00:00:00+00:00",
        "region": None,
        "asked_before": [],
    } == json.loads(capsys.readouterr().out)


def test_nobody_to_answer_is_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert 3 == main(["credentials"])
    out, err = capsys.readouterr()
    assert "" == out
    assert "environment: AWS_ACCESS_KEY_ID is not set; profile default: is not defined" in err


def test_a_profile_can_be_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config").write_text(f"[profile dev]\nregion = eu-west-1\n{KEYS}")
    assert 0 == main(["credentials", "--profile", "dev"])
    assert "provider:      profile dev, keys in" in capsys.readouterr().out
    assert 0 == main(["get", "s3://bucket/key", "--profile", "dev"])
    assert "AKIA1" in capsys.readouterr().out
    assert 3 == main(["credentials", "--profile", "dve"])
