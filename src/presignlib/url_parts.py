"""A presigned URL taken apart, as a server reads it: no clock, no secret, no judgement.

For those who write a server or a tool of their own; ``inspect_url`` and ``verify_url``
are what most want. ``urllib.parse`` is not used: it drops tabs and line breaks without
a word, and it loses the order and the number of equal parameters.
"""

from __future__ import annotations

from ._s3_hosts import S3_SERVICES, locate
from ._time import parse_timestamp
from .errors import InvalidInputError, MalformedURLError
from .reports import URLInfo
from .request import DEFAULT_PORTS, SIGV4_PARAMETERS
from .sigv4 import canonical_query, encode_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._s3_hosts import Location

__all__ = ["URLParts", "parse_presigned", "url_info"]

SIGV4A = "AWS4-ECDSA-P256-SHA256"
SIGV2 = "SigV2"
_LAST = 253_402_300_799  # the last second that has a date of four digits
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")
_HEX = "0123456789abcdefABCDEF"
_ESCAPES = {a + b: chr(int(a + b, 16)) for a in _HEX for b in _HEX}
_NAMES = frozenset(
    f"X-Amz-{name}"
    for name in (
        *("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"),
        *("Security-Token", "S3session-Token", "Region-Set"),
    )
)


class URLParts:
    """The parts of one URL.

    ``path`` is as it was sent, ``pairs`` the decoded query in its order. ``auth`` has
    the SigV4 parameters by name; those that stand more than once are in ``repeated``,
    those in other letters (``x-amz-date``) in ``misspelt``, and the rest in ``query``.
    ``credential`` is ``(access key id, date, region, service)`` or None; the region of
    a SigV4a credential is empty.
    """

    def __init__(self, scheme: str | None, host: str | None, path: str, pairs: list[tuple[str, str]]) -> None:
        self.scheme = scheme
        self.host = host
        self.path = path
        self.pairs = pairs
        self.auth: dict[str, str] = {}
        self.repeated: list[str] = []
        self.misspelt: list[str] = []
        self.query: list[tuple[str, str]] = []
        self._sort_out()
        self.credential = split_credential(
            self.auth.get("X-Amz-Credential", ""), self.auth.get("X-Amz-Algorithm")
        )
        self.signed_at = parse_timestamp(self.auth.get("X-Amz-Date", ""))
        self.location: Location | None = None
        if host is not None:
            self.name_host(host)

    def name_host(self, host: str) -> None:
        """Take ``host[:port]`` for the URL's; of a path and query alone it says where they lead."""
        self.host = host
        place = locate(host, self.path)
        # On a host of S3's a URL for another service is a mistake; elsewhere it has no bucket.
        if self.credential is None or self.credential[3] in S3_SERVICES or (place and place.service):
            self.location = place

    def _sort_out(self) -> None:
        for pair in self.pairs:
            name = pair[0]
            if name in _NAMES:
                if name in self.auth:
                    self.repeated.append(name)
                else:
                    self.auth[name] = pair[1]
            elif name[:1] in "xX" and name.lower() in SIGV4_PARAMETERS:
                self.misspelt.append(name)
            else:
                self.query.append(pair)

    @property
    def has_token(self) -> bool:
        """Whether the URL carries a session token."""
        return "X-Amz-Security-Token" in self.auth or "X-Amz-S3session-Token" in self.auth

    @property
    def expires(self) -> int | None:
        """``X-Amz-Expires`` as a number, None where it is not one of at most nine digits."""
        text = self.auth.get("X-Amz-Expires", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def ends_at(self) -> int | None:
        """When the URL dies, in seconds since 1970; None where that can not be read."""
        signed_at, expires = self.signed_at, self.expires
        if signed_at is None or expires is None:
            return None
        return min(signed_at + expires, _LAST)

    @property
    def signed_headers(self) -> list[str]:
        """The names in ``X-Amz-SignedHeaders``, as they are written."""
        text = self.auth.get("X-Amz-SignedHeaders")
        return text.split(";") if text else []

    def canonical_query(self, without: str | None = None) -> str:
        """Return the query that is signed: all but the signature and ``without``."""
        left_out = ("X-Amz-Signature", without)
        return canonical_query(encode_query([pair for pair in self.pairs if pair[0] not in left_out]))


def parse_presigned(url: str) -> URLParts:
    """Return the parts of an absolute URL, or of a path with its query.

    Raises MalformedURLError for what no client can send: blanks, control characters and
    text that is not ASCII, escapes that are not those of UTF-8, a fragment, user info,
    a scheme that is not one of HTTP.
    """
    if not isinstance(url, str):
        raise InvalidInputError("url", "a str", type(url).__name__)
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise MalformedURLError("url", "one line of ASCII without blanks; mail programs break long lines")
    if "#" in url:
        raise MalformedURLError("url", "free of a fragment ('#…'): no client sends one")
    target, _, query = url.partition("?")
    if target.startswith("/"):
        return URLParts(None, None, target, _parsed_query(query))
    scheme, mark, rest = target.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in DEFAULT_PORTS:
        raise MalformedURLError(
            "url", "a URL that begins with https:// or http://, or a path that begins with /"
        )
    authority, slash, path = rest.partition("/")
    host = host_of(authority, scheme)
    return URLParts(scheme, host, slash + path or "/", _parsed_query(query))


def host_of(authority: str, scheme: str | None = None) -> str:
    """Return ``host[:port]`` as it is signed: lower case, without the scheme's own port.

    Nothing else is made equal: a port with a leading zero or a name with a dot at its
    end is another text, and so another signature.
    """
    host = authority.lower()
    address, bracket, rest = host.rpartition("]")
    name, colon, port = rest.partition(":")
    if bracket:
        known = (
            address.startswith("[") and not name and frozenset("0123456789abcdef:.").issuperset(address[1:])
        )
    else:
        known = bool(name) and _HOST.issuperset(name)
    if not known or (colon and not (port.isascii() and port.isdigit() and len(port) < 6)):
        raise MalformedURLError("url", "of a host name or IP address and at most a port, without user info")
    return host[: -len(port) - 1] if scheme and port == str(DEFAULT_PORTS[scheme]) else host


def decoded(field: str, text: str) -> str:
    """Return percent-encoded ``text`` decoded.

    Raises MalformedURLError for escapes that are cut or not those of UTF-8.
    """
    if "%" not in text:
        return text
    first, *rest = text.split("%")
    try:
        # Each byte is one character of Latin-1 at first, and then they are read as UTF-8.
        raw = first + "".join([_ESCAPES[part[:2]] + part[2:] for part in rest])
        return raw.encode("latin-1").decode()
    except (KeyError, ValueError):
        raise MalformedURLError(field, "percent-encoded UTF-8, each escape of two hex digits") from None


def url_info(parts: URLParts, problems: tuple[str, ...] = (), now: float | None = None) -> URLInfo:
    """Return the parts as the data that users see; a path that can not be decoded has no key."""
    access_key_id, date, region, service = parts.credential or (None, None, None, None)
    location = parts.location
    region_set = parts.auth.get("X-Amz-Region-Set")
    return URLInfo(
        algorithm=parts.auth.get("X-Amz-Algorithm"),
        access_key_id=access_key_id,
        date=date,
        region=region or None,
        region_set=None if region_set is None else tuple(region_set.split(",")),
        service=service,
        expires=parts.expires,
        _signed=parts.signed_at,
        _ends=parts.ends_at,
        signed_headers=tuple(parts.signed_headers),
        has_token=parts.has_token,
        scheme=parts.scheme,
        host=parts.host,
        bucket=None if location is None or location.bucket is None else _key(location.bucket),
        key=None if location is None else _key(location.path),
        addressing_style=None if location is None else location.style,
        query=tuple(parts.query),
        problems=problems,
        _now=now,
    )


def _key(path: str) -> str | None:
    try:
        return decoded("url", path) or None
    except MalformedURLError:
        return None


def _parsed_query(query: str) -> list[tuple[str, str]]:
    """Return decoded pairs; ``+`` is a blank, and a name without ``=`` has no value.

    That is how S3 and the frameworks behind this read a query. An empty piece between
    two ``&`` is kept as a pair, so that it can not go unnoticed.
    """
    if not query:
        return []
    pairs = []
    for piece in query.replace("+", " ").split("&"):
        name, _, value = piece.partition("=")
        pairs.append((decoded("url", name), decoded("url", value)))
    return pairs


def split_credential(text: str, algorithm: str | None) -> tuple[str, str, str, str] | None:
    """Return the four parts of a credential, split from the right: key ids may hold ``/``."""
    parts = text.rsplit("/", 3 if algorithm == SIGV4A else 4)
    if parts[-1] != "aws4_request" or not parts[0]:
        return None
    if algorithm == SIGV4A:
        return (parts[0], parts[1], "", parts[2]) if len(parts) == 4 else None
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 5 else None
