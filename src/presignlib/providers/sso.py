"""Credentials of IAM Identity Center, for the token that ``aws sso login`` has cached."""

from __future__ import annotations

import os

from .._partitions import partition_of
from ..errors import CredentialsError, ExpiredCredentialsError, InvalidInputError
from ..request import checked_label
from ._refresh import Refreshing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..credentials import Credentials
    from ._http import Transport

__all__ = ["SSOProvider"]

_CACHE = os.path.join("~", ".aws", "sso", "cache")
_FIELDS = ("accessKeyId", "secretAccessKey", "sessionToken", "expiration")


class SSOProvider(Refreshing):
    """The role ``role_name`` of ``account_id``, for who is signed in at ``start_url``.

    ``session`` is the name of an ``[sso-session]`` section, where there is one: the token
    is then cached by that name. The token itself is never renewed here; ``login`` is the
    command that an error tells to run.

    Source: IAM Identity Center Portal API Reference, "GetRoleCredentials".
    """

    def __init__(
        self,
        *,
        start_url: str,
        region: str,
        account_id: str,
        role_name: str,
        session: str | None = None,
        login: str = "aws sso login",
        cache_directory: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock)
        self.name = f"sso {role_name}"
        self._start_url = start_url
        self._region = region
        self._account_id = account_id
        self._role_name = role_name
        self._session = session
        self._login = login
        self._cache_directory = cache_directory
        self._transport = transport

    def _fetch(self) -> Credentials:
        from ..sigv4 import encode_query, joined
        from ._documents import credentials_from
        from ._http import NoAnswerError, Request

        token = self._token()
        query = joined(encode_query([("role_name", self._role_name), ("account_id", self._account_id)]))
        url = f"https://portal.sso.{self._region}.{self._suffix()}/federation/credentials?{query}"
        try:
            answer = self._calls(self._transport).ask(Request("GET", url, {"x-amz-sso_bearer_token": token}))
            if answer.status == 401:
                raise self._ended("is no longer accepted")
            if answer.status != 200:
                hint = "; is the role assigned to you in that account?" if answer.status in (403, 404) else ""
                raise CredentialsError(f"the portal answered {answer.status}{hint}", self.name)
            document = answer.json()
        except NoAnswerError as error:
            raise CredentialsError(f"the portal {error}", self.name) from None
        inner = document.get("roleCredentials") if isinstance(document, dict) else None
        return credentials_from(self.name, inner, _FIELDS, needed=4, place="the portal's answer")

    def _suffix(self) -> str:
        try:
            return partition_of(checked_label("sso_region", self._region)).dns_suffix
        except InvalidInputError as error:
            raise CredentialsError(f"{error}", self.name) from None

    def _token(self) -> str:
        """Return the cached token. Raises CredentialsError with the command to run."""
        from json import loads

        from ._documents import instant

        try:
            with open(self._path(), encoding="utf-8") as file:
                document = loads(file.read())
        except OSError:
            raise self._ended("is not in the cache") from None
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            raise self._ended("is in the cache, in a file that is no JSON") from None
        token = document.get("accessToken") if isinstance(document, dict) else None
        until = document.get("expiresAt") if isinstance(document, dict) else None
        if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
            raise self._ended("is not in its cache file")
        try:
            ends = instant("expiresAt", until) if isinstance(until, str) else None
        except InvalidInputError:
            ends = None
        if ends is None:
            raise self._ended("has no end in its cache file")
        if ends.timestamp() <= self._now():
            raise self._ended(f"has ended at {ends:%Y-%m-%d %H:%M:%S}", ends)
        return token

    def _path(self) -> str:
        from hashlib import sha1

        key = (self._session or self._start_url).encode()
        name = sha1(key, usedforsecurity=False).hexdigest()  # the AWS CLI's name of the file, no protection
        return os.path.join(os.path.expanduser(self._cache_directory or _CACHE), f"{name}.json")

    def _ended(self, what: str, ends: datetime | None = None) -> ExpiredCredentialsError:
        return ExpiredCredentialsError(f"the sign-in token {what}; run: {self._login}", self.name, ends)
