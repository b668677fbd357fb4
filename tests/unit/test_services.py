"""Recipes for other services: what each signs, and what it refuses."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import datetime, timezone
from typing import Any

import pytest

from presignlib import Credentials, InvalidInputError, NoRegionError, services

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = Credentials("ASIDEXAMPLE", "secret", "session/token")
HERE: dict[str, Any] = {
    "region": "us-east-1",
    "credentials": KEYS,
    "now": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
}
CHANNEL = "arn:aws:kinesisvideo:us-east-1:123456789012:channel/mine/1"
ENDPOINT = "wss://v-1.kinesisvideo.us-east-1.amazonaws.com"


def refused(field: str, call: Any, *arguments: Any, **keywords: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        call(*arguments, **{**HERE, **keywords})
    assert field == refusal.value.field


def test_an_eks_token_holds_the_url() -> None:
    token = services.eks_token("mine", **HERE)
    text = token.removeprefix("k8s-aws-v1.")
    url = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    assert url.startswith("https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&")
    assert "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&" in url
    assert "=" not in text


def test_a_partition_has_its_own_sts() -> None:
    url = services.caller_identity_url(**{**HERE, "region": "cn-north-1"})
    assert url.startswith("https://sts.cn-north-1.amazonaws.com.cn/?")


def test_vaults_header_is_signed() -> None:
    url = services.caller_identity_url(headers={"X-Vault-AWS-IAM-Server-ID": "vault.example"}, **HERE)
    assert {"x-vault-aws-iam-server-id": "vault.example"} == url.headers


@pytest.mark.parametrize("call", [services.caller_identity_url, services.transcribe_url])
def test_a_host_of_a_region_needs_one(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(NoRegionError):
        call(credentials=KEYS)


def test_the_region_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert services.caller_identity_url(credentials=KEYS).startswith("https://sts.eu-west-1.amazonaws.com/")


def test_an_rds_token_has_no_scheme_and_signs_the_port() -> None:
    token = services.rds_token("db.example", 5432, "app", **HERE)
    assert token.startswith("db.example:5432/?Action=connect&DBUser=app&X-Amz-Algorithm=")
    assert "%2Frds-db%2Faws4_request" in token
    assert "X-Amz-Expires=900&" in token


@pytest.mark.parametrize(("admin", "action"), [(False, "DbConnect"), (True, "DbConnectAdmin")])
def test_a_dsql_token_names_its_action(admin: bool, action: str) -> None:
    token = services.dsql_token("abc.dsql.us-east-1.on.aws", admin=admin, **HERE)
    assert token.startswith(f"abc.dsql.us-east-1.on.aws/?Action={action}&")


def test_a_cache_is_named_in_lower_case() -> None:
    assert services.elasticache_token("My-Cache", "me", **HERE).startswith(
        "my-cache/?Action=connect&User=me&X-"
    )
    assert services.memorydb_token("My-Db", "me", **HERE).startswith("my-db/?Action=connect&User=me&X-Amz")


def test_a_serverless_cache_says_so() -> None:
    token = services.elasticache_token("mine", "me", serverless=True, **HERE)
    assert "&User=me&ResourceType=ServerlessCache&" in token


def test_iots_token_is_appended() -> None:
    url = services.iot_websocket_url("a-ats.iot.us-east-1.amazonaws.com", **{**HERE, "credentials": SESSION})
    assert url.endswith("&X-Amz-Security-Token=session%2Ftoken")
    assert "session" not in url.explain()


def test_kinesis_videos_token_is_signed() -> None:
    url = services.kinesis_video_url(ENDPOINT, CHANNEL, **{**HERE, "credentials": SESSION})
    assert "X-Amz-Security-Token=session%2Ftoken" in url.explain()
    assert url.rpartition("&")[2].startswith("X-Amz-Signature=")
    assert url.startswith(f"{ENDPOINT}/?X-Amz-ChannelARN=arn%3Aaws%3Akinesisvideo%3A")
    assert "X-Amz-ClientId" not in url


def test_a_viewer_of_kinesis_video_has_an_id() -> None:
    assert "&X-Amz-ClientId=viewer&" in services.kinesis_video_url(
        ENDPOINT, CHANNEL, client_id="viewer", **HERE
    )


def test_a_transcription_signs_its_port() -> None:
    url = services.transcribe_url(query={"vocabulary-name": "words"}, **HERE)
    assert url.startswith(
        "wss://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket"
        "?language-code=en-US&media-encoding=pcm&sample-rate=16000&vocabulary-name=words&"
    )
    assert "host:transcribestreaming.us-east-1.amazonaws.com:8443\n" in url.explain()


def test_a_medical_transcription_has_its_own_path() -> None:
    assert ":8443/medical-stream-transcription-websocket?" in services.transcribe_url(medical=True, **HERE)


@pytest.mark.parametrize(
    ("call", "arguments", "longest"),
    [
        (services.eks_token, ("c",), 900),
        (services.rds_token, ("h", 1, "u"), 900),
        (services.elasticache_token, ("c", "u"), 900),
        (services.memorydb_token, ("c", "u"), 900),
        (services.dsql_token, ("h",), 604_800),
        (services.iot_websocket_url, ("h",), 86_400),
        (services.kinesis_video_url, (ENDPOINT, CHANNEL), 300),
        (services.transcribe_url, (), 300),
    ],
)
def test_nothing_lives_longer_than_its_service_takes_it(call: Any, arguments: Any, longest: int) -> None:
    assert call(*arguments, expires=longest, **HERE)
    refused("expires", call, *arguments, expires=longest + 1)


@pytest.mark.parametrize("host", ["", "https://h", "h/path", "h:1", "u@h", "h?q", "h#f", None, "h h"])
def test_a_host_is_a_host(host: Any) -> None:
    for call, arguments in (
        (services.rds_token, (host, 1, "u")),
        (services.dsql_token, (host,)),
        (services.iot_websocket_url, (host if host != "h:1" else "h:x",)),
    ):
        with pytest.raises(InvalidInputError):
            call(*arguments, **HERE)


@pytest.mark.parametrize("port", [0, 65_536, "5432", True, None, 5432.0])
def test_a_port_is_a_number(port: Any) -> None:
    refused("port", services.rds_token, "h", port, "u")


@pytest.mark.parametrize("user", ["", None, 5])
def test_a_user_is_named(user: Any) -> None:
    refused("user", services.rds_token, "h", 1, user)
    refused("user", services.elasticache_token, "c", user)
    refused("user", services.memorydb_token, "c", user)


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "a_b", None])
def test_a_caches_name_is_one_label(name: Any) -> None:
    refused("cache", services.elasticache_token, name, "u")
    refused("cluster", services.memorydb_token, name, "u")


@pytest.mark.parametrize("cluster", ["", None, 5])
def test_a_cluster_is_named(cluster: Any) -> None:
    refused("cluster", services.eks_token, cluster)


@pytest.mark.parametrize("endpoint", ["", "https://h", None])
def test_a_channels_endpoint_is_a_web_socket(endpoint: Any) -> None:
    refused("endpoint", services.kinesis_video_url, endpoint, CHANNEL)


def test_a_channel_and_a_viewer_are_named() -> None:
    refused("channel_arn", services.kinesis_video_url, ENDPOINT, "")
    refused("client_id", services.kinesis_video_url, ENDPOINT, CHANNEL, client_id="")


@pytest.mark.parametrize("rate", [7_999, 48_001, True, "16000", 16e3])
def test_a_sample_rate_is_in_range(rate: Any) -> None:
    refused("sample_rate", services.transcribe_url, sample_rate=rate)


def test_switches_are_switches() -> None:
    switch: Any = "yes"
    refused("admin", services.dsql_token, "h", admin=switch)
    refused("serverless", services.elasticache_token, "c", "u", serverless=switch)


@pytest.mark.parametrize("region", ["evil.example/", "aws-global"])
def test_a_region_has_a_host(region: str) -> None:
    refused("region", services.caller_identity_url, region=region)


@pytest.mark.parametrize("name", ["language-code", "media-encoding", "sample-rate"])
def test_what_an_option_of_a_transcription_sets_is_set_once(name: str) -> None:
    refused("query", services.transcribe_url, query={name: "x"})
