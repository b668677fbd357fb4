"""Whatever botocore can sign, presignlib signs the same, to the byte of the URL.

What botocore can not say, and these tests therefore leave out:

- a query name that repeats: of the values of one name its signer keeps the first;
- no-break spaces, line breaks and other controls in a header: ``str.split`` takes them
  for blanks (presignlib refuses them anyway);
- ``content-type: application/x-www-form-urlencoded; charset=utf-8``: it drops exactly
  this header before it presigns;
- headers that clients or proxies set: it signs some of those that presignlib leaves out;
- a scheme's default port: it writes it into the URL, though not into the signed host,
  and for ``wss`` signs it;
- the hash of a body, but by a header ``x-amz-content-sha256``: it makes parameters of a body;
- a path that keeps empty and dot segments, for services but S3: it always normalises;
- us-east-1's global host, which it prefers unless it is told ``regional``;
- dualstack and FIPS in partitions for which its client has no data;
- a bucket with dots at an IP address over plain http, where it writes ``a.b.10.0.0.1``.
"""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import botocore.auth
import botocore.credentials
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from hypothesis import assume, given
from hypothesis import strategies as st

from presignlib import (
    Credentials,
    Presigner,
    presign,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_put,
)
from presignlib.services import kinesis_video_url
from tests.strategies import (
    DIFFERENTIAL,
    OPERATIONS,
    REGIONS,
    Pairs,
    buckets,
    credentials,
    expiries,
    header_values,
    headers,
    keys,
    labels,
    methods,
    moments,
    queries,
    regions,
    texts,
)

pytestmark = pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")

DROPPED_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


class _At:
    """A signer of botocore's that signs at a given time instead of now."""

    timestamp = ""

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = self.timestamp
        super()._modify_request_before_signing(request)  # type: ignore[misc]


class S3Signer(_At, botocore.auth.S3SigV4QueryAuth):  # type: ignore[misc]
    """botocore's signer for S3."""


class ServiceSigner(_At, botocore.auth.SigV4QueryAuth):  # type: ignore[misc]
    """botocore's signer for every other service."""


def by_botocore(
    signer: type[_At],
    method: str,
    url: str,
    fields: Pairs,
    keys: Credentials,
    service: str,
    region: str,
    expires: int,
    now: datetime,
) -> str:
    """Return the URL that a signer of botocore's makes."""
    request = AWSRequest(method=method.upper(), url=url)
    for name, value in fields:
        request.headers[name] = value  # botocore's headers keep every value of a name
    their_keys = botocore.credentials.Credentials(
        keys.access_key_id, keys.secret_access_key, keys.session_token
    )
    signing: Any = signer(their_keys, service, region, expires=expires)  # type: ignore[call-arg]
    signing.timestamp = f"{now.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"
    signing.add_auth(request)
    return str(request.url)


def with_query(url: str, query: Pairs) -> str:
    text = "&".join([f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query])
    return f"{url}?{text}" if text else url


def signable(fields: Pairs) -> bool:
    """Tell whether botocore signs these headers too."""
    return not any(name.lower() == "content-type" and value == DROPPED_TYPE for name, value in fields)


@DIFFERENTIAL
@given(
    method=methods(),
    bucket=buckets(),
    key=st.none() | keys(),
    region=regions(),
    style=st.sampled_from(["virtual", "path"]),
    query=queries(unique=True),
    fields=headers(),
    keys=credentials(),
    expires=expiries(),
    now=moments(),
)
def test_a_request_to_s3_is_signed_as_botocore_signs_it(
    method: str,
    bucket: str,
    key: str | None,
    region: str,
    style: Any,
    query: Pairs,
    fields: Pairs,
    keys: Credentials,
    expires: int,
    now: datetime,
) -> None:
    assume(signable(fields))
    presigner = Presigner(region=region, credentials=keys, now=now, addressing_style=style)
    base = presigner.object_url(bucket, "k").removesuffix("/k")  # the client's test is about hosts
    if key is not None:
        base += "/" + quote(key, safe="/")
    elif base.endswith(".com") or base.count("/") == 2:
        base += "/"
    expected = by_botocore(
        S3Signer, method, with_query(base, query), fields, keys, "s3", region, expires, now
    )
    ours = presigner.request(method, bucket, key, expires=expires, query=query, headers=fields)
    assert expected == str(ours)


