"""The Presigner: what it keeps, when it lets go, and that it says what the functions say."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import (
    Batch,
    ClientRewriteWarning,
    Credentials,
    ExpiredCredentialsError,
    InvalidInputError,
    NoRegionError,
    PresignedURL,
    Presigner,
    ShortCredentialsWarning,
    object_url,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_put,
)
from presignlib.providers import EnvironmentProvider

from .samples import CREDENTIALS, ENDING, NOW, WHERE, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, **span: float) -> None:
        self.now += timedelta(**span)


class Provider:
    """A provider whose credentials are swapped from outside, and which counts."""

    def __init__(self, credentials: Credentials = CREDENTIALS) -> None:
        self.credentials = credentials
        self.asked: list[float] = []

    def load(self, min_lifetime: float = 0) -> Credentials:
        self.asked.append(min_lifetime)
        return self.credentials


def _presigner(clock: Callable[[], datetime] | None = None, **options: Any) -> Presigner:
    return Presigner(
        **{"region": "us-east-1", "credentials": CREDENTIALS, "clock": clock or Clock(), **options}
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def presigner(clock: Clock) -> Presigner:
    return _presigner(clock)


# __init__


def test_clock_and_now_are_not_both_given(clock: Clock) -> None:
    with pytest.raises(InvalidInputError, match=r"^clock must be left out with now"):
        Presigner(clock=clock, now=NOW)


def test_a_clock_is_a_function() -> None:
    wrong: Any = NOW
    with pytest.raises(InvalidInputError, match=r"^clock must be a function .*, got datetime$"):
        Presigner(clock=wrong)


def test_a_clock_gives_aware_datetimes() -> None:
    presigner = _presigner(lambda: datetime(2026, 1, 1))  # noqa: DTZ001 - naive is the point
    with pytest.raises(InvalidInputError, match=r"^clock must be an aware datetime, got a naive one"):
        presigner.get("bucket", "k")


def test_an_unknown_keyword_is_a_type_error() -> None:
    wrong: Any = Presigner
    with pytest.raises(TypeError, match=r"^Presigner\(\) got an unexpected keyword argument 'foo'$"):
        wrong(foo=1)


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("max_expires", {"max_expires": "8d"}),
        ("expires", {"max_expires": 60}),
        ("expires", {"expires": None}),
        ("stable_for", {"stable_for": 0}),
        ("stable_for", {"expires": "7d", "stable_for": 1}),
        ("now", {"now": 5}),
    ],
)
def test_what_is_wrong_for_all_urls_is_refused_at_once(field: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Presigner(**options)
    assert field == caught.value.field


def test_a_region_is_missed_when_it_is_needed() -> None:
    presigner = Presigner(credentials=CREDENTIALS)
    with pytest.raises(NoRegionError):
        presigner.get("bucket", "k")


def test_the_environment_is_settled_when_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    presigner = Presigner(credentials=CREDENTIALS, now=NOW)
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert "eu-west-1" == presigner.get("bucket", "k").region


# methods and functions


@pytest.mark.parametrize(
    ("name", "function"),
    [("get", presign_get), ("head", presign_head), ("put", presign_put), ("delete", presign_delete)],
)
def test_methods_say_what_the_functions_say(presigner: Presigner, name: str, function: Any) -> None:
    url = getattr(presigner, name)("bucket", "a b", expires=60, expected_bucket_owner="123456789012")
    expected = function("bucket", "a b", expires=60, expected_bucket_owner="123456789012", **WHERE)
    assert expected == url
    assert expected.to_dict() == url.to_dict()
    assert PresignedURL is type(url)


def test_lists_say_what_the_function_says(presigner: Presigner) -> None:
    expected = presign_list("bucket", prefix="a", expires=60, **WHERE)
    assert expected == presigner.list("bucket", prefix="a", expires=60)
    assert expected == presigner.list("bucket", prefix="a", expires=60)


def test_a_method_has_the_presigners_life_where_the_function_has_its_own(presigner: Presigner) -> None:
    assert 900 == presigner.delete("bucket", "k").expires
    assert 900 == presigner.delete("bucket", "k", expires=None).expires


def test_a_request_of_any_method_goes_to_an_object(presigner: Presigner) -> None:
    url = presigner.request("post", "bucket", "k", query={"uploads": ""}, headers={"x-a": "1"})
    assert ("POST", "k", {"x-a": "1"}) == (url.method, url.key, url.headers)
    assert "" == parameters(url)["uploads"]
    assert presign_get("bucket", "k", **WHERE) == presigner.request("GET", "bucket", "k")


def test_a_request_without_a_key_goes_to_the_bucket(presigner: Presigner) -> None:
    url = presigner.request("GET", "bucket", query={"location": ""})
    assert None is url.key
    assert url.startswith("https://bucket.s3.us-east-1.amazonaws.com/?location=&X-Amz-")
    assert presigner.request("GET", "bucket") != presigner.list("bucket")


def test_a_request_has_no_options_of_operations(presigner: Presigner) -> None:
    wrong: Any = presigner.request
    with pytest.raises(TypeError, match=r"^request\(\) got an unexpected keyword argument 'version_id'$"):
        wrong("GET", "bucket", "k", version_id="v")


def test_an_unsigned_url_is_as_the_functions(presigner: Presigner) -> None:
    assert object_url("bucket", "a b", region="us-east-1") == presigner.object_url("bucket", "a b")
    expected = object_url("bucket", "k", region="eu-west-1")
    assert expected == presigner.object_url("bucket", "k", region="eu-west-1")
    wrong: Any = presigner.object_url
    with pytest.raises(TypeError, match=r"^object_url\(\) got an unexpected keyword argument 'expires'$"):
        wrong("bucket", "k", expires=5)


@pytest.mark.parametrize("key", ["", None, 5, b"k", "a\0", "\ud800", "a" * 1_025, "ü" * 256 + "\0"])
@pytest.mark.parametrize("warm", [False, True], ids=["first", "second"])
def test_keys_are_checked_first_and_later(presigner: Presigner, key: Any, warm: bool) -> None:
    if warm:
        presigner.get("bucket", "k")
    with pytest.raises(InvalidInputError) as caught:
        presigner.get("bucket", key)
    assert "key" == caught.value.field


def test_an_error_that_is_not_the_keys_comes_through(presigner: Presigner) -> None:
    class Hostile(str):
        """A key that can not be compared."""

        __slots__ = ()

        def __lt__(self, other: object) -> bool:
            raise TypeError("hostile")

    presigner.get("bucket", "k")
    with pytest.raises(TypeError, match=r"^hostile$"):
        presigner.get("bucket", Hostile("k"))
    with pytest.raises(TypeError, match=r"^hostile$"):
        list(presigner.get_many("bucket", [Hostile("k")]))


def test_unhashable_arguments_are_refused_as_what_they_are(presigner: Presigner) -> None:
    wrong: Any = ["bucket"]
    with pytest.raises(InvalidInputError, match=r"^bucket must be a str, got list$"):
        presigner.get(wrong, "k")
    assert presigner.get("bucket", "k", query=[("a", "1")]) == presigner.get("bucket", "k", query={"a": "1"})


def test_a_key_that_clients_rewrite_is_warned_of_once(presigner: Presigner) -> None:
    with pytest.warns(ClientRewriteWarning) as caught:
        _ = [presigner.get("bucket", key) for key in ("a/../b", "./a", "a/./b")]
    assert 1 == len(caught)


# per-call settings


def test_a_call_may_go_elsewhere(presigner: Presigner) -> None:
    expected = presign_get("bucket", "k", **{**WHERE, "region": "eu-west-1"})
    assert expected == presigner.get("bucket", "k", region="eu-west-1")
    assert "us-east-1" == presigner.get("bucket", "k").region


def test_none_means_the_presigners_own(presigner: Presigner) -> None:
    expected = presigner.get("bucket", "k")
    assert expected == presigner.get(
        "bucket", "k", region=None, credentials=None, endpoint_url=None, now=None
    )


def test_a_call_may_turn_a_switch_off() -> None:
    presigner = _presigner(dualstack=True)
    assert "dualstack" in presigner.get("bucket", "k")
    assert "dualstack" not in presigner.get("bucket", "k", dualstack=False)


def test_a_call_may_have_its_own_time_and_credentials(presigner: Presigner) -> None:
    later = NOW + timedelta(hours=1)
    other = Credentials("OTHER", "secret")
    expected = presign_get("bucket", "k", region="us-east-1", credentials=other, now=later)
    assert expected == presigner.get("bucket", "k", credentials=other, now=later)


def test_a_call_may_ask_for_less_than_the_most_and_not_for_more(clock: Clock) -> None:
    presigner = _presigner(clock, expires=60, max_expires=120)
    assert 120 == presigner.get("bucket", "k", expires=120).expires
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 120 seconds, got 121$"):
        presigner.get("bucket", "k", expires=121)
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 120 seconds, got an instant"):
        presigner.get("bucket", "k", expires=NOW + timedelta(hours=1))


def test_a_call_may_have_its_own_stable_window(clock: Clock) -> None:
    presigner = _presigner(clock, stable_for="15m")
    assert 1_800 == presigner.get("bucket", "k").expires
    assert 960 == presigner.get("bucket", "k", expires=60).expires
    assert 930 == presigner.get("bucket", "k", stable_for=30).expires


# what is kept, and until when


def test_a_url_of_the_next_second_is_signed_then(presigner: Presigner, clock: Clock) -> None:
    clock.go(milliseconds=999)
    first = presigner.get("bucket", "k")
    clock.go(milliseconds=1)
    second = presigner.get("bucket", "k")
    assert ("20260102T140500Z", "20260102T140501Z") == (
        parameters(first)["X-Amz-Date"],
        parameters(second)["X-Amz-Date"],
    )


def test_a_clock_that_is_set_back_is_followed(presigner: Presigner, clock: Clock) -> None:
    presigner.get("bucket", "k")
    clock.go(hours=-1)
    assert NOW - timedelta(hours=1) == presigner.get("bucket", "k").signed_at


def test_the_provider_is_asked_once_a_second(clock: Clock) -> None:
    provider = Provider()
    presigner = _presigner(clock, credentials=provider)
    for _ in range(10):
        presigner.get("bucket", "k")
    assert 1 == len(provider.asked)
    clock.go(seconds=1)
    presigner.get("bucket", "k")
    assert 2 == len(provider.asked)


def test_new_credentials_sign_from_the_next_second_on(clock: Clock) -> None:
    provider = Provider()
    presigner = _presigner(clock, credentials=provider)
    presigner.get("bucket", "k")
    provider.credentials = Credentials("NEW", "secret")
    clock.go(seconds=1)
    expected = presign_get("bucket", "k", region="us-east-1", credentials=provider.credentials, now=clock.now)
    assert expected == presigner.get("bucket", "k")


def test_one_object_has_one_url_for_its_window(clock: Clock) -> None:
    presigner = _presigner(clock, stable_for=900)
    clock.now = NOW.replace(minute=0)
    urls = []
    for _ in range(15):
        urls.append(presigner.get("bucket", "k"))
        clock.go(seconds=59)
    assert 1 == len(set(urls))
    clock.now = NOW.replace(minute=15)
    assert presigner.get("bucket", "k") not in urls


def test_a_window_ends_with_the_credentials_it_was_made_from(clock: Clock) -> None:
    provider = Provider(ENDING)
    presigner = _presigner(clock, credentials=provider, stable_for="1h", expires=60)
    with pytest.warns(ShortCredentialsWarning):
        first = presigner.get("bucket", "k")
    clock.go(minutes=20)
    with pytest.raises(ExpiredCredentialsError):
        presigner.get("bucket", "k")
    provider.credentials = CREDENTIALS
    assert first != presigner.get("bucket", "k")


def test_an_instant_is_not_passed_by_what_was_kept(clock: Clock) -> None:
    presigner = _presigner(clock, expires=NOW + timedelta(seconds=2), stable_for="1h")
    presigner.get("bucket", "k")
    clock.go(seconds=2)
    with pytest.raises(InvalidInputError, match=r"^expires must be "):
        presigner.get("bucket", "k")


def test_short_credentials_are_warned_of_once(clock: Clock) -> None:
    presigner = _presigner(clock, credentials=ENDING, expires="1h")
    with pytest.warns(ShortCredentialsWarning) as caught:
        _ = [presigner.get(bucket, "k") for bucket in ("bucket-1", "bucket-2")]
    assert 1 == len(caught)


def test_what_is_kept_by_options_tells_true_from_one(presigner: Presigner) -> None:
    one: Any = 1
    presigner.get("bucket", "k", request_payer=True)
    for _ in range(2):
        with pytest.raises(InvalidInputError, match=r"^request_payer must be True or False, got 1$"):
            presigner.get("bucket", "k", request_payer=one)
    presigner.get("bucket", "k", part_number=1)
    true: Any = True
    with pytest.raises(InvalidInputError, match=r"^part_number must be an integer"):
        presigner.get("bucket", "k", part_number=true)
    with pytest.raises(InvalidInputError, match=r"^expires must be whole seconds"):
        presigner.get("bucket", "k", expires=true)


def test_what_is_kept_by_options_tells_one_option_from_another(presigner: Presigner) -> None:
    urls = {
        presigner.get("bucket", "k", **options)
        for options in (
            {"version_id": "a"},
            {"response_content_type": "a"},
            {"version_id": "b"},
            {"expires": 60},
            {"part_number": 60},
            {"stable_for": 60},
            {},
        )
    }
    assert 7 == len(urls)


def test_what_a_caller_may_change_is_never_kept(presigner: Presigner) -> None:
    query = {"a": "1"}
    first = presigner.get("bucket", "k", query=query)
    query["a"] = "2"
    assert ("1", "2") == (
        parameters(first)["a"],
        parameters(presigner.get("bucket", "k", query=query))["a"],
    )


def test_a_customers_key_is_not_kept(presigner: Presigner) -> None:
    presigner.put("bucket", "k", sse_customer_key=b"k" * 32)
    assert [] == [name for name in presigner._cache.states if b"k" * 32 in name]


def test_at_most_sixty_four_states_are_kept_and_the_oldest_go(presigner: Presigner) -> None:
    for number in range(100):
        presigner.get(f"bucket-{number}", "k")
    names = [name[1] for name in presigner._cache.states]
    assert [f"bucket-{number}" for number in range(36, 100)] == names


# immutable, repr, copy, pickle


def test_a_presigner_can_not_be_changed(presigner: Presigner) -> None:
    wrong: Any = presigner
    with pytest.raises(AttributeError, match=r"^a Presigner is immutable: region can not be set$"):
        wrong.region = "x"
    with pytest.raises(AttributeError, match=r"^a Presigner is immutable: _where can not be deleted$"):
        del wrong._where


def test_repr_shows_settings_and_no_secret() -> None:
    shown = repr(Presigner(region="us-east-1", credentials=ENDING, stable_for="15m", fips=True))
    assert shown.startswith("Presigner(expires='15m', stable_for=900, region='us-east-1', ")
    assert "fips=True" in shown
    assert "dualstack" not in shown
    assert ENDING.secret_access_key not in shown
    assert "session_token='…'" in shown


def test_copies_are_the_same_object(presigner: Presigner) -> None:
    assert presigner is copy.copy(presigner)
    assert presigner is copy.deepcopy(presigner)
    assert presigner is copy.deepcopy({"a": presigner})["a"]


def test_one_that_holds_credentials_is_not_pickled() -> None:
    presigner = Presigner(region="us-east-1", credentials=CREDENTIALS)
    with pytest.raises(InvalidInputError, match=r"^pickle_credentials must be True to pickle") as caught:
        pickle.dumps(presigner)
    assert "a provider travels without secrets" in str(caught.value)


def test_one_with_a_provider_is_pickled_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secret_access_key)
    for credentials in (EnvironmentProvider(), None):
        presigner = Presigner(region="us-east-1", credentials=credentials, now=NOW, expires="5m")
        url = presigner.get("bucket", "k")
        data = pickle.dumps(presigner)
        assert CREDENTIALS.secret_access_key.encode() not in data
        assert url == pickle.loads(data).get("bucket", "k")


def test_one_is_pickled_with_its_credentials_where_that_is_wanted() -> None:
    presigner = Presigner(
        credentials=ENDING,
        pickle_credentials=True,
        now=NOW,
        region="eu-west-1",
        expires="5m",
        max_expires="10m",
        stable_for="5m",
        endpoint_url="https://store.example/base",
        addressing_style="virtual",
        short_credentials="raise",
    )
    url = presigner.get("bucket", "k")
    again: Presigner = pickle.loads(pickle.dumps(presigner))
    assert url == again.get("bucket", "k")
    assert repr(presigner) == repr(again)
    with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 600 seconds"):
        again.get("bucket", "k", expires=601)
    assert {} == pickle.loads(pickle.dumps(presigner))._cache.states


def test_a_pickled_presigner_does_not_look_at_another_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    presigner = Presigner(region="us-east-1", credentials=CREDENTIALS, pickle_credentials=True, now=NOW)
    data = pickle.dumps(presigner)
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert presigner.get("bucket", "k") == pickle.loads(data).get("bucket", "k")


# get_many, Batch


def test_a_batch_gives_the_urls_of_its_keys_in_order_as_plain_text(presigner: Presigner) -> None:
    keys = ["a", "b c", "ü", "a"]
    batch = presigner.get_many("bucket", keys, version_id="v")
    assert isinstance(batch, Batch)
    urls = list(batch)
    assert [str(presigner.get("bucket", key, version_id="v")) for key in keys] == urls
    assert {str} == {type(url) for url in urls}


def test_a_batch_of_nothing_is_empty(presigner: Presigner) -> None:
    assert [] == list(presigner.get_many("bucket", []))


@pytest.mark.parametrize("keys", ["abc", b"abc", None, 5])
def test_keys_are_an_iterable_of_keys(presigner: Presigner, keys: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^keys must be an iterable of keys, got "):
        presigner.get_many("bucket", keys)


def test_options_are_checked_at_the_call(presigner: Presigner) -> None:
    with pytest.raises(InvalidInputError, match=r"^expires must be "):
        presigner.get_many("bucket", ["a"], expires=0)
    wrong: Any = presigner.get_many
    with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'foo'$"):
        wrong("bucket", ["a"], foo=1)


def test_a_batch_reads_the_clock_for_every_key(presigner: Presigner, clock: Clock) -> None:
    signed = []
    for url in presigner.get_many("bucket", ["a", "b", "c"]):
        signed.append(parameters(url)["X-Amz-Date"])
        clock.go(seconds=1)
    assert ["20260102T140500Z", "20260102T140501Z", "20260102T140502Z"] == signed


def test_a_batch_tells_of_a_url_that_came_now(presigner: Presigner, clock: Clock) -> None:
    batch = presigner.get_many("bucket", ["a"], expected_bucket_owner="123456789012")
    assert ("GET", {"x-amz-expected-bucket-owner": "123456789012"}) == (batch.method, batch.headers)
    assert NOW + timedelta(minutes=15) == batch.expires_at
    clock.go(seconds=1)
    assert NOW + timedelta(minutes=15, seconds=1) == batch.expires_at
    batch.headers.clear()
    assert 1 == len(batch.headers)


def test_a_wrong_key_does_not_end_a_batch(presigner: Presigner) -> None:
    wrong: Any = None
    batch = presigner.get_many("bucket", ["a", "", wrong, "a\0", "b"])
    assert presigner.get("bucket", "a") == next(batch)
    for _ in range(3):
        with pytest.raises(InvalidInputError, match=r"^key must be "):
            next(batch)
    assert presigner.get("bucket", "b") == next(batch)
    with pytest.raises(StopIteration):
        next(batch)
    with pytest.raises(StopIteration):
        next(batch)


def test_an_error_of_the_keys_themselves_comes_through(presigner: Presigner) -> None:
    def failing() -> Iterator[str]:
        yield "a"
        raise ValueError("from outside")

    batch = presigner.get_many("bucket", failing())
    next(batch)
    with pytest.raises(ValueError, match=r"^from outside$"):
        next(batch)


def test_a_batch_warns_once_of_keys_that_clients_rewrite(presigner: Presigner) -> None:
    for _ in range(2):
        with pytest.warns(ClientRewriteWarning) as caught:
            assert 3 == len(list(presigner.get_many("bucket", ["a/../b", "..", "c/./d"])))
        assert 1 == len(caught)


def test_a_batch_ends_with_its_credentials(clock: Clock) -> None:
    batch = _presigner(clock, credentials=ENDING, expires=60).get_many("bucket", ["a", "b"])
    next(batch)
    clock.go(minutes=20)
    with pytest.raises(ExpiredCredentialsError):
        next(batch)


def test_a_batch_may_be_of_another_region(presigner: Presigner) -> None:
    [url] = presigner.get_many("bucket", ["k"], region="eu-west-1")
    assert presign_get("bucket", "k", **{**WHERE, "region": "eu-west-1"}) == url


def test_a_clock_of_another_zone_is_the_same_instant() -> None:
    zone = timezone(timedelta(hours=-8))
    assert _presigner().get("bucket", "k") == _presigner(lambda: NOW.astimezone(zone)).get("bucket", "k")
