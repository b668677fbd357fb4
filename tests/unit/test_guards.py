"""Every guard, as rows of a call and the field that it names.

Each is refused at the call and before any work: no provider is asked, and no secret
is in what is raised. Rows are by design's headings: guards, expiry, text, constraints,
host.
"""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import presignlib
from presignlib import Credentials, InvalidInputError, Presigner, PresignError

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
CANARY = "cAnArY"
LONG = "a" * 1_025
HTTP = "http://store.example.com"
API = "https://api.example.com/"
STORE = "https://store.example.com"
ARN = "arn:aws:sqs:us-east-1:123456789012:mine"


class Unasked:
    """A provider that nobody may ask."""

    def load(self, min_lifetime: float = 0) -> Credentials:
        pytest.fail(f"credentials for {min_lifetime} seconds were asked for")


class Row:
    """A call that is refused: function, targets, keywords, and the field it names."""

    def __init__(self, field: str, function: str, *targets: Any, **keywords: Any) -> None:
        self.field = field
        self.function = function
        self.targets = targets
        self.keywords = keywords

    def __repr__(self) -> str:
        given = [repr(value)[:24] for value in self.targets]
        given += [f"{name}={value!r:.24}" for name, value in self.keywords.items()]
        return f"{self.field}: {self.function}({', '.join(given)})"


def _get(field: str, **keywords: Any) -> Row:
    return Row(field, "get", "bucket", "key", **keywords)


def _put(field: str, **keywords: Any) -> Row:
    return Row(field, "put", "bucket", "key", **keywords)


def _list(field: str, **keywords: Any) -> Row:
    return Row(field, "list", "bucket", **keywords)


def _any(field: str, url: Any = API, **keywords: Any) -> Row:
    return Row(field, "presign", "GET", url, **{"service": "execute-api", **keywords})


