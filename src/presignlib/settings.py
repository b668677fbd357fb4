"""Region, endpoint and switches: arguments first, then the environment, then the profile.

The shared files are looked at only where something may come from them: with credentials
and region given, and no profile, they are not.

Source: AWS SDKs and Tools Reference Guide, "Settings reference".
"""

from __future__ import annotations

import os

from ._clock import utc_now
from ._time import instant_of
from .endpoints import Endpoint, resolve
from .errors import InvalidInputError, NoRegionError, shown
from .signing import checked_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from .credentials import Credentials, CredentialsProvider
    from .endpoints import Address
    from .providers.profile import ProfileProvider

_NAMES = (
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "PRESIGN_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_S3_USE_ARN_REGION",
    "PRESIGN_ALLOW_HTTP",
)
_SWITCHES = {
    "fips": "AWS_USE_FIPS_ENDPOINT",
    "dualstack": "AWS_USE_DUALSTACK_ENDPOINT",
    "use_arn_region": "AWS_S3_USE_ARN_REGION",
    "allow_http": "PRESIGN_ALLOW_HTTP",
}
KEYWORDS = frozenset(  # that say where and with what to sign
    {
        "region",
        "credentials",
        "profile",
        "endpoint_url",
        "sign_host",
        "addressing_style",
        "dualstack",
        "fips",
        "accelerate",
        "use_arn_region",
        "allow_http",
        "now",
        "short_credentials",
    }
)


class SigningSettings:
    """What any signature needs besides the request: checked, and settled once.

    ``region`` is None where none was found; :meth:`no_region` is the error for that.
    ``clock`` gives seconds since 1970.
    """

    __slots__ = ("allow_http", "clock", "credentials", "profile", "region", "short_credentials")

    def __init__(
        self,
        region: str | None = None,
        credentials: Credentials | CredentialsProvider | None = None,
        profile: str | None = None,
        allow_http: bool = False,
        now: datetime | None = None,
        short_credentials: str = "cap",
        clock: Callable[[], float] = utc_now,
    ) -> None:
        self.region = region
        self.profile = profile
        self.credentials = _provider(credentials, profile)
        self.allow_http = allow_http
        self.clock = clock if now is None else _fixed(instant_of("now", now))
        self.short_credentials = checked_policy(short_credentials)
        if type(allow_http) is not bool:
            _refuse_switch("allow_http", allow_http)

    def no_region(self, hint: str = "") -> NoRegionError:
        """Return the error that names the places where no region was found."""
        profile = _profile(self.profile)
        files = f"{profile.name} in {' and '.join(profile.files().where)}"
        return NoRegionError(("region=", "AWS_REGION", "AWS_DEFAULT_REGION", files), hint)


class Where(SigningSettings):
    """What a signature for S3 needs: the same, and what decides the address."""

    __slots__ = ("endpoint", "use_arn_region")

    def __init__(
        self,
        *,
        region: str | None = None,
        credentials: Credentials | CredentialsProvider | None = None,
        profile: str | None = None,
        endpoint_url: str | None = None,
        sign_host: str | None = None,
        addressing_style: str = "auto",
        dualstack: bool = False,
        fips: bool = False,
        accelerate: bool = False,
        use_arn_region: bool = True,
        allow_http: bool = False,
        now: datetime | None = None,
        short_credentials: str = "cap",
        clock: Callable[[], float] = utc_now,
    ) -> None:
        super().__init__(region, credentials, profile, allow_http, now, short_credentials, clock)
        self.use_arn_region = use_arn_region
        self.endpoint = Endpoint(
            endpoint_url, sign_host, addressing_style, dualstack, fips, accelerate, allow_http
        )
        if type(use_arn_region) is not bool:
            _refuse_switch("use_arn_region", use_arn_region)

    def address(self, bucket: str) -> Address:
        """Return where ``bucket`` lives. Raises InvalidInputError and NoRegionError."""
        if self.region is None:
            hint = "most stores take us-east-1, R2 takes auto" if self.endpoint.is_custom else ""
            raise self.no_region(hint)
        return resolve(bucket, self.region, self.endpoint, use_arn_region=self.use_arn_region)

    def settled(self) -> dict[str, object]:
        """Return the keywords that say the same again, whatever the environment then is."""
        endpoint = self.endpoint
        return {
            "region": self.region,
            "endpoint_url": None if endpoint.url is None else endpoint.url.text,
            "sign_host": endpoint.sign_host,
            "addressing_style": endpoint.style,
            "dualstack": endpoint.dualstack,
            "fips": endpoint.fips,
            "accelerate": endpoint.accelerate,
            "use_arn_region": self.use_arn_region,
            "allow_http": self.allow_http,
            "short_credentials": self.short_credentials,
        }


