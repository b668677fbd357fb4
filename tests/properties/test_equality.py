"""Different ways to one URL: functions and Presigner, one by one and in batches, sent and restored."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presignlib import (
    Credentials,
    InvalidInputError,
    PresignedURL,
    Presigner,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_put,
)
from tests.strategies import (
    LAW,
    Pairs,
    buckets,
    credentials,
    expiries,
    header_values,
    headers,
    keys,
    moments,
    queries,
    regions,
    texts,
)

pytestmark = pytest.mark.filterwarnings(
    "ignore::presignlib.ClientRewriteWarning", "ignore::presignlib.ActiveContentWarning"
)

FUNCTIONS: dict[str, Any] = {
    "get": presign_get,
    "head": presign_head,
    "put": presign_put,
    "delete": presign_delete,
    "list": presign_list,
}
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
WHO = Credentials("AKIDEXAMPLE", "secret")
ONE = Presigner(region="us-east-1", credentials=WHO, now=NOW)

VALUES = header_values().filter(lambda value: value.strip() != "")
NAMES = texts().filter(lambda text: text.isprintable() and text != "")
OPTIONS: dict[str, dict[str, Any]] = {
    "get": {
        "version_id": texts().filter(bool),
        "part_number": st.integers(1, 10_000),
        "response_content_type": VALUES,
        "response_cache_control": VALUES,
        "download_as": NAMES,
        "request_payer": st.booleans(),
    },
    "head": {"version_id": texts().filter(bool), "part_number": st.integers(1, 10_000)},
    "put": {
        "content_type": VALUES,
        "content_length": st.integers(0, 2),
        "overwrite": st.booleans(),
        "metadata": st.dictionaries(st.sampled_from("abc"), header_values()),
        "checksum_crc32": st.binary(min_size=4, max_size=4),
        "sse_customer_key": st.binary(min_size=32, max_size=32),
    },
    "delete": {"version_id": texts().filter(bool)},
    "list": {"prefix": texts(), "max_keys": st.integers(0, 2), "delimiter": texts()},
}


@st.composite
def calls(draw: st.DrawFn, *names: str) -> tuple[str, list[str], dict[str, Any]]:
    """Return a method's name, its bucket and key, and some of its options."""
    name = draw(st.sampled_from(names or sorted(OPTIONS)))
    bucket = draw(st.sampled_from(["examplebucket", "other"]) | buckets())
    target = [bucket] if name == "list" else [bucket, draw(keys())]
    chosen = draw(st.lists(st.sampled_from(sorted(OPTIONS[name])), max_size=3, unique=True))
    options = {option: draw(OPTIONS[name][option]) for option in chosen}
    if draw(st.booleans()):
        options["expires"] = draw(expiries())
    return name, target, options


def contract(url: PresignedURL) -> dict[str, Any]:
    """Return all that a URL tells."""
    told = {name: getattr(url, name) for name in ATTRIBUTES}
    return {
        **told,
        "explained": url.explain(),
        "plain": url.to_dict(),
        "shown": repr(url),
        "curl": url.as_curl(),
    }


ATTRIBUTES = (
    *("method", "bucket", "key", "region", "expires", "headers", "signed_at", "expires_at"),
    *("limited_by", "browser_ready", "redacted"),
)


# "Every presign_* function is a method of Presigner with the same keywords" (design, "Public names").


@LAW
@given(call=calls(), region=regions(), who=credentials(), now=moments(), expires=expiries())
def test_a_method_gives_what_its_function_gives(
    call: tuple[str, list[str], dict[str, Any]], region: str, who: Credentials, now: datetime, expires: int
) -> None:
    name, target, options = call
    where: dict[str, Any] = {"region": region, "credentials": who, "now": now}
    expected = FUNCTIONS[name](*target, **{"expires": expires, **options}, **where)
    url = getattr(Presigner(expires=expires, **where), name)(*target, **options)
    assert str(expected) == str(url)
    assert contract(expected) == contract(url)


# "A cache keyed by options tells True from 1" (design, "Secrets"): what was signed before leaves
# no trace in what is signed next.


@LAW
@given(st.lists(calls(), min_size=2, max_size=6))
def test_what_a_presigner_signed_before_does_not_show(
    several: list[tuple[str, list[str], dict[str, Any]]],
) -> None:
    used = Presigner(region="us-east-1", credentials=WHO, now=NOW)
    for name, target, options in [*several, *several]:
        fresh = Presigner(region="us-east-1", credentials=WHO, now=NOW)
        expected = getattr(fresh, name)(*target, **options)
        url = getattr(used, name)(*target, **options)
        assert str(expected) == str(url)
        assert contract(expected) == contract(url)


@LAW
@given(st.lists(st.sampled_from([True, 1, 1.0, False, 0]), min_size=2, max_size=6), st.data())
def test_a_presigner_refuses_what_a_fresh_one_refuses(values: list[Any], data: st.DataObject) -> None:
    # Python says that True == 1 == 1.0, and a cache may take one for the other.
    used = Presigner(region="us-east-1", credentials=WHO, now=NOW)
    option = data.draw(st.sampled_from(["request_payer", "part_number", "expires", "dualstack"]))
    for value in values:
        fresh = Presigner(region="us-east-1", credentials=WHO, now=NOW)
        answers = [answer_of(presigner, {option: value}) for presigner in (fresh, used)]
        assert answers[0] == answers[1]


