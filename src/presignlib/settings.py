"""Region, endpoint and switches: arguments first, then the environment, then the profile.

The shared files are looked at only where something may come from them: with credentials
and region given, and no profile, they are not.

Source: AWS SDKs and Tools Reference Guide, "Settings reference".
"""

from __future__ import annotations

import os

from ._clock import utc_now
from ._time import instant_of
from .credentials import checked_provider
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
    from .providers import DefaultChain

_IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINTS = ("PRESIGN_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_SWITCHES = {
    "fips": "AWS_USE_FIPS_ENDPOINT",
    "dualstack": "AWS_USE_DUALSTACK_ENDPOINT",
    "use_arn_region": "AWS_S3_USE_ARN_REGION",
    "allow_http": "PRESIGN_ALLOW_HTTP",
}
_NAMES = (*_REGIONS, *_ENDPOINTS, *_SWITCHES.values(), _IGNORE)
_ENCODED_NAMES = tuple([getattr(os.environ, "encodekey", str)(name) for name in _NAMES])


class SigningSettings:
    """What any signature needs besides the request; ``clock`` gives seconds since 1970.

    ``region`` is None where none was found; :meth:`no_region` is the error for that.
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
        self.credentials = (
            _chain(profile) if credentials is None else checked_provider("credentials", credentials)
        )
        self.allow_http = allow_http
        self.clock = clock if now is None else _fixed(instant_of("now", now))
        self.short_credentials = checked_policy(short_credentials)
        _check_switch("allow_http", allow_http)

    def no_region(self, hint: str = "") -> NoRegionError:
        """Return the error that names the places where no region was found."""
        profile = _chain(self.profile).profile()
        files = f"{profile.name} in {' and '.join(profile.files().where)}"
        return NoRegionError(("region=", *_REGIONS, files), hint)


class Where(SigningSettings):
    """The same for S3, with what decides the address."""

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
        _check_switch("use_arn_region", use_arn_region)

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


# All that says where and with what to sign.
KEYWORDS = frozenset(Where.__init__.__kwdefaults__ or ()) - {"clock"}


def with_environment(given: dict[str, Any], names: frozenset[str] = KEYWORDS) -> dict[str, Any]:
    """Return ``given`` over those of ``names`` that the environment and the profile say.

    Raises CredentialsError for malformed files and a named profile that is not there.
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
    return _with_profile(given, names, found.get(_IGNORE))


def _with_profile(given: dict[str, Any], names: frozenset[str], ignore: str | None) -> dict[str, Any]:
    profile = _chain(given.get("profile")).profile()
    profile.check_named()
    found = {}
    if given.get("region") is None:
        found["region"] = profile.value("region") or None
    if "endpoint_url" in names and given.get("endpoint_url") is None:
        found["endpoint_url"] = None if profile.ignores_endpoints(ignore) else profile.endpoint_url("s3")
    return {**given, **found}


def _keywords(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what variables, none of which is empty, say as keywords."""
    get = environment.get
    switches = {name: _is_on(get(variable)) for name, variable in _SWITCHES.items() if get(variable)}
    endpoints = _ENDPOINTS[:1] if _is_on(get(_IGNORE)) else _ENDPOINTS  # ours always counts
    region, endpoint_url = (next(filter(None, map(get, names)), None) for names in (_REGIONS, endpoints))
    return {**switches, "region": region, "endpoint_url": endpoint_url}


def _environment() -> Mapping[str, str]:
    environ = os.environ
    # Often none of ours is set, and each look-up that misses costs a microsecond: os.environ encodes
    # the name, and raises and catches two errors. Its underlying dict answers for all at once.
    data = getattr(environ, "_data", None)
    if isinstance(data, dict) and data.keys().isdisjoint(_ENCODED_NAMES):
        return {}
    return {name: environ[name] for name in _NAMES if environ.get(name)}


def _is_on(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("true", "1")


def _check_switch(field: str, given: object) -> None:
    if type(given) is not bool:
        raise InvalidInputError(field, "True or False", shown(given))


def _chain(profile: str | None) -> DefaultChain:
    from .providers import shared_chain

    if profile is not None and not (isinstance(profile, str) and profile):
        raise InvalidInputError("profile", "the name of a profile", shown(profile))
    return shared_chain(profile)


def _fixed(instant: float) -> Callable[[], float]:
    return lambda: instant
