from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import (
    Credentials,
    ExpiredURLError,
    InvalidInputError,
    MalformedURLError,
    NotYetValidError,
    PresignError,
    SignatureMismatchError,
    VerificationError,
    presign,
    presign_get,
    presign_put,
    verify_url,
)

from .signers import (
    EMPTY,
    HOST,
    KEY_ID,
    ORDER,
    SECRET,
    SIGV4A,
    WRONG,
    WRONG_FOR_REGIONS,
    Wrong,
    signed,
    signed_for_regions,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
KEY = Credentials(KEY_ID, SECRET)
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", SECRET, "tok/en+with=signs")
HELD = {KEY_ID: KEY, "ASIAIOSFODNN7EXAMPLE": TEMPORARY}


def check(sent: Any, **options: Any) -> Any:
    given = {"credentials": HELD, "method": sent.method, "headers": sent.headers, "now": NOW, **options}
    return verify_url(sent.url, given.pop("credentials"), **given)


def get(**options: Any) -> str:
    return str(
        presign_get(
            options.pop("bucket", "examplebucket"),
            "a b.txt",
            **{"region": "us-east-1", "credentials": KEY, "now": NOW, **options},
        )
    )


# ---- Signers


def test_there_are_at_least_forty_wrong_signers() -> None:
    assert len({wrong.name for wrong in WRONG}) == len(WRONG) >= 40


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong.name for wrong in WRONG])
def test_a_wrong_signer_is_refused(wrong: Wrong) -> None:
    with pytest.raises((VerificationError, MalformedURLError)):
        check(signed(**{**wrong.base, **wrong.slip}))


@pytest.mark.parametrize("wrong", WRONG, ids=[wrong.name for wrong in WRONG])
def test_its_right_twin_is_accepted(wrong: Wrong) -> None:
    assert "examplebucket" == check(signed(**{"host": HOST, **wrong.base})).bucket or wrong.base.get("host")


def test_a_wrong_signer_and_its_twin_send_different_requests() -> None:
    same = [wrong.name for wrong in WRONG if signed(**wrong.base) == signed(**{**wrong.base, **wrong.slip})]
    assert [] == same


def test_there_are_at_least_ten_wrong_signers_of_sigv4a() -> None:
    assert len({wrong.name for wrong in WRONG_FOR_REGIONS}) == len(WRONG_FOR_REGIONS) >= 10


@pytest.mark.parametrize("wrong", WRONG_FOR_REGIONS, ids=[wrong.name for wrong in WRONG_FOR_REGIONS])
def test_a_wrong_signer_of_sigv4a_is_refused_and_its_right_twin_accepted(wrong: Wrong) -> None:
    assert ("eu-west-1", "us-*") == check(signed_for_regions(**wrong.base)).region_set
    with pytest.raises((VerificationError, MalformedURLError)):
        check(signed_for_regions(**{**wrong.base, **wrong.slip}))


def test_our_own_urls_are_accepted() -> None:
    assert "a b.txt" == verify_url(get(), KEY, now=NOW).key


def test_a_presigned_url_is_accepted_as_it_is() -> None:
    url = presign_put(
        "examplebucket", "k", region="us-east-1", credentials=KEY, now=NOW, content_type="image/png"
    )
    assert "k" == verify_url(url, KEY, method="PUT", headers=url.headers, now=NOW).key


# ---- What is accepted


@pytest.mark.parametrize(
    "credentials",
    [KEY, {KEY_ID: KEY}, HELD.get, lambda key_id: KEY if key_id == KEY_ID else None],
    ids=["a value", "a mapping", "a method", "a function"],
)
def test_credentials_may_be_a_value_a_mapping_or_a_function(credentials: Any) -> None:
    assert KEY_ID == verify_url(get(), credentials, now=NOW).access_key_id


def test_a_path_with_its_query_is_accepted_with_the_host_in_headers() -> None:
    path = get().removeprefix("https://examplebucket.s3.us-east-1.amazonaws.com")
    headers = {"Host": "examplebucket.s3.us-east-1.amazonaws.com"}
    assert KEY_ID == verify_url(path, KEY, headers=headers, now=NOW).access_key_id