def answer_of(presigner: Presigner, options: dict[str, Any]) -> str:
    try:
        return str(presigner.get("examplebucket", "key", **options))
    except InvalidInputError as error:
        return f"{error.field}: {error}"


# "get_many: options are those of get and hold for all" (design, "Public names").


@LAW
@given(call=calls("get"), several=st.lists(keys(), max_size=6), who=credentials(), now=moments())
def test_a_batch_gives_what_get_gives_for_each_key(
    call: tuple[str, list[str], dict[str, Any]], several: list[str], who: Credentials, now: datetime
) -> None:
    _, (bucket, _), options = call
    presigner = Presigner(region="eu-central-1", credentials=who, now=now)
    expected = [str(presigner.get(bucket, key, **options)) for key in several]
    assert expected == list(presigner.get_many(bucket, several, **options))


@LAW
@given(call=calls("get"), who=credentials(), now=moments())
def test_a_batch_tells_the_contract_of_its_urls(
    call: tuple[str, list[str], dict[str, Any]], who: Credentials, now: datetime
) -> None:
    _, (bucket, key), options = call
    presigner = Presigner(region="eu-central-1", credentials=who, now=now)
    url = presigner.get(bucket, key, **options)
    batch = presigner.get_many(bucket, [key], **options)
    assert (url.method, url.headers, url.expires_at) == (batch.method, batch.headers, batch.expires_at)


# "It pickles and copies" (design, on PresignedURL).


@LAW
@given(call=calls(), protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_a_pickled_url_is_equal_in_all_it_tells(
    call: tuple[str, list[str], dict[str, Any]], protocol: int
) -> None:
    name, target, options = call
    url = getattr(ONE, name)(*target, **options)
    restored = pickle.loads(pickle.dumps(url, protocol))
    assert type(restored) is PresignedURL
    assert str(url) == str(restored)
    assert contract(url) == contract(restored)


@LAW
@given(call=calls())
def test_a_copied_url_is_equal_in_all_it_tells(call: tuple[str, list[str], dict[str, Any]]) -> None:
    name, target, options = call
    url = getattr(ONE, name)(*target, **options)
    assert contract(url) == contract(copy.copy(url)) == contract(copy.deepcopy(url))
    assert str(url) == str(copy.copy(url)) == str(copy.deepcopy(url))


@LAW
@given(credentials() | credentials(ending=True), st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_pickled_credentials_are_equal(who: Credentials, protocol: int) -> None:
    assert who == pickle.loads(pickle.dumps(who, protocol))


# "Nothing is mutated" (style, "Code habits").


@LAW
@given(query=queries(), fields=headers())
def test_lists_that_are_passed_in_are_not_changed(query: Pairs, fields: Pairs) -> None:
    before = copy.deepcopy((query, fields))
    ONE.request("PUT", "examplebucket", "key", query=query, headers=fields)
    assert before == (query, fields)


@LAW
@given(query=queries(unique=True), fields=headers())
def test_mappings_that_are_passed_in_are_not_changed(query: Pairs, fields: Pairs) -> None:
    mappings = dict(query), dict(fields)
    before = [list(mapping.items()) for mapping in mappings]
    ONE.request("PUT", "examplebucket", "key", query=mappings[0], headers=mappings[1])
    assert before == [list(mapping.items()) for mapping in mappings]


@LAW
@given(query=queries(unique=True), fields=headers())
def test_a_mapping_is_signed_as_its_pairs_are(query: Pairs, fields: Pairs) -> None:
    once = list(dict(fields).items())
    pairs = ONE.request("PUT", "examplebucket", "key", query=query, headers=once)
    mapped = ONE.request("PUT", "examplebucket", "key", query=dict(query), headers=dict(fields))
    passed = ONE.request("PUT", "examplebucket", "key", query=iter(query), headers=iter(once))
    assert str(pairs) == str(mapped) == str(passed)


@LAW
@given(
    before=st.dictionaries(st.sampled_from("abc"), VALUES),
    after=st.dictionaries(st.sampled_from("abc"), VALUES),
)
def test_a_mapping_that_was_changed_meanwhile_is_read_anew(
    before: dict[str, str], after: dict[str, str]
) -> None:
    presigner = Presigner(region="us-east-1", credentials=WHO, now=NOW)
    metadata = dict(before)
    first = presigner.put("examplebucket", "key", metadata=metadata)
    told = first.headers
    metadata.clear()
    metadata.update(after)
    second = presigner.put("examplebucket", "key", metadata=metadata)
    assert str(ONE.put("examplebucket", "key", metadata=after)) == str(second)
    assert told == first.headers


@LAW
@given(fields=headers())
def test_changing_what_a_url_tells_does_not_change_the_url(fields: Pairs) -> None:
    url = ONE.request("PUT", "examplebucket", "key", headers=fields)
    before = contract(url)
    url.headers["x-other"] = "1"
    url.to_dict()["headers"]["x-other"] = "1"
    assert before == contract(url)
