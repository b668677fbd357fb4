"""Others that presign: each as a function that takes a key and gives a URL.

They get what helps them: clients are made beforehand, keys need no encoding, and who
can keep something between calls may. A peer that is not installed raises
ModuleNotFoundError when it is made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from .workload import ACCESS_KEY_ID, BUCKET, EXPIRES, HOST, REGION, SECRET_ACCESS_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

# With awscrt installed botocore would sign through it; it is measured as it comes alone.
os.environ["BOTO_DISABLE_CRT"] = "true"


@dataclass(frozen=True)
class Peer:
    """``make`` gives the function; ``distribution`` is what has to be installed."""

    name: str
    distribution: str
    make: Callable[[], Callable[[str], str]]


def botocore_signer() -> Callable[[str], str]:
    """Return botocore's signer alone: no client, no endpoint rules, no validation."""
    auth = import_module("botocore.auth")
    request_of = import_module("botocore.awsrequest").AWSRequest
    credentials = import_module("botocore.credentials").Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    signer = auth.S3SigV4QueryAuth(credentials, "s3", REGION, expires=EXPIRES)

    def sign(key: str) -> str:
        request = request_of("GET", f"https://{HOST}/{key}")
        signer.add_auth(request)
        url: str = request.url
        return url

    return sign


def boto3_client() -> Callable[[str], str]:
    """Return generate_presigned_url of a client that is ready, set to sign SigV4."""
    client = import_module("boto3").client(
        "s3",
        region_name=REGION,
        endpoint_url=f"https://s3.{REGION}.amazonaws.com",
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=import_module("botocore.config").Config(
            signature_version="s3v4", s3={"addressing_style": "virtual"}
        ),
    )

    def sign(key: str) -> str:
        url: str = client.generate_presigned_url(
            "get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=EXPIRES
        )
        return url

    return sign


def s3pe() -> Callable[[str], str]:
    """Return s3pe's client method (Rust)."""
    client = import_module("s3pe").Client(
        f"https://s3.{REGION}.amazonaws.com",
        region=REGION,
        access_key=ACCESS_KEY_ID,
        secret_key=SECRET_ACCESS_KEY,
        bucket=BUCKET,
    )
    return partial(client.presign, expires=EXPIRES)


def libpresign() -> Callable[[str], str]:
    """Return libpresign's only function (C++)."""
    get = import_module("libpresign").get
    return partial(get, ACCESS_KEY_ID, SECRET_ACCESS_KEY, REGION, BUCKET, expires=EXPIRES)


def obstore() -> Callable[[str], str]:
    """Return obstore's function, one key a call (Rust)."""
    sign_with = import_module("obstore").sign
    store = import_module("obstore.store").S3Store(
        BUCKET,
        region=REGION,
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=SECRET_ACCESS_KEY,
        virtual_hosted_style_request=True,
    )
    expires = timedelta(seconds=EXPIRES)

    def sign(key: str) -> str:
        url: str = sign_with(store, "GET", key, expires)
        return url

    return sign


def awscrt() -> Callable[[str], str]:
    """Return AWS's own signer in C, which gives a path and takes the caller's host."""
    auth = import_module("awscrt.auth")
    http = import_module("awscrt.http")
    provider = auth.AwsCredentialsProvider.new_static(ACCESS_KEY_ID, SECRET_ACCESS_KEY)

    def sign(key: str) -> str:
        config = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm.V4,
            signature_type=auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
            credentials_provider=provider,
            region=REGION,
            service="s3",
            date=datetime.now(timezone.utc),
            use_double_uri_encode=False,
            should_normalize_uri_path=False,
            signed_body_value="UNSIGNED-PAYLOAD",
            expiration_in_seconds=EXPIRES,
        )
        request = http.HttpRequest("GET", f"/{key}", http.HttpHeaders([("host", HOST)]))
        return f"https://{HOST}{auth.aws_sign_request(request, config).result().path}"

    return sign


def asigv4() -> Callable[[str], str]:
    """Return asigv4's function (pure Python)."""
    presign_url = import_module("asigv4").presign_url

    def sign(key: str) -> str:
        url: str = presign_url(
            method="GET",
            host=HOST,
            path=f"/{key}",
            access_key_id=ACCESS_KEY_ID,
            secret_key=SECRET_ACCESS_KEY,
            region=REGION,
            expires=EXPIRES,
        )
        return url

    return sign


BOTOCORE_SIGNER = "botocore S3SigV4QueryAuth"
BOTO3_CLIENT = "boto3 client"
S3PE = "s3pe"

PEERS = (
    Peer(BOTOCORE_SIGNER, "botocore", botocore_signer),
    Peer(BOTO3_CLIENT, "boto3", boto3_client),
    Peer(S3PE, "s3pe", s3pe),
    Peer("libpresign", "libpresign", libpresign),
    Peer("obstore", "obstore", obstore),
    Peer("awscrt", "awscrt", awscrt),
    Peer("asigv4", "asigv4", asigv4),
)
