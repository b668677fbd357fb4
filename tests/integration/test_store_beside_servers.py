"""The store against the tests that two real servers pass: what they agree on, it does too.

The very tests of ``tests/servers`` run here on the store. Where the two differ it has to
do as the one that does as S3 does. What the store does not have is left out, by name.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials
from presignlib.testing import Store

from ..servers import (
    stores,
    test_diagnosis,
    test_hosts,
    test_keys,
    test_multipart,
    test_post,
    test_reading,
    test_refusals,
    test_snippets,
    test_uploads,
)
from ..servers.conftest import presigner_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from presignlib import Presigner

MODULES = (
    *(test_refusals, test_reading, test_uploads, test_multipart, test_keys, test_hosts, test_post),
    test_snippets,
)
ONE_BUCKET, ONE_KEY = "the store has one bucket", "the store has one key pair, with or without a token"
NO_TAGS = "the store counts tags, and gives none back"
NO_OWNER = "the store knows no owner, and says so"
NO_ENCRYPTION = "the store encrypts nothing, and says so"
LEFT_OUT = {
    "test_a_url_is_refused_in_another_bucket": ONE_BUCKET,
    "test_a_bucket_is_made_and_deleted": ONE_BUCKET,
    "test_a_bucket_in_the_host_is_a_part_of_what_is_signed": ONE_BUCKET,
    "test_keys_arrive_under_their_very_names": ONE_BUCKET,
    "test_a_session_token_opens_every_operation": ONE_KEY,
    "test_temporary_keys_are_refused_without_their_token": ONE_KEY,
    "test_a_token_can_not_be_cut_from_the_url": ONE_KEY,
    "test_another_token_is_refused": ONE_KEY,
    "test_a_version_is_read_asked_for_and_deleted_by_its_id": "the store keeps no versions",
    "test_an_expected_owner_has_to_be_sent_along": NO_OWNER,
    "test_an_upload_that_sends_the_named_headers_is_taken[owner]": NO_OWNER,
    "test_tags_of_all_kinds_of_characters_come_back": NO_TAGS,
    "test_swift_takes_a_customers_key_as_it_was_signed": NO_ENCRYPTION,
    "test_juicefs_asks_for_https_with_a_customers_key": NO_ENCRYPTION,
    "test_ceph_gives_an_object_under_a_customers_key_to_who_has_the_key": NO_ENCRYPTION,
    "test_ceph_refuses_an_upload_that_lacks_a_header_of_a_customers_key": NO_ENCRYPTION,
    "test_each_part_under_a_customers_key_brings_it": NO_ENCRYPTION,
    "test_ceph_encrypts_under_a_key_of_its_kms_with_a_context": NO_ENCRYPTION,
    "test_ceph_gives_an_object_to_strangers_where_its_acl_says_so": "the store has no public objects",
    "test_others_take_an_upload_that_names_its_checksum": "the store looks at every checksum, as S3",
    "test_requests_uploads_and_downloads": "its client is one that Swift brings along",
    "test_requests_sends_the_signed_headers": "its client is one that Swift brings along",
    "test_juicefs_refuses_dot_segments_as_a_name": "S3 takes them",
    "test_keys_arrive_in_juicefs_under_the_names_it_gives_them": "S3 takes keys as they are",
}
# Where the servers' statuses differ, S3's is Swift's here, and JuiceFS's everywhere else.
AS_SWIFT = {
    "test_a_signed_header_has_to_be_sent",
    "test_an_upload_that_drops_a_named_header_is_refused",
}
# Both are right about these, and the store says what JuiceFS does.
DIAGNOSED_AS_JUICEFS = {"an id that nobody has", "a token signed for nobody, appended"}


@pytest.fixture(scope="module")
def running() -> Iterator[Store]:
    with Store(bucket=stores.BUCKET) as store:
        yield store


@pytest.fixture(scope="module")
def running_temporary() -> Iterator[Store]:
    keys = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "tok/en+with=signs")
    with Store(bucket=stores.BUCKET, credentials=keys) as store:
        yield store


def _as_server(running: Store, name: str = "juicefs") -> stores.Store:
    given = running.credentials
    keys = stores.Keys(given.access_key_id, given.secret_access_key, given.session_token)
    port = int(running.endpoint_url.rpartition(":")[2])
    return stores.Store(name, port, Path(sys.executable), keys, temporary=keys)


@pytest.fixture
def store(running: Store, request: pytest.FixtureRequest) -> stores.Store:
    return _as_server(running, "swift" if request.node.originalname in AS_SWIFT else "juicefs")


@pytest.fixture
def presigner(store: stores.Store) -> Presigner:
    return presigner_for(store)


@pytest.fixture
def juicefs(store: stores.Store) -> stores.Store:
    return store


@pytest.fixture
def swift(store: stores.Store) -> stores.Store:
    return store


@pytest.fixture
def ceph(store: stores.Store) -> stores.Store:
    return store


@pytest.fixture(name="stores")
def _stores(running: Store) -> Callable[[str], stores.Store]:
    return lambda name: _as_server(running, name)


def _is_fixture(value: object) -> bool:
    return type(value).__name__ == "FixtureFunctionDefinition" or hasattr(value, "_pytestfixturefunction")


def _taken() -> dict[str, Any]:
    """Return the servers' tests, and the fixtures that they have for themselves."""
    found: dict[str, Any] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if name.startswith("test_") and callable(value) and name not in LEFT_OUT:
                assert name not in found
                found[name] = _without(value, [one for one in LEFT_OUT if one.startswith(f"{name}[")])
            elif _is_fixture(value) and name not in globals():
                found[name] = value
    return found


def _without(test: Any, left_out: list[str]) -> Any:
    """Return a test without some of its cases, which are given by their full names."""
    if not left_out:
        return test
    copied = FunctionType(test.__code__, test.__globals__, test.__name__)
    [mark] = test.pytestmark
    names, values = mark.args
    kept = [(one, value) for one, value in zip(mark.kwargs["ids"], values, strict=True)
            if f"{test.__name__}[{one}]" not in left_out]  # fmt: skip
    assert len(kept) == len(values) - len(left_out)
    return pytest.mark.parametrize(names, [value for _, value in kept], ids=[one for one, _ in kept])(copied)


globals().update(_taken())


def test_what_is_left_out_is_there() -> None:
    names = {name.partition("[")[0] for name in LEFT_OUT}
    assert set() == names - {name for module in MODULES for name in vars(module)}


@pytest.mark.parametrize("name", test_diagnosis.REFUSALS)
def test_a_refusal_by_the_store_is_explained(running: Store, running_temporary: Store, name: str) -> None:
    ask, by_juicefs, by_swift = test_diagnosis.REFUSALS[name]
    expected = by_juicefs if by_swift is None or name in DIAGNOSED_AS_JUICEFS else by_swift
    own = running_temporary if name in ("no token", "another token") else running
    if own is running:
        test_diagnosis._write(_as_server(running))
    assert expected == test_diagnosis.diagnosed(ask(_as_server(own))).code
