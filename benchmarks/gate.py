"""Nothing wrong is timed: botocore signs every judged URL again, at the URL's own second."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from urllib.parse import parse_qsl, unquote, urlsplit

from .workload import ACCESS_KEY_ID, BUCKET, EXPIRES, REGION, SECRET_ACCESS_KEY

_HOSTS = (
    f"{BUCKET}.s3.{REGION}.amazonaws.com",
    f"{BUCKET}.s3.amazonaws.com",
    f"s3.{REGION}.amazonaws.com",
)
_SIGNATURE = "X-Amz-Signature"


def refuse_wrong(
    maker: str,
    url: str,
    key: str,
    session_token: str | None = None,
    method: str = "GET",
    headers: dict[str, str] | None = None,
) -> None:
    """End the run where ``maker`` has made a wrong URL of ``key``, or where nobody can tell."""
    if find_spec("botocore") is None:
        raise SystemExit("botocore has to judge what is timed and is not installed: run with --venv FOLDER")
    wrong = _problem(url, key, session_token, method, headers or {})
    if wrong is not None:
        raise SystemExit(f"{maker} gives key {key} a {wrong}")


def _problem(
    url: str, key: str, session_token: str | None, method: str, headers: dict[str, str]
) -> str | None:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "https" or parts.netloc not in _HOSTS:
        return "wrong host"
    if unquote(parts.path) != (f"/{key}" if parts.netloc.startswith(BUCKET) else f"/{BUCKET}/{key}"):
        return "wrong path"
    if query.get("X-Amz-Expires") != str(EXPIRES):
        return "wrong expiry"
    if query.get("X-Amz-Security-Token") != session_token:
        return "wrong session token"
    if query.get(_SIGNATURE) != _botocore_signature(url, query["X-Amz-Date"], method, headers):
        return "wrong signature"
    return None


def _botocore_signature(url: str, timestamp: str, method: str, headers: dict[str, str]) -> str:
    """Return the signature that botocore gives the request of ``url``."""
    credentials = import_module("botocore.credentials").Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    signer = import_module("botocore.auth").S3SigV4QueryAuth(credentials, "s3", REGION)
    address, _, query = url.partition("?")
    unsigned = "&".join([pair for pair in query.split("&") if not pair.startswith(f"{_SIGNATURE}=")])
    request = import_module("botocore.awsrequest").AWSRequest(method, f"{address}?{unsigned}", headers)
    request.context["timestamp"] = timestamp
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signature: str = signer.signature(text, request)
    return signature
