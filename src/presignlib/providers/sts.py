"""Roles, assumed by AWS's Security Token Service: a signed form goes out, a little XML comes back.

The signature is in a header and not in the URL: the token of a role that assumes a role
has kilobytes, and some services and proxies cut long URLs.
"""

from __future__ import annotations

from hashlib import sha256

from .. import sigv4
from .._partitions import partition_of
from .._time import timestamp
from .._xml import texts
from ..credentials import Credentials, checked_provider
from ..errors import (
    Blaming,
    CredentialsError,
    ExpiredCredentialsError,
    InvalidInputError,
    NoCredentialsError,
)
from ..request import check_http, checked_label, parse_url
from ._http import Request
from ._refresh import Refreshing, credentials_from, token_of
from .local import region_of, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from ..credentials import CredentialsProvider
    from ._http import Answer, Transport

_GLOBAL_REGION = "us-east-1"  # signs at the endpoint of those who know none
_FIELDS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
# The codes of STS and of IAM's checks, with the way out. A closed set: nothing else of an answer is shown.
_WAYS_OUT = {
    "AccessDenied": "the role's trust policy has to name the caller, and the caller needs sts:AssumeRole",
    "ExpiredToken": "the caller's own credentials have ended",
    "ExpiredTokenException": "the web identity token has ended; whoever writes the file has to renew it",
    "IDPCommunicationError": "STS can not reach the identity provider",
    "IDPRejectedClaim": "the identity provider refuses the token",
    "InvalidClientTokenId": "the caller's access key id is unknown there",
    "InvalidIdentityToken": "the web identity token is not one that the role's provider issued",
    "MissingAuthenticationToken": "the request came without its signature",
    "PackedPolicyTooLarge": "policy and tags are too large",
    "RegionDisabledException": "STS is switched off in this region for the account",
    "SignatureDoesNotMatch": "the caller's secret access key is wrong, or this machine's clock is",
    "Throttling": "too many calls; try again later",
    "ValidationError": "role_arn, role_session_name, external_id or duration_seconds is not what STS accepts",
}


