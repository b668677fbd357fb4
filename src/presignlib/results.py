"""What comes back: a URL that knows its whole contract.

What writes or hides it is loaded when asked for: most URLs are only sent.
"""

from __future__ import annotations

from ._clock import utc_now
from ._time import as_datetime, clock_text, instant_of, span_of
from .errors import InvalidInputError
from .sigv4 import encode_path, string_to_sign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from typing import Any, Literal

    LimitedBy = Literal["request", "credentials", "unknown"]

__all__ = ["PresignedURL"]


_CUSTOMER_KEY = "x-amz-server-side-encryption-customer-key"
_FIELDS = (
    *("method", "bucket", "region", "headers", "signed_at", "expires", "expires_at", "limited_by"),
    *("head", "tail", "timestamp", "scope", "algorithm"),
)


class Contract:
    """What all URLs of one preparation share; instants are whole seconds.

    ``head`` and ``tail`` are the canonical request before and behind the key,
    ``timestamp``, ``scope`` and ``algorithm`` make the string to sign.
    """

    __slots__ = _FIELDS

    def __init__(
        self,
        method: str,
        bucket: str | None,
        region: str,
        headers: tuple[tuple[str, str], ...],
        signed_at: int,
        expires: int,
        expires_at: int,
        limited_by: LimitedBy,
        head: str,
        tail: str,
        timestamp: str,
        scope: str,
        algorithm: str,
    ) -> None:
        self.method = method
        self.bucket = bucket
        self.region = region
        self.headers = headers
        self.signed_at = signed_at
        self.expires = expires
        self.expires_at = expires_at
        self.limited_by: LimitedBy = limited_by
        self.head = head
        self.tail = tail
        self.timestamp = timestamp
        self.scope = scope
        self.algorithm = algorithm


