"""The module's functions: each settles where and with what to sign, signs once, forgets."""

from __future__ import annotations

from . import s3
from ._operations import (
    DELETE,
    GET,
    HEAD,
    LIST,
    PUT,
    Operation,
    State,
    life_of,
    look_at,
    names_of,
    post_of,
    refuse_unknown,
    shows,
    split,
    state_of,
    window_of,
)
from ._time import WEEK, lifetime
from .results import PresignedURL, presigned_url
from .settings import KEYWORDS, SigningSettings, Where, with_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from typing_extensions import Unpack

    from ._keywords import (
        DeleteKeywords,
        GetKeywords,
        HeadKeywords,
        ListKeywords,
        MultipartKeywords,
        PresignKeywords,
        PutKeywords,
        WhereKeywords,
    )
    from ._time import Expires
    from .credentials import Credentials, CredentialsProvider
    from .multipart import MultipartUpload
    from .post_policy import Condition, PresignedPost
    from .request import Pairs

__all__ = [
    "object_url",
    "presign",
    "presign_delete",
    "presign_get",
    "presign_head",
    "presign_list",
    "presign_multipart",
    "presign_post",
    "presign_put",
]


_SIGNING = frozenset({"region", "allow_http"})  # what the environment says of any service


def _once(operation: Operation, bucket: str, key: str | None, keywords: Any) -> PresignedURL:
    """Return the URL of one operation, from all the keywords of its function."""
    options, settings = split(keywords)
    said: set[str] = set()
    if operation.request is s3.object_request:
        look_at(key, said)  # None is no key: it must not come to mean the bucket
    stable_for = window_of(options.pop("stable_for", None))
    life = life_of(options.pop("expires", operation.expires), stable_for, WEEK)
    prepared = state_of(
        operation,
        bucket,
        options,
        Where(**with_environment(settings)),
        life,
        stable_for,
        f"presign_{operation.name}",
    ).renewed(None, said)
    return presigned_url(prepared.sign("" if key is None else key), prepared.contract, key)


@shows(GET.parts, Where.__init__, expires=GET.expires, stable_for=None)
def presign_get(bucket: str, key: str, **keywords: Unpack[GetKeywords]) -> PresignedURL:
    """Return a URL that downloads an object: S3's GetObject.

    ``expires`` is how long it lives: seconds, ``"15m"``, ``"10 minutes"``, a timedelta,
    or an aware datetime for an instant. ``download_as`` and ``inline_as`` name the file
    that a browser saves or shows; the ``response_*`` options override the headers of
    the answer. ``stable_for`` gives one byte-identical URL for so long, for caches.

    Raises InvalidInputError for what S3 would refuse, NoRegionError where no region is
    found, and CredentialsError where there are no credentials that live.
    """
    return _once(GET, bucket, key, keywords)


@shows(HEAD.parts, Where.__init__, expires=HEAD.expires, stable_for=None)
def presign_head(bucket: str, key: str, **keywords: Unpack[HeadKeywords]) -> PresignedURL:
    """Return a URL that asks for an object's headers: S3's HeadObject.

    A URL for GET is refused for HEAD: the method is signed. Raises as presign_get does.
    """
    return _once(HEAD, bucket, key, keywords)


@shows(PUT.parts, Where.__init__, expires=PUT.expires, stable_for=None)
def presign_put(bucket: str, key: str, **keywords: Unpack[PutKeywords]) -> PresignedURL:
    """Return a URL that uploads an object: S3's PutObject.

    Every option bounds the upload and is a signed header: the sender has to send what
    ``.headers`` lists, or S3 refuses. ``content_length`` is one exact size in bytes,
    ``overwrite=False`` refuses a second write, checksums are raw bytes or base64.
    Without ``content_type`` any type may be sent. Raises as presign_get does.
    """
    return _once(PUT, bucket, key, keywords)


@shows(DELETE.parts, Where.__init__, expires=DELETE.expires, stable_for=None)
def presign_delete(bucket: str, key: str, **keywords: Unpack[DeleteKeywords]) -> PresignedURL:
    """Return a URL that deletes an object: S3's DeleteObject. It lives 5 minutes.

    Never send one through chat or mail: what previews or scans links would delete.
    Raises as presign_get does.
    """
    return _once(DELETE, bucket, key, keywords)


@shows(LIST.parts, Where.__init__, expires=LIST.expires, stable_for=None)
def presign_list(bucket: str, **keywords: Unpack[ListKeywords]) -> PresignedURL:
    """Return a URL that lists a bucket: S3's ListObjectsV2. It lives 5 minutes.

    ``prefix`` and ``continuation_token`` are signed, so that a holder can not look
    further, and each page needs a URL of its own. Raises as presign_get does.
    """
    return _once(LIST, bucket, None, keywords)


