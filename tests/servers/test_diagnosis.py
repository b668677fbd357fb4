"""Requests that are broken on purpose, really sent, and what diagnose says of each refusal."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from presignlib import Credentials, Diagnosis, PresignedURL, diagnose

from ..unit.signers import signed
from .conftest import credentials_of, presigner_for
from .exchange import Answer, send
from .stores import Keys, Store

if TYPE_CHECKING:
    from collections.abc import Callable

EXPIRED: dict[str, Any] = {"now": datetime(2026, 1, 2, tzinfo=timezone.utc)}


class Sent(NamedTuple):
    """What was asked of a server, what it said, and what whoever diagnoses knows of it."""

    url: Any
    answer: Answer
    known: dict[str, Any]


def asked(
    url: str,
    *,
    to: str | None = None,
    method: str = "GET",
    body: bytes | None = None,
    host: str | None = None,
    **known: Any,
) -> Sent:
    """Send ``to``, or the URL itself, and keep the URL as what is diagnosed."""
    sent = known.pop("sent", dict(url.headers) if isinstance(url, PresignedURL) else {})
    answer = send(method, str(to or url), headers=sent, body=body, host=host)
    told = sent if host is None else {"host": host, **sent}
    return Sent(url, answer, {"method": method, "sent_headers": known.pop("told", told), **known})


def get(store: Store, key: str = "there.txt", keys: Keys | None = None, **options: Any) -> PresignedURL:
    where = {name: options.pop(name) for name in ("now", "region") if name in options}
    return presigner_for(store, keys, **where).get(store.bucket, key, **options)


def put(store: Store, key: str = "new.txt", **options: Any) -> PresignedURL:
    return presigner_for(store).put(store.bucket, key, **options)


def raw(store: Store, **wrong: Any) -> str:
    """Return a URL by the tests' own signer, http and path style, with one thing wrong."""
    given = {
        "key": f"{store.bucket}/there.txt",
        "host": store.endpoint_url.removeprefix("http://"),
        "key_id": store.keys.access_key_id,
        "secret": store.keys.secret_access_key,
        "region": store.region,
        "time": datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ"),
        **wrong,
    }
    return signed(**given).url.replace("https://", "http://", 1)


def without(url: str, name: str) -> str:
    base, _, query = url.partition("?")
    return base + "?" + "&".join([pair for pair in query.split("&") if not pair.startswith(name + "=")])


def other_secret(store: Store, change: Callable[[str], str]) -> Keys:
    return Keys(store.keys.access_key_id, change(store.keys.secret_access_key))


def form(
    store: Store, conditions: list[Any], fields: dict[str, str], file: bytes = b"x", minutes: int = 5
) -> Sent:
    """POST a form of the tests' own."""
    import hmac

    now = datetime.now(timezone.utc)
    scope = f"{now:%Y%m%d}/{store.region}/s3/aws4_request"
    own = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{store.keys.access_key_id}/{scope}",
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
    }
    policy = {
        "expiration": f"{now + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.000Z}",
        "conditions": [
            {"bucket": store.bucket},
            *conditions,
            *[{name: value} for name, value in own.items()],
        ],
    }
    text = base64.b64encode(json.dumps(policy).encode()).decode()
    key = b"AWS4" + store.keys.secret_access_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    every = {**own, "policy": text, "x-amz-signature": signature, **fields}
    lines = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in every.items()
    ]
    lines.append('--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n')
    body = "".join(lines).encode() + file + b"\r\n--b--\r\n"
    url = f"{store.endpoint_url}/{store.bucket}/"
    answer = send("POST", url, headers={"content-type": "multipart/form-data; boundary=b"}, body=body)
    return Sent({"url": url, "fields": every}, answer, {})


STARTS = ["starts-with", "$key", "up/"]

