"""What presignlib raises and warns of."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import pytest

import presignlib
from presignlib.errors import (
    ClientRewriteWarning,
    CredentialsError,
    ExpiredCredentialsError,
    InvalidInputError,
    NoCredentialsError,
    NoRegionError,
    PresignError,
    shown,
    warn,
)

from .samples import NOW, WHERE

ERRORS = [
    InvalidInputError("field", "a rule"),
    InvalidInputError("field", "a rule", "0"),
    NoRegionError(("here", "there")),
    NoRegionError(["here"], "a hint"),
    CredentialsError("message"),
    NoCredentialsError("message", "provider"),
    ExpiredCredentialsError("message", "provider", NOW),
    ExpiredCredentialsError("message", expires_at=NOW),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_errors_pickle_with_all_they_know(error: PresignError) -> None:
    copy: Any = pickle.loads(pickle.dumps(error))
    assert type(error) is type(copy)
    assert error.args == copy.args
    assert vars(error) == vars(copy)
    assert str(error) == str(copy)


def test_an_invalid_input_names_field_rule_and_value() -> None:
    error = InvalidInputError("expires", "1 to 5 seconds", "6")
    assert ("expires", "1 to 5 seconds", "6") == (error.field, error.rule, error.got)
    assert "expires must be 1 to 5 seconds, got 6" == str(error)


def test_an_invalid_input_without_value_shows_none() -> None:
    assert "query must be short" == str(InvalidInputError("query", "short"))


def test_an_invalid_input_is_a_value_error() -> None:
    assert issubclass(InvalidInputError, ValueError)


def test_a_missing_region_names_the_places() -> None:
    error = NoRegionError(("here", "there"))
    assert ("here", "there") == error.looked_at
    assert "region must be given, and is never guessed; looked at here, there" == str(error)


def test_a_missing_region_may_come_with_a_hint() -> None:
    assert str(NoRegionError(("here",), "try it")).endswith("looked at here; try it")


def test_a_credentials_error_names_its_provider() -> None:
    assert "process: it failed" == str(CredentialsError("it failed", "process"))
    assert "it failed" == str(CredentialsError("it failed"))


def test_expired_credentials_say_when_they_ended() -> None:
    assert ExpiredCredentialsError("m", expires_at=NOW).expires_at == NOW


# warn


def test_a_warning_points_at_the_line_that_called_the_package() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        presignlib.presign_get("bucket", "a/../b", **WHERE)
    assert [__file__] == [entry.filename for entry in caught]
    assert [ClientRewriteWarning] == [entry.category for entry in caught]


def test_a_warning_without_an_outer_frame_still_comes() -> None:
    code = compile("warn(category, 'text')", "<inner>", "exec")
    names: dict[str, Any] = {"warn": warn, "category": ClientRewriteWarning, "__name__": "presignlib.inner"}
    with pytest.warns(ClientRewriteWarning, match="^text$"):
        exec(code, names)


# shown


def test_long_values_are_cut_at_sixty_characters() -> None:
    text = shown("a" * 100)
    assert "'" + "a" * 58 + "…" == text
    assert 60 == len(text)


def test_values_that_are_neither_text_nor_number_are_shown_by_their_type() -> None:
    assert "list" == shown(["secret"])
    assert "NoneType" == shown(None)
    assert "bytes" == shown(b"secret")


@pytest.mark.parametrize("value", [0, True, 1.5, "text", "a" * 58])
def test_text_and_numbers_are_shown_as_they_are_written(value: object) -> None:
    assert repr(value) == shown(value)
