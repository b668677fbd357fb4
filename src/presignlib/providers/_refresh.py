"""Credentials that are fetched, read, kept and fetched again in time: once for all who ask.

A provider derives from :class:`Refreshing` and says in ``_fetch`` how. When to fetch is
decided here, from the clock alone:

- none are kept, or they have ended: everybody waits for the fetch;
- they end within 10 minutes: everybody waits, but is served the old ones if it fails;
- they end within 15 minutes: one caller fetches, the others go on with the old ones;
- they end before what the caller asks for, and a fetch can bring longer ones.

Short-lived credentials have windows in proportion, so that a token of five minutes is
not fetched with each signature.
"""

from __future__ import annotations

import os
from _thread import allocate_lock

from .._clock import utc_now
from .._time import as_datetime, instant_of
from ..credentials import Credentials
from ..errors import (
    Blaming,
    BlockingFetchWarning,
    CredentialsError,
    ExpiredCredentialsError,
    InvalidInputError,
    RefreshFailedWarning,
    warn,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any, TypeGuard

    from ._http import Answer, Calls, Transport

ADVISORY = 900.0  # seconds before the end in which one caller fetches
MANDATORY = 600.0  # seconds before the end in which all wait for it
AGAIN = 30.0  # seconds of peace after a fetch that failed
CALLER = 300.0  # seconds between fetches for callers who ask for longer credentials

_NO, _ONE, _ALL = range(3)  # who fetches
_LONGEST = 65_536  # bytes of a token file
_ISO = "an ISO 8601 instant with its offset"
# What services say instead of credentials. A closed set: whatever else is in an answer is not shown.
_CODES = ("AssumeRoleUnauthorizedAccess", "Failed", "InternalError", "RoleNotFound")


class _Memory:
    """What one process knows: a forked one and an unpickled one begin with an empty one."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = allocate_lock()
        self.held: Credentials | None = None
        self.fetched_at = 0.0
        self.failed_at: float | None = None
        self.error: CredentialsError | None = None
        self.attempts = 0
        self.told_of_loop = False

    def who_fetches(self, min_lifetime: float, now: float) -> int:
        held = self.held
        if held is None:
            return _ALL
        if held.ends_at is None:
            return _NO
        left = held.ends_at - now
        granted = held.ends_at - self.fetched_at
        if left > 0 and self.failed_at is not None and 0 <= now - self.failed_at < AGAIN:
            return _NO
        if left < min(MANDATORY, granted / 3):
            return _ALL
        if left < min(ADVISORY, granted / 2):
            return _ONE
        longer = left < min_lifetime <= granted and not 0 <= now - self.fetched_at < CALLER
        return _ALL if longer else _NO

    def kept(self) -> Credentials:
        return self.held  # type: ignore[return-value]  # asked only where something is

    def lives(self, now: float) -> bool:
        held = self.held
        return held is not None and (held.ends_at is None or held.ends_at > now)


class Refreshing:
    """A provider that keeps what it fetched; ``name`` is what errors call it."""

    name = ""

    def __init__(
        self,
        clock: Callable[[], datetime] | None,
        transport: Transport | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        if clock is not None and not callable(clock):
            raise InvalidInputError("clock", "a function that gives an aware datetime", type(clock).__name__)
        self._clock = clock
        self._transport = transport
        self._environ = environ
        self._memory = _Memory()

    def _fetch(self) -> Credentials:
        raise NotImplementedError

    def load(self, min_lifetime: float = 0) -> Credentials:
        """Return credentials that live ``min_lifetime`` seconds, or the longest to be had.

        Concurrent callers share one fetch. Raises CredentialsError where there are none
        that live; a fetch that fails while the old ones live warns, once.
        """
        memory = self._memory
        if memory.pid != os.getpid():
            # A child keeps no credentials of its parent, nor a lock that nobody will open.
            memory = self._memory = _Memory()
        attempts = memory.attempts
        who = memory.who_fetches(min_lifetime, self._now())
        if who == _NO or not memory.lock.acquire(who == _ALL):
            return memory.kept()  # if somebody is at it, the old ones live
        try:
            now = self._now()
            if memory.attempts != attempts:  # somebody fetched, or failed to, while this one waited
                if memory.lives(now):
                    return memory.kept()
                if memory.error is not None:
                    raise _copied(memory.error)
            return self._refreshed(memory, now)
        finally:
            memory.lock.release()

    def _refreshed(self, memory: _Memory, now: float) -> Credentials:
        try:
            fetched = self._fetch()
            if fetched.ends_at is not None and fetched.ends_at <= self._now():
                ended = as_datetime(fetched.ends_at)
                raise ExpiredCredentialsError(
                    f"gave credentials that have ended at {ended:%Y-%m-%d %H:%M:%S} UTC; "
                    "is this machine's clock right?",
                    self.name,
                    ended,
                )
        except CredentialsError as error:
            first, memory.failed_at, memory.error = memory.failed_at is None, now, _copied(error)
            memory.attempts += 1
            if not memory.lives(self._now()):
                raise
            if first:
                warn(RefreshFailedWarning, f"credentials were not renewed and go on until they end: {error}")
            return memory.kept()
        memory.held, memory.fetched_at, memory.failed_at, memory.error = fetched, now, None, None
        memory.attempts += 1
        return fetched

    def _calls(self) -> Calls:
        from ._http import Calls

        self._tell_of_loop()  # from here on somebody waits
        return Calls(self._transport)

    def _get(self, place: str, url: str, headers: Mapping[str, str]) -> Answer:
        """Return what ``url`` answers; ``place`` is what errors call it."""
        from ._http import Request

        with Blaming(self.name, f"{place} "):
            return self._calls().ask(Request("GET", url, headers))

    def _read(self, place: str, answer: Answer, names: Sequence[str], inner: str = "") -> Credentials:
        """Return the credentials in an answer's JSON, or in its object ``inner``."""
        with Blaming(self.name, f"{place} "):
            document = answer.json()
        if inner:
            document = document.get(inner) if isinstance(document, dict) else None
        return credentials_from(self.name, document, names, needed=4, place=f"{place}'s answer")

    def _tell_of_loop(self) -> None:
        """Warn, once, if this thread runs an event loop: until the fetch is over nothing else does."""
        import sys

        memory, asyncio = self._memory, sys.modules.get("asyncio")
        if memory.told_of_loop or asyncio is None or asyncio._get_running_loop() is None:
            return
        memory.told_of_loop = True
        warn(
            BlockingFetchWarning,
            f"{self.name}: credentials are fetched while an event loop waits; "
            "await presigner.aprepare() at start and from a timer",
        )

    def _now(self) -> float:
        return utc_now() if self._clock is None else instant_of("clock", self._clock())

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_memory"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _memory=_Memory())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


def _copied(error: CredentialsError) -> CredentialsError:
    """Return an equal error: one that several threads raise would gather all their tracebacks."""
    copy = type(error)(*error.args)
    copy.__dict__.update(error.__dict__)
    return copy


def credentials_from(
    provider: str, document: object, names: Sequence[str], *, needed: int = 2, place: str = "the answer"
) -> Credentials:
    """Return the credentials of a JSON object. Errors name fields, and never values.

    ``names`` are the fields of access key id, secret, token and end; the first ``needed``
    have to be there. The end is ISO 8601 text, or an integer of milliseconds.
    """
    if not isinstance(document, dict):
        raise CredentialsError(f"{place} has to be a JSON object, and is not", provider)
    missing = [name for name in names[:needed] if not document.get(name)]
    if missing:
        code = document.get("Code")
        said = f"; it says {code}" if code in _CODES else ""
        raise CredentialsError(f"{place} lacks {', '.join(missing)}{said}", provider)
    access_key_id, secret, token, until = (document.get(name) for name in names)
    with Blaming(provider, f"{place} can not be used: "):
        return Credentials(
            access_key_id,  # type: ignore[arg-type]
            secret,  # type: ignore[arg-type]
            token or None,
            expires_at=None if until is None else _end(names[3], until),
        )


def instant(field: str, text: str) -> datetime:
    """Return ISO 8601 text as an aware datetime; the error does not show the text.

    Any number of digits of a second, and the ``UTC`` that old tools write, are taken too.
    """
    from datetime import datetime

    text = text.strip()
    for zero in ("UTC", "Z", "z"):
        if text.endswith(zero):
            text = text.removesuffix(zero) + "+00:00"
    head, point, tail = text.partition(".")
    if point:
        rest = tail.lstrip("0123456789")
        digits = tail[: len(tail) - len(rest)] + "000000"
        text = f"{head}.{digits[:6]}{rest}"  # as many as datetime has
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = datetime.min  # noqa: DTZ901 - no instant either: it has no offset
    if when.tzinfo is None:
        raise InvalidInputError(field, _ISO)
    return when


def _end(field: str, until: object) -> datetime:
    if isinstance(until, int) and not isinstance(until, bool):
        from datetime import datetime, timezone

        try:
            return datetime.fromtimestamp(until / 1000, timezone.utc)
        except (OverflowError, ValueError, OSError):
            raise InvalidInputError(field, "an instant in milliseconds since 1970") from None
    if isinstance(until, str):
        return instant(field, until)
    raise InvalidInputError(field, _ISO)


def is_plain(text: object) -> TypeGuard[str]:
    """Tell whether a header can carry ``text``: printable ASCII in one line, and not empty."""
    return isinstance(text, str) and bool(text) and text.isascii() and text.isprintable()


def token_of(provider: str, path: str, what: str) -> str:
    """Return the text of a token file; ``what`` is what errors call it."""
    try:
        with open(path, "rb") as file:
            raw = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise CredentialsError(f"{what} file {path} can not be read ({reason})", provider) from None
    text = raw.decode("ascii", "replace")
    if not text.strip() or len(raw) > _LONGEST or not text.isascii():
        raise CredentialsError(f"{what} file {path} has to hold one token of ASCII, and does not", provider)
    return text
