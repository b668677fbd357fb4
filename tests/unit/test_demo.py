"""The demo's page without a socket: what it shows, what it signs, and whom it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presignlib import Credentials, Presigner, inspect_url
from presignlib.demo import _bucket, _page
from presignlib.demo._bucket import Object, RefusedError, UnreachableError, listed
from presignlib.demo._site import LONGEST_BODY, Request

from ..strategies import keys
from .demo_site import OURS, PRESIGNER, Bucket, Document, get, listing, post, site
from .samples import CREDENTIALS, NOW

if TYPE_CHECKING:
    from pathlib import Path

    from presignlib.demo._site import Response, Site

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
NO_BUCKET = b"<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>"
MOVED = (
    b"<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed"
    b" using the specified endpoint.</Message><Endpoint>bucket.s3.eu-west-1.amazonaws.com</Endpoint></Error>"
)
ELSEWHERE = (
    b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting "
    b"'eu-west-1'</Message><Region>eu-west-1</Region></Error>"
)


def sign(page: Site, token: str | None = None, **asked: Any) -> Response:
    return post(
        page, "/sign", json.dumps(asked).encode(), **{"x-demo-token": page.token if token is None else token}
    )


def signed(page: Site, **asked: Any) -> dict[str, Any]:
    answer = sign(page, **asked)
    assert answer.status == 200, answer.body
    document: dict[str, Any] = json.loads(answer.body)
    return document


def error_of(answer: Response) -> str:
    return str(json.loads(answer.body)["error"])


# ---- The list


def test_the_list_is_read_page_after_page() -> None:
    bucket = Bucket((200, listing(("a", 1), token="next+/=")), (200, listing(("b", 2))))
    found = listed(PRESIGNER, "bucket", "", bucket)
    assert ([Object("a", 1), Object("b", 2)], False) == found
    assert [None, "next+/="] == bucket.queries("continuation-token")


def test_the_list_ends_where_the_table_does() -> None:
    bucket = Bucket((200, listing(("a", 1), ("b", 2), token="next")))
    assert ([Object("a", 1)], True) == listed(PRESIGNER, "bucket", "", bucket, most=1)


def test_a_list_that_is_full_to_the_last_place_asks_whether_there_is_more() -> None:
    bucket = Bucket((200, listing(("a", 1), token="next")), (200, listing()))
    assert ([Object("a", 1)], False) == listed(PRESIGNER, "bucket", "", bucket, most=1)


def test_a_store_that_gives_the_same_token_again_does_not_hold_us() -> None:
    bucket = Bucket((200, listing(("a", 1), token="same")))
    assert listed(PRESIGNER, "bucket", "", bucket).is_cut
    assert len(bucket.asked) == 2


def test_the_list_is_asked_for_under_the_prefix() -> None:
    bucket = Bucket((200, listing()))
    listed(PRESIGNER, "bucket", "a b/", bucket)
    assert ["a b/"] == bucket.queries("prefix")


@given(keys())
def test_any_key_comes_out_of_the_list_as_it_went_in(key: str) -> None:
    assert [Object(key, 0)] == listed(PRESIGNER, "bucket", "", Bucket((200, listing((key, 0))))).objects


def test_keys_are_taken_as_they_are_where_the_store_does_not_encode() -> None:
    bucket = Bucket((200, listing(("a+b%20<c>&", 3), encoded=False)))
    assert [Object("a+b%20<c>&", 3)] == listed(PRESIGNER, "bucket", "", bucket).objects


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html><body>not S3</body></html>",
        b"<ListBucketResult><Contents>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult/>',
        b"<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        b"<ListBucketResult><Contents><Key>a</Key><Size>x</Size></Contents></ListBucketResult>",
        "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE x><ListBucketResult/>".encode("utf-16"),
    ],
)
def test_what_is_no_list_is_refused(answer: bytes) -> None:
    with pytest.raises(RefusedError):
        listed(PRESIGNER, "bucket", "", Bucket((200, answer)))


def test_the_samples_are_a_text_a_picture_and_a_document(tmp_path: Path) -> None:
    _bucket.write_samples(tmp_path)
    starts = {path.suffix: path.read_bytes()[:5] for path in tmp_path.glob("*.*")}
    assert {".txt": b"You h", ".png": b"\x89PNG\r", ".pdf": b"%PDF-"} == starts


def test_the_table_of_the_sample_document_points_at_its_objects(tmp_path: Path) -> None:
    _bucket.write_samples(tmp_path)
    raw = (tmp_path / "report.pdf").read_bytes()
    start = int(raw.split(b"startxref\n")[1].split(b"\n")[0])
    assert raw[start:].startswith(b"xref\n")
    places = [int(line[:10]) for line in raw[start:].splitlines() if line.endswith(b" n ")]
    assert [b"%d 0 obj" % number for number in range(1, 6)] == [raw[at : at + 7] for at in places]


# ---- The page


def test_each_object_has_a_plain_and_a_signed_link_in_the_html() -> None:
    page = Document(get(site(("a b.txt", 5))))
    plain, link = page.values("a", "href")
    assert plain == "http://127.0.0.1:9000/bucket/a%20b.txt"
    assert link is not None
    assert (plain, "a b.txt") == (link.partition("?")[0], inspect_url(link).key)


def test_the_signed_link_lives_a_minute() -> None:
    link = Document(get(site(("a", 5)))).values("a", "href")[1]
    assert link is not None
    assert 60 == inspect_url(link).expires


@pytest.mark.parametrize(
    ("asked", "expires"), [("10", 10), ("600", 600), ("11", 7), ("x", 7), ("", 7), ("٣٠", 7)]
)
def test_the_lifetime_is_one_of_those_that_the_page_offers(asked: str, expires: int) -> None:
    page = Document(get(site(("a", 5), expires=7), f"/?expires={asked}"))
    link = page.values("a", "href")[1]
    assert link is not None
    assert expires == inspect_url(link).expires
    assert [str(expires)] == page.values("option", "value", selected="") or [str(expires)] == [
        found["value"] for tag, found in page.elements if tag == "option" and "selected" in found
    ]


def test_a_second_is_one_second() -> None:
    assert "1 second<" in _page.lives(1)


def test_each_row_says_when_its_link_ends_without_a_script() -> None:
    page = Document(get(site(("a", 5))))
    assert "until 14:06:00 UTC" in page.text
    assert [str(int(NOW.timestamp()) + 60)] == page.values("time", "data-ends")


def test_a_link_that_ends_with_its_credentials_says_so() -> None:
    short = Credentials("A", "s", "t", expires_at=NOW + timedelta(seconds=20))
    presigner = Presigner(
        credentials=short,
        region="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        now=NOW,
        short_credentials="ignore",
    )
    page = Document(get(site(("a", 5), presigner=presigner)))
    assert [str(int(NOW.timestamp()) + 20)] == page.values("time", "data-ends")
    assert "limited by the credentials" in page.text


def test_the_curl_command_is_in_the_html() -> None:
    assert "curl --fail-with-body" in Document(get(site(("a", 5)))).text


@pytest.mark.parametrize("name", ["a/../b", "./a", "..", "a/."])
def test_a_name_that_browsers_rewrite_has_no_links(name: str) -> None:
    page = Document(get(site((name, 5))))
    assert [] == page.values("a", "href")
    assert "browsers rewrite" in page.text


def test_a_name_that_s3_would_not_take_has_no_links_and_says_why() -> None:
    page = Document(get(site(("a" * 1_025, 5), ("b", 1))))
    assert "key must be 1 to 1024 bytes" in page.text
    assert 2 == len(page.values("a", "href"))


def test_a_prefix_that_is_no_text_is_shown_as_far_as_it_can_be() -> None:
    answer = get(site(prefix="a\udce9"))
    assert (503, True) == (answer.status, b"prefix must be" in answer.body)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 KB"),
        (1_250, "1.2 KB"),
        (999_949, "999.9 KB"),
        (999_951, "1 MB"),
        (5 * 1024**3, "5.4 GB"),
        (5 * 1024**4, "5.5 TB"),
    ],
)
def test_sizes_are_in_words(size: int, text: str) -> None:
    assert text == _page.in_bytes(size)


def test_an_empty_bucket_is_said_to_be_empty() -> None:
    assert "The bucket is empty." in Document(get(site())).text


def test_a_bucket_of_more_than_the_table_shows_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "__defaults__", (1,))
    assert "Only the first" in Document(get(site(("a", 1), ("b", 2)))).text


@given(keys(), keys().map(lambda key: key[:50]))
def test_no_name_can_add_an_element(key: str, prefix: str) -> None:
    # The same page for a plain name has as many elements, all with the same attributes.
    rewritten = not {".", ".."}.isdisjoint(key.split("/"))
    plain = Document(get(site(("./a" if rewritten else "a", 1))))
    hostile = Document(get(site((key, 1), prefix=prefix)))
    assert [(tag, sorted(found)) for tag, found in plain.elements] == [
        (tag, sorted(found)) for tag, found in hostile.elements
    ]


@given(st.text())
def test_nothing_in_the_address_can_add_an_element(text: str) -> None:
    found = listing((text, 1)) if text and "\ud800" > max(text) else listing()
    target = "/?" + "&".join(f"{name}={_quoted(text)}" for name in ("key", "deleted", "expires"))
    page = Document(get(site(fetch=Bucket((200, found))), target))
    assert (
        1
        == page.values("script", "src").count("page.js")
        == len([t for t, _ in page.elements if t == "script"])
    )


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text.encode("utf-8", "replace"), safe="")


@given(st.binary(max_size=300))
def test_nothing_that_a_store_answers_can_add_an_element(answer: bytes) -> None:
    page = Document(get(site(fetch=Bucket((403, answer)))))
    assert 0 == len([tag for tag, _ in page.elements if tag in ("a", "img", "table")])


def test_invisible_characters_of_a_name_are_shown() -> None:
    assert "a\\x07b\\u202e" in Document(get(site(("a\x07b\u202e", 1)))).text


def test_what_was_uploaded_is_told_where_it_is_there() -> None:
    page = site(("new.txt", 1))
    assert "Uploaded new.txt" in Document(get(page, "/?bucket=b&key=new.txt&etag=x")).text
    assert "Uploaded" not in Document(get(page, "/?key=You+won")).text


def test_what_was_deleted_is_told_where_it_is_gone() -> None:
    page = site(("there", 1))
    assert "Deleted gone" in Document(get(page, "/?deleted=gone")).text
    assert "Deleted" not in Document(get(page, "/?deleted=there")).text


def test_an_address_with_very_many_fields_is_read_as_one_without() -> None:
    assert 200 == get(site(), "/?" + "a=b&" * 60).status


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ((404, NO_BUCKET), 502, "bucket"),
        ((403, DENIED), 502, "AccessDenied"),
        ((400, ELSEWHERE), 502, "eu-west-1"),
        ((301, MOVED), 502, "bucket.s3.eu-west-1.amazonaws.com"),
        (
            UnreachableError("the store at x can not be reached: Connection refused"),
            503,
            "Connection refused",
        ),
    ],
)
def test_a_bucket_that_can_not_be_listed_is_told_with_its_cause(answer: Any, status: int, said: str) -> None:
    page = get(site(fetch=Bucket(answer)))
    assert status == page.status
    assert said in Document(page).text
    assert "Upload" not in Document(page).text


def test_a_refusal_names_no_url() -> None:
    with pytest.raises(RefusedError, match=r"^the store refused with status 403$"):
        listed(PRESIGNER, "bucket", "", Bucket((403, DENIED)))


def test_the_stores_own_answer_is_shown_where_it_refuses() -> None:
    assert DENIED.decode() in Document(get(site(fetch=Bucket((403, DENIED))))).text


def test_credentials_that_ended_are_told_on_the_page() -> None:
    ended = Credentials("A", "s", "t", expires_at=NOW)
    presigner = Presigner(credentials=ended, region="us-east-1", endpoint_url="http://127.0.0.1:9", now=NOW)
    page = get(site(presigner=presigner))
    assert 503 == page.status
    assert "Nothing can be signed" in Document(page).text


def test_credentials_that_ended_are_told_to_the_script() -> None:
    ended = Credentials("A", "s", "t", expires_at=NOW)
    presigner = Presigner(credentials=ended, region="us-east-1", endpoint_url="http://127.0.0.1:9", now=NOW)
    answer = sign(site(presigner=presigner), do="put", key="a", type="text/plain", size=1)
    assert 503 == answer.status
    assert "credentials" in error_of(answer)


def test_the_form_comes_back_to_the_page_as_the_reader_calls_it() -> None:
    page = Document(get(site(("a", 1)), host="localhost:8000"))
    assert ["http://localhost:8000/"] == page.values("input", "value", name="success_action_redirect")


@pytest.mark.parametrize(("told", "scheme"), [("https", "https"), ("http", "http"), ("javascript", "http")])
def test_the_form_comes_back_by_the_scheme_that_a_proxy_tells(told: str, scheme: str) -> None:
    page = Document(get(site(("a", 1)), **{"x-forwarded-proto": told}))
    (back,) = page.values("input", "value", name="success_action_redirect")
    assert f"{scheme}://" == (back or "")[: len(scheme) + 3]


def test_the_file_is_the_last_field_of_the_form() -> None:
    page = Document(get(site(("a", 1))))
    start = page.elements.index(next(e for e in page.elements if e[1].get("id") == "post"))
    names = [found["name"] for tag, found in page.elements[start:] if tag == "input"]
    assert ("key", "file") == (names[0], names[-1])


def test_a_store_without_forms_is_said_to_have_none() -> None:
    presigner = Presigner(
        credentials=CREDENTIALS, region="auto", endpoint_url="https://x.r2.cloudflarestorage.com", now=NOW
    )
    page = Document(get(site(("a", 1), presigner=presigner)))
    assert "There is no form" in page.text
    assert [] == page.values("input", "value", name="policy")


def test_everything_that_was_signed_on_the_page_is_of_this_bucket() -> None:
    page = Document(get(site(("a", 1), ("b", 2))))
    signed_urls = [url for url in page.values("a", "href") if url and "X-Amz-Signature" in url]
    assert [("bucket", "a"), ("bucket", "b")] == [(i.bucket, i.key) for i in map(inspect_url, signed_urls)]


# ---- Files and methods


@pytest.mark.parametrize(("name", "kind"), _page.TYPES.items())
def test_files_are_served_under_their_type(name: str, kind: str) -> None:
    answer = get(site(), f"/{name}")
    assert (200, kind) == (answer.status, answer.content_type)
    assert answer.body


def test_the_files_are_small() -> None:
    assert 20_480 >= sum(len(_page.asset(name)) for name in (*_page.TYPES, "page.html"))


@pytest.mark.parametrize("target", ["/x", "/page.py", "/../page.css", "//", "/page.html", "/sign/"])
def test_there_is_no_other_page(target: str) -> None:
    assert 404 == get(site(), target).status


def test_head_is_answered_as_get() -> None:
    assert 200 == site().answer(Request("HEAD", "/", {"host": "127.0.0.1:8000"})).status


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("PUT", "/", "GET"),
        ("DELETE", "/delete", "POST"),
        ("GET", "/sign", "POST"),
        ("OPTIONS", "/sign", "POST"),
    ],
)
def test_another_method_is_told_which_there_is(method: str, target: str, allowed: str) -> None:
    answer = site().answer(Request(method, target, {"host": "127.0.0.1:8000"}))
    assert (405, allowed) == (answer.status, answer.headers["Allow"])


# ---- Whom it refuses


@pytest.mark.parametrize("target", ["/", "/page.js", "/nothing"])
def test_every_answer_has_the_headers_that_guard_it(target: str) -> None:
    headers = get(site(), target).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self' http://127.0.0.1:9000",
        "form-action": "'self' http://127.0.0.1:9000",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    } == policy
    assert ("nosniff", "no-store", "same-origin", "same-origin") == (
        headers["X-Content-Type-Options"],
        headers["Cache-Control"],
        headers["Referrer-Policy"],
        headers["Cross-Origin-Resource-Policy"],
    )


def test_the_page_has_nothing_inline_that_its_policy_forbids() -> None:
    page = Document(get(site(("a", 1))))
    assert [] == [
        tag for tag, found in page.elements if tag == "style" or any(n.startswith("on") for n in found)
    ]
    assert [] == [tag for tag, found in page.elements if "style" in found]
    assert [{"src", "defer"}] == [set(found) for tag, found in page.elements if tag == "script"]


def test_a_virtual_host_is_the_origin_of_its_bucket() -> None:
    presigner = Presigner(credentials=CREDENTIALS, region="eu-west-1", now=NOW)
    assert "https://bucket.s3.eu-west-1.amazonaws.com" == site(presigner=presigner).store


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000", "127.0.0.1", "127.9.9.9"]
)
def test_the_page_is_served_under_the_names_of_loopback(host: str) -> None:
    assert 200 == get(site(), host=host).status


FOREIGN = [
    "evil.example:8000",
    "evil.example",
    "",
    "127.0.0.1.evil.example",
    "10.0.0.1:8000",
    "localhost:8000:8000",
]


@pytest.mark.parametrize(
    "host", [*FOREIGN, "127.0.0.1@evil.example", "0x7f.1", "[::1", "::1]x", "localhost."]
)
def test_a_foreign_host_is_refused(host: str) -> None:
    answer = get(site(("a", 1)), host=host)
    assert 421 == answer.status
    assert b"X-Amz" not in answer.body
    assert "http://127.0.0.1:8000/" in error_of(answer)


def test_a_request_without_a_host_is_refused() -> None:
    assert 421 == site().answer(Request("GET", "/", {})).status


def test_the_address_of_a_page_on_ipv6_has_brackets() -> None:
    assert "http://[::1]:8000/" in error_of(get(site(host="::1"), host="evil"))


@pytest.mark.parametrize(
    ("host", "status"),
    [("203.0.113.9:8000", 200), ("files.example", 200), ("FILES.example:80", 200), ("evil.example", 421)],
)
def test_a_remote_page_is_served_under_addresses_and_the_names_it_was_given(host: str, status: int) -> None:
    page = site(is_remote=True, names=frozenset({"files.example"}))
    assert status == get(page, host=host).status


ORIGINS = [
    "http://evil.example",
    "null",
    "",
    "http://127.0.0.1:9000",
    "http://localhost:8000",
    "ftp://127.0.0.1:8000",
]


@pytest.mark.parametrize("origin", [*ORIGINS, "http://127.0.0.1:8000/", "http://127.0.0.1:8000 http://x"])
@pytest.mark.parametrize("target", ["/sign", "/delete", "/diagnose"])
def test_a_foreign_origin_is_refused(origin: str, target: str) -> None:
    page = site(("a", 1))
    body = json.dumps({"do": "put", "key": "a", "type": "text/plain", "size": 1}).encode()
    answer = post(page, target, body, origin=origin, **{"x-demo-token": page.token})
    assert 403 == answer.status
    assert "Only this page itself" in error_of(answer)


def test_a_post_without_an_origin_is_refused() -> None:
    page = site()
    assert 403 == page.answer(Request("POST", "/diagnose", {"host": OURS["host"]}, b"{}")).status


def test_a_foreign_script_may_not_read_the_page() -> None:
    answer = get(site(("a", 1)), origin="http://evil.example")
    assert 403 == answer.status
    assert [] == [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("token", ["", "x", "é", "\udce9"])
def test_nothing_is_signed_without_the_token(token: str) -> None:
    assert 403 == sign(site(), token, do="put", key="a", type="text/plain", size=1).status


def test_each_start_has_a_token_of_its_own() -> None:
    old, new = site(), site()
    answer = sign(new, old.token, do="put", key="a", type="text/plain", size=1)
    assert (403, "The page is from an earlier start of the demo: reload it.") == (
        answer.status,
        error_of(answer),
    )


def test_a_page_that_only_reads_has_no_token_and_takes_none() -> None:
    page = site(("a", 1), changes=False)
    assert page.token.encode() not in get(page).body
    assert 403 == sign(page, do="put", key="a", type="text/plain", size=1).status
    assert 403 == post(page, "/delete", f"token={page.token}&key=a".encode()).status


def test_a_page_that_only_reads_offers_no_upload_and_no_deletion() -> None:
    page = Document(get(site(("a", 1), changes=False)))
    assert [] == page.values("form", "action")
    assert [] == page.values("input", "type", type="file")


# ---- What it signs


def test_an_upload_is_signed_for_its_type_and_size_and_overwrites_nothing() -> None:
    to = signed(site(), do="put", key="n.txt", type="text/plain", size=3)
    assert ("PUT", {"content-type": "text/plain", "content-length": "3", "if-none-match": "*"}) == (
        to["method"],
        to["headers"],
    )


def test_an_upload_overwrites_where_the_reader_says_so() -> None:
    assert (
        "if-none-match" not in signed(site(), do="put", key="n", type="a/b", size=3, replace=True)["headers"]
    )


@pytest.mark.parametrize(
    ("asked", "method", "query"),
    [
        ({"do": "create", "type": "a/b"}, "POST", {"uploads": ""}),
        ({"do": "part", "id": "u", "number": 2, "size": 5}, "PUT", {"uploadId": "u", "partNumber": "2"}),
        ({"do": "parts", "id": "u"}, "GET", {"uploadId": "u"}),
        ({"do": "parts", "id": "u", "after": 7}, "GET", {"uploadId": "u", "part-number-marker": "7"}),
        ({"do": "complete", "id": "u", "parts": {"1": '"e"'}}, "POST", {"uploadId": "u"}),
        ({"do": "abort", "id": "u"}, "DELETE", {"uploadId": "u"}),
    ],
)
def test_each_step_of_an_upload_in_parts_is_signed(
    asked: dict[str, Any], method: str, query: dict[str, str]
) -> None:
    to = signed(site(), key="big.bin", **asked)
    found = parse_qs(urlsplit(to["url"]).query, keep_blank_values=True)
    own = {name: values[0] for name, values in found.items() if not name.startswith("X-Amz-")}
    assert (method, query) == (to["method"], own)


def test_an_upload_in_parts_overwrites_only_where_the_reader_says_so() -> None:
    asked = {"do": "complete", "key": "a", "id": "u", "parts": {"1": "e"}}
    assert {"if-none-match": "*"} == signed(site(), **asked)["headers"]
    assert {} == signed(site(), **asked, replace=True)["headers"]


def test_the_end_of_an_upload_comes_with_its_body() -> None:
    to = signed(site(), key="big.bin", do="complete", id="u", parts={"2": '"f"', "1": '"e"'})
    assert to["body"].index("<PartNumber>1<") < to["body"].index("<PartNumber>2<")


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "get", "key": "a"},
        {"do": "delete", "key": "a"},
        {"do": "list", "key": "a"},
        {"do": ["put"], "key": "a"},
        {"key": "a"},
        {"do": "put", "key": "a"},
        {"do": "put", "key": 5, "type": "a/b", "size": 1},
        {"do": "put", "type": "a/b", "size": 1},
        {"do": "put", "key": "a/../b", "type": "a/b", "size": 1},
        {"do": "put", "key": "", "type": "a/b", "size": 1},
        {"do": "put", "key": "a" * 1025, "type": "a/b", "size": 1},
        {"do": "put", "key": "a\0", "type": "a/b", "size": 1},
        {"do": "put", "key": "a", "type": "a\nb", "size": 1},
        {"do": "put", "key": "a", "type": "a/b", "size": -1},
        {"do": "put", "key": "a", "type": "a/b", "size": "1"},
        {"do": "part", "key": "a", "id": "u", "number": 10_001, "size": 1},
        {"do": "part", "key": "a", "id": 7, "number": 1, "size": 1},
        {"do": "complete", "key": "a", "id": "u", "parts": {}},
        {"do": "complete", "key": "a", "id": "u", "parts": {"x": "e"}},
        {"do": "complete", "key": "a", "id": "u", "parts": [1]},
        {"do": "complete", "key": "a", "id": "u", "parts": {"1": 5}},
    ],
)
def test_whatever_else_is_asked_for_is_refused(asked: dict[str, Any]) -> None:
    answer = sign(site(), **asked)
    assert 400 == answer.status
    assert error_of(answer)


def test_another_request_is_told_which_there_are() -> None:
    answer = sign(site(), do="get", key="a")
    assert "do has to be one of put, create, part, parts, complete, abort" == error_of(answer)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    page = site()
    assert len(body) <= LONGEST_BODY
    assert 400 == post(page, "/sign", body, **{"x-demo-token": page.token}).status


def test_a_page_of_a_prefix_signs_for_nothing_else() -> None:
    page = site(prefix="mine/")
    assert 200 == sign(page, do="put", key="mine/a", type="a/b", size=1).status
    assert 400 == sign(page, do="put", key="other/a", type="a/b", size=1).status
    assert 400 == post(page, "/delete", f"token={page.token}&key=other/a".encode()).status


# ---- Deleting


def test_an_object_is_deleted_by_a_form() -> None:
    bucket = Bucket((204, b""))
    page = site(fetch=bucket)
    answer = post(page, "/delete", f"token={page.token}&key=a%20%26%20b&expires=600".encode())
    assert (303, "./?deleted=a+%26+b&expires=600") == (answer.status, answer.headers["Location"])
    assert [("DELETE", "a & b")] == [(url.method, url.key) for url in bucket.asked]


@pytest.mark.parametrize("body", [b"", b"token=x&key=a", b"key=a", b"\xff=\xff"])
def test_nothing_is_deleted_without_the_token(body: bytes) -> None:
    bucket = Bucket((204, b""))
    assert 403 == post(site(fetch=bucket), "/delete", body).status
    assert [] == bucket.asked


def test_a_deletion_that_the_store_refuses_is_explained() -> None:
    page = site(fetch=Bucket((403, DENIED)))
    answer = post(page, "/delete", f"token={page.token}&key=a".encode())
    assert 502 == answer.status
    assert "the signer may not do this: allow the signer" in error_of(answer)


def test_a_page_that_deletes_nothing_offers_and_does_nothing() -> None:
    page = site(("a", 1), deletes=False)
    assert "Delete" not in Document(get(page)).text
    assert 403 == post(page, "/delete", f"token={page.token}&key=a".encode()).status


def test_a_store_that_went_away_is_told() -> None:
    page = site(fetch=Bucket(UnreachableError("the store at x can not be reached: gone")))
    assert 503 == post(page, "/delete", f"token={page.token}&key=a".encode()).status


def test_a_key_that_nothing_can_sign_for_is_told_where_it_is_deleted() -> None:
    page = site()
    assert 400 == post(page, "/delete", f"token={page.token}&key={'a' * 1_025}".encode()).status


# ---- Diagnosing


def test_an_answer_is_diagnosed() -> None:
    url = PRESIGNER.get("bucket", "a", expires=60)
    text = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    answer = post(site(), "/diagnose", json.dumps({"url": url, "status": 403, "text": text}).encode())
    assert ("expired", {"code", "cause", "fix"}) == (
        json.loads(answer.body)["code"],
        set(json.loads(answer.body)),
    )


def test_diagnosing_needs_no_token_and_signs_nothing() -> None:
    page = site(changes=False)
    url = "http://127.0.0.1:9000/bucket/a"
    answer = post(
        page, "/diagnose", json.dumps({"url": url, "status": 403, "text": DENIED.decode()}).encode()
    )
    assert 200 == answer.status
    assert b"Signature" not in answer.body


@pytest.mark.parametrize(
    "asked",
    [{}, {"url": 5}, {"url": "x", "text": 5}, {"url": "x", "status": "403"}, {"url": "x", "method": 5}],
)
def test_what_can_not_be_diagnosed_is_refused(asked: dict[str, Any]) -> None:
    assert 400 == post(site(), "/diagnose", json.dumps(asked).encode()).status


@given(st.text(), st.text(), st.integers(100, 599))
def test_whatever_is_diagnosed_gives_an_answer(url: str, text: str, status: int) -> None:
    body = json.dumps({"url": url, "text": text, "status": status}).encode()
    assert 200 == post(site(), "/diagnose", body).status
