"""The recipes of ``presignlib.services``, against what botocore's signers gave."""

from __future__ import annotations

from typing import Any

import pytest

from presignlib import InvalidInputError, services

from .cases import Case, instant, shared, signing_case, stages

GLOBAL = "https://sts.amazonaws.com/"


def signing(case: Case) -> dict[str, Any]:
    return {"region": case.region, "credentials": case.credentials, "now": instant(case.timestamp)}


def of_kind(*kinds: str) -> list[Any]:
    """Return the cases of some kinds, but for one URL without an expiry and STS's other actions."""

    def kept(raw: dict[str, Any]) -> Case | None:
        case = signing_case(raw)
        if case is None or case.kind not in kinds or case.expires is None:
            return None
        return case if dict(case.query).get("Action") != "AssumeRole" else None

    return shared("service_presign", kept)


@pytest.mark.parametrize("case", of_kind("sts-eks"))
def test_an_eks_token_is_the_expected_one(case: Case) -> None:
    cluster = dict(case.headers)["x-k8s-aws-id"]
    if (case.expires or 0) > 900:  # which EKS takes for no token
        with pytest.raises(InvalidInputError, match=r"^expires must be 1 to 900 seconds"):
            services.eks_token(cluster, expires=case.expires or 0, **signing(case))
        return
    token = services.eks_token(cluster, expires=case.expires or 0, **signing(case))
    if case.url == GLOBAL:
        assert case.raw["expected"]["token"] != token  # the regional host is named
    else:
        assert case.raw["expected"]["token"] == token


@pytest.mark.parametrize("case", of_kind("sts"))
def test_a_callers_identity_is_asked_for_by_get_at_the_regional_host(case: Case) -> None:
    url = services.caller_identity_url(headers=case.headers, expires=case.expires or 0, **signing(case))
    if case.method == "GET" and case.url != GLOBAL:
        assert case.signed_url == str(url)
    else:
        assert url.method == "GET"
        assert url.startswith(f"https://sts.{case.region}.amazonaws.com/?Action=GetCallerIdentity&")


@pytest.mark.parametrize("case", of_kind("rds"))
def test_an_rds_token_is_the_expected_one(case: Case) -> None:
    params = case.raw["call"]["params"]
    port = params["Port"]
    token = services.rds_token(
        params["DBHostname"], port, params["DBUsername"], expires=case.expires or 0, **signing(case)
    )
    # botocore writes :443, the default port, in the URL and not in the host.
    assert case.raw["expected"]["token"].replace(":443/", "/") == token


@pytest.mark.parametrize("case", of_kind("dsql"))
def test_a_dsql_token_is_the_expected_one(case: Case) -> None:
    params = case.raw["call"]["params"]
    admin = "admin" in case.raw["call"]["operation"]
    token = services.dsql_token(params["Hostname"], admin=admin, expires=case.expires or 0, **signing(case))
    assert case.raw["expected"]["token"] == token


@pytest.mark.parametrize("case", of_kind("elasticache", "memorydb"))
def test_a_caches_token_is_the_expected_one(case: Case) -> None:
    query = dict(case.query)
    name, expires = case.host.upper(), case.expires or 0
    if case.kind == "memorydb":
        token = services.memorydb_token(name, query["User"], expires=expires, **signing(case))
    else:
        serverless = "ResourceType" in query
        token = services.elasticache_token(
            name, query["User"], serverless=serverless, expires=expires, **signing(case)
        )
    assert case.signature == token.rpartition("=")[2]
    assert (case.signed_url or "").partition("://")[2] == token


@pytest.mark.parametrize("case", of_kind("iot-websocket"))
def test_an_iot_url_is_the_expected_one(case: Case) -> None:
    url = services.iot_websocket_url(case.host, expires=case.expires or 0, **signing(case))
    assert case.signed_url == str(url)


@pytest.mark.parametrize("case", of_kind("transcribe"))
def test_a_transcription_url_is_the_expected_one(case: Case) -> None:
    query = dict(case.query)
    url = services.transcribe_url(
        language_code=query.pop("language-code"),
        media_encoding=query.pop("media-encoding"),
        sample_rate=int(query.pop("sample-rate")),
        medical="medical" in case.path,
        query=query,
        expires=case.expires or 0,
        **signing(case),
    )
    assert case.canonical_request == stages(url).canonical_request
    assert case.signature in url
