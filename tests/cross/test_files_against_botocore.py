"""botocore is the judge of the shared files: both load the same credentials, or both refuse.

A generator writes random config and credentials files, from what people write and from
what they get wrong. Both libraries then load a profile; STS and the SSO portal are played
by functions that make credentials from all that they are asked, so that equal credentials
mean equal questions. ``PRESIGN_FILE_SETS`` says how many sets are tried: 2,000 in CI, else 200.

Left out, each with its reason:

- keys and tokens that no signature can be made with (empty, blanks, control characters):
  botocore "loads" them and fails at the service;
- one-line keys written as an indented block: botocore passes the block on as a value;
- files that begin with a byte order mark: we read them, botocore does not;
- an empty AWS_PROFILE: unset for us, a profile without a name for botocore;
- ``mfa_serial``: botocore asks at a prompt, we refuse (tests/unit/providers);
- sign-in tokens that can be renewed: botocore does, we name the command that does.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

import botocore.configloader
import botocore.credentials
import botocore.session
import pytest

from presignlib import CredentialsError
from presignlib.providers import DefaultChain, ProfileProvider
from presignlib.providers._files import CONFIG, CREDENTIALS, parsed
from presignlib.providers._http import Answer, Request
from presignlib.settings import with_environment
from tests.strategies import MANY
from tests.unit.providers.fakes import FakeTransport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Pairs: TypeAlias = list[tuple[str, str]]
SETS = int(os.environ.get("PRESIGN_FILE_SETS", "2000" if MANY else "200"))
PROFILES = ("default", "dev", "two words")
LATER = datetime(2100, 1, 1, tzinfo=timezone.utc)
VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


class Surroundings:
    """One set of files and variables, written down by chance."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.token_file = folder / "token"
        self.token_file.write_text(f"web-token-{seed}")
        pick = self.random
        self.environ = {
            "HOME": str(folder),
            CONFIG[0]: str(folder / "config"),
            CREDENTIALS[0]: str(folder / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        self._variables(pick)
        if pick.random() < 0.93:
            (folder / "config").write_bytes(self._file(pick, credentials=False))
        if pick.random() < 0.8:
            (folder / "credentials").write_bytes(self._file(pick, credentials=True))
        self._sign_in(pick)
        self.explicit = pick.choice((None, *PROFILES))

    def _variables(self, pick: random.Random) -> None:
        if pick.random() < 0.5:
            self.environ["AWS_PROFILE"] = pick.choice(PROFILES)
        if pick.random() < 0.1:
            self.environ["AWS_DEFAULT_PROFILE"] = pick.choice(PROFILES)
        if pick.random() < 0.15:
            self.environ |= {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "env"}
            if pick.random() < 0.4:
                self.environ["AWS_SESSION_TOKEN"] = "env-token"
            if pick.random() < 0.2:
                self.environ["AWS_SECURITY_TOKEN"] = "env-old-token"
            if pick.random() < 0.2:
                del self.environ["AWS_SECRET_ACCESS_KEY"]
        if pick.random() < 0.12:
            self.environ["AWS_WEB_IDENTITY_TOKEN_FILE"] = pick.choice((str(self.token_file), ""))
            if pick.random() < 0.7:
                self.environ["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/web"
            if pick.random() < 0.3:
                self.environ["AWS_ROLE_SESSION_NAME"] = "from-env"

    def _file(self, pick: random.Random, *, credentials: bool) -> bytes:
        lines: list[str] = []
        for _ in range(pick.randint(2, 8)):
            section = self._section(pick, credentials=credentials)
            if section[0] not in lines or pick.random() < 0.05:  # a section that repeats is malformed
                lines += section
        if pick.random() < 0.04:
            lines.insert(
                pick.randint(0, len(lines)), pick.choice(("no equals sign here", "[open", "= value", "[]"))
            )
        if pick.random() < 0.03:
            lines.insert(0, pick.choice(("stray = 1", "# only a comment", "[DEFAULT]", "  indented = 1")))
        end = pick.choice(("\n", "\n", "\n", "\r\n"))
        return (end.join(lines) + pick.choice(("", end))).encode()

    def _section(self, pick: random.Random, *, credentials: bool) -> list[str]:
        name = pick.choice(PROFILES)
        if not credentials and pick.random() < 0.15:
            return self._other_section(pick)
        return [self._title(pick, name, credentials=credentials), *self._keys(pick, credentials=credentials)]

    def _title(self, pick: random.Random, name: str, *, credentials: bool) -> str:
        written = f'"{name}"' if " " in name else name
        if credentials:
            return pick.choice((f"[{name}]", f"[{name}]", f"[{name}]", f"[profile {written}]", f"[ {name} ]"))
        if name == "default":
            return pick.choice(("[default]", "[default]", "[profile default]"))
        return pick.choice(
            (
                f"[profile {written}]",
                f"[profile {written}]",
                f"[profile {written}]",
                f"[profile  {written} ]",
                f"[profile\t{written}]",
                f"[{name}]",
                f"[profile '{name}']",
                f'[profile "{name}]',
                f"[profile{written}]",
                f"[profiles {written}]",
            )
        )

    def _other_section(self, pick: random.Random) -> list[str]:
        kind = pick.choice(("sso-session", "services", "preview", "plugins"))
        if kind == "sso-session":
            lines = [f"[sso-session {pick.choice(('corp', 'dev'))}]"]
            lines += [
                f"sso_start_url = {pick.choice(('https://corp.example/start', 'https://two.example/start'))}"
            ]
            lines += ["sso_region = eu-west-1"] if pick.random() < 0.9 else []
            return lines + (["sso_registration_scopes = sso:account:access"] if pick.random() < 0.5 else [])
        if kind == "services":
            return ["[services local]", "s3 =", "  endpoint_url = http://localhost:9000", "sts = ", "  a=b"]
        return [f"[{kind}]", "cloudfront = true"]

    def _keys(self, pick: random.Random, *, credentials: bool) -> list[str]:
        tag = pick.randint(0, 99)
        pairs: list[tuple[str, str]] = []
        for write, chance in (
            (_static, 0.85 if credentials else 0.45),
            (_role, 0.3),
            (self._web, 0.08),
            (_sso, 0.15),
            (_process, 0.12),
            (_others, 0.3),
        ):
            if pick.random() < chance:
                pairs += write(pick, tag)
        pick.shuffle(pairs)
        if pick.random() < 0.97:  # else a key may repeat, which is malformed
            pairs = list(dict(pairs).items())
        lines: list[str] = []
        for name, value in pairs:
            if pick.random() < 0.08:
                lines.append(pick.choice(("# a comment", "; another", "", "   ")))
            written = name.upper() if pick.random() < 0.05 else name
            lines += f"{written}{pick.choice((' = ', '=', ': ', ' =  ', '= '))}{value}".split("\n")
        return lines

    def _web(self, pick: random.Random, tag: int) -> Pairs:
        path = pick.choice((str(self.token_file), str(self.folder / "gone"), ""))
        return _chosen(
            pick,
            (1, "web_identity_token_file", path),
            (0.8, "role_arn", f"arn:aws:iam::123456789012:role/w{tag}"),
            (0.4, "role_session_name", f"web-{tag}"),
        )

    def _sign_in(self, pick: random.Random) -> None:
        cache = self.folder / ".aws" / "sso" / "cache"
        cache.mkdir(parents=True)
        for key in ("corp", "dev", "https://corp.example/start"):
            if pick.random() < 0.75:
                until = pick.choice(
                    ("2100-01-01T00:00:00Z", "2100-01-01T00:00:00UTC", "2020-01-01T00:00:00Z")
                )
                token = {"accessToken": f"sso-{key}", "expiresAt": until}
                if pick.random() < 0.1:
                    del token[pick.choice(("accessToken", "expiresAt"))]
                (cache / f"{hashlib.sha1(key.encode()).hexdigest()}.json").write_text(json.dumps(token))


def _chosen(pick: random.Random, *lines: tuple[float, str, str]) -> Pairs:
    """Return those pairs that chance takes; the first number is how often."""
    return [(name, value) for chance, name, value in lines if pick.random() < chance]


def _static(pick: random.Random, tag: int) -> Pairs:
    return _chosen(
        pick,
        (1, "aws_access_key_id", f"AKIA{tag}"),
        (0.93, "aws_secret_access_key", pick.choice((f"s{tag}", f"s/{tag}+=#x ;y", f"s{tag} z"))),
        (0.3, "aws_session_token", f"t{tag}//=="),
        (0.08, "aws_security_token", f"old{tag}"),
    )


def _role(pick: random.Random, tag: int) -> Pairs:
    sources = ("Environment", "Environment", "EcsContainer", "Ec2InstanceMetadata", "environment", "Vault")
    by_profile = pick.random() < 0.7
    return _chosen(
        pick,
        (1, "role_arn", f"arn:aws:iam::123456789012:role/r{tag}"),
        (by_profile, "source_profile", pick.choice((*PROFILES, *PROFILES, "missing"))),
        (0.05 if by_profile else 0.9, "credential_source", pick.choice(sources)),
        (0.3, "external_id", f"ext {tag}"),
        (0.3, "duration_seconds", pick.choice(("900", "3600", "an hour", " 1800 "))),
        (0.4, "role_session_name", f"session-{tag}"),
    )


def _sso(pick: random.Random, tag: int) -> Pairs:
    return _chosen(
        pick,
        (0.6, "sso_session", pick.choice(("corp", "dev", "missing"))),
        (0.6, "sso_start_url", pick.choice(("https://corp.example/start", "https://two.example/start"))),
        (0.6, "sso_region", pick.choice(("eu-west-1", "us-east-1"))),
        (0.9, "sso_account_id", "123456789012"),
        (0.9, "sso_role_name", f"Role{tag}"),
    )


def _process(pick: random.Random, tag: int) -> Pairs:
    good = json.dumps(
        {"Version": 1, "AccessKeyId": f"AKIAP{tag}", "SecretAccessKey": "p", "SessionToken": "pt"}
    )
    outputs = (good, good, good, good.replace("1", "2", 1), "nothing", "{}", '{"Version": 1}', "[1]")
    return [("credential_process", f"printf %s '{pick.choice(outputs)}'")]


def _others(pick: random.Random, _tag: int) -> Pairs:
    return _chosen(
        pick,
        (1, "region", "eu-central-1"),
        (0.3, "s3", "\n  addressing_style = path\n  max_concurrent_requests=20"),
        (0.1, "login_session", "arn:aws:sts::123456789012:assumed-role/x"),
    )


def minted(*parts: object) -> tuple[str, str, str]:
    """Return the credentials that the played services give for a question."""
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return f"ASIA{digest[:16]}", digest[16:40], digest[40:]


def test_both_load_the_same_credentials_or_both_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    differences: list[str] = []
    loaded = 0
    for seed in range(SETS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        surroundings = Surroundings(seed, folder)
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in surroundings.environ.items():
            monkeypatch.setenv(name, value)
        theirs = by_botocore(surroundings, monkeypatch)
        ours = by_presignlib(surroundings)
        loaded += isinstance(ours, tuple)
        if (isinstance(ours, tuple) or isinstance(theirs, tuple)) and ours != theirs:
            differences.append(f"seed {seed}: botocore {theirs!r}, presignlib {ours!r}")
    assert [] == differences
    assert loaded > SETS / 5, "a judge that only sees refusals judges nothing"


def by_presignlib(surroundings: Surroundings) -> tuple[str, str, str | None] | str:
    chain = DefaultChain(surroundings.explicit, transport=FakeTransport(by=played))
    try:
        with_environment({"profile": surroundings.explicit})  # what every function does first
        found = chain.load()
    except CredentialsError as error:
        return str(error)
    return found.access_key_id, found.secret_access_key, found.session_token


def played(request: Request) -> Answer:
    """Play STS and the SSO portal for presignlib."""
    from urllib.parse import parse_qsl, urlsplit

    if "portal.sso" in request.url:
        url = urlsplit(request.url)
        asked = dict(parse_qsl(url.query))
        parts = minted(
            "sso",
            url.hostname,
            asked["account_id"],
            asked["role_name"],
            request.headers["x-amz-sso_bearer_token"],
        )
        names = ("accessKeyId", "secretAccessKey", "sessionToken")
        role = {**dict(zip(names, parts, strict=True)), "expiration": int(LATER.timestamp() * 1000)}
        return Answer(200, json.dumps({"roleCredentials": role}).encode())
    assert request.body is not None
    asked = dict(parse_qsl(request.body.decode()))
    caller = request.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]
    parts = minted(asked["Action"], *_question(asked), caller, request.headers.get("x-amz-security-token"))
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    fields = "".join(f"<{name}>{part}</{name}>" for name, part in zip(names, parts, strict=True))
    fields += "<Expiration>2100-01-01T00:00:00Z</Expiration>"
    result = f"{asked['Action']}Result"
    body = f"<Response><{result}><Credentials>{fields}</Credentials></{result}></Response>"
    return Answer(200, body.encode())


def _question(asked: Mapping[str, Any]) -> tuple[object, ...]:
    session = asked.get("RoleSessionName", "")
    made_up = session.startswith(("presignlib-", "botocore-session-"))
    return (
        asked["RoleArn"],
        None if made_up else session,
        asked.get("ExternalId"),
        str(asked.get("DurationSeconds")),
        asked.get("WebIdentityToken"),
    )


def by_botocore(
    surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str, str | None] | str:
    session = botocore.session.Session(profile=surroundings.explicit)
    monkeypatch.setattr(botocore.credentials, "_get_client_creator", lambda *_: _client)
    monkeypatch.setattr(session, "create_client", _client)
    cache = str(surroundings.folder / ".aws" / "sso" / "cache")
    monkeypatch.setattr(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache)
    monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", cache)
    monkeypatch.setattr(botocore.credentials.BotoProvider, "DEFAULT_CONFIG_FILENAMES", [])
    try:
        found = session.get_credentials()
        frozen = None if found is None else found.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001 - its errors share no root
        return f"{type(error).__name__}: {error}"
    return "none" if frozen is None else (frozen.access_key, frozen.secret_key, frozen.token or None)


class UnauthorizedError(Exception):
    """What botocore's SSO client would raise."""


def _client(service: str, **options: Any) -> Any:
    """Play botocore's clients of STS and the SSO portal."""
    caller = (options.get("aws_access_key_id", ""), options.get("aws_session_token"))

    def assume(action: str) -> Any:
        def call(**asked: Any) -> Any:
            parts = minted(action, *_question(asked), *caller)
            names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
            return {"Credentials": {**dict(zip(names, parts, strict=True)), "Expiration": LATER}}

        return call

    def get_role_credentials(**asked: str) -> Any:
        host = f"portal.sso.{options['config'].region_name}.amazonaws.com"
        parts = minted("sso", host, asked["accountId"], asked["roleName"], asked["accessToken"])
        names = ("accessKeyId", "secretAccessKey", "sessionToken")
        role = {**dict(zip(names, parts, strict=True)), "expiration": int(LATER.timestamp() * 1000)}
        return {"roleCredentials": role}

    return SimpleNamespace(
        assume_role=assume("AssumeRole"),
        assume_role_with_web_identity=assume("AssumeRoleWithWebIdentity"),
        get_role_credentials=get_role_credentials,
        exceptions=SimpleNamespace(UnauthorizedException=UnauthorizedError),
        service=service,
    )


def test_files_of_any_shape_have_the_sections_that_botocore_sees(tmp_path: Path) -> None:
    pick = random.Random(20260102)
    alphabet = [
        "[a]",
        "[b c]",
        "a = 1",
        "a=2",
        "b : 3",
        "  c = 4",
        "\td=5",
        "",
        "#x",
        "; y",
        "e =",
        "  f",
        "[",
        "]x",
        "é = ü",
    ]
    for count in range(SETS * 5):
        text = "\n".join(pick.choices(alphabet, k=pick.randint(0, 9)))
        path = tmp_path / "file"
        path.write_text(text, encoding="utf-8")
        theirs: Any
        ours: Any
        try:
            theirs = botocore.configloader.raw_config_parse(str(path))
        except botocore.exceptions.ConfigParseError:
            theirs = "refused"
        try:
            ours = parsed(text, str(path))
        except CredentialsError:
            ours = "refused"
        assert theirs == ours, f"{count}: {text!r}"


def test_region_and_endpoint_of_a_profile_are_those_that_botocore_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(
        "[default]\nregion = eu-west-1\nendpoint_url = http://all.test\n"
        "[profile dev]\nservices = local\nendpoint_url = http://all.test\n"
        "[profile other]\nservices = gone\n"
        "[services local]\ns3 =\n  endpoint_url = http://s3.test\n"
    )
    (tmp_path / "credentials").write_text("[dev]\nregion = us-east-2\n")
    monkeypatch.setenv(CONFIG[0], str(tmp_path / "config"))
    monkeypatch.setenv(CREDENTIALS[0], str(tmp_path / "credentials"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("default", "dev"):
        session = botocore.session.Session(profile=name)
        client = session.create_client("s3", aws_access_key_id="a", aws_secret_access_key="s")
        ours = ProfileProvider(name)
        assert (client.meta.region_name, client.meta.endpoint_url) == (ours.region(), ours.endpoint_url("s3"))
    with pytest.raises(CredentialsError, match="services section 'gone'"):
        ProfileProvider("other").endpoint_url("s3")
