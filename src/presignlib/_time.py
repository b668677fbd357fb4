"""Durations and the time formats of SigV4. Instants are whole seconds since 1970, UTC.

Nothing here reads the clock: ``time.gmtime`` of a given instant is arithmetic.
"""

from __future__ import annotations

from time import gmtime

from .errors import InvalidInputError, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from typing import TypeAlias

    Expires: TypeAlias = int | str | timedelta | datetime

WEEK = 604_800

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3_600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), WEEK),
}
_FORMS = "whole seconds, '15m', '1h30m', '10 minutes', a timedelta"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def timestamp(instant: int) -> str:
    """Return ``instant`` as ``YYYYMMDDTHHMMSSZ``, as ``X-Amz-Date`` writes it."""
    return "%04d%02d%02dT%02d%02d%02dZ" % gmtime(instant)[:6]


def parse_timestamp(text: str) -> int | None:
    """Return the instant of ``YYYYMMDDTHHMMSSZ``, or None where the text is no such time."""
    digits = text[:8] + text[9:15]
    if len(text) != 16 or text[8] != "T" or text[15] != "Z" or not (digits.isascii() and digits.isdigit()):
        return None
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    if year < 1970:
        return None
    # Days since 1970 in the Gregorian calendar, counted in years that begin in March.
    shifted = year - (month < 3)
    days = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400
    days += (153 * ((month + 9) % 12) + 2) // 5 + day - 1 - 719_468
    instant = days * 86_400 + int(text[9:11]) * 3_600 + int(text[11:13]) * 60 + int(text[13:15])
    return instant if timestamp(instant) == text else None  # no 30 February, no 25 o'clock


def http_date(instant: int) -> str:
    """Return ``instant`` as an HTTP date (RFC 9110, section 5.6.7), in any locale."""
    year, month, day, hour, minute, second, weekday = gmtime(instant)[:7]
    name = f"{_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year:04d}"
    return f"{name} {hour:02d}:{minute:02d}:{second:02d} GMT"


def clock_text(instant: int, day_of: int) -> str:
    """Return ``instant`` for people: ``14:05 UTC``, with the date unless ``day_of`` has it."""
    year, month, day, hour, minute = gmtime(instant)[:5]
    text = f"{hour:02d}:{minute:02d} UTC"
    return text if gmtime(day_of)[:3] == (year, month, day) else f"{year:04d}-{month:02d}-{day:02d} {text}"


def as_datetime(instant: int) -> datetime:
    """Return ``instant`` as an aware ``datetime`` in UTC."""
    from datetime import datetime, timezone

    return datetime.fromtimestamp(instant, timezone.utc)


def instant_of(field: str, when: object) -> float:
    """Return an aware ``datetime`` as seconds since 1970.

    Raises InvalidInputError, with ``field``, for anything else: a naive one could
    mean local time or UTC.
    """
    if isinstance(when, type) or not (hasattr(when, "utcoffset") and hasattr(when, "timestamp")):
        raise InvalidInputError(field, "an aware datetime", type(when).__name__)
    if when.utcoffset() is None:
        raise InvalidInputError(field, "an aware datetime", "a naive one; add tzinfo=timezone.utc")
    try:
        return float(when.timestamp())
    except (OverflowError, ValueError):  # years that UTC does not have
        raise InvalidInputError(field, "an aware datetime that UTC can express") from None


def seconds_of(field: str, span: object, forms: str = _FORMS) -> int:
    """Return a duration in whole seconds, of any sign and size.

    Integers are seconds, as is anything with ``__index__`` but ``bool``. Raises
    InvalidInputError, with ``field``, for whatever is not a duration.
    """
    if isinstance(span, int) and not isinstance(span, bool):
        return int(span)
    if isinstance(span, str):
        return _parsed(field, span, forms)
    if isinstance(span, type):
        raise InvalidInputError(field, forms, "a type")
    if hasattr(span, "total_seconds") and hasattr(span, "days") and hasattr(span, "seconds"):
        if getattr(span, "microseconds", 0):
            raise InvalidInputError(field, "whole seconds", str(span))
        return int(span.days * 86_400 + span.seconds)
    if hasattr(span, "__index__") and not isinstance(span, bool):
        return int(span.__index__())
    raise InvalidInputError(field, forms, shown(span))


