from __future__ import annotations

import hashlib
import io
import os
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from presignlib import diagnose, presign, presign_get
from presignlib.testing._objects import OWN

from ..strategies import LAW, keys, texts
from .samples import ENDING, NOW, TEMPORARY, WHERE
from .shop import ENDPOINT, Said, Shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BODY = b"0123456789"
PAGE = "http://page.localhost:8000"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """Return a shop with one object, last changed at NOW."""
    assert 200 == shop.put("a.txt", BODY, content_type="text/plain", metadata={"by": "me"}).status
    return shop


def etag(body: bytes) -> str:
    return f'"{hashlib.md5(body).hexdigest()}"'


# Who asks


@dataclass(frozen=True)
class Wrong:
    """What is done to a URL for GET, and what is said then."""

    status: int
    code: str
    message: str
    change: Callable[[str], str] = str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"


def without(name: str) -> Callable[[str], str]:
    return lambda url: re.sub(rf"{name}=[^&]*&?", "", url)


def instead(old: str, new: str) -> Callable[[str], str]:
    return lambda url: re.sub(old, new, url)


PARAMETERS = "AuthorizationQueryParametersError"
WRONG = {
    "unsigned": Wrong(403, "AccessDenied", "Access Denied", lambda url: url.partition("?")[0]),
    "signed in a header": Wrong(
        501, "NotImplemented", "A header", lambda url: url.partition("?")[0], (("Authorization", "AWS4 x"),)
    ),
    "signed twice": Wrong(400, "InvalidArgument", "Only one auth mechanism", headers=(("Authorization", "x"),)),
    "SigV2": Wrong(
        400,
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        lambda url: url.partition("?")[0] + "?AWSAccessKeyId=x&Signature=x&Expires=1",
    ),
    "no date": Wrong(400, PARAMETERS, "Query-string authentication", without("X-Amz-Date")),
    "two dates": Wrong(400, PARAMETERS, "Query-string authentication", lambda url: url + "&X-Amz-Date=x"),
    "algorithm": Wrong(400, PARAMETERS, "X-Amz-Algorithm only", instead("AWS4-HMAC-SHA256", "x")),
    "credential": Wrong(400, PARAMETERS, "Error parsing", instead("aws4_request", "x")),
    "region": Wrong(400, PARAMETERS, "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'", instead("us-east-1", "eu-west-1")),
    "service": Wrong(400, PARAMETERS, 'Error parsing the X-Amz-Credential parameter; incorrect service "sts"', instead("%2Fs3%2F", "%2Fsts%2F")),
    "day": Wrong(400, PARAMETERS, "Invalid credential date", instead("%2F20260102", "%2F20260103")),
    "time": Wrong(400, PARAMETERS, "X-Amz-Date must be", instead("Date=20260102T", "Date=20260102X")),
    "no number": Wrong(400, PARAMETERS, "X-Amz-Expires should be a number", instead("Expires=900", "Expires=-1")),
    "zero": Wrong(400, PARAMETERS, "X-Amz-Expires must be less than a week", instead("Expires=900", "Expires=0")),
    "eight days": Wrong(400, PARAMETERS, "X-Amz-Expires must be less", instead("Expires=900", "Expires=691200")),
    "host not signed": Wrong(403, "AccessDenied", "There were headers present", instead("SignedHeaders=host", "SignedHeaders=range"), (("Range", "bytes=0-1"),)),
    "header not signed": Wrong(403, "AccessDenied", "There were headers present in the request which were not signed", headers=(("X-Amz-Meta-A", "1"),)),
    "token": Wrong(400, "InvalidToken", "The provided token", lambda url: url + "&X-Amz-Security-Token=x"),
    "nobody": Wrong(403, "InvalidAccessKeyId", "The AWS Access Key Id", instead("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7NOBODY")),
    "another key": Wrong(403, "SignatureDoesNotMatch", "The request signature we calculated", instead("a.txt", "b.txt")),
    "another method": Wrong(403, "SignatureDoesNotMatch", "The request", method="DELETE"),
    "another letter in a name": Wrong(403, "SignatureDoesNotMatch", "The request", lambda url: url + "&x-amz-date=x"),
    "broken escape": Wrong(400, "InvalidURI", "Couldn't parse the specified URI.", instead("a.txt", "%zz")),
    "no UTF-8": Wrong(400, "InvalidURI", "Couldn't parse the specified URI.", instead("a.txt", "%ff")),
    "NUL": Wrong(400, "InvalidURI", "Couldn't parse the specified URI.", instead("a.txt", "a%00")),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_request_is_refused_in_the_words_of_s3(stocked: Shop, wrong: Wrong) -> None:
    url = wrong.change(stocked.sign.get("demo", "a.txt"))
    said = stocked.ask(wrong.method, url, headers=dict(wrong.headers))
    assert (wrong.status, wrong.code) == (said.status, said.code)
    assert said.each("Message")[0].startswith(wrong.message)
    assert "application/xml" == said.headers["content-type"]
    assert ["a.txt"] == stocked.keys()


def test_a_refusal_has_the_ids_that_its_headers_have(shop: Shop) -> None:
    said = shop.get("missing")
    assert said.each("RequestId") == [said.headers["x-amz-request-id"]] == said.each("HostId")
    assert ["missing"] == said.each("Key")


def test_a_wrong_signature_is_answered_with_what_would_have_been_signed(stocked: Shop) -> None:
    url = stocked.sign.get("demo", "a.txt", headers={"X-Team": "red  team"})
    said = stocked.ask("GET", url[:-2] + "xy", headers={"x-team": " red team "})
    lines = [line for line in url.explain().splitlines() if not line.startswith("# ")]
    request, _, to_sign = "\n".join(lines).partition("\n\nString to sign:\n")
    assert [request.removeprefix("Canonical request:\n")] == said.each("CanonicalRequest")
    assert [to_sign] == said.each("StringToSign")
    for name in ("CanonicalRequest", "StringToSign"):
        assert said.each(name)[0] == bytes.fromhex(said.each(f"{name}Bytes")[0]).decode()
    assert [url[-64:-2] + "xy"] == said.each("SignatureProvided")


def test_the_region_that_would_be_right_is_told(stocked: Shop) -> None:
    said = stocked.ask("GET", stocked.sign.get("demo", "a.txt", region="eu-west-1"))
    assert ["us-east-1"] == said.each("Region")


def test_the_headers_that_are_not_signed_are_told(stocked: Shop) -> None:
    said = stocked.get("a.txt", {"x-amz-b": "1", "x-amz-a": "2"})
    assert ["x-amz-a, x-amz-b"] == said.each("HeadersNotSigned")


def several(region_set: str) -> str:
    """Return a URL signed by SigV4a."""
    return presign(
        "GET",
        f"{ENDPOINT}/demo/a.txt",
        service="s3",
        algorithm="sigv4a",
        region_set=region_set,
        credentials=WHERE["credentials"],
        now=NOW,
    )


@pytest.mark.parametrize("region_set", ["*", "us-*", "eu-west-1,us-east-1"])
def test_a_url_for_several_regions_is_refused_as_others_are(stocked: Shop, region_set: str) -> None:
    said = stocked.ask("GET", several(region_set).replace("a.txt", "b.txt"))
    assert ("SignatureDoesNotMatch", True) == (said.code, "/demo/b.txt\n" in said.each("CanonicalRequest")[0])
    assert ["AWS4-ECDSA-P256-SHA256", "20260102T140500Z", "20260102/s3/aws4_request"] == (
        said.each("StringToSign")[0].split("\n")[:3]
    )


@pytest.mark.parametrize("region_set", ["eu-*", "eu-west-1,us-west-*"])
def test_a_url_for_several_other_regions_is_refused(stocked: Shop, region_set: str) -> None:
    said = stocked.ask("GET", several(region_set))
    assert (PARAMETERS, ["us-east-1"]) == (said.code, said.each("Region"))


def test_a_set_of_regions_belongs_to_one_algorithm(stocked: Shop) -> None:
    said = stocked.ask("GET", without("X-Amz-Region-Set")(several("*")))
    assert (PARAMETERS, "X-Amz-Algorithm only") == (said.code, said.each("Message")[0][:20])


def test_a_url_lives_until_its_second_by_the_clock_of_the_store(tmp_path: Path) -> None:
    now = NOW
    shop = Shop(tmp_path, clock=lambda: now)
    shop.put("a")
    url = shop.sign.get("demo", "a", expires=60)
    now = NOW + timedelta(seconds=59)
    assert 200 == shop.follow(url).status
    now = NOW + timedelta(seconds=60)
    said = shop.follow(url)
    assert (403, "AccessDenied", ["Request has expired"]) == (said.status, said.code, said.each("Message"))
    assert ["60"] == said.each("X-Amz-Expires")
    assert ["2026-01-02T14:06:00Z"] == said.each("Expires") == said.each("ServerTime")


def test_a_url_of_tomorrow_is_refused(shop: Shop) -> None:
    said = shop.follow(shop.sign.get("demo", "a", now=NOW + timedelta(minutes=16)))
    assert (403, ["Request is not yet valid"]) == (said.status, said.each("Message"))


def test_a_session_token_has_to_be_that_of_the_key(tmp_path: Path) -> None:
    shop = Shop(tmp_path, credentials=TEMPORARY)
    url = shop.sign.put("demo", "a")
    assert [200, "InvalidAccessKeyId", "InvalidToken"] == [
        shop.follow(url).status,
        shop.ask("PUT", without("X-Amz-Security-Token")(url)).code,
        shop.ask("PUT", instead("Token=token", "Token=taken")(url)).code,
    ]


def test_credentials_that_have_ended_are_refused(tmp_path: Path) -> None:
    now = NOW
    shop = Shop(tmp_path, credentials=ENDING, clock=lambda: now)
    url = shop.sign.put("demo", "a", expires="1h", short_credentials="ignore")
    first = shop.follow(url)
    now = NOW + timedelta(minutes=30)
    assert (200, "ExpiredToken") == (first.status, shop.follow(url).code)
    assert "session_token_expired" == diagnose(url, shop.follow(url).body).code


# What for


@pytest.mark.parametrize(
    ("method", "target", "query", "code", "status"),
    [
        ("GET", "", {}, "NotImplemented", 501),
        ("PUT", "demo", {}, "NotImplemented", 501),
        ("GET", "demo", {"uploads": ""}, "NotImplemented", 501),
        ("GET", "demo/a", {"acl": ""}, "NotImplemented", 501),
        ("POST", "demo", {"delete": ""}, "NotImplemented", 501),
        ("POST", "demo/a", {}, "MethodNotAllowed", 405),
        ("PATCH", "demo/a", {}, "MethodNotAllowed", 405),
        ("GET", "other/a", {}, "NoSuchBucket", 404),
        ("GET", "other", {}, "NoSuchBucket", 404),
        ("GET", "demo/a", {"versionId": "x"}, "NoSuchVersion", 404),
        ("GET", "demo/" + "k" * 1025, {}, "KeyTooLongError", 400),
    ],
)
def test_what_is_not_there_is_told(
    shop: Shop, method: str, target: str, query: dict[str, str], code: str, status: int
) -> None:
    url = presign(method, f"{ENDPOINT}/{target}", service="s3", query=query, **WHERE)
    said = shop.ask(method, url)
    assert (code, status) == (said.code, said.status)


def test_the_version_of_an_object_without_versions_is_null(stocked: Shop) -> None:
    assert 200 == stocked.get("a.txt", version_id="null").status


@pytest.mark.parametrize("host", ["localhost:9000", "localhost", "LOCALHOST", "example.com:8080"])
def test_the_bucket_may_be_in_the_host(stocked: Shop, host: str) -> None:
    url = presign_get(
        "demo", "a.txt", endpoint_url=f"http://{host}", addressing_style="virtual", allow_http=True, **WHERE
    )
    said = stocked.ask("GET", url, headers={"Host": f"demo.{host}"})
    assert (200, BODY) == (said.status, said.body)


def test_another_bucket_in_the_host_is_not_there(shop: Shop) -> None:
    url = presign_get("other", "a", endpoint_url="http://localhost", addressing_style="virtual", **WHERE)
    assert "NoSuchBucket" == shop.ask("GET", url).code


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PermissionError, 403, "AccessDenied"),
        (OSError, 500, "InternalError"),
        (FileNotFoundError, 500, "InternalError"),
    ],
)
def test_what_the_folder_refuses_is_answered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: type[OSError], status: int, code: str
) -> None:
    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(shop.store.objects, "open", fail)
    said = shop.get("a")
    assert (status, code) == (said.status, said.code)


