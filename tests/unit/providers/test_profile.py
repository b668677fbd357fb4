from __future__ import annotations

import json
import pickle
from hashlib import sha1
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from presignlib import Credentials, CredentialsError, NoCredentialsError
from presignlib.providers import ProfileProvider
from presignlib.providers._files import CONFIG, CREDENTIALS

from .fakes import NOON, Clock, FakeTransport, answer, document, sts_answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/demo"
KEYS = "aws_access_key_id = AKIA1\naws_secret_access_key = s\n"


class Home:
    """A folder with both files, and a provider over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {CONFIG[0]: str(folder / "config"), CREDENTIALS[0]: str(folder / "credentials")}
        self.wire = FakeTransport(by=lambda _: sts_answer())

    def write(self, config: str = "", credentials: str = "") -> None:
        (self.folder / "config").write_text(config)
        (self.folder / "credentials").write_text(credentials)

    def provider(self, profile: str | None = None, **variables: str) -> ProfileProvider:
        environ = {**self.environ, **variables}
        return ProfileProvider(profile, environ=environ, transport=self.wire, run=echo, clock=Clock())


def echo(words: Sequence[str], _seconds: float) -> tuple[int, bytes]:
    """Stand in for a command: its first word is the access key id that it prints."""
    return 0, json.dumps({"Version": 1, "AccessKeyId": words[0], "SecretAccessKey": "s"}).encode()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_keys_of_the_default_profile_are_found(home: Home) -> None:
    home.write(credentials=f"[default]\n{KEYS}aws_session_token = t\n")
    provider = home.provider()
    assert provider.described == "profile default"
    assert Credentials("AKIA1", "s", "t") == provider.load()
    assert f"profile default, keys in {home.folder / 'credentials'}" == provider.described


def test_the_old_name_of_a_token_goes_first_even_if_empty(home: Home) -> None:
    home.write(credentials=f"[default]\n{KEYS}aws_session_token = t\naws_security_token =\n")
    assert home.provider().load().session_token is None


def test_keys_of_the_config_file_come_after_a_process(home: Home) -> None:
    home.write(f"[default]\n{KEYS}[profile dev]\n{KEYS}credential_process = AKIAP\n")
    assert "AKIA1" == home.provider().load().access_key_id
    assert "AKIAP" == home.provider("dev").load().access_key_id


@pytest.mark.parametrize(
    "variables", [{"AWS_PROFILE": "dev"}, {"AWS_DEFAULT_PROFILE": "dev", "AWS_PROFILE": "x"}]
)
def test_the_variable_names_the_profile(home: Home, variables: dict[str, str]) -> None:
    home.write(f"[profile dev]\n{KEYS}")
    assert "AKIA1" == home.provider(**variables).load().access_key_id


@pytest.mark.parametrize(("profile", "variables"), [("gone", {}), (None, {"AWS_PROFILE": "gone"})])
def test_a_named_profile_that_is_not_defined_is_an_error(
    home: Home, profile: str | None, variables: dict[str, str]
) -> None:
    with pytest.raises(
        CredentialsError, match=r"profile gone: is not defined in .*config nor in .*credentials"
    ) as caught:
        home.provider(profile, **variables).load()
    assert not isinstance(caught.value, NoCredentialsError)


def test_a_default_profile_that_nobody_named_is_no_error(home: Home) -> None:
    with pytest.raises(NoCredentialsError, match="profile default: is not defined"):
        home.provider().load()


def test_a_profile_that_says_nothing_of_credentials_has_none(home: Home) -> None:
    home.write("[default]\nregion = eu-west-1\n")
    with pytest.raises(NoCredentialsError, match="has no role_arn, web_identity_token_file, sso_account_id"):
        home.provider().load()


def test_a_file_that_changes_is_read_again(home: Home) -> None:
    home.write(credentials=f"[default]\n{KEYS}")
    provider = home.provider()
    assert provider.load() is provider.load()
    home.write(credentials="[default]\naws_access_key_id = AKIANEW\naws_secret_access_key = s2\n")
    assert Credentials("AKIANEW", "s2") == provider.load()


def test_a_role_is_assumed_with_the_keys_of_its_source(home: Home) -> None:
    home.write(
        f"[profile role]\nrole_arn = {ROLE}\nsource_profile = base\nexternal_id = x\nduration_seconds = 900\n"
        "role_session_name = me\nregion = eu-west-1\n",
        f"[base]\n{KEYS}",
    )
    provider = home.provider("role")
    assert "ASIAROLE" == provider.load().access_key_id
    assert f"profile role, assume role {ROLE}" == provider.described
    (request,) = home.wire.requests
    assert request.url == "https://sts.eu-west-1.amazonaws.com/"
    assert "Credential=AKIA1/20260102/eu-west-1/sts/aws4_request" in request.headers["authorization"]
    asked = parse_qs((request.body or b"").decode())
    assert (["x"], ["900"], ["me"]) == (
        asked["ExternalId"],
        asked["DurationSeconds"],
        asked["RoleSessionName"],
    )


def test_roles_form_chains(home: Home) -> None:
    home.write(
        f"[profile a]\nrole_arn = {ROLE}-a\nsource_profile = b\nduration_seconds = an hour\n"
        f"[profile b]\nrole_arn = {ROLE}-b\nsource_profile = c\n[profile c]\n{KEYS}"
    )
    home.provider("a").load()
    bodies = [parse_qs((request.body or b"").decode()) for request in home.wire.requests]
    assert [[f"{ROLE}-b"], [f"{ROLE}-a"]] == [body["RoleArn"] for body in bodies]
    assert "DurationSeconds" not in bodies[1]
    assert "x-amz-security-token" in home.wire.requests[1].headers


def test_a_profile_may_be_the_source_of_itself(home: Home) -> None:
    home.write(f"[profile a]\nrole_arn = {ROLE}\nsource_profile = a\n{KEYS}")
    assert "ASIAROLE" == home.provider("a").load().access_key_id


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ("[profile a]\nrole_arn = R\nsource_profile = a\n", "source_profile goes in a circle: a → a"),
        (
            "[profile a]\nrole_arn = R\nsource_profile = b\n[profile b]\nrole_arn = R\nsource_profile = a\n",
            "source_profile goes in a circle: a → b → a",
        ),
        (
            "[profile a]\nrole_arn = R\nsource_profile = gone\n",
            "has source_profile 'gone', which is not defined",
        ),
        (
            "[profile a]\nrole_arn = R\nsource_profile = b\n[profile b]\nx=1\n",
            "source_profile 'b' has no credentials",
        ),
        (
            "[profile a]\nrole_arn = R\nsource_profile = b\ncredential_source = Environment\n",
            "has both source_prof",
        ),
        ("[profile a]\nrole_arn = R\n", "needs source_profile or credential_source"),
        ("[profile a]\nrole_arn =\ncredential_source = Environment\n", "'a' lacks role_arn"),
        (
            "[profile a]\nrole_arn = R\ncredential_source = Vault\n",
            "has to be one of Environment, EcsContainer, Ec2",
        ),
        (
            "[profile a]\nrole_arn = R\ncredential_source = Environment\n",
            "environment: AWS_ACCESS_KEY_ID is not set",
        ),
        (
            f"[profile a]\nrole_arn = R\nsource_profile = a\nmfa_serial = m\n{KEYS}",
            "mfa_serial: .* a profile with credential_process = aws configure export-credentials --profile a",
        ),
        ("[profile a]\nlogin_session = arn\n", "signs in by 'aws login'.* export-credentials --profile a"),
        (
            "[profile a]\naws_access_key_id = canary\n",
            "has aws_access_key_id, and lacks aws_secret_access_key",
        ),
        (
            "[profile a]\naws_access_key_id =\naws_secret_access_key = canary\n",
            "access_key_id must be printable",
        ),
        ("[profile a]\naws_access_key_id =\n  b = canary\naws_secret_access_key = s\n", "has to be one line"),
        ("[profile a]\ncredential_process = 'canary\n", "credential_process: command must be at least"),
        ("[profile a]\nweb_identity_token_file = /gone\n", "a token file is named and no role"),
        ("[profile a]\nsso_account_id = 1\n", "'a' lacks sso_start_url"),
        ("[profile a]\nsso_account_id = 1\nsso_session = s\n", "sso-session 's' has to be defined"),
        (
            "[profile a]\nsso_account_id = 1\nsso_session = s\n[sso-session s]\nsso_region = r\n",
            "has to be defined",
        ),
        (
            (
                "[profile a]\nsso_account_id = 1\nsso_session = s\nsso_region = x\n"
                "[sso-session s]\nsso_region = r\nsso_start_url = u\n"
            ),
            "sso_region differs between 'a' and sso-session 's'",
        ),
    ],
)
def test_a_profile_that_can_not_work_is_told_with_the_reason(home: Home, config: str, why: str) -> None:
    home.write(config)
    with pytest.raises(CredentialsError, match=why) as caught:
        home.provider("a").load()
    assert not isinstance(caught.value, NoCredentialsError)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("source", ["EcsContainer", "Ec2InstanceMetadata"])
def test_a_role_may_be_assumed_with_what_the_machine_has(home: Home, source: str) -> None:
    home.write(f"[profile a]\nrole_arn = {ROLE}\ncredential_source = {source}\n")
    replies = {"PUT": answer("session"), "GET": answer(document())}
    home.wire.by = lambda request: (
        answer("r") if request.url.endswith("credentials/") else replies.get(request.method, sts_answer())
    )
    found = home.provider("a", AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/x").load()
    assert "ASIAROLE" == found.access_key_id
    assert "Credential=ASIAEXAMPLE/" in home.wire.requests[-1].headers["authorization"]


def test_a_web_identity_may_come_from_both_places(home: Home) -> None:
    (home.folder / "token").write_text("jwt")
    home.write(f"[default]\nrole_arn = {ROLE}\nweb_identity_token_file = /gone\n")
    provider = home.provider(AWS_WEB_IDENTITY_TOKEN_FILE=str(home.folder / "token"))
    assert "ASIAROLE" == provider.load().access_key_id
    assert f"profile default, web identity {ROLE}" == provider.described


def test_a_named_profile_leaves_the_environments_web_identity_out(home: Home) -> None:
    home.write(f"[profile dev]\n{KEYS}")
    provider = home.provider("dev", AWS_WEB_IDENTITY_TOKEN_FILE="/gone", AWS_ROLE_ARN=ROLE)
    assert "AKIA1" == provider.load().access_key_id


@pytest.mark.parametrize(
    ("config", "key", "command"),
    [
        (
            (
                "[profile a]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n"
                "[sso-session corp]\nsso_start_url = u\nsso_region = eu-west-1\n"
            ),
            "corp",
            "aws sso login --sso-session corp",
        ),
        (
            "[profile a]\nsso_start_url = u\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = R\n",
            "u",
            "aws sso login --profile a",
        ),
    ],
)
def test_a_sign_in_has_two_forms(
    home: Home, monkeypatch: pytest.MonkeyPatch, config: str, key: str, command: str
) -> None:
    monkeypatch.setenv("HOME", str(home.folder))
    home.write(config)
    with pytest.raises(CredentialsError, match=f"run: {command}$"):
        home.provider("a").load()
    cache = home.folder / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = json.dumps({"accessToken": "t", "expiresAt": "2026-01-02T20:00:00Z"})
    (cache / f"{sha1(key.encode()).hexdigest()}.json").write_text(token)
    role = {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t"}
    expiration = int(NOON.timestamp() + 3600) * 1000
    home.wire.by = lambda _: answer({"roleCredentials": {**role, "expiration": expiration}})
    provider = home.provider("a")
    assert "ASIASSO" == provider.load().access_key_id
    assert provider.described == "profile a, sso R"


def test_region_comes_from_the_environment_then_the_profile(home: Home) -> None:
    home.write("[default]\nregion = eu-west-1\n")
    assert "eu-west-1" == home.provider().region()
    assert "us-east-2" == home.provider(AWS_DEFAULT_REGION="us-east-2").region()
    assert "us-west-2" == home.provider(AWS_DEFAULT_REGION="us-east-2", AWS_REGION="us-west-2").region()
    home.write()
    assert home.provider().region() is None


def test_the_endpoint_of_a_service_goes_before_that_of_all(home: Home) -> None:
    home.write(
        "[default]\nendpoint_url = http://all.test\nservices = local\n"
        "[services local]\ns3 =\n  endpoint_url = http://s3.test\nsts = x\nec2 =\n  a = b\n"
    )
    provider = home.provider()
    assert ["http://s3.test", "http://all.test", "http://all.test"] == [
        provider.endpoint_url(service) for service in ("s3", "sts", "ec2")
    ]


@pytest.mark.parametrize(
    ("variables", "line", "url"),
    [
        ({}, "endpoint_url = http://profile.test", "http://profile.test/"),
        ({"AWS_ENDPOINT_URL": "http://all.test"}, "endpoint_url = http://profile.test", "http://all.test/"),
        (
            {"AWS_ENDPOINT_URL": "http://all.test", "AWS_ENDPOINT_URL_STS": "http://sts.test"},
            "",
            "http://sts.test/",
        ),
        ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://x.test"}, "", None),
        ({"AWS_ENDPOINT_URL": "http://x.test"}, "ignore_configured_endpoint_urls = TRUE", None),
    ],
)
def test_sts_is_called_where_variables_and_profile_say(
    home: Home, variables: dict[str, str], line: str, url: str | None
) -> None:
    home.write(f"[profile a]\nrole_arn = {ROLE}\nsource_profile = a\n{KEYS}{line}\n")
    home.provider("a", **variables).load()
    assert (url or "https://sts.amazonaws.com/") == home.wire.requests[0].url


def test_a_pickled_provider_travels_without_what_it_read(home: Home) -> None:
    home.write(credentials=f"[default]\n{KEYS}")
    provider = ProfileProvider(environ=home.environ)
    provider.load()
    assert b"AKIA1" not in pickle.dumps(provider)
    assert "AKIA1" == pickle.loads(pickle.dumps(provider)).load().access_key_id


def test_its_repr_is_its_name(home: Home) -> None:
    assert "<ProfileProvider profile dev>" == repr(home.provider("dev"))


def test_a_file_that_was_passed_over_is_remarked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from presignlib.providers import _files

    def refuse(path: str) -> str:
        raise PermissionError(13, "Permission denied")

    home.write("[default]\n", "")
    monkeypatch.setattr(_files, "_read", refuse)
    with pytest.raises(NoCredentialsError, match=r"config can not be read \(Permission denied\)"):
        home.provider().load()
