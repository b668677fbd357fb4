"""Requests to services other than S3, from the URL as it will be sent."""

from __future__ import annotations

from .errors import InvalidInputError, shown
from .request import (
    SignableRequest,
    check_http,
    checked_headers,
    checked_label,
    checked_method,
    checked_query,
    pairs_of,
    parse_url,
)
from .rules import rules_for
from .sigv4 import UNSIGNED_PAYLOAD, encode_path, normalize_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .request import Pairs

_HEX = frozenset("0123456789abcdef")


def service_request(
    method: str,
    url: str,
    service: str,
    region: str | None,
    *,
    headers: Pairs | None = None,
    query: Pairs | None = None,
    payload_hash: str | None = None,
    token_placement: str | None = None,
    path_encoding: str | None = None,
    normalize: bool | None = None,
    allow_http: bool = False,
    region_set: str | None = None,
) -> SignableRequest:
    """Return the request for ``url``; None takes what the service's row says.

    The path is sent byte for byte; what is signed is made from it. With ``region_set``
    the request is one for SigV4a, and needs no region. Raises InvalidInputError.
    """
    checked_label("service", service)
    if region is not None:
        checked_label("region", region, any_case=True)
    rules = rules_for(service)
    parsed = parse_url("url", url, ("https", "wss", "http", "ws"))
    check_http("url", parsed.scheme, parsed.host, allow_http)
    path = parsed.path or "/"
    pairs = checked_query("url", parsed_query(parsed.query)) + checked_query(
        "query", pairs_of("query", query)
    )
    canonical = checked_headers(pairs_of("headers", headers))
    return SignableRequest(
        checked_method(method),
        f"{parsed.scheme}://{parsed.authority}{path}",
        _signed_path(
            path,
            _choice("path_encoding", path_encoding, ("once", "twice"), rules.path_encoding),
            rules.normalize_path if normalize is None else _flag("normalize_path", normalize),
        ),
        parsed.authority,
        pairs,
        canonical,
        region_set or region or "",
        rules,
        service,
        _payload_hash(payload_hash, dict(canonical).get("x-amz-content-sha256")) or rules.payload_hash,
        _choice("token_placement", token_placement, ("signed", "appended"), rules.token_placement),
        region_set=region_set,
    )


def regions_of(algorithm: str, region: str | None, region_set: str | Iterable[str] | None) -> str | None:
    """Return the region set as it is signed, or None for SigV4, which has one region.

    ``region_set`` is a string, with commas between several, or a sequence of regions;
    a ``*`` stands for any text. SigV4a without one is good for ``region`` alone.
    """
    if _choice("algorithm", algorithm, ("sigv4", "sigv4a"), "") == "sigv4":
        if region_set is not None:
            raise InvalidInputError(
                "region_set", "left out with algorithm='sigv4', which signs for one region"
            )
        return None
    if region_set is None:
        return region
    regions = region_set.split(",") if isinstance(region_set, str) else region_set
    if not hasattr(regions, "__iter__") or not (listed := list(regions)):
        raise InvalidInputError("region_set", "regions as 'us-east-1,eu-*', or a sequence of them")
    for one in listed:
        checked_label("region_set", one.replace("*", "a") if isinstance(one, str) else one)
    return ",".join(listed)


def parsed_query(text: str) -> list[tuple[str, str]]:
    """Return a query as decoded pairs; ``+`` is a plus, a name without ``=`` has no value.

    Raises InvalidInputError for escapes that are not those of UTF-8.
    """
    pairs = []
    for parameter in text.split("&"):
        if parameter:
            name, _, value = parameter.partition("=")
            pairs.append((_decoded(name), _decoded(value)))
    return pairs


def _decoded(text: str) -> str:
    first, *parts = text.split("%")
    try:
        raw = first.encode() + b"".join([bytes.fromhex(part[:2]) + part[2:].encode() for part in parts])
        if all(len(part) > 1 and part[:2].isalnum() for part in parts):
            return raw.decode()
    except ValueError:
        pass
    raise InvalidInputError("url", "percent-encoded UTF-8 in its query")


def _signed_path(path: str, encoding: str, normalize: bool) -> str:
    if normalize:
        path = normalize_path(path)
    return path if encoding == "once" else encode_path(path)


def _payload_hash(given: str | None, header: str | None) -> str | None:
    """Return the last line of the canonical request; a header of that name decides."""
    if given is None:
        return header
    if header is not None and header != given:
        raise InvalidInputError("payload_hash", "the same as the header x-amz-content-sha256")
    if given != UNSIGNED_PAYLOAD and not (
        isinstance(given, str) and len(given) == 64 and _HEX.issuperset(given)
    ):
        raise InvalidInputError("payload_hash", "64 lower-case hex digits of a SHA-256, or UNSIGNED-PAYLOAD")
    return given


def _choice(field: str, value: str | None, allowed: tuple[str, str], default: str) -> str:
    if value is None:
        return default
    if value not in allowed:
        raise InvalidInputError(field, f"{allowed[0]!r} or {allowed[1]!r}", shown(value))
    return value


def _flag(field: str, value: bool) -> bool:
    if value is not True and value is not False:
        raise InvalidInputError(field, "True or False", shown(value))
    return value
