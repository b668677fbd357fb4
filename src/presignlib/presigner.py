"""The Presigner, which keeps what many URLs share, and its batches."""

from __future__ import annotations

from . import s3
from ._clock import utc_now
from ._operations import (
    DELETE,
    GET,
    HEAD,
    LIST,
    PUT,
    ClassShows,
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
from ._time import as_datetime, instant_of, span_of
from .credentials import Credentials
from .errors import InvalidInputError
from .request import checked_method
from .results import PresignedURL, presigned_url
from .settings import KEYWORDS, Where, with_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from datetime import datetime, timedelta
    from typing import Any

    from typing_extensions import Unpack

    from ._keywords import (
        AddressKeywords,
        DeleteKeywords,
        GetKeywords,
        HeadKeywords,
        ListKeywords,
        MultipartKeywords,
        PutKeywords,
        RequestKeywords,
        WhereKeywords,
    )
    from ._time import Expires, Lifetime
    from .credentials import CredentialsProvider
    from .multipart import MultipartUpload
    from .post_policy import Condition, PresignedPost
    from .request import Pairs
    from .signing import Prepared, SigningKeys

__all__ = ["Batch", "Presigner"]

_MOST_STATES = 64
# Option values that can not change behind our back and are no secret (as a customer's
# key is, which is bytes); states are kept for these alone.
_FIXED_TYPES = frozenset({str, int, bool, type(None)})


class _Cache:
    """What a Presigner remembers: states, signing keys, what it has warned of."""

    __slots__ = ("keys", "said", "states")

    def __init__(self) -> None:
        self.states: dict[tuple[object, ...], State] = {}
        self.keys: SigningKeys = {}
        self.said: set[str] = set()

    def keep(self, name: tuple[object, ...], state: State) -> None:
        """Keep a state, and let the oldest go. The dict is swapped whole: threads read it."""
        kept = list(self.states.items())[1 - _MOST_STATES :]
        self.states = dict([*kept, (name, state)])


class Presigner:
    """Presigns many URLs with one set of settings: immutable, safe to share by threads.

    ``expires`` is what its URLs live unless a call says otherwise, ``max_expires`` the
    most that a call may ask for, ``stable_for`` the window in which one object has one
    URL. ``clock`` gives an aware datetime; ``now`` fixes the time. The rest says where
    and with what to sign, as in the functions.

    Region and endpoint are settled here, once; credentials are asked for when needed,
    at most once a second. Pickling one that holds Credentials is refused unless
    ``pickle_credentials`` is True; ``copy`` and ``deepcopy`` give the same object.

    Raises InvalidInputError; NoRegionError comes from the call that needs a region.
    """

    __slots__ = (
        "_cache",
        "_clock",
        "_expires",
        "_life",
        "_longest",
        "_now",
        "_pickle_credentials",
        "_source",
        "_stable_for",
        "_where",
    )
    _cache: _Cache
    _clock: Callable[[], datetime] | None
    _expires: Expires
    _life: Lifetime
    _longest: int
    _now: datetime | None
    _pickle_credentials: bool
    _source: tuple[Credentials | CredentialsProvider | None, str | None]
    _stable_for: int | None
    _where: Where
    __signature__ = ClassShows(Where.__init__)

    def __init__(
        self,
        *,
        expires: Expires = "15m",
        max_expires: int | str | timedelta = "7d",
        stable_for: int | str | timedelta | None = None,
        clock: Callable[[], datetime] | None = None,
        pickle_credentials: bool = False,
        now: datetime | None = None,
        credentials: Credentials | CredentialsProvider | None = None,
        profile: str | None = None,
        **where: Unpack[AddressKeywords],
    ) -> None:
        if clock is not None and now is not None:
            raise InvalidInputError("clock", "left out with now: both say what time it is")
        if clock is not None and not callable(clock):
            raise InvalidInputError("clock", "a function that gives an aware datetime", type(clock).__name__)
        refuse_unknown("Presigner", where, [name for name in where if name in KEYWORDS])
        longest = span_of("max_expires", max_expires)
        window = window_of(stable_for)
        seconds = utc_now if clock is None else lambda: instant_of("clock", clock())
        put = object.__setattr__
        put(self, "_expires", expires)
        put(self, "_longest", longest)
        put(self, "_stable_for", window)
        put(self, "_life", life_of(expires, window, longest))
        put(self, "_clock", clock)
        put(self, "_now", now)
        put(self, "_source", (credentials, profile))
        put(self, "_pickle_credentials", bool(pickle_credentials))
        given = {"credentials": credentials, "profile": profile, "now": now, "clock": seconds, **where}
        put(self, "_where", Where(**with_environment(given)))
        put(self, "_cache", _Cache())

    @shows(GET.parts, Where.__init__, expires=None, stable_for=None)
    def get(self, bucket: str, key: str, **keywords: Unpack[GetKeywords]) -> PresignedURL:
        """Return a URL that downloads an object, as presign_get does."""
        return self._url(GET, bucket, key, keywords)

    @shows(HEAD.parts, Where.__init__, expires=None, stable_for=None)
    def head(self, bucket: str, key: str, **keywords: Unpack[HeadKeywords]) -> PresignedURL:
        """Return a URL that asks for an object's headers, as presign_head does."""
        return self._url(HEAD, bucket, key, keywords)

    @shows(PUT.parts, Where.__init__, expires=None, stable_for=None)
    def put(self, bucket: str, key: str, **keywords: Unpack[PutKeywords]) -> PresignedURL:
        """Return a URL that uploads an object, as presign_put does."""
        return self._url(PUT, bucket, key, keywords)

    @shows(DELETE.parts, Where.__init__, expires=None, stable_for=None)
    def delete(self, bucket: str, key: str, **keywords: Unpack[DeleteKeywords]) -> PresignedURL:
        """Return a URL that deletes an object, as presign_delete does."""
        return self._url(DELETE, bucket, key, keywords)

    @shows(LIST.parts, Where.__init__, expires=None, stable_for=None)
    def list(self, bucket: str, **keywords: Unpack[ListKeywords]) -> PresignedURL:
        """Return a URL that lists a bucket, as presign_list does."""
        return self._bucket_url(LIST, bucket, keywords)

    @shows(s3.any_operation, Where.__init__, expires=None, stable_for=None)
    def request(
        self, method: str, bucket: str, key: str | None = None, **keywords: Unpack[RequestKeywords]
    ) -> PresignedURL:
        """Return a URL for any request to a bucket or, with ``key``, to an object.

        ``query`` has the operation's parameters, as ``{"uploads": ""}``, ``headers`` what
        is to be signed and sent. Raises as presign_get does.
        """
        verb = checked_method(method)
        if key is None:
            return self._bucket_url(
                Operation(f"request {verb} bucket", verb, s3.any_operation, request=s3.bucket_request),
                bucket,
                keywords,
            )
        return self._url(Operation(f"request {verb}", verb, s3.any_operation), bucket, key, keywords)

    @shows(s3.multipart_upload, Where.__init__, expires=None)
    def multipart(self, bucket: str, key: str, **keywords: Unpack[MultipartKeywords]) -> MultipartUpload:
        """Return an upload of one object in parts, as presign_multipart does."""
        from .multipart import MultipartUpload

        options, settings = split(dict(keywords))
        settings["expires"] = options.pop("expires", None)
        refuse_unknown("multipart", options, names_of(s3.multipart_upload))

        def sign(method: str, bucket: str, key: str, **parts: Any) -> PresignedURL:
            return self.request(method, bucket, key, **parts, **settings)

        return MultipartUpload(bucket, key, sign, options)

    @shows(Where.__init__)
    def post(
        self,
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
        expires: Expires | None = None,
        **where: Unpack[WhereKeywords],
    ) -> PresignedPost:
        """Return a form that uploads one file from a browser, as presign_post does."""
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
        refuse_unknown("post", where, [name for name in where if name in KEYWORDS])
        given = self._expires if expires is None else expires
        life = life_of(given, None, self._longest)
        return post_of(bucket, key, options, self._elsewhere(dict(where)), life, self._cache.said)

    @shows(Where.__init__)
    def object_url(self, bucket: str, key: str, **where: Unpack[WhereKeywords]) -> str:
        """Return the unsigned URL of an object, as the function object_url does."""
        refuse_unknown("object_url", where, [name for name in where if name in KEYWORDS])
        return s3.plain_url(self._elsewhere(dict(where)).address(bucket), key)

    @shows(GET.parts, Where.__init__, expires=None, stable_for=None)
    def get_many(self, bucket: str, keys: Iterable[str], **keywords: Unpack[GetKeywords]) -> Batch:
        """Return an iterator of plain ``str``: the URLs of ``keys``, in their order.

        Options are those of ``get`` and hold for all; they are checked here, keys as they
        come. The clock is read for every key, so a long batch never gives a URL that is
        older than its second. An InvalidInputError for one key does not end the batch:
        the next ``next()`` goes on behind it.
        """
        if isinstance(keys, (str, bytes, type)) or not hasattr(keys, "__iter__"):
            raise InvalidInputError("keys", "an iterable of keys", type(keys).__name__)
        return Batch(self._state(GET, bucket, keywords, "get_many"), iter(keys), self._cache.keys)

    def prepare(self, min_lifetime: int | str | timedelta = "15m") -> None:
        """Fetch credentials now, or refresh those that do not live ``min_lifetime``.

        For a start that shall not wait at the first URL, and for a timer. Raises
        CredentialsError where there are none.
        """
        self._where.credentials.load(span_of("min_lifetime", min_lifetime))

    async def aprepare(self, min_lifetime: int | str | timedelta = "15m") -> None:
        """Do what ``prepare`` does in a thread, while the event loop goes on."""
        from asyncio import to_thread

        await to_thread(self.prepare, min_lifetime)

    def _url(self, operation: Operation, bucket: str, key: str, keywords: Any) -> PresignedURL:
        try:
            state = self._cache.states[
                (operation.name, bucket, *keywords.items(), *map(type, keywords.values()))
                if keywords
                else (operation.name, bucket)
            ]
        except (KeyError, TypeError):
            s3.checked_key(key)
            state = self._state(operation, bucket, keywords)
        prepared = state.prepared
        if not prepared.start <= state.where.clock() < prepared.end:
            s3.checked_key(key)
            prepared = state.renewed(self._cache.keys, self._cache.said)
        try:
            # Plainly good keys pass these three cheap questions; the rest is looked at.
            if key < "0" or len(key) > 256 or "/." in key:
                look_at(key, self._cache.said)
            url = PresignedURL(prepared.sign(key))
        except (TypeError, AttributeError, ValueError):
            s3.checked_key(key)
            raise
        url._contract = prepared.contract
        url._key = key
        return url

    def _bucket_url(self, operation: Operation, bucket: str, keywords: Any) -> PresignedURL:
        state = self._state(operation, bucket, keywords)
        prepared = state.prepared
        if not prepared.start <= state.where.clock() < prepared.end:
            prepared = state.renewed(self._cache.keys, self._cache.said)
        return presigned_url(prepared.sign(""), prepared.contract, None)

    def _state(self, operation: Operation, bucket: str, keywords: Any, caller: str = "") -> State:
        """Return the kept state of an operation, or a new one; it is kept if it may be."""
        fixed = _FIXED_TYPES.issuperset(map(type, keywords.values()))
        name = (operation.name, bucket, *keywords.items(), *map(type, keywords.values()))
        if fixed and isinstance(bucket, str):
            state = self._cache.states.get(name)
            if state is not None:
                return state
        options, settings = split(keywords)
        expires, stable_for = options.pop("expires", None), options.pop("stable_for", None)
        window = self._stable_for if stable_for is None else window_of(stable_for)
        if expires is None and window == self._stable_for:
            life = self._life
        else:
            life = life_of(self._expires if expires is None else expires, window, self._longest)
        state = state_of(operation, bucket, options, self._elsewhere(settings), life, window, caller)
        if fixed and not settings:
            self._cache.keep(name, state)
        return state

    def _elsewhere(self, settings: dict[str, Any]) -> Where:
        """Return this Presigner's settings, but for those that a call gives."""
        if not settings:
            return self._where
        credentials, profile = self._source
        ours = {
            **self._where.settled(),
            "credentials": credentials,
            "profile": profile,
            "clock": self._where.clock,
        }
        return Where(**{**ours, **{name: value for name, value in settings.items() if value is not None}})

    def __repr__(self) -> str:
        shown = {"expires": self._expires, "stable_for": self._stable_for, **self._where.settled()}
        shown["credentials"] = self._source[0]
        listed = ", ".join(
            [f"{name}={value!r}" for name, value in shown.items() if value not in (None, False)]
        )
        return f"Presigner({listed})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Presigner is immutable: {name} can not be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Presigner is immutable: {name} can not be deleted")

    def __copy__(self) -> Presigner:
        return self

    def __deepcopy__(self, memo: object) -> Presigner:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        credentials, profile = self._source
        if isinstance(credentials, Credentials) and not self._pickle_credentials:
            raise InvalidInputError(
                "pickle_credentials",
                "True to pickle a Presigner that holds Credentials; a provider travels without secrets",
            )
        settings = {
            "expires": self._expires,
            "max_expires": self._longest,
            "stable_for": self._stable_for,
            "clock": self._clock,
            "pickle_credentials": self._pickle_credentials,
            "now": self._now,
            "credentials": credentials,
            "profile": profile,
            **self._where.settled(),
        }
        return _restored, (settings,)


