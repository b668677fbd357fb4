"""Credentials that a machine's surroundings give: a container's endpoint, an instance's metadata."""

from __future__ import annotations

from ..errors import Blaming, CredentialsError, InvalidInputError, NoCredentialsError
from ..request import checked_label, is_ipv4, parse_url
from ._http import Calls, NoAnswerError, Request
from ._refresh import Refreshing, is_plain, token_of
from .local import variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ..credentials import Credentials
    from ._http import Answer, Transport

_RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
_FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
_TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_ECS = "169.254.170.2"
_PLAIN_HTTP = (_ECS, "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]")

_DISABLED = "AWS_EC2_METADATA_DISABLED"
_ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
_MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
_ENDPOINTS = {"ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"}
_TTL = "21600"  # seconds: the longest that a session token may live
_ROLES = "/latest/meta-data/iam/security-credentials/"
_REGION = "/latest/meta-data/placement/region"
_HOPS = (
    "; in a container on an instance, the answer needs one more hop: set the instance's "
    "http-put-response-hop-limit to 2"
)
_FIELDS = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")


class _Metadata(Refreshing):
    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(clock, transport, environ)


class ContainerProvider(_Metadata):
    """What ``AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`` or ``…_FULL_URI`` answers in ECS, EKS and the like.

    The authorization token is read each time, from its file or its variable. A full URI is
    https to any host, or http to loopback and the addresses of ECS and EKS: nobody else
    shall get the token. ``environ`` stands in for ``os.environ``.

    Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
    """

    name = "container"

    def _fetch(self) -> Credentials:
        environ = variables(self._environ)
        variable, url = self._url(environ)
        headers = {"Accept": "application/json", **self._token(environ)}
        place = f"the endpoint in {variable}"
        answer = self._get(place, url, headers)
        if answer.status != 200:
            hint = f"; is {_TOKEN_FILE} or {_TOKEN} right?" if answer.status in (400, 401, 403) else ""
            raise CredentialsError(f"{place} answered {answer.status}{hint}", self.name)
        return self._read(place, answer, _FIELDS)

    def _url(self, environ: Mapping[str, str]) -> tuple[str, str]:
        variable, url = _RELATIVE, environ.get(_RELATIVE)
        if url:
            # "@evil.example/" behind the address would make it a user name.
            if not url.startswith("/"):
                raise CredentialsError(f"{_RELATIVE} has to begin with a slash", self.name)
            url = f"http://{_ECS}{url}"
        else:
            variable, url = _FULL, environ.get(_FULL)
        if not url:
            raise NoCredentialsError(f"neither {_RELATIVE} nor {_FULL} is set", self.name)
        with Blaming(self.name):
            parsed = parse_url(variable, url, ("https", "http"))
        host = parsed.host
        loopback = host in _PLAIN_HTTP or (is_ipv4(host) and host.startswith("127."))
        if parsed.scheme == "http" and not loopback:
            near = ", ".join(_PLAIN_HTTP[:3])
            raise CredentialsError(f"{variable} has to be https, or http to loopback or to {near}", self.name)
        return variable, parsed.text + (f"?{parsed.query}" if parsed.query else "")

    def _token(self, environ: Mapping[str, str]) -> dict[str, str]:
        variable, path = _TOKEN_FILE, environ.get(_TOKEN_FILE)
        if path:
            token = token_of(self.name, path, "authorization token")
        else:
            variable, token = _TOKEN, environ.get(_TOKEN, "")
            if not token:
                return {}
        if not is_plain(token):
            rule = "has to be printable ASCII in one line, without a line break at its end"
            raise CredentialsError(f"{variable} {rule}", self.name)
        return {"Authorization": token}


class InstanceMetadataProvider(_Metadata):
    """The role that is attached to this EC2 instance.

    ``AWS_EC2_METADATA_DISABLED=true`` turns it off; ``AWS_EC2_METADATA_SERVICE_ENDPOINT``
    and ``…_ENDPOINT_MODE`` (``IPv4``, ``IPv6``) say where the service is. Version 1, which
    anyone who can make the instance fetch a URL can read, is never asked.

    Source: Amazon EC2 User Guide, "Use the Instance Metadata Service".
    """

    name = "instance metadata"

    def _fetch(self) -> Credentials:
        base = _base_of(self.name, self._environ)
        service = _Service(self.name, base, self._calls())
        role = service.text(_ROLES, "no role is attached to this instance")
        if not is_plain(role) or "/" in role or " " in role:
            raise CredentialsError(
                "the service answered with what is no role's name; is a proxy between?", self.name
            )
        answer = service.get(_ROLES + role, "the instance's role has gone")
        return self._read("the service", answer, _FIELDS)


def instance_region(*, environ: Mapping[str, str] | None = None, transport: Transport | None = None) -> str:
    """Return the region that this EC2 instance runs in, as its metadata service tells.

    Nobody asks it unless you do: ``presign_get(…, region=instance_region())``. Raises
    CredentialsError where the service can not be asked.
    """
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
        answer = self.get(path, missing)
        with Blaming(self._name, "the service "):
            line = [*answer.text().splitlines(), ""][0].strip()
        if not line:
            raise NoCredentialsError(missing, self._name)
        return line

    def get(self, path: str, missing: str) -> Answer:
        """Return an answer of 200."""
        answer = self._ask("GET", path, "", self._token)
        if answer.status == 401:  # the session token has ended
            self._token = self._session()
            answer = self._ask("GET", path, "", self._token)
        if answer.status == 404:
            raise NoCredentialsError(missing, self._name)
        return self._good(answer)

    def _session(self) -> str:
        answer = self._ask("PUT", "/latest/api/token", "-ttl-seconds", _TTL)
        with Blaming(self._name, "the service "):
            token = answer.text()
        if answer.status in (403, 404, 405):
            raise NoCredentialsError(
                f"the service answered {answer.status} to the question for a session token: "
                "it is switched off, or knows no version 2",
                self._name,
            )
        self._good(answer)
        if not is_plain(token) or "<" in token:
            raise CredentialsError(
                f"the service answered with {answer.kind()} where a session token is due", self._name
            )
        return token

    def _good(self, answer: Answer) -> Answer:
        if answer.status != 200:
            raise CredentialsError(f"the service answered {answer.status}", self._name)
        return answer

    def _ask(self, method: str, path: str, header: str, value: str) -> Answer:
        request = Request(method, self._base + path, {f"X-aws-ec2-metadata-token{header}": value})
        try:
            return self._calls.ask(request)
        except NoAnswerError as error:
            hint = _HOPS if error.timed_out else ""
            raise NoCredentialsError(f"the service {error}{hint}", self._name) from None


def _base_of(name: str, environ: Mapping[str, str] | None) -> str:
    """Return where the service is. Raises NoCredentialsError where it is switched off."""
    environ = variables(environ)
    if environ.get(_DISABLED, "").strip().lower() == "true":
        raise NoCredentialsError(f"{_DISABLED} is set", name)
    given = environ.get(_ENDPOINT)
    if given:
        with Blaming(name):
            return parse_url(_ENDPOINT, given, ("http", "https")).text.rstrip("/")
    mode = (environ.get(_MODE) or "IPv4").lower()
    if mode not in _ENDPOINTS:
        raise CredentialsError(f"{_MODE} has to be IPv4 or IPv6", name)
    return _ENDPOINTS[mode]