# Paths as they are sent: percent-encoded ASCII, with all that normalising is about.
SEGMENTS = st.sampled_from(
    ["", ".", "..", "a", "b.c", "...", "%2e", "%2F", "%E4%B8%AD", "a%20b", "~", "$&'()*+,;=:@!"]
)


@DIFFERENTIAL
@given(
    method=methods(),
    scheme=st.sampled_from(["https", "http"]),
    host=st.sampled_from(
        ["host.example", "host.example:8443", "HOST.Example", "localhost:9000", "[::1]:9000"]
    ),
    segments=st.lists(SEGMENTS, max_size=6),
    service=labels(),
    region=labels(),
    query=queries(unique=True),
    fields=headers(),
    keys=credentials(),
    expires=expiries(),
    now=moments(),
    body=st.none() | st.binary(max_size=20),
)
def test_a_request_to_any_service_is_signed_as_botocore_signs_it(
    method: str,
    scheme: str,
    host: str,
    segments: list[str],
    service: str,
    region: str,
    query: Pairs,
    fields: Pairs,
    keys: Credentials,
    expires: int,
    now: datetime,
    body: bytes | None,
) -> None:
    assume(signable(fields))
    assume(not service.startswith("s3"))
    if body is not None:
        fields = [*fields, ("X-Amz-Content-Sha256", sha256(body).hexdigest())]
    base = f"{scheme}://{host.lower()}/{'/'.join(segments)}"
    expected = by_botocore(
        ServiceSigner, method, with_query(base, query), fields, keys, service, region, expires, now
    )
    ours = presign(
        method,
        f"{scheme}://{host}/{'/'.join(segments)}",
        service=service,
        region=region,
        credentials=keys,
        expires=expires,
        query=query,
        headers=fields,
        allow_http=True,
        now=now,
    )
    assert expected == str(ours)


# The client: host, path and query of whole operations


ENDPOINTS = (
    None,
    None,
    None,
    "http://localhost:9000",
    "https://storage.example.com:8443/base/path",
    "http://10.0.0.1",
)
SWITCHES = ((), (), ("dualstack",), ("fips",), ("fips", "dualstack"), ("accelerate",))
PLAIN = Credentials("AKIAPRESIGNLIBTEST01", "n0t/A+real=Secret")
TEMPORARY = Credentials("ASIAPRESIGNLIBTEST02", "t3mporary/Secret+", "FwoGZXIv//+Not/A=Real&Token%20==")
ACCELERATED = REGIONS[:5]  # S3 Accelerate is in partition aws alone
VARIED = (*ACCELERATED, "us-gov-west-1")  # botocore's client knows no variants of other partitions


@cache
def session() -> Any:
    return botocore.session.Session()


@cache
def client(
    region: str, style: str, endpoint: str | None, switches: tuple[str, ...], keys: Credentials
) -> Any:
    """Return a client of botocore's; to make one costs more than a thousand URLs."""
    s3 = {
        # Set to auto it prefers the global host, which presignlib never names.
        "addressing_style": "virtual" if style == "auto" and endpoint is None else style,
        "us_east_1_regional_endpoint": "regional",
        "use_dualstack_endpoint": "dualstack" in switches,
        "use_accelerate_endpoint": "accelerate" in switches,
    }
    return session().create_client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3=s3, use_fips_endpoint="fips" in switches),
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
    )


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any], Any, list[str], dict[str, Any]]:
    """Return one operation twice: for botocore's client and for the function that does the same."""
    operation = draw(
        st.sampled_from(["get_object", "head_object", "put_object", "delete_object", "list_objects_v2"])
    )
    function, options = FUNCTIONS[operation]
    chosen = draw(st.lists(st.sampled_from(sorted(options)), max_size=3, unique=True)) if options else []
    values = {name: draw(options[name][1]) for name in chosen}
    params: dict[str, Any] = {"Bucket": draw(buckets())}
    if operation != "list_objects_v2":
        params["Key"] = draw(keys())
    keywords = {options[name][0]: value for name, value in values.items()}
    if operation == "list_objects_v2":
        keywords["query"] = {"encoding-type": "url"}  # which botocore adds
    return operation, {**params, **values}, function, list(params.values()), keywords


