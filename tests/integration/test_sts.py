"""AssumeRole and AssumeRoleWithWebIdentity against moto's server, and the mistakes of real ones."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from presignlib import Credentials, presign_get
from presignlib.providers import AssumeRoleProvider, WebIdentityProvider, default_chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/demo"


@pytest.fixture(scope="module")
def sts() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_a_role_is_assumed_for_as_long_as_asked(sts: str) -> None:
    source = Credentials("AKIA1", "s")
    found = AssumeRoleProvider(
        source, ROLE, duration_seconds=1800, region="us-east-1", endpoint_url=sts
    ).load()
    assert found.expires_at is not None
    assert found.access_key_id.startswith("ASIA")
    assert timedelta(minutes=29) < found.expires_at - datetime.now(timezone.utc) < timedelta(minutes=31)


def test_a_web_identity_is_changed_for_a_role(sts: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("header.payload.mark")
    found = WebIdentityProvider(ROLE, str(tmp_path / "token"), region="us-east-1", endpoint_url=sts).load()
    assert found.session_token


def test_a_profiles_chain_of_roles_signs_a_url(
    sts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(
        f"[profile app]\nrole_arn = {ROLE}-app\nsource_profile = hub\nregion = eu-west-1\n"
        f"[profile hub]\nrole_arn = {ROLE}-hub\nsource_profile = base\n"
    )
    (tmp_path / "credentials").write_text("[base]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts)
    found = default_chain(profile="app").find()
    assert found.provider == f"profile app, assume role {ROLE}-app"
    url = presign_get("bucket", "key", expires="30m", credentials=found.credentials, profile="app")
    assert url.limited_by == "request"
    assert "X-Amz-Security-Token=" in url
