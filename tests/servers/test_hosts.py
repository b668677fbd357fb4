"""Buckets in the host, hosts that a proxy renames, and temporary keys.

Names under ``s3.test`` resolve nowhere: the requests go to 127.0.0.1 and carry the URL's
host in their ``Host`` header, as they would with a name server.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from .conftest import presigner_for
from .exchange import follow, send
from .stores import DOMAIN

if TYPE_CHECKING:
    from .stores import Keys, Store

BODY = b"the same object"
KEYS = {"plain": "hosts/file", "awkward": "hosts/a b+c%/\u00fc?#", "double slash": "hosts//file"}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_bucket_in_the_host_is_the_same_bucket_as_in_the_path(store: Store, key: str) -> None:
    virtual = presigner_for(store, endpoint_url=store.domain_url, addressing_style="virtual")
    url = virtual.put(store.bucket, key)
    assert url.startswith(f"http://{store.bucket}.{DOMAIN}:{store.port}/hosts/")
    assert 200 == follow(url, BODY).status
    assert BODY == follow(virtual.get(store.bucket, key)).body
    assert BODY == follow(presigner_for(store).get(store.bucket, key)).body


def test_a_bucket_in_the_host_is_listed(store: Store) -> None:
    virtual = presigner_for(store, endpoint_url=store.domain_url, addressing_style="virtual")
    follow(virtual.put(store.bucket, "hosts/listed"), BODY)
    answer = follow(virtual.list(store.bucket, prefix="hosts/listed"))
    assert (200, 1) == (answer.status, answer.body.count(b"<Key>hosts/listed</Key>"))


def test_a_bucket_in_the_host_is_a_part_of_what_is_signed(store: Store) -> None:
    virtual = presigner_for(store, endpoint_url=store.domain_url, addressing_style="virtual")
    follow(virtual.request("PUT", "hosts-bucket"), b"")
    follow(virtual.put("hosts-bucket", "file"), BODY)
    follow(virtual.put(store.bucket, "file"), BODY)
    url = virtual.get(store.bucket, "file")
    other = url.replace(store.bucket, "hosts-bucket")
    assert [200, 403] == [follow(url).status, send("GET", other).status]


def test_a_named_endpoint_takes_the_bucket_in_its_path(store: Store) -> None:
    presigner = presigner_for(store, endpoint_url=store.domain_url)
    url = presigner.put(store.bucket, "hosts/by name")
    assert url.startswith(f"{store.domain_url}/{store.bucket}/")
    assert 200 == follow(url, BODY).status


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_signed_host_is_what_the_server_sees_behind_a_proxy(store: Store, key: str) -> None:
    """The URL names 127.0.0.1, and a proxy there would restore the inner name."""
    inner = f"{DOMAIN}:{store.port}"
    presigner = presigner_for(store, sign_host=inner)
    follow(presigner_for(store).put(store.bucket, key), BODY)
    url = presigner.get(store.bucket, key)
    assert url.startswith(f"{store.endpoint_url}/{store.bucket}/")
    assert [200, 403] == [send("GET", url, host=inner).status, send("GET", url).status]


def test_the_signed_host_may_hold_the_bucket(store: Store) -> None:
    inner = f"{store.bucket}.{DOMAIN}:{store.port}"
    presigner = presigner_for(store, sign_host=inner)
    follow(presigner_for(store).put(store.bucket, "hosts/file"), BODY)
    url = presigner.get(store.bucket, "hosts/file")
    assert url.startswith(f"{store.endpoint_url}/hosts/file?")
    assert (200, BODY) == (send("GET", url, host=inner).status, send("GET", url, host=inner).body)
    assert 200 == send("GET", presigner.list(store.bucket), host=inner).status


def test_a_host_in_upper_case_is_signed_in_lower_case(store: Store) -> None:
    presigner = presigner_for(store, endpoint_url=store.domain_url.replace(DOMAIN, DOMAIN.upper()))
    url = presigner.put(store.bucket, "hosts/upper")
    assert (store.domain_url, 200) == (url[: len(store.domain_url)], follow(url, BODY).status)


# ---- Temporary keys, which JuiceFS's own token service gave


@pytest.fixture
def temporary(juicefs: Store) -> Keys:
    """Return keys that need their session token."""
    keys = juicefs.temporary
    assert keys is not None
    return keys


def test_a_session_token_opens_every_operation(juicefs: Store, temporary: Keys) -> None:
    presigner = presigner_for(juicefs, temporary)
    target = (juicefs.bucket, "tokens/a b+\u00fc")
    steps = [
        follow(presigner.put(*target, content_type="text/plain"), BODY),
        follow(presigner.get(*target, download_as="x.txt")),
        follow(presigner.head(*target)),
        follow(presigner.list(juicefs.bucket, prefix="tokens/")),
        send("GET", next(presigner.get_many(juicefs.bucket, [target[1]]))),
        follow(presigner.delete(*target)),
    ]
    assert [200, 200, 200, 200, 200, 204] == [step.status for step in steps]


def test_temporary_keys_are_refused_without_their_token(juicefs: Store, temporary: Keys) -> None:
    follow(presigner_for(juicefs).put(juicefs.bucket, "tokens/file"), BODY)
    without = presigner_for(juicefs, replace(temporary, session_token=None))
    url = presigner_for(juicefs, temporary).get(juicefs.bucket, "tokens/file")
    assert [403, 200] == [follow(without.get(juicefs.bucket, "tokens/file")).status, follow(url).status]


def test_a_token_can_not_be_cut_from_the_url(juicefs: Store, temporary: Keys) -> None:
    url = presigner_for(juicefs, temporary).get(juicefs.bucket, "tokens/file")
    cut = "&".join(part for part in url.split("&") if "X-Amz-Security-Token=" not in part)
    assert cut != url
    assert 403 == send("GET", cut).status


def test_another_token_is_refused(juicefs: Store, temporary: Keys) -> None:
    token = temporary.session_token
    assert token is not None
    changed = replace(temporary, session_token=token[::-1])
    assert 403 == follow(presigner_for(juicefs, changed).get(juicefs.bucket, "tokens/file")).status
