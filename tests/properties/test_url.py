"""A URL holds what was asked for, and a signature that a stranger finds right."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presignlib import Credentials, Presigner, object_url, presign
from tests.strategies import (
    LAW,
    Pairs,
    buckets,
    credentials,
    expiries,
    headers,
    keys,
    labels,
    methods,
    moments,
    queries,
    regions,
    texts,
)

from .verifier import parsed, path_of, signature_of

pytestmark = pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")

STYLES: Any = st.sampled_from(["virtual", "path"])


# "The URL is built from the very strings that were signed" (style, "Code habits"); "Keys are
# taken as they are: no normalising, no decoding, encoded once for S3" (design, "Text").


@LAW
@given(bucket=buckets(), key=keys(), style=STYLES, region=regions(), who=credentials())
def test_a_plain_parser_gets_the_key_back(
    bucket: str, key: str, style: Any, region: str, who: Credentials
) -> None:
    presigner = Presigner(region=region, credentials=who, addressing_style=style)
    url = presigner.get(bucket, key)
    in_host = url.startswith(f"https://{bucket}.")
    assert (f"/{key}" if in_host else f"/{bucket}/{key}") == path_of(url)


@LAW
@given(bucket=buckets(), key=keys(), style=STYLES, region=regions(), who=credentials())
def test_the_signed_url_begins_with_the_unsigned_one(
    bucket: str, key: str, style: Any, region: str, who: Credentials
) -> None:
    where: dict[str, Any] = {"region": region, "credentials": who, "addressing_style": style}
    assert object_url(bucket, key, **where) == Presigner(**where).get(bucket, key).partition("?")[0]


@LAW
@given(key=keys(), query=queries(), who=credentials(), expires=expiries(), region=regions(), now=moments())
def test_a_plain_parser_gets_the_query_and_every_sigv4_parameter_back(
    key: str, query: Pairs, who: Credentials, expires: int, region: str, now: datetime
) -> None:
    url = Presigner(region=region, credentials=who, now=now).request(
        "GET", "examplebucket", key, query=query, expires=expires
    )
    date = now.astimezone(timezone.utc)
    expected = [
        *query,
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", f"{who.access_key_id}/{date:%Y%m%d}/{region}/s3/aws4_request"),
        ("X-Amz-Date", f"{date:%Y%m%dT%H%M%SZ}"),
        ("X-Amz-Expires", str(expires)),
        ("X-Amz-SignedHeaders", "host"),
    ]
    if who.session_token is not None:
        expected.append(("X-Amz-Security-Token", who.session_token))
    *others, (last, _) = parsed(url)
    assert expected == others
    assert last == "X-Amz-Signature"


# Amazon S3 API Reference, "Authenticating requests: using query parameters": the steps, done by
# a verifier that shares no line with presignlib.


@LAW
@given(
    method=methods(),
    bucket=buckets(),
    key=st.none() | keys(),
    style=STYLES,
    region=regions(),
    query=queries(),
    fields=headers(),
    who=credentials(),
    expires=expiries(),
    now=moments(),
)
def test_a_stranger_finds_the_same_signature(
    method: str,
    bucket: str,
    key: str | None,
    style: Any,
    region: str,
    query: Pairs,
    fields: Pairs,
    who: Credentials,
    expires: int,
    now: datetime,
) -> None:
    presigner = Presigner(region=region, credentials=who, now=now, addressing_style=style)
    url = presigner.request(method, bucket, key, query=query, headers=fields, expires=expires)
    expected = signature_of(str(url), method.upper(), url.headers, who.secret_access_key)
    assert expected == dict(parsed(url))["X-Amz-Signature"]


@LAW
@given(who=credentials(), query=queries(), service=labels(), region=labels())
def test_an_appended_token_is_not_signed(who: Credentials, query: Pairs, service: str, region: str) -> None:
    # AWS's suite, "post-sts-header-after"; AWS IoT's websockets want it so.
    settings: dict[str, Any] = {
        "service": service,
        "region": region,
        "query": query,
        "now": datetime(2026, 1, 2, tzinfo=timezone.utc),
    }
    bare = Credentials(who.access_key_id, who.secret_access_key)
    without = presign("GET", "https://host.example/", credentials=bare, **settings)
    url = presign("GET", "https://host.example/", credentials=who, token_placement="appended", **settings)
    appended = [] if who.session_token is None else [("X-Amz-Security-Token", who.session_token)]
    assert [*parsed(without), *appended] == parsed(url)


# "The signature does not depend on the order" (SigV4 sorts both): headers and query.


@LAW
@given(data=st.data(), query=queries(), fields=headers(), who=credentials())
def test_the_order_of_query_and_headers_does_not_matter_to_the_signature(
    data: st.DataObject, query: Pairs, fields: Pairs, who: Credentials
) -> None:
    presigner = Presigner(region="us-east-1", credentials=who, now=datetime(2026, 1, 2, tzinfo=timezone.utc))
    in_order = [pair for _, pair in sorted(enumerate(fields), key=lambda item: item[1][0].lower())]
    shuffled_query = data.draw(st.permutations(query))
    one = presigner.request("PUT", "examplebucket", "key", query=query, headers=fields)
    other = presigner.request("PUT", "examplebucket", "key", query=shuffled_query, headers=in_order)
    assert dict(parsed(one))["X-Amz-Signature"] == dict(parsed(other))["X-Amz-Signature"]


@LAW
@given(fields=headers(), who=credentials())
def test_the_case_of_header_names_does_not_matter(fields: Pairs, who: Credentials) -> None:
    presigner = Presigner(region="us-east-1", credentials=who, now=datetime(2026, 1, 2, tzinfo=timezone.utc))
    one = presigner.request("PUT", "examplebucket", "key", headers=fields)
    other = presigner.request(
        "PUT", "examplebucket", "key", headers=[(name.swapcase(), value) for name, value in fields]
    )
    assert one == other
    assert one.headers == other.headers


# "Constraints are signed headers, conveniences are query parameters" (design, "Rules").


@LAW
@given(text=texts().filter(bool), who=credentials())
def test_a_version_is_in_the_query_and_asks_for_no_header(text: str, who: Credentials) -> None:
    url = Presigner(region="us-east-1", credentials=who).get("examplebucket", "key", version_id=text)
    assert parsed(url)[0] == ("versionId", text)
    assert url.browser_ready


@LAW
@given(size=st.integers(0, 5 * 1024**3), who=credentials())
def test_a_length_is_a_signed_header_that_has_to_be_sent(size: int, who: Credentials) -> None:
    url = Presigner(region="us-east-1", credentials=who).put("examplebucket", "key", content_length=size)
    assert {"content-length": str(size)} == url.headers
    assert ("X-Amz-SignedHeaders", "content-length;host") in parsed(url)
