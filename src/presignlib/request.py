"""The request that will be signed, and the parsing of what it is made from.

This is the door: URLs, hosts, ports, header and query pairs are checked here, once.
What is below trusts its arguments.
"""

from __future__ import annotations

from .errors import InvalidInputError, UnsignedHeaderWarning, shown, warn
from .sigv4 import canonical_headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from .rules import ServiceRules

    Pairs: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
SIGV4_PARAMETERS = frozenset(
    {
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-signedheaders",
        "x-amz-signature",
        "x-amz-security-token",
        "x-amz-s3session-token",
        "x-amz-region-set",
    }
)
# Clients and proxies set or change these on the way, so that no signature over them
# holds (design: "never signed"; botocore and the AWS SDKs leave out the same ones).
NEVER_SIGNED = frozenset(
    {
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LABEL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".test", ".lan", ".svc")


class SignableRequest:
    """One request, or many that differ in the end of their path: all but time and keys.

    ``base`` is the URL, and ``path`` the canonical path, up to where they may differ.
    ``host`` is signed; ``query`` has decoded pairs in the order they are written,
    ``headers`` canonical ones, without the host. ``region_set`` is None for SigV4;
    where it is text, the request is signed by SigV4a for those regions.
    """

    __slots__ = (
        "base",
        "bucket",
        "headers",
        "host",
        "method",
        "path",
        "payload_hash",
        "query",
        "region",
        "region_set",
        "rules",
        "service",
        "token_placement",
    )

    def __init__(
        self,
        method: str,
        base: str,
        path: str,
        host: str,
        query: Sequence[tuple[str, str]],
        headers: list[tuple[str, str]],
        region: str,
        rules: ServiceRules,
        service: str,
        payload_hash: str,
        token_placement: str,
        bucket: str | None = None,
        region_set: str | None = None,
    ) -> None:
        self.method = method
        self.base = base
        self.path = path
        self.host = host
        self.query = query
        self.headers = headers
        self.region = region
        self.rules = rules
        self.service = service
        self.payload_hash = payload_hash
        self.token_placement = token_placement
        self.bucket = bucket
        self.region_set = region_set


def pairs_of(field: str, given: Pairs | None) -> list[tuple[str, str]]:
    """Return a mapping, or pairs, as a list of ``(name, value)`` pairs of str."""
    if given is None:
        return []
    if isinstance(given, (str, bytes, type)):
        raise InvalidInputError(field, "a mapping, or pairs of name and value")
    items = given.items() if hasattr(given, "items") else given
    pairs = []
    try:
        for pair in items:
            if isinstance(pair, (str, bytes)):
                raise InvalidInputError(field, "a mapping, or pairs of name and value")
            name, value = pair
            if not (isinstance(name, str) and isinstance(value, str)):
                raise InvalidInputError(field, "names and values that are str")
            pairs.append((name, value))
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(field, "a mapping, or pairs of name and value") from None
    return pairs


def checked_query(field: str, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return query pairs that may be signed: no SigV4 parameter, no lone surrogate."""
    for name, value in pairs:
        if name.lower() in SIGV4_PARAMETERS:
            raise InvalidInputError(field, f"free of {name.title()}, which signing adds")
        check_text(field, name)
        check_text(field, value)
    return pairs


def check_text(field: str, value: str) -> None:
    """Refuse lone surrogates, which UTF-8 has no bytes for."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInputError(field, "text without lone surrogates") from None


def checked_headers(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return canonical headers: lower-case names, sorted, values folded and joined.

    Those that clients or proxies set are left out with an UnsignedHeaderWarning.
    Raises InvalidInputError for names that are no tokens (RFC 9110, section 5.1), for
    values that are not printable ASCII and tab, and for ``host`` and ``authorization``.
    """
    if not pairs:
        return []
    kept = []
    for name, value in pairs:
        if not is_token(name):
            raise InvalidInputError("headers", "named by tokens: letters, digits and !#$%&'*+-.^_`|~")
        lower = name.lower()
        if lower in ("host", "authorization"):
            way_out = (
                "use sign_host or the URL" if lower == "host" else "a presigned URL carries it in its query"
            )
            raise InvalidInputError("headers", f"free of {lower}; {way_out}")
        check_header_value(lower, value)
        if lower in NEVER_SIGNED:
            warn(
                UnsignedHeaderWarning,
                f"header {lower} is not signed, as clients and proxies set it themselves",
            )
        else:
            kept.append((name, value))
    return canonical_headers(kept)


def is_token(name: str) -> bool:
    """Tell whether ``name`` can name a header (RFC 9110, section 5.1)."""
    return bool(name) and _TOKEN.issuperset(name)


def check_header_value(field: str, value: str) -> None:
    """Refuse what a header can not carry the same way through every client."""
    if not (value.isascii() and value.replace("\t", " ").isprintable()):
        raise InvalidInputError(
            field,
            "printable ASCII; encode other text, as by percent-encoding or RFC 2047",
        )


def checked_method(method: str) -> str:
    """Return an HTTP method in upper case."""
    if not isinstance(method, str) or not method or not _TOKEN.issuperset(method):
        raise InvalidInputError("method", "an HTTP method, as GET or PUT", shown(method))
    return method.upper()


def is_host_label(text: str) -> bool:
    """Tell whether ``text`` is one lower-case label of a host name (RFC 1123)."""
    return _LABEL.issuperset(text) and 0 < len(text) < 64 and text[0] != "-" != text[-1]


def checked_label(field: str, text: str, *, any_case: bool = False) -> str:
    """Return a region or a service, which has to be one DNS label."""
    if not isinstance(text, str) or not is_host_label(text.lower() if any_case else text):
        rule = "letters, digits and hyphens" if any_case else "lower-case letters, digits and hyphens"
        raise InvalidInputError(field, f"a DNS label: {rule}", shown(text) if field == "region" else None)
    return text


class ParsedURL:
    """A URL taken apart: ``host`` is lower case, ``port`` None where it is the default."""

    __slots__ = ("host", "path", "port", "query", "scheme")

    def __init__(self, scheme: str, host: str, port: int | None, path: str, query: str) -> None:
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.query = query

    @property
    def authority(self) -> str:
        """Host and port as the ``Host`` header writes them."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def text(self) -> str:
        """Scheme, authority and path, without the query."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(field: str, url: str, schemes: tuple[str, ...]) -> ParsedURL:
    """Return an absolute URL in its parts; user info and fragment are refused.

    ``urllib.parse`` is not used: it drops tabs and line breaks without a word, and
    loading it costs more than signing a thousand URLs.
    """
    if not isinstance(url, str):
        raise InvalidInputError(field, "a str", type(url).__name__)
    scheme, colon, rest = url.partition("://")
    scheme = scheme.lower()
    if not colon or scheme not in schemes:
        raise InvalidInputError(field, "a URL that begins with " + " or ".join([s + "://" for s in schemes]))
    if not (rest.isascii() and rest.isprintable()) or " " in rest:
        raise InvalidInputError(field, "ASCII without blanks, percent-encoded where it needs to be")
    if "#" in rest:
        raise InvalidInputError(field, "free of a fragment ('#…')")
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    if "@" in authority:
        raise InvalidInputError(field, "free of user info ('user:password@')")
    host, port = parse_authority(field, authority, scheme)
    path = slash + path
    if not is_percent_encoded(path):
        raise InvalidInputError(field, "percent-encoded in its path")
    return ParsedURL(scheme, host, port, path, query)


def is_percent_encoded(text: str) -> bool:
    """Tell whether each ``%`` begins an escape of two hex digits."""
    if "%" not in text:
        return True
    digits = "0123456789abcdefABCDEF"
    return all(len(part) > 1 and part[0] in digits and part[1] in digits for part in text.split("%")[1:])


def parse_authority(field: str, authority: str, scheme: str) -> tuple[str, int | None]:
    """Return lower-case host and port of ``host[:port]``; a default port is None."""
    end = authority.find("]") + 1  # of an IPv6 address, 0 where there is none
    host, colon, digits = authority[end:].partition(":")
    host = (authority[:end] + host).lower()
    if not (_is_ipv6(host) if host.startswith("[") else _is_host(host)):
        raise InvalidInputError(field, "of a host name or IP address; international names in their xn-- form")
    if not colon:
        return host, None
    port = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    if not 0 < port < 65_536:
        raise InvalidInputError(field, "of a port from 1 to 65535")
    return host, None if DEFAULT_PORTS.get(scheme) == port else port


def is_ip_address(host: str) -> bool:
    """Tell whether a host that parsed is an IPv4 address or an IPv6 one in brackets."""
    return host.startswith("[") or is_ipv4(host)


def is_ipv4(host: str) -> bool:
    """Tell whether ``host`` is four numbers from 0 to 255 with dots between."""
    parts = host.split(".")
    return len(parts) == 4 and all(
        part.isascii() and part.isdigit() and len(part) < 4 and int(part) < 256 for part in parts
    )


def check_http(field: str, scheme: str, host: str, allow_http: bool) -> None:
    """Refuse plain http, or ws, to a host that looks public: all that is sent is readable."""
    if scheme in ("http", "ws") and not allow_http and not _looks_private(host):
        raise InvalidInputError(
            field,
            f"{'https' if scheme == 'http' else 'wss'} for a host that looks public; "
            "allow_http=True or PRESIGN_ALLOW_HTTP=1 permits it",
        )


def _is_host(host: str) -> bool:
    """Tell whether ``host`` is labels with dots between; underscores occur in container names."""
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(is_host_label(label.replace("_", "a")) for label in labels):
        return False
    # A name that ends in a number is an address to some and a name to others (WHATWG URL, 3.5).
    return is_ipv4(host) or not labels[-1].isdigit()


def _is_ipv6(host: str) -> bool:
    from ipaddress import IPv6Address

    try:
        IPv6Address(host[1:-1])
    except ValueError:
        return False
    return "%" not in host  # zone ids mean nothing on another machine


def _looks_private(host: str) -> bool:
    if host.startswith("["):
        from ipaddress import IPv6Address

        address = IPv6Address(host[1:-1])
        return address.is_loopback or address.is_link_local or address.packed[0] & 0xFE == 0xFC
    if is_ipv4(host):
        first, second = (int(part) for part in host.split(".")[:2])
        return (
            first in (10, 127)
            or (first, second) in ((192, 168), (169, 254))
            or (first == 172 and 16 <= second < 32)
        )
    name = host.removesuffix(".")
    return "." not in name or name.endswith(_PRIVATE_SUFFIXES)
