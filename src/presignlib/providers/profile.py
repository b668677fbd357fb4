"""Credentials of a profile in the shared files, however the profile says to get them."""

from __future__ import annotations

from ..credentials import Credentials
from ..errors import Blaming, NoCredentialsError
from ._files import Profile
from .local import EnvironmentProvider, first_of, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any, TypeAlias

    from ..credentials import CredentialsProvider
    from ._files import Files, Section
    from ._http import Transport
    from .tools import Run

    Way: TypeAlias = tuple[CredentialsProvider, str]

_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_TOKENS = ("aws_security_token", "aws_session_token")  # the old name first, as in botocore
_WEB_IDENTITY = {
    "web_identity_token_file": "AWS_WEB_IDENTITY_TOKEN_FILE",
    "role_arn": "AWS_ROLE_ARN",
    "role_session_name": "AWS_ROLE_SESSION_NAME",
}
_STS = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
_WATCHED = (*_WEB_IDENTITY.values(), *_STS, "AWS_REGION", "AWS_DEFAULT_REGION")
_SOURCES = ("Environment", "EcsContainer", "Ec2InstanceMetadata")
_SSO = ("sso_start_url", "sso_region")
_EXPORT = "in a profile with credential_process = aws configure export-credentials --profile"


class ProfileProvider(Profile):
    """What ``profile`` says: a role, a web identity, a sign-in, keys, or a process.

    Without ``profile`` it is the one in ``AWS_PROFILE``, else ``default``. A given one leaves
    the environment's web identity out. The files are looked at with each load and read again
    when they have changed; ``environ`` stands in for ``os.environ``.

    Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files",
    and botocore/credentials.py for the order.
    """

    def __init__(
        self,
        profile: str | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        run: Run | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(profile, environ)
        self._run = run
        self._transport = transport
        self._clock = clock
        self._built: tuple[tuple[object, ...], CredentialsProvider, str] | None = None

    @property
    def described(self) -> str:
        """The name, and by what way its last credentials came."""
        built = self._built
        return self.name if built is None else f"{self.name}, {built[2]}"

    def load(self, min_lifetime: float = 0) -> Credentials:
        """Return the profile's credentials. Raises NoCredentialsError where it names no way to some."""
        provider = self._resolved()
        try:
            return provider.load(min_lifetime)
        except NoCredentialsError as error:  # the profile names a way, so nobody else shall be asked
            raise self._refused(f"{error}") from None

    # From here on: what the profile says, in botocore's order.

    def _resolved(self) -> CredentialsProvider:
        self.check_named()
        files, environ = self.files(), variables(self._environ)
        key = (files.stamp, self._called(), *map(environ.get, _WATCHED))
        built = self._built
        if built is None or built[0] != key:
            built = self._built = (key, *self._way(files))
        return built[1]

    def _way(self, files: Files) -> Way:
        name = self._called()
        section = files.profiles.get(name, {})
        if _assumes(section):
            return self._role(files, name, (name,))
        way = self._plain(files, name, variables(self._environ) if self._profile is None else {})
        if way is not None:
            return way
        ways = "role_arn, web_identity_token_file, sso_account_id, aws_access_key_id or credential_process"
        nothing = "; ".join([f"has no {ways}", *files.remarks]) if section else files.lack()
        raise NoCredentialsError(nothing, self.name)

    def _plain(self, files: Files, name: str, environ: Mapping[str, str]) -> Way | None:
        section = files.profiles.get(name, {})
        return (
            self._web_identity(section, environ)
            or self._sso(files, name, section)
            or self._static(name, files.credentials.get(name, {}), files.where[1])
            or self._process(name, section)
            or self._static(name, files.config.get(name, {}), files.where[0])
        )

    def _role(self, files: Files, name: str, visited: tuple[str, ...]) -> Way:
        section = files.profiles[name]
        source = self._source(files, name, visited)
        if "mfa_serial" in section:
            raise self._refused(
                f"{name!r} has mfa_serial: the code for it is asked at a prompt, which a library must not; "
                f"let the AWS CLI ask, {_EXPORT} {name}"
            )
        from .sts import AssumeRoleProvider

        provider = AssumeRoleProvider(
            source,
            self._needed(section, "role_arn", name),
            session_name=self._text(section, "role_session_name") or None,
            external_id=self._text(section, "external_id"),
            duration_seconds=_whole(self._text(section, "duration_seconds")),
            region=self.region(),
            endpoint_url=self._sts_endpoint(),
            transport=self._transport,
            clock=self._clock,
        )
        return provider, provider.name

    def _source(self, files: Files, name: str, visited: tuple[str, ...]) -> CredentialsProvider:
        section = files.profiles[name]
        profile, source = (self._text(section, key) for key in ("source_profile", "credential_source"))
        if profile is not None and source is not None:
            raise self._refused(f"{name!r} has both source_profile and credential_source; keep one")
        if profile is not None:
            return self._source_profile(files, name, profile, visited)
        if source is None:
            raise self._refused(f"{name!r} has role_arn, and needs source_profile or credential_source")
        if source not in _SOURCES:
            raise self._refused(f"credential_source has to be one of {', '.join(_SOURCES)}")
        if source == _SOURCES[0]:
            return EnvironmentProvider(environ=self._environ)
        from .metadata import ContainerProvider, InstanceMetadataProvider

        kind = ContainerProvider if source == _SOURCES[1] else InstanceMetadataProvider
        return kind(environ=self._environ, transport=self._transport, clock=self._clock)

    def _source_profile(
        self, files: Files, name: str, source: str, visited: tuple[str, ...]
    ) -> CredentialsProvider:
        section = files.profiles.get(source)
        if section is None:
            raise self._refused(f"{name!r} has source_profile {source!r}, which is not defined")
        static = any(key in section for key in _KEYS)
        # A profile may name itself, to assume a role with the keys that it has.
        if source in visited and not (source == name and static):
            raise self._refused(f"source_profile goes in a circle: {' → '.join((*visited, source))}")
        if not static and _assumes(section):
            return self._role(files, source, (*visited, source))[0]
        way = self._plain(files, source, {})
        if way is None:
            raise self._refused(f"source_profile {source!r} has no credentials")
        return way[0]

    def _web_identity(self, section: Section, environ: Mapping[str, str]) -> Way | None:
        token_file, role_arn, session_name = (
            environ[variable] if variable in environ else self._text(section, key)
            for key, variable in _WEB_IDENTITY.items()
        )
        if not token_file:
            return None
        from .sts import WebIdentityProvider

        provider = WebIdentityProvider(
            role_arn,
            token_file,
            session_name=session_name,
            region=self.region(),
            endpoint_url=self._sts_endpoint(),
            environ={},
            transport=self._transport,
            clock=self._clock,
        )
        return provider, f"web identity {role_arn}"

    def _sso(self, files: Files, name: str, section: Section) -> Way | None:
        if "sso_role_name" not in section and "sso_account_id" not in section:
            return None
        session = self._text(section, "sso_session")
        if session is not None:
            theirs = files.sso_sessions.get(session, {})
            if not all(key in theirs for key in _SSO):
                raise self._refused(f"sso-session {session!r} has to be defined, with {' and '.join(_SSO)}")
            for key, value in theirs.items():
                if section.get(key, value) != value:
                    raise self._refused(f"{key} differs between {name!r} and sso-session {session!r}")
            section = {**section, **theirs}
        from .tools import SSOProvider

        start_url, region, account_id, role_name = (
            self._needed(section, key, name) for key in (*_SSO, "sso_account_id", "sso_role_name")
        )
        provider = SSOProvider(
            start_url=start_url,
            region=region,
            account_id=account_id,
            role_name=role_name,
            session=session,
            login=f"aws sso login --sso-session {session}" if session else f"aws sso login --profile {name}",
            transport=self._transport,
            clock=self._clock,
        )
        return provider, provider.name

    def _static(self, name: str, section: Section, place: str) -> Way | None:
        if _KEYS[0] not in section:
            return None
        if _KEYS[1] not in section:
            raise self._refused(f"{name!r} in {place} has {_KEYS[0]}, and lacks {_KEYS[1]}")
        token = next((self._text(section, key) for key in _TOKENS if key in section), None)
        access_key_id, secret = (self._text(section, key) or "" for key in _KEYS)
        with Blaming(self.name, f"{name!r} in {place} can not be used: "):
            return Credentials(access_key_id, secret, token or None), f"keys in {place}"

    def _process(self, name: str, section: Section) -> Way | None:
        if "login_session" in section:
            raise self._refused(
                f"{name!r} signs in by 'aws login', whose tokens are renewed by the AWS CLI alone; "
                f"let it, {_EXPORT} {name}"
            )
        command = self._text(section, "credential_process")
        if command is None:
            return None
        from .tools import ProcessProvider

        with Blaming(self.name, "credential_process: "):
            return ProcessProvider(command, run=self._run, clock=self._clock), "credential_process"

    def _needed(self, section: Section, key: str, name: str) -> str:
        value = self._text(section, key)
        if not value:
            raise self._refused(f"{name!r} lacks {key}")
        return value

    def _sts_endpoint(self) -> str | None:
        environ = variables(self._environ)
        if self.ignores_endpoints(environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")):
            return None
        return first_of(environ, *_STS) or self.endpoint_url("sts")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_files": None, "_built": None}

    def __repr__(self) -> str:
        return f"<ProfileProvider {self.name}>"


def _assumes(section: Section) -> bool:
    """Tell whether a profile assumes a role with other credentials; a token file says otherwise."""
    return "role_arn" in section and "web_identity_token_file" not in section


def _whole(text: str | None) -> int | None:
    """Return duration_seconds; what is no number is passed over, as botocore does."""
    try:
        return int(text or "")
    except ValueError:
        return None