@shows(Where.__init__)
def presign_post(
    bucket: str,
    key: str | None = None,
    *,
    key_prefix: str | None = None,
    max_size: int,
    min_size: int = 0,
    content_type: str,
    metadata: Mapping[str, str] | None = None,
    redirect: str | None = None,
    success_status: int | None = None,
    fields: Pairs | None = None,
    conditions: Iterable[Condition] = (),
    expires: Expires = "15m",
    **where: Unpack[WhereKeywords],
) -> PresignedPost:
    """Return a form that uploads one file from a browser: S3's POST Object.

    Unlike a URL for PUT it bounds the size: ``min_size`` to ``max_size`` bytes.
    ``content_type`` is one type, ``"image/*"``, or ``"*/*"`` for any. Either ``key`` is
    the object's, in which ``${filename}`` at the end stands for the file's own name, or
    ``key_prefix`` what that name comes behind. ``redirect`` is where the browser goes
    then, ``success_status`` what is answered without. ``fields`` are more of S3's form
    fields, as ``acl``; ``conditions`` are raw ones, for fields that the sender sets.

    Raises as presign_get does.
    """
    options = {
        "key_prefix": key_prefix,
        "max_size": max_size,
        "min_size": min_size,
        "content_type": content_type,
        "metadata": metadata,
        "redirect": redirect,
        "success_status": success_status,
        "fields": fields,
        "conditions": conditions,
    }
    refuse_unknown("presign_post", [name for name in where if name not in KEYWORDS], ())
    place = Where(**with_environment(dict(where)))
    return post_of(bucket, key, options, place, lifetime(expires), set())


@shows(s3.multipart_upload, Where.__init__, expires="1h")
def presign_multipart(bucket: str, key: str, **keywords: Unpack[MultipartKeywords]) -> MultipartUpload:
    """Return an upload of one object in parts, which signs each request when it is asked for.

    The options are those of ``presign_put`` that hold for the whole object: type,
    metadata, tags, encryption, ACL. ``expires`` is how long each URL lives. Region,
    endpoint and credentials are settled now. Raises as presign_get does.
    """
    from .presigner import Presigner

    options, settings = split(dict(keywords))
    expires = options.pop("expires", "1h")
    refuse_unknown("presign_multipart", options, names_of(s3.multipart_upload))
    return Presigner(expires=expires, **settings).multipart(bucket, key, **options)


@shows(Where.__init__)
def object_url(bucket: str, key: str, **where: Unpack[WhereKeywords]) -> str:
    """Return the unsigned URL of an object, correctly encoded; only public ones open.

    Takes the keywords that say where. Raises InvalidInputError and NoRegionError.
    """
    refuse_unknown("object_url", [name for name in where if name not in KEYWORDS], ())
    return s3.plain_url(Where(**with_environment(dict(where))).address(bucket), key)


def _presign(
    method: str,
    url: str,
    *,
    service: str,
    region: str | None = None,
    credentials: Credentials | CredentialsProvider | None = None,
    profile: str | None = None,
    expires: Expires = "15m",
    headers: Pairs | None = None,
    query: Pairs | None = None,
    payload_hash: str | None = None,
    token_placement: str | None = None,
    path_encoding: str | None = None,
    normalize_path: bool | None = None,
    algorithm: str = "sigv4",
    region_set: str | Iterable[str] | None = None,
    allow_http: bool = False,
    now: datetime | None = None,
    short_credentials: str = "cap",
) -> PresignedURL:
    from ._service_request import regions_of, service_request

    settings = SigningSettings(region, credentials, profile, allow_http, now, short_credentials)
    regions = regions_of(algorithm, settings.region, region_set)
    if settings.region is None and regions is None:
        raise settings.no_region()
    request = service_request(
        method,
        url,
        service,
        settings.region,
        headers=headers,
        query=query,
        payload_hash=payload_hash,
        token_placement=token_placement,
        path_encoding=path_encoding,
        normalize=normalize_path,
        allow_http=settings.allow_http,
        region_set=regions,
    )
    prepared = State(request, settings, lifetime(expires, request.rules.max_expires)).renewed(None, set())
    return presigned_url(prepared.sign(""), prepared.contract, None)


_presign.__qualname__ = "presign"  # which is what a TypeError shall name


@shows(_presign)
def presign(method: str, url: str, **keywords: Unpack[PresignKeywords]) -> PresignedURL:
    """Return a URL for any AWS service, from the URL as it will be sent.

    ``url`` is absolute, ``https`` or ``wss``, its path percent-encoded and taken byte
    for byte; its own query comes before ``query``. ``service`` is the signing name.
    ``path_encoding``: ``"once"`` signs the path as sent (S3), ``"twice"`` encodes it once
    more (all others). ``normalize_path`` takes empty and dot segments out of what is
    signed. ``payload_hash`` is the hex SHA-256 of the body, or ``UNSIGNED-PAYLOAD``.
    ``token_placement="appended"`` puts the session token behind the signature.
    ``algorithm="sigv4a"`` signs for ``region_set``: a string as ``"us-east-1,eu-*"``, or
    a sequence; ``region`` may then be left out.

    Raises InvalidInputError, NoRegionError and CredentialsError.
    """
    return _presign(method, url, **with_environment(dict(keywords), _SIGNING))
