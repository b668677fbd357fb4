"""The law that ``expires_at`` is the truth, from the provider to the URL."""

from __future__ import annotations

import warnings
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presignlib import Credentials, ExpiredCredentialsError, Presigner, ShortCredentialsWarning
from presignlib.providers import EnvironmentProvider
from presignlib.providers._refresh import Refreshing

from .fakes import NOON, Clock

if TYPE_CHECKING:
    from collections.abc import Callable


class Role(Refreshing):
    """Credentials that live ``lives`` seconds from each fetch, under a key that tells their end."""

    name = "role"

    def __init__(self, clock: Callable[[], datetime], lives: int) -> None:
        super().__init__(clock)
        self.clock = clock
        self.lives = lives
        self.ends: dict[str, datetime] = {}

    def _fetch(self) -> Credentials:
        ends = self.clock() + timedelta(seconds=self.lives)
        key = f"ASIA{len(self.ends)}"
        self.ends[key] = ends
        return Credentials(key, "s", "t", expires_at=ends)


steps = st.lists(st.integers(0, 2_000), min_size=1, max_size=12)


@given(
    lives=st.integers(60, 43_200),
    expires=st.integers(1, 86_400),
    stable_for=st.none() | st.integers(1, 3_600),
    policy=st.sampled_from(("cap", "raise", "ignore")),
    steps=steps,
)
def test_no_url_outlives_its_credentials_whatever_the_clock_does(
    lives: int, expires: int, stable_for: int | None, policy: Any, steps: list[int]
) -> None:
    clock = Clock()
    role = Role(clock, lives)
    presigner = Presigner(
        region="us-east-1",
        credentials=role,
        clock=clock,
        expires=expires,
        stable_for=stable_for,
        short_credentials=policy,
    )
    for step in steps:
        clock.forward(seconds=step)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ShortCredentialsWarning)
                url = presigner.get("bucket", "key")
        except ExpiredCredentialsError:
            assert policy == "raise"
            continue
        query = parse_qs(urlsplit(url).query)
        ends = role.ends[query["X-Amz-Credential"][0].partition("/")[0]]
        assert url.limited_by in ("request", "credentials")
        assert clock() < url.expires_at <= ends
        if policy != "ignore":
            signed = datetime.strptime(query["X-Amz-Date"][0] + "+0000", "%Y%m%dT%H%M%SZ%z")
            assert url.expires_at == signed + timedelta(seconds=int(query["X-Amz-Expires"][0]))


def test_a_token_whose_end_nobody_told_is_labelled_unknown() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    url = Presigner(region="us-east-1", credentials=EnvironmentProvider(environ=environ), clock=Clock()).get(
        "b-1", "k"
    )
    assert (url.limited_by, url.expires_at) == ("unknown", NOON + timedelta(minutes=15))


def test_a_role_too_short_for_the_request_warns_once_and_says_when_it_ends() -> None:
    clock = Clock()
    presigner = Presigner(region="us-east-1", credentials=Role(clock, 3600), clock=clock, expires="12h")
    with pytest.warns(ShortCredentialsWarning, match="ends at 2026-01-02 13:00:00 UTC with its credentials"):
        presigner.get("bucket", "key")
    for _ in range(50):  # another warning would be an error
        clock.forward(seconds=1)
        url = presigner.get("bucket", "key")
    assert (url.limited_by, url.expires_at) == ("credentials", NOON + timedelta(hours=1))


def test_a_request_that_a_fresh_role_can_serve_is_refreshed_before_it_is_capped() -> None:
    clock = Clock()
    role = Role(clock, 3600)
    presigner = Presigner(region="us-east-1", credentials=role, clock=clock, expires="50m")
    presigner.get("bucket", "key")
    clock.forward(minutes=11)
    assert presigner.get("bucket", "key").limited_by == "request"
    assert len(role.ends) == 2
