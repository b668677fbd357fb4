"""SigV4a: AWS's suite and URLs computed by awscrt; signatures differ from run to run."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import InvalidInputError, PresignedURL, presign, presign_get, sigv4, sigv4a

from .cases import Case, case_of, instant, only, parameters, sent_headers, shared, stages, without

pytestmark = pytest.mark.filterwarnings("ignore::presignlib.UnsignedHeaderWarning")


def case(raw: dict[str, Any]) -> Case:
    """Return a case of SigV4a in the form of the others, whose signature is one that is good."""
    expected = {**raw["expected"], "signature": raw["expected"]["valid_signature"]}
    return case_of({**raw, "signing_region": "", "expected": expected})


CASES = [*shared("sigv4a_suite", case), *shared("sigv4a_signer", case)]

RAW_PATH = ("url", "the suite writes paths unencoded; the public function takes them as they are sent")
REFUSED = {
    "get-header-value-multiline": ("my-header1", "no client can send a header with line breaks"),
    "get-space-normalized": RAW_PATH,
    "get-space-unnormalized": RAW_PATH,
    "get-utf8": RAW_PATH,
    "path/space-norm-encode": RAW_PATH,
    "path/utf8-norm-encode": RAW_PATH,
}


def public_key(case: Case) -> tuple[int, int]:
    key = case.raw["expected"]["public_key"]
    return int(key["x"], 16), int(key["y"], 16)


def private_key(case: Case) -> int:
    return sigv4a.private_key(case.credentials.access_key_id, case.credentials.secret_access_key)


def by_presign(case: Case, **changes: Any) -> PresignedURL:
    arguments = {
        "service": case.service,
        "algorithm": "sigv4a",
        "region_set": case.raw["region_set"],
        "credentials": case.credentials,
        "now": instant(case.timestamp),
        "expires": case.expires,
        "query": case.query,
        "headers": case.headers,
        "path_encoding": case.encoding,
        "normalize_path": case.normalize,
        "payload_hash": case.payload_hash,
        "token_placement": case.token_placement,
        **changes,
    }
    return presign(case.method, case.url, **arguments)


@pytest.mark.parametrize("case", CASES)
def test_the_public_key_is_the_expected_one(case: Case) -> None:
    assert public_key(case) == sigv4a.public_key(private_key(case))


@pytest.mark.parametrize("case", CASES)
def test_the_published_signature_verifies(case: Case) -> None:
    assert sigv4a.verify(public_key(case), case.string_to_sign, case.signature)
    assert sigv4a.is_own(private_key(case), case.string_to_sign, case.signature)


@pytest.mark.parametrize("case", CASES)
def test_the_string_to_sign_is_the_expected_one(case: Case) -> None:
    scope = sigv4a.credential_scope(case.timestamp[:8], case.service)
    string = sigv4.string_to_sign(case.timestamp, scope, case.canonical_request, sigv4a.ALGORITHM)
    assert case.string_to_sign == string


@pytest.mark.parametrize("case", without(CASES, REFUSED))
def test_presign_signs_every_case_that_can_be_sent(case: Case) -> None:
    signed = stages(by_presign(case))
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert sigv4a.verify(public_key(case), case.string_to_sign, signed.signature)


@pytest.mark.parametrize("case", without(CASES, REFUSED))
def test_the_url_carries_what_was_signed(case: Case) -> None:
    url = by_presign(case)
    found = parameters(url)
    names = [name for name, _ in sigv4.canonical_headers([("host", ""), *sent_headers(case)])]
    assert sigv4a.ALGORITHM == found["X-Amz-Algorithm"]
    assert sigv4.uri_encode(case.raw["region_set"]) == found["X-Amz-Region-Set"]
    assert "%3B".join(names) == found["X-Amz-SignedHeaders"]
    assert case.raw["region_set"] == url.region


@pytest.mark.parametrize("case", only(CASES, REFUSED))
def test_presign_refuses_what_can_not_be_sent(case: Case) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        by_presign(case)
    assert REFUSED[case.id][0] == refusal.value.field


@pytest.mark.parametrize("case", only(CASES, {"method/get": "us-east-1"}))
def test_one_region_is_its_own_region_set(case: Case) -> None:
    url = by_presign(case, region_set=None, region="us-east-1")
    assert case.canonical_request == stages(url).canonical_request


@pytest.mark.parametrize("case", only(CASES, {"region-set/4": "three of them"}))
def test_a_sequence_of_regions_is_joined_with_commas(case: Case) -> None:
    url = by_presign(case, region_set=["us-east-1", "eu-*", "ap-northeast-1"])
    assert case.canonical_request == stages(url).canonical_request


def call_of(raw: dict[str, Any]) -> Case | None:
    return case(raw) if "call" in raw else None


@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
@pytest.mark.parametrize("case", shared("sigv4a_signer", call_of))
def test_the_arn_of_a_multi_region_access_point_picks_sigv4a_by_itself(case: Case) -> None:
    call = case.raw["call"]
    url = presign_get(
        call["params"]["Bucket"],
        call["params"]["Key"],
        region=case.raw["client"]["region"],
        credentials=case.credentials,
        now=instant(case.timestamp),
        expires=case.expires,
    )
    signed = stages(url)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert sigv4a.verify(public_key(case), case.string_to_sign, signed.signature)
