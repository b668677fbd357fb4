"""Compute the vectors of this folder with botocore: ``python tests/vectors/make.py``.

They are what botocore signs for inputs of our own, at a fixed time and with made-up
credentials. Every run of one version of botocore gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import botocore
import botocore.auth
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
TIMESTAMP = "20260717T081530Z"

PLAIN = {
    "access_key": "AKIAPRESIGNLIBTEST01",
    "secret_key": "n0t/A+real=Secret0123456789abcdefABCDEFG",
    "token": None,
}
SESSION = {
    "access_key": "ASIAPRESIGNLIBTEST02",
    "secret_key": "t3mporary/Secret+0123456789abcdefghijklm",
    "token": "FwoGZXIvYXdzE//////////wEaDNotAReal+Token/With=Reserved&Chars?%25#==",
}
ODD = {"access_key": "GOOG1E-odd.id_00", "secret_key": "blanks and ümläute 密", "token": None}

Raw = dict[str, Any]


# S3, through botocore's client

GET = "get_object"


def key_cases() -> list[Raw]:
    """Every printable character that is encoded, every form of path, many scripts."""
    punctuation = " !\"#$%&'()*+,:;<=>?@[\\]^`{|}"
    keys = {f"punctuation/0x{ord(c):02x}": f"a{c}b" for c in punctuation}
    keys |= {f"control/0x{ord(c):02x}": f"a{c}b" for c in "\x01\t\n\r\x1b\x1f\x7f\x80\x85\xa0"}
    keys |= {
        "unreserved": "AZaz09-._~",
        "structure/slash-first": "/a",
        "structure/slash-last": "a/",
        "structure/slashes": "a//b///c",
        "structure/only-slash": "/",
        "structure/only-slashes": "//",
        "structure/dot": ".",
        "structure/dot-dot": "..",
        "structure/dot-segment": "a/./b",
        "structure/dot-dot-segment": "a/../b",
        "structure/dots-first": "../../etc/passwd",
        "structure/dot-file": ".well-known/x",
        "structure/three-dots": "a/.../b",
        "structure/like-a-url": "https://host.example/path?a=b#c",
        "structure/like-a-query": "?X-Amz-Signature=0",
        "structure/like-an-escape": "a%20b%2Fc%zz%",
        "structure/plus-and-space": "a+b c",
        "structure/like-a-bucket": "examplebucket/examplebucket",
        "structure/colons": "arn:aws:s3:::bucket/key",
        "script/latin": "Grüße aus Köln.txt",
        "script/composed": "caf\u00e9",
        "script/decomposed": "cafe\u0301",
        "script/greek": "αβγ/δεζ",
        "script/chinese": "文件/报告.pdf",
        "script/japanese": "日本語ファイル.txt",
        "script/arabic": "ملف.txt",
        "script/hindi": "फ़ाइल",
        "script/emoji": "🎉/👩\u200d👩\u200d👧",
        "script/line-separator": "a\u2028b\u2029c",
        "script/byte-order-mark": "\ufeffa",
        "script/replacement": "a\ufffdb",
        "script/highest": "\U0010ffff",
        "length/one": "k",
        "length/1024-ascii": "k" * 1_024,
        "length/1024-bytes": "密" * 341 + "k",
    }
    styles = ("virtual", "path")
    return [
        s3_case(f"key/{name}", GET, {"Key": key}, addressing=styles[number % 2])
        for number, (name, key) in enumerate(keys.items())
    ]


def address_cases() -> list[Raw]:
    """Regions of every partition, in both styles; endpoints; bucket names."""
    regions = (
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1"),
        *("sa-east-1", "eu-west-1", "eu-west-2", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-2"),
        *("ap-northeast-1", "ap-southeast-2", "ap-southeast-7", "ap-south-1", "il-central-1", "me-central-1"),
        *("af-south-1", "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "us-iso-east-1"),
        *("us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1", "xx-future-1"),
    )
    cases = [
        s3_case(f"region/{region}/{style}", GET, {"Key": "k"}, region=region, addressing=style)
        for region in regions
        for style in (("virtual", "path") if region.endswith("-1") else ("virtual",))
    ]
    endpoints = {
        "minio": "http://localhost:9000",
        "loopback": "http://127.0.0.1:9000",
        "ipv6": "http://[::1]:9000",
        "container": "http://minio:9000",
        "https-port": "https://storage.example.com:8443",
        "http-on-443": "http://storage.internal:443",
        "slash": "https://storage.example.com/",
        "base-path": "https://storage.example.com/base/path",
        "b2": "https://s3.us-west-004.backblazeb2.com",
        "r2": "https://0123456789abcdef.r2.cloudflarestorage.com",
        "aws": "https://s3.eu-west-1.amazonaws.com",
        "vpc": "https://bucket.vpce-0123456789abcdef0-abcdefgh.s3.eu-west-1.vpce.amazonaws.com",
    }
    cases += [
        s3_case(
            f"endpoint/{name}/{style}",
            GET,
            {"Key": "a b"},
            region="eu-west-1",
            endpoint=endpoint,
            addressing=style,
        )
        for name, endpoint in endpoints.items()
        for style in ("path", "virtual")
    ]
    cases += [
        s3_case(f"bucket/{bucket}/{style}", GET, {"Bucket": bucket, "Key": "k"}, addressing=style)
        for bucket in ("abc", "my-bucket", "a--b", "123", "my.bucket", "a.b-c.d", "x" * 63)
        for style in ("virtual", "path")
    ]
    switches: dict[str, Raw] = {
        "dualstack": {"dualstack": True},
        "dualstack-path": {"dualstack": True, "addressing": "path"},
        "dualstack-cn": {"dualstack": True, "region": "cn-north-1"},
        "fips": {"fips": True, "region": "us-gov-west-1"},
        "fips-dualstack": {"fips": True, "dualstack": True, "region": "us-east-2"},
        "fips-path": {"fips": True, "region": "ca-central-1", "addressing": "path"},
        "accelerate": {"accelerate": True},
        "accelerate-dualstack": {"accelerate": True, "dualstack": True, "region": "ap-south-1"},
    }
    return cases + [s3_case(f"switch/{name}", GET, {"Key": "k"}, **where) for name, where in switches.items()]


def request_cases() -> list[Raw]:
    """Operations, overrides, headers, lifetimes, credentials."""
    calls: dict[str, tuple[str, Raw]] = {
        "head": ("head_object", {"Key": "a/b.txt"}),
        "delete": ("delete_object", {"Key": "a/b.txt"}),
        "delete-version": (
            "delete_object",
            {"Key": "a/b.txt", "VersionId": "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"},
        ),
        "get-version": (GET, {"Key": "a/b.txt", "VersionId": "null"}),
        "get-part": (GET, {"Key": "a/b.txt", "PartNumber": 10_000}),
        "get-type": (GET, {"Key": "a", "ResponseContentType": "text/html; charset=utf-8"}),
        "get-disposition": (
            GET,
            {"Key": "a", "ResponseContentDisposition": 'attachment; filename="a b+c%.txt"'},
        ),
        "get-overrides": (
            GET,
            {
                "Key": "a",
                "ResponseCacheControl": "no-store, max-age=0",
                "ResponseContentLanguage": "de-AT",
                "ResponseContentEncoding": "gzip",
                "ResponseContentType": "application/octet-stream",
            },
        ),
        "put": ("put_object", {"Key": "a"}),
        "put-type": ("put_object", {"Key": "a", "ContentType": 'text/plain;  charset="utf-8"'}),
        "put-length": ("put_object", {"Key": "a", "ContentLength": 5_368_709_120}),
        "put-once": ("put_object", {"Key": "a", "IfNoneMatch": "*"}),
        "put-metadata": (
            "put_object",
            {"Key": "a", "Metadata": {"zebra": "1", "Alpha": "  two   words ", "empty": ""}},
        ),
        "put-checksum": (
            "put_object",
            {"Key": "a", "ChecksumSHA256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        ),
        "put-md5": ("put_object", {"Key": "a", "ContentMD5": "1B2M2Y8AsgTpgAmy7PhCfg=="}),
        "put-acl": ("put_object", {"Key": "a", "ACL": "bucket-owner-full-control"}),
        "put-class": ("put_object", {"Key": "a", "StorageClass": "INTELLIGENT_TIERING"}),
        "put-tags": ("put_object", {"Key": "a", "Tagging": "team=a%2Fb&empty="}),
        "put-kms": (
            "put_object",
            {
                "Key": "a",
                "ServerSideEncryption": "aws:kms",
                "SSEKMSKeyId": "arn:aws:kms:eu-west-1:111122223333:key/x",
            },
        ),
        "put-many": (
            "put_object",
            {
                "Key": "ä b",
                "ContentType": "image/png",
                "ContentLength": 0,
                "CacheControl": "private",
                "ContentDisposition": "inline",
                "ContentEncoding": "br",
                "Metadata": {"a": "1"},
                "ServerSideEncryption": "AES256",
            },
        ),
        "create-multipart": ("create_multipart_upload", {"Key": "big.bin"}),
        "upload-part": ("upload_part", {"Key": "big.bin", "PartNumber": 1, "UploadId": "a+b/c=.d_e-f~g"}),
        "abort-multipart": ("abort_multipart_upload", {"Key": "big.bin", "UploadId": "abc"}),
        "list-parts": ("list_parts", {"Key": "big.bin", "UploadId": "abc", "MaxParts": 2}),
        "tagging": ("get_object_tagging", {"Key": "a"}),
        "copy": ("copy_object", {"Key": "a", "CopySource": "other/a%20b"}),
        "list": ("list_objects_v2", {}),
        "list-prefix": (
            "list_objects_v2",
            {"Prefix": "a/b c+d&e=f/", "Delimiter": "/", "MaxKeys": 5, "StartAfter": "a/é"},
        ),
        "list-token": (
            "list_objects_v2",
            {"ContinuationToken": "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="},
        ),
        "versions": ("list_object_versions", {"Prefix": "p"}),
        "head-bucket": ("head_bucket", {}),
    }
    styles = ("virtual", "path")
    cases = [
        s3_case(f"operation/{name}", operation, params, addressing=styles[number % 2], region="eu-west-1")
        for number, (name, (operation, params)) in enumerate(calls.items())
    ]
    cases += [
        s3_case(f"expires/{expires}", GET, {"Key": "k"}, expires=expires)
        for expires in (1, 59, 900, 86_400, 604_799, 604_800)
    ]
    for name, keys in (("session", SESSION), ("odd", ODD)):
        cases.append(s3_case(f"credentials/{name}-get", GET, {"Key": "a b"}, credentials=keys))
        cases.append(
            s3_case(f"credentials/{name}-path", GET, {"Key": "ä"}, credentials=keys, addressing="path")
        )
        cases.append(
            s3_case(
                f"credentials/{name}-put",
                "put_object",
                {"Key": "a", "ContentType": "text/csv"},
                credentials=keys,
            )
        )
        cases.append(
            s3_case(f"credentials/{name}-list", "list_objects_v2", {"Prefix": "p"}, credentials=keys)
        )
    return cases


def s3_case(
    name: str,
    operation: str,
    params: Raw,
    *,
    region: str = "us-west-2",
    addressing: str = "virtual",
    endpoint: str | None = None,
    dualstack: bool = False,
    fips: bool = False,
    accelerate: bool = False,
    expires: int = 900,
    credentials: Raw = PLAIN,
) -> Raw:
    """Return the case of one call of botocore's client, which is set to regional hosts."""
    s3 = {
        "addressing_style": addressing,
        "us_east_1_regional_endpoint": "regional",
        "use_dualstack_endpoint": dualstack,
        "use_accelerate_endpoint": accelerate,
    }
    client = SESSION_OF_CLIENTS.create_client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3=s3, use_fips_endpoint=fips),
        aws_access_key_id=credentials["access_key"],
        aws_secret_access_key=credentials["secret_key"],
        aws_session_token=credentials["token"],
    )
    params = {"Bucket": "examplebucket", **params}
    url = client.generate_presigned_url(operation, Params=params, ExpiresIn=expires)
    setup: Raw = {"region": region, "addressing": addressing}
    if endpoint:
        setup["endpoint"] = endpoint
    setup |= {
        k: True for k, on in (("dualstack", dualstack), ("fips", fips), ("accelerate", accelerate)) if on
    }
    case = recorded(name, credentials, expires, region, "s3", url)
    case["client"] = setup
    case["request"] |= {"bucket": params["Bucket"], "key": params.get("Key")}
    return case


