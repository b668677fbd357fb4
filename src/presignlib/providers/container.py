"""Credentials from the container's own endpoint: ECS tasks, EKS pod identities, Lambda's kin."""

from __future__ import annotations

import os

from ..errors import CredentialsError, InvalidInputError, NoCredentialsError
from ._refresh import Refreshing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..credentials import Credentials
    from ..request import ParsedURL
    from ._http import Transport

__all__ = ["ContainerProvider"]

_RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
_FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
_TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_ECS = "http://169.254.170.2"
_PLAIN_HTTP = ("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]")
_FIELDS = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")


class ContainerProvider(Refreshing):
    """What ``AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`` or ``…_FULL_URI`` answers.

    The authorization token is read each time, from its file or its variable. A full URI
    is https to any host, or http to loopback and the addresses of ECS and EKS: nobody
    else shall get the token. ``environ`` stands in for ``os.environ``.

    Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
    """

    name = "container"

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock)
        self._environ = environ
        self._transport = transport

    def _fetch(self) -> Credentials:
        from ._documents import credentials_from
        from ._http import NoAnswerError, Request

        environ = os.environ if self._environ is None else self._environ
        variable, url = self._url(environ)
        headers = {"Accept": "application/json"}
        token = self._token(environ)
        if token is not None:
            headers["Authorization"] = token
        place = f"the endpoint in {variable}"
        try:
            answer = self._calls(self._transport).ask(Request("GET", url, headers))
            if answer.status != 200:
                hint = f"; is {_TOKEN_FILE} or {_TOKEN} right?" if answer.status in (400, 401, 403) else ""
                raise CredentialsError(f"{place} answered {answer.status}{hint}", self.name)
            document = answer.json()
        except NoAnswerError as error:
            raise CredentialsError(f"{place} {error}", self.name) from None
        return credentials_from(self.name, document, _FIELDS, needed=4, place=f"{place}'s answer")

    def _url(self, environ: Mapping[str, str]) -> tuple[str, str]:
        relative, full = environ.get(_RELATIVE), environ.get(_FULL)
        if relative:
            # "@evil.example/" behind the address would make it a user name.
            if not relative.startswith("/"):
                raise CredentialsError(f"{_RELATIVE} has to begin with a slash", self.name)
            return _RELATIVE, self._checked(_RELATIVE, _ECS + relative)
        if full:
            return _FULL, self._checked(_FULL, full)
        raise NoCredentialsError(f"neither {_RELATIVE} nor {_FULL} is set", self.name)

    def _checked(self, variable: str, url: str) -> str:
        from ..request import parse_url

        try:
            parsed = parse_url(variable, url, ("https", "http"))
        except InvalidInputError as error:
            raise CredentialsError(f"{error}", self.name) from None
        if parsed.scheme == "http" and not _may_be_plain(parsed):
            raise CredentialsError(
                f"{variable} has to be https, or http to loopback or to {', '.join(_PLAIN_HTTP[:3])}",
                self.name,
            )
        return parsed.text + (f"?{parsed.query}" if parsed.query else "")

    def _token(self, environ: Mapping[str, str]) -> str | None:
        from .web_identity import checked_token, token_of

        path = environ.get(_TOKEN_FILE)
        if path:
            return checked_token(self.name, token_of(self.name, path, "authorization token"), _TOKEN_FILE)
        token = environ.get(_TOKEN)
        return checked_token(self.name, token, _TOKEN) if token else None


def _may_be_plain(url: ParsedURL) -> bool:
    from ..request import is_ipv4

    return url.host in _PLAIN_HTTP or (is_ipv4(url.host) and url.host.startswith("127."))