class _Role(Refreshing):
    def __init__(
        self,
        clock: Callable[[], datetime] | None,
        transport: Transport | None,
        session_name: str | None,
        region: str | None,
        endpoint_url: str | None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(clock, transport, environ)
        self._session_name = session_name
        self._region = region
        self._endpoint_url = endpoint_url

    def _assumed(
        self, endpoint: tuple[str, str], caller: Credentials | None, **parameters: str | None
    ) -> Credentials:
        """Return the credentials that an action gives; without ``caller`` nobody signs."""
        url, region = endpoint
        now = self._now()
        parameters["RoleSessionName"] = parameters.get("RoleSessionName") or f"presignlib-{int(now)}"
        pairs = [(name, text) for name, text in parameters.items() if text is not None]
        body = sigv4.joined(sigv4.encode_query([("Version", "2011-06-15"), *pairs])).encode()
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        if caller is not None:
            headers |= signed_headers(url, body, headers, caller, region, now)
        place = f"STS at {url.partition('://')[2].partition('/')[0]}"
        with Blaming(self.name, f"{place} "):
            answer = self._calls().ask(Request("POST", url + "/", headers, body))
        return self._granted(place, answer)

    def _granted(self, place: str, answer: Answer) -> Credentials:
        try:
            found = texts(answer.body)
        except ValueError as error:
            what = f"answered {answer.status} with what is no XML: it {error}"
            raise CredentialsError(f"{place} {what}", self.name) from None
        if answer.status != 200:
            code = next((text for path, text in found.items() if path.endswith("Error/Code")), "")
            ended = code in ("ExpiredToken", "ExpiredTokenException")
            said = f"{code}: {_WAYS_OUT[code]}" if code in _WAYS_OUT else f"{answer.status}"
            kind = ExpiredCredentialsError if ended else CredentialsError
            raise kind(f"{place} answered {said}", self.name)
        fields = {
            name: text
            for name in _FIELDS
            for path, text in found.items()
            if path.endswith(f"Result/Credentials/{name}")
        }
        return credentials_from(self.name, fields, _FIELDS, needed=4, place="STS's answer")


class AssumeRoleProvider(_Role):
    """The role ``role_arn``, assumed with the credentials of ``source``.

    ``duration_seconds`` is how long each set lives; what STS takes, 900 to 43,200, depends
    on the role and its caller. Without ``region`` the global endpoint is called.
    ``endpoint_url`` names another STS.

    Source: AWS STS API Reference, "AssumeRole".
    """

    def __init__(
        self,
        source: Credentials | CredentialsProvider,
        role_arn: str,
        *,
        session_name: str | None = None,
        external_id: str | None = None,
        duration_seconds: int | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock, transport, session_name, region, endpoint_url)
        self.name = f"assume role {role_arn}"
        self._source = checked_provider("source", source)
        self._role_arn = role_arn
        self._external_id = external_id
        self._duration_seconds = duration_seconds

    def _fetch(self) -> Credentials:
        duration = self._duration_seconds
        return self._assumed(
            endpoint_of(self.name, self._region, self._endpoint_url),
            self._source.load(),
            Action="AssumeRole",
            RoleArn=self._role_arn,
            RoleSessionName=self._session_name,
            ExternalId=self._external_id,
            DurationSeconds=None if duration is None else str(duration),
        )

    def __getstate__(self) -> dict[str, Any]:
        if isinstance(self._source, Credentials):
            raise InvalidInputError("source", "a provider in what is pickled: Credentials would travel along")
        return super().__getstate__()


class WebIdentityProvider(_Role):
    """The role ``role_arn``, assumed with the token in ``token_file``, which is read each time.

    What is not given comes from ``AWS_WEB_IDENTITY_TOKEN_FILE``, ``AWS_ROLE_ARN``,
    ``AWS_ROLE_SESSION_NAME`` and, for the region, ``AWS_REGION`` or ``AWS_DEFAULT_REGION``.
    EKS, GitHub Actions and GitLab CI write such tokens.

    Source: AWS STS API Reference, "AssumeRoleWithWebIdentity".
    """

    name = "web identity"

    def __init__(
        self,
        role_arn: str | None = None,
        token_file: str | None = None,
        *,
        session_name: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        environ: Mapping[str, str] | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock, transport, session_name, region, endpoint_url, environ)
        self._role_arn = role_arn
        self._token_file = token_file

    def _fetch(self) -> Credentials:
        environ = variables(self._environ)
        token_file = self._token_file or environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        if not token_file:
            raise NoCredentialsError("AWS_WEB_IDENTITY_TOKEN_FILE is not set", self.name)
        role_arn = self._role_arn or environ.get("AWS_ROLE_ARN")
        if not role_arn:
            raise CredentialsError(
                "a token file is named and no role; set AWS_ROLE_ARN, or role_arn in the profile", self.name
            )
        token = token_of(self.name, token_file, "web identity token")
        return self._assumed(
            endpoint_of(self.name, self._region or region_of(environ), self._endpoint_url),
            None,
            Action="AssumeRoleWithWebIdentity",
            RoleArn=role_arn,
            RoleSessionName=self._session_name or environ.get("AWS_ROLE_SESSION_NAME"),
            WebIdentityToken=token,
        )


def endpoint_of(provider: str, region: str | None, endpoint_url: str | None) -> tuple[str, str]:
    """Return the URL of STS, without a slash at the end, and its signing region."""
    with Blaming(provider):
        if region is not None:
            checked_label("region", region)
        if endpoint_url is not None:
            url = parse_url("endpoint_url", endpoint_url, ("https", "http"))
            check_http("endpoint_url", url.scheme, url.host, False)
            return url.text.rstrip("/"), region or _GLOBAL_REGION
    if region is None:
        return "https://sts.amazonaws.com", _GLOBAL_REGION
    return f"https://sts.{region}.{partition_of(region).dns_suffix}", region


def signed_headers(
    url: str, body: bytes, headers: Mapping[str, str], caller: Credentials, region: str, now: float
) -> dict[str, str]:
    """Return the headers that are added to ``headers`` to sign a POST of ``body``."""
    stamp = timestamp(int(now))
    scope = sigv4.credential_scope(stamp[:8], region, "sts")
    added = {"x-amz-date": stamp}
    if caller.session_token is not None:
        added["x-amz-security-token"] = caller.session_token
    host, _, path = url.partition("://")[2].partition("/")
    canonical = sigv4.canonical_headers([("host", host), *headers.items(), *added.items()])
    path = f"/{path}".rstrip("/") + "/"
    request = sigv4.canonical_request("POST", path, "", canonical, sha256(body).hexdigest())
    key = sigv4.signing_key(caller.secret_access_key, stamp[:8], region, "sts")
    signature = sigv4.signature(key, sigv4.string_to_sign(stamp, scope, request))
    added["authorization"] = (
        f"{sigv4.ALGORITHM} Credential={caller.access_key_id}/{scope}, "
        f"SignedHeaders={sigv4.signed_headers(canonical)}, Signature={signature}"
    )
    return added