@pytest.mark.parametrize("error", [TimeoutError, ConnectionResetError])
def test_a_client_that_goes_away_is_not_answered(shop: Shop, error: type[OSError]) -> None:
    class Gone:
        def read(self, _: int) -> bytes:
            raise error

    with pytest.raises(error):
        shop.ask("PUT", shop.sign.put("demo", "a"), source=Gone(), length=5)
    assert [] == os.listdir(os.path.join(shop.store.objects.own, "new"))


PARAMETERS_OF_S3 = (
    *("uploads", "uploadId", "partNumber", "list-type", "prefix", "delimiter", "max-keys", "start-after"),
    *("continuation-token", "marker", "encoding-type", "versionId", "max-parts", "part-number-marker", "acl"),
    *("response-content-type", "response-expires", "x-amz-meta-a", "x-amz-tagging", "x-id"),
)
HEADERS_OF_S3 = (
    *(
        "range",
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "if-range",
        "content-md5",
    ),
    *("content-type", "cache-control", "x-amz-meta-a", "x-amz-tagging", "x-amz-storage-class", "x-amz-acl"),
    *(
        "x-amz-checksum-crc32",
        "x-amz-checksum-sha256",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-content-sha256",
    ),
)
_values = (
    st.sampled_from(["", "*", "2", "-1", "0", "bytes=0-1", "bytes=-", "true", "AAAAAA==", "a=b&c"]) | texts()
)
_lines = st.text(st.sampled_from("aZ09 ,;:=*-\"'/()<>[]\\~"), max_size=12) | st.sampled_from(
    ["bytes=0-3", "bytes=9-", "*", '"x"', "AAAAAA==", "Mon, 01 Jan 0001 00:00:00 GMT", "a=b", "SHA256"]
)