BUCKETS = [
    *[
        Row("bucket", "get", bucket, "key")
        for bucket in (
            *("", "ab", "a" * 64, "Bucket", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b", "192.168.0.1"),
            *("evil.com/", "a/b", "a@b", "a?b", "a#b", "a%2fb", "a b", "a\r\nb", "a\0b", "büc", "\ud800aa"),
            *(None, 5, b"bucket", ["bucket"], ARN, "b--use1--x-s3"),
        )
    ],
    *[
        Row("bucket", "get", bucket, "key", endpoint_url=STORE)
        for bucket in ("", "a" * 256, "..", ".", "a/b", "evil.com/", "a@b", "a b", "a%2f", "a\n", "ü", None)
    ],
    *[Row("bucket", function, "a/b", "key") for function in ("head", "put", "delete", "object_url")],
    Row("bucket", "list", "a/b"),
]
KEYS = [
    *[
        Row("key", function, "bucket", key)
        for function in ("get", "head", "put", "delete", "object_url")
        for key in ("", "a\0b", "\ud800", LONG, "ü" * 513, 5, b"key")
    ]
]
REGIONS = [
    *[
        _get("region", region=region)
        for region in ("evil.com/", "us east", "US-EAST-1", "a" * 64, "-a", "a.b", "a@b", "a\r\n", "", 5, "ü")
    ],
    *[_get("region", region=region, endpoint_url=STORE) for region in ("a/b", "a.b", "a b", "", "a\n")],
    *[_any("region", region=region) for region in ("evil.com/", "a.b", "")],
    *[_any("service", service=service) for service in ("evil.com/", "S3", "a b", "", None, "s3\n", "ü")],
]
ENDPOINTS = [
    *[
        _get("endpoint_url", endpoint_url=url)
        for url in (
            *(f"https://user:{CANARY}@store.example", f"https://store.example/?a={CANARY}", STORE + "/#a"),
            *(
                "https://store.example:0",
                "https://store.example:65536",
                "https://store.example:x",
                STORE + ":",
            ),
            *("ftp://store.example", "store.example", "//store.example", "https://", "", 5, b"https://a"),
            *(STORE + "\r\n", "https://a b", "https://ä.example", STORE + "/%zz", STORE + "\\@evil.com"),
            *("https://[::1", "https://1.2.3", "https://a..b"),
            *(HTTP, "http://8.8.8.8", "http://[2001:db8::1]", "http://localhost.evil.com"),
        )
    ],
    *[
        _get("sign_host", sign_host=host)
        for host in ("", "a/b", "a@b", "a b", "a:0", "a\r\nb", 5, "https://a")
    ],
    *[_get("addressing_style", addressing_style=style) for style in ("host", "", None, 5)],
    _any("url", HTTP),
    _any("url", "ws://store.example.com/"),
]
SWITCHES = [
    *[
        _get(switch, **{switch: value})
        for switch in ("dualstack", "fips", "accelerate", "use_arn_region", "allow_http")
        for value in (1, "true", None)
    ],
    _get("accelerate", accelerate=True, fips=True),
    _get("accelerate", accelerate=True, addressing_style="path"),
    _get("accelerate", accelerate=True, region="cn-north-1"),
    _get("fips", fips=True, region="cn-north-1"),
    _get("fips", fips=True, endpoint_url=STORE),
    _get("dualstack", dualstack=True, endpoint_url=STORE),
    _get("short_credentials", short_credentials="warn"),
    _get("short_credentials", short_credentials=None),
    _get("credentials", credentials=CANARY),
    _get("credentials", credentials=("id", CANARY)),
    _get("now", now=NOW.replace(tzinfo=None)),
    _get("now", now=1_767_362_700),
    _get("now", now="2026-01-02"),
]
EXPIRIES = [
    *[
        _get("expires", expires=expires)
        for expires in (
            *(True, False, 0, -5, 604_801, 10**7, 10**30, 3600.5, 1.0, float("nan"), float("inf"), None),
            *(b"15m", "900", "", "0s", "8d", "-5m", "1.5h", "15 fortnights", "15m15m", "٣m", "15m\n"),
            *(timedelta(0), timedelta(days=8), timedelta(seconds=-1), timedelta(seconds=1.5), timedelta.max),
            *(NOW.replace(tzinfo=None), ["15m"]),
        )
    ],
    *[_get("stable_for", stable_for=window) for window in (0, -1, True, 1.5, "x", "8d", 604_800, NOW)],
    *[_any("expires", expires=expires) for expires in (0, None, True, "8d", 3600.5)],
    *[Row("expires", function, "bucket", "key", expires=0) for function in ("head", "put", "delete")],
    _list("expires", expires=0),
]
HEADERS = [
    *[
        _put("headers", headers=headers)
        for headers in (
            *({"": CANARY}, {"a b": CANARY}, {"a:": CANARY}, {"ä": CANARY}, {"a\r\nb": CANARY}),
            *({"Host": CANARY}, {"authorization": CANARY}, {"a": 5}, {5: CANARY}, [CANARY], CANARY, 5),
        )
    ],
    *[_put("x-a", headers={"X-A": CANARY + value}) for value in ("\r\n", "\n", "\0", "ü", "\x7f", "\ud800")],
    _put("headers", headers={"Content-Type": CANARY}, content_type="a/b"),
    _get("headers", headers={"X-Amz-Expected-Bucket-Owner": CANARY}, expected_bucket_owner="123456789012"),
    _any("headers", headers={"host": CANARY}),
]
QUERIES = [
    *[
        _get("query", query={name: CANARY})
        for name in (
            *("X-Amz-Algorithm", "X-Amz-Credential", "x-amz-date", "X-AMZ-EXPIRES", "X-Amz-SignedHeaders"),
            *("X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-S3session-Token", "x-amz-region-set"),
        )
    ],
    *[
        _get("query", query=query)
        for query in (
            *({"a": 5}, {5: CANARY}, [CANARY], f"{CANARY}=1", 5, {"a": CANARY + "\ud800"}),
            *([("versionId", CANARY), ("VersionId", CANARY)], [("response-expires", CANARY)] * 2),
        )
    ],
    _get("query", query={"versionId": CANARY}, version_id="v"),
    _get("query", query={"PARTNUMBER": CANARY}, part_number=1),
    _list("query", query={"list-type": CANARY}),
    _any("query", query={"X-Amz-Date": CANARY}),
    _any("url", f"{API}?X-Amz-Signature={CANARY}"),
    _any("url", f"{API}?x-amz-security-token={CANARY}"),
]
URLS = [
    *[
        _any("url", url)
        for url in (
            *(f"https://u:{CANARY}@a.example/", f"{API}#{CANARY}", "/a", "", None, 5, b"https://a"),
            *("ftp://a.example/", f"{API}{CANARY} a", f"{API}ä", f"{API}%zz", f"{API}?a=%zz", f"{API}?a=%ff"),
            *(f"{API}\r\nHost: evil", "https://a.example:99999/", "https:///", "https://a_-.example/"),
        )
    ],
    *[Row("method", "presign", method, API, service="s3") for method in ("", "GE T", "GET\r\n", None, "Ä")],
    _any("path_encoding", path_encoding="thrice"),
    _any("normalize_path", normalize_path=1),
    _any("token_placement", token_placement="hidden"),
    _any("payload_hash", payload_hash=CANARY),
    _any("payload_hash", payload_hash="ab" * 32, headers={"x-amz-content-sha256": "cd" * 32}),
]
OPTIONS = [
    *[
        _get(field, **{field: value})
        for field in ("download_as", "inline_as")
        for value in ("", "a\r\nb", "a\0", "a\x85", "\ud800", 5, b"a")
    ],
    _get("inline_as", download_as="a", inline_as="b"),
    _get("download_as", download_as="a", response_content_disposition="inline"),
    *[
        _get(field, **{field: value})
        for field in ("response_content_type", "response_cache_control", "response_content_language")
        for value in ("", "a\r\nb: c", "ü", 5)
    ],
    *[
        _get(field, **{field: "a\n"})
        for field in ("response_content_encoding", "response_content_disposition", "response_expires")
    ],
    _get("response_expires", response_expires=5),
    _get("response_expires", response_expires=NOW.replace(tzinfo=None)),
    *[_get("part_number", part_number=part) for part in (0, 10_001, -1, True, 1.0, "1")],
    *[_get("version_id", version_id=version) for version in ("", 5, "\ud800", b"v")],
    *[_get("request_payer", request_payer=payer) for payer in (1, "requester", None)],
    *[
        _get("expected_bucket_owner", expected_bucket_owner=o)
        for o in ("", "12345", "1" * 13, 5, "\u0661" * 12)
    ],
    *[_list("max_keys", max_keys=number) for number in (-1, True, 1.5, "1", 2**31)],
    *[_list(field, **{field: "\ud800"}) for field in ("prefix", "delimiter", "start_after")],
    _list("continuation_token", continuation_token=5),
    _list("prefix", prefix=5),
]
UPLOADS = [
    *[
        _put(field, **{field: value})
        for field in ("content_type", "cache_control", "content_disposition", "content_encoding", "if_match")
        for value in ("", "a\r\nb: c", "ü", 5)
    ],
    *[_put("content_length", content_length=size) for size in (-1, True, 1.5, "5", 5 * 1024**3 + 1)],
    *[_put("overwrite", overwrite=value) for value in (0, None, "no")],
    _put("if_match", overwrite=False, if_match="etag"),
    *[_put("metadata", metadata=metadata) for metadata in ({"a": CANARY + "\n"}, {"a": "ü"}, {"a": 5}, 5)],
    _put("metadata", metadata={"a": CANARY, "A": CANARY}),
    _put("metadata", metadata={"a": "b" * 2_048}),
    *[_put("tags", tags=tags) for tags in ({"": "a"}, {"a" * 129: "b"}, {"a": "b" * 257}, {"a": 5}, 5)],
    _put("tags", tags={str(number): "" for number in range(11)}),
    _put("tags", tags=[("a", "b"), ("a", "c")]),
    _put("tags", tags={"AWS:a": "b"}),
    _put("tags", tags={"a": "\ud800"}),
    *[
        _put(f"checksum_{kind}", **{f"checksum_{kind}": value})
        for kind, size in (("sha256", 32), ("sha1", 20), ("crc32", 4), ("crc32c", 4), ("crc64nvme", 8))
        for value in (bytes(size - 1), bytes(size + 1), "", CANARY, "AAAAAAA=", 5)
    ],
    *[_put("content_md5", content_md5=value) for value in (bytes(15), "0" * 32, "", 5, "AAAA\n")],
    _put("storage_class", storage_class="a\n"),
    *[_put("acl", acl=acl) for acl in ("public", "", 5)],
    *[_put("sse", sse=sse) for sse in ("aes256", "", 5)],
    _put("kms_key_id", kms_key_id=CANARY),
    _put("kms_key_id", kms_key_id=CANARY, sse="AES256"),
    _put("kms_key_id", kms_key_id=CANARY + "\n", sse="aws:kms"),
    *[
        _put("sse_customer_key", sse_customer_key=key)
        for key in (CANARY.encode(), CANARY * 5 + "ab", b"", CANARY.encode() * 6)
    ],
    _put("sse_customer_key", sse_customer_key=b"k" * 32, sse="AES256"),
    _put("max_size", max_size=5),
    _put("min_size", min_size=5),
]
ROWS = [
    *BUCKETS,
    *KEYS,
    *REGIONS,
    *ENDPOINTS,
    *SWITCHES,
    *EXPIRIES,
    *HEADERS,
    *QUERIES,
    *URLS,
    *OPTIONS,
    *UPLOADS,
]


def _where(row: Row) -> dict[str, Any]:
    where = {"region": "us-east-1", "credentials": Unasked(), "now": NOW, **row.keywords}
    if row.function == "object_url":
        del where["credentials"]
    return where


def _refused(call: Any, row: Row, where: dict[str, Any]) -> InvalidInputError:
    with pytest.raises(PresignError) as caught:
        call(*row.targets, **where)
    assert isinstance(caught.value, InvalidInputError)
    return caught.value


def _is_told_well(error: InvalidInputError, field: str) -> None:
    message = str(error)
    assert field == error.field
    assert message.startswith(f"{field} must be ")
    assert "\n" not in message
    assert not message.endswith(".")
    printed = "".join(traceback.format_exception_only(type(error), error))
    assert CANARY not in message + repr(error) + printed


def test_the_table_has_every_heading() -> None:
    assert len(ROWS) >= 80
    assert len({row.field for row in ROWS}) >= 40


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_the_functions_refuse_at_the_call(row: Row) -> None:
    name = row.function if row.function in ("presign", "object_url") else f"presign_{row.function}"
    _is_told_well(_refused(getattr(presignlib, name), row, _where(row)), row.field)


# In a method None means the Presigner's own; and any service has a function alone.
METHOD_ROWS = [row for row in ROWS if row.function != "presign" and None not in row.keywords.values()]


@pytest.mark.parametrize("row", METHOD_ROWS, ids=repr)
def test_the_methods_refuse_the_same(row: Row) -> None:
    presigner = Presigner(region="us-east-1", credentials=Unasked(), now=NOW)
    _is_told_well(_refused(getattr(presigner, row.function), row, row.keywords), row.field)
