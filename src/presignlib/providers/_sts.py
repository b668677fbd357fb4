"""Calls of AWS's Security Token Service: a signed form goes out, a little XML comes back.

The signature is in a header and not in the URL: the token of a role that assumes a
role has kilobytes, and some services and proxies cut long URLs.
"""

from __future__ import annotations

from hashlib import sha256

from .. import sigv4
from .._partitions import partition_of
from .._time import timestamp
from .._xml import texts
from ..errors import CredentialsError, ExpiredCredentialsError, InvalidInputError
from ..request import check_http, checked_label, parse_url
from ._documents import credentials_from
from ._http import NoAnswerError, Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..credentials import Credentials
    from ._http import Answer, Calls

_GLOBAL = "https://sts.amazonaws.com"  # the endpoint of those who know no region; it signs for the next
_GLOBAL_REGION = "us-east-1"
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
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


def assumed(
    provider: str,
    calls: Calls,
    endpoint: tuple[str, str],
    parameters: Mapping[str, str],
    caller: Credentials | None,
    now: float,
) -> Credentials:
    """Return the credentials that an AssumeRole action gives.

    ``endpoint`` is URL and signing region, ``caller`` signs; None sends the call unsigned.
    Raises CredentialsError with STS's own code and the way out.
    """
    body = _form([("Version", "2011-06-15"), *parameters.items()])
    url, region = endpoint
    headers = {"content-type": _FORM}
    if caller is not None:
        headers |= signed_headers(url, body, headers, caller, region, now)
    try:
        answer = calls.ask(Request("POST", url + "/", headers, body))
    except NoAnswerError as error:
        raise CredentialsError(f"STS at {_host(url)} {error}", provider) from None
    found = _read(provider, answer, url)
    named = _named(found, _FIELDS, "Credentials")
    return credentials_from(provider, named, _FIELDS, needed=4, place="STS's answer")


def endpoint_of(provider: str, region: str | None, endpoint_url: str | None) -> tuple[str, str]:
    """Return the URL of STS, without a slash at the end, and its signing region."""
    try:
        if region is not None:
            checked_label("region", region)
        if endpoint_url is not None:
            url = parse_url("endpoint_url", endpoint_url, ("https", "http"))
            check_http("endpoint_url", url.scheme, url.host, False)
            return url.text.rstrip("/"), region or _GLOBAL_REGION
    except InvalidInputError as error:
        raise CredentialsError(f"{error}", provider) from None
    if region is None:
        return _GLOBAL, _GLOBAL_REGION
    return f"https://sts.{region}.{partition_of(region).dns_suffix}", region


def signed_headers(
    url: str, body: bytes, headers: Mapping[str, str], caller: Credentials, region: str, now: float
) -> dict[str, str]:
    """Return the headers that sign a POST of ``body`` to the root of ``url``."""
    stamp = timestamp(int(now))
    scope = sigv4.credential_scope(stamp[:8], region, "sts")
    added = {"x-amz-date": stamp}
    if caller.session_token is not None:
        added["x-amz-security-token"] = caller.session_token
    host, path = _host(url), "/" + url.partition("://")[2].partition("/")[2]
    canonical = sigv4.canonical_headers([("host", host), *headers.items(), *added.items()])
    request = sigv4.canonical_request("POST", path.rstrip("/") + "/", "", canonical, sha256(body).hexdigest())
    key = sigv4.signing_key(caller.secret_access_key, stamp[:8], region, "sts")
    signature = sigv4.signature(key, sigv4.string_to_sign(stamp, scope, request))
    added["authorization"] = (
        f"{sigv4.ALGORITHM} Credential={caller.access_key_id}/{scope}, "
        f"SignedHeaders={sigv4.signed_headers(canonical)}, Signature={signature}"
    )
    return added


def _form(pairs: Sequence[tuple[str, str]]) -> bytes:
    return sigv4.joined(sigv4.encode_query(pairs)).encode()


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _read(provider: str, answer: Answer, url: str) -> dict[str, str]:
    place = f"STS at {_host(url)}"
    try:
        found = texts(answer.body)
    except ValueError as error:
        what = f"answered {answer.status} with what is no XML: it {error}"
        raise CredentialsError(f"{place} {what}", provider) from None
    if answer.status == 200:
        return found
    code = next((text for path, text in found.items() if path.endswith("Error/Code")), "")
    way_out = _WAYS_OUT.get(code)
    said = f"{code}: {way_out}" if way_out else f"{answer.status}"
    if code in ("ExpiredToken", "ExpiredTokenException"):
        raise ExpiredCredentialsError(f"{place} answered {said}", provider)
    raise CredentialsError(f"{place} answered {said}", provider)


def _named(found: Mapping[str, str], names: Sequence[str], parent: str) -> dict[str, str]:
    return {
        name: text
        for name in names
        for path, text in found.items()
        if path.endswith(f"Result/{parent}/{name}")
    }