@settings(LAW, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"]),
    st.none() | keys(),
    st.dictionaries(st.sampled_from(PARAMETERS_OF_S3), _values, max_size=4),
    st.dictionaries(st.sampled_from(HEADERS_OF_S3), _lines, max_size=4),
    st.binary(max_size=20) | st.just(b"<a><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></a>"),
)
@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
def test_no_request_makes_the_store_fail(
    shop: Shop, method: str, key: str | None, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    """It is signed as it has to be, and for the rest whatever a program could send."""
    said = shop.follow(shop.sign.request(method, "demo", key, query=query, headers=headers), body)
    assert said.status in (200, 204, 206, 304, 400, 404, 405, 412, 416, 501)
    said = shop.ask(
        "POST",
        f"{ENDPOINT}/demo",
        body,
        headers={**headers, "content-type": "multipart/form-data; boundary=a"},
    )
    assert said.status in (400, 411)


# Pages of other origins


def sharing(said: Said) -> dict[str, str]:
    return {name: text for name, text in said.headers.items() if name.startswith(("access-", "vary"))}


def test_a_page_of_an_allowed_origin_may_read_answers_and_refusals(tmp_path: Path) -> None:
    shop = Shop(tmp_path, allowed_origins=[PAGE])
    for said in (shop.put("a"), shop.get("a", {"Origin": PAGE}), shop.get("b", {"Origin": PAGE})):
        assert "Origin" == said.headers["vary"]
    assert [PAGE, PAGE] == [
        shop.get(key, {"Origin": PAGE}).headers["access-control-allow-origin"] for key in ("a", "b")
    ]
    assert "ETag" in shop.get("a", {"Origin": PAGE}).headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin", ["http://page.localhost:8001", "https://page.localhost:8000", "null", "*", ""]
)
def test_a_page_of_another_origin_may_not(tmp_path: Path, origin: str) -> None:
    shop = Shop(tmp_path, allowed_origins=[PAGE])
    shop.put("a")
    assert {"vary": "Origin"} == sharing(shop.get("a", {"Origin": origin}))


def test_without_allowed_origins_nothing_is_said(stocked: Shop) -> None:
    assert {} == sharing(stocked.get("a.txt", {"Origin": PAGE}))


@pytest.mark.parametrize("allowed", [PAGE, (PAGE,), "*", ["https://other", "*"]])
def test_a_browser_that_asks_first_is_told(tmp_path: Path, allowed: Any) -> None:
    said = Shop(tmp_path, allowed_origins=allowed).ask(
        "OPTIONS",
        f"{ENDPOINT}/demo/a",
        headers={
            "Origin": PAGE,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "x-a",
        },
    )
    assert (200, PAGE) == (said.status, said.headers["access-control-allow-origin"])
    assert ("x-a", "GET, HEAD, PUT, POST, DELETE") == (
        said.headers["access-control-allow-headers"],
        said.headers["access-control-allow-methods"],
    )


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": PAGE, "Access-Control-Request-Method": "PATCH"}, 403, "AccessForbidden"),
        ({"Origin": "http://other", "Access-Control-Request-Method": "GET"}, 403, "AccessForbidden"),
        ({"Origin": PAGE}, 400, "BadRequest"),
        ({"Access-Control-Request-Method": "GET"}, 400, "BadRequest"),
    ],
)
def test_a_browser_that_may_not_is_refused(
    tmp_path: Path, headers: dict[str, str], status: int, code: str
) -> None:
    said = Shop(tmp_path, allowed_origins=[PAGE]).ask("OPTIONS", f"{ENDPOINT}/demo/a", headers=headers)
    assert (status, code) == (said.status, said.code)