class PresignedURL(str):
    """A presigned URL: a ``str`` for whoever sends it, and all that has to be known.

    ``str(url)`` is the bare text; ``repr(url)`` shows no signature. The presign
    functions make these; they pickle and copy.
    """

    __slots__ = ("_contract", "_key")
    _contract: Contract
    _key: str | None

    @property
    def method(self) -> str:
        """The HTTP method the URL is good for, as ``GET``."""
        return self._contract.method

    @property
    def bucket(self) -> str | None:
        """The bucket as it was given; None where the URL is not one of S3."""
        return self._contract.bucket

    @property
    def key(self) -> str | None:
        """The key as it was given; None for a bucket or another service."""
        return self._key

    @property
    def region(self) -> str:
        """The region in the credential scope; of SigV4a, which has none there, the region set."""
        return self._contract.region

    @property
    def expires(self) -> int:
        """``X-Amz-Expires``: seconds from ``signed_at``."""
        return self._contract.expires

    @property
    def headers(self) -> dict[str, str]:
        """What the sender must send besides the host: lower-case names and values."""
        return dict(self._contract.headers)

    @property
    def signed_at(self) -> datetime:
        """The time in ``X-Amz-Date``, UTC."""
        return as_datetime(self._contract.signed_at)

    @property
    def expires_at(self) -> datetime:
        """When the URL dies, UTC: by its own life or that of its credentials."""
        return as_datetime(self._contract.expires_at)

    @property
    def limited_by(self) -> LimitedBy:
        """What ends the URL: ``"request"`` or ``"credentials"``.

        ``"unknown"``: the session token's end was not told, so ``expires_at`` is the
        latest that it can be.
        """
        return self._contract.limited_by

    @property
    def browser_ready(self) -> bool:
        """Whether a plain click works: a GET that needs no header."""
        return self._contract.method == "GET" and not self._contract.headers

    @property
    def redacted(self) -> str:
        """The URL with signature, credential and token as ``…``."""
        from .redaction import redact_url

        return redact_url(self)

    def explain(self) -> str:
        """Return the canonical request and the string to sign, annotated part by part.

        Without the lines that begin with ``# `` they are exactly as signed. The session
        token and a customer's key, where there are any, are part of them.
        """
        from .snippets import explained

        contract, request = self._contract, self._canonical_request()
        signed = string_to_sign(contract.timestamp, contract.scope, request, contract.algorithm)
        return explained(request, signed)

    def _canonical_request(self) -> str:
        return self._contract.head + encode_path(self._key or "") + self._contract.tail

    def expires_within(self, span: int | str | timedelta, *, now: datetime | None = None) -> bool:
        """Tell whether the URL dies within ``span``, or has died, by this machine's clock."""
        current = utc_now() if now is None else instant_of("now", now)
        return current + span_of("span", span) >= self._contract.expires_at

    def to_dict(self) -> dict[str, Any]:
        """Return the contract as plain data for JSON; instants are ISO 8601 in UTC."""
        contract = self._contract
        return {
            "url": str(self),
            "method": contract.method,
            "headers": self._shown_headers(),
            "bucket": contract.bucket,
            "key": self._key,
            "region": contract.region,
            "expires": contract.expires,
            "signed_at": self.signed_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "limited_by": contract.limited_by,
            "browser_ready": self.browser_ready,
        }

    def as_curl(self) -> str:
        """Return a curl command that sends the request; a body comes from ``FILE``."""
        return self._as("curl")

    def as_fetch(self) -> str:
        """Return a JavaScript ``fetch`` call; a body comes from the variable ``file``."""
        return self._as("fetch")

    def as_requests(self) -> str:
        """Return a call of Python's ``requests``; a body comes from ``FILE``."""
        return self._as("requests")

    def as_httpie(self) -> str:
        """Return an HTTPie command; a body comes from ``FILE``."""
        return self._as("httpie")

    def _as(self, form: str) -> str:
        from . import snippets

        text: str = getattr(snippets, form)(self.method, str(self), self._shown_headers())
        return text

    def as_html(self, text: str | None = None) -> str:
        """Return an HTML link that shows ``text``, or the key.

        Raises InvalidInputError where a click can not send the request.
        """
        if text is not None and not isinstance(text, str):
            raise InvalidInputError("text", "a str", type(text).__name__)
        if not self.browser_ready:
            raise InvalidInputError("as_html", "called on a GET without headers, as a click sends no others")
        from .snippets import link

        return link(str(self), text if text is not None else self._key or str(self))

    def _shown_headers(self) -> Mapping[str, str]:
        from .redaction import HIDDEN

        return {
            name: HIDDEN if name.startswith(_CUSTOMER_KEY) else value
            for name, value in self._contract.headers
        }

    def __repr__(self) -> str:
        if not hasattr(self, "_contract"):  # made by hand: then it is nothing but text
            return str.__repr__(self)
        contract = self._contract
        target = contract.bucket or self.partition("://")[2].partition("/")[0]
        if self._key is not None:
            target += "/" + (self._key if self._key.isprintable() else repr(self._key)[1:-1])
        until = clock_text(contract.expires_at, contract.signed_at)
        latest = " at the latest" if contract.limited_by == "unknown" else ""
        return f"<PresignedURL {contract.method} {target}, until {until}{latest}; print() shows it>"

    def __reduce__(self) -> tuple[Any, ...]:
        contract = self._contract
        state = tuple(getattr(contract, name) for name in _FIELDS)
        return _restored, (str(self), self._key, state)

    def __copy__(self) -> PresignedURL:
        return self

    def __deepcopy__(self, memo: object) -> PresignedURL:
        return self


def presigned_url(text: str, contract: Contract, key: str | None) -> PresignedURL:
    """Return a URL with its contract."""
    url = PresignedURL(text)
    url._contract = contract
    url._key = key
    return url


def _restored(text: str, key: str | None, state: tuple[Any, ...]) -> PresignedURL:
    return presigned_url(text, Contract(*state), key)