# What is sent, and what diagnose has to say by store; None: that store does not refuse it.
REFUSALS: dict[str, tuple[Callable[[Store], Sent], str | None, str | None]] = {
    # ---- keys
    "another secret": (lambda s: asked(str(get(s, keys=other_secret(s, lambda k: k + "x")))), "wrong_secret", "wrong_secret"),
    "a blank in the secret, tried": (
        lambda s: asked(str(get(s, keys=other_secret(s, lambda k: " " + k))), credentials=credentials_of(s.keys)),
        "wrong_secret", "wrong_secret"),
    "an id that nobody has": (
        lambda s: asked(get(s, keys=Keys("nobody", "secret"))), "unknown_access_key", "wrong_secret"),
    "no token": (
        lambda s: asked(without(get(s, keys=s.temporary), "X-Amz-Security-Token"),
                        credentials=credentials_of(s.temporary or s.keys)), "session_token_missing", None),
    "another token": (
        lambda s: asked(get(s, keys=replace(s.temporary or s.keys, session_token="x"))), "session_token_invalid", None),
    # ---- time
    "an old URL": (lambda s: asked(get(s, **EXPIRED)), "expired", "expired"),
    "a URL of tomorrow": (
        lambda s: asked(get(s, now=datetime.now(timezone.utc) + timedelta(days=1))), "not_yet_valid", None),
    "a life of eight days": (lambda s: asked(raw(s, expires="691200")), "malformed", "malformed"),
    "a life of no seconds": (lambda s: asked(raw(s, expires="-5")), "malformed", "malformed"),
    "a life in words": (lambda s: asked(raw(s, expires="soon")), "malformed", "malformed"),
    "a time in another form": (lambda s: asked(raw(s, time="2026-01-02T14:05:00Z")), "malformed", "malformed"),
    # ---- what is sent
    "PUT with a URL for GET": (lambda s: asked(get(s), method="PUT", body=b"x"), "method_mismatch", "method_mismatch"),
    "DELETE with a URL for GET": (lambda s: asked(get(s), method="DELETE"), "method_mismatch", "method_mismatch"),
    "HEAD with a URL for GET": (lambda s: asked(get(s), method="HEAD"), "method_mismatch", "method_mismatch"),
    "GET with a URL for PUT, tried": (
        lambda s: asked(str(put(s)), credentials=credentials_of(s.keys)), "method_mismatch", "method_mismatch"),
    "another host": (
        lambda s: asked(get(s), host="other.example:1"), "host_changed", "host_changed"),
    "another host, told by nobody": (
        lambda s: asked(str(get(s)), host="other.example:1", told={}, credentials=credentials_of(s.keys)),
        "host_changed", "host_changed"),
    "a slash behind the key, tried": (
        lambda s: asked(str(get(s)).replace(".txt?", ".txt/?"), credentials=credentials_of(s.keys)),
        "path_rewritten", "path_rewritten"),
    "the key of another object": (
        lambda s: asked(get(s), to=str(get(s)).replace("there.txt", "other.txt")), "wrong_secret", "path_rewritten"),
    "a parameter of a mail program, tried": (
        lambda s: asked(str(get(s)) + "&utm_source=mail", credentials=credentials_of(s.keys)), "query_changed", "query_changed"),
    "a parameter of a mail program": (
        lambda s: asked(get(s), to=str(get(s)) + "&utm_source=mail"), "wrong_secret", "query_changed"),
    "a changed response header": (
        lambda s: asked(u := get(s, response_content_type="text/plain"), to=str(u).replace("plain", "html")),
        "wrong_secret", "query_changed"),
    "a URL escaped for HTML": (
        lambda s: asked(str(get(s)).replace("&", "&amp;")), "query_changed", "query_changed"),
    "a query in lower case": (
        lambda s: asked(str(get(s)).replace("X-Amz-Date", "x-amz-date")), "query_changed", "query_changed"),
    "two signing times": (lambda s: asked(str(get(s)) + "&X-Amz-Date=20200101T000000Z"), None, "query_changed"),
    "a query that is encoded twice": (
        lambda s: asked(str(get(s)).replace("%2F", "%252F")), "query_changed", "query_changed"),
    "a path that is encoded twice, tried": (
        lambda s: asked(raw(s, key=f"{s.bucket}/a b", path_in_request=lambda p: p.replace("%", "%25")),
                        credentials=credentials_of(s.keys)), "path_rewritten", "path_rewritten"),
    # ---- signed headers
    "no content type": (
        lambda s: asked(put(s, content_type="text/plain"), method="PUT", body=b"x", sent={}), "header_missing", "header_missing"),
    "another content type": (
        lambda s: asked(put(s, content_type="text/plain"), method="PUT", body=b"x", sent={"content-type": "text/html"}),
        "header_changed", "header_changed"),
    "no content type, and only the URL known": (
        lambda s: asked(str(put(s, content_type="text/plain")), method="PUT", body=b"x", sent={}),
        "header_missing", "header_missing"),
    "a header that is not signed": (
        lambda s: asked(put(s), method="PUT", body=b"x", sent={"x-amz-meta-a": "1"}), None, "headers_not_signed"),
    "Authorization beside the URL": (
        lambda s: asked(get(s), sent={"authorization": "AWS4-HMAC-SHA256 Credential=x"}), "malformed", None),
    # ---- the signature
    "another digit in the signature": (
        lambda s: asked(u := get(s), to=str(u)[:-1] + ("0" if str(u)[-1] != "0" else "1")), "wrong_secret", "signature_altered"),
    "a digit less in the signature": (lambda s: asked(str(get(s))[:-1]), "signature_altered", "signature_altered"),
    "no signature": (lambda s: asked(str(get(s)).partition("&X-Amz-Signature")[0]), "malformed", "malformed"),
    "half a URL": (lambda s: asked(str(get(s)).partition("&X-Amz-Date")[0]), "malformed", "malformed"),
    "no query at all": (lambda s: asked(str(get(s)).partition("?")[0]), "malformed", "malformed"),
    "an unknown algorithm": (lambda s: asked(raw(s, algorithm="AWS4-HMAC-SHA512")), "malformed", "malformed"),
    "a scope of other words": (lambda s: asked(raw(s, scope="20260102/us-east-1/s3/aws4")), "malformed", "malformed"),
    "a host that is not signed": (
        lambda s: asked(raw(s, names=lambda n: ["range"]), sent={"range": "bytes=0-1"}), "malformed", "malformed"),
    "another region": (lambda s: asked(get(s, region="eu-west-1")), "wrong_region", "wrong_region"),
    "another service": (lambda s: asked(raw(s, service="sts")), "wrong_service", "wrong_service"),
    "a token signed for nobody, appended": (
        lambda s: asked(raw(s, token="t", signed_query=lambda ps: [p for p in ps if p[0] != "X-Amz-Security-Token"]),
                        credentials=credentials_of(s.keys)), "session_token_invalid", "query_changed"),
    # ---- what is asked for
    "an object that is not there": (lambda s: asked(get(s, "missing.txt")), "no_such_key", "no_such_key"),
    "a bucket that is not there": (
        lambda s: asked(presigner_for(s).get("no-such-bucket", "k")), "no_such_bucket", "no_such_bucket"),
    "an object that is there already": (
        lambda s: asked(put(s, "there.txt", overwrite=False), method="PUT", body=b"x"), None, "precondition_failed"),
    "a version that is not there": (
        lambda s: asked(get(s, version_id="00000000-0000-0000-0000-000000000000")), None, "no_such_key"),
    "a body with another checksum": (
        lambda s: asked(put(s, content_md5=b"0" * 16), method="PUT", body=b"x"), "payload_mismatch", "payload_mismatch"),
    "a body of another hash": (
        lambda s: asked(presigner_for(s).put(s.bucket, "k", headers={"x-amz-content-sha256": "0" * 64}), method="PUT", body=b"x"),
        "payload_mismatch", "payload_mismatch"),
    "an upload that nobody began": (
        lambda s: asked(presigner_for(s).request("PUT", s.bucket, "k", query={"uploadId": "x", "partNumber": "1"}),
                        method="PUT", body=b"x"), "no_such_key", "no_such_key"),
    # ---- forms
    "a form for another key": (lambda s: form(s, [STARTS], {"key": "down/x"}), "post_condition_failed", None),
    "a form with a field too many": (
        lambda s: form(s, [STARTS], {"key": "up/x", "x-amz-meta-a": "1"}), "post_extra_field", None),
    "a form with too large a file": (
        lambda s: form(s, [STARTS, ["content-length-range", 0, 1]], {"key": "up/x"}, b"xx"), "too_large", None),
    "a form with too small a file": (
        lambda s: form(s, [STARTS, ["content-length-range", 5, 9]], {"key": "up/x"}, b"x"), "too_small", None),
    "a form that has expired": (lambda s: form(s, [STARTS], {"key": "up/x"}, minutes=-5), "expired", None),
}  # fmt: skip


