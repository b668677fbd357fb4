"""S3's operations as rows, and the state of one that is signed again and again.

What is prepared lives for one second (or one stable window), is swapped whole, and
is made anew by whoever first finds it out of date; so no lock is needed.
"""

from __future__ import annotations

from . import s3
from ._time import Lifetime, as_datetime, lifetime, span_of
from .credentials import Credentials
from .errors import CredentialsError, InvalidInputError, ShortCredentialsWarning, warn
from .settings import KEYWORDS
from .signing import Prepared, prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta
    from inspect import Signature
    from typing import Any, TypeVar

    from ._time import Expires
    from .post_policy import Form, PresignedPost
    from .request import SignableRequest
    from .settings import SigningSettings, Where
    from .signing import SigningKeys

    F = TypeVar("F", bound=Callable[..., Any])


class Operation:
    """One row: ``parts`` turns options into query and headers, ``request`` those into a request."""

    __slots__ = ("bare", "expires", "method", "name", "parts", "request")

    def __init__(
        self,
        name: str,
        method: str,
        parts: Callable[..., s3.Parts],
        expires: str = "15m",
        request: Callable[..., SignableRequest] = s3.object_request,
    ) -> None:
        self.name = name
        self.method = method
        self.parts = parts
        self.bare = parts()  # without options: what most URLs are made from
        self.expires = expires
        self.request = request


GET = Operation("get", "GET", s3.get_object)
HEAD = Operation("head", "HEAD", s3.head_object)
PUT = Operation("put", "PUT", s3.put_object)
DELETE = Operation("delete", "DELETE", s3.delete_object, "5m")
LIST = Operation("list", "GET", s3.list_objects, "5m", s3.bucket_request)

# Keywords that other tools have and S3 does not enforce here, with what does it.
_WAYS_OUT = {
    ("put", "max_size"): "left out: S3 enforces no maximum on a PUT; use presign_post(max_size=), "
    "or content_length= for one exact size",
    ("put", "min_size"): "left out: S3 enforces no minimum on a PUT; use presign_post(min_size=)",
}


_HINTS = dict.fromkeys(("ExpiresIn", "expires_in", "expire", "ttl"), "expires=")  # other tools' names


