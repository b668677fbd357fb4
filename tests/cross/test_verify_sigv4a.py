"""URLs of SigV4a by two other signers, whose nonces are random, verify: cryptography's and awscrt's.

awscrt is not among what the tests install: where it is, botocore signs with it, and then no
test would hold presignlib against botocore's own Python. Who installs it runs these tests too.
"""

from __future__ import annotations

from datetime import datetime, timezone
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presignlib import Credentials, SignatureMismatchError, VerificationError, verify_url
from tests.unit.signers import KEY_ID, Sent, signed_for_regions

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
HOST = "alias.mrap.accesspoint.s3-global.amazonaws.com"
METHODS = st.sampled_from(["GET", "PUT", "HEAD", "DELETE"])
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
PAIRS = st.lists(
    st.tuples(st.from_regex(r"[a-z]{1,8}", fullmatch=True), KEYS), max_size=3, unique_by=lambda p: p[0]
)
HEADERS = st.dictionaries(
    st.from_regex(r"x-amz-meta-[a-z0-9]{1,8}", fullmatch=True),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=3,
)
TOKENS = st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80)
SETS = st.sampled_from([("*", "eu-west-1"), ("us-east-1,eu-*", "eu-west-1"), ("us-west-2", "us-west-2")])


def is_verified(sent: Sent, known: Credentials, region: str, key: str) -> None:
    """Check that a request verifies by its signer alone, in its regions alone."""
    options: dict[str, Any] = {"method": sent.method, "headers": sent.headers, "now": NOW}
    info = verify_url(sent.url, known, region=region, **options)
    assert (key or None, "alias.mrap") == (info.key, info.bucket)
    stranger = Credentials(known.access_key_id, known.secret_access_key + "x", known.session_token)
    with pytest.raises(SignatureMismatchError):
        verify_url(sent.url, stranger, **options)
    if info.region_set != ("*",):
        with pytest.raises(VerificationError, match="region"):
            verify_url(sent.url, known, region="ap-south-1", **options)


@settings(max_examples=100, deadline=None)
@given(METHODS, KEYS, PAIRS, HEADERS, TOKENS, SECRETS, SETS)
def test_a_url_signed_with_cryptography_verifies(
    method: str, key: str, query: Any, headers: dict[str, str], token: str | None, secret: str, regions: Any
) -> None:
    sent = signed_for_regions(
        method=method, key=key, query=query, headers=list(headers.items()), token=token, secret=secret,
        host=HOST, region_set=regions[0],
    )  # fmt: skip
    is_verified(sent, Credentials(KEY_ID, secret, token), regions[1], key)


@pytest.mark.skipif(find_spec("awscrt") is None, reason="not run: awscrt is not installed")
@settings(max_examples=100, deadline=None)
@given(METHODS, KEYS, PAIRS, HEADERS, TOKENS, SECRETS, SETS)
def test_a_url_signed_by_awscrt_verifies(
    method: str, key: str, query: Any, headers: dict[str, str], token: str | None, secret: str, regions: Any
) -> None:
    sent = by_awscrt(method, key, query, headers, Credentials(KEY_ID, secret, token), regions[0])
    is_verified(sent, Credentials(KEY_ID, secret, token), regions[1], key)


def by_awscrt(
    method: str, key: str, query: Any, headers: dict[str, str], known: Credentials, region_set: str
) -> Sent:
    from awscrt import auth, http

    text = "&".join([f"{quote(name)}={quote(value, safe='-._~')}" for name, value in query])
    path = "/" + quote(key, safe="/-._~") + (f"?{text}" if text else "")
    request = http.HttpRequest(method, path, http.HttpHeaders([("host", HOST), *headers.items()]))
    provider = auth.AwsCredentialsProvider.new_static(
        known.access_key_id, known.secret_access_key, known.session_token
    )
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=provider,
        region=region_set,
        service="s3",
        date=NOW,
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value=auth.AwsSignedBodyValue.UNSIGNED_PAYLOAD,
        expiration_in_seconds=900,
    )
    made = auth.aws_sign_request(request, config).result(10)
    return Sent(f"https://{HOST}{made.path}", method, headers)
