"""Refused: whatever differs from what was signed. Each refusal has its honoured twin.

The servers agree on 403 but for these, where one or both find the request malformed:

=============================  =======  =====
what                           JuiceFS  Swift
=============================  =======  =====
no signature, or an empty one  400      403
no query at all                403      400
another region, service        400      400
more than a week               400      400
a signed header is missing     400      403
=============================  =======  =====

Swift honours dates in the future; JuiceFS refuses them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from presignlib import Credentials, Presigner

from .conftest import presigner_for
from .exchange import follow, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stores import Store

BODY = b"only for those who were given the URL"
KEY = "refusals/secret.txt"
OTHER_KEY = "refusals/other.txt"


@pytest.fixture(autouse=True)
def _objects(store: Store, presigner: Presigner) -> None:
    """Write both objects, so that nothing is refused for not being there."""
    for key in (KEY, OTHER_KEY):
        assert 200 == follow(presigner.put(store.bucket, key), BODY).status


@pytest.fixture
def url(store: Store, presigner: Presigner) -> str:
    """Return a URL for GET that was just honoured."""
    url = presigner.get(store.bucket, KEY, response_cache_control="no-store")
    answer = follow(url)
    assert (200, BODY) == (answer.status, answer.body)
    return str(url)


def with_other_last_digit(url: str) -> str:
    return url[:-1] + ("0" if url[-1] != "0" else "1")


def with_other_first_digit(url: str) -> str:
    return re.sub(r"(?<=X-Amz-Signature=).", lambda digit: "0" if digit[0] != "0" else "1", url)


TAMPERED: dict[str, Callable[[str], str]] = {
    "last digit of the signature": with_other_last_digit,
    "first digit of the signature": with_other_first_digit,
    "half a signature": lambda url: url[:-32],
    "another key": lambda url: url.replace(KEY, OTHER_KEY),
    "key in upper case": lambda url: url.replace("secret.txt", "SECRET.TXT"),
    "key with more behind it": lambda url: url.replace(KEY + "?", KEY + "x?"),
    "another override": lambda url: url.replace("no-store", "max-age=1"),
    "override taken out": lambda url: url.replace("response-cache-control=no-store&", ""),
    "override added in front": lambda url: url.replace("?", "?response-content-type=text%2Fhtml&"),
    "override added behind": lambda url: url + "&response-content-type=text%2Fhtml",
    "unknown parameter added": lambda url: url + "&utm_source=mail",
    "blank parameter added": lambda url: url + "&download",
    "longer life": lambda url: url.replace("X-Amz-Expires=900", "X-Amz-Expires=901"),
    "another second": lambda url: re.sub(r"\dZ(?=&X-Amz-Expires)", lambda end: f"{9 - int(end[0][0])}Z", url),
}


@pytest.mark.parametrize("tampered", TAMPERED.values(), ids=TAMPERED)
def test_a_url_that_was_tampered_with_is_refused(url: str, tampered: Callable[[str], str]) -> None:
    changed = tampered(url)
    assert changed != url
    assert 403 == send("GET", changed).status


def test_parameters_in_another_order_are_the_same_url(url: str) -> None:
    path, _, query = url.partition("?")
    reordered = "&".join(reversed(query.split("&")))
    assert (200, BODY) == (send("GET", f"{path}?{reordered}").status, send("GET", f"{path}?{reordered}").body)


@pytest.mark.parametrize("cut", ["&X-Amz-Signature=", "="])
def test_a_url_without_its_signature_is_refused(store: Store, url: str, cut: str) -> None:
    head, _, signature = url.rpartition(cut)
    rest = "" if cut.startswith("&") else "="
    assert 64 == len(signature)
    assert {"juicefs": 400, "swift": 403}[store.name] == send("GET", head + rest).status


def test_a_url_without_a_query_is_refused(store: Store, url: str) -> None:
    assert {"juicefs": 403, "swift": 400}[store.name] == send("GET", url.partition("?")[0]).status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_url_is_good_for_its_own_method_alone(store: Store, presigner: Presigner, method: str) -> None:
    url = presigner.request(method, store.bucket, KEY)
    body = {"PUT": BODY}
    others = [other for other in ("GET", "HEAD", "PUT", "DELETE") if other != method]
    assert [403] * 3 == [send(other, url, body=body.get(other)).status for other in others]
    assert {"DELETE": 204}.get(method, 200) == send(method, url, body=body.get(method)).status


def test_a_url_for_an_object_does_not_list_its_bucket(store: Store, presigner: Presigner, url: str) -> None:
    bucket_url = url.replace("/" + KEY, "")
    assert [403, 200] == [
        send("GET", bucket_url).status,
        follow(presigner.list(store.bucket, prefix=KEY)).status,
    ]


def test_a_url_is_refused_in_another_bucket(store: Store, presigner: Presigner, url: str) -> None:
    follow(presigner.request("PUT", "second-bucket"), b"")
    follow(presigner.put("second-bucket", KEY), BODY)
    moved = url.replace(store.bucket, "second-bucket")
    assert [403, 200] == [send("GET", moved).status, follow(presigner.get("second-bucket", KEY)).status]


# ---- Time


def test_an_expired_url_is_refused(store: Store, presigner: Presigner) -> None:
    signed_at = datetime.now(timezone.utc) - timedelta(seconds=90)
    expired, alive = (presigner.get(store.bucket, KEY, expires=life, now=signed_at) for life in (60, 120))
    assert [403, 200] == [follow(expired).status, follow(alive).status]


def test_an_expired_url_can_not_be_given_a_longer_life(store: Store, presigner: Presigner) -> None:
    signed_at = datetime.now(timezone.utc) - timedelta(seconds=90)
    expired = presigner.get(store.bucket, KEY, expires=60, now=signed_at)
    assert 403 == send("GET", expired.replace("X-Amz-Expires=60", "X-Amz-Expires=120")).status


def test_a_url_of_last_week_is_refused(store: Store, presigner: Presigner) -> None:
    """Its day is another, and with it the signing key; that alone is honoured."""
    now = datetime.now(timezone.utc)
    alive = presigner.get(store.bucket, KEY, expires="7d", now=now - timedelta(days=6, hours=23))
    dead = presigner.get(store.bucket, KEY, expires="7d", now=now - timedelta(days=7, seconds=5))
    assert [200, 403] == [follow(alive).status, follow(dead).status]


def test_more_than_a_week_is_refused(store: Store, presigner: Presigner) -> None:
    url = presigner.get(store.bucket, KEY, expires="7d")
    assert [200, 400] == [follow(url).status, send("GET", url.replace("=604800", "=604801")).status]


def test_a_date_in_the_future_is_refused_by_juicefs_alone(store: Store, presigner: Presigner) -> None:
    """Both allow for clocks that go wrong by some minutes; Swift does not look at all."""
    now = datetime.now(timezone.utc)
    soon, late = (presigner.get(store.bucket, KEY, now=now + timedelta(minutes=m)) for m in (10, 20))
    expected = {"juicefs": [200, 403], "swift": [200, 200]}[store.name]
    assert expected == [follow(soon).status, follow(late).status]


# ---- Who and where


def test_a_wrong_secret_is_refused(store: Store, presigner: Presigner) -> None:
    wrong = replace(store.keys, secret_access_key=store.keys.secret_access_key[:-1] + "x")
    url = presigner_for(store, wrong).get(store.bucket, KEY)
    assert [403, 200] == [follow(url).status, follow(presigner.get(store.bucket, KEY)).status]


def test_an_unknown_access_key_is_refused(store: Store) -> None:
    nobody = Credentials(store.keys.access_key_id + "0", store.keys.secret_access_key)
    assert 403 == follow(presigner_for(store).get(store.bucket, KEY, credentials=nobody)).status


def test_another_access_key_in_the_url_is_refused(store: Store, presigner: Presigner, url: str) -> None:
    credential = re.search(r"X-Amz-Credential=([^&]*?)%2F", url)
    assert credential is not None
    assert 403 == send("GET", url.replace(credential[1], credential[1] + "0")).status


def test_a_url_for_another_region_is_refused(store: Store, presigner: Presigner) -> None:
    other = presigner.get(store.bucket, KEY, region="eu-central-1")
    own = presigner.get(store.bucket, KEY, region=store.region)
    assert [400, 200] == [follow(other).status, follow(own).status]


def test_a_url_for_another_service_is_refused(store: Store, presigner: Presigner, url: str) -> None:
    assert 400 == send("GET", url.replace("%2Fs3%2F", "%2Fsts%2F")).status


def test_a_url_is_refused_under_another_host(store: Store, url: str) -> None:
    port = str(store.port)
    assert [403, 200] == [send("GET", url, host=f"localhost:{port}").status, send("GET", url).status]


def test_a_url_is_refused_under_another_port(store: Store, url: str) -> None:
    assert 403 == send("GET", url, host="127.0.0.1").status


# ---- Signed headers


def test_a_signed_header_has_to_be_sent(store: Store, presigner: Presigner) -> None:
    url = presigner.get(store.bucket, KEY, headers={"X-Team": "red"})
    assert [200, {"juicefs": 400, "swift": 403}[store.name]] == [
        follow(url).status,
        follow(url, x_team=None).status,
    ]


@pytest.mark.parametrize("value", ["blue", "Red", "red, blue", ""])
def test_a_signed_header_has_to_be_sent_as_it_was_signed(
    store: Store, presigner: Presigner, value: str
) -> None:
    url = presigner.get(store.bucket, KEY, headers={"X-Team": "red"})
    assert [200, 403] == [follow(url).status, follow(url, x_team=value).status]


def test_blanks_around_a_signed_header_do_not_count(store: Store, presigner: Presigner) -> None:
    url = presigner.get(store.bucket, KEY, headers={"X-Team": "red and blue"})
    assert 200 == follow(url, x_team="  red and blue ").status


def test_an_unsigned_header_may_be_anything(store: Store, url: str) -> None:
    assert 200 == send("GET", url, headers={"user-agent": "x/1", "x-team": "blue", "referer": "y"}).status


def test_the_list_of_signed_headers_can_not_be_cut(store: Store, presigner: Presigner) -> None:
    url = presigner.get(store.bucket, KEY, headers={"X-Team": "red"})
    assert 403 == send("GET", url.replace("host%3Bx-team", "host"), headers=url.headers).status
