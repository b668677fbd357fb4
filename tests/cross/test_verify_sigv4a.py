"""URLs of SigV4a by another signer, cryptography, whose nonces are random, verify.

Those of awscrt are among the vectors that ``tests/conformance/test_sigv4a.py`` reads.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

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