class State:
    """One request as it is prepared for now; ``prepared`` is swapped whole."""

    __slots__ = ("life", "prepared", "request", "stable_for", "where")

    def __init__(
        self, request: SignableRequest, where: SigningSettings, life: Lifetime, stable_for: int | None = None
    ) -> None:
        self.request = request
        self.where = where
        self.life = life
        self.stable_for = stable_for
        self.prepared: Prepared = _NEVER

    def renewed(self, keys: SigningKeys | None, said: set[str]) -> Prepared:
        """Return what is prepared for now, with credentials that are asked for now."""
        where, life = self.where, self.life
        now = where.clock()
        life.after(int(now // 1))  # before anything is fetched for it
        wanted = (life.seconds if life.ends_at is None else life.ends_at - now) + (self.stable_for or 0)
        credentials = where.credentials.load(wanted)
        if not isinstance(credentials, Credentials):
            given = type(credentials).__name__
            raise CredentialsError(
                f"load() must give Credentials, got {given}", type(where.credentials).__name__
            )
        prepared = prepare(
            self.request,
            credentials,
            life,
            now,
            stable_for=self.stable_for,
            short_credentials=where.short_credentials,
            keys=keys,
        )
        if prepared.shortened and where.short_credentials == "cap":
            _warn_shortened("URL", as_datetime(prepared.contract.expires_at), said)
        self.prepared = prepared
        return prepared


def _warn_shortened(what: str, ends_at: datetime, said: set[str]) -> None:
    if "short" not in said:
        said.add("short")
        ends = f"{ends_at:%Y-%m-%d %H:%M:%S} UTC"
        warn(
            ShortCredentialsWarning, f"the {what} ends at {ends} with its credentials, sooner than asked for"
        )


def post_of(
    bucket: str, key: str | None, options: dict[str, Any], where: Where, life: Lifetime, said: set[str]
) -> PresignedPost:
    """Return the form of one upload, with its options checked."""
    from .post_policy import Limits

    return sign_post(bucket, Limits(bucket, key, **options), where, life, said)


def sign_post(bucket: str, form: Form, where: Where, life: Lifetime, said: set[str]) -> PresignedPost:
    """Return a form signed now, for the bucket's address."""
    from .post_policy import presigned_post

    if isinstance(bucket, str) and bucket.startswith("arn:"):
        raise InvalidInputError("bucket", "a bucket's name: a policy can not name an ARN; an alias will do")
    address = where.address(bucket)
    if where.endpoint.dialect is not None:
        where.endpoint.dialect.check_forms()
    now = where.clock()
    credentials = where.credentials.load(life.seconds if life.ends_at is None else life.ends_at - now)
    post, shortened = presigned_post(form, address, credentials, life, now, where.short_credentials)
    if shortened and where.short_credentials == "cap":
        _warn_shortened("form", post.expires_at, said)
    return post


class _Never:
    """What is prepared for no instant."""

    start = end = 0.0


_NEVER: Any = _Never()


def state_of(
    operation: Operation,
    bucket: str,
    options: dict[str, Any],
    where: Where,
    life: Lifetime,
    stable_for: int | None,
    caller: str = "",  # what a TypeError names; the operation, unless given
) -> State:
    """Return the state of an operation, with its own options checked."""
    try:
        parts = operation.parts(**options) if options else operation.bare
    except TypeError:
        refuse_unknown(caller or operation.name, options, names_of(operation.parts))
        raise
    request = operation.request(operation.method, where.address(bucket), parts, bucket)
    if where.endpoint.dialect is not None:
        where.endpoint.dialect.check("headers", request.headers)
        where.endpoint.dialect.check("query", request.query)
    return State(request, where, life, stable_for)


def names_of(parts: Callable[..., object]) -> tuple[str, ...]:
    """Return the keywords that a function of ``s3`` reads."""
    code = parts.__code__
    return code.co_varnames[: code.co_kwonlyargcount]


def refuse_unknown(name: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Raise the TypeError of an unknown keyword, or say what does what it asks for."""
    for option in options:
        if option not in known:
            way_out = _WAYS_OUT.get((name.removeprefix("presign_"), option))
            if way_out is not None:
                raise InvalidInputError(option, way_out)
            hint = f"; use {_HINTS[option]}" if option in _HINTS else ""
            raise TypeError(f"{name.partition(' ')[0]}() got an unexpected keyword argument {option!r}{hint}")


def look_at(key: str | None, said: set[str]) -> None:
    """Check a key that is not plainly good, and say what clients will do to it."""
    key = s3.checked_key(key)
    if "rewrite" not in said and s3.is_rewritten(key):
        said.add("rewrite")
        s3.warn_rewritten(key)


def window_of(stable_for: int | str | timedelta | None) -> int | None:
    """Return the stable window in seconds."""
    return None if stable_for is None else span_of("stable_for", stable_for)


def life_of(expires: Expires, stable_for: int | None, longest: int) -> Lifetime:
    """Return how long a URL shall live; with a stable window, both together have a limit."""
    life = lifetime(expires, longest)
    if stable_for is not None and life.ends_at is None and life.seconds + stable_for > longest:
        raise InvalidInputError(
            "stable_for",
            f"such that expires and stable_for together are at most {longest} seconds",
            str(life.seconds + stable_for),
        )
    return life


def split(keywords: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the keywords of an operation, and those that say where."""
    options: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for name, value in keywords.items():
        (settings if name in KEYWORDS else options)[name] = value
    return options, settings


# Run-time signatures. Filling in thirty defaults costs more than hashing, so the hot functions take
# ``**keywords`` and look none of them up. ``help()`` and ``inspect.signature`` show the names all the
# same, from the functions that read them: one list, not two.

_INNER = ("self", "clock")  # parameters of the sources that are nobody's keywords


def shows(*sources: Callable[..., Any], **first: object) -> Callable[[F], F]:
    """Return a decorator: the function shows ``first`` with these defaults, then the sources' keywords."""

    def decorate(function: F) -> F:
        function.__wrapped__ = _Shown(function, sources, first)  # type: ignore[attr-defined]
        return function

    return decorate


class _Shown:
    """What ``inspect`` meets when it unwraps the function; the signature is made when asked for.

    Behind it stands a copy of the function, for those who unwrap to find the source.
    """

    __slots__ = ("_first", "_function", "_sources")

    def __init__(
        self, function: Any, sources: tuple[Callable[..., Any], ...], first: dict[str, object]
    ) -> None:
        self._function = function
        self._sources = sources
        self._first = first

    @property
    def __wrapped__(self) -> Any:
        function = self._function
        copied = type(function)(function.__code__, function.__globals__, function.__name__)
        copied.__defaults__, copied.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        copied.__doc__, copied.__annotations__ = function.__doc__, function.__annotations__
        return copied

    @property
    def __signature__(self) -> Signature:
        return _extended(self.__wrapped__, self._first, self._sources)


class ClassShows:
    """The same for a class: as its ``__signature__``, it adds to what ``__init__`` shows."""

    __slots__ = ("_sources",)

    def __init__(self, *sources: Callable[..., Any]) -> None:
        self._sources = sources

    def __get__(self, instance: object, owner: type) -> Signature:
        own = _extended(owner.__init__, {}, self._sources)  # type: ignore[misc]
        return own.replace(parameters=[p for name, p in own.parameters.items() if name != "self"])


def _extended(
    function: Callable[..., Any], first: dict[str, object], sources: tuple[Callable[..., Any], ...]
) -> Signature:
    """Return a function's signature with keywords in place of its ``**``."""
    from inspect import Parameter, signature

    own = signature(function)
    shown = [p for p in own.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    keyword = Parameter.KEYWORD_ONLY
    shown += [Parameter(name, keyword, default=default) for name, default in first.items()]
    for source in sources:
        taken = {*_INNER, *(p.name for p in shown)}
        shown += [
            p.replace(kind=keyword)
            for p in signature(source).parameters.values()
            if p.name not in taken and p.kind is not Parameter.VAR_KEYWORD
        ]
    return own.replace(parameters=shown)
