"""Every vector that is a presigned URL verifies, by the hands of whoever signed it."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import MalformedURLError, VerificationError, verify_url
from presignlib.rules import rules_for

from .cases import Case, appended_token, instant, only, shared, signing_cases
from .test_sigv4a import case as case_of_sigv4a

# The suites write some paths unencoded, which no client can send.
RAW_PATHS = (
    *("get-space-normalized", "get-utf8"),
    *("path/space-norm-encode", "path/utf8-norm-encode", "path/cjk-norm-encode"),
)
NO_HEADER = "get-header-value-multiline"  # its value has a line break in it


def own_case(case: Case | None) -> bool:
    """Tell whether a case is signed by its service's own rules: a server knows no others."""
    if case is None:
        return True
    rules = rules_for(case.service)
    own = (rules.path_encoding, rules.normalize_path, rules.token_placement, rules.token_parameter)
    return own == (case.encoding, case.normalize, case.token_placement, case.token_parameter)


CASES = [
    parameter
    for parameter in [
        *shared("sigv4a_suite", case_of_sigv4a),
        *shared("sigv4a_signer", case_of_sigv4a),
        *signing_cases("sigv4_signer", "sigv4_suite", "s3_presign", "service_presign", "published_presign"),
    ]
    if own_case(parameter.values[0])
]


def verified(case: Case, **pins: Any) -> None:
    """Verify the URL whose canonical request and signature a vector gives."""
    query = case.canonical_request.split("\n")[2]
    url = f"{case.url}?{query}&X-Amz-Signature={case.signature}{appended_token(case)}"
    payload_hash = None if case.payload_hash == rules_for(case.service).payload_hash else case.payload_hash
    info = verify_url(
        url,
        case.credentials,
        service=case.service,
        host=case.host,
        method=case.method,
        headers=case.headers,
        payload_hash=payload_hash,
        now=instant(case.timestamp),
        **pins,
    )
    assert (case.credentials.access_key_id, case.expires) == (info.access_key_id, info.expires)


@pytest.mark.parametrize("case", CASES)
def test_a_published_url_verifies_if_it_can_be_sent_and_ends(case: Case) -> None:
    if case.id in RAW_PATHS:
        with pytest.raises(MalformedURLError, match="blanks"):
            verified(case)
    elif case.id == NO_HEADER:
        with pytest.raises(VerificationError, match="printable"):
            verified(case)
    elif case.expires is None:
        with pytest.raises(VerificationError, match="X-Amz-Expires must be in the query"):
            verified(case)
    else:
        verified(case)


@pytest.mark.parametrize("case", only(CASES, {"region-set/4": "three of them, one with a star"}))
def test_a_region_set_of_awscrt_has_its_regions_and_no_other(case: Case) -> None:
    for region in ("us-east-1", "eu-south-2", "ap-northeast-1"):
        verified(case, region=region)
    with pytest.raises(VerificationError, match="for region 'us-east-2'"):
        verified(case, region="us-east-2")
