"""Tokens and URLs of services other than S3, each with its trap handled.

Each takes ``region``, ``credentials``, ``profile``, ``now`` and ``short_credentials`` as
the presign functions do. A token is a secret for as long as it lives, like the URL that
it is made from.
"""

from __future__ import annotations

from ._functions import presign
from ._partitions import partition_of
from ._time import lifetime
from .errors import InvalidInputError, shown
from .request import checked_label, pairs_of
from .s3 import checked_integer
from .settings import SigningSettings, with_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Unpack

    from ._keywords import SigningKeywords
    from ._time import Expires
    from .request import Pairs
    from .results import PresignedURL

__all__ = [
    "caller_identity_url",
    "dsql_token",
    "eks_token",
    "elasticache_token",
    "iot_websocket_url",
    "kinesis_video_url",
    "memorydb_token",
    "rds_token",
    "transcribe_url",
]

_QUARTER = 900  # seconds that a database or cluster takes a token for, at most
_DAY = 86_400


def eks_token(cluster: str, *, expires: Expires = 60, **signing: Unpack[SigningKeywords]) -> str:
    """Return the bearer token for the API of an EKS cluster, ``k8s-aws-v1.…``.

    It is a URL for GET, though STS's own model has POST, with the cluster's name as a
    signed header, in base64 without padding.
    """
    from base64 import urlsafe_b64encode

    lifetime(expires, _QUARTER)
    url = caller_identity_url(
        headers={"x-k8s-aws-id": _named("cluster", cluster)}, expires=expires, **signing
    )
    return "k8s-aws-v1." + urlsafe_b64encode(url.encode()).decode().rstrip("=")


def caller_identity_url(
    *, headers: Pairs | None = None, expires: Expires = "1m", **signing: Unpack[SigningKeywords]
) -> PresignedURL:
    """Return the URL by which another can ask STS who signed it, as Vault's AWS login does.

    ``headers`` are signed and have to be sent, as ``X-Vault-AWS-IAM-Server-ID``. The host
    is the region's: the global one is retired step by step.
    """
    region = _region(signing)
    return presign(
        "GET",
        f"https://sts.{region}.{partition_of(region).dns_suffix}/",
        service="sts",
        query={"Action": "GetCallerIdentity", "Version": "2011-06-15"},
        headers=headers,
        expires=expires,
        **signing,
    )


def rds_token(
    host: str, port: int, user: str, *, expires: Expires = "15m", **signing: Unpack[SigningKeywords]
) -> str:
    """Return the password of a database user of RDS or Aurora; the port is part of what is signed."""
    query = {"Action": "connect", "DBUser": _named("user", user)}
    return _token(
        "rds-db",
        f"https://{_host(host)}:{checked_integer('port', port, 1, 65_535)}/",
        query,
        expires,
        _QUARTER,
        signing,
    )


def dsql_token(
    host: str, *, admin: bool = False, expires: Expires = "15m", **signing: Unpack[SigningKeywords]
) -> str:
    """Return the password of a user of Aurora DSQL or, with ``admin``, of the role ``admin``."""
    _check_switch("admin", admin)
    query = {"Action": "DbConnectAdmin" if admin else "DbConnect"}
    return _token("dsql", f"https://{_host(host)}/", query, expires, 7 * _DAY, signing)


def elasticache_token(
    cache: str,
    user: str,
    *,
    serverless: bool = False,
    expires: Expires = "15m",
    **signing: Unpack[SigningKeywords],
) -> str:
    """Return the password of a user of ElastiCache; ``cache`` is the cache's name, no host name."""
    _check_switch("serverless", serverless)
    query = {"Action": "connect", "User": _named("user", user)}
    if serverless:
        query["ResourceType"] = "ServerlessCache"
    return _token("elasticache", _name_as_host("cache", cache), query, expires, _QUARTER, signing)


def memorydb_token(
    cluster: str, user: str, *, expires: Expires = "15m", **signing: Unpack[SigningKeywords]
) -> str:
    """Return the password of a user of MemoryDB; ``cluster`` is the cluster's name, no host name."""
    query = {"Action": "connect", "User": _named("user", user)}
    return _token("memorydb", _name_as_host("cluster", cluster), query, expires, _QUARTER, signing)


