"""The keywords of the public functions, for type checkers. Nothing loads this at run time.

``tests/test_public_api.py`` holds each of these against the function that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from typing_extensions import Required, TypedDict

from ._time import Expires
from .credentials import Credentials, CredentialsProvider
from .request import Pairs


class AddressKeywords(TypedDict, total=False):
    region: str | None
    endpoint_url: str | None
    sign_host: str | None
    addressing_style: Literal["auto", "virtual", "path"]
    dualstack: bool
    fips: bool
    accelerate: bool
    use_arn_region: bool
    allow_http: bool
    short_credentials: Literal["cap", "raise", "ignore"]


class WhereKeywords(AddressKeywords, total=False):
    credentials: Credentials | CredentialsProvider | None
    profile: str | None
    now: datetime | None


class RequestKeywords(WhereKeywords, total=False):
    expires: Expires | None
    stable_for: int | str | timedelta | None
    query: Pairs | None
    headers: Pairs | None


class _ObjectKeywords(RequestKeywords, total=False):
    request_payer: bool
    expected_bucket_owner: str | None


class DeleteKeywords(_ObjectKeywords, total=False):
    version_id: str | None


class HeadKeywords(DeleteKeywords, total=False):
    part_number: int | None


class GetKeywords(HeadKeywords, total=False):
    download_as: str | None
    inline_as: str | None
    response_content_type: str | None
    response_cache_control: str | None
    response_content_language: str | None
    response_content_encoding: str | None
    response_content_disposition: str | None
    response_expires: str | datetime | None


class ListKeywords(_ObjectKeywords, total=False):
    prefix: str | None
    delimiter: str | None
    max_keys: int | None
    start_after: str | None
    continuation_token: str | None


class PutKeywords(_ObjectKeywords, total=False):
    content_type: str | None
    content_length: int | None
    overwrite: bool
    if_match: str | None
    metadata: Mapping[str, str] | None
    tags: Mapping[str, str] | None
    checksum_sha256: bytes | str | None
    checksum_sha1: bytes | str | None
    checksum_crc32: bytes | str | None
    checksum_crc32c: bytes | str | None
    checksum_crc64nvme: bytes | str | None
    content_md5: bytes | str | None
    cache_control: str | None
    content_disposition: str | None
    content_encoding: str | None
    storage_class: str | None
    acl: str | None
    sse: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None
    kms_key_id: str | None
    sse_customer_key: bytes | None


class MultipartKeywords(WhereKeywords, total=False):
    expires: Expires | None
    content_type: str | None
    overwrite: bool
    if_match: str | None
    metadata: Mapping[str, str] | None
    tags: Mapping[str, str] | None
    cache_control: str | None
    content_disposition: str | None
    content_encoding: str | None
    storage_class: str | None
    acl: str | None
    sse: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None
    kms_key_id: str | None
    sse_customer_key: bytes | None
    request_payer: bool
    expected_bucket_owner: str | None
    headers: Pairs | None


class SigningKeywords(TypedDict, total=False):
    region: str | None
    credentials: Credentials | CredentialsProvider | None
    profile: str | None
    now: datetime | None
    short_credentials: Literal["cap", "raise", "ignore"]


class PresignKeywords(TypedDict, total=False):
    service: Required[str]
    region: str | None
    credentials: Credentials | CredentialsProvider | None
    profile: str | None
    expires: Expires
    headers: Pairs | None
    query: Pairs | None
    payload_hash: str | None
    token_placement: Literal["signed", "appended"] | None
    path_encoding: Literal["once", "twice"] | None
    normalize_path: bool | None
    algorithm: Literal["sigv4", "sigv4a"]
    region_set: str | Iterable[str] | None
    allow_http: bool
    now: datetime | None
    short_credentials: Literal["cap", "raise", "ignore"]
