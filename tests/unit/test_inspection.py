"""Where a URL leads, what it says, and what is wrong with it."""

from __future__ import annotations

import base64
import json
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from presignlib import InvalidInputError, MalformedURLError, URLInfo, inspect_url, presign, presign_get

from .samples import CREDENTIALS, NOW, TEMPORARY
from .signers import EMPTY, KEY_ID, signed

WHERE: dict[str, Any] = {"region": "eu-west-1", "credentials": CREDENTIALS, "now": NOW}


def get(**options: Any) -> URLInfo:
    return inspect_url(str(presign_get("examplebucket", "a b/ü.txt", **{**WHERE, **options})), now=NOW)


# ---- Parts


def test_every_part_of_a_url_is_data() -> None:
    info = get(version_id="v/1")
    assert {
        "algorithm": "AWS4-HMAC-SHA256",
        "access_key_id": KEY_ID,
        "date": "20260102",
        "region": "eu-west-1",
        "region_set": None,
        "service": "s3",
        "expires": 900,
        "signed_headers": ["host"],
        "has_token": False,
        "scheme": "https",
        "host": "examplebucket.s3.eu-west-1.amazonaws.com",
        "bucket": "examplebucket",
        "key": "a b/ü.txt",
        "addressing_style": "virtual",
        "query": [["versionId", "v/1"]],
        "problems": [],
        "policy": None,
        "signed_at": "2026-01-02T14:05:00+00:00",
        "expires_at": "2026-01-02T14:20:00+00:00",
        "is_expired": False,
    } == info.to_dict()
    assert NOW == info.signed_at
    assert NOW + timedelta(minutes=15) == info.expires_at


def test_a_token_is_told_and_not_shown() -> None:
    info = get(credentials=TEMPORARY)
    assert info.has_token
    assert "token" not in str(info.query)


def test_a_path_and_query_have_no_host() -> None:
    url = signed().url.removeprefix("https://examplebucket.s3.eu-west-1.amazonaws.com")
    info = inspect_url(url)
    assert (None, None, None, KEY_ID) == (info.scheme, info.host, info.bucket, info.access_key_id)


def test_a_url_of_another_service_leads_to_no_bucket() -> None:
    url = presign("GET", "https://api.example.com/a", service="execute-api", **WHERE)
    info = inspect_url(url)
    assert (None, None, "execute-api", ()) == (info.bucket, info.key, info.service, info.problems)


def test_sigv4a_has_a_region_set() -> None:
    url = signed(
        algorithm="AWS4-ECDSA-P256-SHA256",
        scope="20260102/s3/aws4_request",
        query=[("X-Amz-Region-Set", "us-*,eu-west-1")],
        host="mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com",
        signature=lambda s: "3020" + s,
    ).url
    info = inspect_url(url)
    assert ("AWS4-ECDSA-P256-SHA256", ("us-*", "eu-west-1"), None, "s3") == (
        info.algorithm, info.region_set, info.region, info.service,
    )  # fmt: skip
    assert ("mfzwi23gnjvgw.mrap", ()) == (info.bucket, info.problems)


def test_sigv2_is_recognised() -> None:
    info = inspect_url("https://b.s3.amazonaws.com/k?a=1&AWSAccessKeyId=AK&Signature=x%3D&Expires=1767363600")
    assert ("SigV2", "AK", (("a", "1"),), False) == (
        info.algorithm,
        info.access_key_id,
        info.query,
        info.has_token,
    )
    assert datetime(2026, 1, 2, 14, 20, tzinfo=timezone.utc) == info.expires_at
    assert "Signature Version 2" in info.problems[0]


def test_sigv2_with_an_end_that_is_none_has_no_end() -> None:
    info = inspect_url(
        "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AK&Signature=x&Expires=soon&x-amz-security-token=t"
    )
    assert (None, True, False) == (info.expires_at, info.has_token, info.is_expired())


def test_a_life_beyond_the_calendar_ends_with_it() -> None:
    info = inspect_url(signed(time="99991231T235959Z", expires="999999999").url)
    assert datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc) == info.expires_at


# ---- Expiry