def _restored(settings: dict[str, Any]) -> Presigner:
    return Presigner(**settings)


class Batch:
    """An iterator of URLs, made by ``Presigner.get_many``; each is a plain ``str``.

    ``method``, ``headers`` and ``expires_at`` are those of a URL that came now.
    """

    __slots__ = ("_keys", "_keys_of_days", "_said", "_state", "_urls")

    def __init__(self, state: State, keys: Iterator[str], signing_keys: SigningKeys) -> None:
        self._state = state
        self._keys = keys
        self._keys_of_days = signing_keys
        self._said: set[str] = set()
        self._urls = self._made()

    @property
    def method(self) -> str:
        """The HTTP method the URLs are good for."""
        return self._now().contract.method

    @property
    def headers(self) -> dict[str, str]:
        """What the sender must send besides the host."""
        return dict(self._now().contract.headers)

    @property
    def expires_at(self) -> datetime:
        """When a URL that came now would die, UTC."""
        return as_datetime(self._now().contract.expires_at)

    def __iter__(self) -> Iterator[str]:
        if getattr(self._urls, "gi_frame", None) is None:  # ended, or raised: there may be more keys
            self._urls = self._made()
        return self._urls

    def __next__(self) -> str:
        return next(iter(self))

    def _now(self) -> Prepared:
        prepared = self._state.prepared
        if not prepared.start <= self._state.where.clock() < prepared.end:
            prepared = self._state.renewed(self._keys_of_days, self._said)
        return prepared

    def _made(self) -> Generator[str, None, None]:
        clock, said = self._state.where.clock, self._said
        start = end = 0.0
        key = "/"  # a good one, for when ``keys`` itself raises at once
        try:
            for key in self._keys:
                if key < "0" or len(key) > 256 or "/." in key:
                    look_at(key, said)
                if not start <= clock() < end:
                    prepared = self._now()
                    start, end, sign = prepared.start, prepared.end, prepared.sign
                yield sign(key)
        except (TypeError, AttributeError, ValueError):
            s3.checked_key(key)
            raise
