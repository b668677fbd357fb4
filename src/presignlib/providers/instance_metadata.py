"""Credentials of an EC2 instance's role, from its metadata service. Version 2 only."""

from __future__ import annotations

import os

from ..errors import CredentialsError, InvalidInputError, NoCredentialsError
from ._refresh import Refreshing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..credentials import Credentials
    from ._http import Answer, Calls, Transport

__all__ = ["InstanceMetadataProvider", "instance_region"]

_DISABLED = "AWS_EC2_METADATA_DISABLED"
_ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
_MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
_ENDPOINTS = {"ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"}
_TTL = "21600"  # seconds: the longest that a session token may live
_ROLES = "/latest/meta-data/iam/security-credentials/"
_REGION = "/latest/meta-data/placement/region"
_FIELDS = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
_HOPS = (
    "in a container on an instance, the answer needs one more hop: set the instance's "
    "http-put-response-hop-limit to 2"
)


class InstanceMetadataProvider(Refreshing):
    """The role that is attached to this EC2 instance.

    ``AWS_EC2_METADATA_DISABLED=true`` turns it off;
    ``AWS_EC2_METADATA_SERVICE_ENDPOINT`` and ``…_ENDPOINT_MODE`` (``IPv4``, ``IPv6``) say
    where the service is. ``environ`` stands in for ``os.environ``. Version 1, which anyone
    who can make the instance fetch a URL can read, is never asked.

    Source: Amazon EC2 User Guide, "Use the Instance Metadata Service".
    """

    name = "instance metadata"

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
        from ._http import NoAnswerError

        base = _base_of(self.name, self._environ)
        service = _Service(self.name, base, self._calls(self._transport))
        role = service.text(_ROLES, "no role is attached to this instance")
        if not role.isprintable() or not role.isascii() or "/" in role or " " in role:
            raise CredentialsError(
                "the service answered with what is no role's name; is a proxy between?", self.name
            )
        answer = service.get(_ROLES + role, "the instance's role has gone")
        try:
            document = answer.json()
        except NoAnswerError as error:
            raise CredentialsError(f"the service {error}", self.name) from None
        return credentials_from(self.name, document, _FIELDS, needed=4, place="the service's answer")


def instance_region(*, environ: Mapping[str, str] | None = None, transport: Transport | None = None) -> str:
    """Return the region that this EC2 instance runs in, as its metadata service tells.

    Nobody asks it unless you do: ``presign_get(…, region=instance_region())``. Raises
    CredentialsError where the service can not be asked.
    """
    from ..request import checked_label
    from ._http import Calls

    name = "instance region"
    service = _Service(name, _base_of(name, environ), Calls(transport))
    region = service.text(_REGION, "the service knows no region")
    try:
        return checked_label("region", region)
    except InvalidInputError:
        raise CredentialsError("the service answered with what is no region", name) from None


class _Service:
    """One conversation with the metadata service: a session token first, then questions."""

    def __init__(self, name: str, base: str, calls: Calls) -> None:
        self._name = name
        self._base = base
        self._calls = calls
        self._token = self._session()

    def text(self, path: str, missing: str) -> str:
        """Return the first line of an answer."""
        from ._http import NoAnswerError

        try:
            lines = self.get(path, missing).text().splitlines()
        except NoAnswerError as error:
            raise CredentialsError(f"the service {error}", self._name) from None
        if not lines or not lines[0].strip():
            raise NoCredentialsError(missing, self._name)
        return lines[0].strip()

    def get(self, path: str, missing: str) -> Answer:
        """Return an answer of 200; a session token that has ended is renewed once."""
        answer = self._ask("GET", path, {"X-aws-ec2-metadata-token": self._token})
        if answer.status == 401:
            self._token = self._session()
            answer = self._ask("GET", path, {"X-aws-ec2-metadata-token": self._token})
        if answer.status == 404:
            raise NoCredentialsError(missing, self._name)
        if answer.status != 200:
            raise CredentialsError(f"the service answered {answer.status}", self._name)
        return answer

    def _session(self) -> str:
        from ._http import NoAnswerError

        try:
            answer = self._ask("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": _TTL})
            token = answer.text()
        except NoAnswerError as error:
            raise CredentialsError(f"the service {error}", self._name) from None
        if answer.status in (403, 404, 405):
            raise NoCredentialsError(
                f"the service answered {answer.status} to the question for a session token: "
                "it is switched off, or knows no version 2",
                self._name,
            )
        if answer.status != 200:
            raise CredentialsError(f"the service answered {answer.status}", self._name)
        if not (token and token.isascii() and token.isprintable()) or "<" in token:
            raise CredentialsError(
                f"the service answered with {answer.kind()} where a session token is due", self._name
            )
        return token

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        from ._http import NoAnswerError, Request

        try:
            return self._calls.ask(Request(method, self._base + path, headers))
        except NoAnswerError as error:
            hint = f"; {_HOPS}" if error.timed_out else ""
            raise NoCredentialsError(f"the service {error}{hint}", self._name) from None


def _base_of(name: str, environ: Mapping[str, str] | None) -> str:
    """Return where the service is. Raises NoCredentialsError where it is switched off."""
    from ..request import parse_url

    environ = os.environ if environ is None else environ
    if environ.get(_DISABLED, "").strip().lower() == "true":
        raise NoCredentialsError(f"{_DISABLED} is set", name)
    given = environ.get(_ENDPOINT)
    mode = environ.get(_MODE) or "IPv4"
    if given:
        try:
            return parse_url(_ENDPOINT, given, ("http", "https")).text.rstrip("/")
        except InvalidInputError as error:
            raise CredentialsError(f"{error}", name) from None
    if mode.lower() not in _ENDPOINTS:
        raise CredentialsError(f"{_MODE} has to be IPv4 or IPv6", name)
    return _ENDPOINTS[mode.lower()]