def pasted(answer: Answer) -> bytes:
    """Return an answer as ``curl -i`` prints it."""
    headers = "".join([f"{name}: {value}\r\n" for name, value in answer.headers.items()])
    return f"HTTP/1.1 {answer.status} X\r\n{headers}\r\n".encode() + answer.body


def diagnosed(sent: Sent) -> Diagnosis:
    return diagnose(sent.url, pasted(sent.answer), **sent.known)


def _write(store: Store) -> None:
    assert send("PUT", str(put(store, "there.txt")), body=b"hello").status == 200


@pytest.mark.parametrize(
    "name", [name for name, (_, expected, _) in REFUSALS.items() if expected is not None]
)
def test_a_refusal_by_juicefs_is_explained(juicefs: Store, name: str) -> None:
    ask, expected, _ = REFUSALS[name]
    _explained(juicefs, ask, expected)


@pytest.mark.parametrize(
    "name", [name for name, (_, _, expected) in REFUSALS.items() if expected is not None]
)
def test_a_refusal_by_swift_is_explained(swift: Store, name: str) -> None:
    ask, _, expected = REFUSALS[name]
    _explained(swift, ask, expected)


def _explained(store: Store, ask: Callable[[Store], Sent], expected: str | None) -> None:
    _write(store)
    sent = ask(store)
    assert sent.answer.status >= 400
    assert expected == diagnosed(sent).code, sent.answer.body


def test_at_least_sixty_refusals_are_really_sent() -> None:
    assert sum(code is not None for _, *codes in REFUSALS.values() for code in codes) >= 60


def test_what_a_store_accepts_is_ok(store: Store) -> None:
    _write(store)
    assert "ok" == diagnosed(asked(get(store))).code
    assert isinstance(credentials_of(store.keys), Credentials)
