"""The one pipeline: a request, credentials and a time become URLs.

``prepare`` does all that the URLs of one second (or one stable window) share and
gives a function that signs. It checks what only it can see, the life of the URL
against that of its credentials, and dresses the result.
"""

from __future__ import annotations

from . import sigv4
from ._time import as_datetime, timestamp
from .errors import ExpiredCredentialsError, InvalidInputError
from .results import Contract

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ._time import Lifetime
    from .credentials import Credentials
    from .request import SignableRequest
    from .results import LimitedBy

    ShortCredentials = Literal["cap", "raise", "ignore"]
    SigningKeys = dict[tuple[str, str, str, str], bytes]

_POLICIES: tuple[ShortCredentials, ...] = ("cap", "raise", "ignore")
_LATEST = 253_399_622_400  # 9999-12-01, so that a URL's end is still a date
_MOST_KEYS = 16  # signing keys kept: a day's, of a few regions and credentials


class Prepared:
    """A signer for the instants from ``start`` to before ``end``, and its contract.

    ``sign(key)`` gives the URL; with the key already in the request, ``sign("")``.
    ``shortened`` tells that the credentials end before the life that was asked for.
    """

    __slots__ = ("contract", "end", "shortened", "sign", "start")

    def __init__(
        self, sign: Callable[[str], str], start: float, end: float, contract: Contract, shortened: bool
    ) -> None:
        self.sign = sign
        self.start = start
        self.end = end
        self.contract = contract
        self.shortened = shortened