def test_no_header_is_asked_for_where_none_is_named(tmp_path: Path) -> None:
    headers = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
    said = Shop(tmp_path, allowed_origins="*").ask("OPTIONS", f"{ENDPOINT}/demo/a", headers=headers)
    assert "access-control-allow-headers" not in said.headers


# Reading


def test_an_object_comes_back_as_it_was_stored(stocked: Shop) -> None:
    said = stocked.get("a.txt")
    assert (200, BODY, etag(BODY)) == (said.status, said.body, said.headers["etag"])
    assert ("text/plain", "me", "bytes") == tuple(
        said.headers[name] for name in ("content-type", "x-amz-meta-by", "accept-ranges")
    )


def test_a_browser_runs_nothing_of_an_object(shop: Shop) -> None:
    for kind in ("text/html", "application/pdf"):
        shop.put(kind, b"x", content_type=kind)
    said = shop.get("text/html")
    assert ("nosniff", True) == (
        said.headers["x-content-type-options"],
        "sandbox" in said.headers["content-security-policy"],
    )
    assert "content-security-policy" not in shop.get("application/pdf").headers
    assert (
        "sandbox"
        in shop.get("application/pdf", response_content_type="text/html").headers["content-security-policy"]
    )


def test_head_says_all_but_the_body(stocked: Shop) -> None:
    said = stocked.ask("HEAD", stocked.sign.head("demo", "a.txt"))
    same = {"x-amz-request-id": "", "x-amz-id-2": ""}
    assert {**stocked.get("a.txt").headers, **same} == {**said.headers, **same}
    assert b"" == said.body


RANGES = {
    "bytes=2-4": (206, b"234", "bytes 2-4/10"),
    "bytes=2-": (206, b"23456789", "bytes 2-9/10"),
    "bytes=-3": (206, b"789", "bytes 7-9/10"),
    "bytes=-99": (206, BODY, "bytes 0-9/10"),
    "bytes=5-99": (206, b"56789", "bytes 5-9/10"),
    " Bytes = 0-0": (206, b"0", "bytes 0-0/10"),
    "bytes=0-1,3-4": (200, BODY, None),
    "bytes=4-2": (200, BODY, None),
    "bytes=x-2": (200, BODY, None),
    "bytes=-": (200, BODY, None),
    "bytes=2": (200, BODY, None),
    "bytes=\u0662-4": (200, BODY, None),
    "lines=2-4": (200, BODY, None),
    f"bytes=1-{'9' * 41}": (200, BODY, None),
}


@pytest.mark.parametrize(("asked", "expected"), RANGES.items(), ids=RANGES)
def test_a_range_is_what_is_asked_for_or_all(
    stocked: Shop, asked: str, expected: tuple[int, bytes, str | None]
) -> None:
    said = stocked.get("a.txt", {"Range": asked})
    assert expected == (said.status, said.body, said.headers.get("content-range"))


@pytest.mark.parametrize(
    ("key", "asked"),
    [("a.txt", "bytes=10-"), ("a.txt", "bytes=-0"), ("empty", "bytes=0-"), ("empty", "bytes=-1")],
)
def test_a_range_beyond_the_end_is_refused(stocked: Shop, key: str, asked: str) -> None:
    stocked.put("empty")
    said = stocked.get(key, {"Range": asked})
    size = {"a.txt": "10", "empty": "0"}[key]
    assert (416, "InvalidRange", [size]) == (said.status, said.code, said.each("ActualObjectSize"))
    assert f"bytes */{size}" == said.headers["content-range"]


def when(minutes: int) -> str:
    """Return the time so many minutes after the object was changed."""
    return f"{NOW + timedelta(minutes=minutes):%a, %d %b %Y %H:%M:%S GMT}"


ETAG = etag(BODY)
CONDITIONS: dict[str, tuple[int, dict[str, str]]] = {
    "match": (200, {"If-Match": ETAG}),
    "match among others": (200, {"If-Match": f'"x", {ETAG}'}),
    "match any": (200, {"If-Match": "*"}),
    "match another": (412, {"If-Match": '"x"'}),
    "not another": (200, {"If-None-Match": '"x"'}),
    "not this": (304, {"If-None-Match": ETAG}),
    "not this, weak": (304, {"If-None-Match": "W/" + ETAG}),
    "not this, bare": (304, {"If-None-Match": ETAG.strip('"')}),
    "modified": (200, {"If-Modified-Since": when(-1)}),
    "not modified": (304, {"If-Modified-Since": when(0)}),
    "unmodified": (200, {"If-Unmodified-Since": when(0)}),
    "not unmodified": (412, {"If-Unmodified-Since": when(-1)}),
    "no time": (
        200,
        {"If-Modified-Since": "yesterday", "If-Unmodified-Since": "Mon, 99 Jan 9999 00:00:00 GMT"},
    ),
    "a time without a zone": (304, {"If-Modified-Since": when(1).replace("GMT", "-0000")}),
    "an ETag wins over a time": (200, {"If-Match": ETAG, "If-Unmodified-Since": when(-1)}),
    "and the other way": (200, {"If-None-Match": '"x"', "If-Modified-Since": when(1)}),
    "range of this": (206, {"Range": "bytes=0-1", "If-Range": ETAG}),
    "range of this time": (206, {"Range": "bytes=0-1", "If-Range": when(0)}),
    "range of another": (200, {"Range": "bytes=0-1", "If-Range": '"x"'}),
}


