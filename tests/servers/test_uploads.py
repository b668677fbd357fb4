"""Uploads: what a URL for PUT bounds, and which server enforces it.

The signature binds each option as a header: a client that changes or drops the header is
refused by both. Whether the body or the object that is already there fits the header is
for the server to look at:

=========================  =========================  =================
option                     JuiceFS                    Swift
=========================  =========================  =================
``content_length``         yes                        yes
``content_md5``            yes                        yes
``checksum_*``             no, stores any body        yes, but not
                                                      CRC-64/NVME
``x-amz-content-sha256``   yes                        yes
``overwrite=False``        no, writes over it         yes
``if_match``               no, writes over it         refuses all, 501
``tags``                   keeps them                 refuses all, 501
``sse``                    refuses all, 501           refuses all, 501
``metadata`` beside it     accepts unsigned           refuses unsigned
                           ``x-amz-meta-*``           ``x-amz-*``
=========================  =========================  =================

Where "no" stands, a test holds that the server honours the URL, and the refusal is
tried on the other.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import presigner_for
from .exchange import follow, send

if TYPE_CHECKING:
    from presignlib import Presigner

    from .stores import Store

BODY = b"hello"
OTHER = b"jello"
# A signed header that is not there: MinIO's code calls the request malformed.
MISSING = {"juicefs": 400, "swift": 403}

# Options, the header of each, and a value that a client may send instead. None: a server
# refuses other values before it looks at the signature, so they would prove nothing.
BOUND: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "content type": ({"content_type": "text/plain"}, "content_type", "text/html"),
    "cache control": ({"cache_control": "no-store"}, "cache_control", "max-age=60"),
    "disposition": ({"content_disposition": "attachment"}, "content_disposition", "inline"),
    "encoding": ({"content_encoding": "identity"}, "content_encoding", "gzip"),
    "metadata": ({"metadata": {"Author": "me  and you"}}, "x_amz_meta_author", "you"),
    "access": ({"acl": "private"}, "x_amz_acl", "public-read"),
    "storage class": ({"storage_class": "STANDARD"}, "x_amz_storage_class", None),
    "any header": ({"headers": {"X-Any": " spaced \t out "}}, "x_any", "out"),
    "md5": (
        {"content_md5": hashlib.md5(BODY).digest()},
        "content_md5",
        b64encode(hashlib.md5(OTHER).digest()).decode(),
    ),
    "sha256": (
        {"checksum_sha256": hashlib.sha256(BODY).digest()},
        "x_amz_checksum_sha256",
        b64encode(hashlib.sha256(OTHER).digest()).decode(),
    ),
    "no overwriting": ({"overwrite": False}, "if_none_match", None),
}
CHANGED = {name: row for name, row in BOUND.items() if row[2] is not None}
CHECKSUMS: dict[str, bytes] = {
    "checksum_sha256": hashlib.sha256(BODY).digest(),
    "checksum_sha1": hashlib.sha1(BODY).digest(),
    "checksum_crc32": zlib.crc32(BODY).to_bytes(4, "big"),
    "checksum_crc32c": bytes.fromhex("9a71bb4c"),  # Castagnoli's, which the standard library lacks
}


@pytest.mark.parametrize(("options", "header", "_wrong"), BOUND.values(), ids=BOUND)
def test_an_upload_that_sends_the_named_headers_is_taken(
    store: Store, presigner: Presigner, fresh_key: str, options: dict[str, Any], header: str, _wrong: str
) -> None:
    url = presigner.put(store.bucket, fresh_key, **options)
    assert header.replace("_", "-") in url.headers
    assert 200 == follow(url, BODY).status
    assert BODY == follow(presigner.get(store.bucket, fresh_key)).body


@pytest.mark.parametrize(("options", "header", "wrong"), CHANGED.values(), ids=CHANGED)
def test_an_upload_that_changes_a_named_header_is_refused(
    store: Store, presigner: Presigner, fresh_key: str, options: dict[str, Any], header: str, wrong: str
) -> None:
    url = presigner.put(store.bucket, fresh_key, **options)
    assert 403 == follow(url, BODY, **{header: wrong}).status
    assert 404 == follow(presigner.get(store.bucket, fresh_key)).status


@pytest.mark.parametrize(("options", "header", "_wrong"), BOUND.values(), ids=BOUND)
def test_an_upload_that_drops_a_named_header_is_refused(
    store: Store, presigner: Presigner, fresh_key: str, options: dict[str, Any], header: str, _wrong: str
) -> None:
    url = presigner.put(store.bucket, fresh_key, **options)
    assert MISSING[store.name] == follow(url, BODY, **{header: None}).status
    assert 404 == follow(presigner.get(store.bucket, fresh_key)).status


@pytest.mark.parametrize("body", [b"hell", b"hello!", b""])
def test_an_upload_of_another_length_is_refused(
    store: Store, presigner: Presigner, fresh_key: str, body: bytes
) -> None:
    url = presigner.put(store.bucket, fresh_key, content_length=len(BODY))
    assert 403 == follow(url, body, content_length=str(len(body))).status
    assert 200 == follow(url, BODY).status


def test_an_empty_upload_may_be_asked_for(store: Store, presigner: Presigner, fresh_key: str) -> None:
    url = presigner.put(store.bucket, fresh_key, content_length=0)
    assert [403, 200] == [follow(url, b"x", content_length="1").status, follow(url, b"").status]


def test_an_upload_that_has_another_md5_is_refused(
    store: Store, presigner: Presigner, fresh_key: str
) -> None:
    url = presigner.put(store.bucket, fresh_key, content_md5=hashlib.md5(BODY).digest())
    assert [400, 200] == [follow(url, OTHER).status, follow(url, BODY).status]


def test_an_upload_that_has_another_payload_hash_is_refused(
    store: Store, presigner: Presigner, fresh_key: str
) -> None:
    digest = hashlib.sha256(BODY).hexdigest()
    url = presigner.put(store.bucket, fresh_key, headers={"X-Amz-Content-Sha256": digest})
    assert [400, 200] == [follow(url, OTHER).status, follow(url, BODY).status]


@pytest.mark.parametrize(("option", "digest"), CHECKSUMS.items(), ids=CHECKSUMS)
def test_swift_refuses_an_upload_that_has_another_checksum(
    swift: Store, fresh_key: str, option: str, digest: bytes
) -> None:
    options: dict[str, Any] = {option: digest}
    url = presigner_for(swift).put(swift.bucket, fresh_key, **options)
    assert [400, 200] == [follow(url, OTHER).status, follow(url, BODY).status]


@pytest.mark.parametrize(("option", "digest"), CHECKSUMS.items(), ids=CHECKSUMS)
def test_juicefs_takes_an_upload_that_names_its_checksum(
    juicefs: Store, fresh_key: str, option: str, digest: bytes
) -> None:
    options: dict[str, Any] = {option: b64encode(digest).decode()}
    assert 200 == follow(presigner_for(juicefs).put(juicefs.bucket, fresh_key, **options), BODY).status


def test_swift_refuses_a_second_write_where_overwriting_is_off(swift: Store, fresh_key: str) -> None:
    presigner = presigner_for(swift)
    url = presigner.put(swift.bucket, fresh_key, overwrite=False)
    assert [200, 412] == [follow(url, BODY).status, follow(url, OTHER).status]
    assert BODY == follow(presigner.get(swift.bucket, fresh_key)).body


def test_juicefs_takes_the_condition_that_the_object_is_the_known_one(juicefs: Store, fresh_key: str) -> None:
    presigner = presigner_for(juicefs)
    etag = follow(presigner.put(juicefs.bucket, fresh_key), BODY).headers["etag"]
    url = presigner.put(juicefs.bucket, fresh_key, if_match=etag)
    assert [200, 403] == [follow(url, OTHER).status, follow(url, OTHER, if_match='"0"').status]


def test_metadata_comes_back_with_its_blanks_folded(
    store: Store, presigner: Presigner, fresh_key: str
) -> None:
    follow(presigner.put(store.bucket, fresh_key, metadata={"Author": "me  and you"}), BODY)
    assert "me and you" == follow(presigner.head(store.bucket, fresh_key)).headers["x-amz-meta-author"]


def test_type_and_cache_control_come_back(store: Store, presigner: Presigner, fresh_key: str) -> None:
    url = presigner.put(store.bucket, fresh_key, content_type="text/csv", cache_control="max-age=60")
    follow(url, BODY)
    headers = follow(presigner.head(store.bucket, fresh_key)).headers
    assert ("text/csv", "max-age=60") == (headers["content-type"], headers["cache-control"])


def test_without_a_content_type_any_may_be_sent(store: Store, presigner: Presigner, fresh_key: str) -> None:
    assert 200 == follow(presigner.put(store.bucket, fresh_key), BODY, content_type="text/html").status
    assert "text/html" == follow(presigner.head(store.bucket, fresh_key)).headers["content-type"]


def test_swift_refuses_metadata_that_was_not_signed(swift: Store, fresh_key: str) -> None:
    url = presigner_for(swift).put(swift.bucket, fresh_key)
    assert [403, 200] == [follow(url, BODY, x_amz_meta_extra="1").status, follow(url, BODY).status]


def test_juicefs_keeps_tags_of_all_kinds_of_characters(juicefs: Store, fresh_key: str) -> None:
    presigner = presigner_for(juicefs)
    tags = {"team": "r+d = \u00fc", "path": "a:/@_.-"}
    assert 200 == follow(presigner.put(juicefs.bucket, fresh_key, tags=tags), BODY).status
    answer = follow(presigner.request("GET", juicefs.bucket, fresh_key, query={"tagging": ""}))
    pairs = re.findall(r"<Key>(.*?)</Key><Value>(.*?)</Value>", answer.body.decode())
    assert tags == dict(pairs)


def test_swift_takes_a_customers_key_as_it_was_signed(swift: Store, fresh_key: str) -> None:
    """It encrypts nothing, but it verifies the three headers."""
    url = presigner_for(swift).put(swift.bucket, fresh_key, sse_customer_key=b"k" * 32)
    other = b64encode(b"x" * 32).decode()
    changed = follow(url, BODY, x_amz_server_side_encryption_customer_key=other)
    assert [200, 403] == [follow(url, BODY).status, changed.status]


def test_a_url_for_put_carries_no_constraint_that_was_not_asked_for(
    store: Store, presigner: Presigner, fresh_key: str
) -> None:
    url = presigner.put(store.bucket, fresh_key)
    large = bytes(range(256)) * 4096
    assert ({}, 200) == (url.headers, send("PUT", url, body=large).status)
    assert large == follow(presigner.get(store.bucket, fresh_key)).body


@pytest.fixture
def fresh_key(request: pytest.FixtureRequest) -> str:
    """Return a key that no other test uses."""
    return f"uploads/{hashlib.sha256(request.node.name.encode()).hexdigest()}"
