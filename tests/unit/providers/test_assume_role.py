from __future__ import annotations

import pickle
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from presignlib import Credentials, CredentialsError, ExpiredCredentialsError, InvalidInputError
from presignlib.providers import AssumeRoleProvider, EnvironmentProvider
from presignlib.providers._http import Answer, NoAnswerError

from .fakes import NOON, Clock, FakeTransport, answer, sts_answer, sts_error

ROLE = "arn:aws:iam::123456789012:role/demo"
CALLER = Credentials("AKIACALLER", "caller/secret", "caller//token")


def provider(wire: FakeTransport, clock: Clock, **options: object) -> AssumeRoleProvider:
    return AssumeRoleProvider(CALLER, ROLE, transport=wire, clock=clock, **options)  # type: ignore[arg-type]


def test_a_role_has_the_credentials_that_sts_answers(clock: Clock) -> None:
    expected = Credentials("ASIAROLE", "role/secret", "role//token==", expires_at=NOON + timedelta(hours=1))
    assert expected == provider(FakeTransport(sts_answer()), clock).load()


def test_the_question_has_all_that_was_given(clock: Clock) -> None:
    wire = FakeTransport(sts_answer())
    provider(
        wire, clock, session_name="me", external_id="a b", duration_seconds=900, region="eu-west-1"
    ).load()
    (request,) = wire.requests
    assert request.body is not None
    assert (request.method, request.url) == ("POST", "https://sts.eu-west-1.amazonaws.com/")
    assert {
        "Action": ["AssumeRole"],
        "Version": ["2011-06-15"],
        "RoleArn": [ROLE],
        "RoleSessionName": ["me"],
        "ExternalId": ["a b"],
        "DurationSeconds": ["900"],
    } == parse_qs(request.body.decode())


def test_a_session_without_a_name_is_named_by_the_time(clock: Clock) -> None:
    wire = FakeTransport(sts_answer())
    provider(wire, clock).load()
    assert wire.requests[0].body is not None
    assert b"RoleSessionName=presignlib-1767355200" in wire.requests[0].body


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://sts.amazonaws.com/"),
        ({"region": "cn-north-1"}, "https://sts.cn-north-1.amazonaws.com.cn/"),
        ({"endpoint_url": "http://localhost:4566/"}, "http://localhost:4566/"),
        ({"endpoint_url": "https://sts.test/base", "region": "eu-west-1"}, "https://sts.test/base/"),
    ],
)
def test_sts_is_called_where_it_is(options: dict[str, object], url: str, clock: Clock) -> None:
    wire = FakeTransport(sts_answer())
    provider(wire, clock, **options).load()
    assert url == wire.requests[0].url


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"region": "evil.com/"}, "region must be a DNS label"),
        ({"endpoint_url": "ftp://x"}, "endpoint_url must be a URL"),
        ({"endpoint_url": "http://sts.example.com"}, "endpoint_url must be https"),
    ],
)
def test_a_place_that_can_not_be_called_is_refused(
    options: dict[str, object], why: str, clock: Clock
) -> None:
    with pytest.raises(CredentialsError, match=why):
        provider(FakeTransport(), clock, **options).load()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (sts_error("AccessDenied"), "AccessDenied: the role's trust policy has to name the caller"),
        (sts_error("SignatureDoesNotMatch"), "the caller's secret access key is wrong"),
        (sts_error("canary"), "STS at sts.amazonaws.com answered 403$"),
        (answer("<html>", 200), "answered 200 with what is no XML"),
        (answer("<a/>", 200), "STS's answer lacks AccessKeyId, SecretAccessKey, SessionToken, Expiration"),
        (answer("<a/>", 302), "answered 302$"),
        (Answer(200, sts_answer().body[:200]), "with what is no XML: it ends"),
    ],
)
def test_a_refusal_names_the_code_and_the_way_out(reply: Answer, why: str, clock: Clock) -> None:
    with pytest.raises(CredentialsError, match=why) as caught:
        provider(FakeTransport(reply), clock).load()
    assert caught.value.provider == f"assume role {ROLE}"
    assert "canary" not in str(caught.value)


def test_a_caller_whose_credentials_have_ended_is_told_so(clock: Clock) -> None:
    with pytest.raises(ExpiredCredentialsError, match="the caller's own credentials have ended"):
        provider(FakeTransport(sts_error("ExpiredToken")), clock).load()


def test_silence_names_the_host(clock: Clock) -> None:
    wire = FakeTransport(*[NoAnswerError("did not answer in time", timed_out=True)] * 3)
    with pytest.raises(CredentialsError, match=r"STS at sts\.amazonaws\.com did not answer in time"):
        provider(wire, clock).load()


def test_the_source_has_to_be_credentials_or_a_provider() -> None:
    with pytest.raises(InvalidInputError, match="source must be Credentials, or a provider"):
        AssumeRoleProvider(None, ROLE)  # type: ignore[arg-type]


def test_a_provider_with_secrets_in_it_is_not_pickled() -> None:
    with pytest.raises(InvalidInputError, match="source must be a provider in what is pickled"):
        pickle.dumps(AssumeRoleProvider(CALLER, ROLE))


def test_a_provider_over_a_provider_is_pickled() -> None:
    copy = pickle.loads(pickle.dumps(AssumeRoleProvider(EnvironmentProvider(), ROLE)))
    assert copy.name == f"assume role {ROLE}"