def test_expiry_is_asked_by_any_clock() -> None:
    info = get()
    assert [False, True] == [info.is_expired(NOW + timedelta(seconds=s)) for s in (899, 900)]
    assert not info.is_expired()
    assert inspect_url(signed().url).is_expired()
    assert inspect_url(signed().url, now=NOW + timedelta(days=1)).is_expired()


# ---- Addresses

ARN = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-point"
ADDRESSES = [
    ("b.s3.us-west-2.amazonaws.com/k/l", "b", "k/l", "virtual"),
    ("my.dotted.b.s3.us-west-2.amazonaws.com/k", "my.dotted.b", "k", "virtual"),
    ("s3.s3.us-west-2.amazonaws.com/k", "s3", "k", "virtual"),
    ("s3.us-west-2.amazonaws.com/b/k/l", "b", "k/l", "path"),
    ("s3.us-west-2.amazonaws.com/b", "b", None, "path"),
    ("s3.us-west-2.amazonaws.com/b/", "b", None, "path"),
    ("s3.us-west-2.amazonaws.com/", None, None, "path"),
    ("b.s3.us-west-2.amazonaws.com", "b", None, "virtual"),
    ("b.s3.amazonaws.com/k", "b", "k", "virtual"),
    ("s3.amazonaws.com/b/k", "b", "k", "path"),
    ("b.s3-us-west-2.amazonaws.com/k", "b", "k", "virtual"),
    ("s3-us-west-2.amazonaws.com/b/k", "b", "k", "path"),
    ("b.s3-fips-us-gov-west-1.amazonaws.com/k", "b", "k", "virtual"),
    ("b.s3-external-1.amazonaws.com/k", "b", "k", "virtual"),
    ("b.s3-fips.us-west-2.amazonaws.com/k", "b", "k", "virtual"),
    ("b.s3.dualstack.us-west-2.amazonaws.com/k", "b", "k", "virtual"),
    ("s3-fips.dualstack.us-west-2.amazonaws.com/b/k", "b", "k", "path"),
    ("b.s3-accelerate.amazonaws.com/k", "b", "k", "virtual"),
    ("b.s3-accelerate.dualstack.amazonaws.com/k", "b", "k", "virtual"),
    ("b.s3.cn-north-1.amazonaws.com.cn/k", "b", "k", "virtual"),
    ("b.s3.us-iso-east-1.c2s.ic.gov/k", "b", "k", "virtual"),
    ("b.s3.eusc-de-east-1.amazonaws.eu/k", "b", "k", "virtual"),
    ("my-point-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k", ARN, "k", "virtual"),
    ("my-point-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com/k", ARN, "k", "virtual"),
    ("p-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn/k",
     "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/p", "k", "virtual"),
    ("o-123456789012.s3-object-lambda.us-west-2.amazonaws.com/k",
     "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/o", "k", "virtual"),
    ("r-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com/k",
     "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/r", "k", "virtual"),
    ("x--op-s3.op-0b1d075431d83bebd.s3-outposts.us-west-1.amazonaws.com/k", "x--op-s3", "k", "virtual"),
    ("b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/k", "b--usw2-az1--x-s3", "k", "virtual"),
    ("b--usw2-az1--x-s3.s3express-fips-usw2-az1.dualstack.us-west-2.amazonaws.com/k", "b--usw2-az1--x-s3", "k", "virtual"),
    ("s3express-control.us-west-2.amazonaws.com/b--usw2-az1--x-s3", "b--usw2-az1--x-s3", None, "path"),
    ("m.mrap.accesspoint.s3-global.amazonaws.com/k", "m.mrap", "k", "virtual"),
    ("b.bucket.vpce-1a-2b.s3.us-west-2.vpce.amazonaws.com/k", "b", "k", "virtual"),
    ("bucket.vpce-1a-2b.s3.us-west-2.vpce.amazonaws.com/b/k", "b", "k", "path"),
    ("my-point-123456789012.accesspoint.vpce-1a-2b.s3.us-west-2.vpce.amazonaws.com/k", ARN, "k", "virtual"),
    ("control.vpce-1a-2b.s3.us-west-2.vpce.amazonaws.com/b/k", None, None, None),
    ("vpce.amazonaws.com/b/k", None, None, None),
    ("sts.amazonaws.com/b/k", None, None, None),
    ("s3-accesspoint.us-west-2.amazonaws.com/k", None, None, None),
    ("s3-outposts.us-west-2.amazonaws.com/k", None, None, None),
    ("b.s3-website-us-west-2.amazonaws.com/k", None, None, None),
    ("localhost:9000/b/k", "b", "k", "path"),
    ("[::1]:9000/b/k", "b", "k", "path"),
    ("minio.example.com/b/k", "b", "k", "path"),
    ("b.s3.eu-central-003.backblazeb2.com/k", "b", "k", "virtual"),
    ("s3.eu-central-003.backblazeb2.com/b/k", "b", "k", "path"),
    ("0123.r2.cloudflarestorage.com/b/k", "b", "k", "path"),
    ("b.0123.r2.cloudflarestorage.com/k", "b", "k", "virtual"),
    ("b.fra1.digitaloceanspaces.com/k", "b", "k", "virtual"),
    ("fra1.digitaloceanspaces.com/b/k", "b", "k", "path"),
    ("storage.googleapis.com/b/k", "b", "k", "path"),
    ("b.storage.googleapis.com/k", "b", "k", "virtual"),
    ("minio.example.com/b/%ff", "b", None, "path"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "bucket", "key", "style"), ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_an_address_leads_to_bucket_and_key(
    address: str, bucket: str | None, key: str | None, style: str | None
) -> None:
    info = inspect_url(f"https://{address}?X-Amz-Date=x")
    assert (bucket, key, style) == (info.bucket, info.key, info.addressing_style)


@pytest.mark.parametrize(
    ("where", "style"),
    [
        ({}, "virtual"),
        ({"addressing_style": "path"}, "path"),
        ({"dualstack": True}, "virtual"),
        ({"fips": True, "region": "us-east-1"}, "virtual"),
        ({"accelerate": True}, "virtual"),
        ({"region": "cn-north-1"}, "virtual"),
        ({"endpoint_url": "http://localhost:9000"}, "path"),
        ({"endpoint_url": "https://s3.wasabisys.com", "addressing_style": "virtual"}, "virtual"),
        ({"endpoint_url": "https://[::1]:9000"}, "path"),
    ],
)
def test_inspecting_what_we_signed_gives_back_what_was_asked(where: dict[str, Any], style: str) -> None:
    info = get(**where)
    assert ("examplebucket", "a b/ü.txt", style, ()) == (
        info.bucket,
        info.key,
        info.addressing_style,
        info.problems,
    )


@pytest.mark.parametrize("end", ["", ":80"])
def test_a_port_that_is_the_schemes_own_is_no_part_of_the_host(end: str) -> None:
    assert "h" == inspect_url(f"HTTP://H{end}/?X-Amz-Date=1").host
    assert "h:443" == inspect_url("http://h:443/?X-Amz-Date=1").host


# ---- Problems

FOR_REGIONS: dict[str, Any] = {
    "algorithm": "AWS4-ECDSA-P256-SHA256",
    "scope": "20260102/s3/aws4_request",
    "query": [("X-Amz-Region-Set", "*")],
}
PROBLEMS: list[tuple[dict[str, Any], str]] = [
    ({"url": lambda u: u.partition("?")[0]}, "not signed"),
    ({"url": lambda u: u.replace("X-Amz-", "amp;X-Amz-")}, "&amp;"),
    ({"url": lambda u: u.replace("&X-Amz", "&amp;X-Amz")}, "&amp;"),
    ({"url": lambda u: u.replace("X-Amz-Date", "x-amz-date")}, "'x-amz-date' is not in AWS's letters"),
    ({"url": lambda u: u + "&X-Amz-Date=1"}, "X-Amz-Date stands more than once"),
    ({"url": lambda u: u.partition("&X-Amz-Expires")[0]}, "lacks X-Amz-Expires, X-Amz-SignedHeaders, X-Amz-Signature: the URL is cut"),
    ({"url": lambda u: u.replace("X-Amz-Date=20260102T140500Z&", "")}, "lacks X-Amz-Date"),
    ({"url": lambda u: "https://h/?X-Amz-Signature=x"}, "lacks X-Amz-Algorithm"),
    ({"url": lambda u: u.replace("%2F", "%252F")}, "percent-encoded twice"),
    ({"algorithm": "AWS3"}, "X-Amz-Algorithm is neither"),
    ({"algorithm": "AWS4-ECDSA-P256-SHA256", "scope": "20260102/s3/aws4_request"}, "X-Amz-Region-Set"),
    ({"algorithm": "AWS4-ECDSA-P256-SHA256", "scope": "aws4_request"}, "not of the form"),
    ({"query": [("X-Amz-Region-Set", "*")]}, "X-Amz-Region-Set"),
    ({"scope": "x"}, "X-Amz-Credential is not of the form"),
    ({"scope": "r/s3/aws4_request"}, "X-Amz-Credential is not of the form"),
    ({"scope": "20260101/eu-west-1/s3/aws4_request"}, "The credential's day"),
    ({"time": "today"}, "X-Amz-Date is not a time"),
    ({"time": "20260230T000000Z"}, "X-Amz-Date is not a time"),
    ({"time": "19690101T000000Z"}, "X-Amz-Date is not a time"),
    ({"expires": "604801"}, "seven days), got 604801"),
    ({"expires": "x"}, "X-Amz-Expires is not 1 to 604800 whole seconds (seven days)"),
    ({"names": lambda names: ["range"]}, "host is not among"),
    ({"names": lambda names: ["host", "Range"]}, "not in lower case"),
    ({"signature": lambda s: s[:-1]}, "has 63 characters"),
    ({"signature": str.upper}, "has other characters"),
    ({**FOR_REGIONS, "signature": lambda s: "3021" + s}, "has 68 characters where 70 lower-case"),
    ({**FOR_REGIONS, "signature": lambda s: "3020" + s.upper()}, "other characters in it where 68"),
    ({**FOR_REGIONS, "signature": lambda s: "3120" + s}, "other characters in it where 68"),
    ({**FOR_REGIONS, "signature": lambda s: "30"}, "other characters in it where 2"),
    ({"key_id": "ASIAIOSFODNN7EXAMPLE"}, "begins with ASIA"),
    ({"token": "t"}, "begins with AKIA"),
    ({"region": "eu-west-2"}, "The host is in eu-west-1 and the URL is signed for eu-west-2"),
    ({"service": "s3express"}, "The host belongs to s3 and"),
    ({"service": "sts"}, "The host belongs to s3 and the URL is signed for sts"),
    ({"host": "b.s3.amazonaws.com"}, "no region in it"),
    ({"host": "m.mrap.accesspoint.s3-global.amazonaws.com"}, "takes AWS4-ECDSA-P256-SHA256 (SigV4a) alone"),
    ({"key": "a/../b"}, "'.' or '..' segment"),
    ({"url": lambda u: "https://h/?X-Goog-Algorithm=x"}, "Google's own"),
    ({"url": lambda u: "https://h/?Key-Pair-Id=x&Signature=y"}, "CloudFront"),
    ({"url": lambda u: "https://h/?sig=x"}, "Azure"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "said"), PROBLEMS, ids=[said for _, said in PROBLEMS])
def test_what_is_wrong_with_a_url_is_said(wrong: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in inspect_url(signed(**wrong).url).problems)


@pytest.mark.parametrize(
    "right",
    [{}, {"host": "b.s3.amazonaws.com", "region": "us-east-1"}, {"host": "sts.amazonaws.com"}, {"key_id": "shortid", "token": "t"},
     {"token": "t", "key_id": "ASIAIOSFODNN7EXAMPLE"}, {"query": [("X-Amz-Content-Sha256", EMPTY)]}],
)  # fmt: skip
def test_a_url_without_faults_has_no_problems(right: dict[str, Any]) -> None:
    assert () == inspect_url(signed(**right).url).problems


@pytest.mark.parametrize(
    "url", ["", "x", "https://a b/", "https://h/?%", "https://h/\n", "ftp://h/", "https://h:x/"]
)
def test_what_is_no_url_is_malformed(url: str) -> None:
    with pytest.raises(MalformedURLError) as caught:
        inspect_url(url)
    assert "url" == caught.value.field


@pytest.mark.parametrize("url", [None, 7, b"https://h/", ["https://h/"]])
def test_what_is_no_text_is_refused(url: Any) -> None:
    with pytest.raises(InvalidInputError):
        inspect_url(url)


# ---- Values


def test_what_is_inspected_compares_pickles_and_shows_no_secret() -> None:
    info = get(credentials=TEMPORARY)
    assert info == pickle.loads(pickle.dumps(info))
    assert info != get()
    assert info != "x"
    assert "<URLInfo AWS4-HMAC-SHA256 'examplebucket/a b/ü.txt', until 2026-01-02 14:20:00 UTC>" == repr(info)


def test_a_repr_says_how_much_is_wrong() -> None:
    assert "<URLInfo None 'h', 1 wrong>" == repr(inspect_url("https://h/"))
    assert "<URLInfo None 'b', 1 wrong>" == repr(inspect_url("https://h/b"))


# ---- Forms

SCOPE = f"{KEY_ID}/20260102/eu-west-1/s3/aws4_request"


def form(
    conditions: Any = None, expiration: Any = "2026-01-02T14:20:00.000Z", **fields: str
) -> dict[str, str]:
    own = {
        "key": "up/${filename}",
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": SCOPE,
        "x-amz-date": "20260102T140500Z",
    }
    if conditions is None:
        conditions = [
            {"bucket": "b"},
            ["starts-with", "$key", "up/"],
            *[{name: own[name]} for name in list(own)[1:]],
            "odd",
            7,
        ]
    text = json.dumps({"expiration": expiration, "conditions": conditions})
    return {**own, "policy": base64.b64encode(text.encode()).decode(), "x-amz-signature": "ab", **fields}


def test_a_form_is_decoded() -> None:
    info = inspect_url({"url": "https://b.s3.eu-west-1.amazonaws.com/", "fields": form()}, now=NOW)
    assert ("b", "up/${filename}", KEY_ID, "eu-west-1", 900, ()) == (
        info.bucket, info.key, info.access_key_id, info.region, info.expires, info.problems,
    )  # fmt: skip
    assert ("https", "virtual", False) == (info.scheme, info.addressing_style, info.is_expired())
    assert info.policy is not None
    assert {"bucket": "b"} == info.policy["conditions"][0]


@pytest.mark.parametrize(
    "conditions", [None, [["eq", "$bucket", "b"]], [["eq", "$bucket"], {"bucket": 7}, ["eq", "$bucket", "b"]]]
)
def test_the_fields_alone_name_the_bucket_by_the_policy(conditions: Any) -> None:
    assert "b" == inspect_url(form(conditions)).bucket


@pytest.mark.parametrize("url", ["", "/upload", "https://sts.amazonaws.com/"])
def test_a_form_that_goes_nowhere_has_no_bucket(url: str) -> None:
    assert inspect_url({"url": url, "fields": form()}).bucket is None


def test_a_form_without_a_bucket_has_none() -> None:
    assert inspect_url(form([])).bucket is None


FORMS: list[tuple[dict[str, str], str]] = [
    ({}, "lacks the fields key, policy"),
    (form(**{"x-amz-algorithm": "AWS3"}), "x-amz-algorithm is not"),
    (form(policy="!"), "not a JSON object in base64"),
    (form(policy=base64.b64encode(b"[1]").decode()), "not a JSON object"),
    (form(policy=base64.b64encode(b"[" * 100_000).decode()), "not a JSON object"),
    (form(policy="A" * 1_000_001), "not a JSON object"),
    (form(expiration=7), "no expiration"),
    (form(expiration="soon"), "no expiration"),
    (form(acl="private", **{"x-ignore-me": "1"}), "allows the fields acl"),
    (form("odd"), "allows the fields key"),
]


@pytest.mark.parametrize(("fields", "said"), FORMS, ids=[said for _, said in FORMS])
def test_what_is_wrong_with_a_form_is_said(fields: dict[str, str], said: str) -> None:
    assert any(said in problem for problem in inspect_url(fields).problems)


@pytest.mark.parametrize("fields", [{"url": 7, "fields": {}}, {"fields": 7}])
def test_a_form_of_other_types_is_refused(fields: Any) -> None:
    with pytest.raises(InvalidInputError):
        inspect_url(fields)


def test_fields_that_are_no_text_are_passed_over() -> None:
    assert "k" == inspect_url({"key": "k", "size": 7, 7: "x"}).key  # type: ignore[dict-item]