def prepare(
    request: SignableRequest,
    credentials: Credentials,
    lifetime: Lifetime,
    now: float,
    *,
    stable_for: int | None = None,
    short_credentials: ShortCredentials = "cap",
    keys: SigningKeys | None = None,
) -> Prepared:
    """Return the signer of ``request`` for the second, or stable window, that has ``now``.

    ``keys`` keeps signing keys from one call to the next. Raises InvalidInputError
    where ``lifetime`` can not be had from ``now`` on and ExpiredCredentialsError where
    the credentials have ended, or end too soon with ``short_credentials="raise"``.
    """
    second = int(now // 1)
    if second >= _LATEST:
        raise InvalidInputError("now", "before December 9999")
    signed_at = second if stable_for is None else second - second % stable_for
    lifetime.after(second)  # an instant may lie in the window and be past all the same
    wanted = lifetime.after(signed_at)
    if stable_for is not None and lifetime.ends_at is None:
        wanted += stable_for  # so that the last URL of the window has the life asked for
    ends_at = credentials.ends_at
    expires, expires_at, limited_by = limits(credentials, signed_at, wanted, second, short_credentials)
    stamp = timestamp(signed_at)
    contract, sign = _signer(request, credentials, stamp, expires, expires_at, limited_by, signed_at, keys)
    end = signed_at + (1 if stable_for is None else stable_for)
    if lifetime.ends_at is not None:
        end = min(end, max(lifetime.ends_at, second + 1))
    if ends_at is not None:
        end = min(end, ends_at)
    # As floats, for the clock's are: comparing those with integers takes twice as long.
    return Prepared(sign, float(signed_at), float(end), contract, limited_by == "credentials")


def limits(
    credentials: Credentials, signed_at: int, wanted: int, second: int, policy: ShortCredentials
) -> tuple[int, int, LimitedBy]:
    """Return ``X-Amz-Expires``, the instant the URL dies, and what ends it."""
    ends_at = credentials.ends_at
    if ends_at is None:
        return wanted, signed_at + wanted, "request" if credentials.session_token is None else "unknown"
    if ends_at <= second:
        raise ExpiredCredentialsError(
            f"credentials have ended at {as_datetime(ends_at):%Y-%m-%d %H:%M:%S} UTC",
            expires_at=as_datetime(ends_at),
        )
    if signed_at + wanted <= ends_at:
        return wanted, signed_at + wanted, "request"
    if policy == "raise":
        raise ExpiredCredentialsError(
            f"credentials end at {as_datetime(ends_at):%Y-%m-%d %H:%M:%S} UTC, "
            f"before the {wanted} seconds asked for; ask for less, or use short_credentials='cap'",
            expires_at=as_datetime(ends_at),
        )
    return (wanted if policy == "ignore" else ends_at - signed_at), ends_at, "credentials"


def _signer(
    request: SignableRequest,
    credentials: Credentials,
    stamp: str,
    expires: int,
    expires_at: int,
    limited_by: LimitedBy,
    signed_at: int,
    keys: SigningKeys | None,
) -> tuple[Contract, Callable[[str], str]]:
    """Return the contract and the signing function: AWS's steps in AWS's order."""
    rules, token = request.rules, credentials.session_token
    host = ("host", request.host)
    headers = sorted([host, *request.headers]) if request.headers else [host]
    algorithm, scope, scheme, key = _scheme(request, credentials, stamp[:8], keys)
    signed = request.token_placement == "signed"
    names = sigv4.signed_headers(headers)
    pairs = sigv4.encode_query(request.query)
    pairs += sigv4.auth_parameters(
        f"{credentials.access_key_id}/{scope}",
        stamp,
        expires,
        names,
        token if signed else None,
        rules.token_parameter,
        algorithm,
    )
    if request.region_set is not None:
        pairs += sigv4.encode_query([("X-Amz-Region-Set", request.region_set)])
    head = f"{request.method}\n{request.path}"
    tail = sigv4.request_tail(sigv4.canonical_query(pairs), headers, names, request.payload_hash)
    sign = scheme(
        head,
        tail,
        sigv4.string_head(stamp, scope, algorithm),
        key,
        request.base,
        f"?{sigv4.joined(pairs)}&{sigv4.SIGNATURE}=",
    )
    if token is not None and not signed:
        sign = _appending(sign, f"&{rules.token_parameter}={sigv4.uri_encode(token)}")
    contract = Contract(
        request.method,
        request.bucket,
        request.region,
        tuple(request.headers),
        signed_at,
        expires,
        expires_at,
        limited_by,
        head,
        tail,
        stamp,
        scope,
        algorithm,
    )
    return contract, sign


def _scheme(
    request: SignableRequest, credentials: Credentials, date: str, keys: SigningKeys | None
) -> tuple[str, str, Callable[..., Callable[[str], str]], bytes | int]:
    """Return what SigV4 and SigV4a differ in: algorithm, scope, and how and with what to sign."""
    secret = credentials.secret_access_key
    if request.region_set is None:
        scope = sigv4.credential_scope(date, request.region, request.service)
        key = _signing_key(secret, date, request.region, request.service, keys)
        return sigv4.ALGORITHM, scope, sigv4.prepare, key
    from . import sigv4a  # few need it, and its curve takes time to load

    private = sigv4a.private_key(credentials.access_key_id, secret)
    return sigv4a.ALGORITHM, sigv4a.credential_scope(date, request.service), sigv4a.prepare, private


def _appending(sign: Callable[[str], str], token: str) -> Callable[[str], str]:
    return lambda text: sign(text) + token


def _signing_key(
    secret_access_key: str, date: str, region: str, service: str, keys: SigningKeys | None
) -> bytes:
    if keys is None:
        return sigv4.signing_key(secret_access_key, date, region, service)
    name = (secret_access_key, date, region, service)
    key = keys.get(name)
    if key is None:
        if len(keys) >= _MOST_KEYS:
            keys.clear()
        key = keys[name] = sigv4.signing_key(secret_access_key, date, region, service)
    return key


def checked_policy(policy: str) -> ShortCredentials:
    """Return what to do with credentials that end before the URL may."""
    if policy in _POLICIES:
        return policy
    raise InvalidInputError("short_credentials", "'cap', 'raise' or 'ignore'", repr(policy)[:60])
