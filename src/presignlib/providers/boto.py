"""Credentials of a boto3 or botocore session, for those who have one."""

from __future__ import annotations

from ..credentials import Credentials
from ..errors import CredentialsError, InvalidInputError, NoCredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Session(Protocol):
        """What boto3's and botocore's sessions have in common."""

        def get_credentials(self) -> Any:
            """Return credentials, or None."""
            ...


__all__ = ["BotoProvider", "from_boto3"]

_LOOKS = 3


def from_boto3(session: Session) -> BotoProvider:
    """Return a provider that asks ``session``, a boto3 or botocore one, at each load.

    The session refreshes by its own rules, so ``min_lifetime`` has no say here.
    """
    if not hasattr(session, "get_credentials"):
        raise InvalidInputError("session", "a boto3 or botocore session", type(session).__name__)
    return BotoProvider(session)


class BotoProvider:
    """What a session's ``get_credentials()`` has; made by :func:`from_boto3`."""

    name = "boto3 session"

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, min_lifetime: float = 0) -> Credentials:  # noqa: ARG002 - as all providers have it
        """Return the session's credentials as they are now, with their end.

        Raises NoCredentialsError where the session has none, and CredentialsError with
        the kind of error that it raises.
        """
        try:
            theirs = self._session.get_credentials()
            parts, ends = (None, None) if theirs is None else _consistent(theirs)
        except Exception as error:  # botocore's errors share no root with its clients' ones
            raise CredentialsError(f"the session raised {type(error).__name__}", self.name) from error
        if parts is None:
            raise NoCredentialsError("the session has no credentials", self.name)
        try:
            return Credentials(parts.access_key, parts.secret_key, parts.token or None, expires_at=ends)
        except InvalidInputError as error:
            raise CredentialsError(f"{error}", self.name) from None


def _consistent(theirs: Any) -> tuple[Any, Any]:
    """Return the parts and the end of one set of credentials.

    botocore gives the end away in a private attribute alone, and another thread may
    refresh between two looks: the end counts when it is the same before and after.
    """
    parts = theirs.get_frozen_credentials()
    ends = getattr(theirs, "_expiry_time", None)
    for _ in range(_LOOKS):
        parts = theirs.get_frozen_credentials()
        before, ends = ends, getattr(theirs, "_expiry_time", None)
        if before == ends:
            break
    return parts, ends
