"""The vectors as values, and the calls that a case stands for.

The shared vectors lie beside the checkout; their README names the fields. The
project's own (``tests/vectors``) have the same form.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from presignlib import Credentials, PresignedURL, presign, sigv4

if TYPE_CHECKING:
    from collections.abc import Callable

_CHECKOUT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("PRESIGN_VECTORS") or _CHECKOUT.parent / "shared" / "vectors")
OWN = _CHECKOUT / "tests" / "vectors"

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Signed:
    """What signing gives, stage by stage, so that the first wrong one shows."""

    canonical_request: str
    string_to_sign: str
    signature: str
    url: str


@dataclass(frozen=True)
class Case:
    """One request, how it is signed, and what has to come out."""

    id: str
    kind: str
    method: str
    url: str  # without the query
    host: str
    path: str
    query: Pairs
    headers: Pairs
    bucket: str | None
    key: str | None
    credentials: Credentials
    timestamp: str
    expires: int | None
    region: str
    service: str
    encoding: str
    normalize: bool
    payload_hash: str
    token_placement: str
    token_parameter: str
    canonical_request: str
    string_to_sign: str
    signature: str
    signed_url: str | None
    raw: dict[str, Any] = field(repr=False)


def case_of(raw: dict[str, Any]) -> Case:
    request, options, expected = raw["request"], raw["options"], raw["expected"]
    keys = raw["credentials"]
    url = request.get("url") or f"https://{request['host']}{request['path']}"
    base = url.partition("?")[0]
    target = expected.get("signed_target")
    return Case(
        id=raw["id"],
        kind=raw["kind"],
        method=request["method"],
        url=base,
        host=request["host"],
        path=request["path"],
        query=[(name, value) for name, value in request["query"]],
        headers=[(name, value) for name, value in request["headers"]],
        bucket=request.get("bucket"),
        key=request.get("key"),
        credentials=Credentials(keys["access_key"], keys["secret_key"], keys["token"]),
        timestamp=raw["timestamp"],
        expires=raw["expires"],
        region=raw["signing_region"],
        service=raw["signing_service"],
        encoding={"as-wire": "once", "encode-wire": "twice"}[options["path_rule"]],
        normalize=options["normalize_path"],
        payload_hash=options["payload_hash"],
        token_placement="appended" if options["token"] == "append" else "signed",
        token_parameter=options.get("token_parameter", sigv4.SECURITY_TOKEN),
        canonical_request=expected["canonical_request"],
        string_to_sign=expected["string_to_sign"],
        signature=expected["signature"],
        signed_url=f"https://{request['host']}{target}" if target else expected.get("url"),
        raw=raw,
    )


# Reading


def entries(path: Path) -> list[dict[str, Any]]:
    """Return the cases of one file, which has to have some."""
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    assert cases, f"{path} has no case"
    return cases


def shared_file(name: str) -> Path | None:
    """Return one of the shared files, or None where the vectors are not there.

    Raises FileNotFoundError where they have to be: in CI, and in a folder that is there.
    """
    path = SHARED / name
    if path.is_file():
        return path
    if SHARED.exists() or os.environ.get("CI") == "true":
        raise FileNotFoundError(f"no vectors at {path}; PRESIGN_VECTORS names another folder")
    return None


def absent(arguments: int = 1) -> Any:
    """Return the parameters of a test that is skipped, because the vectors are not there."""
    reason = f"not run: there are no vectors at {SHARED}; PRESIGN_VECTORS names another folder"
    return pytest.param(*[None] * arguments, id="absent", marks=pytest.mark.skip(reason=reason))


def shared(name: str, make: Callable[[dict[str, Any]], Any] = lambda raw: raw) -> list[Any]:
    """Return the parameters of a test over one shared file: what ``make`` makes, unless it is None."""
    path = shared_file(f"{name}.json")
    if path is None:
        return [absent()]
    return [pytest.param(made, id=raw["id"]) for raw in entries(path) if (made := make(raw)) is not None]


def signing_case(raw: dict[str, Any]) -> Case | None:
    """Return a case that signs, and None for one that is about a refusal."""
    return case_of(raw) if "request" in raw else None


def signing_cases(*names: str) -> list[Any]:
    """Return the parameters of a test over the signing cases of some shared files."""
    return [parameter for name in names for parameter in shared(name, signing_case)]


def without(parameters: list[Any], excluded: dict[str, Any]) -> list[Any]:
    """Return the parameters whose ids are not in a table of exclusions."""
    return [parameter for parameter in parameters if parameter.id not in excluded]


def only(parameters: list[Any], excluded: dict[str, Any]) -> list[Any]:
    """Return the parameters whose ids are in a table of exclusions, and all that are skipped."""
    return [parameter for parameter in parameters if parameter.id in excluded or parameter.marks]


# Signing


def by_the_core(case: Case) -> Signed:
    """Sign with the functions of ``sigv4`` alone, a step at a time.

    The signature is that of the steps, the URL that of ``prepare``: two ways to one value.
    """
    path = sigv4.normalize_path(case.path) if case.normalize else case.path
    path = path if case.encoding == "once" else sigv4.encode_path(path)
    headers = sigv4.canonical_headers([("host", case.host), *sent_headers(case)])
    date = case.timestamp[:8]
    scope = sigv4.credential_scope(date, case.region, case.service)
    encoded = encoded_query(case, scope, sigv4.signed_headers(headers))
    query = sigv4.canonical_query(encoded)
    request = sigv4.canonical_request(case.method, path, query, headers, case.payload_hash)
    string = sigv4.string_to_sign(case.timestamp, scope, request)
    key = sigv4.signing_key(case.credentials.secret_access_key, date, case.region, case.service)
    head = f"{case.method}\n{path}"
    sign = sigv4.prepare(
        head,
        request.removeprefix(head),
        string[:-64],
        key,
        case.url,
        f"?{sigv4.joined(encoded)}&{sigv4.SIGNATURE}=",
    )
    return Signed(request, string, sigv4.signature(key, string), sign("") + appended_token(case))


def encoded_query(case: Case, scope: str, names: str) -> Pairs:
    """Return the encoded query; that of a case without an expiry has no ``X-Amz-Expires``."""
    signed = case.token_placement == "signed"
    encoded = sigv4.encode_query(case.query) + sigv4.auth_parameters(
        f"{case.credentials.access_key_id}/{scope}",
        case.timestamp,
        case.expires or 0,
        names,
        case.credentials.session_token if signed else None,
        case.token_parameter,
    )
    return [pair for pair in encoded if case.expires is not None or pair[0] != "X-Amz-Expires"]


def appended_token(case: Case) -> str:
    token = case.credentials.session_token
    if token is None or case.token_placement == "signed":
        return ""
    return f"&{case.token_parameter}={sigv4.uri_encode(token)}"


NEVER_SIGNED = ("user-agent", "x-amzn-trace-id", "expect", "transfer-encoding")


def sent_headers(case: Case) -> Pairs:
    """Return a case's headers without those that no signer signs; the core leaves that to its caller."""
    return [(name, value) for name, value in case.headers if name.lower() not in NEVER_SIGNED]


