"""Values that are nearly right, each of which once came through or broke."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import presignlib
from presignlib import Credentials, CredentialsError, InvalidInputError, Presigner
from presignlib.cli import main

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
WHERE: dict[str, Any] = {"region": "us-east-1", "credentials": Credentials("AKID", "secret"), "now": NOW}
GET: Any = presignlib.presign_get
PUT: Any = presignlib.presign_put
LIST: Any = presignlib.presign_list


class Unasked:
    def load(self, min_lifetime: float = 0) -> Credentials:
        pytest.fail(f"asked for {min_lifetime} seconds")


class Empty:
    def load(self, _min_lifetime: float = 0) -> Any:
        return None


class DaysAndHours:
    """As dateutil's relativedelta: days are not all there is to it."""

    days, hours, seconds, microseconds = 1, 2, 0, 0


@pytest.mark.parametrize("name", ["presign_get", "presign_head", "presign_put", "presign_delete"])
def test_none_is_no_key_and_never_means_the_bucket(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^key must be a str, got NoneType$"):
        getattr(presignlib, name)("bucket", None, **WHERE)


@pytest.mark.parametrize("expires", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=8)])
def test_an_instant_out_of_range_is_refused_before_credentials_are_asked_for(expires: datetime) -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 604800 seconds"):
        GET("bucket", "k", expires=expires, **{**WHERE, "credentials": Unasked()})


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: GET("bucket", "k", expires=10**5_000, **WHERE), "expires"),
        (lambda: GET("bucket", "k", stable_for=-(10**5_000), **WHERE), "stable_for"),
        (lambda: LIST("bucket", max_keys=10**5_000, **WHERE), "max_keys"),
        (lambda: PUT("bucket", "k", content_length=10**5_000, **WHERE), "content_length"),
    ],
    ids=["expires", "stable_for", "max_keys", "content_length"],
)
def test_integers_too_long_to_write_are_refused(call: Any, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call()
    assert (field, True) == (caught.value.field, "thousands of digits" in str(caught.value))


def test_the_command_line_refuses_a_duration_of_thousands_of_digits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    assert 2 == main(["get", "s3://bucket/k", "--expires-in", "9" * 5_000])
    assert "--expires-in must be" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["expires", "now", "part_number", "response_expires", "stable_for"])
@pytest.mark.parametrize("kind", [int, datetime, timedelta])
def test_a_type_is_no_value(name: str, kind: type) -> None:
    with pytest.raises(InvalidInputError):
        GET("bucket", "k", **{**WHERE, name: kind})


@pytest.mark.parametrize("name", ["headers", "query"])
@pytest.mark.parametrize("value", [0, False, "", "ab", b"ab", ["ab"], [("a",)], [1], dict])
def test_what_is_no_pairs_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidInputError) as caught:
        GET("bucket", "k", **{**WHERE, name: value})
    assert name == caught.value.field


@pytest.mark.parametrize("metadata", [{"a b": "c"}, {"ä": "c"}, {"": "c"}])
def test_a_metadata_name_that_is_no_token_is_the_metadatas_fault(metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        PUT("bucket", "k", metadata=metadata, **WHERE)
    assert "metadata" == caught.value.field


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=30, hours=23, minutes=59, seconds=59.999)])
def test_a_time_whose_week_leaves_the_calendar_is_refused(late: timedelta) -> None:
    now = datetime(9999, 12, 1, tzinfo=timezone.utc) + late
    with pytest.raises(InvalidInputError, match=r"^now must be before December 9999$"):
        GET("bucket", "k", **{**WHERE, "now": now})


def test_the_last_day_that_is_signed_for_has_an_end() -> None:
    url = GET("bucket", "k", expires="7d", **{**WHERE, "now": datetime(9999, 11, 30, tzinfo=timezone.utc)})
    assert datetime(9999, 12, 7, tzinfo=timezone.utc) == url.expires_at


def test_a_provider_that_gives_nothing_is_named() -> None:
    presigner = Presigner(region="us-east-1", credentials=Empty())
    with pytest.raises(CredentialsError, match=r"^Empty: load\(\) must give Credentials, got NoneType$"):
        presigner.get("bucket", "k")


def test_a_batch_names_itself_for_an_unknown_keyword() -> None:
    wrong: Any = {"foo": 1}
    with pytest.raises(TypeError, match=r"^get_many\(\) got an unexpected keyword argument 'foo'$"):
        Presigner(**WHERE).get_many("bucket", [], **wrong)


def test_a_span_that_is_more_than_its_days_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        GET("bucket", "k", expires=DaysAndHours(), **WHERE)


def test_a_presigner_shows_its_keywords() -> None:
    shown = inspect.signature(Presigner).parameters
    assert ("endpoint_url" in shown, "where" in shown, "self" in shown) == (True, False, False)


@pytest.mark.parametrize("keys", ["key", b"key", str, 5, None])
def test_what_is_no_iterable_of_keys_is_refused(keys: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^keys must be an iterable of keys"):
        Presigner(**WHERE).get_many("bucket", keys)


def test_a_url_made_by_hand_is_shown_as_text() -> None:
    assert "'x'" == repr(presignlib.PresignedURL("x"))


@pytest.mark.parametrize("text", [5, b""])
def test_a_link_shows_text(text: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^text must be a str"):
        GET("bucket", "k", **WHERE).as_html(text)
