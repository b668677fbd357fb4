"""presignlib's own ways to a URL, and the floor of each."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from presignlib import PresignedURL, Presigner, presign_get

from .floor import floor
from .gate import refuse_wrong
from .timing import Contender
from .workload import (
    BUCKET,
    CONTENT_TYPE,
    CREDENTIALS,
    DOWNLOAD_AS,
    ENCODED_KEYS,
    EXPIRES,
    PLAIN_KEYS,
    REGION,
    TEMPORARY,
    VERSION_ID,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from presignlib import Credentials

    Run = Callable[[Sequence[str]], None]

FLOOR, FLOOR_TOKEN = "floor", "floor, token"
FLOOR_ENCODED, FLOOR_OPTIONS = "floor, encoded keys", "floor, three options"
MANY, MANY_TOKEN, MANY_ENCODED = "get_many", "get_many, token", "get_many, encoded keys"
GET, GET_TOKEN, GET_OPTIONS = "Presigner.get", "Presigner.get, token", "Presigner.get, three options"
ONCE = "presign_get"


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
        Contender(ONCE, _once, PLAIN_KEYS),
    ]


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


def _once(keys: Sequence[str]) -> None:
    for key in keys:
        presign_get(BUCKET, key, region=REGION, credentials=CREDENTIALS, expires=EXPIRES)
