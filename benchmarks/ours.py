"""presignlib's own ways to a URL, and the floor of each."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from presignlib import PresignedURL, Presigner, inspect_url, presign_get, presign_put, verify_url

from .floor import floor
from .gate import refuse_wrong
from .timing import Contender
from .workload import (
    BUCKET,
    CONTENT_TYPE,
    CREDENTIALS,
    DOWNLOAD_AS,
    ENCODED_KEYS,
    EVERYWHERE,
    EXPIRES,
    PLAIN_KEYS,
    REGION,
    TEMPORARY,
    UPLOAD,
    VERSION_ID,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from presignlib import Credentials

    Run = Callable[[Sequence[str]], None]

FLOOR, FLOOR_TOKEN = "floor", "floor, token"
FLOOR_ENCODED, FLOOR_OPTIONS = "floor, encoded keys", "floor, three options"
MANY, MANY_TOKEN, MANY_ENCODED = "get_many", "get_many, token", "get_many, encoded keys"
GET, GET_TOKEN, GET_OPTIONS = "Presigner.get", "Presigner.get, token", "Presigner.get, three options"
ONCE, ONCE_TOKEN, ONCE_HEADERS = "presign_get", "presign_get, token", "presign_put, seven headers"
VERIFY, VERIFY_TOKEN, VERIFY_HEADERS = "verify_url", "verify_url, token", "verify_url, seven headers"
INSPECT, INSPECT_TOKEN = "inspect_url", "inspect_url, token"
INSPECT_HEADERS = "inspect_url, seven headers"
ONCE_SIGV4A, VERIFY_SIGV4A, INSPECT_SIGV4A = (
    "presign_get, SigV4a",
    "verify_url, SigV4a",
    "inspect_url, SigV4a",
)


def contenders() -> list[Contender]:
    """Return what is timed of presignlib, once botocore has found it right."""
    plain, token = _presigner(CREDENTIALS), _presigner(TEMPORARY)
    _judge(plain, CREDENTIALS, PLAIN_KEYS)
    _judge(plain, CREDENTIALS, ENCODED_KEYS)
    _judge(token, TEMPORARY, PLAIN_KEYS)
    return [
        _floor(FLOOR, CREDENTIALS, PLAIN_KEYS, _url),
        _floor(FLOOR_TOKEN, TEMPORARY, PLAIN_KEYS, _url),
        _floor(FLOOR_ENCODED, CREDENTIALS, ENCODED_KEYS, _url),
        _floor(FLOOR_OPTIONS, CREDENTIALS, PLAIN_KEYS, _url_with_options),
        Contender(MANY, _many(plain), PLAIN_KEYS),
        Contender(MANY_TOKEN, _many(token), PLAIN_KEYS),
        Contender(MANY_ENCODED, _many(plain), ENCODED_KEYS),
        Contender(GET, _each(plain), PLAIN_KEYS),
        Contender(GET_TOKEN, _each(token), PLAIN_KEYS),
        Contender(GET_OPTIONS, _each_with_options(plain), PLAIN_KEYS),
        Contender(ONCE, _once(CREDENTIALS), PLAIN_KEYS),
        Contender(ONCE_TOKEN, _once(TEMPORARY), PLAIN_KEYS),
        Contender(ONCE_HEADERS, _upload_once, PLAIN_KEYS),
        Contender(ONCE_SIGV4A, _once(CREDENTIALS, EVERYWHERE), PLAIN_KEYS),
        *_readers((VERIFY, INSPECT), CREDENTIALS, [plain.get(BUCKET, key) for key in PLAIN_KEYS]),
        *_readers((VERIFY_TOKEN, INSPECT_TOKEN), TEMPORARY, [token.get(BUCKET, key) for key in PLAIN_KEYS]),
        *_readers(
            (VERIFY_HEADERS, INSPECT_HEADERS),
            CREDENTIALS,
            [plain.put(BUCKET, key, **UPLOAD) for key in PLAIN_KEYS],
        ),
        *_readers(
            (VERIFY_SIGV4A, INSPECT_SIGV4A),
            CREDENTIALS,
            [plain.get(EVERYWHERE, key) for key in PLAIN_KEYS[:256]],
        ),
    ]


def _readers(
    names: tuple[str, str], credentials: Credentials, urls: Sequence[PresignedURL]
) -> Iterator[Contender]:
    """Give what verifies and what inspects URLs, once it has found each genuine."""
    texts, verify = [str(url) for url in urls], _verify(credentials, urls[0])
    verify(texts)
    yield Contender(names[0], verify, texts)
    yield Contender(names[1], _inspect, texts)


def _presigner(credentials: Credentials, now: datetime | None = None) -> Presigner:
    return Presigner(region=REGION, credentials=credentials, expires=EXPIRES, now=now)


def _floor(
    name: str, credentials: Credentials, keys: Sequence[str], url: Callable[[Presigner, str], PresignedURL]
) -> Contender:
    presigner = _presigner(credentials, datetime.now(timezone.utc))
    hash_calls, requests = floor([url(presigner, key) for key in keys], credentials)
    return Contender(name, hash_calls, requests)


def _judge(presigner: Presigner, credentials: Credentials, keys: Sequence[str]) -> None:
    few = keys[:8]
    for key, url in zip(few, presigner.get_many(BUCKET, few), strict=True):
        refuse_wrong("get_many", url, key, credentials.session_token)
        refuse_wrong("get", _url(presigner, key), key, credentials.session_token)
        refuse_wrong("get", _url_with_options(presigner, key), key, credentials.session_token)
        once = presign_get(BUCKET, key, region=REGION, credentials=credentials, expires=EXPIRES)
        refuse_wrong("presign_get", once, key, credentials.session_token)
        put = presign_put(BUCKET, key, region=REGION, credentials=credentials, expires=EXPIRES, **UPLOAD)
        refuse_wrong("presign_put", put, key, credentials.session_token, "PUT", put.headers)


def _url(presigner: Presigner, key: str) -> PresignedURL:
    return presigner.get(BUCKET, key)


def _url_with_options(presigner: Presigner, key: str) -> PresignedURL:
    return presigner.get(
        BUCKET, key, download_as=DOWNLOAD_AS, response_content_type=CONTENT_TYPE, version_id=VERSION_ID
    )


# What is timed calls the library directly: a function in between would be timed with it.


def _many(presigner: Presigner) -> Run:
    def run(keys: Sequence[str]) -> None:
        for _ in presigner.get_many(BUCKET, keys):
            pass

    return run


def _each(presigner: Presigner) -> Run:
    def run(keys: Sequence[str]) -> None:
        get = presigner.get
        for key in keys:
            get(BUCKET, key)

    return run


def _each_with_options(presigner: Presigner) -> Run:
    def run(keys: Sequence[str]) -> None:
        get = presigner.get
        for key in keys:
            get(
                BUCKET,
                key,
                download_as=DOWNLOAD_AS,
                response_content_type=CONTENT_TYPE,
                version_id=VERSION_ID,
            )

    return run


def _once(credentials: Credentials, bucket: str = BUCKET) -> Run:
    def run(keys: Sequence[str]) -> None:
        for key in keys:
            presign_get(bucket, key, region=REGION, credentials=credentials, expires=EXPIRES)

    return run


def _upload_once(keys: Sequence[str]) -> None:
    for key in keys:
        presign_put(BUCKET, key, region=REGION, credentials=CREDENTIALS, expires=EXPIRES, **UPLOAD)


def _verify(credentials: Credentials, like: PresignedURL) -> Run:
    """Return what verifies URLs that are sent as ``like`` is."""
    method, headers = like.method, like.headers

    def run(urls: Sequence[str]) -> None:
        for url in urls:
            verify_url(url, credentials, method=method, headers=headers)

    return run


def _inspect(urls: Sequence[str]) -> None:
    for url in urls:
        inspect_url(url)
