"""The article's case end to end: a role from instance metadata signs for a real S3 server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import presignlib.providers
from presignlib import CredentialsError, Presigner, presign_get, presign_list, presign_put
from presignlib.providers import AssumeRoleProvider
from tests.integration.loopback import Role, metadata, serving

from .conftest import credentials_of
from .exchange import follow
from .stores import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .stores import Store

USER = Keys("somebody", "somebodysSecret+/0123456789")  # whom the store's own temporary keys belong to


@pytest.fixture
def on_an_instance(juicefs: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    """A machine that knows its role, its region and its store, and has no keys."""
    assert juicefs.temporary is not None
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(presignlib.providers, "_shared", (os.getpid(), {}))
    keys = juicefs.temporary
    role = Role(1, keys.access_key_id, keys.secret_access_key, keys.session_token or "")
    with serving(metadata(role)) as server:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", juicefs.endpoint_url)
        monkeypatch.setenv("AWS_REGION", juicefs.region)
        yield juicefs


def test_an_instances_role_lists_writes_and_reads(on_an_instance: Store) -> None:
    bucket = on_an_instance.bucket
    assert follow(presign_put(bucket, "role/file.txt"), b"from a role").status == 200
    listed = follow(presign_list(bucket, prefix="role/"))
    assert (200, True) == (listed.status, b"<Key>role/file.txt</Key>" in listed.body)
    url = presign_get(bucket, "role/file.txt")
    assert url.limited_by == "request"
    assert "X-Amz-Security-Token=" in url
    assert follow(url).body == b"from a role"


def test_a_store_refuses_the_role_without_its_token(on_an_instance: Store) -> None:
    url = presign_get(on_an_instance.bucket, "role/file.txt")
    keys = on_an_instance.temporary
    assert keys is not None
    bare = Keys(keys.access_key_id, keys.secret_access_key)
    refused = Presigner(
        endpoint_url=on_an_instance.endpoint_url, region="us-east-1", credentials=credentials_of(bare)
    ).get(on_an_instance.bucket, "role/file.txt")
    assert "X-Amz-Security-Token" in url
    assert follow(refused).status == 403


def test_a_real_sts_accepts_our_signature_and_refuses_another(juicefs: Store) -> None:
    source = USER
    role = AssumeRoleProvider(
        credentials_of(source),
        "arn:any",
        duration_seconds=3600,
        region="us-east-1",
        endpoint_url=juicefs.endpoint_url,
    )
    presigner = Presigner(endpoint_url=juicefs.endpoint_url, region=juicefs.region, credentials=role)
    put = presigner.put(juicefs.bucket, "assumed.txt")
    assert (200, "request") == (follow(put, b"x").status, put.limited_by)
    wrong = AssumeRoleProvider(
        credentials_of(Keys(source.access_key_id, source.secret_access_key + "x")),
        "arn:any",
        region="us-east-1",
        endpoint_url=juicefs.endpoint_url,
    )
    with pytest.raises(CredentialsError, match="answered"):
        wrong.load()
