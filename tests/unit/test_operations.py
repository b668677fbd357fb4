"""Operations as rows, and what their options and times are checked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from presignlib import ClientRewriteWarning, InvalidInputError, ShortCredentialsWarning
from presignlib._operations import (
    DELETE,
    GET,
    HEAD,
    LIST,
    PUT,
    State,
    life_of,
    look_at,
    refuse_unknown,
    split,
    state_of,
    window_of,
)
from presignlib._time import WEEK, lifetime
from presignlib.settings import Where

from .samples import CREDENTIALS, ENDING, INSTANT, NOW, WHERE


def _state(expires: Any = 60, **where: Any) -> State:
    return state_of(GET, "bucket", {}, Where(**{**WHERE, **where}), lifetime(expires), None)


# Operation


def test_the_rows_say_method_and_life() -> None:
    assert [
        ("get", "GET", "15m"),
        ("head", "HEAD", "15m"),
        ("put", "PUT", "15m"),
        ("delete", "DELETE", "5m"),
        ("list", "GET", "5m"),
    ] == [(row.name, row.method, row.expires) for row in (GET, HEAD, PUT, DELETE, LIST)]


def test_a_list_without_options_has_its_one_parameter() -> None:
    assert ([("list-type", "2")], []) == LIST.bare


# State


def test_a_state_is_prepared_for_no_instant_at_first() -> None:
    prepared = _state().prepared
    assert not prepared.start <= INSTANT < prepared.end


def test_a_renewed_state_is_prepared_for_now() -> None:
    state = _state()
    prepared = state.renewed({}, set())
    assert prepared is state.prepared
    assert prepared.start <= INSTANT < prepared.end


class Provider:
    """Credentials that tell what they were asked for."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def load(self, min_lifetime: float = 0) -> Any:
        self.asked.append(min_lifetime)
        return CREDENTIALS


def test_the_provider_is_asked_for_the_life_of_the_url() -> None:
    provider = Provider()
    _state(60, credentials=provider).renewed({}, set())
    _state(NOW + timedelta(seconds=90), credentials=provider).renewed({}, set())
    stable = state_of(GET, "bucket", {}, Where(**{**WHERE, "credentials": provider}), lifetime(60), 900)
    stable.renewed({}, set())
    assert [60, 90, 960] == provider.asked


def test_short_credentials_warn_once() -> None:
    said: set[str] = set()
    state = _state(3_600, credentials=ENDING)
    with pytest.warns(ShortCredentialsWarning) as caught:
        _ = [state.renewed({}, said) for _ in range(2)]
    assert ["the URL ends at 2026-01-02 14:25:00 UTC with its credentials, sooner than asked for"] == [
        str(entry.message) for entry in caught
    ]


def test_ignored_short_credentials_do_not_warn() -> None:
    state = _state(3_600, credentials=ENDING, short_credentials="ignore")
    assert state.renewed({}, set()).shortened


# state_of, refuse_unknown


def test_an_unknown_option_is_a_type_error_that_names_its_function() -> None:
    where = Where(**WHERE)
    with pytest.raises(TypeError, match=r"^presign_get\(\) got an unexpected keyword argument 'foo'$"):
        state_of(GET, "bucket", {"foo": 1}, where, lifetime(60), None, "presign_get")


def test_a_type_error_of_an_option_itself_stays() -> None:
    class Hostile:
        """Text that can not be compared."""

        def __eq__(self, other: object) -> bool:
            raise TypeError("hostile")

        def __hash__(self) -> int:
            return 0

    where = Where(**WHERE)
    with pytest.raises(TypeError, match=r"^hostile$"):
        state_of(GET, "bucket", {"version_id": Hostile()}, where, lifetime(60), None)


@pytest.mark.parametrize("caller", ["put", "presign_put"])
@pytest.mark.parametrize("option", ["max_size", "min_size"])
def test_what_s3_does_not_enforce_is_refused_with_what_does(caller: str, option: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{option} must be left out: .* presign_post\({option}=\)"):
        refuse_unknown(caller, [option], ())


def test_a_known_option_is_not_refused() -> None:
    refuse_unknown("get", ["a"], ("a", "b"))


def test_a_request_is_named_without_its_method() -> None:
    with pytest.raises(TypeError, match=r"^request\(\) got an unexpected keyword argument 'a'$"):
        refuse_unknown("request GET", ["a"], ())


# look_at


def test_a_key_is_checked_each_time_and_warned_of_once() -> None:
    said: set[str] = set()
    with pytest.warns(ClientRewriteWarning) as caught:
        _ = [look_at(key, said) for key in ("a/../b", "./b")]  # type: ignore[func-returns-value]
    assert 1 == len(caught)
    with pytest.raises(InvalidInputError):
        look_at("a/../\0", said)


# window_of, life_of, split


def test_a_stable_window_is_a_span() -> None:
    assert None is window_of(None)
    assert 900 == window_of("15m")
    with pytest.raises(InvalidInputError, match=r"^stable_for must be 1 to 604800 seconds, got 0$"):
        window_of(0)


def test_life_and_window_together_are_a_week_at_most() -> None:
    assert 900 == life_of(900, WEEK - 900, WEEK).seconds
    with pytest.raises(InvalidInputError) as caught:
        life_of(900, WEEK - 899, WEEK)
    assert (
        "stable_for must be such that expires and stable_for together are at most 604800 seconds, got 604801"
    ) == str(caught.value)


def test_an_instant_has_no_life_to_add_a_window_to() -> None:
    assert INSTANT == life_of(NOW, WEEK, WEEK).ends_at


def test_keywords_part_into_options_and_settings() -> None:
    assert ({"version_id": "v"}, {"region": "r"}) == split({"version_id": "v", "region": "r"})
