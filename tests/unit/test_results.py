"""The URL that knows its contract."""

from __future__ import annotations

import copy
import json
import pickle
import shlex
from datetime import timedelta
from typing import Any

import pytest

from presignlib import (
    Credentials,
    InvalidInputError,
    PresignedURL,
    presign,
    presign_get,
    presign_list,
    presign_put,
    sigv4,
)

from .samples import ENDING, LATER, NOW, TEMPORARY, WHERE, parameters

URL = presign_get("bucket", "a b/ü.txt", **WHERE)
UPLOAD = presign_put("bucket", "k", content_type="image/png", **WHERE)
SECRET_UPLOAD = presign_put("bucket", "k", sse_customer_key=b"0123456789abcdef0123456789abcdef", **WHERE)
CUSTOMER_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def test_it_is_a_str() -> None:
    assert isinstance(URL, str)
    assert f"{URL}" == str(URL) == "".join(URL)
    assert str is type(str(URL))


def test_it_knows_what_it_was_made_for() -> None:
    assert ("GET", "bucket", "a b/ü.txt", "us-east-1", 900) == (
        URL.method,
        URL.bucket,
        URL.key,
        URL.region,
        URL.expires,
    )


def test_it_knows_when_it_was_signed_and_when_it_dies() -> None:
    assert NOW == URL.signed_at
    assert NOW + timedelta(minutes=15) == URL.expires_at


def test_a_bucket_has_no_key() -> None:
    assert None is presign_list("bucket", **WHERE).key


def test_a_url_of_another_service_has_neither_bucket_nor_key() -> None:
    url = presign("GET", "https://api.example.com/", service="execute-api", **WHERE)
    assert None is url.bucket is url.key


def test_headers_are_what_the_sender_must_send_and_a_copy() -> None:
    assert {"content-type": "image/png"} == UPLOAD.headers
    UPLOAD.headers.clear()
    assert {"content-type": "image/png"} == UPLOAD.headers


def test_a_url_of_lasting_credentials_is_limited_by_the_request() -> None:
    assert "request" == URL.limited_by


def test_a_url_of_a_token_whose_end_is_not_known_says_so() -> None:
    url = presign_get("bucket", "k", **{**WHERE, "credentials": TEMPORARY})
    assert "unknown" == url.limited_by


def test_a_url_may_be_limited_by_its_credentials() -> None:
    url = presign_get(
        "b-1", "k", expires="1h", short_credentials="ignore", **{**WHERE, "credentials": ENDING}
    )
    assert ("credentials", LATER, 3_600) == (url.limited_by, url.expires_at, url.expires)


def test_a_plain_click_works_for_a_get_without_headers() -> None:
    assert URL.browser_ready
    assert not UPLOAD.browser_ready
    assert not presign_get("bucket", "k", expected_bucket_owner="123456789012", **WHERE).browser_ready


def test_the_redacted_url_has_no_signature_and_no_credential() -> None:
    hidden = parameters(URL.redacted)
    assert "…" == hidden["X-Amz-Signature"] == hidden["X-Amz-Credential"]
    assert "900" == hidden["X-Amz-Expires"]


def test_the_explanation_hashes_to_the_signature() -> None:
    lines = [line for line in URL.explain().split("\n") if not line.startswith("# ")]
    request, _, signed = "\n".join(lines).partition("\n\nString to sign:\n")
    request = request.removeprefix("Canonical request:\n")
    scope = "20260102/us-east-1/s3/aws4_request"
    assert sigv4.string_to_sign("20260102T140500Z", scope, request) == signed
    key = sigv4.signing_key(WHERE["credentials"].secret_access_key, "20260102", "us-east-1", "s3")
    assert parameters(URL)["X-Amz-Signature"] == sigv4.signature(key, signed)
    # Both are whole, without a comment between their lines: to be laid beside a server's.
    assert f"\n{request}\n\nString to sign:\n" in URL.explain()
    assert URL.explain().endswith(f"\n{signed}")


def test_the_explanation_says_how_the_string_is_signed() -> None:
    many = presign_get("arn:aws:s3::123456789012:accesspoint/alias.mrap", "k", **WHERE)
    assert "the HMAC of these four lines is the signature" in URL.explain()
    assert "ECDSA over these four lines gives the signature" in many.explain()
    assert "HMAC" not in many.explain()


def test_it_tells_whether_it_dies_within_a_span() -> None:
    assert not URL.expires_within("14m", now=NOW)
    assert URL.expires_within("15m", now=NOW)
    assert URL.expires_within(1, now=NOW + timedelta(days=1))


def test_without_a_time_it_asks_the_clock() -> None:
    assert not presign_get("bucket", "k", region="us-east-1", credentials=TEMPORARY).expires_within("1m")


def test_expires_within_refuses_what_is_no_span() -> None:
    with pytest.raises(InvalidInputError, match=r"^span must be 1 to 604800 seconds, got 0$"):
        URL.expires_within(0, now=NOW)


