"""GET, HEAD, DELETE and LIST with their options, honoured by servers that others wrote.

Left out, and why:

- Names of query parameters that need encoding: AWS sorts parameters after encoding, both
  servers before it, so that they refuse ``%C3%BC``, which has to come before ``X-Amz-…``.
- A repeated parameter on Swift, which keeps one of each name and so refuses it.
- Versions on JuiceFS, which has none.
- ``max_keys=0``, which JuiceFS takes for its default.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

import presignlib
from presignlib import Presigner

from .conftest import credentials_of, presigner_for
from .exchange import follow, send

if TYPE_CHECKING:
    from .exchange import Answer
    from .stores import Store

BODY = b"0123456789"
OVERRIDES: dict[str, tuple[dict[str, Any], str, str]] = {
    "download_as": (
        {"download_as": 'na\u00efve "r\u00e9sum\u00e9".pdf'},
        "content-disposition",
        (
            'attachment; filename="na_ve _r_sum__.pdf"; '
            "filename*=UTF-8''na%C3%AFve%20%22r%C3%A9sum%C3%A9%22.pdf"
        ),
    ),
    "inline_as": (
        {"inline_as": "chart.png"},
        "content-disposition",
        "inline; filename=\"chart.png\"; filename*=UTF-8''chart.png",
    ),
    "disposition": ({"response_content_disposition": "inline"}, "content-disposition", "inline"),
    "type": ({"response_content_type": "text/csv; charset=utf-8"}, "content-type", "text/csv; charset=utf-8"),
    "cache": ({"response_cache_control": "private, max-age=60"}, "cache-control", "private, max-age=60"),
    "language": ({"response_content_language": "de, en"}, "content-language", "de, en"),
    "encoding": ({"response_content_encoding": "identity"}, "content-encoding", "identity"),
    "expires": (
        {"response_expires": datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)},
        "expires",
        "Wed, 02 Jan 2030 03:04:05 GMT",
    ),
}
QUERIES = {
    "blank": {"x-nothing": ""},
    "operation": {"x-id": "GetObject"},
    "reserved": {"x-text": "a b+c&d=e/f~g*h%20\u00fc\U0001f600\t"},
    "upper case before signed ones": {"B": "1", "A-b": "2"},
    "lower case after signed ones": {"a": "1", "z~": "2"},
}


@pytest.fixture
def key(store: Store, presigner: Presigner) -> str:
    """Return the key of an object that holds BODY as text."""
    written = follow(presigner.put(store.bucket, "read.txt", content_type="text/plain"), BODY)
    assert 200 == written.status
    return "read.txt"


@pytest.mark.parametrize(("options", "header", "expected"), OVERRIDES.values(), ids=OVERRIDES)
def test_a_response_override_comes_back(
    store: Store, presigner: Presigner, key: str, options: dict[str, Any], header: str, expected: str
) -> None:
    answer = follow(presigner.get(store.bucket, key, **options))
    assert (200, BODY, expected) == (answer.status, answer.body, answer.headers[header])


def test_all_response_overrides_come_back_together(store: Store, presigner: Presigner, key: str) -> None:
    options: dict[str, Any] = {}
    for name in ("download_as", "type", "cache", "language", "encoding", "expires"):
        options.update(OVERRIDES[name][0])
    answer = follow(presigner.get(store.bucket, key, **options))
    assert (200, "text/csv; charset=utf-8", "private, max-age=60") == (
        answer.status,
        answer.headers["content-type"],
        answer.headers["cache-control"],
    )


def test_without_overrides_the_stored_type_comes_back(store: Store, presigner: Presigner, key: str) -> None:
    answer = follow(presigner.get(store.bucket, key))
    assert (200, "text/plain") == (answer.status, answer.headers["content-type"])


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_base_query_is_signed_as_the_server_reads_it(
    store: Store, presigner: Presigner, key: str, query: dict[str, str]
) -> None:
    answer = follow(presigner.get(store.bucket, key, query=query))
    assert (200, BODY) == (answer.status, answer.body)


def test_a_repeated_parameter_is_signed_as_juicefs_reads_it(juicefs: Store) -> None:
    presigner = presigner_for(juicefs)
    follow(presigner.put(juicefs.bucket, "repeated"), BODY)
    url = presigner.get(juicefs.bucket, "repeated", query=[("tag", "a"), ("tag", "b")])
    assert (200, BODY) == (follow(url).status, follow(url).body)


def test_a_range_may_be_asked_for_without_signing_it(store: Store, presigner: Presigner, key: str) -> None:
    answer = follow(presigner.get(store.bucket, key), range="bytes=2-4")
    assert (206, b"234", "bytes 2-4/10") == (answer.status, answer.body, answer.headers["content-range"])


def test_a_signed_range_is_the_only_one_that_may_be_asked_for(
    store: Store, presigner: Presigner, key: str
) -> None:
    url = presigner.get(store.bucket, key, headers={"Range": "bytes=2-4"})
    assert [206, 403] == [follow(url).status, follow(url, range="bytes=0-9").status]


def test_a_part_is_read_by_its_number(store: Store, presigner: Presigner, key: str) -> None:
    answer = follow(presigner.get(store.bucket, key, part_number=1))
    assert (206, BODY) == (answer.status, answer.body)


def test_a_requester_who_pays_is_honoured(store: Store, presigner: Presigner, key: str) -> None:
    answer = follow(presigner.get(store.bucket, key, request_payer=True))
    assert (200, BODY) == (answer.status, answer.body)


def test_an_expected_owner_has_to_be_sent_along(store: Store, presigner: Presigner, key: str) -> None:
    """Neither server compares the owner; the header is signed, so it can not be left out."""
    url = presigner.get(store.bucket, key, expected_bucket_owner="123456789012")
    missing = follow(url, x_amz_expected_bucket_owner=None).status
    assert (200, {"juicefs": 400, "swift": 403}[store.name]) == (follow(url).status, missing)


def test_head_tells_length_and_type_without_a_body(store: Store, presigner: Presigner, key: str) -> None:
    answer = follow(presigner.head(store.bucket, key))
    assert (200, b"", "10", "text/plain") == (
        answer.status,
        answer.body,
        answer.headers["content-length"],
        answer.headers["content-type"],
    )


@pytest.mark.parametrize("condition", ["If-Match", "If-None-Match"])
def test_a_signed_condition_is_obeyed(store: Store, presigner: Presigner, key: str, condition: str) -> None:
    etag = follow(presigner.head(store.bucket, key)).headers["etag"]
    url = presigner.get(store.bucket, key, headers={condition: etag})
    assert {"If-Match": 200, "If-None-Match": 304}[condition] == follow(url).status


def test_a_version_is_read_asked_for_and_deleted_by_its_id(swift: Store) -> None:
    presigner = presigner_for(swift)
    enable = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    follow(presigner.request("PUT", "versions-bucket"), b"")
    follow(presigner.request("PUT", "versions-bucket", query={"versioning": ""}), enable)
    first, second = (follow(presigner.put("versions-bucket", "key"), body) for body in (b"one", b"second"))
    version = first.headers["x-amz-version-id"]

    assert version != second.headers["x-amz-version-id"]
    assert b"one" == follow(presigner.get("versions-bucket", "key", version_id=version)).body
    seen = follow(presigner.head("versions-bucket", "key", version_id=version))
    assert (200, "3") == (seen.status, seen.headers["content-length"])
    assert 204 == follow(presigner.delete("versions-bucket", "key", version_id=version)).status
    assert 404 == follow(presigner.get("versions-bucket", "key", version_id=version)).status
    assert b"second" == follow(presigner.get("versions-bucket", "key")).body


def test_the_week_that_aws_allows_is_honoured(store: Store, presigner: Presigner, key: str) -> None:
    assert 200 == follow(presigner.get(store.bucket, key, expires="7d")).status


def test_an_url_that_is_stable_for_a_window_is_honoured_late_in_it(
    store: Store, presigner: Presigner, key: str
) -> None:
    url = presigner.get(store.bucket, key, expires="10m", stable_for="1d")
    assert (200, 86_400 + 600) == (follow(url).status, url.expires)


def test_a_batch_carries_options_and_says_what_to_send(store: Store, presigner: Presigner, key: str) -> None:
    batch = presigner.get_many(
        store.bucket, [key], response_content_type="text/csv", headers={"x-signed": "1"}
    )
    answer = send(batch.method, next(batch), headers=batch.headers)
    assert (200, "text/csv") == (answer.status, answer.headers["content-type"])


# ---- The functions


def test_the_functions_sign_what_the_presigner_signs(store: Store) -> None:
    where: dict[str, Any] = {
        "credentials": credentials_of(store.keys),
        "region": store.region,
        "endpoint_url": store.endpoint_url,
    }
    target = (store.bucket, "functions/\u00fc & co")
    steps = [
        follow(presignlib.presign_put(*target, **where), BODY),
        follow(presignlib.presign_get(*target, **where)),
        follow(presignlib.presign_head(*target, **where)),
        follow(presignlib.presign_list(store.bucket, prefix="functions/", **where)),
        follow(presignlib.presign_delete(*target, **where)),
        follow(presignlib.presign_get(*target, **where)),
    ]
    assert [200, 200, 200, 200, 204, 404] == [step.status for step in steps]


def test_a_url_that_is_written_by_hand_is_signed_as_it_is(store: Store, presigner: Presigner) -> None:
    follow(presigner.put(store.bucket, "by hand/100%"), BODY)
    url = presignlib.presign(
        "get",
        f"{store.endpoint_url}/{store.bucket}/by%20hand/100%25?x-id=GetObject",
        service="s3",
        region=store.region,
        credentials=credentials_of(store.keys),
    )
    assert (200, BODY) == (follow(url).status, follow(url).body)


def test_an_unsigned_url_names_the_same_object(store: Store, presigner: Presigner) -> None:
    key = "unsigned/\u00fc + %"
    signed = presigner.get(store.bucket, key)
    assert signed.partition("?")[0] == presigner.object_url(store.bucket, key)


# ---- LIST


@pytest.fixture
def listing(store: Store, presigner: Presigner) -> str:
    """Return the prefix of five objects."""
    prefix = "list \u00fc&+/"
    for name in ("a", "b", "c", "d/e", "d/f"):
        assert 200 == follow(presigner.put(store.bucket, prefix + name), b"x").status
    return prefix


LISTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "prefix": ({}, ["a", "b", "c", "d/e", "d/f"]),
    "delimiter": ({"delimiter": "/"}, ["a", "b", "c"]),
    "most": ({"max_keys": 2}, ["a", "b"]),
}


@pytest.mark.parametrize(("options", "expected"), LISTS.values(), ids=LISTS)
def test_a_list_shows_what_its_options_say(
    store: Store, presigner: Presigner, listing: str, options: dict[str, Any], expected: list[str]
) -> None:
    answer = follow(presigner.list(store.bucket, prefix=listing, **options))
    assert (200, expected) == (answer.status, names_in(answer, listing))


def test_a_list_starts_after_a_key(store: Store, presigner: Presigner, listing: str) -> None:
    answer = follow(presigner.list(store.bucket, prefix=listing, start_after=listing + "c"))
    assert ["d/e", "d/f"] == names_in(answer, listing)


def test_each_page_of_a_list_is_reached_by_its_token(
    store: Store, presigner: Presigner, listing: str
) -> None:
    pages: list[list[str]] = []
    options: dict[str, Any] = {}
    while len(pages) < 5:
        answer = follow(presigner.list(store.bucket, prefix=listing, max_keys=2, **options))
        pages.append(names_in(answer, listing))
        token = re.search(rb"<NextContinuationToken>(.*?)</", answer.body)
        if token is None:
            break
        options = {"continuation_token": token[1].decode()}
    assert [["a", "b"], ["c", "d/e"], ["d/f"]] == pages


def test_a_list_can_not_be_led_beyond_its_prefix(store: Store, presigner: Presigner, listing: str) -> None:
    url = presigner.list(store.bucket, prefix=listing)
    wider = re.sub(r"prefix=[^&]*", "prefix=", url)
    assert [200, 403] == [follow(url).status, send("GET", wider).status]


def names_in(answer: Answer, prefix: str) -> list[str]:
    """Return the listed names behind ``prefix``."""
    text = answer.body.decode().replace("&amp;", "&")
    return [name.removeprefix(prefix) for name in re.findall(r"<Key>(.*?)</Key>", text)]


# ---- Any request


def test_an_upload_in_parts_is_signed_request_by_request(store: Store, presigner: Presigner) -> None:
    target = (store.bucket, "in parts/\u00fc")
    created = follow(presigner.request("POST", *target, query={"uploads": ""}), b"")
    found = re.search(rb"<UploadId>(.*?)</UploadId>", created.body)
    assert found is not None
    upload = {"uploadId": found[1].decode()}
    part = follow(presigner.request("PUT", *target, query={**upload, "partNumber": "1"}), BODY)
    listing = f"<Part><PartNumber>1</PartNumber><ETag>{part.headers['etag']}</ETag></Part>"
    complete = f"<CompleteMultipartUpload>{listing}</CompleteMultipartUpload>".encode()
    assert 200 == follow(presigner.request("POST", *target, query=upload), complete).status
    assert BODY == follow(presigner.get(*target)).body


def test_a_bucket_is_made_and_deleted(store: Store, presigner: Presigner) -> None:
    steps = [("PUT", b""), ("HEAD", None), ("DELETE", None), ("HEAD", None)]
    statuses = [follow(presigner.request(method, "short-lived"), body).status for method, body in steps]
    assert [200, 200, 204, 404] == statuses


def test_a_url_lives_until_the_second_it_names(store: Store, presigner: Presigner, key: str) -> None:
    signed_at = datetime.now(timezone.utc) - timedelta(minutes=10)
    almost = presigner.get(store.bucket, key, expires="11m", now=signed_at)
    past = presigner.get(store.bucket, key, expires="9m", now=signed_at)
    assert [200, 403] == [follow(almost).status, follow(past).status]