def span_of(field: str, span: object, longest: int = WEEK) -> int:
    """Return a duration in whole seconds from 1 to ``longest``."""
    seconds = seconds_of(field, span)
    if not 0 < seconds <= longest:
        raise InvalidInputError(field, f"1 to {longest} seconds", _shown_seconds(span, seconds))
    return seconds


class Lifetime:
    """How long a URL is asked to live: so many seconds, or until an instant."""

    __slots__ = ("ends_at", "longest", "seconds")

    def __init__(self, seconds: int, ends_at: int | None, longest: int) -> None:
        self.seconds = seconds
        self.ends_at = ends_at
        self.longest = longest

    def after(self, signed_at: int) -> int:
        """Return the seconds of a URL signed at ``signed_at``.

        Raises InvalidInputError where the instant asked for is past or too far.
        """
        if self.ends_at is None:
            return self.seconds
        seconds = self.ends_at - signed_at
        if not 0 < seconds <= self.longest:
            raise InvalidInputError(
                "expires",
                f"1 to {self.longest} seconds",
                f"an instant {seconds} seconds from the time of signing",
            )
        return seconds


def lifetime(expires: Expires, longest: int = WEEK) -> Lifetime:
    """Return what was asked for as a Lifetime of at most ``longest`` seconds.

    Raises InvalidInputError for anything but an integer (seconds), a duration in
    words, a timedelta or an aware datetime.
    """
    if type(expires) is int and 0 < expires <= longest:
        return Lifetime(expires, None, longest)
    if _is_datetime(expires):
        return Lifetime(0, int(instant_of("expires", expires) // 1), longest)
    seconds = seconds_of("expires", expires, _FORMS + " or an aware datetime")
    if not 0 < seconds <= longest:
        raise InvalidInputError("expires", f"1 to {longest} seconds", _shown_seconds(expires, seconds))
    return Lifetime(seconds, None, longest)


def _is_datetime(value: object) -> bool:
    # By its shape, so that the module datetime is not loaded for those who pass none.
    return hasattr(value, "utcoffset") and hasattr(value, "timestamp") and not isinstance(value, type)


def _shown_seconds(given: object, seconds: int) -> str:
    return shown(given) if isinstance(given, (int, str)) else shown(seconds)


def _parsed(field: str, text: str, forms: str) -> int:
    """Return the seconds of a duration in words: numbers, each followed by its unit."""
    head, unit = text[:-1], text[-1:]
    if head.isdigit() and head.isascii() and len(head) < 10 and unit in _UNITS:
        return int(head) * _UNITS[unit]  # as most are written, and every default is
    rest = text.strip(" ")
    rest = rest[1:].lstrip(" ") if rest.startswith("+") else rest
    total, previous = 0, WEEK + 1
    while rest:
        digits = _leading(rest, "0123456789")
        rest = rest[len(digits) :].lstrip(" ")
        unit = _leading(rest, "abcdefghijklmnopqrstuvwxyz")
        size = _UNITS.get(unit, 0)
        # Units go from large to small, each once: "5m5m" is a slip of the pen.
        if not digits or len(digits) > 9 or not 0 < size < previous:
            hint = f"; write {text} or '{text}s'" if digits == text else ""
            raise InvalidInputError(field, forms, shown(text) + hint)
        total, previous = total + int(digits) * size, size
        rest = rest[len(unit) :].lstrip(" ")
    if previous > WEEK:
        raise InvalidInputError(field, forms, shown(text))
    return total


def _leading(text: str, alphabet: str) -> str:
    return text[: len(text) - len(text.lstrip(alphabet))]
