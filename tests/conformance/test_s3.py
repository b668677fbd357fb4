"""Presigned S3 requests that botocore computed, signed by every public way there is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from presignlib import (
    InvalidInputError,
    Presigner,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_put,
    sigv4,
)

from .cases import (
    NOT_TOLD,
    Case,
    by_presign,
    by_the_core,
    only,
    parameters,
    parted,
    sent_headers,
    settings_of,
    shared,
    signing_cases,
    stages,
    without,
)

if TYPE_CHECKING:
    from presignlib import PresignedURL

pytestmark = [
    pytest.mark.filterwarnings("ignore::presignlib.UnsignedHeaderWarning"),
    pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning"),
    pytest.mark.filterwarnings("ignore::presignlib.ActiveContentWarning"),
]

CASES = signing_cases("s3_presign")

UNDERSCORE = ("bucket", "AWS has no bucket with an underscore since 2018")

# Cases that the Presigner refuses: the field it names, and why.
REFUSED = {
    "bucket-virtual/underscore": UNDERSCORE,
    "bucket-auto/underscore": UNDERSCORE,
    "bucket-path/underscore": UNDERSCORE,
    "bucket-operation/list-buckets": (
        "bucket",
        "the Presigner's requests are for a bucket; presign() signs it",
    ),
}

GLOBAL_HOST = "s3.amazonaws.com"


def names_the_global_host(case: Case) -> bool:
    """Tell whether botocore names the global host for a region that has a host of its own.

    It does so for us-east-1 and, with addressing ``auto``, for the regions of its
    partition ``aws``; presignlib names the regional host (design: "Host").
    """
    named = case.host == GLOBAL_HOST or case.host.endswith(f".{GLOBAL_HOST}")
    return named and case.raw["client"]["region"] != "aws-global"


def endpoint_of(case: Case) -> str | None:
    """Return the endpoint that makes presignlib sign for the host that botocore named."""
    if names_the_global_host(case):
        return f"https://{GLOBAL_HOST}"
    endpoint: str | None = case.raw["client"].get("endpoint")
    return endpoint


def by_request(case: Case, **changes: Any) -> PresignedURL:
    presigner = Presigner(**{**settings_of(case.raw), **changes})
    assert case.bucket is not None or case.id in REFUSED
    return presigner.request(
        case.method,
        case.bucket or "",
        case.key,
        expires=case.expires,
        query=case.query,
        headers=case.headers,
    )


@pytest.mark.parametrize("case", CASES)
def test_the_core_signs_every_case(case: Case) -> None:
    signed = by_the_core(case)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert case.signed_url == signed.url


@pytest.mark.parametrize("case", [p for p in CASES if p.marks or p.values[0].key is not None])
def test_the_cores_one_call_signs_every_key(case: Case) -> None:
    assert case.key is not None
    path = sigv4.encode_path(f"/{case.key}")
    url = sigv4.presign(
        case.method,
        case.url.removesuffix(path),
        f"/{case.key}",
        case.credentials.access_key_id,
        case.credentials.secret_access_key,
        case.region,
        case.timestamp,
        case.expires or 0,
        case.service,
        case.credentials.session_token,
        case.query,
        sent_headers(case),
        case.payload_hash,
    )
    assert case.signed_url == url


@pytest.mark.parametrize("case", CASES)
def test_presign_signs_every_case_from_its_url(case: Case) -> None:
    signed = stages(by_presign(case))
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert case.signed_url == signed.url


@pytest.mark.parametrize("case", CASES)
def test_the_services_name_alone_decides_how_it_is_signed(case: Case) -> None:
    assert case.canonical_request == stages(by_presign(case, **NOT_TOLD)).canonical_request


@pytest.mark.parametrize("case", without(CASES, REFUSED))
def test_the_presigner_signs_every_case_from_bucket_and_key(case: Case) -> None:
    signed = stages(by_request(case, endpoint_url=endpoint_of(case)))
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert case.signed_url == signed.url


@pytest.mark.parametrize("case", only(CASES, REFUSED))
def test_the_presigner_refuses_what_is_not_for_it(case: Case) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        by_request(case)
    assert REFUSED[case.id][0] == refusal.value.field


@pytest.mark.parametrize(
    "case", without([p for p in CASES if p.marks or names_the_global_host(p.values[0])], REFUSED)
)
def test_the_regional_host_is_named_where_botocore_names_the_global_one(case: Case) -> None:
    url = by_request(case)
    theirs, ours = parameters(case.signed_url or ""), parameters(url)
    assert case.url.replace(GLOBAL_HOST, f"s3.{case.region}.amazonaws.com", 1) == url.partition("?")[0]
    assert {**theirs, "X-Amz-Signature": ours["X-Amz-Signature"]} == ours


@pytest.mark.parametrize("case", without(CASES, REFUSED))
def test_the_url_lists_the_headers_that_have_to_be_sent(case: Case) -> None:
    names = parameters(case.signed_url or "")["X-Amz-SignedHeaders"].split("%3B")
    assert [name for name in names if name != "host"] == list(by_request(case).headers)


def refusal_of(raw: dict[str, Any]) -> dict[str, Any] | None:
    return None if "request" in raw else raw


@pytest.mark.parametrize("raw", shared("s3_presign", refusal_of))
def test_what_botocore_refuses_is_refused(raw: dict[str, Any]) -> None:
    params = raw["call"]["params"]
    with pytest.raises(InvalidInputError):
        presign_get(params["Bucket"], params["Key"], **settings_of(raw))


# The functions, from the parameters that botocore's client was called with

FUNCTIONS = {
    "get_object": presign_get,
    "head_object": presign_head,
    "put_object": presign_put,
    "delete_object": presign_delete,
    "list_objects_v2": presign_list,
}
KEYWORDS = {
    "ACL": "acl",
    "CacheControl": "cache_control",
    "ChecksumCRC32": "checksum_crc32",
    "ContentDisposition": "content_disposition",
    "ContentEncoding": "content_encoding",
    "ContentLength": "content_length",
    "ContentMD5": "content_md5",
    "ContentType": "content_type",
    "Delimiter": "delimiter",
    "MaxKeys": "max_keys",
    "Metadata": "metadata",
    "PartNumber": "part_number",
    "Prefix": "prefix",
    "ResponseCacheControl": "response_cache_control",
    "ResponseContentDisposition": "response_content_disposition",
    "ResponseContentEncoding": "response_content_encoding",
    "ResponseContentLanguage": "response_content_language",
    "ResponseContentType": "response_content_type",
    "SSEKMSKeyId": "kms_key_id",
    "ServerSideEncryption": "sse",
    "StorageClass": "storage_class",
    "VersionId": "version_id",
}
# What no keyword is for, or does by other means: as headers and query parameters.
HEADERS = {
    "ChecksumMode": "x-amz-checksum-mode",
    "ContentLanguage": "content-language",
    "GrantRead": "x-amz-grant-read",
    "IfMatch": "if-match",
    "RequestPayer": "x-amz-request-payer",
    "SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm",
    "SSECustomerKey": "x-amz-server-side-encryption-customer-key",
    "SSECustomerKeyMD5": "x-amz-server-side-encryption-customer-key-MD5",
    "SSEKMSEncryptionContext": "x-amz-server-side-encryption-context",
}


def keywords_of(case: Case) -> dict[str, Any]:
    """Return the keywords of presignlib that ask for what the case asked botocore for."""
    keywords: dict[str, Any] = {}
    headers: dict[str, str] = {}
    for name, value in case.raw["call"]["params"].items():
        if name in KEYWORDS:
            keywords[KEYWORDS[name]] = value
        elif name in HEADERS:
            headers[HEADERS[name]] = value
        elif name == "IfNoneMatch" and case.method == "PUT":
            keywords["overwrite"] = False
        elif name == "IfNoneMatch":
            headers["if-none-match"] = value
        elif name == "BucketKeyEnabled":
            headers["x-amz-server-side-encryption-bucket-key-enabled"] = "true"
        elif name == "Tagging":
            keywords["tags"] = dict(parse_qsl(value))
        elif name == "ResponseExpires":
            keywords["response_expires"] = datetime.fromisoformat(value.replace("Z", "+00:00"))
        elif name == "EncodingType":
            keywords["query"] = {"encoding-type": value}
        else:
            assert name in ("Bucket", "Key"), f"{name} has no keyword here"
    return {**keywords, "headers": headers}


def by_function(case: Case) -> PresignedURL:
    function: Any = FUNCTIONS[case.raw["call"]["operation"]]
    target = [case.bucket] if case.key is None else [case.bucket, case.key]
    settings = {**settings_of(case.raw), "endpoint_url": endpoint_of(case)}
    url: PresignedURL = function(*target, expires=case.expires, **keywords_of(case), **settings)
    return url


def has_a_function(case: Case) -> bool:
    call = case.raw["call"]
    return call["operation"] in FUNCTIONS and call["http_method"] in (None, "GET")


HAVE_FUNCTIONS = [p for p in CASES if p.marks or has_a_function(p.values[0])]

REFUSED_OPTIONS = {
    "response-override/empty": ("response_content_type", "an empty override does nothing"),
    "response-override/disposition-unicode": (
        "response_content_disposition",
        "S3 gives back a header, which is ASCII; download_as= writes such names",
    ),
}
BOTOCORES_OWN = {
    "put-headers/content-type-form": "botocore drops this one content type, and so leaves it unsigned",
}


@pytest.mark.parametrize("case", without(HAVE_FUNCTIONS, {**REFUSED, **REFUSED_OPTIONS, **BOTOCORES_OWN}))
def test_the_functions_sign_what_botocores_parameters_ask_for(case: Case) -> None:
    url = by_function(case)
    signed = stages(url)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature
    assert parted(case.signed_url or "") == parted(url)


@pytest.mark.parametrize("case", only(HAVE_FUNCTIONS, REFUSED_OPTIONS))
def test_the_functions_refuse_options_that_do_no_good(case: Case) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        by_function(case)
    assert REFUSED_OPTIONS[case.id][0] == refusal.value.field


@pytest.mark.parametrize("case", only(HAVE_FUNCTIONS, BOTOCORES_OWN))
def test_the_functions_sign_a_header_that_botocore_drops(case: Case) -> None:
    assert case.headers == []
    assert {"content-type": case.raw["call"]["params"]["ContentType"]} == by_function(case).headers
