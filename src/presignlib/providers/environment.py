"""Credentials from the environment's variables, read anew at each load."""

from __future__ import annotations

import os

from ..credentials import Credentials
from ..errors import CredentialsError, InvalidInputError, NoCredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["EnvironmentProvider"]


class EnvironmentProvider:
    """``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY`` and ``AWS_SESSION_TOKEN``.

    ``AWS_CREDENTIAL_EXPIRATION``, where something sets it, tells when they end
    (ISO 8601). Source: AWS SDKs and Tools Reference Guide, "AWS access keys".
    """

    name = "environment"

    def load(self, min_lifetime: float = 0) -> Credentials:  # noqa: ARG002 - as all providers have it
        """Return the credentials that the environment has now.

        Raises NoCredentialsError where there are none and CredentialsError where they
        are incomplete or can not be used.
        """
        environ = os.environ
        access_key_id = environ.get("AWS_ACCESS_KEY_ID")
        if not access_key_id:
            raise NoCredentialsError("AWS_ACCESS_KEY_ID is not set", self.name)
        secret_access_key = environ.get("AWS_SECRET_ACCESS_KEY")
        if not secret_access_key:
            raise CredentialsError("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not", self.name)
        token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN") or None
        until = environ.get("AWS_CREDENTIAL_EXPIRATION")
        try:
            return Credentials(
                access_key_id, secret_access_key, token, expires_at=_instant(until) if until else None
            )
        except InvalidInputError as error:
            raise CredentialsError(f"{error}", self.name) from None


def _instant(text: str) -> datetime:
    from datetime import datetime

    field, rule = "AWS_CREDENTIAL_EXPIRATION", "an ISO 8601 instant with its offset"
    try:
        when = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise InvalidInputError(field, rule) from None
    if when.tzinfo is None:
        raise InvalidInputError(field, rule)
    return when