@pytest.mark.parametrize(("status", "headers"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_is_obeyed(stocked: Shop, status: int, headers: dict[str, str]) -> None:
    set_time(stocked, "a.txt")
    said = stocked.get("a.txt", headers)
    assert status == said.status
    assert {200: BODY, 206: BODY[:2], 304: b""}.get(status, said.body) == said.body


def set_time(shop: Shop, key: str) -> None:
    """Let a file have been changed at NOW, and what is known of it go with that."""
    import json

    second = int(NOW.timestamp())
    os.utime(shop.folder / key, (second, second))
    about = shop.store.objects._about(key)
    with open(about, "rb") as file:
        known = json.loads(file.read())
    with open(about, "w") as text:
        json.dump({**known, "time": second * 1_000_000_000}, text)


def test_the_last_change_is_told(stocked: Shop) -> None:
    set_time(stocked, "a.txt")
    assert when(0) == stocked.get("a.txt").headers["last-modified"]


def test_a_url_may_ask_for_other_headers(stocked: Shop) -> None:
    said = stocked.get(
        "a.txt", response_content_type="x/y", response_cache_control="no-store", download_as="b.txt"
    )
    assert ("x/y", "no-store") == (said.headers["content-type"], said.headers["cache-control"])
    assert said.headers["content-disposition"].startswith("attachment")


def test_headers_that_are_no_headers_are_refused(stocked: Shop) -> None:
    said = stocked.get("a.txt", query={"response-content-type": "x\r\nSet-Cookie: a=b"})
    assert "InvalidArgument" == said.code


def test_a_checksum_is_told_where_it_is_asked_for(shop: Shop) -> None:
    digest = hashlib.sha256(BODY).digest()
    stored = shop.put("a", BODY, checksum_sha256=digest)
    asking = shop.sign.get("demo", "a", headers={"x-amz-checksum-mode": "ENABLED"})
    answers = (stored, shop.get("a"), shop.follow(asking), shop.follow(asking, Range="bytes=0-1"))
    text = b64encode(digest).decode()
    assert [text, None, text, None] == [said.headers.get("x-amz-checksum-sha256") for said in answers]


def test_an_object_of_one_piece_is_its_first_part(stocked: Shop) -> None:
    stocked.put("empty")
    assert [(206, BODY), (416, None), (200, b"")] == [
        (said.status, said.body if said.status < 300 else None)
        for said in (
            stocked.get("a.txt", part_number=1),
            stocked.get("a.txt", part_number=2),
            stocked.get("empty", part_number=1),
        )
    ]


@pytest.mark.parametrize("number", ["0", "10001", "x", "", "\u0661", "9" * 20])
def test_a_part_has_a_number(stocked: Shop, number: str) -> None:
    assert "InvalidArgument" == stocked.get("a.txt", query={"partNumber": number}).code


def test_the_bucket_is_there(shop: Shop) -> None:
    said = shop.follow(shop.sign.request("HEAD", "demo"))
    assert (200, "us-east-1") == (said.status, said.headers["x-amz-bucket-region"])


# Lists


@pytest.fixture
def shelf(shop: Shop) -> Shop:
    for key in ("a", "b/1", "b/2", "b/c/3", "d e", "\u00fc"):
        shop.put(key, key.encode())
    return shop


LISTS: dict[str, tuple[list[str], list[str], dict[str, Any]]] = {
    "all": (["a", "b/1", "b/2", "b/c/3", "d e", "\u00fc"], [], {}),
    "by slash": (["a", "d e", "\u00fc"], ["b/"], {"delimiter": "/"}),
    "below": (["b/1", "b/2"], ["b/c/"], {"delimiter": "/", "prefix": "b/"}),
    "below without a slash": ([], ["b/"], {"delimiter": "/", "prefix": "b"}),
    "behind": (["d e", "\u00fc"], [], {"start_after": "b/c/3"}),
    "behind, within a prefix": (["d e", "\u00fc"], ["b/"], {"start_after": "b/1", "delimiter": "/"}),
    "nothing": ([], [], {"prefix": "x"}),
    "none": ([], [], {"max_keys": 0}),
}


@pytest.mark.parametrize(("keys", "prefixes", "options"), LISTS.values(), ids=LISTS)
def test_a_list_has_what_is_asked_for(
    shelf: Shop, keys: list[str], prefixes: list[str], options: dict[str, Any]
) -> None:
    said = shelf.follow(shelf.sign.list("demo", **options))
    own = [options["prefix"]] if "prefix" in options else [""]
    assert (keys, own + prefixes) == (said.each("Key"), said.each("Prefix"))
    assert ([str(len(keys + prefixes))], ["false"]) == (said.each("KeyCount"), said.each("IsTruncated"))


def pages(shop: Shop, **options: Any) -> list[tuple[list[str], list[str]]]:
    found: list[tuple[list[str], list[str]]] = []
    token: str | None = None
    while len(found) < 9:
        said = shop.follow(shop.sign.list("demo", continuation_token=token, **options))
        found.append((said.each("Key"), said.each("Prefix")[1:]))
        token = next(iter(said.each("NextContinuationToken")), None)
        assert ["true" if token else "false"] == said.each("IsTruncated")
        if token is None:
            break
    return found


def test_a_list_has_pages(shelf: Shop) -> None:
    assert [(["a", "b/1"], []), (["b/2", "b/c/3"], []), (["d e", "\u00fc"], [])] == pages(shelf, max_keys=2)


def test_a_common_prefix_stands_on_one_page(shelf: Shop) -> None:
    assert [(["a"], []), ([], ["b/"]), (["d e"], []), (["\u00fc"], [])] == pages(
        shelf, max_keys=1, delimiter="/"
    )


@pytest.mark.parametrize("token", ["x", "", "7b7d", "5b5d", b'["a", 1]'.hex(), b"[1, true]".hex()])
def test_a_token_of_another_list_is_refused(shop: Shop, token: str) -> None:
    said = shop.follow(
        shop.sign.request("GET", "demo", query={"list-type": "2", "continuation-token": token})
    )
    assert (400, "InvalidArgument") == (said.status, said.code)


def test_an_entry_says_what_the_object_is(stocked: Shop) -> None:
    set_time(stocked, "a.txt")
    stocked.put("b", storage_class="STANDARD_IA")
    said = stocked.follow(stocked.sign.list("demo"))
    assert (["2026-01-02T14:05:00.000Z", ETAG, "10"]) == [
        said.each(name)[0] for name in ("LastModified", "ETag", "Size")
    ]
    assert ["STANDARD", "STANDARD_IA"] == said.each("StorageClass")


def test_a_list_may_be_encoded(shop: Shop) -> None:
    shop.put("\x01 \u00fc&/x")
    query = {"list-type": "2", "encoding-type": "url", "delimiter": "&"}
    said = shop.follow(shop.sign.request("GET", "demo", query=query))
    assert (["url"], ["%26"]) == (said.each("EncodingType"), said.each("Delimiter"))
    assert (["", quote("\x01 \u00fc&")], []) == (said.each("Prefix"), said.each("Key"))


def test_control_characters_are_references(shop: Shop) -> None:
    shop.put("\x01\r")
    assert b"<Key>&#1;&#13;</Key>" in shop.follow(shop.sign.list("demo")).body


def test_the_first_kind_of_list_goes_on_behind_a_marker(shelf: Shop) -> None:
    seen: list[list[str]] = []
    marker = ""
    while len(seen) < 9:
        query = {"delimiter": "/", "max-keys": "1", "marker": marker}
        said = shelf.follow(shelf.sign.request("GET", "demo", query=query))
        seen.append(said.each("Key") or said.each("Prefix")[1:])
        if not said.each("NextMarker"):
            break
        marker = said.each("NextMarker")[0]
    assert [["a"], ["b/"], ["d e"], ["\u00fc"]] == seen


def test_an_object_that_is_gone_meanwhile_is_not_listed(shelf: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf.store.objects, "keys", lambda _: ["a", "gone"])
    said = shelf.follow(shelf.sign.list("demo"))
    assert (["a"], ["1"]) == (said.each("Key"), said.each("KeyCount"))


def test_the_stores_own_files_are_never_there(stocked: Shop) -> None:
    stocked.put("odd//key")
    own = [str(path.relative_to(stocked.folder)) for path in stocked.folder.rglob("*") if path.is_file()]
    hidden = [name for name in own if name.startswith(OWN)]
    assert len(hidden) >= 3
    assert [404] * len(hidden) == [stocked.get(name).status for name in hidden]
    assert ["a.txt", "odd//key"] == stocked.keys()


# Writing


def test_an_upload_is_answered_with_its_etag(shop: Shop) -> None:
    said = shop.put("a", BODY, sse="AES256")
    assert (200, ETAG, "AES256", b"") == (
        said.status,
        said.headers["etag"],
        said.headers["x-amz-server-side-encryption"],
        said.body,
    )
    assert "AES256" == shop.get("a").headers["x-amz-server-side-encryption"]


def test_without_a_type_an_object_is_bytes(shop: Shop) -> None:
    shop.put("a.txt", BODY)
    assert "binary/octet-stream" == shop.get("a.txt").headers["content-type"]


def test_all_that_may_be_said_of_an_object_comes_back(shop: Shop) -> None:
    shop.put(
        "a",
        cache_control="no-store",
        content_disposition="inline",
        content_encoding="gzip",
        storage_class="GLACIER_IR",
        acl="private",
        tags={"a": "b", "c": ""},
        headers={"Content-Language": "de", "Expires": "Thu, 01 Jan 2030 00:00:00 GMT"},
    )
    headers = shop.get("a").headers
    assert ["no-store", "inline", "gzip", "de", "GLACIER_IR", "2"] == [
        headers[name]
        for name in (
            *("cache-control", "content-disposition", "content-encoding", "content-language"),
            *("x-amz-storage-class", "x-amz-tagging-count"),
        )
    ]


BAD_UPLOADS: dict[str, tuple[str, int, dict[str, str]]] = {
    "metadata": ("MetadataTooLarge", 400, {"x-amz-meta-a": "x" * 2048}),
    "acl": ("AccessControlListNotSupported", 400, {"x-amz-acl": "public-read"}),
    "class": ("InvalidStorageClass", 400, {"x-amz-storage-class": "FAST"}),
    "kms": ("NotImplemented", 501, {"x-amz-server-side-encryption": "aws:kms"}),
    "customer's key": ("NotImplemented", 501, {"x-amz-server-side-encryption-customer-algorithm": "AES256"}),
    "copy": ("NotImplemented", 501, {"x-amz-copy-source": "demo/b"}),
    "owner": ("NotImplemented", 501, {"x-amz-expected-bucket-owner": "123456789012"}),
    "eleven tags": ("BadRequest", 400, {"x-amz-tagging": "&".join(f"k{i}=v" for i in range(11))}),
    "a tag twice": ("InvalidTag", 400, {"x-amz-tagging": "a=1&a=2"}),
    "a tag too long": ("InvalidTag", 400, {"x-amz-tagging": "a=" + "x" * 257}),
    "if none match": ("NotImplemented", 501, {"if-none-match": '"x"'}),
    "md5": ("InvalidDigest", 400, {"content-md5": "x"}),
    "streaming": ("NotImplemented", 501, {"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}),
}


@pytest.mark.parametrize(("code", "status", "headers"), BAD_UPLOADS.values(), ids=BAD_UPLOADS)
def test_an_upload_that_asks_for_too_much_is_refused_before_its_body(
    shop: Shop, code: str, status: int, headers: dict[str, str]
) -> None:
    said = shop.put("a", BODY, headers=headers)
    assert (code, status, len(BODY)) == (said.code, said.status, said.left)
    assert 404 == shop.get("a").status


def test_an_option_in_the_query_is_as_good_as_a_header(shop: Shop) -> None:
    """The SDK for Go signs its headers so."""
    url = shop.sign.request("PUT", "demo", "a", query={"X-Amz-Meta-By": "me", "X-Amz-Storage-Class": "FAST"})
    assert "InvalidStorageClass" == shop.follow(url).code
    shop.follow(shop.sign.request("PUT", "demo", "a", query={"X-Amz-Meta-By": "me"}))
    assert "me" == shop.get("a").headers["x-amz-meta-by"]


def test_a_header_that_no_browser_can_read_is_refused(shop: Shop) -> None:
    said = shop.ask("PUT", shop.sign.put("demo", "a"), headers={"Content-Type": "a/b\x7f"})
    assert "InvalidArgument" == said.code


def test_an_upload_of_unknown_length_is_refused(shop: Shop) -> None:
    said = shop.ask("PUT", shop.sign.put("demo", "a"), BODY, length=None)
    assert (411, "MissingContentLength") == (said.status, said.code)


def test_an_upload_that_is_too_large_is_refused_before_its_body(tmp_path: Path) -> None:
    shop = Shop(tmp_path, max_object_size=9)
    said = shop.put("a", BODY)
    assert ("EntityTooLarge", 10, ["10"], ["9"]) == (
        said.code,
        said.left,
        said.each("ProposedSize"),
        said.each("MaxSizeAllowed"),
    )
    assert 200 == shop.put("a", BODY[1:]).status


def test_an_upload_that_stops_short_leaves_nothing(stocked: Shop) -> None:
    said = stocked.ask("PUT", stocked.sign.put("demo", "a.txt"), b"half", length=8)
    assert ("IncompleteBody", BODY) == (said.code, stocked.get("a.txt").body)
    assert [] == os.listdir(os.path.join(stocked.store.objects.own, "new"))


def test_a_body_that_is_not_the_one_that_was_promised_leaves_nothing(stocked: Shop) -> None:
    said = stocked.put("a.txt", b"other", content_md5=b"x" * 16)
    assert ("BadDigest", BODY) == (said.code, stocked.get("a.txt").body)


def test_nothing_is_overwritten_where_that_is_off(stocked: Shop) -> None:
    refused = stocked.put("a.txt", b"new", overwrite=False)
    assert (412, "PreconditionFailed", 3) == (refused.status, refused.code, refused.left)
    assert [200, 412] == [stocked.put("b", b"new", overwrite=False).status for _ in range(2)]


def test_of_two_uploads_at_once_one_is_the_first(shop: Shop) -> None:
    """The object comes while the body is on its way."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            shop.put("a", b"first")
            return super().read(size)

    url = shop.sign.put("demo", "a", overwrite=False)
    said = shop.ask("PUT", url, source=Slow(b"second"), length=6, headers=url.headers)
    assert ("PreconditionFailed", b"first") == (said.code, shop.get("a").body)


def test_an_object_is_replaced_where_it_is_the_one_that_is_known(stocked: Shop) -> None:
    assert ["NoSuchKey", "PreconditionFailed"] == [
        stocked.put(key, b"new", if_match='"x"').code for key in ("b", "a.txt")
    ]
    assert 200 == stocked.put("a.txt", b"new", if_match=ETAG).status
    assert b"new" == stocked.get("a.txt").body


def test_what_is_deleted_is_gone(stocked: Shop) -> None:
    assert [204, 204] == [stocked.follow(stocked.sign.delete("demo", "a.txt")).status for _ in range(2)]
    assert 404 == stocked.get("a.txt").status


def test_an_object_is_deleted_where_it_is_the_one_that_is_known(stocked: Shop) -> None:
    def delete(tag: str, key: str = "a.txt") -> int:
        return stocked.follow(stocked.sign.delete("demo", key, headers={"If-Match": tag})).status

    assert [412, 204, 204] == [delete('"x"'), delete('"x"', "missing"), delete(ETAG)]


# Uploads in parts


LEAST = 5 * 1024**2


class Parts:
    """One upload in parts."""

    def __init__(self, shop: Shop, key: str = "big", **options: Any) -> None:
        self.shop = shop
        self.signed = shop.sign.multipart("demo", key, **options)
        self.id = self.signed.parse_upload_id(shop.follow(self.signed.create()).body)
        self.etags: dict[int, str] = {}

    def put(self, number: int, body: bytes, **options: Any) -> Said:
        said = self.shop.follow(self.signed.part(self.id, number, **options), body)
        if said.status == 200:
            self.etags[number] = said.headers["etag"]
        return said

    def complete(self, body: str | None = None) -> Said:
        text = self.signed.complete_body(self.etags) if body is None else body
        return self.shop.follow(self.signed.complete(self.id), text.encode())


def test_parts_become_one_object(shop: Shop) -> None:
    upload = Parts(shop, content_type="x/y", metadata={"by": "me"})
    for number, body in ((7, b"end"), (1, b"a" * LEAST), (3, b"b" * LEAST)):
        assert 200 == upload.put(number, body).status
    whole = b"a" * LEAST + b"b" * LEAST + b"end"
    digests = [hashlib.md5(body).digest() for body in (b"a" * LEAST, b"b" * LEAST, b"end")]
    tag = f'"{hashlib.md5(b"".join(digests)).hexdigest()}-3"'
    said, read = upload.complete(), shop.get("big")
    assert (200, [tag], [f"{ENDPOINT}/demo/big"]) == (said.status, said.each("ETag"), said.each("Location"))
    assert (whole, tag, "x/y", "me") == (
        read.body,
        read.headers["etag"],
        read.headers["content-type"],
        read.headers["x-amz-meta-by"],
    )
    third = shop.get("big", part_number=3)
    assert (206, b"end", "3", f"bytes {2 * LEAST}-{2 * LEAST + 2}/{2 * LEAST + 3}") == (
        third.status,
        third.body,
        third.headers["x-amz-mp-parts-count"],
        third.headers["content-range"],
    )


def test_before_its_end_an_upload_is_no_object(shop: Shop) -> None:
    upload = Parts(shop)
    upload.put(1, b"x")
    assert ([], 404) == (shop.keys(), shop.get("big").status)


def test_parts_are_listed_page_by_page(shop: Shop) -> None:
    upload = Parts(shop, storage_class="STANDARD_IA")
    for number in (10, 2, 1):
        upload.put(number, b"x" * number)
    first = shop.follow(upload.signed.list_parts(upload.id, max_parts=2))
    assert (["1", "2"], ["1", "2"], ["true"], ["2"]) == tuple(
        first.each(name) for name in ("PartNumber", "Size", "IsTruncated", "NextPartNumberMarker")
    )
    rest = shop.follow(upload.signed.list_parts(upload.id, part_number_marker=2))
    assert (["10"], [etag(b"x" * 10)], ["false"], ["STANDARD_IA"]) == tuple(
        rest.each(name) for name in ("PartNumber", "ETag", "IsTruncated", "StorageClass")
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", rest.each("LastModified")[0])
    none = shop.follow(upload.signed.list_parts(upload.id, part_number_marker=10))
    assert ([], []) == (none.each("PartNumber"), none.each("NextPartNumberMarker"))


def test_a_part_may_be_sent_again(shop: Shop) -> None:
    upload = Parts(shop)
    for body in (b"one", b"two"):
        upload.put(1, body)
    upload.complete()
    assert b"two" == shop.get("big").body


def test_a_part_is_held_against_its_checksum(shop: Shop) -> None:
    upload = Parts(shop)
    digest = hashlib.sha256(b"right").digest()
    assert "BadDigest" == upload.put(1, b"wrong", checksum_sha256=digest).code
    assert (
        b64encode(digest).decode()
        == upload.put(1, b"right", checksum_sha256=digest).headers["x-amz-checksum-sha256"]
    )


def test_a_part_has_a_length(tmp_path: Path) -> None:
    shop = Shop(tmp_path, max_object_size=3)
    upload = Parts(shop)
    url = upload.signed.part(upload.id, 1)
    assert ["MissingContentLength", "EntityTooLarge"] == [
        shop.ask("PUT", url, b"x", length=None).code,
        upload.put(1, b"four").code,
    ]
    for number in (1, 2):
        upload.put(number, b"xxx")
    assert "EntityTooSmall" == upload.complete().code


def test_parts_together_may_be_too_large(tmp_path: Path) -> None:
    shop = Shop(tmp_path, max_object_size=LEAST)
    upload = Parts(shop)
    upload.put(1, b"a" * LEAST)
    upload.put(2, b"b")
    said = upload.complete()
    assert ("EntityTooLarge", [str(LEAST + 1)]) == (said.code, said.each("ProposedSize"))


def test_a_part_too_small_is_named(shop: Shop) -> None:
    upload = Parts(shop)
    upload.put(1, b"small")
    upload.put(2, b"end")
    said = upload.complete()
    assert ("EntityTooSmall", ["1"], [str(LEAST)]) == (
        said.code,
        said.each("PartNumber"),
        said.each("MinSizeAllowed"),
    )
    assert "too_small" == diagnose(upload.signed.complete(upload.id), said.body).code


def complete_xml(*parts: tuple[int | str, str], root: str = "CompleteMultipartUpload", more: str = "") -> str:
    inner = "".join(
        [f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag>{more}</Part>" for n, tag in parts]
    )
    return f"<{root}>{inner}</{root}>"


X = etag(b"x").strip('"')


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (complete_xml((2, X), (1, X)), "InvalidPartOrder"),
        (complete_xml((1, X), (1, X)), "InvalidPartOrder"),
        (complete_xml((1, "0" * 32)), "InvalidPart"),
        (complete_xml((3, X)), "InvalidPart"),
        (complete_xml((1, X), more="<ChecksumCRC32>AAAAAA==</ChecksumCRC32>"), "InvalidPart"),
        (complete_xml(), "MalformedXML"),
        (complete_xml(("x", X)), "MalformedXML"),
        ("<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>", "MalformedXML"),
        ("<CompleteMultipartUpload>", "MalformedXML"),
        ("", "MalformedXML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + complete_xml((1, X)), "MalformedXML"),
        (complete_xml((1, X)) + " " * 1_048_576, "MalformedXML"),
    ],
)  # fmt: skip
def test_an_end_that_fits_no_upload_is_refused(shop: Shop, body: str, code: str) -> None:
    upload = Parts(shop)
    for number in (1, 2):
        upload.put(number, b"x")
    said = upload.complete(body)
    assert (400, code, []) == (said.status, said.code, shop.keys())


def test_an_end_may_name_checksums_that_parts_had(shop: Shop) -> None:
    upload = Parts(shop)
    digest = b64encode(hashlib.sha256(b"x").digest()).decode()
    upload.put(1, b"x", checksum_sha256=digest)
    xml = complete_xml((1, X), more=f"<ChecksumSHA256>{digest}</ChecksumSHA256>")
    assert 200 == upload.complete(xml).status


def test_an_end_without_a_length_is_refused(shop: Shop) -> None:
    upload = Parts(shop)
    assert "MissingContentLength" == shop.ask("POST", upload.signed.complete(upload.id), length=None).code


def test_an_end_overwrites_nothing_where_that_is_off(shop: Shop) -> None:
    upload = Parts(shop, overwrite=False)
    upload.put(1, b"x")
    shop.put("big", b"first")
    url = upload.signed.complete(upload.id)
    said = shop.follow(url, upload.signed.complete_body(upload.etags).encode())
    assert (412, b"first") == (said.status, shop.get("big").body)


def test_a_checksum_of_the_whole_is_not_looked_at_and_so_refused(shop: Shop) -> None:
    upload = Parts(shop)
    upload.put(1, b"x")
    query = {"uploadId": upload.id}
    url = shop.sign.request("POST", "demo", "big", query=query, headers={"x-amz-checksum-crc32": "AAAAAA=="})
    assert "NotImplemented" == shop.follow(url, upload.signed.complete_body(upload.etags).encode()).code


def test_an_upload_that_has_ended_is_gone(shop: Shop) -> None:
    first, second = Parts(shop), Parts(shop)
    for upload in (first, second):
        upload.put(1, b"x")
    first.complete()
    assert 204 == shop.follow(second.signed.abort(second.id)).status
    for upload in (first, second):
        url = upload.signed.abort(upload.id)
        assert [404, 404, 404, 404] == [
            said.status
            for said in (
                upload.put(1, b"x"),
                upload.complete(),
                shop.follow(url),
                shop.follow(upload.signed.list_parts(upload.id)),
            )
        ]


def test_an_upload_that_ends_while_a_part_comes_keeps_nothing(shop: Shop) -> None:
    upload = Parts(shop)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            shop.follow(upload.signed.abort(upload.id))
            return super().read(size)

    said = shop.ask("PUT", upload.signed.part(upload.id, 1), source=Slow(b"x"), length=1)
    assert "NoSuchUpload" == said.code


def test_an_upload_that_ends_while_it_is_joined_becomes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = Parts(shop)
    upload.put(1, b"x")
    monkeypatch.setattr(shop.store.objects, "join", lambda *_: False)
    assert "NoSuchUpload" == upload.complete().code