# What the service's name decides, where the caller does not.
NOT_TOLD = {"path_encoding": None, "normalize_path": None, "payload_hash": None, "token_placement": None}


def by_presign(case: Case, **changes: Any) -> PresignedURL:
    """Sign the case's URL with the public function for any service."""
    arguments: dict[str, Any] = {
        "service": case.service,
        "region": case.region,
        "credentials": case.credentials,
        "now": instant(case.timestamp),
        "expires": case.expires,
        "query": case.query,
        "headers": case.headers,
        "path_encoding": case.encoding,
        "normalize_path": case.normalize,
        "payload_hash": case.payload_hash,
        "token_placement": case.token_placement,
        "allow_http": True,
        **changes,
    }
    url = arguments.pop("url", case.url)
    return presign(case.method, url, **arguments)


def settings_of(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords that say where and with what to sign, as botocore's client was set up."""
    client, keys = raw["client"], raw["credentials"]
    return {
        "region": client["region"],
        "credentials": Credentials(keys["access_key"], keys["secret_key"], keys["token"]),
        "now": instant(raw["timestamp"]),
        "addressing_style": client["addressing"],
        "endpoint_url": client.get("endpoint"),
        "dualstack": client.get("dualstack", False),
        "fips": client.get("fips", False),
        "accelerate": client.get("accelerate", False),
        "allow_http": True,
    }


def instant(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def stages(url: PresignedURL) -> Signed:
    """Return what a URL tells of its own signing, in the form of the vectors."""
    text = url.explain().removeprefix("Canonical request:\n")
    request, _, string = text.partition("\n\nString to sign:\n")
    return Signed(request, string, parameters(url)["X-Amz-Signature"], str(url))


def parameters(url: str) -> dict[str, str]:
    """Return the query of a URL as it stands, undecoded; of a repeated name the last."""
    return dict(pair.partition("=")[::2] for pair in url.partition("?")[2].split("&"))


def parted(url: str) -> tuple[str, list[str]]:
    """Return a URL as what stands before the query and the sorted parameters.

    SDKs write the parameters in different orders, which the signature does not depend on.
    """
    base, _, query = url.partition("?")
    return base, sorted(query.split("&"))
