from __future__ import annotations

from datetime import timedelta

import pytest

from presignlib import Credentials, CredentialsError, NoCredentialsError
from presignlib.providers import InstanceMetadataProvider, instance_region
from presignlib.providers._http import Answer, NoAnswerError

from .fakes import NOON, Clock, FakeTransport, answer, document

BASE = "http://169.254.169.254/latest"


def provider(wire: FakeTransport, **environ: str) -> InstanceMetadataProvider:
    return InstanceMetadataProvider(environ=environ, transport=wire, clock=Clock())


def test_a_session_token_comes_first_then_the_role_then_its_credentials() -> None:
    wire = FakeTransport(answer("session"), answer("demo-role\nother"), answer(document()))
    found = provider(wire).load()
    assert (
        Credentials("ASIAEXAMPLE", "secret/example", "token//example==", expires_at=NOON + timedelta(hours=6))
        == found
    )
    asked = [(request.method, request.url.removeprefix(BASE), request.headers) for request in wire.requests]
    assert [
        ("PUT", "/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}),
        ("GET", "/meta-data/iam/security-credentials/", {"X-aws-ec2-metadata-token": "session"}),
        ("GET", "/meta-data/iam/security-credentials/demo-role", {"X-aws-ec2-metadata-token": "session"}),
    ] == asked


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}, "http://[fd00:ec2::254]/latest/api/token"),
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": ""}, "http://169.254.169.254/latest/api/token"),
        (
            {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://localhost:1338/"},
            "http://localhost:1338/latest/api/token",
        ),
    ],
)
def test_the_service_is_where_the_variables_say(environ: dict[str, str], url: str) -> None:
    wire = FakeTransport(answer("session"), answer("r"), answer(document()))
    provider(wire, **environ).load()
    assert url == wire.requests[0].url


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"}, "ENDPOINT_MODE has to be IPv4 or IPv6"),
        (
            {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "localhost"},
            "AWS_EC2_METADATA_SERVICE_ENDPOINT must be a URL",
        ),
        ({"AWS_EC2_METADATA_DISABLED": "TRUE"}, "instance metadata: AWS_EC2_METADATA_DISABLED is set"),
    ],
)
def test_variables_may_say_that_it_is_not_asked(environ: dict[str, str], why: str) -> None:
    wire = FakeTransport()
    with pytest.raises(CredentialsError, match=why):
        provider(wire, **environ).load()
    assert [] == wire.requests


def test_a_session_token_that_has_ended_is_renewed_once() -> None:
    wire = FakeTransport(answer("one"), answer("", 401), answer("two"), answer("r"), answer(document()))
    assert provider(wire).load().access_key_id == "ASIAEXAMPLE"
    assert wire.requests[3].headers == {"X-aws-ec2-metadata-token": "two"}


@pytest.mark.parametrize("status", [403, 404, 405])
def test_version_1_is_never_asked(status: int) -> None:
    wire = FakeTransport(answer("", status))
    with pytest.raises(NoCredentialsError, match="switched off, or knows no version 2"):
        provider(wire).load()
    assert len(wire.requests) == 1


def test_silence_hints_at_the_hop_limit() -> None:
    wire = FakeTransport(*[NoAnswerError("did not answer in time", timed_out=True)] * 3)
    with pytest.raises(NoCredentialsError, match="set the instance's http-put-response-hop-limit to 2"):
        provider(wire).load()


def test_who_can_not_be_reached_is_no_case_of_hops() -> None:
    wire = FakeTransport(*[NoAnswerError("can not be reached (No route to host)")] * 3)
    with pytest.raises(NoCredentialsError, match=r"the service can not be reached \(No route to host\)$"):
        provider(wire).load()


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([answer("", 400)], "the service answered 400"),
        ([answer("")], "nothing where a session token is due"),
        ([answer("<html>canary</html>")], "HTML or XML, as a captive portal or a proxy does"),
        ([answer(b"\xff")], "bytes that are not UTF-8"),
        ([answer("s"), answer("", 404)], "no role is attached to this instance"),
        ([answer("s"), answer("\n")], "no role is attached to this instance"),
        ([answer("s"), answer("<html> canary")], "what is no role's name; is a proxy between"),
        ([answer("s"), answer("../a")], "what is no role's name"),
        ([answer("s"), answer(b"\xff")], "bytes that are not UTF-8"),
        ([answer("s"), answer("r"), answer("", 404)], "the instance's role has gone"),
        ([answer("s"), answer("r"), answer("", 400)], "the service answered 400"),
        ([answer("s"), answer("r"), answer("<html>canary")], "answered with HTML"),
        ([answer("s"), answer("r"), answer('{"SecretAccessKey": "canary')], "other text, or half of it"),
        (
            [answer("s"), answer("r"), answer({"Code": "AssumeRoleUnauthorizedAccess"})],
            "it says AssumeRoleUnauth",
        ),
    ],
)
def test_a_bad_answer_is_told_by_its_looks(answers: list[Answer], why: str) -> None:
    with pytest.raises(CredentialsError, match=f"^instance metadata: .*{why}") as caught:
        provider(FakeTransport(*answers)).load()
    assert "canary" not in str(caught.value)


def test_a_server_that_recovers_is_asked_again() -> None:
    wire = FakeTransport(answer("", 503), answer("s"), answer("", 500), answer("r"), answer(document()))
    assert provider(wire).load().access_key_id == "ASIAEXAMPLE"


def test_the_region_is_told_when_asked_for() -> None:
    wire = FakeTransport(answer("s"), answer("eu-west-1"))
    assert instance_region(environ={}, transport=wire) == "eu-west-1"
    assert f"{BASE}/meta-data/placement/region" == wire.requests[1].url


def test_what_is_no_region_is_refused() -> None:
    with pytest.raises(
        CredentialsError, match="instance region: the service answered with what is no region"
    ):
        instance_region(environ={}, transport=FakeTransport(answer("s"), answer("<html>")))
