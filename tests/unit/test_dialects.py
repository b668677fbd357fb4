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
SUPABASE = "https://project.supabase.co/storage/v1/s3"
STORES = {
    R2: ("Cloudflare R2", "auto"),
    GCS: ("Google Cloud Storage", "auto"),
    B2: ("Backblaze B2", "us-west-004"),
    "https://ams3.digitaloceanspaces.com": ("DigitalOcean Spaces", "us-east-1"),
    "https://s3.eu-central-1.wasabisys.com": ("Wasabi", "eu-central-1"),
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


def test_r2_takes_no_forms() -> None:
    with pytest.raises(InvalidInputError, match=r"^endpoint_url must be .*Cloudflare R2 does not, use PUT$"):
        presigner(R2).post("files", "k", max_size=1, content_type="*/*")


def test_other_stores_take_forms() -> None:
    post = presigner(B2, "us-west-004").post("files", "k", max_size=1, content_type="*/*")
    assert f"{B2}/files" == post["url"]


@pytest.mark.parametrize(
    ("url", "options", "name"),
    [
        (R2, {"tags": {"a": "b"}}, "x-amz-tagging"),
        (R2, {"acl": "private"}, "x-amz-acl"),
        (R2, {"headers": {"X-Amz-Checksum-Mode": "ENABLED"}}, "x-amz-checksum-mode"),
        (GCS, {"headers": {"Accept-Encoding": "gzip"}}, "accept-encoding"),
        (GCS, {"tags": {"a": "b"}}, "x-amz-tagging"),
    ],
)
def test_what_a_store_does_not_take_is_refused(url: str, options: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"^headers must be free of {name} at "):
        presigner(url).put("files", "k", **options)


def test_other_options_are_signed_there() -> None:
    url = presigner(R2).put("files", "k", content_type="image/png", overwrite=False)
    assert {"content-type": "image/png", "if-none-match": "*"} == url.headers


@pytest.mark.parametrize("url", ["https://project.supabase.co", "https://project.supabase.co/storage/v1"])
def test_supabase_is_under_a_path(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^endpoint_url must be one with the path /storage/v1/s3"):
        presigner(url, "eu-west-1")