# Other services, through botocore's signer


def service_cases() -> list[Raw]:
    urls = {
        "sts": ("sts", "https://sts.eu-central-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"),
        "rds": ("rds-db", "https://db.example.com:3306/?Action=connect&DBUser=jane.doe%2Badmin"),
        "dsql": ("dsql", "https://abc.dsql.eu-central-1.on.aws/?Action=DbConnect"),
        "elasticache": ("elasticache", "http://my-cache/?Action=connect&User=iam-user-01"),
        "api": ("execute-api", "https://abc123.execute-api.eu-central-1.amazonaws.com/prod/items?limit=10"),
        "lambda": ("lambda", "https://abcdef.lambda-url.eu-central-1.on.aws/"),
        "opensearch": ("es", "https://search-x.eu-central-1.es.amazonaws.com/logs-%2A/_search?q=a%3Ab%20c"),
        "iot": ("iotdevicegateway", "https://x.iot.eu-central-1.amazonaws.com/mqtt"),
        "transcribe": (
            "transcribe",
            "https://transcribestreaming.eu-central-1.amazonaws.com:8443/stream?sample-rate=8000",
        ),
        "polly": (
            "polly",
            "https://polly.eu-central-1.amazonaws.com/v1/speech?Text=hello%2C%20world&VoiceId=Vicki",
        ),
    }
    cases = [service_case(f"service/{name}", service, url) for name, (service, url) in urls.items()]
    paths = (
        *(
            "/",
            "//",
            "/a",
            "/a/",
            "/a//b",
            "//a",
            "/./a",
            "/a/.",
            "/a/..",
            "/a/../b",
            "/a/../../b",
            "/a/b/../..",
        ),
        *(
            "/a%20b",
            "/a%2Fb",
            "/%E4%B8%AD",
            "/%7Ea",
            "/a%25b",
            "/a+b",
            "/a:b@c",
            "/!$&'()*,;=",
            "/a/...",
            "/%2e%2e/a",
        ),
    )
    cases += [service_case(f"path{path}", "execute-api", f"https://host.example{path}") for path in paths]
    queries = {
        "none": "",
        "empty-value": "?a=&b=",
        "order": "?b=2&a=1",
        "hyphen": "?a-b=1&a=2",
        "case": "?a=1&A=2&_=3&.=4",
        "encoded": "?%C3%A4=%2F%3F&a%20b=c%2Bd",
        "equals": "?a=b%3Dc",
        "amz": "?X-Amz-Target=a.B&x-amz-z=1&X-AMZ-A=2",
    }
    cases += [
        service_case(f"query/{name}", "execute-api", f"https://host.example/p{query}")
        for name, query in queries.items()
    ]
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        cases.append(service_case(f"method/{method}", "execute-api", "https://host.example/p", method=method))
    headers = {
        "one": {"X-Test": "1"},
        "order": {"X-B": "2", "X-A": "1", "Accept": "text/html"},
        "blanks": {"X-Blank": "  a   b  "},
        "hash": {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"},
        "eks": {"x-k8s-aws-id": "my_cluster-1"},
    }
    cases += [
        service_case(f"headers/{name}", "execute-api", "https://host.example/p", headers=fields)
        for name, fields in headers.items()
    ]
    for expires in (1, 60, 604_800):
        cases.append(service_case(f"expires/{expires}", "sts", "https://host.example/", expires=expires))
    for name, keys in (("session", SESSION), ("odd", ODD)):
        cases.append(
            service_case(f"credentials/{name}", "sts", "https://host.example/?a=b", credentials=keys)
        )
    return cases


def service_case(
    name: str,
    service: str,
    url: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    expires: int = 900,
    credentials: Raw = PLAIN,
) -> Raw:
    keys = Credentials(credentials["access_key"], credentials["secret_key"], credentials["token"])
    request = AWSRequest(method=method, url=url, headers=headers or {})
    FixedSigV4(keys, service, "eu-central-1", expires=expires).add_auth(request)
    return recorded(name, credentials, expires, "eu-central-1", service, request.url)


# Recording what botocore signs


SEEN: Raw = {}  # of the request signed last


class Recording:
    """A signer of botocore's that takes the time from here and tells its stages."""

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = TIMESTAMP
        base, _, query = request.url.partition("?")
        pairs = [*split_query(query), *[[name, str(value)] for name, value in (request.params or {}).items()]]
        SEEN.clear()
        headers = [[name, as_text(value)] for name, value in request.headers.items()]
        SEEN.update(method=request.method, url=base, query=pairs, headers=headers)
        super()._modify_request_before_signing(request)  # type: ignore[misc]

    def canonical_request(self, request: Any) -> str:
        SEEN["canonical_request"] = super().canonical_request(request)  # type: ignore[misc]
        return str(SEEN["canonical_request"])

    def string_to_sign(self, request: Any, canonical_request: str) -> str:
        text = super().string_to_sign(request, canonical_request)  # type: ignore[misc]
        SEEN["string_to_sign"] = text
        return str(text)


class FixedS3(Recording, botocore.auth.S3SigV4QueryAuth):  # type: ignore[misc]
    """Signs for S3."""


class FixedSigV4(Recording, botocore.auth.SigV4QueryAuth):  # type: ignore[misc]
    """Signs for other services."""


SESSION_OF_CLIENTS = botocore.session.Session()


def split_query(query: str) -> list[list[str]]:
    return [[unquote(part) for part in pair.partition("=")[::2]] for pair in query.split("&") if pair]


def as_text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def recorded(name: str, credentials: Raw, expires: int, region: str, service: str, url: str) -> Raw:
    lines = SEEN["canonical_request"].split("\n")
    host = next(line for line in lines if line.startswith("host:")).removeprefix("host:")
    is_s3 = service == "s3"
    return {
        "id": name,
        "kind": name.partition("/")[0],
        "request": {
            "method": SEEN["method"],
            "url": SEEN["url"],
            "host": host,
            "path": "/" + SEEN["url"].partition("://")[2].partition("/")[2],
            "query": SEEN["query"],
            "headers": SEEN["headers"],
        },
        "credentials": credentials,
        "timestamp": TIMESTAMP,
        "expires": expires,
        "signing_region": region,
        "signing_service": service,
        "options": {
            "path_rule": "as-wire" if is_s3 else "encode-wire",
            "normalize_path": not is_s3,
            "payload_hash": lines[-1],
            "token": "sign" if credentials["token"] else None,
        },
        "expected": {
            "canonical_request": SEEN["canonical_request"],
            "string_to_sign": SEEN["string_to_sign"],
            "signature": url.rpartition("X-Amz-Signature=")[2],
            "url": url,
        },
    }


# Writing

FAMILIES: dict[str, Callable[[], list[Raw]]] = {
    "s3/keys.json": key_cases,
    "s3/addresses.json": address_cases,
    "s3/requests.json": request_cases,
    "services/signer.json": service_cases,
}


def text_of(cases: list[Raw]) -> str:
    """Return a file: one case a line, and no escapes but those that JSON asks for.

    MicroPython's ``json`` reads an escaped pair of surrogates wrongly.
    """
    lines = ",\n".join([json.dumps(case, ensure_ascii=False) for case in cases])
    about = json.dumps(f"Computed by make.py with botocore {botocore.__version__}.")
    return f'{{"about": {about}, "count": {len(cases)}, "cases": [\n{lines}\n]}}\n'


def made() -> dict[str, str]:
    """Return the text of every file."""
    signers = botocore.auth.AUTH_TYPE_MAPS  # where the client finds its signer
    usual, signers["s3v4-query"] = signers["s3v4-query"], FixedS3
    try:
        return {name: text_of(cases()) for name, cases in FAMILIES.items()}
    finally:
        signers["s3v4-query"] = usual


def main() -> None:
    for name, text in made().items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
