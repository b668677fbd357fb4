"""Credentials that this process has already: in its variables, or in a session of boto3."""

from __future__ import annotations

import os

from ..credentials import Credentials
from ..errors import Blaming, CredentialsError, InvalidInputError, NoCredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    class Session(Protocol):
        """What boto3's and botocore's have in common."""

        def get_credentials(self) -> Any:
            """Return credentials, or None."""
            ...


_LOOKS = 3


def variables(environ: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return ``environ``, or the process's own."""
    return os.environ if environ is None else environ


def first_of(environ: Mapping[str, str], *names: str) -> str | None:
    """Return the first variable that is set and not empty."""
    return next((environ[name] for name in names if environ.get(name)), None)


def named_profile(environ: Mapping[str, str]) -> str | None:
    """Return the profile that the environment names."""
    return first_of(environ, "AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # in botocore's order


def region_of(environ: Mapping[str, str]) -> str | None:
    """Return the region that the environment names."""
    return first_of(environ, "AWS_REGION", "AWS_DEFAULT_REGION")


class EnvironmentProvider:
    """``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` and ``AWS_SESSION_TOKEN``.

    ``AWS_CREDENTIAL_EXPIRATION``, where something sets it, tells when they end
    (ISO 8601). ``environ`` stands in for ``os.environ``.

    Source: AWS SDKs and Tools Reference Guide, "AWS access keys"; the old name
    ``AWS_SECURITY_TOKEN`` goes first, as in botocore.
    """

    name = "environment"

    def __init__(self, *, environ: Mapping[str, str] | None = None) -> None:
        self._environ = environ

    def load(self, min_lifetime: float = 0) -> Credentials:  # noqa: ARG002 - as all providers have it
        """Return what the variables say now. Raises NoCredentialsError where they say nothing."""
        environ = variables(self._environ)
        access_key_id = environ.get("AWS_ACCESS_KEY_ID")
        if not access_key_id:
            raise NoCredentialsError("AWS_ACCESS_KEY_ID is not set", self.name)
        secret_access_key = environ.get("AWS_SECRET_ACCESS_KEY")
        if not secret_access_key:
            raise CredentialsError("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not", self.name)
        token = first_of(environ, "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
        until = environ.get("AWS_CREDENTIAL_EXPIRATION")
        ends = None
        with Blaming(self.name):
            if until:
                from ._refresh import instant

                ends = instant("AWS_CREDENTIAL_EXPIRATION", until)
            return Credentials(access_key_id, secret_access_key, token, expires_at=ends)

    def __repr__(self) -> str:
        return "EnvironmentProvider()"


def from_boto3(session: Session) -> BotoProvider:
    """Return a provider that asks ``session``, a boto3 or botocore one, at each load.

    It refreshes by its own rules, so ``min_lifetime`` has no say.
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
        """Return what the session has now. Raises NoCredentialsError where it has nothing."""
        try:
            theirs = self._session.get_credentials()
            parts, ends = (None, None) if theirs is None else _consistent(theirs)
        except Exception as error:  # botocore's errors share no root with its clients' ones
            raise CredentialsError(f"the session raised {type(error).__name__}", self.name) from error
        if parts is None:
            raise NoCredentialsError("the session has no credentials", self.name)
        with Blaming(self.name):
            return Credentials(parts.access_key, parts.secret_key, parts.token or None, expires_at=ends)


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
