"""Signing any service: AWS's suite, published URLs, and URLs computed by other signers."""

from __future__ import annotations

import pytest

from presignlib import InvalidInputError

from .cases import (
    NOT_TOLD,
    Case,
    by_presign,
    by_the_core,
    only,
    parameters,
    parted,
    signing_cases,
    stages,
    without,
)

pytestmark = pytest.mark.filterwarnings("ignore::presignlib.UnsignedHeaderWarning")

CASES = signing_cases("sigv4_suite", "published_presign", "service_presign", "sigv4_signer")

NO_EXPIRY = ("expires", "a URL without X-Amz-Expires never dies; the public functions always write it")
RAW_PATH = ("url", "the suite writes paths unencoded; the public function takes them as they are sent")
FRAGMENT = ("url", "a '#' in a URL begins a fragment, which no client sends")

# Cases that the public function refuses: the field it names, and why that is right.
REFUSED = {
    "iot-websocket/5-us-west-2-session": NO_EXPIRY,
    "amplify/basic": NO_EXPIRY,
    "amplify/basic-query": NO_EXPIRY,
    "amplify/empty-query-value": NO_EXPIRY,
    "amplify/equal-names": NO_EXPIRY,
    "amplify/not-in-order": NO_EXPIRY,
    "amplify/reserved-query": NO_EXPIRY,
    "amplify/session-token": NO_EXPIRY,
    "amplify/space-in-url": NO_EXPIRY,
    "amplify/unreserved-query": NO_EXPIRY,
    "amplify/unreserved-url": NO_EXPIRY,
    "amplify/utf8-url": NO_EXPIRY,
    "aws4/dynamodb-no-expires": NO_EXPIRY,
    "path/space-norm-encode": RAW_PATH,
    "path/utf8-norm-encode": RAW_PATH,
    "path/cjk-norm-encode": RAW_PATH,
    "path/cjk-raw-encode": RAW_PATH,
    "get-space-normalized": RAW_PATH,
    "get-space-unnormalized": RAW_PATH,
    "get-utf8": RAW_PATH,
    "go-v2/presign": FRAGMENT,
    "go-v2/presign-repeated-names": FRAGMENT,
    "get-header-value-multiline": (
        "my-header1",
        "a header with line breaks can not be sent by any client since RFC 7230",
    ),
}

# URLs that differ in what is not signed. Their signatures are compared all the same.
OTHERWISE_WRITTEN = {
    "kafka/connect": "its sender adds User-Agent behind the signature",
    "rds/07-db-443": "botocore writes :443, the default port, in the URL and not in the host",
    "aws-docs/iam-list-users-query": "the page leaves out the slash between host and query",
    "iot-python/websocket": "that SDK writes :443, the default port, in the URL and not in the host",
    "iot-python/websocket-token-appended": "as above, and a '/' of the token is left unencoded",
    "get-vanilla-utf8-query": "the suite writes the query unencoded",
}


# Cases of known services that need more than the service's name, the region and the URL.
TOLD_MORE = {
    "execute-api/body-hash": "the hash of a body is the caller's to give",
    "opensearch/aoss": "OpenSearch Serverless takes UNSIGNED-PAYLOAD where the caller says so",
}


def query_in_url(case: Case) -> str | None:
    """Return the case's own query as it was sent, where the case tells."""
    request = case.raw["request"]
    text: str | None = request.get("raw_query") or request.get("url", "").partition("?")[2]
    return text or None


WITH_URL = [p for p in CASES if p.marks or p.values[0].signed_url]
OF_SERVICES = signing_cases("service_presign")
WITH_QUERY_IN_URL = [p for p in CASES if p.marks or query_in_url(p.values[0])]


@pytest.mark.parametrize("case", CASES)
def test_the_core_signs_every_case(case: Case) -> None:
    signed = by_the_core(case)
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature


@pytest.mark.parametrize("case", CASES)
def test_a_prepared_signer_gives_what_the_single_steps_give(case: Case) -> None:
    assert case.signature == parameters(by_the_core(case).url)["X-Amz-Signature"]


@pytest.mark.parametrize("case", without(CASES, REFUSED))
def test_presign_signs_every_case_that_can_be_sent(case: Case) -> None:
    signed = stages(by_presign(case))
    assert case.canonical_request == signed.canonical_request
    assert case.string_to_sign == signed.string_to_sign
    assert case.signature == signed.signature


@pytest.mark.parametrize("case", only(CASES, REFUSED))
def test_presign_refuses_what_can_not_be_sent(case: Case) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        by_presign(case)
    assert REFUSED[case.id][0] == refusal.value.field


@pytest.mark.parametrize("case", without(WITH_URL, {**REFUSED, **OTHERWISE_WRITTEN}))
def test_the_url_has_the_expected_base_and_parameters(case: Case) -> None:
    assert parted(case.signed_url or "") == parted(by_presign(case))


@pytest.mark.parametrize("case", only(WITH_URL, OTHERWISE_WRITTEN))
def test_a_url_that_is_written_otherwise_still_differs(case: Case) -> None:
    assert parted(case.signed_url or "") != parted(by_presign(case))


@pytest.mark.parametrize("case", without(OF_SERVICES, {**REFUSED, **OTHERWISE_WRITTEN}))
def test_the_url_is_botocores_to_the_byte(case: Case) -> None:
    assert case.signed_url == str(by_presign(case))


@pytest.mark.parametrize("case", without(OF_SERVICES, {**REFUSED, **TOLD_MORE}))
def test_the_services_name_alone_decides_how_it_is_signed(case: Case) -> None:
    signed = stages(by_presign(case, **NOT_TOLD))
    assert case.canonical_request == signed.canonical_request


@pytest.mark.parametrize("case", only(OF_SERVICES, TOLD_MORE))
def test_a_case_that_needs_more_than_the_services_name_still_does(case: Case) -> None:
    signed = stages(by_presign(case, **NOT_TOLD))
    assert case.canonical_request != signed.canonical_request or case.token_placement == "appended"


@pytest.mark.parametrize("case", without(WITH_QUERY_IN_URL, {**REFUSED, "get-vanilla-utf8-query": RAW_PATH}))
def test_a_query_in_the_url_is_signed_as_the_same_pairs_are(case: Case) -> None:
    url = by_presign(case, url=f"{case.url}?{query_in_url(case)}", query=None)
    assert case.canonical_request == stages(url).canonical_request
