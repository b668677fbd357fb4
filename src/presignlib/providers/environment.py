"""Credentials from the environment's variables, read anew at each load."""

from __future__ import annotations

import os

from ..credentials import Credentials
from ..errors import CredentialsError, InvalidInputError, NoCredentialsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EnvironmentProvider"]


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
        """Return the credentials that the environment has now.

        Raises NoCredentialsError where there are none and CredentialsError where they
        are incomplete or can not be used.
        """
        environ = os.environ if self._environ is None else self._environ
        access_key_id = environ.get("AWS_ACCESS_KEY_ID")
        if not access_key_id:
            raise NoCredentialsError("AWS_ACCESS_KEY_ID is not set", self.name)
        secret_access_key = environ.get("AWS_SECRET_ACCESS_KEY")
        if not secret_access_key:
            raise CredentialsError("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not", self.name)
        token = environ.get("AWS_SECURITY_TOKEN") or environ.get("AWS_SESSION_TOKEN") or None
        until = environ.get("AWS_CREDENTIAL_EXPIRATION")
        ends = None
        try:
            if until:
                from ._documents import instant

                ends = instant("AWS_CREDENTIAL_EXPIRATION", until)
            return Credentials(access_key_id, secret_access_key, token, expires_at=ends)
        except InvalidInputError as error:
            raise CredentialsError(f"{error}", self.name) from None

    def __repr__(self) -> str:
        return "EnvironmentProvider()"
