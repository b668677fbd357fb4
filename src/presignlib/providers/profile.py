"""Credentials of a profile in the shared files, however the profile says to get them."""

from __future__ import annotations

import os

from ..credentials import Credentials
from ..errors import CredentialsError, InvalidInputError, NoCredentialsError
from ._files import PROFILE_VARIABLES, Files, stamp_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from ..credentials import CredentialsProvider
    from ._files import Section
    from ._http import Transport
    from .process import Run

__all__ = ["ProfileProvider"]

_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_TOKENS = ("aws_security_token", "aws_session_token")  # the old name first, as in botocore
_WEB_IDENTITY = {
    "web_identity_token_file": "AWS_WEB_IDENTITY_TOKEN_FILE",
    "role_arn": "AWS_ROLE_ARN",
    "role_session_name": "AWS_ROLE_SESSION_NAME",
}
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_SOURCES = ("Environment", "EcsContainer", "Ec2InstanceMetadata")
_SSO = ("sso_start_url", "sso_region")
_EXPORT = "credential_process = aws configure export-credentials --profile {}"


class ProfileProvider:
    """What ``profile`` says: a role, a web identity, a sign-in, keys, or a process.

    Without ``profile`` it is the one in ``AWS_PROFILE``, else ``default``. A profile that
    is given leaves the environment's web identity out. The files are looked at with each
    load and read again when they have changed; ``environ`` stands in for ``os.environ``.

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
        self._profile = profile
        self._environ = environ
        self._run = run
        self._transport = transport
        self._clock = clock
        self._files: Files | None = None
        self._built: tuple[tuple[object, ...], CredentialsProvider, str] | None = None

    @property
    def name(self) -> str:
        """What errors call this provider."""
        return f"profile {self._called()}"

    @property
    def described(self) -> str:
        """The name, and by what way its last credentials came."""
        built = self._built
        return self.name if built is None else f"{self.name}, {built[2]}"

    def load(self, min_lifetime: float = 0) -> Credentials:
        """Return the profile's credentials.

        Raises NoCredentialsError where the profile has none, and CredentialsError where it
        is named and not defined, or does not work.
        """
        provider = self._resolved()
        try:
            return provider.load(min_lifetime)
        except NoCredentialsError as error:  # the profile names a way, so nobody else shall be asked
            raise CredentialsError(f"{error}", self.name) from None

    def check_named(self) -> None:
        """Raise CredentialsError where the profile is named and neither file defines it."""
        if self._profile is None and self._from_environment() is None:
            return  # without a look at the files, for this is asked often
        files = self.files()
        if self._called() not in files.profiles:
            places = " nor in ".join(files.where)
            raise CredentialsError(f"is not defined in {places}{_remarks(files)}", self.name)

    def files(self) -> Files:
        """Return both files as they are now."""
        files, environ = self._files, self._environment()
        if files is None or files.stamp != stamp_of(environ):
            files = self._files = Files(environ)
        return files

    def section(self) -> Section:
        """Return the profile's keys and values, merged from both files; empty where undefined."""
        self.check_named()
        return self.files().profiles.get(self._called(), {})

    def value(self, key: str) -> str | None:
        """Return one value of the profile, or None. Raises CredentialsError for a block of them."""
        return self._text(self.section(), key)

    def region(self) -> str | None:
        """Return the region: of the environment, else of the profile."""
        environ = self._environment()
        given = next((environ[variable] for variable in _REGIONS if environ.get(variable)), None)
        return given or self.value("region") or None

    def endpoint_url(self, service: str) -> str | None:
        """Return the endpoint that the profile names for ``service``, or for all."""
        section = self.section()
        title = self._text(section, "services")
        if title is not None:
            files = self.files()
            services = files.services.get(title)
            if not services:
                raise CredentialsError(
                    f"names the services section {title!r}, which {files.where[0]} lacks", self.name
                )
            block = services.get(service)
            own = block.get("endpoint_url") if isinstance(block, dict) else None
            if own:
                return own
        return self._text(section, "endpoint_url") or None

    # From here on: what the profile says, in botocore's order.

    def _resolved(self) -> CredentialsProvider:
        self.check_named()
        files, environ = self.files(), self._environment()
        watched = (*_WEB_IDENTITY.values(), *_REGIONS, "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS")
        key = (files.stamp, self._called(), *[environ.get(variable) for variable in watched])
        built = self._built
        if built is None or built[0] != key:
            provider, how = self._way(files)
            built = self._built = (key, provider, how)
        return built[1]

    def _way(self, files: Files) -> tuple[CredentialsProvider, str]:
        name = self._called()
        section = files.profiles.get(name, {})
        way = (
            self._role(files, name, (name,))
            if _assumes(section)
            else self._plain(files, name, variables=self._profile is None)
        )
        if way is None:
            if not section:
                places = " nor in ".join(files.where)
                raise NoCredentialsError(f"is not defined in {places}{_remarks(files)}", self.name)
            raise NoCredentialsError(
                "has no role_arn, web_identity_token_file, sso_account_id, aws_access_key_id "
                f"or credential_process{_remarks(files)}",
                self.name,
            )
        return way

    def _plain(self, files: Files, name: str, *, variables: bool) -> tuple[CredentialsProvider, str] | None:
        """Return the way of a profile that assumes no role with other credentials."""
        section = files.profiles.get(name, {})
        return (
            self._web_identity(section, variables=variables)
            or self._sso(files, name, section)
            or self._static(name, files.credentials.get(name, {}), files.where[1])
            or self._process(name, section)
            or self._static(name, files.config.get(name, {}), files.where[0])
        )

    def _role(self, files: Files, name: str, visited: tuple[str, ...]) -> tuple[CredentialsProvider, str]:
        section = files.profiles[name]
        source_profile = self._text(section, "source_profile")
        credential_source = self._text(section, "credential_source")
        if source_profile is not None and credential_source is not None:
            raise CredentialsError(
                f"{name!r} has both source_profile and credential_source; keep one", self.name
            )
        source: CredentialsProvider
        if credential_source is not None:
            source = self._source(credential_source)
        elif source_profile is not None:
            source = self._source_profile(files, name, source_profile, visited)
        else:
            raise CredentialsError(
                f"{name!r} has role_arn, and needs source_profile or credential_source", self.name
            )
        if "mfa_serial" in section:
            raise CredentialsError(
                f"{name!r} has mfa_serial: the code for it is asked at a prompt, which a library must not; "
                f"let the AWS CLI ask, in a profile with {_EXPORT.format(name)}",
                self.name,
            )
        from .assume_role import AssumeRoleProvider

        role_arn = self._needed(section, "role_arn", name)
        provider = AssumeRoleProvider(
            source,
            role_arn,
            session_name=self._text(section, "role_session_name") or None,
            external_id=self._text(section, "external_id"),
            duration_seconds=_whole(self._text(section, "duration_seconds")),
            region=self.region(),
            endpoint_url=self._sts_endpoint(),
            transport=self._transport,
            clock=self._clock,
        )
        return provider, provider.name

    def _source(self, credential_source: str) -> CredentialsProvider:
        if credential_source not in _SOURCES:
            raise CredentialsError(f"credential_source has to be one of {', '.join(_SOURCES)}", self.name)
        if credential_source == "Environment":
            from .environment import EnvironmentProvider

            return EnvironmentProvider(environ=self._environ)
        if credential_source == "EcsContainer":
            from .container import ContainerProvider

            return ContainerProvider(environ=self._environ, transport=self._transport, clock=self._clock)
        from .instance_metadata import InstanceMetadataProvider

        return InstanceMetadataProvider(environ=self._environ, transport=self._transport, clock=self._clock)

    def _source_profile(
        self, files: Files, name: str, source: str, visited: tuple[str, ...]
    ) -> CredentialsProvider:
        section = files.profiles.get(source)
        if section is None:
            raise CredentialsError(f"{name!r} has source_profile {source!r}, which is not defined", self.name)
        static = any(key in section for key in _KEYS)
        # A profile may name itself, to assume a role with the keys that it has.
        if source in visited and not (source == name and static):
            circle = " → ".join((*visited, source))
            raise CredentialsError(f"source_profile goes in a circle: {circle}", self.name)
        if static or not _assumes(section):
            way = self._plain(files, source, variables=False)
            if way is None:
                raise CredentialsError(f"source_profile {source!r} has no credentials", self.name)
            return way[0]
        return self._role(files, source, (*visited, source))[0]

    def _web_identity(self, section: Section, *, variables: bool) -> tuple[CredentialsProvider, str] | None:
        environ = self._environment() if variables else {}
        given = {
            key: environ[variable] if variable in environ else self._text(section, key)
            for key, variable in _WEB_IDENTITY.items()
        }
        if not given["web_identity_token_file"]:
            return None
        from .web_identity import WebIdentityProvider

        provider = WebIdentityProvider(
            given["role_arn"],
            given["web_identity_token_file"],
            session_name=given["role_session_name"],
            region=self.region(),
            endpoint_url=self._sts_endpoint(),
            environ={},
            transport=self._transport,
            clock=self._clock,
        )
        return provider, f"web identity {given['role_arn']}"

    def _sso(self, files: Files, name: str, section: Section) -> tuple[CredentialsProvider, str] | None:
        if "sso_role_name" not in section and "sso_account_id" not in section:
            return None
        session = self._text(section, "sso_session")
        if session is not None:
            theirs = files.sso_sessions.get(session)
            if not theirs or not all(key in theirs for key in _SSO):
                raise CredentialsError(
                    f"sso-session {session!r} has to be defined, with {' and '.join(_SSO)}", self.name
                )
            for key, value in theirs.items():
                if section.get(key, value) != value:
                    raise CredentialsError(
                        f"{key} differs between {name!r} and sso-session {session!r}", self.name
                    )
            section = {**section, **theirs}
        from .sso import SSOProvider

        login = f"aws sso login --sso-session {session}" if session else f"aws sso login --profile {name}"
        provider = SSOProvider(
            start_url=self._needed(section, "sso_start_url", name),
            region=self._needed(section, "sso_region", name),
            account_id=self._needed(section, "sso_account_id", name),
            role_name=self._needed(section, "sso_role_name", name),
            session=session,
            login=login,
            transport=self._transport,
            clock=self._clock,
        )
        return provider, provider.name

    def _static(self, name: str, section: Section, place: str) -> tuple[CredentialsProvider, str] | None:
        if _KEYS[0] not in section:
            return None
        if _KEYS[1] not in section:
            raise CredentialsError(f"{name!r} in {place} has {_KEYS[0]}, and lacks {_KEYS[1]}", self.name)
        token = next((self._text(section, key) for key in _TOKENS if key in section), None)
        try:
            credentials = Credentials(
                self._text(section, _KEYS[0]) or "", self._text(section, _KEYS[1]) or "", token or None
            )
        except InvalidInputError as error:
            raise CredentialsError(f"{name!r} in {place} can not be used: {error}", self.name) from None
        return credentials, f"keys in {place}"

    def _process(self, name: str, section: Section) -> tuple[CredentialsProvider, str] | None:
        if "login_session" in section:
            raise CredentialsError(
                f"{name!r} signs in by 'aws login', whose tokens are renewed by the AWS CLI alone; "
                f"let it, in a profile with {_EXPORT.format(name)}",
                self.name,
            )
        command = self._text(section, "credential_process")
        if command is None:
            return None
        from .process import ProcessProvider

        try:
            return ProcessProvider(command, run=self._run, clock=self._clock), "credential_process"
        except InvalidInputError as error:
            raise CredentialsError(f"credential_process: {error}", self.name) from None

    # From here on: small questions.

    def _environment(self) -> Mapping[str, str]:
        return os.environ if self._environ is None else self._environ

    def _from_environment(self) -> str | None:
        environ = self._environment()
        return next((environ[variable] for variable in PROFILE_VARIABLES if environ.get(variable)), None)

    def _called(self) -> str:
        return self._profile if self._profile is not None else self._from_environment() or "default"

    def _text(self, section: Section, key: str) -> str | None:
        value = section.get(key)
        if isinstance(value, dict):
            raise CredentialsError(f"{key} has to be one line, not an indented block", self.name)
        return value

    def _needed(self, section: Section, key: str, name: str) -> str:
        value = self._text(section, key)
        if not value:
            raise CredentialsError(f"{name!r} lacks {key}", self.name)
        return value

    def _sts_endpoint(self) -> str | None:
        environ = self._environment()
        ignore = environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        if _is_on(ignore or self.value("ignore_configured_endpoint_urls")):
            return None
        given = environ.get("AWS_ENDPOINT_URL_STS") or environ.get("AWS_ENDPOINT_URL")
        return given or self.endpoint_url("sts")

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
        return None if text is None else int(text)
    except ValueError:
        return None


def _is_on(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("true", "1")


def _remarks(files: Files) -> str:
    return "".join([f"; {remark}" for remark in files.remarks])