HEADER_TEXTS = header_values().filter(lambda text: text != DROPPED_TYPE and text.strip() != "")
METADATA = st.dictionaries(st.sampled_from(["a", "b-c", "d_e", "Upper"]), header_values(), max_size=3)
VERSIONS = {
    "VersionId": ("version_id", texts().filter(bool)),
    "ExpectedBucketOwner": ("expected_bucket_owner", st.just("111122223333")),
}
FUNCTIONS: dict[str, tuple[Any, dict[str, tuple[str, Any]]]] = {
    "get_object": (
        presign_get,
        {
            **VERSIONS,
            "PartNumber": ("part_number", st.integers(1, 10_000)),
            "ResponseContentType": ("response_content_type", HEADER_TEXTS),
            "ResponseContentDisposition": ("response_content_disposition", HEADER_TEXTS),
            "ResponseCacheControl": ("response_cache_control", HEADER_TEXTS),
        },
    ),
    "head_object": (presign_head, VERSIONS),
    "delete_object": (presign_delete, VERSIONS),
    "put_object": (
        presign_put,
        {
            "ContentType": ("content_type", HEADER_TEXTS),
            "ContentLength": ("content_length", st.integers(0, 5 * 1024**3)),
            "ContentDisposition": ("content_disposition", HEADER_TEXTS),
            "CacheControl": ("cache_control", HEADER_TEXTS),
            "Metadata": ("metadata", METADATA),
            "ContentMD5": ("content_md5", st.just("1B2M2Y8AsgTpgAmy7PhCfg==")),
            "StorageClass": ("storage_class", st.sampled_from(["STANDARD_IA", "GLACIER_IR"])),
            "ACL": ("acl", st.sampled_from(["private", "bucket-owner-full-control"])),
        },
    ),
    "list_objects_v2": (
        presign_list,
        {
            "Prefix": ("prefix", texts()),
            "Delimiter": ("delimiter", texts()),
            "StartAfter": ("start_after", texts()),
            "ContinuationToken": ("continuation_token", texts()),
            "MaxKeys": ("max_keys", st.integers(0, 1_000)),
        },
    ),
}


def parted(url: str) -> tuple[str, list[str]]:
    """Return a URL with its parameters sorted: options have no order of their own."""
    base, _, query = url.partition("?")
    return base, sorted(query.split("&"))


@OPERATIONS
@given(
    call=calls(),
    region=st.sampled_from(REGIONS),
    style=st.sampled_from(["auto", "virtual", "path"]),
    endpoint=st.sampled_from(ENDPOINTS),
    switches=st.sampled_from(SWITCHES),
    keys=st.sampled_from([PLAIN, TEMPORARY]),
    expires=expiries(),
)
def test_an_operation_is_signed_as_botocores_client_signs_it(
    call: tuple[str, dict[str, Any], Any, list[str], dict[str, Any]],
    region: str,
    style: Any,
    endpoint: str | None,
    switches: tuple[str, ...],
    keys: Credentials,
    expires: int,
) -> None:
    operation, params, function, target, keywords = call
    assume(endpoint is None or not switches)
    assume(not switches or region in VARIED)
    assume(not (endpoint == "http://10.0.0.1" and "." in params["Bucket"]))
    if "accelerate" in switches:
        assume(style != "path" and "." not in params["Bucket"] and region in ACCELERATED)
    theirs = client(region, style, endpoint, switches, keys).generate_presigned_url(
        operation, Params=dict(params), ExpiresIn=expires
    )
    ours = function(
        *target,
        **keywords,
        expires=expires,
        region=region,
        addressing_style=style,
        endpoint_url=endpoint,
        credentials=keys,
        now=date_of(theirs),  # botocore's clock decides
        **dict.fromkeys(switches, True),
    )
    assert parted(theirs) == parted(ours)


