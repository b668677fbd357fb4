"""Every URL that botocore makes verifies, and none of another secret."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs
from hypothesis import given, settings
from hypothesis import strategies as st

from presignlib import Credentials, SignatureMismatchError, inspect_url, verify_url

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOW = datetime.now(timezone.utc)  # botocore has no clock but the machine's
# botocore reads the query of a URL it was given with the rules of forms, so that only what
# comes through ``params`` is taken as it is; it has no repeated names there.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NAMES = st.text(st.characters(categories=("L", "N"), max_codepoint=0x24F), min_size=1, max_size=10)
HEADERS = st.dictionaries(
    st.from_regex(r"x-amz-meta-[a-z0-9-]{1,8}", fullmatch=True),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=3,
)
TOKENS = st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


def made(auth: Any, method: str, url: str, headers: dict[str, str], token: str | None, **more: Any) -> str:
    request = AWSRequest(method=method, url=url, headers=headers, **more)
    auth(Theirs("AKID", SECRET, token), more.pop("service", "s3"), "eu-west-1", expires=900).add_auth(request)
    return str(request.url)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "POST"]),
    TEXT,
    st.dictionaries(NAMES, TEXT, max_size=3),
    HEADERS,
    TOKENS,
)
def test_a_url_of_botocore_verifies(
    method: str, key: str, params: dict[str, str], headers: dict[str, str], token: str | None
) -> None:
    from urllib.parse import quote

    path = quote(key, safe="/~")
    url = made(
        S3SigV4QueryAuth,
        method,
        f"https://bucket.s3.eu-west-1.amazonaws.com/{path}",
        dict(headers),
        token,
        params=params,
    )
    known = Credentials("AKID", SECRET, token)
    info = verify_url(url, known, method=method, headers=headers)
    assert (key or None, "bucket", 900) == (info.key, info.bucket, info.expires)
    assert sorted(params.items()) == sorted(info.query)
    assert info == inspect_url(url) or info.is_expired() is False
    with pytest.raises(SignatureMismatchError):
        verify_url(url, Credentials("AKID", SECRET + "x", token), method=method, headers=headers)


@pytest.mark.parametrize("service", ["execute-api", "sts", "es", "iotdata"])
@pytest.mark.parametrize("path", ["", "/", "/a/b", "/a%20b/c"])
def test_urls_for_other_services_verify(service: str, path: str) -> None:
    request = AWSRequest(
        method="GET", url=f"https://{service}.eu-west-1.amazonaws.com{path}", params={"Action": "X Y"}
    )
    SigV4QueryAuth(Theirs("AKID", SECRET), service, "eu-west-1", expires=60).add_auth(request)
    info = verify_url(str(request.url), Credentials("AKID", SECRET), service=service)
    assert (service, (("Action", "X Y"),)) == (info.service, info.query)


@pytest.mark.parametrize(
    "operation", ["get_object", "put_object", "head_object", "delete_object", "upload_part"]
)
@pytest.mark.parametrize("style", ["virtual", "path"])
@pytest.mark.parametrize("token", [None, "tok/en+="])
def test_urls_of_a_client_verify(operation: str, style: str, token: str | None) -> None:
    import botocore.session
    from botocore.config import Config

    client = botocore.session.Session().create_client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id="AKID",
        aws_secret_access_key=SECRET,
        aws_session_token=token,
        config=Config(signature_version="s3v4", s3={"addressing_style": style}),
    )
    more = {"UploadId": "u/1", "PartNumber": 3} if operation == "upload_part" else {}
    url = client.generate_presigned_url(operation, Params={"Bucket": "bucket", "Key": "a/ü b+c", **more})
    method = {"get": "GET", "put": "PUT", "head": "HEAD", "delete": "DELETE", "upload": "PUT"}[
        operation.split("_", maxsplit=1)[0]
    ]
    info = verify_url(url, Credentials("AKID", SECRET, token), method=method, region="eu-west-1")
    assert ("bucket", "a/ü b+c", style) == (info.bucket, info.key, info.addressing_style)
