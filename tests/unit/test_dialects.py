"""Known stores: what is refused before a URL is made that they could only refuse later."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import Credentials, InvalidInputError, Presigner
from presignlib.dialects import DIALECTS, dialect_of

KEYS = Credentials("AKIDEXAMPLE", "secret")
R2 = "https://account.r2.cloudflarestorage.com"
GCS = "https://storage.googleapis.com"
B2 = "https://s3.us-west-004.backblazeb2.com"
SPACES = "https://ams3.digitaloceanspaces.com"
WASABI = "https://s3.eu-central-1.wasabisys.com"
SUPABASE = "https://project.storage.supabase.co/storage/v1/s3"
KEY = b"k" * 32
STORES = {
    R2: ("Cloudflare R2", "auto"),
    GCS: ("Google Cloud Storage", "auto"),
    B2: ("Backblaze B2", "us-west-004"),
    SPACES: ("DigitalOcean Spaces", "ams3"),
    WASABI: ("Wasabi", "eu-central-1"),
    SUPABASE: ("Supabase", "eu-west-1"),
}


def presigner(endpoint_url: str, region: str = "auto") -> Presigner:
    return Presigner(endpoint_url=endpoint_url, region=region, credentials=KEYS)


def parts(url: str) -> tuple[str, str]:
    host, slash, path = url.removeprefix("https://").partition("/")
    return host, slash + path


@pytest.mark.parametrize("url", STORES)
def test_a_store_is_known_by_its_host(url: str) -> None:
    dialect = dialect_of(*parts(url))
    assert dialect is not None
    assert STORES[url][0] == dialect.name


def test_every_row_is_met() -> None:
    assert len(DIALECTS) == len(STORES)


@pytest.mark.parametrize("host", ["localhost", "r2.cloudflarestorage.com.evil.example", "files.example.com"])
def test_another_store_has_no_row(host: str) -> None:
    assert dialect_of(host, "") is None


@pytest.mark.parametrize("url", STORES)
def test_each_store_gets_its_url_by_path(url: str) -> None:
    made = presigner(url, STORES[url][1]).get("files", "a b.txt")
    assert made.startswith(f"{url}/files/a%20b.txt?")


@pytest.mark.parametrize(("url", "name"), [(R2, "Cloudflare R2"), (B2, "Backblaze B2")])
def test_where_there_are_no_forms_none_is_made(url: str, name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^endpoint_url must be .*{name} does not, use PUT$"):
        presigner(url).post("files", "k", max_size=1, content_type="*/*")


@pytest.mark.parametrize("url", [GCS, SPACES, WASABI, SUPABASE])
def test_other_stores_take_forms(url: str) -> None:
    post = presigner(url, "us-west-004").post("files", "k", max_size=1, content_type="*/*")
    assert f"{url}/files" == post["url"]


# What is refused and what is taken, by the pages that the rows name.
OPTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "tags": ({"tags": {"a": "b"}}, "headers must be free of x-amz-tagging", "R2 GCS B2 SUPABASE"),
    "acl": ({"acl": "private"}, "headers must be free of x-amz-acl", "R2 SUPABASE"),
    "owner": (
        {"expected_bucket_owner": "123456789012"},
        "headers must be free of x-amz-expected-bucket-owner",
        "R2 SUPABASE",
    ),
    "payer": ({"request_payer": True}, "query must be free of x-amz-request-payer", "R2 SPACES SUPABASE"),
    "sse": ({"sse": "AES256"}, "headers must be free of x-amz-server-side-encryption at", "R2 SUPABASE"),
    "kms": (
        {"sse": "aws:kms", "kms_key_id": "k"},
        "headers must be free of x-amz-server-side-encryption",
        "R2 B2 SUPABASE",
    ),
    "customer's key": (
        {"sse_customer_key": KEY},
        "headers must be free of x-amz-server-side-encryption-customer-key",
        "SUPABASE",
    ),
    "md5": ({"content_md5": b"1" * 16}, "headers must be free of content-md5", "SUPABASE"),
    "version": ({"query": {"versionId": "v"}}, "query must be free of versionId", "SUPABASE"),
    "encoding": ({"headers": {"Accept-Encoding": "gzip"}}, "headers must be free of accept-encoding", "GCS"),
    "class": ({"storage_class": "STANDARD"}, "", ""),
}


@pytest.mark.parametrize("store", ["R2", "GCS", "B2", "SPACES", "WASABI", "SUPABASE"])
@pytest.mark.parametrize(("options", "message", "refusing"), OPTIONS.values(), ids=OPTIONS)
def test_what_a_store_does_not_take_is_refused(
    store: str, options: dict[str, Any], message: str, refusing: str
) -> None:
    put = presigner(globals()[store]).put
    if store not in refusing.split():
        assert put("files", "k", **options).method == "PUT"
        return
    with pytest.raises(InvalidInputError, match=f"^{message}"):
        put("files", "k", **options)


def test_each_name_in_a_row_is_one_of_the_options_above() -> None:
    tried = {"x-amz-server-side-encryption-context"}  # a header that has no option
    tried |= {message.split()[5].lower() for _, message, _ in OPTIONS.values() if message}
    tried |= {"x-amz-server-side-encryption-aws-kms-key-id"}
    assert tried == {name for dialect in DIALECTS for name in dialect.refused}


def test_other_options_are_signed_there() -> None:
    url = presigner(R2).put("files", "k", content_type="image/png", overwrite=False)
    assert {"content-type": "image/png", "if-none-match": "*"} == url.headers


@pytest.mark.parametrize("url", ["https://project.supabase.co", "https://project.supabase.co/storage/v1"])
def test_supabase_is_under_a_path(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^endpoint_url must be one with the path /storage/v1/s3"):
        presigner(url, "eu-west-1")
