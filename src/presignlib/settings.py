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

    from .credentials import Credentials, CredentialsProvider
    from .endpoints import Address
    from .providers.profile import ProfileProvider
    from .signing import ShortCredentials

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_OWN_ENDPOINT = "PRESIGN_ENDPOINT_URL"
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_IGNORE_ENDPOINTS = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_FIPS = "AWS_USE_FIPS_ENDPOINT"
_DUALSTACK = "AWS_USE_DUALSTACK_ENDPOINT"
_ARN_REGION = "AWS_S3_USE_ARN_REGION"
_ALLOW_HTTP = "PRESIGN_ALLOW_HTTP"
_NAMES = (*_REGIONS, _OWN_ENDPOINT, *_ENDPOINTS, _IGNORE_ENDPOINTS, _FIPS, _DUALSTACK, _ARN_REGION, _ALLOW_HTTP)
_KEYWORDS = frozenset(
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

    ``region`` is None where none was found; :meth:`region_needed` tells so.
    ``clock`` gives seconds since 1970.
    """

    __slots__ = ("allow_http", "clock", "credentials", "environment", "profile", "region", "short_credentials")

    def __init__(
        self,
        region: str | None = None,
        credentials: Credentials | CredentialsProvider | None = None,
        profile: str | None = None,
        allow_http: bool | None = None,
        now: datetime | None = None,
        short_credentials: str = "cap",
        clock: Callable[[], float] = utc_now,
    ) -> None:
        self.environment = _environment()
        if region is None and self.environment:
            region = self.environment.get("AWS_REGION") or self.environment.get("AWS_DEFAULT_REGION")
        self.credentials = _provider(credentials, profile)
        self.profile = _profile(credentials, region, profile)
        if region is None and self.profile is not None:
            region = self.profile.value("region") or None
        self.region = region
        self.allow_http = _switch("allow_http", allow_http, self.environment, _ALLOW_HTTP)
        self.clock = clock if now is None else _fixed(instant_of("now", now))
        self.short_credentials: ShortCredentials = checked_policy(short_credentials)

    def region_needed(self, hint: str = "") -> str:
        """Return the region. Raises NoRegionError, which names the places looked at."""
        if self.region is None:
            raise NoRegionError(("region=", *_REGIONS, *_region_places(self.profile)), hint)
        return self.region


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
        dualstack: bool | None = None,
        fips: bool | None = None,
        accelerate: bool = False,
        use_arn_region: bool | None = None,
        allow_http: bool | None = None,
        now: datetime | None = None,
        short_credentials: str = "cap",
        clock: Callable[[], float] = utc_now,
    ) -> None:
        super().__init__(region, credentials, profile, allow_http, now, short_credentials, clock)
        environment = self.environment
        self.use_arn_region = _switch("use_arn_region", use_arn_region, environment, _ARN_REGION, default=True)
        self.endpoint = Endpoint(
            endpoint_url=endpoint_url if endpoint_url is not None else _endpoint_url(environment, self.profile),
            sign_host=sign_host,
            addressing_style=addressing_style,
            dualstack=_switch("dualstack", dualstack, environment, _DUALSTACK),
            fips=_switch("fips", fips, environment, _FIPS),
            accelerate=_switch("accelerate", accelerate, environment, ""),
            allow_http=self.allow_http,
        )

    def address(self, bucket: str) -> Address:
        """Return where ``bucket`` lives. Raises InvalidInputError and NoRegionError."""
        hint = "most stores take us-east-1, R2 takes auto" if self.endpoint.is_custom else ""
        return resolve(bucket, self.region_needed(hint), self.endpoint)

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


def is_keyword(name: str) -> bool:
    """Tell whether ``name`` is one of the keywords that say where and with what to sign."""
    return name in _KEYWORDS


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


def _endpoint_url(environment: Mapping[str, str], profile: ProfileProvider | None) -> str | None:
    own = environment.get(_OWN_ENDPOINT)
    if own is not None or _is_on(environment.get(_IGNORE_ENDPOINTS)):
        return own
    given = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    if given is not None or profile is None or _ignores(environment, profile):
        return given
    return profile.endpoint_url("s3")


def _ignores(environment: Mapping[str, str], profile: ProfileProvider) -> bool:
    """Tell whether the profile says to ignore endpoints, and the environment nothing."""
    return _IGNORE_ENDPOINTS not in environment and _is_on(profile.value(_IGNORE_ENDPOINTS[4:].lower()))


def _switch(
    field: str, given: bool | None, environment: Mapping[str, str], name: str, *, default: bool = False
) -> bool:
    if given is None:
        return _is_on(environment[name]) if name in environment else default
    if given is True or given is False:
        return given
    raise InvalidInputError(field, "True or False", shown(given))


def _is_on(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("true", "1")


def _provider(
    credentials: Credentials | CredentialsProvider | None, profile: str | None
) -> Credentials | CredentialsProvider:
    if profile is not None and not (isinstance(profile, str) and profile):
        raise InvalidInputError("profile", "the name of a profile", shown(profile))
    if credentials is None:
        from .providers import shared_chain

        return shared_chain(profile)
    if not hasattr(credentials, "load") or isinstance(credentials, type):
        raise InvalidInputError("credentials", "Credentials, or a provider with load()", type(credentials).__name__)
    return credentials


def _profile(credentials: object, region: str | None, profile: str | None) -> ProfileProvider | None:
    """Return what reads the profile, or None where nothing may come from it."""
    if profile is None and region is not None and credentials is not None:
        return None
    from .providers import shared_chain

    return shared_chain(profile).profile()


def _region_places(profile: ProfileProvider | None) -> tuple[str, ...]:
    if profile is None:
        return ()
    return (f"{profile.name} in {' and '.join(profile.files().where)}",)


def _fixed(instant: float) -> Callable[[], float]:
    return lambda: instant
