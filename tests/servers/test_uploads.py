"""Uploads: what a URL for PUT bounds, and which server enforces it.

The signature binds each option as a header: a client that changes or drops the header is
refused by all. Whether the body or the object that is already there fits the header is
for the server to look at:

=========================  =================  =================  =================
option                     JuiceFS            Swift              Ceph
=========================  =================  =================  =================
``content_length``         yes                yes                yes
``content_md5``            yes                yes                yes
``checksum_*``, all five   no, stores any     yes                no, stores any
                           body                                  body
``x-amz-content-sha256``   yes                yes                yes
``overwrite=False``        no, writes over    yes                no, writes over
                           it                                    it
``if_match``               no, writes over    refuses all, 501   no, writes over
                           it                                    it
``tags``                   keeps them         refuses all, 501   keeps them
``acl``                    takes it, does     takes it           lets strangers in
                           nothing                               for a public one
``storage_class``          refuses others,    refuses others,    takes any
                           400                400
``sse="aws:kms"``          refuses all, 501   refuses all, 501   encrypts, refuses
                                                                 unknown keys
``sse_customer_key``       refuses without    checks the three   encrypts, asks for
                           https, 400         headers alone      the key again
``expected_bucket_owner``  ignores it         ignores it         ignores it
``request_payer``          ignores it         ignores it         ignores it
``metadata`` beside it     accepts unsigned   refuses unsigned   accepts unsigned
                           ``x-amz-meta-*``   ``x-amz-*``        ``x-amz-meta-*``
=========================  =================  =================  =================

Where "no" stands, a test holds that the server honours the URL, and the refusal is
tried on another. What all three ignore is held by the signature alone.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Presigner
from presignlib.settings import Where

from .conftest import each_of, presigner_for
from .exchange import follow, send
from .stores import BUCKET, KMS_KEY, NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stores import Store

BODY = b"hello"
OTHER = b"jello"


def crc64nvme(body: bytes) -> bytes:
    """Return the checksum that the NVM Express specification defines, reflected, bit by bit."""
    crc = 2**64 - 1
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x9A6C_9329_AC4B_C9B5 if crc & 1 else 0)
    return (crc ^ 2**64 - 1).to_bytes(8, "big")


# A signed header that is not there: MinIO's code calls the request malformed.
MISSING = {"juicefs": 400, "swift": 403, "ceph": 403}

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
    "owner": ({"expected_bucket_owner": "123456789012"}, "x_amz_expected_bucket_owner", "210987654321"),
}
CHANGED = {name: row for name, row in BOUND.items() if row[2] is not None}
CHECKSUMS: dict[str, bytes] = {
    "checksum_sha256": hashlib.sha256(BODY).digest(),
    "checksum_sha1": hashlib.sha1(BODY).digest(),
    "checksum_crc32": zlib.crc32(BODY).to_bytes(4, "big"),
    "checksum_crc32c": bytes.fromhex("9a71bb4c"),  # Castagnoli's, which the standard library lacks
    "checksum_crc64nvme": crc64nvme(BODY),
}


store = each_of(*NAMES, "ceph")


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


@pytest.mark.parametrize("name", ["juicefs", "ceph"])
@pytest.mark.parametrize(("option", "digest"), CHECKSUMS.items(), ids=CHECKSUMS)
def test_others_take_an_upload_that_names_its_checksum(
    stores: Callable[[str], Store], fresh_key: str, name: str, option: str, digest: bytes
) -> None:
    options: dict[str, Any] = {option: b64encode(digest).decode()}
    presigner = presigner_for(stores(name))
    assert 200 == follow(presigner.put(BUCKET, fresh_key, **options), BODY).status


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


@pytest.mark.parametrize("name", ["juicefs", "ceph"])
def test_tags_of_all_kinds_of_characters_come_back(
    stores: Callable[[str], Store], fresh_key: str, name: str
) -> None:
    presigner = presigner_for(stores(name))
    tags = {"team": "r+d = \u00fc", "path": "a:/@_.-"}
    assert 200 == follow(presigner.put(BUCKET, fresh_key, tags=tags), BODY).status
    answer = follow(presigner.request("GET", BUCKET, fresh_key, query={"tagging": ""}))
    pairs = re.findall(r"<Key>(.*?)</Key><Value>(.*?)</Value>", answer.body.decode())
    assert tags == dict(pairs)


def test_swift_takes_a_customers_key_as_it_was_signed(swift: Store, fresh_key: str) -> None:
    """It encrypts nothing, but it verifies the three headers."""
    url = presigner_for(swift).put(swift.bucket, fresh_key, sse_customer_key=b"k" * 32)
    other = b64encode(b"x" * 32).decode()
    changed = follow(url, BODY, x_amz_server_side_encryption_customer_key=other)
    assert [200, 403] == [follow(url, BODY).status, changed.status]


def test_ceph_gives_an_object_to_strangers_where_its_acl_says_so(ceph: Store, fresh_key: str) -> None:
    presigner = presigner_for(ceph)
    statuses = []
    for acl in ("private", "public-read"):
        assert 200 == follow(presigner.put(ceph.bucket, fresh_key, acl=acl), BODY).status
        statuses.append(send("GET", presigner.object_url(ceph.bucket, fresh_key)).status)
    assert [403, 200] == statuses


def test_ceph_gives_an_object_under_a_customers_key_to_who_has_the_key(ceph: Store, fresh_key: str) -> None:
    presigner = presigner_for(ceph)
    upload = presigner.put(ceph.bucket, fresh_key, sse_customer_key=b"k" * 32)
    other = presigner.put(ceph.bucket, fresh_key, sse_customer_key=b"x" * 32).headers
    assert 200 == follow(upload, BODY).status
    read = [
        follow(presigner.get(ceph.bucket, fresh_key, headers=headers))
        for headers in (upload.headers, other, None)
    ]
    assert [200, 400, 400] == [answer.status for answer in read]
    assert BODY == read[0].body


@pytest.mark.parametrize("name", ["algorithm", "key", "key-md5"])
def test_ceph_refuses_an_upload_that_lacks_a_header_of_a_customers_key(
    ceph: Store, fresh_key: str, name: str
) -> None:
    url = presigner_for(ceph).put(ceph.bucket, fresh_key, sse_customer_key=b"k" * 32)
    assert 403 == follow(url, BODY, **{f"x-amz-server-side-encryption-customer-{name}": None}).status


def test_each_part_under_a_customers_key_brings_it(ceph: Store, fresh_key: str) -> None:
    presigner = presigner_for(ceph)
    upload = presigner.multipart(ceph.bucket, fresh_key, sse_customer_key=b"k" * 32)
    created = upload.create()
    upload_id = upload.parse_upload_id(follow(created, b"").body)
    etag = follow(upload.part(upload_id, 1), BODY).headers["etag"]
    done = follow(upload.complete(upload_id), upload.complete_body({1: etag}).encode())
    assert b"<CompleteMultipartUploadResult" in done.body
    assert BODY == follow(presigner.get(ceph.bucket, fresh_key, headers=created.headers)).body


def test_juicefs_asks_for_https_with_a_customers_key(juicefs: Store, fresh_key: str) -> None:
    url = presigner_for(juicefs).put(juicefs.bucket, fresh_key, sse_customer_key=b"k" * 32)
    answer = follow(url, BODY)
    assert (400, True) == (answer.status, b"secure connection" in answer.body)


@pytest.mark.parametrize(
    ("key_id", "context", "status"),
    [
        (KMS_KEY, b64encode(b'{"tenant":"42"}').decode(), 200),
        ("no-such-key", b64encode(b'{"tenant":"42"}').decode(), 400),
        (KMS_KEY, '{"tenant":"42"}', 400),  # which has to be base64
    ],
    ids=["known", "unknown key", "bare context"],
)
def test_ceph_encrypts_under_a_key_of_its_kms_with_a_context(
    ceph: Store, fresh_key: str, key_id: str, context: str, status: int
) -> None:
    presigner = presigner_for(ceph)
    headers = {"x-amz-server-side-encryption-context": context}
    url = presigner.put(ceph.bucket, fresh_key, sse="aws:kms", kms_key_id=key_id, headers=headers)
    assert 403 == follow(url, BODY, x_amz_server_side_encryption_context="e30=").status
    assert status == follow(url, BODY).status
    if status == 200:
        read = follow(presigner.get(ceph.bucket, fresh_key))
        assert ("aws:kms", key_id, BODY) == (
            read.headers["x-amz-server-side-encryption"],
            read.headers["x-amz-server-side-encryption-aws-kms-key-id"],
            read.body,
        )


def test_the_requester_pays_by_a_signed_parameter(store: Store, presigner: Presigner, fresh_key: str) -> None:
    url = presigner.put(store.bucket, fresh_key, request_payer=True)
    assert 403 == send("PUT", url.replace("=requester", "=other"), body=BODY).status
    assert 200 == follow(url, BODY).status


def test_every_option_of_an_upload_is_tried_on_a_server() -> None:
    rows = {name for options, _, _ in BOUND.values() for name in options}
    others = {"content_length", "if_match", "tags", "sse", "kms_key_id", "sse_customer_key", "request_payer"}
    of_any_url = {"query", "bucket", "key", "expires", "stable_for"}
    known = set(inspect.signature(Presigner.put).parameters) - set(inspect.signature(Where).parameters)
    assert rows | others | set(CHECKSUMS) | of_any_url == known - {"self", "profile", "now"}


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