def test_a_path_with_its_query_is_accepted_with_the_host_given() -> None:
    path = get().removeprefix("https://examplebucket.s3.us-east-1.amazonaws.com")
    info = verify_url(path, KEY, host="examplebucket.s3.us-east-1.amazonaws.com", now=NOW)
    assert ("examplebucket", "a b.txt") == (info.bucket, info.key)


def test_headers_may_be_the_byte_pairs_of_asgi() -> None:
    sent = signed(headers=[("content-type", "text/plain")])
    pairs = [(b"host", HOST.encode()), (b"content-type", b"text/plain"), (b"x", b"\xff")]
    assert HOST == check(sent, headers=pairs).host


def test_values_of_a_repeated_header_join_with_commas_in_order() -> None:
    sent = signed(headers=[("x-amz-meta-a", "1,2")])
    assert check(sent, headers=[("X-Amz-Meta-A", "1"), ("x-amz-meta-a", "2")])
    with pytest.raises(SignatureMismatchError):
        check(sent, headers=[("x-amz-meta-a", "2"), ("x-amz-meta-a", "1")])


def test_unsigned_headers_of_others_do_not_matter() -> None:
    assert check(signed(), headers={"User-Agent": "curl/8", "Range": "bytes=0-1", "X-Forwarded-For": "::1"})


def test_a_key_id_may_hold_slashes() -> None:
    assert "a/b" == check(signed(key_id="a/b"), credentials=Credentials("a/b", SECRET)).access_key_id


def test_a_plus_in_the_query_is_a_blank() -> None:
    sent = signed(query=[("prefix", "a b")])
    assert (("prefix", "a b"),) == check(sent._replace(url=sent.url.replace("a%20b&", "a+b&"))).query


def test_parameters_may_stand_in_any_order() -> None:
    assert check(signed(written=lambda pairs: pairs[::-1]))


def test_other_services_sign_the_path_twice_and_the_hash_of_nothing() -> None:
    url = presign(
        "GET",
        "https://api.example.com//a%20b/../c",
        service="execute-api",
        region="eu-west-1",
        credentials=KEY,
        now=NOW,
    )
    info = verify_url(str(url), KEY, service="execute-api", now=NOW)
    assert (None, "execute-api") == (info.bucket, info.service)


def test_a_hash_of_the_body_is_taken_from_a_signed_header() -> None:
    sent = signed(headers=[("x-amz-content-sha256", EMPTY)], payload=EMPTY)
    assert check(sent)


def test_a_hash_of_the_body_is_taken_from_the_query() -> None:
    assert check(signed(query=[("X-Amz-Content-Sha256", EMPTY)], payload=EMPTY))


def test_two_hashes_of_the_body_are_refused() -> None:
    query, headers = [("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")], [("x-amz-content-sha256", EMPTY)]
    with pytest.raises(VerificationError, match="must say the same"):
        check(signed(query=query, headers=headers, payload=EMPTY))


def test_a_session_of_s3_express_has_its_own_token() -> None:
    sent = signed(service="s3express", token="t", token_name="X-Amz-S3session-Token")
    assert check(sent, credentials=Credentials(KEY_ID, SECRET, "t"), service="s3express").has_token


# ---- SigV4a: ECDSA for several regions

MRAP = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"


@pytest.mark.parametrize("credentials", [KEY, TEMPORARY])
def test_urls_for_a_multi_region_access_point_are_accepted(credentials: Credentials) -> None:
    info = verify_url(get(bucket=MRAP, credentials=credentials), HELD, region="ap-south-2", now=NOW)
    assert (SIGV4A, ("*",), None, "mfzwi23gnjvgw.mrap", "a b.txt") == (
        info.algorithm, info.region_set, info.region, info.bucket, info.key,
    )  # fmt: skip


def test_an_upload_of_a_signed_type_by_sigv4a_is_accepted() -> None:
    sent = signed_for_regions(method="PUT", headers=[("content-type", "text/plain")])
    assert check(sent, headers={"Content-Type": " text/plain"})
    with pytest.raises(SignatureMismatchError):
        check(sent, headers={"Content-Type": "text/html"})