def iot_websocket_url(
    host: str, *, expires: Expires = "1d", **signing: Unpack[SigningKeywords]
) -> PresignedURL:
    """Return the URL for MQTT over WebSockets; the session token is appended, not signed.

    ``host`` is the account's endpoint, or ``host:port``.
    """
    lifetime(expires, _DAY)
    return presign(
        "GET",
        f"wss://{_host(host, more=':')}/mqtt",
        service="iotdevicegateway",
        token_placement="appended",
        expires=expires,
        **signing,
    )


def kinesis_video_url(
    endpoint: str,
    channel_arn: str,
    *,
    client_id: str | None = None,
    expires: Expires = 299,
    **signing: Unpack[SigningKeywords],
) -> PresignedURL:
    """Return the URL of a signaling channel of Kinesis Video Streams.

    ``endpoint`` is the ``wss://`` one that GetSignalingChannelEndpoint gave. A viewer has
    a ``client_id``, the master none. The session token is signed: this service, other
    than IoT, refuses one that is appended (amazon-kinesis-video-streams-webrtc-sdk-js).
    """
    if not isinstance(endpoint, str) or not endpoint.startswith("wss://"):
        raise InvalidInputError("endpoint", "the wss:// one of the channel")
    lifetime(expires, 300)
    query = {"X-Amz-ChannelARN": _named("channel_arn", channel_arn)}
    if client_id is not None:
        query["X-Amz-ClientId"] = _named("client_id", client_id)
    return presign("GET", endpoint, service="kinesisvideo", query=query, expires=expires, **signing)


def transcribe_url(
    *,
    language_code: str = "en-US",
    media_encoding: str = "pcm",
    sample_rate: int = 16_000,
    medical: bool = False,
    query: Pairs | None = None,
    expires: Expires = 300,
    **signing: Unpack[SigningKeywords],
) -> PresignedURL:
    """Return the URL of a streaming transcription over WebSockets; its port is signed too.

    ``query`` has further parameters, as ``{"vocabulary-name": "words"}``; ``medical`` asks
    for Transcribe Medical, which needs ``specialty`` and ``type`` there. It has to be
    used within five minutes.
    """
    region = _region(signing)
    lifetime(expires, 300)
    own = [
        ("language-code", _named("language_code", language_code)),
        ("media-encoding", _named("media_encoding", media_encoding)),
        ("sample-rate", str(checked_integer("sample_rate", sample_rate, 8_000, 48_000))),
    ]
    more = pairs_of("query", query)
    for name, _ in own:
        if name in dict(more):
            raise InvalidInputError("query", f"free of {name}, which an option sets already")
    path = "medical-stream-transcription-websocket" if medical else "stream-transcription-websocket"
    return presign(
        "GET",
        f"wss://transcribestreaming.{region}.{partition_of(region).dns_suffix}:8443/{path}",
        service="transcribe",
        query=own + more,
        expires=expires,
        **signing,
    )


def _token(
    service: str, url: str, query: dict[str, str], expires: Expires, longest: int, signing: Any
) -> str:
    """Return a presigned URL without its scheme, which is what databases take for a password."""
    lifetime(expires, longest)
    signed = presign("GET", url, service=service, query=query, expires=expires, **signing)
    return signed.partition("://")[2]


def _region(signing: Any) -> str:
    settings = SigningSettings(**with_environment(dict(signing), frozenset({"region"})))
    if settings.region is None:
        raise settings.no_region()
    if settings.region.endswith("-global"):
        raise InvalidInputError("region", "one that has hosts of its own", shown(settings.region))
    return checked_label("region", settings.region)


def _check_switch(field: str, value: bool) -> None:
    if not isinstance(value, bool):
        raise InvalidInputError(field, "True or False", shown(value))


def _named(field: str, value: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInputError(field, "a str that is not empty", type(value).__name__)
    return value


def _name_as_host(field: str, name: str) -> str:
    """Return the URL for a name that takes the host's place; it is never sent anywhere."""
    return f"http://{checked_label(field, _named(field, name).lower())}/"


def _host(host: str, more: str = "") -> str:
    """Return a host without scheme, path and, but for ``more``, port; the rest is checked with the URL."""
    if not isinstance(host, str) or not host or not set("/:@?#").difference(more).isdisjoint(host):
        raise InvalidInputError("host", "a host name without scheme, port and path")
    return host
