"""Credentials of a role for a token that someone else vouches for: EKS, GitHub Actions, GitLab CI."""

from __future__ import annotations

import os

from ..errors import CredentialsError, NoCredentialsError
from ._refresh import Refreshing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..credentials import Credentials
    from ._http import Transport

__all__ = ["WebIdentityProvider"]

_LONGEST = 65_536  # bytes of a token file


class WebIdentityProvider(Refreshing):
    """The role ``role_arn``, assumed with the token in ``token_file``, which is read each time.

    What is not given comes from ``AWS_WEB_IDENTITY_TOKEN_FILE``, ``AWS_ROLE_ARN``,
    ``AWS_ROLE_SESSION_NAME`` and, for the region, ``AWS_REGION`` or ``AWS_DEFAULT_REGION``.

    Source: AWS STS API Reference, "AssumeRoleWithWebIdentity".
    """

    name = "web identity"

    def __init__(
        self,
        role_arn: str | None = None,
        token_file: str | None = None,
        *,
        session_name: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        environ: Mapping[str, str] | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock)
        self._role_arn = role_arn
        self._token_file = token_file
        self._session_name = session_name
        self._region = region
        self._endpoint_url = endpoint_url
        self._environ = environ
        self._transport = transport

    def _fetch(self) -> Credentials:
        from ._sts import assumed, endpoint_of

        environ = os.environ if self._environ is None else self._environ
        token_file = self._token_file or environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        if not token_file:
            raise NoCredentialsError("AWS_WEB_IDENTITY_TOKEN_FILE is not set", self.name)
        role_arn = self._role_arn or environ.get("AWS_ROLE_ARN")
        if not role_arn:
            raise CredentialsError(
                "a token file is named and no role; set AWS_ROLE_ARN, or role_arn in the profile", self.name
            )
        region = self._region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None
        now = self._now()
        parameters = {
            "Action": "AssumeRoleWithWebIdentity",
            "RoleArn": role_arn,
            "RoleSessionName": self._session_name
            or environ.get("AWS_ROLE_SESSION_NAME")
            or f"presignlib-{int(now)}",
            "WebIdentityToken": token_of(self.name, token_file, "web identity token"),
        }
        endpoint = endpoint_of(self.name, region, self._endpoint_url)
        return assumed(self.name, self._calls(self._transport), endpoint, parameters, None, now)


def token_of(provider: str, path: str, what: str) -> str:
    """Return the text of a token file. Raises CredentialsError with the path and the reason."""
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


def checked_token(provider: str, text: str, what: str) -> str:
    """Return a token that one header can carry."""
    if not (text and text.isascii() and text.isprintable()):
        raise CredentialsError(
            f"{what} has to be printable ASCII in one line, without a line break at its end", provider
        )
    return text