def test_the_contract_is_plain_data_for_json() -> None:
    assert {
        "url": str(URL),
        "method": "GET",
        "headers": {},
        "bucket": "bucket",
        "key": "a b/ü.txt",
        "region": "us-east-1",
        "expires": 900,
        "signed_at": "2026-01-02T14:05:00+00:00",
        "expires_at": "2026-01-02T14:20:00+00:00",
        "limited_by": "request",
        "browser_ready": True,
    } == json.loads(json.dumps(URL.to_dict()))


def test_json_writes_the_url_as_text() -> None:
    assert json.dumps(str(URL)) == json.dumps(URL)


def test_the_calls_are_those_of_snippets() -> None:
    assert ["curl", "--fail-with-body", "--globoff", "--path-as-is", str(URL)] == shlex.split(URL.as_curl())
    assert f'await fetch("{URL}", {{method: "GET"}})' == URL.as_fetch()
    assert f"requests.request('GET', '{URL}')" == URL.as_requests()
    assert str(URL) == shlex.split(URL.as_httpie())[-1]


def test_a_link_shows_the_key_or_another_text() -> None:
    assert URL.as_html().endswith(">a b/ü.txt</a>")
    assert URL.as_html("here").endswith(">here</a>")
    assert URL.as_html("").endswith("></a>")


def test_a_link_to_what_has_no_key_shows_the_url() -> None:
    url = presign_list("bucket", **WHERE)
    assert url.as_html().endswith(f">{str(url).replace('&', '&amp;')}</a>")


def test_what_a_click_can_not_send_is_no_link() -> None:
    with pytest.raises(
        InvalidInputError, match=r"^as_html must be called on a GET without headers"
    ) as caught:
        UPLOAD.as_html()
    assert "as_html" == caught.value.field


def test_a_customer_key_is_in_headers_only() -> None:
    assert CUSTOMER_KEY == SECRET_UPLOAD.headers["x-amz-server-side-encryption-customer-key"]
    texts = (
        repr(SECRET_UPLOAD),
        SECRET_UPLOAD.redacted,
        json.dumps(SECRET_UPLOAD.to_dict()),
        SECRET_UPLOAD.as_curl(),
        SECRET_UPLOAD.as_fetch(),
        SECRET_UPLOAD.as_requests(),
        SECRET_UPLOAD.as_httpie(),
        str(SECRET_UPLOAD),
    )
    assert [] == [text for text in texts if CUSTOMER_KEY in text]
    assert "x-amz-server-side-encryption-customer-key: …" in SECRET_UPLOAD.as_curl()


# repr


def test_repr_shows_target_and_end_and_no_signature() -> None:
    assert "<PresignedURL GET bucket/a b/ü.txt, until 14:20 UTC; print() shows it>" == repr(URL)


def test_repr_of_a_bucket_is_its_name() -> None:
    shown = repr(presign_list("bucket", **WHERE))
    assert "<PresignedURL GET bucket, until 14:10 UTC; print() shows it>" == shown


def test_repr_of_another_service_is_its_host() -> None:
    url = presign("POST", "https://api.example.com/x", service="execute-api", **WHERE)
    assert "<PresignedURL POST api.example.com, until 14:20 UTC; print() shows it>" == repr(url)


def test_repr_escapes_what_does_not_print() -> None:
    shown = repr(presign_get("bucket", "a\n\u202eb", **WHERE))
    assert "<PresignedURL GET bucket/a\\n\\u202eb, until 14:20 UTC; print() shows it>" == shown


def test_repr_says_where_the_end_is_the_latest_it_can_be() -> None:
    shown = repr(presign_get("bucket", "k", **{**WHERE, "credentials": TEMPORARY}))
    assert "<PresignedURL GET bucket/k, until 14:20 UTC at the latest; print() shows it>" == shown


# pickle, copy


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("url", [URL, UPLOAD, SECRET_UPLOAD], ids=repr)
def test_it_pickles_with_its_contract(url: PresignedURL, protocol: int) -> None:
    again: Any = pickle.loads(pickle.dumps(url, protocol))
    assert PresignedURL is type(again)
    assert str(url) == str(again)
    assert (url.key, url.headers, url.to_dict()) == (again.key, again.headers, again.to_dict())
    assert url.explain() == again.explain()


def test_copies_are_the_same_object() -> None:
    assert URL is copy.copy(URL)
    assert URL is copy.deepcopy(URL)
    assert URL is copy.deepcopy([URL])[0]


def test_it_is_equal_to_its_text_and_hashes_alike() -> None:
    assert URL == str(URL)
    assert hash(URL) == hash(str(URL))


def test_a_session_token_is_hidden_in_the_redacted_url() -> None:
    url = presign_get("bucket", "k", **{**WHERE, "credentials": Credentials("a", "b", "CANARY")})
    assert "CANARY" in url
    assert "CANARY" not in url.redacted + repr(url)