CONTEXT = "eyJ0ZW5hbnQiOiAiNDIifQ=="


@pytest.mark.parametrize(
    ("params", "keywords"),
    [
        ({"ServerSideEncryption": "AES256"}, {"sse": "AES256"}),
        (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/k", "SSEKMSEncryptionContext": CONTEXT},
            {
                "sse": "aws:kms",
                "kms_key_id": "alias/k",
                "headers": {"x-amz-server-side-encryption-context": CONTEXT},
            },
        ),
        (
            {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": bytes(range(32))},
            {"sse_customer_key": bytes(range(32))},
        ),
        ({"Tagging": "a%20b=c%2Fd&e="}, {"tags": {"a b": "c/d", "e": ""}}),
        ({"IfNoneMatch": "*"}, {"overwrite": False}),
        ({"IfMatch": '"etag"'}, {"if_match": '"etag"'}),
        ({"ContentEncoding": "gzip"}, {"content_encoding": "gzip"}),
        ({"ChecksumSHA256": "A" * 43 + "="}, {"checksum_sha256": bytes(32)}),
        ({"ChecksumSHA1": "A" * 27 + "="}, {"checksum_sha1": bytes(20)}),
        ({"ChecksumCRC32": "AAAAAA=="}, {"checksum_crc32": bytes(4)}),
        ({"ChecksumCRC32C": "AAAAAA=="}, {"checksum_crc32c": bytes(4)}),
        ({"ChecksumCRC64NVME": "AAAAAAAAAAA="}, {"checksum_crc64nvme": bytes(8)}),
    ],
    ids="+".join,
)
def test_what_bounds_an_upload_is_signed_as_botocores_client_signs_it(
    params: dict[str, Any], keywords: dict[str, Any]
) -> None:
    target = {"Bucket": "bucket", "Key": "k"}
    where = ("eu-west-1", "virtual", None, (), PLAIN)
    theirs = client(*where).generate_presigned_url("put_object", Params={**target, **params})
    ours = presign_put(
        *target.values(),
        expires=3_600,
        region="eu-west-1",
        credentials=PLAIN,
        now=date_of(theirs),
        **keywords,
    )
    assert parted(theirs) == parted(ours)


@pytest.mark.parametrize("client_id", [None, "viewer 1"])
@pytest.mark.parametrize("keys", [PLAIN, TEMPORARY], ids=["plain", "temporary"])
def test_a_signaling_channel_is_signed_as_botocore_signs_it(keys: Credentials, client_id: str | None) -> None:
    """By its signer for services, which signs the token: so does the SDK for this one in JavaScript."""
    endpoint = "wss://v-1a2b3c4d.kinesisvideo.eu-west-1.amazonaws.com"
    channel = "arn:aws:kinesisvideo:eu-west-1:123456789012:channel/mine/1580"
    query = [("X-Amz-ChannelARN", channel)] + ([] if client_id is None else [("X-Amz-ClientId", client_id)])
    now = datetime(2026, 1, 2, tzinfo=timezone.utc)
    where = (keys, "kinesisvideo", "eu-west-1", 299, now)
    theirs = by_botocore(ServiceSigner, "GET", with_query(f"{endpoint}/", query), [], *where)
    assert theirs == kinesis_video_url(
        endpoint, channel, client_id=client_id, region="eu-west-1", credentials=keys, now=now
    )


def date_of(url: str) -> datetime:
    stamp = url.partition("X-Amz-Date=")[2][:16]
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