def with_environment(given: dict[str, Any], names: frozenset[str] = KEYWORDS) -> dict[str, Any]:
    """Return the keywords in ``given`` over those of ``names`` that the surroundings say.

    These are the environment's variables and, where the files are looked at, the profile.
    Raises CredentialsError for files that are malformed and a named profile that is not there.
    """
    found = _environment()
    if found:
        ours = {name: value for name, value in _keywords(found).items() if name in names}
        # None says nothing where there is something to find; a switch is never None.
        theirs = {name: value for name, value in given.items() if value is not None or name in _SWITCHES}
        given = {**ours, **theirs}
    get = given.get
    if get("profile") is None and get("credentials") is not None and get("region") is not None:
        return given
    return _with_profile(given, names, found.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))


def _with_profile(given: dict[str, Any], names: frozenset[str], ignore: str | None) -> dict[str, Any]:
    """Return ``given`` with the profile's region and endpoint where it has none."""
    profile = _profile(given.get("profile"))
    profile.check_named()
    found = {}
    if given.get("region") is None:
        found["region"] = profile.value("region") or None
    if "endpoint_url" in names and given.get("endpoint_url") is None:
        ignored = _is_on(ignore or profile.value("ignore_configured_endpoint_urls") or "")
        found["endpoint_url"] = None if ignored else profile.endpoint_url("s3")
    return {**given, **found}


def _keywords(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what variables say as keywords."""
    keywords: dict[str, Any] = {
        name: _is_on(environment[variable]) for name, variable in _SWITCHES.items() if variable in environment
    }
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    endpoint_url = environment.get("PRESIGN_ENDPOINT_URL")
    if endpoint_url is None and not _is_on(environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "")):
        endpoint_url = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    return {**keywords, "region": region, "endpoint_url": endpoint_url}


def _environment() -> Mapping[str, str]:
    """Return those variables that are set and matter here; often none is.

    A look-up that misses costs a microsecond each in ``os.environ``, which encodes the
    name and raises and catches two errors. Its underlying dict answers for all at once.
    """
    environ = os.environ
    data = getattr(environ, "_data", None)
    if isinstance(data, dict) and data.keys().isdisjoint(_ENCODED_NAMES):
        return {}
    return {name: environ[name] for name in _NAMES if environ.get(name)}


_ENCODED_NAMES = tuple([getattr(os.environ, "encodekey", str)(name) for name in _NAMES])


def _is_on(text: str) -> bool:
    return text.strip().lower() in ("true", "1")


def _refuse_switch(field: str, given: object) -> None:
    raise InvalidInputError(field, "True or False", shown(given))


def _provider(
    credentials: Credentials | CredentialsProvider | None, profile: str | None
) -> Credentials | CredentialsProvider:
    if credentials is None:
        from .providers import shared_chain

        return shared_chain(_checked_profile(profile))
    if not hasattr(credentials, "load") or isinstance(credentials, type):
        raise InvalidInputError(
            "credentials", "Credentials, or a provider with load()", type(credentials).__name__
        )
    return credentials


def _profile(profile: str | None) -> ProfileProvider:
    from .providers import shared_chain

    return shared_chain(_checked_profile(profile)).profile()


def _checked_profile(profile: str | None) -> str | None:
    if profile is not None and not (isinstance(profile, str) and profile):
        raise InvalidInputError("profile", "the name of a profile", shown(profile))
    return profile


def _fixed(instant: float) -> Callable[[], float]:
    return lambda: instant
