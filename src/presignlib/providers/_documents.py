"""Credentials out of the JSON that services, processes and caches give."""

from __future__ import annotations

from ..credentials import Credentials
from ..errors import CredentialsError, InvalidInputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_FRACTION = 6  # digits of a second that datetime has
# What services say instead of credentials. A closed set: whatever else is in an answer is not shown.
_CODES = frozenset({"AssumeRoleUnauthorizedAccess", "Failed", "InternalError", "RoleNotFound"})


def credentials_from(
    provider: str, document: object, names: Sequence[str], *, needed: int = 2, place: str = "the answer"
) -> Credentials:
    """Return the credentials of a JSON object.

    ``names`` are the fields of access key id, secret, token and end; the first ``needed``
    have to be there. The end is ISO 8601 text, or an integer of milliseconds. Raises
    CredentialsError, which names fields and never values.
    """
    if not isinstance(document, dict):
        raise CredentialsError(f"{place} has to be a JSON object, and is not", provider)
    missing = [name for name in names[:needed] if not document.get(name)]
    if missing:
        raise CredentialsError(f"{place} lacks {', '.join(missing)}{_said(document)}", provider)
    access_key_id, secret, token, until = (document.get(name) for name in names)
    try:
        return Credentials(
            access_key_id,  # type: ignore[arg-type]
            secret,  # type: ignore[arg-type]
            token or None,
            expires_at=None if until is None else _end(names[3], until),
        )
    except InvalidInputError as error:
        raise CredentialsError(f"{place} can not be used: {error}", provider) from None


def instant(field: str, text: str) -> datetime:
    """Return ISO 8601 text as an aware datetime.

    Any number of digits of a second, and the ``UTC`` that old tools write, are taken
    too. Raises InvalidInputError, which does not show the text.
    """
    from datetime import datetime

    text = text.strip()
    for zero in ("UTC", "Z", "z"):
        if text.endswith(zero):
            text = text.removesuffix(zero) + "+00:00"
    head, point, tail = text.partition(".")
    if point:
        digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
        text = f"{head}.{digits[:_FRACTION].ljust(_FRACTION, '0')}{tail[len(digits) :]}"
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = datetime.min  # noqa: DTZ901 - no instant either: it has no offset
    if when.tzinfo is None:
        raise InvalidInputError(field, "an ISO 8601 instant with its offset")
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
    raise InvalidInputError(field, "an ISO 8601 instant with its offset")


def _said(document: dict[str, object]) -> str:
    code = document.get("Code")
    return f"; it says {code}" if isinstance(code, str) and code in _CODES else ""
