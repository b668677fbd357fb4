"""Credentials: what signs. Values here, places to find them in ``presignlib.providers``."""

from __future__ import annotations

from ._time import instant_of
from .errors import InvalidInputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Protocol, TypeVar

    P = TypeVar("P")

    class CredentialsProvider(Protocol):
        """Anything with credentials that may change, and knows how to fetch them."""

        def load(self, min_lifetime: float = 0) -> Credentials:
            """Return credentials, if it can be had such that live ``min_lifetime`` seconds.

            A provider that has only shorter ones returns those: their ``expires_at``
            tells. Raises CredentialsError where there are none.
            """
            ...


__all__ = ["Credentials", "CredentialsProvider"]


def __getattr__(name: str) -> object:
    if name != "CredentialsProvider":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # The same again at run time, but later: ``typing`` costs everyone more than a hundred URLs.
    from typing import Protocol, runtime_checkable

    @runtime_checkable
    class CredentialsProvider(Protocol):
        """Anything with credentials that may change, and knows how to fetch them."""

        def load(self, min_lifetime: float = 0) -> Credentials:
            """Return credentials, if it can be had such that live ``min_lifetime`` seconds.

            A provider that has only shorter ones returns those: their ``expires_at``
            tells. Raises CredentialsError where there are none.
            """
            raise NotImplementedError

    globals()[name] = CredentialsProvider
    return CredentialsProvider


class Credentials:
    """An access key id, its secret and, for temporary ones, token and end.

    Immutable; ``repr`` shows nothing secret. ``expires_at`` is an aware datetime, or
    None where the end is not known. Raises InvalidInputError for an access key id or
    token that is not printable ASCII, and a secret with control characters.
    """

    __slots__ = ("access_key_id", "ends_at", "expires_at", "secret_access_key", "session_token")
    access_key_id: str
    secret_access_key: str
    session_token: str | None
    expires_at: datetime | None
    ends_at: int | None  # the same in whole seconds since 1970

    def __init__(
        self,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
        *,
        expires_at: datetime | None = None,
    ) -> None:
        _check("access_key_id", access_key_id)
        _check("secret_access_key", secret_access_key)
        if session_token is not None:
            _check("session_token", session_token)
        ends_at = None if expires_at is None else int(instant_of("expires_at", expires_at) // 1)
        values = (access_key_id, ends_at, expires_at, secret_access_key, session_token)
        for name, value in zip(Credentials.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    def load(self, min_lifetime: float = 0) -> Credentials:  # noqa: ARG002 - as all providers have it
        """Return these credentials, whatever is asked: values are their own provider."""
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Credentials are immutable: {name} can not be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"Credentials are immutable: {name} can not be deleted")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        token = "" if self.session_token is None else ", session_token='…'"
        until = "" if self.expires_at is None else f", expires_at={self.expires_at!r}"
        return f"Credentials({self.access_key_id!r}, secret_access_key='…'{token}{until})"

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, self._values()

    def _values(self) -> tuple[str, str, str | None, datetime | None]:
        return self.access_key_id, self.secret_access_key, self.session_token, self.expires_at


def checked_provider(field: str, given: P) -> P:
    """Return what is Credentials or a provider of some. Raises InvalidInputError for anything else."""
    if not hasattr(given, "load") or isinstance(given, type):
        raise InvalidInputError(field, "Credentials, or a provider with load()", type(given).__name__)
    return given


def _restored(
    access_key_id: str, secret_access_key: str, session_token: str | None, expires_at: datetime | None
) -> Credentials:
    return Credentials(access_key_id, secret_access_key, session_token, expires_at=expires_at)


def _check(field: str, value: str) -> None:
    if not isinstance(value, str):
        raise InvalidInputError(field, "a str", type(value).__name__)
    plain = value.isascii() and value.isprintable()
    if field != "secret_access_key":
        if not (value and plain and value == value.strip(" ")):
            raise InvalidInputError(field, "printable ASCII without blanks around it, and not empty")
    elif not value:
        raise InvalidInputError(field, "text of at least one character")
    elif not plain and any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in value):
        raise InvalidInputError(field, "free of control characters and lone surrogates")