def test_other_services_verify_by_sigv4a() -> None:
    url = presign(
        "GET", "https://a.example.com//a%20b/../c", service="execute-api", algorithm="sigv4a", region_set=["us-*", "eu-west-1"],
        credentials=KEY, now=NOW,
    )  # fmt: skip
    assert "execute-api" == verify_url(url, KEY, service="execute-api", region="us-east-1", now=NOW).service
    with pytest.raises(VerificationError, match="service 's3'"):
        verify_url(url, KEY, now=NOW)


@pytest.mark.parametrize("is_high", [False, True])
def test_a_signature_is_accepted_with_either_s(is_high: bool) -> None:
    # FIPS 186-5, section 6.4.2, takes both, and AWS's own signers give both: so have 49 of the 107
    # signatures of aws-c-auth's suite and of awscrt a high s. Low ones alone is a rule of Bitcoin.
    def chosen(r: int, s: int) -> tuple[int, int]:
        return r, s if is_high == (s > ORDER // 2) else ORDER - s

    assert check(signed_for_regions(numbers=chosen)).algorithm == SIGV4A


# Source: S3 in us-east-1, as measured in September 2026 by brekkylab/backlot, backlot/sigv4a.py.
@pytest.mark.parametrize(
    "region_set",
    ["us-east-1", "*", "us-*", "*-1", "u*1", "**", "US-*", "us-east-1*", ",us-east-1", "us-west-2,us-east-1", "*us*e*-1"],
)  # fmt: skip
def test_a_pinned_region_is_in_the_region_set(region_set: str) -> None:
    assert check(signed_for_regions(region_set=region_set), region="us-east-1")


@pytest.mark.parametrize(
    "region_set",
    ["us-east-?", "us-east-10", "us-east-", "aws-global", "us-west-2, us-east-1", "us-east-1;us-west-2", "us-east-1 us-west-2",
     "us-east-1*1", "u*s*s*t*u*", "us-east-1-*-1", "*us-east", "s-east-1", "us*eu*1", "[us]*", ".*", ","],
)  # fmt: skip
def test_a_pinned_region_that_the_region_set_lacks_is_refused(region_set: str) -> None:
    assert check(signed_for_regions(region_set=region_set))
    with pytest.raises(VerificationError, match="for region 'us-east-1'"):
        check(signed_for_regions(region_set=region_set), region="us-east-1")


def test_a_region_set_of_a_million_stars_takes_no_time() -> None:
    with pytest.raises(VerificationError, match="for region"):
        check(signed_for_regions(region_set="*a" * 500_000, sign=lambda _: "30"), region="us-east-1")


def test_a_url_of_sigv4a_expires_as_others() -> None:
    with pytest.raises(ExpiredURLError, match="expired 0 seconds ago"):
        check(signed_for_regions(), now=NOW + timedelta(seconds=900))


# ---- The body's hash


def test_a_url_that_is_signed_with_a_bodys_hash_needs_the_body() -> None:
    digest = sha256(b"body").hexdigest()
    options: dict[str, Any] = {
        "service": "execute-api",
        "region": "eu-west-1",
        "credentials": KEY,
        "now": NOW,
    }
    url = presign("POST", "https://api.example.com/", payload_hash=digest, **options)
    checked: dict[str, Any] = {"service": "execute-api", "method": "POST", "now": NOW}
    assert "api.example.com" == verify_url(url, KEY, payload_hash=digest, **checked).host
    for other in (None, EMPTY, "UNSIGNED-PAYLOAD", digest.upper()):
        with pytest.raises(SignatureMismatchError):
            verify_url(url, KEY, payload_hash=other, **checked)


def test_a_bodys_hash_that_is_not_the_signed_headers_is_refused() -> None:
    sent = signed(headers=[("x-amz-content-sha256", EMPTY)], payload=EMPTY)
    assert check(sent, payload_hash=EMPTY)
    with pytest.raises(VerificationError, match="must say the same"):
        check(sent, payload_hash="0" * 64)


# ---- Times


@pytest.mark.parametrize(("after", "lives"), [(0, True), (899, True), (900, False), (10**6, False)])
def test_a_url_lives_as_long_as_it_says(after: int, lives: bool) -> None:
    when = NOW + timedelta(seconds=after)
    if lives:
        assert check(signed(), now=when)
        return
    with pytest.raises(ExpiredURLError, match=rf"expired {after - 900} seconds ago") as caught:
        check(signed(), now=when)
    assert NOW + timedelta(seconds=900) == caught.value.expires_at


@pytest.mark.parametrize(
    ("skew", "ahead", "lives"), [("15m", 900, True), ("15m", 901, False), (0, 1, False), (0, 0, True)]
)
def test_a_url_of_the_future_is_refused_beyond_the_skew(skew: Any, ahead: int, lives: bool) -> None:
    when = NOW - timedelta(seconds=ahead)
    if lives:
        assert check(signed(), now=when, max_skew=skew)
        return
    with pytest.raises(NotYetValidError, match=f"{ahead} seconds in the future"):
        check(signed(), now=when, max_skew=skew)


def test_the_longest_life_can_be_shortened() -> None:
    assert check(signed(expires="300"), max_expires="5m")
    with pytest.raises(VerificationError, match="1 to 300 seconds"):
        check(signed(expires="301"), max_expires="5m")


def test_a_url_dies_with_its_credentials() -> None:
    ended = Credentials(KEY_ID, SECRET, expires_at=NOW + timedelta(seconds=60))
    assert check(signed(), credentials=ended, now=NOW + timedelta(seconds=59))
    with pytest.raises(ExpiredURLError, match="credentials"):
        check(signed(), credentials=ended, now=NOW + timedelta(seconds=60))


def test_without_a_time_the_clock_is_read() -> None:
    with pytest.raises(ExpiredURLError):
        check(signed(time="20200102T140500Z"), now=None)


# ---- Pins


@pytest.mark.parametrize(
    "pins",
    [
        {"service": "sts"},
        {"region": "us-east-1"},
        {"host": "example.com"},
        {"host": HOST + ":9000"},
        {"host": "a b"},
    ],
)
def test_what_is_pinned_has_to_be_the_urls(pins: dict[str, str]) -> None:
    with pytest.raises(VerificationError):
        check(signed(), **pins)


def test_what_is_pinned_may_be_the_urls() -> None:
    assert check(signed(), service="s3", region="eu-west-1", host=HOST.upper() + ":443")


def test_a_scope_without_a_region_is_refused() -> None:
    with pytest.raises(VerificationError, match="region"):
        check(signed(region="", scope="20260102//s3/aws4_request"))


@pytest.mark.parametrize(
    "headers",
    [{"Host": "example.com"}, [("Host", HOST), ("host", HOST)], {"Host": ""}, {"Host": "a@b"}],
)
def test_the_host_has_to_be_named_in_one_way(headers: Any) -> None:
    with pytest.raises(VerificationError, match="host"):
        check(signed(), headers=headers)


def test_a_path_without_any_host_is_refused() -> None:
    with pytest.raises(VerificationError, match="name its host"):
        verify_url("/" + signed().url.split("/", 3)[3], KEY, now=NOW)


# ---- One error for whoever may not know


def refusal(action: Callable[[], object]) -> tuple[type, str]:
    with pytest.raises(PresignError) as caught:
        action()
    return type(caught.value), str(caught.value)


def test_an_unknown_id_a_wrong_signature_and_a_wrong_token_give_one_error() -> None:
    told = {
        refusal(lambda: check(signed(), credentials={})),
        refusal(lambda: check(signed(), credentials=lambda _: None)),
        refusal(lambda: check(signed(), credentials=Credentials("other", SECRET))),
        refusal(lambda: check(signed(secret="x"))),
        refusal(lambda: check(signed(token="t", key_id="ASIAIOSFODNN7EXAMPLE"))),
        refusal(lambda: check(signed(token="t", key_id="ASIAIOSFODNN7EXAMPLE"), credentials={})),
        refusal(lambda: check(signed_for_regions(), credentials={})),
        refusal(lambda: check(signed_for_regions(secret="x"))),
        refusal(lambda: check(signed_for_regions(token="t", key_id="ASIAIOSFODNN7EXAMPLE"))),
    }
    assert {(SignatureMismatchError, "the signature is not that of this request by a known key")} == told


def test_a_mismatch_of_other_letters_than_ascii_is_an_error_of_ours() -> None:
    with pytest.raises(SignatureMismatchError):
        check(signed(signature=lambda s: s[:-6] + "%C3%A9"))


def test_a_refusal_carries_what_the_url_says_and_no_secret() -> None:
    with pytest.raises(SignatureMismatchError) as caught:
        check(signed(secret="x"))
    assert caught.value.inspection is not None
    assert ("eu-west-1", "a folder/ü+1.txt") == (caught.value.inspection.region, caught.value.inspection.key)


@pytest.mark.parametrize(
    "error", [SignatureMismatchError("m"), ExpiredURLError("m", None, NOW), NotYetValidError("m")]
)
def test_refusals_pickle(error: VerificationError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(error), str(error), vars(error)) == (type(again), str(again), vars(again))


def test_a_refusal_pickles_with_its_inspection() -> None:
    with pytest.raises(ExpiredURLError) as caught:
        check(signed(), now=NOW + timedelta(days=1))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (caught.value.inspection, caught.value.expires_at) == (again.inspection, again.expires_at)


# ---- Forms that are refused


def test_a_region_set_beside_sigv4_is_refused() -> None:
    with pytest.raises(VerificationError, match="Region-Set"):
        check(signed(query=[("X-Amz-Region-Set", "*")]))


@pytest.mark.parametrize("name", ["AWSAccessKeyId", "Signature"])
def test_sigv2_beside_sigv4_is_refused(name: str) -> None:
    with pytest.raises(VerificationError, match="Version 2"):
        check(signed(query=[(name, "x")]))


@pytest.mark.parametrize(
    "name",
    [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ],
)
def test_every_parameter_has_to_be_there(name: str) -> None:
    with pytest.raises(VerificationError, match=name):
        check(signed(written=lambda pairs: [pair for pair in pairs if pair[0] != name]))


@pytest.mark.parametrize("value", ["a\nb", "é", "\x7f"])
def test_a_signed_header_has_to_be_printable_ascii(value: str) -> None:
    sent = signed(headers=[("x-amz-meta-a", "b")])
    with pytest.raises(VerificationError, match=r"printable ASCII|signature"):
        check(sent, headers={"x-amz-meta-a": value})


@pytest.mark.parametrize(
    "url",
    ["", "x", "https://", "ftp://h/?a", "https://h\n/", "https://h/ x", "https://h/é", "https://u@h/", "https://h/#f",
     "https://h/?a=%", "https://h/?a=%zz", "https://h/?a=%ff", "https://h:/", "https://h:99999999/", "https://[::x/"],
)  # fmt: skip
def test_what_is_no_url_is_malformed(url: str) -> None:
    with pytest.raises(MalformedURLError):
        verify_url(url, KEY, now=NOW)


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/%e", "/%"])
def test_a_path_that_no_key_has_is_malformed(path: str) -> None:
    with pytest.raises(MalformedURLError):
        check(signed(path_in_url=lambda _: path))


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("url", lambda: verify_url(None, KEY)),  # type: ignore[arg-type]
        ("method", lambda: verify_url("/", KEY, method=None)),  # type: ignore[arg-type]
        ("max_expires", lambda: verify_url("/", KEY, max_expires=0)),
        ("max_skew", lambda: verify_url("/", KEY, max_skew=-1)),
        ("max_skew", lambda: verify_url("/", KEY, max_skew=False)),
        ("now", lambda: verify_url("/", KEY, now=datetime(2026, 1, 2))),  # noqa: DTZ001
        ("headers", lambda: check(signed(), headers=[1])),
        ("headers", lambda: check(signed(), headers={"a": 1})),
        ("credentials", lambda: check(signed(), credentials=7)),
        ("credentials", lambda: check(signed(), credentials={KEY_ID: "secret"})),
        ("service", lambda: check(signed(), service=None)),
        ("region", lambda: check(signed(), region=7)),
        ("host", lambda: check(signed(), host=b"h")),
        ("payload_hash", lambda: check(signed(), payload_hash=b"x")),
    ],
)  # fmt: skip
def test_arguments_that_are_none_name_their_field(field: str, call: Callable[[], object]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call()
    assert field == caught.value.field
