"""Credentials of a role, which other credentials may assume."""

from __future__ import annotations

from ..credentials import Credentials
from ..errors import InvalidInputError
from ._refresh import Refreshing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from ..credentials import CredentialsProvider
    from ._http import Transport

__all__ = ["AssumeRoleProvider"]


class AssumeRoleProvider(Refreshing):
    """The role ``role_arn``, assumed with the credentials of ``source``.

    ``duration_seconds`` is how long each set lives; what STS takes, 900 to 43,200, depends
    on the role and its caller. Without ``region`` the global endpoint is called.
    ``endpoint_url`` names another STS.

    Source: AWS STS API Reference, "AssumeRole".
    """

    def __init__(
        self,
        source: Credentials | CredentialsProvider,
        role_arn: str,
        *,
        session_name: str | None = None,
        external_id: str | None = None,
        duration_seconds: int | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock)
        if not hasattr(source, "load") or isinstance(source, type):
            raise InvalidInputError("source", "Credentials, or a provider with load()", type(source).__name__)
        self.name = f"assume role {role_arn}"
        self._source = source
        self._role_arn = role_arn
        self._session_name = session_name
        self._external_id = external_id
        self._duration_seconds = duration_seconds
        self._region = region
        self._endpoint_url = endpoint_url
        self._transport = transport

    def _fetch(self) -> Credentials:
        from ._sts import assumed, endpoint_of

        endpoint = endpoint_of(self.name, self._region, self._endpoint_url)
        caller = self._source.load()
        now = self._now()
        parameters = {
            "Action": "AssumeRole",
            "RoleArn": self._role_arn,
            "RoleSessionName": self._session_name or f"presignlib-{int(now)}",
        }
        if self._external_id is not None:
            parameters["ExternalId"] = self._external_id
        if self._duration_seconds is not None:
            parameters["DurationSeconds"] = str(self._duration_seconds)
        return assumed(self.name, self._calls(self._transport), endpoint, parameters, caller, now)

    def __getstate__(self) -> dict[str, Any]:
        if isinstance(self._source, Credentials):
            raise InvalidInputError("source", "a provider in what is pickled: Credentials would travel along")
        return super().__getstate__()
