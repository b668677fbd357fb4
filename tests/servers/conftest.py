"""The two stores, each started once when a test first asks for it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from presignlib import Credentials, Presigner

from .install import UnavailableError
from .stores import NAMES, Keys, Store, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what starts a server, so that ``-m "not servers"`` leaves it out."""
    if {"stores", "starts_servers"} & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.servers)


def not_here(error: UnavailableError, name: str) -> NoReturn:
    """Fail where tests must run, skip elsewhere; both say what was not tried."""
    said = f"no URL was tried on {name}: {error}"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def stores() -> Iterator[Callable[[str], Store]]:
    """Return a function that gives a running store by its name."""
    started: dict[str, Store | UnavailableError] = {}
    with ExitStack() as stack:

        def store(name: str) -> Store:
            if name not in started:
                try:
                    started[name] = stack.enter_context(running(name))
                except UnavailableError as error:
                    started[name] = error
            one = started[name]
            if isinstance(one, UnavailableError):
                not_here(one, name)
            return one

        yield store


@pytest.fixture
def starts_servers() -> None:
    """Tell that a test starts a server of its own."""


def each_of(*names: str) -> Any:
    """Return the fixture ``store``: each in turn, as what holds for one has to hold for all."""

    @pytest.fixture(params=names)
    def store(request: pytest.FixtureRequest, stores: Callable[[str], Store]) -> Store:
        return stores(request.param)

    return store


store = each_of(*NAMES)


@pytest.fixture
def juicefs(stores: Callable[[str], Store]) -> Store:
    """Return JuiceFS alone, for what Swift does not have."""
    return stores("juicefs")


@pytest.fixture
def swift(stores: Callable[[str], Store]) -> Store:
    """Return Swift alone, for what JuiceFS does not have."""
    return stores("swift")


@pytest.fixture
def ceph(stores: Callable[[str], Store]) -> Store:
    """Return Ceph alone, for encryption, and for forms besides JuiceFS."""
    return stores("ceph")


@pytest.fixture
def presigner(store: Store) -> Presigner:
    """Return a Presigner for ``store``, path style."""
    return presigner_for(store)


def presigner_for(store: Store, keys: Keys | None = None, **where: Any) -> Presigner:
    """Return a Presigner for a store; ``where`` overrides its settings."""
    settings = {"endpoint_url": store.endpoint_url, "region": store.region, **where}
    return Presigner(credentials=credentials_of(keys or store.keys), **settings)


def credentials_of(keys: Keys) -> Credentials:
    """Return the keys of a store as presignlib takes them."""
    return Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
