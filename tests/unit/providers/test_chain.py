from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import datetime, timezone

import pytest

from presignlib import Credentials, CredentialsError, NoCredentialsError
from presignlib.providers import ChainProvider, DefaultChain, EnvironmentProvider, default_chain

from .fakes import FakeTransport, answer, document

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
LATER = datetime(2100, 1, 1, tzinfo=timezone.utc)
NO_FILES = {"AWS_CONFIG_FILE": "/gone/config", "AWS_SHARED_CREDENTIALS_FILE": "/gone/credentials"}


class Says:
    """A provider that gives, or raises, one thing."""

    def __init__(self, what: Credentials | CredentialsError, name: str | None = None) -> None:
        self.what = what
        if name is not None:
            self.name = name

    def load(self, min_lifetime: float = 0) -> Credentials:  # noqa: ARG002 - as all providers have it
        if isinstance(self.what, CredentialsError):
            raise self.what
        return self.what


GOOD = Credentials("AKIA1", "s")


def test_the_first_that_has_credentials_answers() -> None:
    chain = ChainProvider(
        [Says(NoCredentialsError("nothing", "a")), Says(GOOD, "b"), Says(CredentialsError("c"))]
    )
    found = chain.find()
    assert (GOOD, "b", ("a: nothing",)) == (found.credentials, found.provider, found.refusals)
    assert GOOD is chain.load()


def test_a_provider_without_a_name_is_called_by_its_class() -> None:
    assert "Says" == ChainProvider([Says(GOOD)]).find().provider


def test_one_that_fails_ends_the_search_and_names_those_before() -> None:
    chain = ChainProvider(
        [Says(NoCredentialsError("nothing", "a")), Says(CredentialsError("broken", "b")), Says(GOOD)]
    )
    with pytest.raises(CredentialsError) as caught:
        chain.load()
    assert "b: broken; asked before: a: nothing" == str(caught.value)
    assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))


def test_nothing_anywhere_names_all_in_their_order() -> None:
    inner = ChainProvider(
        [Says(NoCredentialsError("nothing", "b")), Says(NoCredentialsError("nothing", "c"))]
    )
    with pytest.raises(NoCredentialsError) as caught:
        ChainProvider([Says(NoCredentialsError("nothing", "a")), inner]).load()
    assert ("a: nothing", "b: nothing", "c: nothing") == caught.value.tried
    assert "credentials: none were found; asked before: a: nothing; b: nothing; c: nothing" == str(
        caught.value
    )


def test_the_default_chain_asks_in_botocores_order() -> None:
    wire = FakeTransport(answer("", 404))
    with pytest.raises(NoCredentialsError) as caught:
        DefaultChain(environ=NO_FILES, transport=wire).load()
    names = [line.partition(":")[0] for line in caught.value.tried]
    assert ["environment", "profile default", "container", "instance metadata"] == names


def test_a_given_profile_leaves_the_environments_keys_out() -> None:
    with pytest.raises(CredentialsError, match="profile dev: is not defined"):
        DefaultChain("dev", environ={**KEYS, **NO_FILES}).load()


def test_a_profile_variable_with_a_slip_is_an_error_whatever_else_is_set() -> None:
    for variable in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        with pytest.raises(CredentialsError, match="profile dve: is not defined"):
            DefaultChain(environ={**KEYS, **NO_FILES, variable: "dve"}).load()


def test_a_variable_that_is_set_later_counts_at_once() -> None:
    environ = {**NO_FILES, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}
    chain = DefaultChain(environ=environ, transport=FakeTransport(by=lambda _: answer(document(LATER))))
    assert "container" == chain.find().provider
    assert chain.load() is chain.load()
    environ |= KEYS
    assert "environment" == chain.find().provider


def test_the_machines_role_comes_last() -> None:
    wire = FakeTransport(answer("session"), answer("r"), answer(document(LATER)))
    found = DefaultChain(environ=NO_FILES, transport=wire).find()
    assert "instance metadata" == found.provider
    assert 3 == len(found.refusals)


def test_a_chain_that_is_pickled_begins_with_nothing() -> None:
    chain = DefaultChain(environ={**NO_FILES, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"})
    chain.profile()
    assert "default_chain(profile=None)" == repr(pickle.loads(pickle.dumps(chain)))


def test_reprs_show_what_was_given() -> None:
    assert "ChainProvider([EnvironmentProvider()])" == repr(ChainProvider([EnvironmentProvider()]))
    assert "default_chain(profile='dev')" == repr(default_chain(profile="dev"))


@pytest.mark.parametrize(
    ("program", "module"),
    [
        ("import presignlib", "presignlib.providers"),
        (
            "from presignlib.providers import default_chain; default_chain().load()",
            "presignlib.providers.profile",
        ),
        ("from presignlib.providers import default_chain; default_chain().load()", "http.client"),
    ],
)
def test_a_provider_is_loaded_when_its_turn_comes(program: str, module: str) -> None:
    check = f"import sys; {program}; sys.exit({module!r} in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", check], env={**KEYS, "PYTHONPATH": ":".join(sys.path)}, check=False
    )
    assert 0 == done.returncode
